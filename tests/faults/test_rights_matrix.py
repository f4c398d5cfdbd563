"""T18. Every button, word, command and route, as everybody who can exist: what is not granted is refused and changes nothing.

The acts come from the programme's own tables, the expectations from `rights_matrix.txt`, which is read and renewed by hand
(`RENEW=1`, then READ the difference). An act without a row there fails. Each cell is played in a unit that is taken back.

    -  refused, or not heard at all: nothing protected changed, nothing protected was shown
    Y  done or answered
    P  done, and the street was shown
    T  done, and the words of the report were shown
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.app import build_here
from bot.domain import folio as folios
from bot.domain.concern import Priority
from bot.domain.patrol import Visit, VisitState
from bot.domain.promise import Promise, Window
from bot.domain.report import Report
from bot.domain.roster import Role
from bot.domain.territory import Place
from bot.messages import Address, Inbound, InboundKind
from bot.triage import Understanding
from handlers import menus
from handlers.desk import duty, erasure
from handlers.desk import person as calls
from handlers.here import Here
from handlers.reception import Reception
from handlers.refusals import WORDS as REFUSALS
from storage import Store, Transaction, open_store
from storage.schema import (
    due,
    duty_unit,
    event,
    follow_code,
    follower,
    help_request,
    media,
    promise,
    report,
    shift,
    staff,
    thanks,
    visit,
    visit_request,
    walk,
    walk_stop,
)
from storage.sealing import KeyRing
from tests.faults.evidence import Campaign
from tests.faults.premises import MUNICIPALITY, premises
from tests.handlers.conftest import NOON, HastyClock, officer, resident

MATRIX = Campaign("T18", "Every act by everybody who can exist")
WORDS = Campaign("T18", "Every word and command by everybody", part="words")
GOLDEN = Path(__file__).parent / "rights_matrix.txt"
EVERYBODY = (
    *("stranger", "owner", "neighbour", "pending", "revoked", "off duty", "elsewhere"),
    *("on duty", "handler", "listed", "supervisor", "listed supervisor"),
)
CANARY = "canario"  # in the words and the streets of the reports
STALE = "Esa opción ya no está activa."
OF_REPORT = (
    "see add again withdraw case way here release ask note refer done reassign support missing need call place word let"
    " visits panel warn give thank asktext officesaid mediate pass accept notme snooze"
)
PROTECTED = (
    report, event, staff, shift, due, help_request, follower, visit_request, media, follow_code, promise, visit,
    thanks, walk, walk_stop, duty_unit,
)  # fmt: skip
REPORTS = {"ordinary": folios.make(1), "in hand": folios.make(2), "confidential": folios.make(3)}
STREET = "jilguero"
PROMISE, VISIT, BEGUN = "p000%s", "v000%s", "w000%s"  # ids of what hangs on a report, by its folio


class TakenBack(Exception):
    """The cell was played; nothing of it stays."""


@dataclass(frozen=True)
class Cell:
    """What somebody saw, and whether anything protected changed."""

    said: str
    refused: bool
    changed: bool
    told: bool  # somebody else was told something

    @property
    def leaks(self) -> bool:
        """Did something happen, or was something seen?"""
        return self.changed or self.told or CANARY in self.said or STREET in self.said

    @property
    def mark(self) -> str:
        if self.refused:
            return "-"
        return "T" if CANARY in self.said else "P" if STREET in self.said else "Y"


@dataclass
class World:
    """A town in which everybody exists who can."""

    store: Store
    reception: Reception
    people: dict[str, str]
    folios: dict[str, str]
    request: str

    async def plays(self, who: str, *, button: str = "", text: str = "") -> Cell:
        """One tap or one message, by one of them, taken back afterwards."""
        found: list[Cell] = []
        address = Address("simulator", who)
        person = self.people.get(who, "")
        token = self.reception.here.tokens.sign(person, button) if button else ""
        inbound = Inbound(
            id=uuid4().hex, address=address, at=NOON, text=text, token=token,
            kind=InboundKind.TAP if button else InboundKind.MESSAGE, tap_id="t" if button else "",
        )  # fmt: skip
        understood = self.reception._understand(inbound, NOON)

        def work(tx: Transaction) -> None:
            found.append(played(self.reception, tx, inbound, understood))
            raise TakenBack

        with pytest.raises(TakenBack):
            await self.store.run(work)
        return found[0]


def played(reception: Reception, tx: Transaction, inbound: Inbound, understood: Understanding | None) -> Cell:
    """One turn, as reception plays it; what it changed and what was said to this person."""
    before = protected(tx)
    reception._turn(tx, inbound=inbound, understood=understood, now=NOON)
    me = tx.vault.person_at(inbound.address)
    mine = [row for row in tx.outbox.written if row.person_id == me]
    said = "\n".join(str(row.facts) for row in mine)
    others = any(row.person_id != me for row in tx.outbox.written)
    refused = any(words in said for words in refusals()) or STALE in said
    return Cell(said, refused, protected(tx) != before, others)


@cache
def refusals() -> tuple[str, ...]:
    """What is said when a right is missing; a verb that comes too late is no question of rights."""
    told = [
        words
        for error, words in REFUSALS.items()
        if error.__name__ in ("UnknownFolio", "NotOnDuty", "NotPermitted", "NotYours")
    ]
    assert len(told) == 4
    return tuple(told)


def protected(tx: Transaction) -> list[Any]:
    """Everything that somebody without a right must not change."""
    return [[tuple(row) for row in tx.connection.execute(select(table)).all()] for table in PROTECTED]


def populated(tx: Transaction, here: Here) -> tuple[dict[str, str], dict[str, str], str]:
    """People, folios, and a request to talk to a person."""
    kind = here.kind("ruido")
    place = Place(colonia="centro", street=f"{STREET} 12")
    sectors = tuple(sector.slug for sector in here.municipality.territory.sectors_of(place))
    other = next(s.slug for s in here.municipality.territory.sectors if s.slug not in sectors)
    named = next(iter(here.municipality.lists))
    people = {name: resident(tx, name) for name in ("owner", "neighbour")}
    for person in people.values():
        tx.people.consent(person, here.municipality.privacy.notice_version, NOON)
        tx.people.greeted(person, NOON)
    for name, own, on_duty, lists in (
        ("on duty", sectors, True, ()), ("handler", sectors, True, ()), ("off duty", sectors, False, ()),
        ("elsewhere", (other,), True, ()), ("revoked", sectors, True, ()), ("listed", (other,), False, (named,)),
    ):  # fmt: skip
        people[name] = officer(tx, name, sectors=own, on_duty=on_duty, lists=lists)
    people["supervisor"] = officer(tx, "supervisor", role=Role.SUPERVISOR, sectors=sectors, on_duty=False)
    people["listed supervisor"] = officer(
        tx, "listed supervisor", role=Role.SUPERVISOR, sectors=sectors, on_duty=False, lists=(named,)
    )
    duty.revoke(tx, "revoked", people["supervisor"], NOON)
    people["pending"] = resident(tx, "pending")
    tx.staff.expect(badge="P-1", name="quien espera", role=Role.OFFICER, sectors=sectors, lists=(), at=NOON)
    tx.staff.enrol("P-1", people["pending"], "4321", NOON)
    base = Report(
        id="", folio="", draft_id="", person_id=people["owner"], kind=kind.slug, priority=Priority.P2, place=place,
        sectors=sectors, text=f"{CANARY} en la azotea", opened_at=NOON, updated_at=NOON,
    )  # fmt: skip
    for name, folio in REPORTS.items():
        new = replace(
            base,
            id=uuid4().hex,
            folio=folio,
            draft_id=uuid4().hex,
            named_list=named if name == "confidential" else "",
        )
        tx.reports.add(Report.open(new))
    roster = {one.person_id: one for one in tx.staff.roster(NOON).officers}
    in_hand = tx.reports.by_folio(REPORTS["in hand"])
    tx.reports.save(in_hand.claim(by=roster[people["handler"]], at=NOON))
    for folio in REPORTS.values():
        _promised(tx, tx.reports.by_folio(folio), people["handler"])
    request, _ = tx.requests.ask_for_person(people["neighbour"], NOON)
    calls.wait(tx, here, request.id, NOON)
    erasure.ask(tx, people["neighbour"], NOON)
    return people, REPORTS, request.id


def _promised(tx: Transaction, report: Report, by: str) -> None:
    """Somebody's word about it, a visit whose hour came, and one that they are making."""
    at, until = NOON - timedelta(minutes=10), NOON + timedelta(hours=3)
    tx.promises.add(
        Promise(
            id=PROMISE % report.folio, report_id=report.id, owner_id=by, sector=report.sectors[0],
            text=f"Pasamos por el {CANARY}.", window=Window(starts_at=None, due_at=until), made_at=at,
        )
    )  # fmt: skip
    called = Visit(
        id=VISIT % report.folio, report_id=report.id, sector=report.sectors[0], planned_by=by, planned_at=at,
        closes_at=until, stay=10, state=VisitState.CALLED,
    )  # fmt: skip
    begun = replace(called, id=BEGUN % report.folio)
    tx.visits.add(called)
    tx.visits.add(begun)
    tx.visits.save(begun, begun.arrive(by, at))


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    here = build_here(MUNICIPALITY, KeyRing.throwaway(), {})
    store = await open_store(f"sqlite:///{tmp_path}/p.db", KeyRing.throwaway())
    people, folios, request = await store.run(lambda tx: populated(tx, here))
    yield World(store, Reception(store, here, HastyClock()), people, folios, request)
    await store.close()


