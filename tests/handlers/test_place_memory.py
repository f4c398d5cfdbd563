"""What a place remembers and what is dangerous about it, over a real store: never a confidential kind, never a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.errors import NoPoint, NoteOver, NotOnDuty, NotPermitted, NotYours, UnknownFolio
from bot.domain.place_memory import OfKind, by_kind
from bot.domain.report import Disposition
from bot.domain.roster import Role
from bot.domain.safety import Caution, SafetyNote
from bot.domain.territory import Place, Point
from handlers.desk import enrolment, places
from handlers.desk import reports as desk
from handlers.here import Here
from storage import Store, Transaction
from storage.schema import outbox, safety_note
from tests.handlers.conftest import NOON, me, officer, resident
from tests.support.reports import opened

THERE = Point(18.5074, -88.3087)
DAY = timedelta(days=1)


def beside(metres: float) -> Place:
    """A place so far to the north, in the Italia."""
    return Place(colonia="italia", street="Roma 12", point=Point(THERE.lat + metres / 111_195, THERE.lon))


def town(tx: Transaction, here: Here, **report: object) -> str:
    """Canul has a report at the place; Aguilar and Tun command."""
    officer(tx, "canul", sectors=("norte",), lists=("mando",))
    officer(tx, "poot", sectors=("norte",))
    officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)
    officer(tx, "tun", role=Role.SUPERVISOR, on_duty=False)
    folio = opened(tx, 1, **{"place": beside(0), **report}).folio
    desk.claim(tx, here, folio, me(tx), NOON)
    return folio


def told(tx: Transaction, notice: str) -> list[str]:
    names = {resident(tx, name): name for name in ("canul", "poot", "aguilar", "tun")}
    rows = tx.connection.execute(
        select(outbox.c.person_id).where(outbox.c.notice == notice).order_by(outbox.c.id)
    )
    return [names[person] for person in rows.scalars().all()]


async def test_within_150_metres_and_twelve_months_and_nothing_confidential(store: Store, here: Here) -> None:
    """Neither farther, nor older, nor of a named list, nor of a kind that is confidential now."""
    listed = next(kind.slug for kind in here.municipality.kinds.kinds if kind.listed)

    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        opened(tx, 2, place=beside(140), opened_at=NOON - 300 * DAY)
        opened(tx, 3, place=beside(160))
        opened(tx, 4, place=beside(0), opened_at=NOON - 366 * DAY)
        opened(tx, 5, place=beside(0), named_list="mando")
        opened(tx, 6, place=Place(colonia="italia"))
        closed = opened(tx, 7, kind="alumbrado", place=beside(20))
        opened(tx, 8, kind=listed, place=beside(0))  # since its kind became confidential
        desk.claim(tx, here, closed.folio, me(tx), NOON)
        desk.close(tx, closed.folio, me(tx), Disposition.ATTENDED, "ya prende", NOON)
        known = places.memory(tx, here, tx.reports.by_folio(folio), NOON)
        assert {one.kind for one in known.reports} == {"ruido", "alumbrado"}
        assert by_kind(known.reports) == [
            OfKind("alumbrado", 1, 0, NOON),
            OfKind("ruido", 1, 1, NOON - 300 * DAY),
        ]

    await store.run(work)


async def test_a_report_without_a_point_has_no_place_to_remember(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        folio = town(tx, here, place=Place(colonia="italia", street="Roma 12"))
        with pytest.raises(NoPoint):
            places.memory(tx, here, tx.reports.by_folio(folio), NOON)

    await store.run(work)


@pytest.mark.parametrize(
    ("note", "report", "seen"),
    [
        ("calle Roma 12", Place(colonia="italia", street="Roma entre Milán y Turín"), True),
        ("calle Roma 12", beside(500), True),  # whose street is "Roma 12"
        ("calle Roma 12", Place(colonia="italia", street="Turín 8"), False),
        ("calle Roma 12", Place(colonia="caribe", street="Roma 12"), False),
        ("calle Roma 12", Place(colonia="italia", point=THERE), False),
    ],
)
async def test_a_warning_of_a_written_street_is_shown_to_who_goes_to_that_street_of_that_colonia(
    store: Store, here: Here, note: str, report: Place, seen: bool
) -> None:
    """It needs no report; whoever is on duty may ask for it, and nobody else."""
    caution = Caution(text="perro suelto", reason="lo vi", days=7, place=Place(colonia="italia", street=note))

    def work(tx: Transaction) -> None:
        town(tx, here)
        officer(tx, "ek", on_duty=False)
        with pytest.raises(NotOnDuty):
            places.ask(tx, here, "", me(tx, "ek"), caution, NOON)
        with pytest.raises(NoPoint):
            places.ask(tx, here, "", me(tx), replace(caution, place=Place(colonia="italia")), NOON)
        made = places.ask(tx, here, "", me(tx), caution, NOON)
        places.decide(tx, made.id, me(tx, "aguilar"), NOON, agreed=True)
        assert bool(shown(tx, opened(tx, 2, place=report).folio)) is seen

    await store.run(work)


def asked(tx: Transaction, here: Here, folio: str, by: str = "canul", days: int = 30) -> SafetyNote:
    place = tx.reports.by_folio(folio).place
    caution = Caution(text="perro suelto", reason="casi muerde", days=days, place=place)
    return places.ask(tx, here, folio, me(tx, by), caution, NOON)


def shown(tx: Transaction, folio: str, at=NOON) -> list[str]:
    return [note.text for note in places.warnings(tx, tx.reports.by_folio(folio), at)]


async def test_a_warning_is_shown_only_after_somebody_of_the_command_agreed_and_only_for_its_time(
    store: Store, here: Here
) -> None:
    """Its author hears; who comes next door later sees it too; both supervisors were asked, one decides."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        note = asked(tx, here, folio)
        assert shown(tx, folio) == []
        assert told(tx, "safety_note_wanted") == ["aguilar", "tun"]
        places.decide(tx, note.id, me(tx, "aguilar"), NOON, agreed=True)
        with pytest.raises(NoteOver):
            places.decide(tx, note.id, me(tx, "tun"), NOON, agreed=False)
        assert told(tx, "safety_note_decided") == ["canul"]
        assert shown(tx, folio) == ["perro suelto"]
        assert shown(tx, opened(tx, 2, place=beside(50)).folio) == ["perro suelto"]
        assert shown(tx, opened(tx, 3, place=beside(70)).folio) == []
        assert shown(tx, folio, NOON + 30 * DAY) == []
        assert [n.text for n in tx.safety.in_colonias(["italia"], NOON)] == ["perro suelto"]
        assert tx.safety.in_colonias(["caribe"], NOON) == []

    await store.run(work)


