"""The composition root: settings > store > channels > reception, delivery, rounds. One TaskGroup, one clock."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import structlog
from starlette.routing import BaseRoute

from bot import systemd
from bot.channels import Channel, Fetched, StoreUnavailable
from bot.clock import Clock
from bot.domain.folio import NUMBERS
from bot.domain.patrol import Chance
from bot.messages import TELEGRAM, WHATSAPP, Address, Capabilities
from bot.municipality.map_links import PlaceReader
from bot.municipality.municipality import Municipality
from bot.municipality.places import ColoniaFinder
from bot.settings import Settings
from bot.texts import LANGUAGES, Texts
from bot.tokens import Tokens
from bot.triage import Triage, load_lexicon
from handlers import limits, metrics
from handlers.delivery import Delivery
from handlers.files import BadFile, Files
from handlers.here import Here
from handlers.pages import office
from handlers.reception import Reception
from handlers.reconciliation import Reconciliation
from handlers.replica import Replica
from handlers.resealing import Resealing
from handlers.rounds import Rounds
from handlers.watch import Watch
from handlers.watchdog import EVERY, Watchdog
from storage.sealing import KeyRing
from storage.store import Store, Transaction, open_store

log = structlog.get_logger()

CODE_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U


def capabilities_of(channels: Mapping[str, Any]) -> Callable[[Address], Capabilities]:
    """What an address can carry; the simulator's phones each have their own manner."""

    def of(address: Address) -> Capabilities:
        own = getattr(channels.get(address.channel), "capabilities_of", None)
        if own is not None:
            result: Capabilities = own(address)
            return result
        return WHATSAPP if address.channel == "whatsapp" else TELEGRAM

    return of


def build_here(
    municipality: Municipality,
    ring: KeyRing,
    channels: Mapping[str, Any],
    chance: Chance = secrets.randbelow,
    public_url: str = "",
) -> Here:
    """Everything read-only that a turn needs."""
    territory = municipality.territory
    return Here(
        municipality=municipality,
        finder=ColoniaFinder(territory.colonias),
        pins=PlaceReader(territory.centre),
        triage=Triage(load_lexicon(municipality.lexicon), territory.colonias),
        texts={
            code: Texts(code, municipality.time_zone, municipality.texts, municipality.content)
            for code in LANGUAGES
        },
        tokens=Tokens(ring.key_for("button")),
        new_id=lambda: uuid4().hex,
        short_id=lambda: secrets.token_hex(6),
        chance=chance,
        folio_number=lambda: secrets.randbelow(NUMBERS),
        code=new_code,
        check_number=lambda: f"{secrets.randbelow(10_000):04d}",
        capabilities_of=capabilities_of(channels),
        secret=lambda: secrets.token_urlsafe(32),
        public_url=public_url,
    )


def new_code() -> str:
    """A one-time code of 50 bits; with a digit in it, so that no word is ever taken for one."""
    while True:
        code = "".join(secrets.choice(CODE_SIGNS) for _ in range(10))
        if any(sign.isdigit() for sign in code):
            return code


async def clean_photo(content: bytes) -> bytes:
    """New pixels, made in a child process. Raises BadFile."""
    from bot.channels.photos import BadPhoto, clean_in_child

    try:
        return await clean_in_child(content)
    except BadPhoto as bad:
        raise BadFile from bad


