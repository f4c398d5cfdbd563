"""The whole programme in this process, between both providers' doubles: real channels, real web, real store.

Only the clock is made up: it runs so many times faster than the world's, so that pauses of minutes pass in seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette

from bot.app import App, build_here, plug
from bot.channels.telegram import TelegramChannel
from bot.channels.whatsapp import WhatsAppChannel
from bot.clock import Clock
from bot.domain.territory import Place
from bot.messages import Address
from bot.municipality import load
from bot.web import Inside, build_app, serve
from handlers.desk import reports as desk
from handlers.pages import office
from handlers.resident.report import Draft
from storage import Store, Transaction, open_store
from storage.sealing import KeyRing
from tests.fakes.bot_api import BotApi
from tests.fakes.twilio_api import FakeTwilio
from tests.handlers.conftest import officer, resident

SECRET = "un-secreto-de-prueba-0123456789"
TELEGRAM, WHATSAPP = Address("telegram", "101"), Address("whatsapp", "whatsapp:+5219831234567")
MUNICIPALITY = load()
RING = KeyRing.throwaway()
HERE = build_here(MUNICIPALITY, RING, {})


class FastClock(Clock):
    """Real time, `speed` times as fast, and what was jumped."""

    def __init__(self, speed: float = 1.0, starts_at: datetime | None = None) -> None:
        self.speed, self._from = speed, starts_at or datetime.now(UTC)
        self._since = time.monotonic()

    def now(self) -> datetime:
        return self._from + timedelta(seconds=(time.monotonic() - self._since) * self.speed)

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)

    def jump(self, **by: float) -> None:
        """Somebody set the machine's clock."""
        self._from += timedelta(**by)


class Shells:
    """The WhatsApp channel's memory."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    async def get(self, key: str) -> str | None:
        return self.values.get(key)

    async def put(self, key: str, value: str) -> None:
        self.values[key] = value


@dataclass
class Premises:
    """Everything a campaign may touch."""

    app: App
    store: Store
    api: BotApi
    twilio: FakeTwilio
    clock: FastClock
    asgi: Starlette

    @property
    def channels(self) -> dict[str, Any]:
        return self.app.channels

    async def settle(self) -> None:
        """Until nothing is left to fetch, do or send."""
        await self.app.settle()

    async def staff(self, name: str, chat: int, **more: Any) -> str:
        """Somebody of the team, on Telegram, with the rights that are told."""
        self.api.join(chat)
        return await self.store.run(lambda tx: _staff(tx, name, str(chat), self.clock.now(), more))


def _staff(tx: Transaction, name: str, chat: str, at: datetime, more: dict[str, Any]) -> str:
    """As `officer` makes one, with the address of a real channel."""
    known = tx.vault.person_at(Address("telegram", chat))
    person = officer(tx, name, at=at, **more) if known is None else known
    if known is None:
        tx.vault.move(person, Address("telegram", chat))
        tx.connection.exec_driver_sql(
            "UPDATE vault_address SET channel = 'telegram' WHERE person_id = ?", (person,)
        )
    return person


def everywhere() -> tuple[str, ...]:
    """All sectors."""
    return tuple(sector.slug for sector in MUNICIPALITY.territory.sectors)


@contextlib.asynccontextmanager
async def premises(
    url: str,
    *,
    speed: float = 1.0,
    road: Callable[[str], Awaitable[str]] | None = None,
    seconds: float = 0.4,
    running: bool = False,
    ring: KeyRing | None = None,
) -> AsyncIterator[Premises]:
    """Opened, served on a free port, listening by webhook; `road` may put something between us and a provider."""
    clock, ring = FastClock(speed), ring or KeyRing.throwaway()
    async with BotApi() as api, FakeTwilio(now=clock.now) as twilio:
        towards = road or _straight
        telegram = TelegramChannel(
            api.token,
            mode="webhook",
            secret=SECRET,
            public_url="https://bot.example",
            api_url=await towards(api.url),
        )
        telegram._client.limit = seconds
        over = await towards(twilio.url)
        whatsapp = WhatsAppChannel(
            twilio.account_sid,
            twilio.auth_token,
            twilio.sender,
            public_url=twilio.public_url,
            shells=Shells(),
            api_url=over,
            content_url=over,
            now=clock.now,
        )
        whatsapp.api._limit = seconds
        store = await open_store(url, ring)
        channels: dict[str, Any] = {"telegram": telegram, "whatsapp": whatsapp}
        app = plug(store, MUNICIPALITY, ring, channels, clock)
        inside = Inside(health=app.health, alive=app.alive, figures=app.figures, token="de-prueba")
        pages = office.routes(store, app.here, clock)
        asgi = build_app([*telegram.routes(), *whatsapp.routes(), *pages], inside)
        web = await serve(asgi, "127.0.0.1", 0)
        loops: asyncio.Task[None] | None = None
        try:
            api.webhook.leads_to = f"http://127.0.0.1:{web.port}/telegram/webhook"
            await app.start()
            twilio.webhook_url = f"http://127.0.0.1:{web.port}"
            if running:
                loops = asyncio.create_task(app.run())
            yield Premises(app, store, api, twilio, clock, asgi)
        finally:
            if loops is not None:
                loops.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await loops
            await api.webhook.close()
            await app.stop()
            await web.stop()


async def _straight(url: str) -> str:
    return url


async def opened_store(tmp_path: Path) -> Store:
    """An empty store, for campaigns that need no channel."""
    return await open_store(f"sqlite:///{tmp_path}/p.db", RING)


def reported(tx: Transaction, at: datetime) -> str:
    """Nobody is on duty, so nobody takes it."""
    draft = Draft(kind="ruido", place=Place(colonia="centro"), text="Música")
    made = desk.open_report(tx, HERE, draft, draft_id=uuid4().hex, person_id=resident(tx), at=at)
    return made.report.folio


def taken_over(tx: Transaction, at: datetime) -> int:
    """What the process before this one left half sent, taken by one of another name."""
    tx.replica = uuid4().hex
    return tx.outbox.take_over(at)
