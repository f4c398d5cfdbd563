"""Reports: kept whole, guarded by their version, their events chained. On both engines."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from bot.domain.concern import Identity, Priority
from bot.domain.errors import AlreadyClaimed, Changed, UnknownFolio
from bot.domain.report import Disposition, Report, Status
from bot.domain.roster import Officer
from bot.domain.territory import Place, Point
from storage import Store, Transaction
from storage.schema import event, report
from tests.support.log_book import open_reports
from tests.support.reports import NOON, a_report, opened

CANUL = Officer(person_id="canul", badge="E-1", name="oficial Canul")
POOT = Officer(person_id="poot", badge="E-2", name="oficial Poot")
HERE = Point(18.5, -88.3)


def person(tx: Transaction) -> str:
    return tx.people.add(at=NOON, locale="es").id


def east(metres: float) -> Point:
    """So many metres east of here."""
    return Point(HERE.lat, HERE.lon + metres / (111_195 * 0.94832))


async def test_a_report_is_read_back_as_it_was_written(store: Store) -> None:
    def work(tx: Transaction) -> tuple[Report, list[Report | None]]:
        new = a_report(
            person_id=person(tx), filed_by="canul", named_list="geavig", priority=Priority.P1,
            identity=Identity.NAMED, place=Place(colonia="centro", street="Roma 12", point=HERE),
            sectors=("norte", "sur"), pilot=True, text="Música 🎵", answers=(("¿Sigue?", "Sí"),),
        )  # fmt: skip
        tx.reports.add(Report.open(new))
        return new, [
            tx.reports.get(new.id),
            tx.reports.by_folio(new.folio),
            tx.reports.of_draft(new.draft_id),
        ]

    new, found = await store.run(work)
    assert found == [new] * 3


async def test_every_change_is_read_back_with_its_event(store: Store) -> None:
    def work(tx: Transaction) -> tuple[Report, Report, list[str]]:
        now = opened(tx)
        for verb in (
            lambda r: r.claim(by=CANUL, at=NOON),
            lambda r: r.tell_place(place=Place(colonia="sur", point=HERE), sectors=("sur",), at=NOON),
            lambda r: r.refer(by=CANUL, office="alumbrado", note="x", at=NOON),
            lambda r: r.close(by=CANUL, disposition=Disposition.ATTENDED, sentence="Ya", at=NOON),
            lambda r: r.say_solved(answer="yes", at=NOON),
        ):
            change = verb(now)
            assert tx.reports.save(change) == change.events
            now = change.report
        return now, tx.reports.get(now.id), [e.kind for e in tx.reports.history(now.id)]

    now, found, kinds = await store.run(work)
    assert found == now
    assert kinds == [
        "ReportOpened",
        "ReportClaimed",
        "PlaceTold",
        "ReportReferred",
        "ReportClosed",
        "SolvedAnswered",
    ]


async def test_two_claims_at_once_are_one_claim(store: Store) -> None:
    """Both read it free: one is written, the other is told that it changed."""
    free = await store.run(opened)
    done = await asyncio.gather(
        *(store.run(lambda tx, by=by: tx.reports.save(free.claim(by=by, at=NOON))) for by in (CANUL, POOT)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["Changed", "tuple"]
    kept = await store.read(lambda tx: tx.reports.get(free.id))
    history = await store.read(lambda tx: tx.reports.history(free.id))
    assert (kept.version, kept.handler_id) == (1, history[-1].actor_id)
    with pytest.raises(AlreadyClaimed):
        kept.claim(by=POOT, at=NOON)


async def test_a_change_of_yesterday_s_report_is_refused_whole(store: Store) -> None:
    free = await store.run(opened)
    await store.run(lambda tx: tx.reports.save(free.add(text="x", at=NOON)))
    with pytest.raises(Changed):
        await store.run(lambda tx: tx.reports.save(free.withdraw(at=NOON)))
    assert len(await store.read(lambda tx: tx.reports.history(free.id))) == 2


async def test_what_is_not_there_is_not_found(store: Store) -> None:
    for look in ("get", "by_folio"):
        with pytest.raises(UnknownFolio):
            await store.read(lambda tx, look=look: getattr(tx.reports, look)("12345678"))
    assert await store.read(lambda tx: tx.reports.of_draft("none")) is None


async def test_a_folio_is_free_until_somebody_has_it(store: Store) -> None:
    folio = a_report().folio
    before = await store.read(lambda tx: tx.reports.free_folio(folio))
    await store.run(opened)
    assert (before, await store.read(lambda tx: tx.reports.free_folio(folio))) == (True, False)


async def test_one_confirmation_is_one_report(store: Store) -> None:
    """The draft's id is unique in the store itself, whatever the code above it does."""
    first = await store.run(opened)
    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.run(lambda tx: opened(tx, 2, draft_id=first.draft_id))


