"""Bugs that a programme like this one could have. Each is planted for one test, and a campaign has to find it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pytest

from bot.domain.notices import Notice
from bot.messages import Inbound
from handlers.delivery import Delivery
from handlers.reception import Reception
from storage import group_commit, sqlite_file
from storage.errors import StoreUnavailable
from storage.group_commit import Committer, Unit
from storage.inbox import Inbox
from storage.outbox import Outbox, Row
from storage.sqlite_file import SoleUse
from tests.faults.power_loss import weaken

Patch = pytest.MonkeyPatch


def answers_before_the_commit(patch: Patch) -> None:
    """The webhook gets its 200 while the unit of work still waits."""
    receive, running = Reception.receive, set()

    async def hasty(self: Reception, inbound: Inbound) -> None:
        task = asyncio.create_task(receive(self, inbound))
        running.add(task)
        task.add_done_callback(running.discard)

    patch.setattr(Reception, "receive", hasty)


def does_not_sync_at_commit(patch: Patch) -> None:
    """`synchronous=NORMAL`: fast, and the last messages are in the memory of the machine only."""
    patch.setattr(sqlite_file, "WRITER_PRAGMAS", weaken(1))


def never_syncs(patch: Patch) -> None:
    """`synchronous=OFF`."""
    patch.setattr(sqlite_file, "WRITER_PRAGMAS", weaken(0))


def takes_everything_for_new(patch: Patch) -> None:
    """What a provider sends again is handled again."""
    new = Inbox.new

    def always(self: Inbox, *event: Any) -> bool:
        new(self, *event)
        return True

    patch.setattr(Inbox, "new", always)


def marks_as_received_first(patch: Patch) -> None:
    """The mark is one transaction, what was done about it another."""
    receive, new = Reception.receive, Inbox.new
    patch.setattr(Inbox, "new", lambda *_: True)

    async def two_steps(self: Reception, inbound: Inbound) -> None:
        at = self.clock.now()
        if await self.store.run(lambda tx: new(tx.inbox, inbound.id, None, inbound.raw, at)):
            await receive(self, inbound)

    patch.setattr(Reception, "receive", two_steps)


def writes_the_outbox_afterwards(patch: Patch) -> None:
    """What is to be said is a transaction of its own, after the one that it is about."""
    receive, put = Reception.receive, Outbox.put
    waiting: list[tuple[list[Notice], datetime]] = []

    def later(self: Outbox, notices: Iterable[Notice], at: datetime) -> int:
        waiting.append((list(notices), at))
        return len(waiting[-1][0])

    async def then_put(self: Reception, inbound: Inbound) -> None:
        await receive(self, inbound)
        these = waiting[:]
        waiting.clear()
        await self.store.run(lambda tx: [put(tx.outbox, *these_) for these_ in these])

    patch.setattr(Outbox, "put", later)
    patch.setattr(Reception, "receive", then_put)


def notes_as_sent_before_the_call(patch: Patch) -> None:
    """At most once: who crashes in between has said nothing, and thinks it has."""
    call = Delivery._call

    async def noted_first(
        self: Delivery, channel: Any, to: Any, card: Any, row: Row, reference: str = ""
    ) -> str:
        await self._store.run(lambda tx: tx.outbox.sent(row.id, f"early{row.id}", self._clock.now()))
        return await call(self, channel, to, card, row, reference)

    patch.setattr(Delivery, "_call", noted_first)


def leaves_the_leases_of_the_dead(patch: Patch) -> None:
    """What a killed process was about to say stays its own."""
    patch.setattr(Outbox, "take_over", lambda *_: 0)


def swallows_a_failed_commit(patch: Patch) -> None:
    """A full disk is logged, and everybody is told that all is well."""
    transact = Committer._transact

    def happy(self: Committer, group: Sequence[Unit]) -> None:
        try:
            transact(self, group)
        except StoreUnavailable:
            return

    patch.setattr(Committer, "_transact", happy)


def trusts_the_disk_after_a_failed_fsync(patch: Patch) -> None:
    """It is answered with 503, and the next group goes on as if nothing had been."""
    patch.setattr(group_commit, "NEVER_AGAIN", frozenset())


def answers_the_neighbours_of_a_dropped_group(patch: Patch) -> None:
    """SQLite rolled back all of them; only the one that noticed is refused."""

    def careless(self: Committer, unit: Unit) -> None:
        if not self._raw.in_transaction:
            self._raw.execute("BEGIN IMMEDIATE")
        self._raw.execute("SAVEPOINT unit")
        tx = group_commit.Transaction(self.connection, self._sealer)
        try:
            unit.value = unit.work(tx)
        except Exception as error:
            unit.fail(group_commit.told(error))
        if not self._raw.in_transaction:
            unit.fail(StoreUnavailable("dropped"))
            self._raw.execute("BEGIN IMMEDIATE")
            return
        if unit.error is not None:
            self._raw.execute("ROLLBACK TO unit")
        self._raw.execute("RELEASE unit")

    patch.setattr(Committer, "_attempt", careless)


def keeps_half_of_a_failed_turn(patch: Patch) -> None:
    """A unit that raises is not rolled back to its savepoint."""

    class Careless:
        def __init__(self, raw: sqlite3.Connection) -> None:
            self._raw = raw

        def execute(self, statement: str) -> Any:
            return None if statement == "ROLLBACK TO unit" else self._raw.execute(statement)

        @property
        def in_transaction(self) -> bool:
            return self._raw.in_transaction

    init = Committer.__init__

    def wrapped(self: Committer, raw: sqlite3.Connection, *more: Any) -> None:
        init(self, raw, *more)
        self._raw = Careless(raw)  # type: ignore[assignment]

    patch.setattr(Committer, "__init__", wrapped)


def lets_a_second_process_in(patch: Patch) -> None:
    """No lock on the file."""
    patch.setattr(SoleUse, "__init__", lambda self, path: None)
    patch.setattr(SoleUse, "release", lambda self: None)
