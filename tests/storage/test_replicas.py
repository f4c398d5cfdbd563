"""Several processes on one PostgreSQL: who lives, who leads, who holds what, and in which order it goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, text

from bot.domain.notices import Lane
from storage import Transaction
from storage.errors import StoreUnavailable
from storage.outbox import LEASE, Row, Turn
from storage.postgres import PostgresStore
from storage.replicas import DEAD_AFTER, Standing
from storage.schema import outbox
from storage.sealing import KeyRing
from storage.turns import take_turn
from tests.storage.test_outbox import NOON, SECOND, lease, look, put
from tests.storage.test_postgres import end_all_connections
from tests.support.postgres import engine_at

Pair = tuple[PostgresStore, PostgresStore]


@pytest_asyncio.fixture
async def pair(postgres_url: str, ring: KeyRing) -> AsyncIterator[Pair]:
    """Two processes that live; the first leads."""
    one, other = [await PostgresStore.open(postgres_url, ring) for _ in range(2)]
    assert (await one.beat()).leads
    assert not (await other.beat()).leads
    yield one, other
    await asyncio.gather(one.close(), other.close())


async def falls_silent(store: PostgresStore, by: PostgresStore) -> None:
    """As if its last beat were long ago."""
    ago = (
        f"UPDATE replica SET seen_at = seen_at - {(DEAD_AFTER + 1) * 1_000_000} WHERE id = '{store.replica}'"
    )
    await by.run(lambda tx: tx.connection.execute(text(ago)))


async def state(store: PostgresStore, row: int) -> str:
    found: str = await store.read(lambda tx: look(tx, row).state)
    return found


# ---- who lives, who leads ----


async def test_one_leads_and_each_knows_how_many_they_are(pair: Pair) -> None:
    one, other = pair
    assert [(s.leads, s.live) for s in (await one.beat(), await other.beat())] == [(True, 2), (False, 2)]


async def test_when_the_one_that_leads_stops_the_next_beat_of_another_leads(pair: Pair) -> None:
    one, other = pair
    await one.close()
    assert await other.beat() == Standing(leads=True, live=1)


async def test_a_silent_one_is_not_counted(pair: Pair) -> None:
    one, other = pair
    await falls_silent(one, by=other)
    assert (await other.beat()).live == 1
    assert (await one.beat()).live == 2, "it was only slow"


async def test_a_lost_connection_is_a_lost_lead(pair: Pair, postgres_url: str) -> None:
    """The one that led is told before it could lead on; it comes back as one of many."""
    one, other = pair
    end_all_connections(postgres_url)
    with pytest.raises(StoreUnavailable):
        await other.beat()
    async with asyncio.timeout(10):
        while not (await other.beat()).leads:  # noqa: ASYNC110  # the server takes a moment to end a session
            await asyncio.sleep(0.05)
    with pytest.raises(StoreUnavailable):
        await one.beat()
    assert not (await one.beat()).leads


async def test_the_server_ends_a_connection_that_falls_silent(pair: Pair) -> None:
    """A machine that lost its network, or hangs, can't keep the lead."""
    connection = pair[0]._beats._connected()
    shown = connection.execute(text("SHOW idle_session_timeout")).scalar_one()
    assert shown == f"{DEAD_AFTER}s"


# ---- who holds what ----


async def test_what_a_live_process_holds_is_its_own_whatever_the_time(pair: Pair) -> None:
    """The clocks of two machines may differ by more than a lease."""
    one, other = pair
    row = await one.run(put)
    assert await lease(other, NOON + 10 * LEASE) == []
    assert [found.id for found in await lease(one, NOON + 10 * LEASE)] == [row]


async def test_what_a_silent_process_held_is_taken_over_and_may_have_been_sent(pair: Pair) -> None:
    one, other = pair
    row = await one.run(put)
    await falls_silent(one, by=other)
    assert [(found.id, found.state) for found in await lease(other, NOON + SECOND)] == [(row, "leased")]
    assert await lease(other, NOON + SECOND) == [], "once"
    await one.beat()
    assert await one.read(lambda tx: tx.outbox.turn(row, NOON)) is Turn.ELSEWHERE
    assert await other.read(lambda tx: tx.outbox.turn(row, NOON)) is Turn.NOW


async def test_what_a_stopped_process_held_is_free_at_once(pair: Pair) -> None:
    one, other = pair
    row = await one.run(put)
    await one.close()
    assert [found.id for found in await lease(other, NOON + SECOND)] == [row]


