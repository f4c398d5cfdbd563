"""Visits over a real store: who hears of the hour and when, and what the resident is told."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from bot.domain.errors import NotAllowedNow, NotOnDuty, NotPermitted, UnknownFolio
from bot.domain.patrol import DayPart, Visit, VisitState
from bot.domain.report import Disposition
from bot.domain.roster import Role
from bot.domain.territory import Place, Point
from handlers.desk import reports as desk
from handlers.desk import visits
from handlers.here import Here
from handlers.rounds import Rounds
from storage import Store, Transaction
from storage.schema import outbox
from tests.handlers.conftest import NOON, HastyClock, me, officer, resident
from tests.support.reports import opened

AFTERNOON = DayPart(time(14), time(19))  # local; noon of the tests is 13:00 in Chetumal
SPOT = Point(18.51, -88.305)


def town(tx: Transaction, here: Here, **report: object) -> str:
    """Canul and Poot of the sector, Aguilar commands; Canul has Rosa's request."""
    officer(tx, "canul", sectors=("norte",), lists=("mando",))
    officer(tx, "poot", sectors=("norte",))
    officer(tx, "ek", sectors=("sur",))
    officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)
    place = Place(colonia="centro", street="Roma 12", point=SPOT)
    facts = {"kind": "rondin", "place": place, "person_id": resident(tx), **report}
    folio = opened(tx, **facts).folio
    desk.claim(tx, here, folio, me(tx, "canul"), NOON)
    return folio


def arranged(tx: Transaction, here: Here, days: int = 1, **report: object) -> list[Visit]:
    return visits.arrange(tx, here, town(tx, here, **report), me(tx, "canul"), AFTERNOON, days, NOON)


def told(tx: Transaction) -> list[tuple[str, str]]:
    names = {resident(tx, name): name for name in ("canul", "poot", "ek", "aguilar", "rosa")}
    rows = tx.connection.execute(
        select(outbox.c.notice, outbox.c.person_id)
        .where(outbox.c.notice.startswith("visit"))
        .order_by(outbox.c.id)
    ).all()
    return [(row.notice, names[row.person_id]) for row in rows]


async def until(store: Store, here: Here, clock: HastyClock, hours: float) -> None:
    rounds = Rounds(store, here, clock)
    for _ in range(int(hours * 6)):
        clock.skip(minutes=10)
        await rounds.look()


async def state_of(store: Store, one: Visit) -> VisitState:
    found = await store.read(lambda tx: tx.visits.get(one.id))
    assert found is not None
    return found.state


async def test_the_shift_of_the_sector_hears_the_hour_when_it_comes_and_nobody_before(
    store: Store, here: Here, clock: HastyClock
) -> None:
    """The resident hears that visits were planned, then the receipt; the hour is in no word before it."""
    (one,) = await store.run(lambda tx: arranged(tx, here))
    assert await store.run(told) == [("visits_planned", "rosa")]
    clock.at = one.planned_at - timedelta(minutes=1)
    await Rounds(store, here, clock).look()
    assert len(await store.run(told)) == 1
    clock.skip(minutes=2)
    await Rounds(store, here, clock).look()
    assert sorted((await store.run(told))[1:]) == [("visit_time", "canul"), ("visit_time", "poot")]


async def test_a_visit_that_was_made_gives_a_receipt(store: Store, here: Here, clock: HastyClock) -> None:
    """From when to when, and how far from the place; pressed twice it happened once."""

    def made(tx: Transaction, one: Visit) -> Visit:
        poot = me(tx, "poot")
        visits.arrive(tx, one.id, poot, NOON)
        visits.arrive(tx, one.id, poot, NOON + timedelta(minutes=1))
        visits.measure(tx, poot, Point(SPOT.lat + 0.0009, SPOT.lon))
        assert visits.measure(tx, me(tx, "canul"), SPOT) is None
        with pytest.raises(NotAllowedNow):
            visits.arrive(tx, one.id, me(tx, "canul"), NOON)
        return visits.leave(tx, one.id, poot, "Todo tranquilo.", NOON + timedelta(minutes=13))[1]

    (one,) = await store.run(lambda tx: arranged(tx, here))
    done = await store.run(lambda tx: made(tx, one))
    assert (done.arrived_at, done.left_at) == (NOON, NOON + timedelta(minutes=13))
    assert done.metres == pytest.approx(100, abs=1)
    await until(store, here, clock, 8)
    assert await store.run(told) == [("visits_planned", "rosa"), ("visit_made", "rosa")]