@dataclass(slots=True)
class App:
    """All parts, plugged together."""

    store: Store
    here: Here
    clock: Clock
    channels: dict[str, Channel]
    reception: Reception
    delivery: Delivery
    rounds: Rounds
    files: Files
    reconciliation: Reconciliation
    replica: Replica
    watch: Watch
    watchdog: Watchdog

    async def start(self) -> None:
        """Write down the staff that the municipality expects, then listen."""
        now = self.clock.now()
        await self.replica.beat()
        await self.store.run(lambda tx: expect_staff(tx, self.here.municipality, now))
        await self.store.run(lambda tx: tx.outbox.take_over(now))
        await limits.resume(self.store, self.here, now)
        for channel in self.channels.values():
            await channel.start(self.reception.receive, self.reception.note)

    async def run(self) -> None:
        """The loops, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.replica.run(), name="replica")
            tasks.create_task(self.delivery.run(), name="delivery")
            tasks.create_task(self.watch.run(), name="watch")
            for name, loop in (
                ("rounds", self.rounds.run),
                ("files", self.files.run),
                ("reconciliation", self.reconciliation.run),
                ("resealing", Resealing(self.store, self.clock).run),
            ):
                tasks.create_task(self.replica.while_leading(loop), name=name)
            tasks.create_task(self.watchdog.run(), name="watchdog")

    async def settle(self) -> None:
        """Fetch, do what is due and send until nothing is left; for the simulator and the tests."""
        await self.files.fetch_pending()
        await self.rounds.look()
        await self.delivery.idle()

    async def stop(self) -> None:
        """Let the calls under way end first: what still comes in is committed, and answered at the next start."""
        await self.delivery.stop()
        for channel in self.channels.values():
            await channel.stop()
        await self.store.close()

    async def alive(self) -> bool:
        """Do the store and the loops go round? What a container's health check asks."""
        return self.watchdog.alive

    async def figures(self) -> bytes:
        """What a monitor reads, in Prometheus' text format. Raises StoreUnavailable."""
        return await metrics.page(self.store, self.clock.now())

    async def health(self) -> tuple[bool, dict[str, Any]]:
        """Is the store writable, and how long does the oldest message wait?"""
        now = self.clock.now()

        def work(tx: Transaction) -> datetime | None:
            tx.requests.set_setting("looked_at", now.isoformat())  # a full disk can still be read
            return tx.statistics.oldest_waiting()

        try:
            oldest = await self.store.run(work)
        except StoreUnavailable:
            return False, {"almacen": "no disponible"}
        waits = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
        told = {"almacen": "bien", "espera_s": round(waits), "canales": sorted(self.channels)}
        return True, told | ({"problemas": trouble} if (trouble := self._trouble()) else {})

    def _trouble(self) -> dict[str, str]:
        """Why a channel hears nothing; starting us anew would not help, so it does not make us unready."""
        found = {name: getattr(channel, "trouble", "") for name, channel in self.channels.items()}
        return {name: trouble for name, trouble in found.items() if trouble}


def expect_staff(tx: Transaction, municipality: Municipality, at: datetime) -> None:
    """The places of `personal.yaml` and the confidential lists, as of this start."""
    for member in municipality.staff:
        lists = {*member.lists, *(n.slug for n in municipality.lists.values() if member.badge in n.badges)}
        changed = tx.staff.expect(
            badge=member.badge,
            name=member.name,
            role=member.role,
            sectors=member.sectors,
            lists=sorted(lists),
            at=at,
        )
        if changed:
            tx.audit.add("staff_written", member.badge, None, at)


def plug(
    store: Store,
    municipality: Municipality,
    ring: KeyRing,
    channels: dict[str, Channel],
    clock: Clock,
    chance: Chance = secrets.randbelow,
    public_url: str = "",
) -> App:
    """Put the parts together. Channels are added by their owner before `start`."""
    here = build_here(municipality, ring, channels, chance, public_url)
    delivery = Delivery(store, here, clock, channels)
    store.on_commit = delivery.offer
    reception = Reception(store, here, clock)
    rounds = Rounds(store, here, clock)

    def shared_by(live: int) -> None:
        delivery.share(live)
        here.pace.share(live)

    return App(
        store=store,
        here=here,
        clock=clock,
        channels=channels,
        reception=reception,
        delivery=delivery,
        rounds=rounds,
        files=Files(store, clock, channels, clean_photo),
        reconciliation=Reconciliation(store, clock, channels, reception.receive),
        replica=Replica(store, shared_by),
        watch=Watch(store, clock, channels),
        watchdog=Watchdog(
            store,
            clock,
            {"delivery": delivery.beat, "rounds": rounds.beat},
            lambda: systemd.notify("WATCHDOG=1"),
            every=min(EVERY, (systemd.watchdog_seconds() or 3 * EVERY) / 3),
        ),
    )