async def test_a_doubtful_row_stays_with_who_tried_it(pair: Pair) -> None:
    one, other = pair
    row = await one.run(put)
    await one.run(lambda tx: tx.outbox.doubtful(row, NOON + SECOND, "timeout"))
    assert await lease(other, NOON + 2 * LEASE) == []
    assert [found.id for found in await lease(one, NOON + 2 * LEASE)] == [row]


async def test_what_a_silent_process_meant_to_look_at_later_is_taken_at_once(pair: Pair) -> None:
    one, other = pair
    row = await one.run(put)
    await one.run(lambda tx: tx.outbox.doubtful(row, NOON + LEASE, "timeout"))
    await falls_silent(one, by=other)
    assert [(found.id, found.state) for found in await lease(other, NOON + SECOND)] == [(row, "unknown")]


NOTES: dict[str, Any] = {
    "again": lambda tx, row: tx.outbox.again(row, NOON + SECOND),
    "failed": lambda tx, row: tx.outbox.failed(row, "400"),
    "dropped": lambda tx, row: tx.outbox.dropped(row, "expired"),
    "doubtful": lambda tx, row: tx.outbox.doubtful(row, NOON + SECOND),
    "waits": lambda tx, row: tx.outbox.wait_for_window(row),
    "left": lambda tx, row: tx.outbox.leave([row]),
}


@pytest.mark.parametrize("note", NOTES)
async def test_who_woke_up_too_late_decides_nothing(pair: Pair, note: str) -> None:
    """The fence: the row belongs to who took it over."""
    one, other = pair
    row = await one.run(put)
    await falls_silent(one, by=other)
    await lease(other, NOON + SECOND)
    await one.run(lambda tx: NOTES[note](tx, row))
    assert await state(other, row) == "leased"
    assert await lease(other, NOON + SECOND) == []


async def test_who_woke_up_too_late_does_not_prolong_what_another_holds(pair: Pair) -> None:
    one, other = pair
    row = await one.run(put)
    await falls_silent(one, by=other)
    await lease(other, NOON + SECOND)
    await one.run(lambda tx: tx.outbox.hold([row], NOON + 10 * LEASE))
    assert (await other.read(lambda tx: look(tx, row))).lease_until == NOON + SECOND + LEASE


async def test_that_it_was_sent_is_true_whoever_did_it(pair: Pair) -> None:
    one, other = pair
    row = await one.run(put)
    await falls_silent(one, by=other)
    await lease(other, NOON + SECOND)
    await one.run(lambda tx: tx.outbox.sent(row, "SM1", NOON))
    assert await state(other, row) == "sent"
    assert await other.read(lambda tx: tx.outbox.turn(row, NOON)) is Turn.ELSEWHERE


async def test_a_start_beside_others_takes_nothing_over(pair: Pair) -> None:
    """They live, and hold it."""
    one, other = pair
    await one.run(put)
    assert await other.run(lambda tx: tx.outbox.take_over(NOON + 10 * LEASE)) == 0
    assert await lease(other, NOON + 10 * LEASE) == []


async def test_who_takes_rows_does_not_wait_for_another_who_takes_some(pair: Pair, postgres_url: str) -> None:
    first, second = [await pair[0].run(lambda tx: put(tx, due_at=NOON + SECOND)) for _ in range(2)]
    engine = engine_at(postgres_url)
    with engine.begin() as another:
        another.execute(select(outbox.c.id).where(outbox.c.id == first).with_for_update())
        assert [row.id for row in await lease(pair[1], NOON + SECOND)] == [second]
    engine.dispose()


# ---- in which order ----


async def test_a_later_message_to_a_chat_waits_for_an_earlier_one_of_another_process(pair: Pair) -> None:
    one, other = pair
    first, second, third = [await store.run(put) for store in (one, other, one)]

    async def turns() -> list[Turn]:
        whose = [(one, first), (other, second), (one, third)]
        return [await store.read(lambda tx, r=row: tx.outbox.turn(r, NOON)) for store, row in whose]

    assert await turns() == [Turn.NOW, Turn.LATER, Turn.LATER]
    await one.run(lambda tx: tx.outbox.sent(first, "SM1", NOON))
    assert await turns() == [Turn.ELSEWHERE, Turn.NOW, Turn.LATER]
    await other.run(lambda tx: tx.outbox.wait_for_window(second))
    assert (await turns())[2] is Turn.NOW, "what waits for the person does not hold up the rest"