def buttons(world: World) -> dict[str, str]:
    """Every button that a card can carry, by a name: the menus', and the cards' with each argument that matters."""
    of_report = set(OF_REPORT.split())
    own = {
        "solved": ("%s.yes",), "wake": ("%s.30",), "claim": ("%s.0",), "decline": ("%s.0",), **dict.fromkeys(of_report, ("%s",)),
        "approve": ("P-1.4321",), "refuse": ("P-1.4321",), "help": (world.request[:12],), "helped": (world.request[:12],),
        "helpfile": ("0" * 32,), "forget": (world.people["neighbour"],), "tip": ("casa.0",), "tips": ("0",), "tipsof": ("ruido",),
        "visit": ("centro",), "contact": ("centro",), "also": ("x",), "noalso": ("x",), "reset_pin": ("on duty",),
        **dict.fromkeys(("let_in", "pause", "unpause", "keep_pause"), (world.people["neighbour"],)),
        **dict.fromkeys(("promise", "kept", "pmove", "poff"), (PROMISE,)), "vin": (VISIT,), "vout": (BEGUN,),
        **dict.fromkeys(("passon", "keepit"), ("0" * 12,)), "pact": ("0" * 12 + ".yes",),
        **dict.fromkeys(("safe", "nosafe", "unsafe", "doubt"), ("0" * 12,)),
    }  # fmt: skip
    found = {f"m.{entry.name}": f"m.{entry.name}" for entry in menus.ENTRIES}
    for tap in menus.TAPS:
        for argument in own.get(tap.verb, ("",)):
            if "%s" not in argument:
                found[tap.verb] = f"{tap.verb}.{argument}"
                continue
            for name, folio in world.folios.items():
                found[f"{tap.verb} {name}"] = f"{tap.verb}.{argument % folio}"
    return found


