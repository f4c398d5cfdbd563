"""What is asked again and again finds its rows by an index, however many there are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from bot.domain.notices import Lane, Notice
from storage import open_store
from storage.outbox import Turn
from storage.schema import outbox
from storage.sealing import KeyRing
from storage.sqlite import SqliteStore
from storage.store import Transaction
from tests.storage.test_outbox import NOON, person, put
from tests.support.watched import Watched, plans

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LARGE = ("SCAN outbox", "SCAN report", "SCAN event", "SCAN person", "SCAN inbox", "SCAN vault_address")
SMALL = (
    "ix_outbox_open",
    "ix_inbox_not_done",
    "inbox USING COVERING INDEX",
)  # a month's messages are counted
LOOKS: dict[str, Callable[[Transaction], Any]] = {
    "what is due": lambda tx: tx.outbox.lease(NOW),
    "when the next is due": lambda tx: tx.outbox.next_at(),
    "what a process before left": lambda tx: tx.outbox.take_over(NOW),
    "the oldest that waits": lambda tx: tx.statistics.oldest_waiting(),
    "what a monitor reads": lambda tx: tx.statistics.figures(NOW),
    "what waits for somebody's words": lambda tx: tx.outbox.window_opened("a" * 32, NOW),
    "the newest to somebody": lambda tx: tx.outbox.newest("a" * 32),
    "the fate of a message": lambda tx: tx.outbox.of_receipt("SM1", "a" * 32),
    "the board": lambda tx: tx.reports.every_open(),
    "files that the provider still has": lambda tx: tx.media.at_provider(NOW),
    "what nobody took": lambda tx: tx.reports.waiting(),
    "somebody's own": lambda tx: tx.reports.of_person("a" * 32),
    "in an officer's hands": lambda tx: tx.reports.handled_by("a" * 32),
    "near": lambda tx: tx.reports.near([b"a", b"b"], "ruido", NOW),
    "what falls due": lambda tx: tx.due.arrived(NOW),
    "talks at their end": lambda tx: tx.conversations.expired(NOW),
}


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(tmp_path / "plans.db", KeyRing.throwaway())
    yield store
    await store.close()


@pytest.mark.parametrize("look", LOOKS)
async def test_no_look_walks_through_a_large_table(sqlite: SqliteStore, look: str) -> None:
    async with Watched(sqlite) as seen:
        await sqlite.run(LOOKS[look])
    steps = await plans(sqlite, [one for part in seen.transactions for one in part])
    assert any(step.startswith("SEARCH") or "USING INDEX" in step for step in steps), steps
    walks = [step for step in steps if step.startswith(LARGE) and not any(name in step for name in SMALL)]
    assert walks == []


async def test_the_turn_of_a_chat_costs_what_is_open_and_not_all_that_was_ever_said(
    postgres_url: str, ring: KeyRing
) -> None:
    """An officer was told thousands of things. After ten calls the server plans for any values, not for these."""
    store = await open_store(postgres_url, ring)

    def told(tx: Transaction) -> None:
        officer = person(tx)
        for n in range(3000):
            tx.outbox.put([Notice(person_id=officer, name="say", facts={}, lane=Lane(n % 2))], NOON)
        tx.connection.execute(update(outbox).values(state="sent"))

    def more(tx: Transaction) -> int:
        for _ in range(15):
            row_id = put(tx)
            assert tx.outbox.turn(row_id, NOON) is Turn.NOW
            tx.outbox.sent(row_id, f"SM{row_id}", NOON, told_later=False)
        read = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'outbox'"
        return int(tx.connection.execute(text(read)).scalar_one())

    try:
        await store.run(told)
        await store.run(lambda tx: tx.connection.execute(text("ANALYZE outbox")) and None)
        assert await store.run(more) < 3000
    finally:
        await store.close()