async def test_who_writes_knows_at_once_whether_another_process_is_before(pair: Pair) -> None:
    one, other = pair

    async def behind(store: PostgresStore, **more: Any) -> bool:
        def work(tx: Transaction) -> bool:
            put(tx, **more)
            return tx.outbox.written[-1].behind

        return await store.run(work)

    assert not await behind(one)
    assert not await behind(one), "one's own are in the order of its memory"
    assert await behind(other)
    assert not await behind(other, lane=Lane.ALERT), "alerts have their own lane"
    assert not await behind(other, to="otro")
    assert await behind(one, lane=Lane.BULK)


async def test_a_later_message_waits_for_one_that_may_have_been_sent_until_that_was_looked_up(
    pair: Pair,
) -> None:
    one, other = pair

    def doubtful(tx: Transaction) -> int:
        row = put(tx)
        tx.outbox.doubtful(row, NOON + LEASE)
        return row

    def later(tx: Transaction) -> Row:
        put(tx)
        return tx.outbox.written[-1]

    first, row = await one.run(doubtful), await other.run(later)
    assert row.behind
    assert await other.read(lambda tx: tx.outbox.turn(row.id, NOON)) is Turn.LATER
    await one.run(lambda tx: tx.outbox.sent(first, "SM1", NOON))
    assert await other.read(lambda tx: tx.outbox.turn(row.id, NOON)) is Turn.NOW


async def test_of_what_is_due_and_not_taken_the_oldest_goes_first_and_what_is_due_later_does_not_hinder(
    pair: Pair,
) -> None:
    one, _ = pair
    waits = await one.run(lambda tx: put(tx, due_at=NOON + SECOND))
    row = await one.run(put)
    assert await one.read(lambda tx: tx.outbox.turn(row, NOON)) is Turn.NOW
    at = NOON + SECOND
    assert await one.read(lambda tx: tx.outbox.turn(row, at)) is Turn.LATER, "from its moment on"
    await lease(one, at)
    await one.run(lambda tx: tx.outbox.sent(waits, "SM1", at))
    assert await one.read(lambda tx: tx.outbox.turn(row, at)) is Turn.NOW


# ---- what two may write at once ----


async def test_what_two_replicas_write_at_once_is_written_once(pair: Pair) -> None:
    """Settings, what falls due, the expected staff, early statuses: none of them breaks a start or a turn."""

    def everything(tx: Transaction) -> None:
        from bot.domain.roster import Role

        tx.requests.set_setting("looked_at", "x")
        tx.due.set("obligation", "r" * 32, NOON)
        tx.staff.expect(badge="E-1", name="x", role=Role.OFFICER, sectors=(), lists=(), at=NOON)
        tx.outbox.status("SM9", "sent", "", NOON)

    await asyncio.gather(*(store.run(everything) for store in pair * 10))
    assert len(await pair[0].read(lambda tx: tx.due.arrived(NOON))) == 1


FATE: dict[str, Any] = {
    "taken": lambda tx: tx.outbox.sent(1, "SM1", NOON),
    "told": lambda tx: tx.outbox.status("SM1", "delivered", "", NOON),
}


@pytest.mark.parametrize("what", FATE)
async def test_who_notes_what_became_of_a_message_waits_for_who_does_so_already(
    pair: Pair, postgres_url: str, what: str
) -> None:
    engine = engine_at(postgres_url)
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with engine.begin() as another:
        take_turn(another, "receipt SM1")
        noted = asyncio.create_task(pair[0].run(FATE[what]))
        while not noted.done() and not another.execute(waiting).scalar_one():  # noqa: ASYNC110  # the server tells
            await asyncio.sleep(0.01)
        assert not noted.done()
    await noted
    engine.dispose()


async def test_statuses_that_come_together_to_several_processes_only_move_up(pair: Pair) -> None:
    """Each with our own note of "accepted" among them, by reference or by the provider's id alone."""
    one, _ = pair
    rows = [await one.run(put) for _ in range(12)]
    refs = [await one.read(lambda tx, r=row: look(tx, r).ref) for row in rows]

    def told(row: int, ref: str, status: str) -> Any:
        if status == "accepted":
            return lambda tx: tx.outbox.sent(row, f"SM{row}", NOON)
        return lambda tx: tx.outbox.status(f"SM{row}", status, "", NOON, ref)

    units = [
        told(row, ref if row % 2 else "", status)
        for row, ref in zip(rows, refs, strict=True)
        for status in ("read", "accepted", "delivered", "sent")
    ]
    await asyncio.gather(*(pair[n % 2].run(unit) for n, unit in enumerate(units)))
    assert {await state(one, row) for row in rows} == {"read"}