# ---- the chain ----


async def three_events(store: Store) -> str:
    def work(tx: Transaction) -> str:
        now = opened(tx)
        for text in ("uno", "dos"):
            change = now.add(text=text, at=NOON)
            tx.reports.save(change)
            now = change.report
        return now.id

    return await store.run(work)


TAMPERING: dict[str, Any] = {
    "who": lambda: update(event).values(actor_id="somebody"),
    "what": lambda: update(event).values(kind="NoteAdded"),
    "when": lambda: update(event).values(at=NOON + timedelta(seconds=1)),
    "facts": lambda: update(event).values(facts=b"other"),
    "mark": lambda: update(event).values(hash=b"other"),
    "gone": lambda: delete(event),
}


async def test_a_chain_as_written_holds(store: Store) -> None:
    report_id = await three_events(store)
    assert await store.read(lambda tx: tx.reports.chain_holds(report_id))


@pytest.mark.parametrize("what", TAMPERING)
@pytest.mark.parametrize("seq", [1, 2])
async def test_an_event_that_was_edited_or_taken_out_breaks_the_chain(
    store: Store, what: str, seq: int
) -> None:
    report_id = await three_events(store)
    where = (event.c.report_id == report_id, event.c.seq == seq)
    await store.run(lambda tx: tx.connection.execute(TAMPERING[what]().where(*where)))
    assert not await store.read(lambda tx: tx.reports.chain_holds(report_id))


# ---- lists ----


async def test_confidential_reports_are_in_no_list(store: Store) -> None:
    """But in the hands of who attends them, and answerable by their own person."""

    def work(tx: Transaction) -> dict[str, int]:
        me = person(tx)
        place = Place(point=HERE)
        new = opened(tx, person_id=me, named_list="geavig", place=place, handler_id="canul")
        tx.reports.follow(new.id, me, NOON)
        cells = tx.reports.cells_around(HERE)
        return {
            "own": len(tx.reports.of_person(me)),
            "open": len(open_reports(tx)),
            "waiting": len(tx.reports.waiting()),
            "near": len(tx.reports.near(cells, "ruido", NOON)),
            "followed": len(tx.reports.followed_by(me)),
            "in hand": len(tx.reports.handled_by("canul")),
        }

    assert await store.run(work) == {
        "own": 0,
        "open": 0,
        "waiting": 0,
        "near": 0,
        "followed": 0,
        "in hand": 1,
    }


async def test_lists_have_their_order_and_their_length(store: Store) -> None:
    """One's own newest first, the open ones oldest first, closed ones in neither hand nor open."""

    def work(tx: Transaction) -> tuple[list[str], list[str], list[str]]:
        me = person(tx)
        for n in range(4):
            status = Status.CLOSED if n == 3 else Status.CLAIMED
            at = NOON + timedelta(hours=n)
            opened(tx, n, person_id=me, opened_at=at, status=status, handler_id="canul")
        names = {a_report(n).folio: str(n) for n in range(4)}

        def shown(reports: list[Report]) -> list[str]:
            return [names[one.folio] for one in reports]

        return (
            shown(tx.reports.of_person(me, 3)),
            shown(open_reports(tx)),
            shown(tx.reports.handled_by("canul")),
        )

    assert await store.run(work) == (["3", "2", "1"], ["0", "1", "2"], ["0", "1", "2"])


