"""The ledger over a real store: who hears of a promise, and when the clock speaks."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain.errors import NotOnDuty, NotPermitted, PastMoment, PromiseOver, UnknownFolio
from bot.domain.promise import State, Window
from bot.domain.roster import Role
from handlers.desk import promises
from handlers.desk import reports as desk
from handlers.here import Here
from handlers.rounds import Rounds
from storage import Store, Transaction
from storage.schema import outbox
from tests.handlers.conftest import NOON, HastyClock, me, officer, resident
from tests.support.reports import opened

HOUR = timedelta(hours=1)


def until(hours: float) -> Window:
    return Window(starts_at=None, due_at=NOON + timedelta(hours=hours))


def town(tx: Transaction, here: Here, **report: object) -> str:
    """Canul and Poot of the sector, Aguilar commands; Canul has Rosa's report."""
    officer(tx, "canul", sectors=("norte",), lists=("mando",))
    officer(tx, "poot", sectors=("norte",))
    officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)
    folio = opened(tx, person_id=resident(tx), **report).folio
    desk.claim(tx, here, folio, me(tx, "canul"), NOON)
    return folio


def told(tx: Transaction) -> list[tuple[str, str]]:
    """Notices about promises and who got them, in order."""
    names = {resident(tx, name): name for name in ("canul", "poot", "aguilar", "rosa")}
    rows = tx.connection.execute(
        select(outbox.c.notice, outbox.c.person_id)
        .where(outbox.c.notice.startswith("promise"))
        .order_by(outbox.c.id)
    ).all()
    return [(row.notice, names[row.person_id]) for row in rows]


async def state_of(store: Store, promise_id: str) -> State:
    found = await store.read(lambda tx: tx.promises.get(promise_id))
    assert found is not None
    return found.state


async def pass_hours(store: Store, here: Here, clock: HastyClock, hours: float) -> None:
    rounds = Rounds(store, here, clock)
    for _ in range(int(hours * 4)):
        clock.skip(minutes=15)
        await rounds.look()


async def test_it_is_reminded_lapses_and_can_still_be_kept_late(
    store: Store, here: Here, clock: HastyClock
) -> None:
    """Rosa hears that it was made, that it lapsed, that it was kept after all; Aguilar that it lapsed."""

    def work(tx: Transaction) -> str:
        folio = town(tx, here)
        return promises.make(tx, here, folio, me(tx, "canul"), "Pasamos", until(3), NOON).id

    one = await store.run(work)
    await pass_hours(store, here, clock, 5)
    assert await state_of(store, one) is State.BROKEN
    await store.run(lambda tx: promises.keep(tx, one, me(tx, "poot"), clock.at))
    assert await state_of(store, one) is State.LATE
    assert await store.run(told) == [
        ("promise_made", "rosa"),
        ("promise_due", "canul"),
        ("promise_broken", "rosa"),
        ("promise_lapsed", "canul"),
        ("promise_lapsed", "aguilar"),
        ("promise_kept", "rosa"),
    ]


async def test_when_its_owner_is_off_duty_the_shift_of_the_sector_hears_it(
    store: Store, here: Here, clock: HastyClock
) -> None:
    """A promise survives the change of shift."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        promises.make(tx, here, folio, me(tx, "canul"), "Pasamos", until(3), NOON)
        tx.staff.end_shift("shift-canul", NOON)

    await store.run(work)
    await pass_hours(store, here, clock, 2.25)
    assert ("promise_due", "poot") in await store.run(told)
    assert ("promise_due", "canul") not in await store.run(told)


async def test_of_a_confidential_report_the_resident_hears_nothing(
    store: Store, here: Here, clock: HastyClock
) -> None:
    """It is timed and chased inside its list; nothing is sent on our own motion."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here, named_list="mando")
        promises.make(tx, here, folio, me(tx, "canul"), "Pasamos", until(3), NOON)

    await store.run(work)
    await pass_hours(store, here, clock, 5)
    assert {person for _, person in await store.run(told)} == {"canul"}


async def test_a_report_that_was_withdrawn_is_waited_for_by_nobody(
    store: Store, here: Here, clock: HastyClock
) -> None:
    def work(tx: Transaction) -> str:
        folio = town(tx, here)
        one = promises.make(tx, here, folio, me(tx, "canul"), "Pasamos", until(3), NOON).id
        desk.withdraw(tx, tx.reports.by_folio(folio), NOON)
        return one

    one = await store.run(work)
    await pass_hours(store, here, clock, 5)
    assert await state_of(store, one) is State.DROPPED
    assert await store.run(told) == [("promise_made", "rosa")]


