"""The roster to come, places of a shift, and what a place remembers: the same on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.duty_plan import PlannedShift
from bot.domain.errors import Changed
from bot.domain.place_memory import Repeat
from bot.domain.roster import Mode, Shift
from bot.domain.safety import SafetyNote, SafetyState
from bot.domain.territory import Place, Point
from storage import Store, Transaction
from tests.support.reports import NOON, opened

THERE = Point(18.5074, -88.3087)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def planned(start: int, badge: str = "E-1", **more: object) -> PlannedShift:
    return PlannedShift(
        badge=badge, starts_at=NOON + start * HOUR, ends_at=NOON + (start + 12) * HOUR, **more
    )  # type: ignore[arg-type]


async def test_planned_shifts_are_found_by_badge_and_by_span(store: Store) -> None:
    """What ends at a moment does not touch it; what is forgotten is told by its id."""
    first, second = planned(0, sectors=("norte",), mode=Mode.CAR), planned(24)

    def work(tx: Transaction) -> None:
        ids = tx.plans.add([first, second])
        other = planned(0, "E-2")
        tx.plans.add([other])
        assert tx.plans.get(ids[0]) == first
        assert tx.plans.of_badge("E-1", NOON, NOON + DAY) == [first, second]
        assert tx.plans.of_badge("E-1", NOON + 12 * HOUR, NOON + 23 * HOUR) == []
        assert len(tx.plans.between(NOON, NOON + HOUR)) == 2
        assert tx.plans.forget("E-1", NOON, NOON + HOUR) == [ids[0]]
        assert tx.plans.get(ids[0]) is None
        tx.plans.forget_old(NOON + 13 * HOUR)
        assert tx.plans.between(NOON, NOON + 2 * DAY) == [second]
        assert tx.plans.add([]) == []

    await store.run(work)


async def test_a_place_stays_for_the_shift_alone(store: Store) -> None:
    """Read back as it was said, and gone with the end."""

    def work(tx: Transaction) -> None:
        person = tx.people.add(at=NOON, locale="es").id
        tx.staff.start_shift(
            "s", Shift(person_id=person, sectors=("norte",), starts_at=NOON, ends_at=NOON + HOUR)
        )
        tx.staff.share_spot("s", THERE, NOON)
        tx.staff.get_about("s", Mode.MOTORCYCLE)
        tx.staff.pause_shift("s", NOON)
        known = tx.staff.shift("s")
        assert known is not None
        assert (known.spot, known.spot_at, known.mode, known.paused_at) == (
            THERE,
            NOON,
            Mode.MOTORCYCLE,
            NOON,
        )
        tx.staff.end_shift("s", NOON)
        tx.staff.share_spot("s", THERE, NOON)  # too late
        over = tx.staff.shift("s")
        assert over is not None
        assert (over.spot, over.spot_at) == (None, None)

    await store.run(work)


async def test_around_and_repeats_know_nothing_of_what_is_confidential(store: Store) -> None:
    """By cell, over or not, since a moment."""

    def work(tx: Transaction) -> None:
        place = Place(colonia="italia", point=THERE)
        for n in range(1, 4):
            opened(tx, n, place=place, opened_at=NOON - n * DAY)
            opened(tx, 10 + n, place=place, opened_at=NOON - n * DAY, named_list="mando", kind="drogas")
        opened(tx, 20, place=Place(colonia="italia", point=Point(18.52, -88.30)))
        cells = tx.reports.cells_around(THERE, 150)
        found = tx.reports.around(cells, NOON - 2 * DAY)
        assert [one.opened_at for one in found] == [NOON - DAY, NOON - 2 * DAY]
        assert tx.reports.repeats(NOON - 3 * DAY, 3) == [Repeat("italia", "ruido", 3)]
        assert tx.reports.repeats(NOON - 3 * DAY, 4) == []
        assert tx.reports.claims() == {}

    await store.run(work)


async def test_a_safety_note_is_decided_once(store: Store) -> None:
    """Whoever was slower is told so; it is found by cell and by colonia while it holds."""

    def work(tx: Transaction) -> None:
        report = opened(tx, place=Place(colonia="italia", point=THERE))
        note = SafetyNote(
            id="n",
            report_id=report.id,
            author_id="a" * 32,
            place=Place(colonia="italia", street="Roma", point=THERE),
            text="perro suelto",
            reason="lo vi",
            made_at=NOON,
            expires_at=NOON + 7 * DAY,
        )
        tx.safety.add(note)
        assert tx.safety.get("n") == note
        valid = replace(note, state=SafetyState.VALID, decided_by="b" * 32, decided_at=NOON)
        tx.safety.save(note, valid)
        with pytest.raises(Changed):
            tx.safety.save(note, valid)
        cells = tx.reports.cells_around(THERE, 60)
        written = replace(valid, id="w", report_id=None, place=Place(colonia="italia", street="Milán 3"))
        tx.safety.add(written)
        assert tx.safety.get("w") == written
        assert {n.id for n in tx.safety.in_colonias(["italia"], NOON)} == {"n", "w"}
        assert {n.id for n in tx.safety.around(cells, "italia", NOON)} == {"n", "w"}
        assert {n.id for n in tx.safety.around(cells, "caribe", NOON)} == {"n"}
        assert {n.id for n in tx.safety.around([], "italia", NOON)} == {"n", "w"}
        elsewhere = tx.reports.cells_around(Point(18.6, -88.3), 60)
        assert {n.id for n in tx.safety.around(elsewhere, "italia", NOON)} == {"w"}
        assert tx.safety.around(cells, "italia", NOON + 7 * DAY) == []
        tx.safety.forget_old(NOON + 8 * DAY)
        assert tx.safety.get("n") is None

    await store.run(work)