async def test_a_visit_nobody_made_is_told(store: Store, here: Here, clock: HastyClock) -> None:
    """To who asked, and to the supervisors: silence would be a broken word."""
    (one,) = await store.run(lambda tx: arranged(tx, here))
    await until(store, here, clock, 8)
    assert await state_of(store, one) is VisitState.MISSED
    heard = await store.run(told)
    assert heard[-2:] == [("visit_missed", "rosa"), ("visit_not_made", "aguilar")]


async def test_who_arrived_and_never_left_was_there(store: Store, here: Here, clock: HastyClock) -> None:
    (one,) = await store.run(lambda tx: arranged(tx, here))
    await store.run(lambda tx: visits.arrive(tx, one.id, me(tx, "poot"), NOON))
    await until(store, here, clock, 2)
    assert await state_of(store, one) is VisitState.DONE
    assert ("visit_made", "rosa") in await store.run(told)


async def test_nobody_goes_where_nobody_waits(store: Store, here: Here, clock: HastyClock) -> None:
    """Withdrawn, or said to be solved: the visits ahead are called off without a word."""

    def withdrawn(tx: Transaction) -> list[Visit]:
        found = arranged(tx, here, 2)
        report = tx.reports.get(found[0].report_id)
        desk.withdraw(tx, report, NOON)
        return found

    both = await store.run(withdrawn)
    await until(store, here, clock, 40)
    assert {await state_of(store, one) for one in both} == {VisitState.CANCELLED}
    assert await store.run(told) == [("visits_planned", "rosa")]


async def test_a_closed_request_keeps_its_visits(store: Store, here: Here, clock: HastyClock) -> None:
    """The officer closes the request once it is planned; the word given stands."""

    def closed(tx: Transaction) -> Visit:
        (one,) = arranged(tx, here)
        folio = tx.reports.get(one.report_id).folio
        desk.close(tx, folio, me(tx, "canul"), Disposition.ATTENDED, "Ya quedó programado.", NOON)
        return one

    one = await store.run(closed)
    await until(store, here, clock, 8)
    assert await state_of(store, one) is VisitState.MISSED


async def test_planning_again_replaces_what_was_ahead(store: Store, here: Here) -> None:
    """Two plans never run at once."""

    def twice(tx: Transaction) -> list[str]:
        first = arranged(tx, here, 3)
        folio = tx.reports.get(first[0].report_id).folio
        visits.arrange(tx, here, folio, me(tx, "canul"), AFTERNOON, 1, NOON)
        return [one.state.value for one in tx.visits.of_report(first[0].report_id)]

    assert sorted(await store.run(twice)) == ["cancelled", "cancelled", "cancelled", "planned"]


async def test_who_may_not(store: Store, here: Here) -> None:
    """No patrol at one side's door in a quarrel, save by a supervisor; nothing about a confidential report."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here, kind="pleito_vecinal")
        with pytest.raises(NotPermitted):
            visits.arrange(tx, here, folio, me(tx, "canul"), AFTERNOON, 1, NOON)
        (one,) = visits.arrange(tx, here, folio, me(tx, "aguilar"), AFTERNOON, 1, NOON)
        with pytest.raises(NotPermitted):  # of another sector
            visits.arrive(tx, one.id, me(tx, "ek"), NOON)
        tx.staff.end_shift("shift-ek", NOON)
        with pytest.raises(NotOnDuty):
            visits.arrive(tx, one.id, me(tx, "ek"), NOON)
        with pytest.raises(UnknownFolio):
            visits.arrive(tx, "nothing", me(tx, "canul"), NOON)
        visits.arrive(tx, one.id, me(tx, "canul"), NOON)
        with pytest.raises(UnknownFolio):
            visits.leave(tx, one.id, me(tx, "poot"), "x", NOON)
        secret = opened(tx, 9, named_list="mando").folio
        desk.claim(tx, here, secret, me(tx, "canul"), NOON)
        with pytest.raises(NotPermitted):
            visits.arrange(tx, here, secret, me(tx, "canul"), AFTERNOON, 1, NOON)

    await store.run(work)
