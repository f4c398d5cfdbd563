"""The demonstration: the real core behind a page with three phones. No token, no network, nothing is kept."""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot import app as composition
from bot.app import App
from bot.channels.simulator import OWNERS, Owner, SimulatorChannel
from bot.clock import MovableClock
from bot.domain.duty_plan import Pattern, PlannedShift, spans
from bot.domain.roster import Mode, Role
from bot.messages import Address
from bot.municipality.municipality import Municipality
from handlers.desk import duty, planning
from storage.schema import metadata
from storage.sealing import KeyRing
from storage.store import Transaction

SEED = 20_261_123
MARK = "demo"  # file in a data folder that a demonstration made; `serve` refuses it, `demo` refuses others

# phone -> badge of the fictional person who holds it
PHONES = {"oficial": "E-105", "oficial2": "E-101", "supervisora": "M-01"}
LISTS_OF_PHONES = {"supervisora": ("geavig", "mando", "asuntos_internos")}

GROUP = Owner(id="grupo", name="Grupo", role="group", speaks="supervisora")  # once a supervisor binds it

# badge -> days from today, hour, pattern, and how they get about; E-105 is on no roster: one tap and on duty
ROSTER = {
    "E-101": (1, 7, Pattern.ON_12_OFF_12, Mode.CAR),
    "E-102": (0, 19, Pattern.ON_12_OFF_12, Mode.MOTORCYCLE),
    "E-103": (0, 19, Pattern.ON_12_OFF_12, Mode.CAR),
    "E-201": (0, 7, Pattern.ON_24_OFF_24, None),
}


@dataclass(slots=True)
class Demo:
    """The running demonstration; what the page asks of us."""

    app: App
    channel: SimulatorChannel
    clock: MovableClock

    async def reset(self) -> None:
        """Everything as at the first start."""
        await self.app.settle()
        await self.app.store.run(_empty)
        self.channel.clear()
        await self.seed()

    async def skip(self, minutes: int) -> None:
        """Move the clock, a minute at a time, so that everything happens when it would."""
        for _ in range(min(minutes, 30)):
            self.clock.skip(timedelta(minutes=minutes / min(minutes, 30)))
            await self.app.settle()

    def sectors_map(self) -> Any:
        """Colonias with a point, and their sectors."""
        territory = self.app.here.municipality.territory
        sectors = {slug: s.slug for s in reversed(territory.sectors) for slug in s.colonias}
        central = next((s.slug for s in territory.sectors if s.central_desk), "")
        return {
            "colonias": [
                {
                    "slug": c.slug,
                    "name": c.name,
                    "lat": c.point.lat,
                    "lon": c.point.lon,
                    "sector": sectors.get(c.slug, central),
                    "pilot": c.pilot,
                }
                for c in territory.colonias
                if c.point is not None
            ],
            "sectors": [{"slug": s.slug, "name": s.name} for s in territory.sectors],
        }

    async def seed(self) -> None:
        """Fictional people behind the phones, enrolled and on duty."""
        now = self.clock.now()
        municipality = self.app.here.municipality
        held = set(PHONES.values())  # of who holds no phone nobody could begin: that would only be noise

        def work(tx: Transaction) -> None:
            composition.expect_staff(tx, municipality, now)
            planning.load(tx, [one for one in _roster(municipality, now) if one.badge in held], now)
            tx.plans.add([one for one in _roster(municipality, now) if one.badge not in held])
            for phone, badge in PHONES.items():
                _enrolled(tx, self.app, phone, badge)

        await self.app.store.run(work)


def _roster(municipality: Municipality, now: datetime) -> list[PlannedShift]:
    """Two weeks of a roster: days from tomorrow for one who holds a phone, nights from tonight for others."""
    today = now.astimezone(municipality.time_zone).date()
    return [
        PlannedShift(badge=badge, starts_at=start.astimezone(UTC), ends_at=end.astimezone(UTC), mode=mode)
        for badge, (days, opens, pattern, mode) in ROSTER.items()
        if municipality.member(badge)
        for start, end in spans(
            pattern,
            today + timedelta(days=days),
            today + timedelta(days=14),
            time(opens),
            None,
            municipality.time_zone,
        )
    ]


