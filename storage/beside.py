"""A unit of work beside the process that serves the SQLite file: for commands of the operator, seldom and short.

Its connection never checkpoints (SQLite before 3.51.3 can damage a file that two connections checkpoint at once);
the serving process waits the moment that it takes.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from storage.errors import StoreRefused
from storage.group_commit import Committer, Unit
from storage.migrations.migrate import HEAD, version_of
from storage.replicas import Standing
from storage.sealing import Sealer
from storage.selfcheck import check_ring
from storage.sqlite_file import connect_reader, connect_writer, refusing
from storage.store import Committed, Transaction, Work

T = TypeVar("T")


class BesideStore:
    """Store.run and Store.read over a file that another process holds. Each call opens it and lets go."""

    shared = True
    replica = ""

    def __init__(self, path: Path, sealer: Sealer) -> None:
        self.on_commit: Committed | None = None  # the serving process finds what was written by itself
        self._path = path
        self._sealer = sealer

    async def run(self, work: Work[T]) -> T:
        """Run `work(tx)` and commit it. Raises StoreRefused when the file is of another release."""
        unit = Unit(work, asyncio.get_running_loop().create_future())
        await asyncio.to_thread(self._commit, unit)
        unit.tell()
        result: T = await unit.answer
        return result

    async def read(self, work: Work[T]) -> T:
        """Run `work(tx)` on a connection that can only read."""
        unit = Unit(work, asyncio.get_running_loop().create_future())
        await asyncio.to_thread(self._look, unit)
        unit.tell()
        result: T = await unit.answer
        return result

    async def scrub(self) -> None:
        """The serving process does it, at its next round."""

    async def beat(self) -> Standing:
        """The process that serves leads."""
        return Standing(leads=False, live=1)

    async def close(self) -> None:
        """Nothing is held."""

    def _commit(self, unit: Unit) -> None:
        with refusing(self._path), self._opened(connect_writer(self._path)) as (raw, committer):
            raw.execute("PRAGMA wal_autocheckpoint = 0")
            committer.commit([unit])

    def _look(self, unit: Unit) -> None:
        with refusing(self._path), self._opened(connect_reader(self._path)) as (raw, committer):
            raw.execute("BEGIN")  # one picture for all that the unit reads
            with Transaction(committer.connection, self._sealer) as tx:
                unit.value = unit.work(tx)
            raw.execute("ROLLBACK")

    @contextmanager
    def _opened(self, raw: sqlite3.Connection) -> Iterator[tuple[sqlite3.Connection, Committer]]:
        committer = Committer(raw, self._sealer)
        try:
            _check(committer.connection, self._sealer)
            yield raw, committer
        finally:
            committer.close()
            raw.close()


def _check(connection: Connection, sealer: Sealer) -> None:
    if version_of(connection) != HEAD:
        raise StoreRefused("La base de datos es de otra versión del programa: reinicie el servicio y repita.")
    check_ring(connection, sealer)
