"""What came in: every event once, and what could not be handled kept whole. On both engines."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from storage import Store, Transaction
from storage.schema import dead_letter, inbox
from tests.support.reports import NOON

RAW = b'{"text": "me golpea mi esposo"}'


async def test_an_event_is_new_once(store: Store) -> None:
    seen = [
        await store.run(lambda tx, key=key: tx.inbox.new(key, None, RAW, NOON)) for key in ("a", "b", "a")
    ]
    assert seen == [True, True, False]
    assert await store.read(lambda tx: tx.inbox.count()) == 2


async def test_of_many_at_once_one_is_new(store: Store) -> None:
    """A provider that sends the same webhook eight times in parallel."""
    done = await asyncio.gather(*(store.run(lambda tx: tx.inbox.new("a", None, b"", NOON)) for _ in range(8)))
    assert sorted(done) == [False] * 7 + [True]


async def test_an_event_whose_unit_failed_is_new_again(store: Store) -> None:
    def broken(tx: Transaction) -> None:
        tx.inbox.new("a", None, RAW, NOON)
        raise KeyError

    (failed,) = await asyncio.gather(store.run(broken), return_exceptions=True)
    assert isinstance(failed, KeyError)
    assert await store.run(lambda tx: tx.inbox.new("a", None, RAW, NOON))


async def test_a_dead_letter_is_kept_whole_and_sealed_until_it_is_dealt_with(store: Store) -> None:
    def work(tx: Transaction) -> str:
        tx.inbox.new("a", None, RAW, NOON)
        return tx.inbox.bury(source="inbox", key="a", reason="KeyError", raw=RAW, at=NOON)

    letter = await store.run(work)
    (kept,) = await store.read(lambda tx: tx.inbox.dead_letters())
    assert (kept.id, kept.source_key, kept.reason, kept.raw) == (letter, "a", "KeyError", RAW)
    state = await store.read(lambda tx: tx.connection.execute(select(inbox.c.state)).scalar_one())
    sealed = await store.read(lambda tx: tx.connection.execute(select(dead_letter.c.raw)).scalar_one())
    assert (state, b"esposo" in sealed) == ("dead", False)
    dealt = [await store.run(lambda tx: tx.inbox.resolve(letter, NOON)) for _ in range(2)]
    assert dealt == [True, False]
    assert await store.read(lambda tx: tx.inbox.dead_letters()) == []


async def test_a_letter_of_a_message_that_went_out_marks_no_event(store: Store) -> None:
    """And without a payload there is nothing to seal; the oldest comes first."""

    def work(tx: Transaction) -> tuple[str, list[tuple[str, bytes]]]:
        tx.inbox.new("a", None, RAW, NOON)
        tx.inbox.bury(source="outbox", key="a", reason="21211", raw=b"", at=NOON + timedelta(hours=1))
        tx.inbox.bury(source="outbox", key="b", reason="400", raw=b"", at=NOON)
        state = tx.connection.execute(select(inbox.c.state)).scalar_one()
        return state, [(letter.reason, letter.raw) for letter in tx.inbox.dead_letters()]

    assert await store.run(work) == ("done", [("400", b""), ("21211", b"")])


async def test_payloads_are_forgotten_before_their_keys(store: Store) -> None:
    def work(tx: Transaction) -> list[int]:
        for n in range(3):
            tx.inbox.new(str(n), None, RAW, NOON + timedelta(days=n))
        limit = NOON + timedelta(days=2)
        return [
            tx.inbox.forget_raw(limit), tx.inbox.forget_raw(limit), tx.inbox.count(),
            tx.inbox.forget_keys(limit), tx.inbox.count(),
        ]  # fmt: skip

    assert await store.run(work) == [2, 0, 3, 2, 1]