async def test_moving_moves_the_reminder_and_the_lapse(store: Store, here: Here, clock: HastyClock) -> None:
    """Nothing of the old hour is left."""

    def work(tx: Transaction) -> str:
        folio = town(tx, here)
        one = promises.make(tx, here, folio, me(tx, "canul"), "Pasamos", until(3), NOON).id
        promises.move(tx, here, one, me(tx, "canul"), until(9), NOON + HOUR)
        return one

    one = await store.run(work)
    await pass_hours(store, here, clock, 7.5)
    assert await state_of(store, one) is State.OPEN
    assert [notice for notice, _ in await store.run(told)] == ["promise_made", "promise_moved"]
    await pass_hours(store, here, clock, 3)
    assert await state_of(store, one) is State.BROKEN


async def test_what_may_not_be_done_to_a_promise(store: Store, here: Here) -> None:
    """Not promised for the past, not moved after it lapsed, not settled twice, not by who may not attend."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here, named_list="mando")
        canul = me(tx, "canul")
        with pytest.raises(PastMoment):
            promises.make(tx, here, folio, canul, "Pasamos", until(0), NOON)
        with pytest.raises(NotPermitted):
            promises.make(tx, here, folio, me(tx, "poot"), "Pasamos", until(3), NOON)
        one = promises.make(tx, here, folio, canul, "Pasamos", until(3), NOON).id
        for settle in (
            lambda: promises.keep(tx, one, me(tx, "poot"), NOON),
            lambda: promises.call_off(tx, one, me(tx, "poot"), "no", NOON),
        ):
            with pytest.raises(NotPermitted):
                settle()
        with pytest.raises(UnknownFolio):
            promises.keep(tx, "nothing", canul, NOON)
        promises.lapse(tx, one, NOON + 4 * HOUR)
        with pytest.raises(PromiseOver):
            promises.move(tx, here, one, canul, until(9), NOON + 4 * HOUR)
        promises.keep(tx, one, canul, NOON + 5 * HOUR)
        with pytest.raises(PromiseOver):
            promises.keep(tx, one, canul, NOON + 5 * HOUR)

    await store.run(work)


async def test_a_promise_is_seen_and_settled_by_its_own(store: Store, here: Here) -> None:
    """Its owner, the shift of its sector, who has the report in hand, supervisors; nobody of another sector."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        officer(tx, "ek", sectors=("sur",))
        one = promises.make(tx, here, folio, me(tx, "canul"), "Pasamos", until(3), NOON).id
        with pytest.raises(NotPermitted):
            promises.keep(tx, one, me(tx, "ek"), NOON)
        assert promises.pending(tx, me(tx, "ek"), NOON) == []
        for name in ("canul", "poot", "aguilar"):
            assert [p.id for p in promises.pending(tx, me(tx, name), NOON)] == [one]
        desk.release(tx, here, folio, me(tx, "canul"), NOON)
        desk.claim(tx, here, folio, me(tx, "ek"), NOON)
        assert promises.keep(tx, one, me(tx, "ek"), NOON)[1].state is State.KEPT

    await store.run(work)


async def test_an_officer_off_duty_settles_nothing(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        one = promises.make(tx, here, folio, me(tx, "canul"), "Pasamos", until(3), NOON).id
        tx.staff.end_shift("shift-canul", NOON)
        with pytest.raises(NotOnDuty):
            promises.keep(tx, one, me(tx, "canul"), NOON + HOUR)
        assert promises.pending(tx, me(tx, "canul"), NOON + HOUR) == [], "its words are read on duty"

    await store.run(work)


async def test_the_rate_is_counted_by_sector_and_span(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> dict[str, tuple[int, int]]:
        folio = town(tx, here)
        canul = me(tx, "canul")
        for hours in (1, 2, 3):
            one = promises.make(tx, here, folio, canul, "Pasamos", until(hours), NOON)
            if hours < 3:
                promises.keep(tx, one.id, canul, NOON)
            else:
                promises.lapse(tx, one.id, NOON + 4 * HOUR)
        far = datetime(2027, 1, 1, tzinfo=NOON.tzinfo)
        assert promises.kept_by_sector(tx, far, far + 24 * HOUR) == {}
        found = promises.kept_by_sector(tx, NOON, NOON + 24 * HOUR)
        return {name: (kept.kept, kept.due) for name, kept in found.items()}

    assert await store.run(work) == {"norte": (2, 3)}


async def test_what_was_promised_is_forgotten_with_the_report(store: Store, here: Here) -> None:
    """That a promise was made and kept stays in the count; its words go."""

    def work(tx: Transaction) -> tuple[str, State]:
        folio = town(tx, here)
        one = promises.make(tx, here, folio, me(tx, "canul"), "Pasamos por su casa", until(3), NOON).id
        promises.keep(tx, one, me(tx, "canul"), NOON)
        tx.erasure.report(tx.reports.by_folio(folio).id)
        kept = tx.promises.get(one)
        assert kept is not None
        return kept.text, kept.state

    assert await store.run(work) == ("", State.KEPT)