async def test_a_warning_of_the_only_one_in_command_waits_for_the_second(store: Store, here: Here) -> None:
    """Nobody agrees to their own; whoever joins the command is asked, about what still waits and holds, once."""
    caution = Caution(
        text="perro suelto", reason="lo vi", days=7, place=Place(colonia="italia", street="Roma")
    )

    def work(tx: Transaction) -> None:
        officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)
        note = places.ask(tx, here, "", me(tx, "aguilar"), caution, NOON)
        places.ask(tx, here, "", me(tx, "aguilar"), caution, NOON - 8 * DAY)
        assert places.deciders(tx, note, NOON) == []
        assert told(tx, "safety_note_wanted") == []
        with pytest.raises(NotPermitted):
            places.decide(tx, note.id, me(tx, "aguilar"), NOON, agreed=True)
        person = tx.people.get(resident(tx, "tun"))
        assert person is not None
        enrolment.first_supervisor(tx, "M-77", "comandante Tun", "ABCDE12345", NOON)
        enrolment.enrol(tx, here, person, "ABCDE12345", NOON)
        assert told(tx, "safety_note_wanted") == ["tun"]
        places.decide(tx, note.id, me(tx, "tun"), NOON, agreed=True)
        assert [n.text for n in tx.safety.in_colonias(["italia"], NOON)] == ["perro suelto"]

    await store.run(work)