@contextlib.asynccontextmanager
async def plugged(
    url: str,
    municipality: Municipality,
    ring: KeyRing,
    channels: dict[str, Channel],
    clock: Clock,
    chance: Chance = secrets.randbelow,
    public_url: str = "",
) -> AsyncIterator[App]:
    """The parts over an opened store, which is closed whatever happens."""
    store = await open_store(url, ring)
    try:
        app = plug(store, municipality, ring, channels, clock, chance, public_url)
    except BaseException:
        await store.close()
        raise
    try:
        yield app
    finally:
        await app.stop()


class StoredShells:
    """Where the WhatsApp channel remembers its content ids: in our own store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, key: str) -> str | None:
        """The value, or None."""
        return await self._store.read(lambda tx: tx.requests.setting(key))

    async def put(self, key: str, value: str) -> None:
        """Remember."""
        await self._store.run(lambda tx: tx.requests.set_setting(key, value))


def real_channels(
    settings: Settings, municipality: Municipality, app: App, media: Callable[[str], Any]
) -> tuple[dict[str, Channel], list[BaseRoute]]:
    """The channels that are configured, and their webhooks."""
    channels: dict[str, Channel] = {}
    routes: list[BaseRoute] = []
    if settings.has_telegram:
        from bot.channels.telegram import TelegramChannel

        telegram = TelegramChannel(
            settings.telegram_token.get_secret_value(),
            mode=settings.telegram_mode,
            secret=settings.telegram_secret.get_secret_value(),
            public_url=settings.public_url,
            api_url=settings.telegram_api_url,
            media=media,
            alone=app.replica.while_leading,
        )
        channels["telegram"] = telegram
        routes += telegram.routes()
    if settings.has_whatsapp:
        from bot.channels.whatsapp import WhatsAppChannel

        whatsapp = WhatsAppChannel(
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            settings.twilio_from,
            public_url=settings.public_url,
            shells=StoredShells(app.store),
            api_url=settings.twilio_api_url,
            content_url=settings.twilio_content_url,
            templates={t.name: t.content_sid for t in municipality.templates.values() if t.content_sid},
        )
        channels["whatsapp"] = whatsapp
        routes += whatsapp.routes()
    return channels, routes


@contextlib.asynccontextmanager
async def serving(
    settings: Settings, municipality: Municipality, ring: KeyRing
) -> AsyncIterator[tuple[App, Sequence[BaseRoute]]]:
    """The whole programme over the configured channels, started; stopped at the end."""
    channels: dict[str, Channel] = {}
    async with plugged(
        settings.store_url, municipality, ring, channels, Clock(), public_url=settings.public_url
    ) as app:

        async def media(media_id: str) -> Fetched:
            return await app.files.of_ours(media_id)

        found, routes = real_channels(settings, municipality, app, media)
        channels.update(found)
        app.delivery.pace(found)
        yield app, [*routes, *office.routes(app.store, app.here, app.clock)]


async def run_server(settings: Settings, municipality: Municipality, ring: KeyRing) -> None:
    """`proximidad serve`: until it is told to stop."""
    from bot.web import Inside, build_app, serve

    async with serving(settings, municipality, ring) as (app, routes):
        token = settings.metrics_token.get_secret_value()
        guarded = Inside(health=app.health, alive=app.alive, figures=app.figures, token=token)
        web = await serve(
            build_app(routes, guarded, allowed_hosts=settings.hosts), settings.host, settings.port
        )
        try:
            await app.start()
            spare_the_collector()
            who = app.store.replica[:8]
            log.info("serving", action="serving", host=settings.host, port=web.port, key=who)
            systemd.notify("READY=1")
            await until_stopped(app)
        finally:
            systemd.notify("STOPPING=1")
            await web.stop()


def spare_the_collector() -> None:
    """What is here now stays until the end, and a turn makes thousands of things that go by themselves.

    What reading the weights and the texts took is handed back before, where the C library can (glibc).
    """
    gc.collect()
    if sys.platform == "linux" and hasattr(c_library := ctypes.CDLL(None), "malloc_trim"):
        c_library.malloc_trim(0)
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def until_stopped(app: App) -> None:
    """Run the loops until a signal comes or one of them breaks."""
    import signal

    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    running = asyncio.create_task(app.run())
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if running.done():
        await running  # raises what broke
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def now() -> datetime:
    """This moment, for the command line."""
    return datetime.now(UTC)
