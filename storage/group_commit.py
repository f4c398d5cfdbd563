"""Several units of work in one SQLite transaction: a savepoint each, one COMMIT, one fsync for all.

Everything here runs in the writer's thread. Nobody is answered before COMMIT has returned.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from storage.errors import StoreUnavailable
from storage.quick import quick
from storage.sealing import Sealer
from storage.sqlite_file import NEVER_AGAIN, not_now, told
from storage.store import Transaction, Work

if TYPE_CHECKING:
    from storage.outbox import Row


class Unit:
    """One unit of work, and what became of it."""

    __slots__ = ("answer", "error", "value", "work", "written")

    def __init__(self, work: Work[Any], answer: asyncio.Future[Any]) -> None:
        self.work = work
        self.answer = answer
        self.value: Any = None
        self.error: Exception | None = None
        self.written: Sequence[Row] = ()

    def fail(self, error: Exception) -> None:
        """Nothing of it was kept."""
        self.error = error
        self.written = ()

    def tell(self) -> None:
        """Wake who waits, unless it was cancelled meanwhile."""
        if self.answer.done():
            return
        if self.error is None:
            self.answer.set_result(self.value)
        else:
            self.answer.set_exception(self.error)


class Committer:
    """The raw connection with SQLAlchemy over it, which executes and never begins, commits or rolls back."""

    def __init__(self, raw: sqlite3.Connection, sealer: Sealer) -> None:
        self._raw = raw
        self._sealer = sealer
        self._engine = create_engine(
            "sqlite://",
            creator=lambda: raw,
            poolclass=StaticPool,
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
            hide_parameters=True,
        )
        self.connection: Connection = self._engine.connect()
        self._quick = quick(self.connection)  # for every unit

    def commit(self, group: Sequence[Unit]) -> None:
        """Run and commit a group. Raises what nobody foresaw; every other failure is told to its units."""
        try:
            self._transact(group)
        except StoreUnavailable as lost:
            for unit in group:
                unit.fail(StoreUnavailable(*lost.args))

    def close(self) -> None:
        """Let go of the connection, in the thread that it belongs to."""
        self.connection.close()
        self._engine.dispose()

    def _transact(self, group: Sequence[Unit]) -> None:
        try:
            self._raw.execute("BEGIN IMMEDIATE")
            for unit in group:
                self._attempt(unit)
            self._raw.execute("COMMIT")
        except sqlite3.Error as error:
            if self._raw.in_transaction:
                self._raw.execute("ROLLBACK")
            unavailable = not_now(error)
            if unavailable is None or error.sqlite_errorcode in NEVER_AGAIN:
                raise
            raise unavailable from error

    def _attempt(self, unit: Unit) -> None:
        """Run one unit; what it raises is its own, unless SQLite dropped the whole transaction over it."""
        self._raw.execute("SAVEPOINT unit")
        try:
            with Transaction(self._quick, self._sealer) as tx:
                unit.value = unit.work(tx)
                unit.written = tx.outbox.written
        except Exception as error:
            unit.fail(told(error))
        if not self._raw.in_transaction:  # disk full, I/O error: the neighbours' work went with it
            why = str(unit.error) if isinstance(unit.error, StoreUnavailable) else "rolled back"
            raise StoreUnavailable(why) from unit.error
        if unit.error is not None:
            self._raw.execute("ROLLBACK TO unit")
        self._raw.execute("RELEASE unit")