def _owners(municipality: Municipality) -> tuple[Owner, ...]:
    """Whose phones they are, with the fictional names of the example."""
    names = {phone: municipality.member(badge) for phone, badge in PHONES.items()}
    people = tuple(
        replace(owner, name=_short(member.name)) if member and member.role is Role.OFFICER else owner
        for owner in OWNERS
        for member in (names.get(owner.id),)
    )
    return (*people, GROUP)


def _short(name: str) -> str:
    """ "el oficial Dzul" on a narrow tab."""
    return name.replace("el oficial ", "Of. ").replace("la oficial ", "Of. ")


def _enrolled(tx: Transaction, app: App, phone: str, badge: str) -> None:
    now = app.clock.now()
    slot = tx.staff.slot(badge)
    assert slot is not None  # the example has it
    person = tx.people.add(at=now, locale="es", role=slot.role)
    tx.vault.add(person.id, Address("simulator", phone))
    lists = (*slot.lists, *LISTS_OF_PHONES.get(phone, ()))
    tx.staff.expect(
        badge=badge, name=slot.name, role=slot.role, sectors=slot.sectors, lists=sorted({*lists}), at=now
    )
    tx.staff.enrol(badge, person.id, "0000", now)
    tx.staff.approve(badge, None, now)
    officer = tx.staff.officer(person.id)
    if officer is not None and officer.role is Role.OFFICER:
        duty.start(tx, app.here, officer, now)


def _empty(tx: Transaction) -> None:
    for table in reversed(metadata.sorted_tables):
        if table.name != "meta":
            tx.connection.execute(table.delete())


def unhurried(municipality: Municipality) -> Municipality:
    """Without limits for the neighbour: one person plays a whole street here, faster than anybody writes."""
    free = replace(municipality.service.limits, messages_a_minute=0, reports_an_hour=0, reports_a_day=0)
    return replace(municipality, service=replace(municipality.service, limits=free))


@contextlib.asynccontextmanager
async def demonstration(
    municipality: Municipality,
    folder: Path,
    clock: MovableClock | None = None,
    public_url: str = "http://127.0.0.1:8000",
) -> AsyncIterator[Demo]:
    """The whole programme on a throw-away store with the simulator as its only channel."""
    clock = clock or MovableClock()
    channels: dict[str, Any] = {}
    chance = random.Random(SEED).randrange  # noqa: S311  a demonstration that always goes the same way
    url = f"sqlite:///{folder / 'demo.db'}"
    plugged = composition.plugged(url, municipality, KeyRing.throwaway(), channels, clock, chance, public_url)
    async with plugged as app:
        templates = {name: template.text for name, template in municipality.templates.items()}
        channel = SimulatorChannel(
            clock, owners=_owners(municipality), templates=templates, media=app.files.of_ours
        )
        channels["simulator"] = channel
        demo = Demo(app, channel, clock)
        await app.start()
        await demo.seed()
        yield demo


async def run_demo(municipality: Municipality, port: int, tell: Any, folder: Path) -> None:
    """`proximidad demo`: serve the page on 127.0.0.1 until stopped; `tell(url)` when it is there."""
    from bot.web import build_app, serve
    from handlers.pages import office
    from handlers.pages.simulator import routes

    here = f"http://127.0.0.1:{port}"
    async with demonstration(unhurried(municipality), folder, public_url=here) as demo:
        app = demo.app
        pages = [
            *routes(demo.channel, demo.clock, demo),
            *office.routes(app.store, app.here, app.clock),
        ]
        hosts = ["127.0.0.1", "localhost", "[::1]"]
        web = await serve(build_app(pages, demo.app.health, allowed_hosts=hosts), "127.0.0.1", port)
        tell(f"http://127.0.0.1:{web.port}/")
        try:
            await composition.until_stopped(demo.app)
        finally:
            await web.stop()
