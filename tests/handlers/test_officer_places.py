"""Where officers are: kept for the shift and no longer, measured as a proof, and in no raw message."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.domain.events import PlaceMeasured
from bot.domain.report import Disposition
from bot.domain.territory import Place, Point
from bot.messages import Address, Inbound, InboundKind
from handlers.desk import duty, proof, steps
from handlers.desk import reports as desk
from handlers.here import Here
from handlers.reception import Reception
from storage import Store, Transaction
from storage.schema import inbox, shift
from tests.handlers.conftest import NOON, HastyClock, me, officer, resident
from tests.support.reports import opened

THERE, KILOMETRES_AWAY = Point(18.5074, -88.3087), Point(18.5398, -88.3035)
MINUTE = timedelta(minutes=1)


def moved(point: Point, n: int = 0, *, kind: InboundKind = InboundKind.MOVE, who: str = "canul") -> Inbound:
    return Inbound(
        id=f"{kind}{who}{n}",
        address=Address("simulator", who),
        at=NOON,
        kind=kind,
        point=point,
        raw=b"{bytes}",
    )


def kept(tx: Transaction) -> list[object]:
    """What stands in the store of where officers are."""
    return list(tx.connection.execute(select(shift.c.spot)).scalars().all())


async def test_a_place_is_sealed_and_goes_with_the_shift(store: Store, here: Here) -> None:
    """By the tap, by itself, or with the enrolment."""

    def work(tx: Transaction) -> None:
        for name in ("canul", "poot", "ek"):
            officer(tx, name)
            assert duty.share_spot(tx, me(tx, name), THERE, NOON)
        assert len(tx.staff.roster(NOON).spots(NOON)) == 3
        assert all(spot is not None and b"18.5" not in spot for spot in kept(tx))  # type: ignore[operator]
        duty.end(tx, here, me(tx, "canul"), NOON)
        duty.expire(tx, here, "shift-poot", NOON + timedelta(hours=12))
        duty.revoke(tx, "ek", None, NOON)
        assert kept(tx) == [None, None, None]
        assert not duty.share_spot(tx, me(tx, "canul"), THERE, NOON)

    await store.run(work)


async def test_the_message_that_told_it_keeps_no_place(store: Store, here: Here, clock: HastyClock) -> None:
    """Of who is on duty nothing of it waits in the inbox; a resident's message is kept as always."""

    def work(tx: Transaction) -> None:
        officer(tx, "canul")
        tx.people.set_role(resident(tx, "canul"), me(tx).role)
        resident(tx, "rosa")

    await store.run(work)
    reception = Reception(store, here, clock)
    await reception.receive(moved(THERE, kind=InboundKind.MESSAGE))
    await reception.receive(moved(THERE, kind=InboundKind.MESSAGE, who="rosa"))

    def look(tx: Transaction) -> list[object]:
        rows = tx.connection.execute(select(inbox.c.key, inbox.c.raw).order_by(inbox.c.id)).all()
        return [tx.sealer.open("inbox", "raw", row.key, row.raw) if row.raw else b"" for row in rows]

    assert await store.read(look) == [b"", b"{bytes}"]


async def test_a_place_shared_live_is_written_once_a_minute_and_only_on_duty(
    store: Store, here: Here, clock: HastyClock
) -> None:
    """It leaves no message behind; of residents and of who is off duty nothing is written at all."""

    def work(tx: Transaction) -> None:
        officer(tx, "canul")
        officer(tx, "chi", on_duty=False)
        resident(tx, "rosa")

    await store.run(work)
    reception = Reception(store, here, clock)
    for who in ("canul", "chi", "rosa"):
        await reception.receive(moved(THERE, who=who))
    assert await store.read(kept) == [None]  # nobody said a first place
    await store.run(lambda tx: duty.share_spot(tx, me(tx), THERE, NOON))
    await reception.receive(moved(KILOMETRES_AWAY))
    assert await spot(store, clock) == THERE
    clock.skip(minutes=1)
    await reception.receive(moved(KILOMETRES_AWAY))
    assert await spot(store, clock) == KILOMETRES_AWAY
    assert await store.read(lambda tx: tx.connection.execute(select(inbox.c.id)).all()) == []


async def spot(store: Store, clock: HastyClock) -> Point | None:
    return await store.read(lambda tx: tx.staff.roster(clock.at).spots(clock.at).get(resident(tx, "canul")))


def at_the_case(tx: Transaction, here: Here, **report: object) -> str:
    """Canul took it and arrived at noon."""
    officer(tx, "canul", sectors=("norte",))
    folio = opened(tx, place=Place(colonia="centro", point=THERE), **report).folio
    desk.claim(tx, here, folio, me(tx), NOON)
    steps.arrived(tx, folio, me(tx), NOON)
    return folio


def measures(tx: Transaction, folio: str) -> list[tuple[int | None, bool]]:
    history = tx.reports.history(tx.reports.by_folio(folio).id)
    return [(e.metres, e.leaving) for e in history if isinstance(e, PlaceMeasured)]


async def test_arriving_and_leaving_are_kept_as_distances(store: Store, here: Here) -> None:
    """Kilometres away too, without a word against it; a quarter of an hour after closing it proves nothing more."""

    def work(tx: Transaction) -> None:
        folio = at_the_case(tx, here)
        proof.measure(tx, me(tx), KILOMETRES_AWAY, NOON + MINUTE)
        proof.measure(tx, me(tx), THERE, NOON + 11 * MINUTE)
        desk.close(tx, folio, me(tx), Disposition.ATTENDED, "listo", NOON + 12 * MINUTE)
        proof.measure(tx, me(tx), THERE, NOON + 27 * MINUTE)
        assert proof.measure(tx, me(tx), THERE, NOON + 28 * MINUTE) is None
        assert measures(tx, folio) == [(3644, False), (0, True), (0, True)]

    await store.run(work)


async def test_a_report_without_a_point_has_nothing_to_compare_with(store: Store, here: Here) -> None:
    """That somebody said where they were is kept all the same."""

    def work(tx: Transaction) -> None:
        officer(tx, "canul", sectors=("norte",))
        folio = opened(tx).folio
        desk.claim(tx, here, folio, me(tx), NOON)
        assert proof.measure(tx, me(tx), THERE, NOON) is None  # not there yet
        steps.arrived(tx, folio, me(tx), NOON)
        found = proof.measure(tx, me(tx), THERE, NOON)
        assert found is not None
        assert measures(tx, folio) == [(None, False)]

    await store.run(work)


async def test_a_case_that_went_to_somebody_else_is_not_measured(store: Store, here: Here) -> None:
    """Who released it and took it again has arrived nowhere yet."""

    def work(tx: Transaction) -> None:
        folio = at_the_case(tx, here)
        desk.release(tx, here, folio, me(tx), NOON)
        assert proof.measure(tx, me(tx), THERE, NOON) is None
        desk.claim(tx, here, folio, me(tx), NOON)
        assert proof.measure(tx, me(tx), THERE, NOON) is None

    await store.run(work)
