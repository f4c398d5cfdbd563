"""The store on SQLite: one thread writes, in groups that share one fsync; readers stand beside it."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NoReturn, TypeVar

import aiosqlite
from sqlalchemy import create_engine
from sqlalchemy.pool import QueuePool

from storage.errors import StoreRefused, StoreUnavailable
from storage.group_commit import Committer, Unit
from storage.migrations.migrate import bring_up_to_date
from storage.replicas import ALONE, Standing
from storage.sealing import KeyRing, Sealer
from storage.selfcheck import check_ring
from storage.sqlite_file import (
    SoleUse,
    code_of,
    connect_reader,
    connect_writer,
    create_private,
    refusing,
    told,
)
from storage.store import THIS_PROCESS, Committed, Transaction, Work

T = TypeVar("T")
log = logging.getLogger(__name__)

GROUP = 64  # units that share one commit
READERS = 2


class Writer(aiosqlite.Connection):
    """aiosqlite's connection and its thread, where a whole function runs in one hop."""

    async def run(self, call: Callable[[sqlite3.Connection], T]) -> T:
        """Run `call` in the thread and wait for what it returns."""
        result: T = await self._execute(call, self._conn)  # type: ignore[no-untyped-call]
        return result

    def post(self, call: Callable[[], None]) -> None:
        """Run `call` in the thread; nobody waits, so it must answer for itself."""
        self._tx.put_nowait((None, call))

    @property
    def opened(self) -> bool:
        """Whether there is a connection to close."""
        return self._connection is not None


class SqliteStore:
    """Store.run and Store.read over one file. Made by `open`, which checks and migrates."""

    shared = False
    replica = THIS_PROCESS

    def __init__(self, path: Path, sealer: Sealer, lock: SoleUse) -> None:
        self.on_commit: Committed | None = None
        self._sealer = sealer
        self._lock = lock
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Unit] = deque()
        self._closed = False
        self._writer = Writer(partial(connect_writer, path), iter_chunk_size=GROUP)
        self._committer: Committer | None = None
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._reading = create_engine(
            "sqlite://",
            creator=partial(connect_reader, path),
            poolclass=QueuePool,
            pool_size=READERS,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
        )

    @classmethod
    async def open(cls, path: str | Path, ring: KeyRing) -> SqliteStore:
        """Lock, open, check and migrate the file. Raises StoreRefused."""
        place = Path(path)
        with refusing(place):
            store = cls(place, Sealer(ring), SoleUse(place))
            try:
                create_private(place)
                await store._writer
                await store._writer.run(store._prepare)
            except BaseException:
                await store.close()
                raise
        return store

    async def run(self, work: Work[T]) -> T:
        """Run `work(tx)` in the writer's thread; returns once its group is committed and fsynced."""
        self._refuse_when_closed()
        unit = Unit(work, self._loop.create_future())
        self._waiting.append(unit)
        self._writer.post(self._drain)
        result: T = await unit.answer
        return result

    async def read(self, work: Work[T]) -> T:
        """Run `work(tx)` on a read-only connection, beside the writer."""
        self._refuse_when_closed()
        return await asyncio.shield(self._loop.run_in_executor(self._readers, self._read, work))

    async def scrub(self) -> None:
        """Overwritten pages (`secure_delete`) reach the file, and the journal that held the old ones is emptied."""
        self._refuse_when_closed()
        await self._writer.run(self._empty_journal)

    async def beat(self) -> Standing:
        """Nobody else can be there; a new key may."""
        self._sealer.renew()
        return ALONE

    async def close(self) -> None:
        """Finish what is waiting, then close: readers first, so that the writer makes the last checkpoint."""
        if self._closed:
            return
        self._closed = True
        try:
            await asyncio.to_thread(self._readers.shutdown)
            self._reading.dispose()
            if self._writer.opened:
                await self._writer.run(self._let_go)
                await self._writer.close()
        finally:
            self._lock.release()

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise StoreUnavailable("closed")

    def _tell(self, group: Sequence[Unit]) -> None:
        """On the event loop: announce what was written, then wake the waiters."""
        rows = [row for unit in group for row in unit.written]
        if rows and self.on_commit is not None:
            try:
                self.on_commit(rows)
            except Exception:  # the rows are safe in the outbox; delivery's own round finds them
                log.exception("written rows were not announced", extra={"action": "store.unannounced"})
        if refused := [unit.error for unit in group if isinstance(unit.error, StoreUnavailable)]:
            log.error("nothing can be kept: %s", refused[0], extra={"action": "store.unavailable"})
        for unit in group:
            unit.tell()

    # ---- in a reader's thread ----

    def _read(self, work: Work[T]) -> T:
        try:
            with self._reading.connect() as connection:
                connection.exec_driver_sql("BEGIN")  # one picture for all that the unit reads
                with Transaction(connection, self._sealer) as tx:
                    return work(tx)  # rolled back when the pool takes it back
        except Exception as error:
            if code_of(error) == sqlite3.SQLITE_READONLY:
                raise  # a unit that writes was handed to `read`: our mistake, not the disk's
            if (other := told(error)) is error:
                raise
            raise other from error

    # ---- in the writer's thread ----

    def _prepare(self, raw: sqlite3.Connection) -> None:
        """Bring the schema up to date and see that the keys are this store's, all in one transaction."""
        committer = self._committer = Committer(raw, self._sealer)
        raw.execute("PRAGMA foreign_keys = OFF")  # a migration that rebuilds a table would cascade
        raw.execute("BEGIN IMMEDIATE")
        if bring_up_to_date(committer.connection) and raw.execute("PRAGMA foreign_key_check").fetchall():
            raise StoreRefused("La actualización dejó renglones huérfanos; la base queda como estaba.")
        check_ring(committer.connection, self._sealer)
        raw.execute("COMMIT")
        raw.execute("PRAGMA foreign_keys = ON")

    def _empty_journal(self, raw: sqlite3.Connection) -> None:
        busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreUnavailable("a reader holds the journal")

    def _let_go(self, raw: sqlite3.Connection) -> None:
        if self._committer is not None:
            self._committer.close()

    def _drain(self) -> None:
        """Commit one group of those who wait. Every unit posts a drain; a neighbour's may have served it."""
        group = [self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))]
        if not group or self._committer is None:
            return
        try:
            self._committer.commit(group)
        except BaseException as surprise:
            die(surprise)
        with suppress(RuntimeError):  # the event loop has ended: nobody waits any more
            self._loop.call_soon_threadsafe(self._tell, group)


def die(surprise: BaseException) -> NoReturn:
    """End the process: a writer in an unknown state must not leave a port open that nobody answers.

    Only the kind of error and the frames are logged: its text may hold somebody's words.
    """
    frames = "".join(traceback.format_tb(surprise.__traceback__))
    kind = getattr(surprise, "sqlite_errorname", type(surprise).__name__)
    log.critical("the writer can't go on: %s\n%s", kind, frames, extra={"action": "store.died"})
    logging.shutdown()
    os._exit(70)