async def test_who_was_asked_is_found_by_the_question(store: Store) -> None:
    def work(tx: Transaction) -> list[int]:
        me = person(tx)
        opened(tx, 1, person_id=me, status=Status.AWAITING_RESIDENT)
        opened(tx, 2, person_id=me, status=Status.CLAIMED)
        return [len(tx.reports.waiting_on(who)) for who in (me, person(tx))]

    assert await store.run(work) == [1, 0]


async def test_a_neighbour_joins_once(store: Store) -> None:
    def work(tx: Transaction) -> tuple[list[bool], list[str], str, int]:
        new, me = opened(tx), person(tx)
        joined = [tx.reports.follow(new.id, me, NOON) for _ in range(2)]
        return joined, tx.reports.followers(new.id), me, len(tx.reports.followed_by(me))

    joined, followers, me, followed = await store.run(work)
    assert (joined, followers, followed) == ([True, False], [me], 1)


# ---- near ----


@pytest.mark.parametrize("radius", [100, 150, 300, 600])
async def test_whatever_is_within_a_radius_is_in_its_cells(store: Store, radius: int) -> None:
    """In all directions, wherever in its cell the point is."""

    def work(tx: Transaction) -> list[Point]:
        missed = []
        for n in range(12):
            centre = Point(HERE.lat + n * 0.00017, HERE.lon + n * 0.00031)
            cells = set(tx.reports.cells_around(centre, radius))
            step = radius * 0.7 / 111_195
            around = [
                Point(centre.lat + i * step, centre.lon + j * step / 0.948)
                for i in (-1, 0, 1)
                for j in (-1, 0, 1)
            ]
            edges = [east(0), replace(centre, lon=centre.lon + radius / (111_195 * 0.949))][1:]
            missed += [p for p in (*around, *edges) if tx.reports.cell(p) not in cells]
        return missed

    assert await store.run(work) == []


async def test_near_are_the_open_ones_of_that_kind_and_those_days(store: Store) -> None:
    def work(tx: Transaction) -> list[str]:
        at = Place(point=east(50))
        wanted = opened(tx, 1, place=at)
        opened(tx, 2, place=at, kind="perro")
        opened(tx, 3, place=at, status=Status.CLOSED)
        opened(tx, 4, place=at, opened_at=NOON - timedelta(days=8))
        opened(tx, 5, place=Place(point=east(5000)))
        opened(tx, 6, place=Place(colonia="centro"))
        found = tx.reports.near(tx.reports.cells_around(HERE), "ruido", NOON - timedelta(days=7))
        assert [(one.folio, one.person_id, one.place) for one in found] == [
            (wanted.folio, wanted.person_id, at)
        ]
        return [one.folio for one in found]

    assert await store.run(work) == [a_report(1).folio]


async def test_no_word_and_no_exact_place_is_readable(store: Store) -> None:
    """The colonia stands in clear, the street and the point do not."""

    def work(tx: Transaction) -> str:
        opened(
            tx, place=Place(colonia="centro", street="Roma 12", point=HERE), answers=(("¿Quién?", "Juan"),)
        )
        row = tx.connection.execute(select(report)).mappings().one()
        facts = tx.connection.execute(select(event.c.facts)).scalars().all()
        return f"{dict(row)} {facts}"

    kept = await store.run(work)
    assert "centro" in kept
    assert [word for word in ("Roma", "Música", "Juan", "18.5", "88.3") if word in kept] == []


async def test_what_nobody_took_is_found_behind_any_number_of_others(store: Store) -> None:
    """Lamps that another office has for months must not hide the noise of tonight."""

    def work(tx: Transaction) -> list[str]:
        me = person(tx)
        for n in range(5):
            status = Status.RECEIVED if n == 4 else Status.REFERRED
            opened(tx, n, person_id=me, opened_at=NOON + timedelta(hours=n), status=status)
        return [report.folio for report in tx.reports.waiting(most=2)]

    assert await store.run(work) == [a_report(4).folio]
