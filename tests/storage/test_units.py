"""What a unit of work may rely on, on both engines."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Callable, Sequence
from typing import cast

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage import Store, Transaction, open_store
from storage.errors import StoreUnavailable
from storage.outbox import Row
from storage.schema import meta
from storage.sealing import KeyRing
from storage.turns import take_turn
from tests.support.units import Gate, note, noted


async def test_a_unit_returns_what_its_function_returns(store: Store) -> None:
    assert await store.run(note("a")) == "a"


async def test_what_run_committed_is_seen_by_the_next_read(store: Store) -> None:
    await store.run(note("a"))
    assert await store.read(noted) == {"a"}


async def test_nothing_is_kept_of_a_unit_that_raises(store: Store) -> None:
    def work(tx: Transaction) -> None:
        note("lost")(tx)
        raise LookupError("no such report")

    with pytest.raises(LookupError, match="no such report"):
        await store.run(work)
    assert await store.read(noted) == set()


async def test_one_bad_unit_among_65_spoils_only_itself(store: Store) -> None:
    gate = Gate()
    first = asyncio.create_task(store.run(gate))
    await asyncio.to_thread(gate.entered.wait)
    keys = [f"n{i}" for i in range(40)] + ["n0"] + [f"n{i}" for i in range(40, 64)]
    waiting = asyncio.gather(*(store.run(note(key)) for key in keys), return_exceptions=True)
    await asyncio.sleep(0)  # all of them wait behind the gate
    gate.let_go()
    answers = await waiting
    await first
    assert sum(isinstance(answer, IntegrityError) for answer in answers) == 1
    assert sum(isinstance(answer, str) for answer in answers) == 64
    assert await store.read(noted) == {f"n{i}" for i in range(64)}


async def test_a_cancelled_waiter_cancels_nothing_but_its_waiting(
    store: Store, store_url: str, ring: KeyRing
) -> None:
    gate = Gate()
    first = asyncio.create_task(store.run(gate))
    await asyncio.to_thread(gate.entered.wait)
    second = asyncio.create_task(store.run(note("kept")))
    await asyncio.sleep(0)
    first.cancel()
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    gate.let_go()
    await store.run(note("after"))
    assert first.cancelled()
    assert second.cancelled()
    await store.close()  # finishes what nobody waits for any more
    again = await open_store(store_url, ring)
    assert await again.read(noted) == {"kept", "after"}
    await again.close()


async def test_rows_are_announced_once_committed_and_before_the_waiter_goes_on(store: Store) -> None:
    told: list[object] = []
    store.on_commit = told.extend
    await store.run(writing("row"))
    assert told == ["row"]


async def test_rows_of_a_unit_that_raises_are_not_announced(store: Store) -> None:
    told: list[object] = []
    store.on_commit = told.extend

    def work(tx: Transaction) -> None:
        writing("lost")(tx)
        raise LookupError

    with pytest.raises(LookupError):
        await store.run(work)
    await store.run(note("after"))
    assert told == []


async def test_an_announcement_that_fails_spoils_no_answer(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(rows: Sequence[Row]) -> None:
        raise LookupError

    store.on_commit = broken
    await store.run(writing("row"))
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def writing(row: object) -> Callable[[Transaction], None]:
    """A unit that leaves a row for delivery."""
    return lambda tx: tx.outbox.written.append(cast(Row, row))


async def test_a_unit_in_its_own_savepoint_may_fail_and_go_on(store: Store) -> None:
    def work(tx: Transaction) -> None:
        note("a")(tx)
        with pytest.raises(IntegrityError), tx.connection.begin_nested():
            note("a")(tx)
        note("b")(tx)

    await store.run(work)
    assert await store.read(noted) == {"a", "b"}


async def test_a_savepoint_left_open_by_a_failing_unit_harms_nobody(store: Store) -> None:
    def work(tx: Transaction) -> None:
        tx.connection.begin_nested()
        note("lost")(tx)
        raise LookupError

    with pytest.raises(LookupError):
        await store.run(work)
    await store.run(note("kept"))
    assert await store.read(noted) == {"kept"}


async def test_a_unit_that_raises_stop_iteration_is_answered(store: Store) -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await store.run(lambda tx: next(iter(())))
    with pytest.raises(RuntimeError, match="StopIteration"):
        await store.read(lambda tx: next(iter(())))


async def test_a_reader_cannot_write_and_is_told_so_as_a_mistake(store: Store) -> None:
    with pytest.raises(DBAPIError):
        await store.read(note("never"))
    assert await store.run(noted) == set()


async def test_a_reader_has_one_picture_for_all_it_reads(store: Store) -> None:
    before, after = asyncio.Event(), Gate()
    loop = asyncio.get_running_loop()

    def look_twice(tx: Transaction) -> tuple[set[str], set[str]]:
        first = noted(tx)
        loop.call_soon_threadsafe(before.set)
        after(tx)
        return first, noted(tx)

    reading = asyncio.create_task(store.read(look_twice))
    await before.wait()
    await store.run(note("meanwhile"))
    after.let_go()
    assert await reading == (set(), set())
    assert await store.read(noted) == {"meanwhile"}


async def test_parameters_do_not_stand_in_what_an_error_says(store: Store) -> None:
    await store.run(note("a"))
    with pytest.raises(IntegrityError) as caught:
        await store.run(note("a", value="me robaron en la calle 5"))
    assert "me robaron" not in str(caught.value)


async def test_a_closed_store_is_unavailable_and_closes_twice(store: Store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StoreUnavailable):
        await store.run(note("a"))
    with pytest.raises(StoreUnavailable):
        await store.read(noted)


async def test_closing_finishes_what_is_waiting(store: Store) -> None:
    waiting = [asyncio.create_task(store.run(note(f"n{i}"))) for i in range(100)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*waiting) == [f"n{i}" for i in range(100)]


async def test_two_units_with_the_same_turn_run_one_after_the_other(store: Store) -> None:
    def add_one(tx: Transaction) -> None:
        take_turn(tx.connection, "person")
        keys = tx.connection.execute(select(meta.c.key).where(meta.c.key.like("n%"))).scalars().all()
        tx.connection.execute(insert(meta).values(key=f"n{len(keys)}", value="x"))

    await asyncio.gather(*(store.run(add_one) for _ in range(20)))
    assert await store.read(noted) == {f"n{i}" for i in range(20)}


@pytest.mark.parametrize("way", ["run", "read"])
async def test_nothing_of_a_unit_waits_for_the_garbage_collector(store: Store, way: str) -> None:
    """A unit and its parts hold each other; thousands a second would fill memory between two collections."""

    def work(tx: Transaction) -> weakref.ref[Transaction]:
        tx.people.get("nobody")
        return weakref.ref(tx)

    gc.disable()
    try:
        assert (await getattr(store, way)(work))() is None
    finally:
        gc.enable()