async def test_every_button_by_everybody(world: World) -> None:
    rows, wrong = {}, []
    for name, body in buttons(world).items():
        cells = {who: await world.plays(who, button=body) for who in EVERYBODY if who != "stranger"}
        cells["stranger"] = await as_stranger(world, body)
        rows[name] = " ".join(cells[who].mark for who in EVERYBODY)
        wrong += [f"{name} by {who}" for who, cell in cells.items() if cell.refused and cell.leaks]
    if os.environ.get("RENEW"):
        GOLDEN.write_text(page(rows))
    expected = dict(
        line.rsplit("  ", 1) for line in GOLDEN.read_text().splitlines() if line and line[0] != "#"
    )
    expected = {name.strip(): marks for name, marks in expected.items()}
    MATRIX.record(
        acts=len(rows),
        people=len(EVERYBODY),
        cells=len(rows) * len(EVERYBODY),
        breaches=len(wrong),
        rows_missing=len(rows.keys() ^ expected.keys()),
    )
    assert wrong == []
    assert rows.keys() == expected.keys(), "an act without a row, or a row without an act"
    assert {n: m for n, m in rows.items() if expected[n] != m} == {}


async def as_stranger(world: World, body: str) -> Cell:
    """Who never wrote can only tap a button that was made for somebody else."""
    found: list[Cell] = []
    token = world.reception.here.tokens.sign(world.people["supervisor"], body)
    inbound = Inbound(
        id=uuid4().hex,
        address=Address("simulator", "nobody"),
        at=NOON,
        token=token,
        kind=InboundKind.TAP,
        tap_id="t",
    )

    def work(tx: Transaction) -> None:
        found.append(played(world.reception, tx, inbound, None))
        raise TakenBack

    with pytest.raises(TakenBack):
        await world.store.run(work)
    return found[0]