async def test_a_warning_that_was_refused_or_taken_off_is_shown_to_nobody(store: Store, here: Here) -> None:
    """An officer's doubt takes nothing off: the command does."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        refused = asked(tx, here, folio)
        places.decide(tx, refused.id, me(tx, "aguilar"), NOON, agreed=False)
        assert shown(tx, folio) == []
        note = asked(tx, here, folio)
        places.decide(tx, note.id, me(tx, "aguilar"), NOON, agreed=True)
        places.doubt(tx, note.id, me(tx, "poot"), NOON)
        assert told(tx, "safety_note_doubted") == ["aguilar", "tun"]
        assert shown(tx, folio) == ["perro suelto"]
        places.take_off(tx, note.id, me(tx, "tun"), NOON)
        assert shown(tx, folio) == []
        for late in (places.doubt, places.take_off):
            with pytest.raises((UnknownFolio, NoteOver)):
                late(tx, note.id, me(tx, "tun"), NOON)

    await store.run(work)


async def test_nobody_agrees_to_their_own_and_no_officer_to_any(store: Store, here: Here) -> None:
    """Two people know of each warning; of a confidential case there is none."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        note = asked(tx, here, folio, by="aguilar")
        assert told(tx, "safety_note_wanted") == ["tun"]
        for name in ("aguilar", "canul"):
            with pytest.raises(NotPermitted):
                places.decide(tx, note.id, me(tx, name), NOON, agreed=True)
        with pytest.raises(NotYours):
            asked(tx, here, folio, by="poot")
        listed = opened(tx, 9, place=beside(0), named_list="mando")
        desk.claim(tx, here, listed.folio, me(tx), NOON)
        with pytest.raises(NotPermitted):
            asked(tx, here, listed.folio)
        with pytest.raises(UnknownFolio):
            places.decide(tx, "nothing", me(tx, "tun"), NOON, agreed=True)

    await store.run(work)


async def test_it_is_sealed_and_goes_with_the_data_of_its_report(store: Store, here: Here) -> None:
    """It may be about the very house of who asks to be forgotten."""

    def work(tx: Transaction) -> None:
        rosa = resident(tx)
        folio = town(tx, here, person_id=rosa)
        places.decide(tx, asked(tx, here, folio).id, me(tx, "aguilar"), NOON, agreed=True)
        (row,) = tx.connection.execute(select(safety_note)).mappings().all()
        assert b"perro" not in row["told"]
        tx.erasure.person(rosa)
        assert tx.connection.execute(select(safety_note)).all() == []
        facts = tx.connection.execute(
            select(outbox.c.ref, outbox.c.facts).where(outbox.c.notice == "safety_note_wanted")
        ).all()
        assert all("perro" not in str(tx.sealer.open_json("outbox", "facts", r.ref, r.facts)) for r in facts)

    await store.run(work)


async def test_what_comes_back_to_one_place_is_named_and_nothing_else(store: Store, here: Here) -> None:
    """Three times in thirty days, of one kind, within one cell, and not confidential."""

    def work(tx: Transaction) -> None:
        for n in range(3):
            opened(tx, 10 + n, place=beside(0), opened_at=NOON - n * DAY)
            opened(tx, 20 + n, place=beside(0), kind="alumbrado", opened_at=NOON - (n * 20) * DAY)
            opened(tx, 30 + n, place=beside(0), kind="basura", named_list="mando")
        sectors = [
            sector.slug for sector in here.municipality.territory.sectors if "italia" in sector.colonias
        ]
        (one,) = places.repeats(tx, here, sectors, NOON)
        assert (one.colonia, one.kind, one.n) == ("italia", "ruido", 3)
        assert places.repeats(tx, here, ["mesa-central"], NOON) == []

    await store.run(work)