def page(rows: dict[str, str]) -> str:
    """The matrix as it is read."""
    head = [f"# {n:2} {who}" for n, who in enumerate(EVERYBODY, start=1)]
    numbers = "#".ljust(26) + "  " + " ".join(str(n % 10) for n in range(1, len(EVERYBODY) + 1))
    return "\n".join([*head, numbers, *(f"{name:26}  {marks}" for name, marks in rows.items())]) + "\n"


async def test_every_word_and_command_by_everybody(world: World) -> None:
    """By word or by command nobody gets further than by the button of the same name."""
    played_cells, wrong = 0, []
    for entry in menus.ENTRIES:
        words = entry.words[: WORDS.size(ci=1, whole=99)]
        for text in (*words, *(f"/{word.replace(' ', '_')}" for word in words), f"/{entry.name}"):
            for who in EVERYBODY:
                cell = await world.plays(who, text=text)
                played_cells += 1
                role = role_of(who)
                granted = role in entry.roles
                reached = text.startswith("/") and cell.refused
                if not granted and (cell.changed or CANARY in cell.said or "P-1" in cell.said):
                    wrong.append(f"«{text}» by {who}")
                if granted and reached:
                    wrong.append(f"«{text}» refused to {who}")
    for word in menus._TYPED:
        for folio in world.folios.values():
            for who in EVERYBODY:
                typed = await world.plays(who, text=f"{word} {folio}")
                tapped = (
                    await world.plays(who, button=f"{menus._TYPED[word]}.{folio}")
                    if who != "stranger"
                    else None
                )
                played_cells += 1
                added = who == "owner" and "Agregado." in typed.said  # words beside one's own folio
                if role_of(who) is Role.RESIDENT and (
                    (typed.changed and not added) or (CANARY in typed.said and who != "owner")
                ):
                    wrong.append(f"«{word} {folio}» by {who}")
                if (
                    tapped is not None
                    and role_of(who) is not Role.RESIDENT
                    and typed.refused != tapped.refused
                ):
                    wrong.append(f"«{word} {folio}» by {who}: not as by its button")
    WORDS.record(cells=played_cells, breaches=len(wrong))
    assert wrong == []


def role_of(who: str) -> Role:
    """What somebody is at this moment."""
    if who in ("stranger", "owner", "neighbour", "pending", "revoked"):
        return Role.RESIDENT
    return Role.SUPERVISOR if "supervisor" in who else Role.OFFICER


# Every address of the served programme, and what a stranger's GET and POST get there.
DOORS: dict[str, tuple[int, int]] = {
    "/telegram/webhook": (405, 403),
    "/twilio/whatsapp": (405, 403),
    "/twilio/status": (405, 403),
    "/oficina.css": (200, 405),
    "/oficina/{token}": (404, 404),
    "/oficina/{token}/mandar": (404, 405),
    "/salud/vivo": (200, 405),
    "/salud/listo": (200, 405),
    "/metrics": (404, 405),
}


async def test_every_route_by_a_stranger(tmp_path: Path) -> None:
    """A route that is not in the table fails; so does a door that is opened to nobody in particular."""
    async with premises(f"sqlite:///{tmp_path}/p.db") as place:
        routes = {getattr(route, "path", "?") for route in place.asgi.routes}
        assert routes == set(DOORS)
        for path, (got, posted) in DOORS.items():
            base = place.twilio.webhook_url
            async with place.twilio.session.get(base + path) as answer:
                assert (path, answer.status) == (path, got)
            async with place.twilio.session.post(base + path, data=b"x") as answer:
                assert (path, answer.status) == (path, posted)
        assert await place.store.read(lambda tx: tx.inbox.count()) == 0
