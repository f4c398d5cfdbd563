"""The store on PostgreSQL: the same units of work, in a few threads, one connection each.

READ COMMITTED with explicit locks: a person's turn is held by `storage/turns.py`, rows by their version. What
two replicas did to each other (deadlock, serialization) is tried again: a unit of work is a plain function.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

from sqlalchemy import URL, Connection, Engine, create_engine, func, make_url, select, text
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.pool import NullPool

from storage.errors import StoreRefused, StoreUnavailable
from storage.migrations.migrate import bring_up_to_date
from storage.outbox import Row
from storage.replicas import SESSION as BEATING
from storage.replicas import Beats, Standing
from storage.sealing import KeyRing, Sealer
from storage.selfcheck import check_ring
from storage.store import Committed, Transaction, Work

T = TypeVar("T")
P = ParamSpec("P")
log = logging.getLogger(__name__)

THREADS = 8
ATTEMPTS = 3
AGAIN = frozenset({"40001", "40P01"})  # serialization failure, deadlock
READ_ONLY = "25006"
OLDEST = 140_000  # the first that ends sessions which fall silent
GONE_ON = "25P02"  # a statement after a failed one
STARTING_LOCK = 0x70726F78  # one replica migrates, the others wait for it

SESSION: dict[str, Any] = {
    "application_name": "proximidad",
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "options": "-c statement_timeout=5s -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s",
}
DURABLE = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "synchronous_commit": {"on", "remote_apply"},
    "server_encoding": {"UTF8"},
}
_SETTINGS = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")


class PostgresStore:
    """Store.run and Store.read over a pool. Made by `open`, which checks and migrates."""

    shared = True

    def __init__(self, url: URL, sealer: Sealer) -> None:
        self.on_commit: Committed | None = None
        self._sealer = sealer
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._engine = _engine(url)
        self._reading = self._engine.execution_options(
            isolation_level="REPEATABLE READ",
            postgresql_readonly=True,
        )
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="store")
        self.replica = uuid4().hex
        self._beats = Beats(_engine(url, alone=True), self.replica)
        self._heart = ThreadPoolExecutor(1, thread_name_prefix="store-beat")

    @classmethod
    async def open(cls, url: str, ring: KeyRing) -> PostgresStore:
        """Connect, check, migrate. Raises StoreRefused."""
        target = make_url(url).set(drivername="postgresql+psycopg")
        store = cls(target, Sealer(ring))
        try:
            with refusing_server(target):
                await store._in_thread(store._prepare)
        except BaseException:
            await store.close()
            raise
        return store

    async def run(self, work: Work[T]) -> T:
        """Run `work(tx)` in a thread of the pool; returns once the server has committed and fsynced."""
        return await self._in_thread(self._run, work)

    async def read(self, work: Work[T]) -> T:
        """Run `work(tx)` in a read-only transaction with one picture of everything."""
        return await self._in_thread(self._read, work)

    async def scrub(self) -> None:
        """Dead rows leave the tables; the server's own log of changes and its backups have their own term."""
        await self._in_thread(self._vacuum)

    async def beat(self) -> Standing:
        """Say that this process lives; other processes take over what a silent one holds."""
        if self._closed:
            raise StoreUnavailable("closed")
        return await asyncio.shield(self._loop.run_in_executor(self._heart, self._beat))

    async def close(self) -> None:
        """Finish what is waiting, leave to others what we hold, and close every connection."""
        if self._closed:
            return
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown)
        await self._loop.run_in_executor(self._heart, self._leave)
        self._heart.shutdown()
        self._engine.dispose()

    async def _in_thread(self, call: Callable[P, T], *arguments: P.args, **_: P.kwargs) -> T:
        if self._closed:
            raise StoreUnavailable("closed")
        return await asyncio.shield(self._loop.run_in_executor(self._threads, call, *arguments))

    def _announce(self, rows: Sequence[Row]) -> None:
        if self.on_commit is None:
            return
        try:
            self.on_commit(rows)
        except Exception:  # the rows are safe in the outbox; delivery's own round finds them
            log.exception("written rows were not announced", extra={"action": "store.unannounced"})

    # ---- in a thread of the pool ----

    def _prepare(self) -> None:
        with self._engine.begin() as connection:
            refuse_unless_durable(connection)
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(select(func.pg_advisory_xact_lock(STARTING_LOCK)))
            bring_up_to_date(connection)
            check_ring(connection, self._sealer)

    def _vacuum(self) -> None:
        with _telling(), self._engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.exec_driver_sql("SET statement_timeout = 0")
            alone.exec_driver_sql("VACUUM")
            alone.exec_driver_sql("RESET statement_timeout")

    def _run(self, work: Work[T]) -> T:
        with _telling():
            return _tried_again(self._once, work)

    def _once(self, work: Work[T]) -> T:
        with self._engine.connect() as connection:
            with Transaction(connection, self._sealer, self.replica) as tx:
                value, rows = work(tx), tx.outbox.written
            _commit(connection)
        if rows:
            with suppress(RuntimeError):  # the event loop has ended
                self._loop.call_soon_threadsafe(self._announce, rows)
        return value

    def _read(self, work: Work[T]) -> T:
        with _telling(reading=True):
            return _tried_again(self._look, work)

    def _look(self, work: Work[T]) -> T:
        with self._reading.connect() as connection, Transaction(connection, self._sealer, self.replica) as tx:
            return work(tx)

    # ---- in the thread of the heart ----

    def _beat(self) -> Standing:
        self._sealer.renew()
        with _telling():
            return self._beats.beat()

    def _leave(self) -> None:
        with suppress(DBAPIError):  # then the others find out by our silence
            self._beats.leave()


def _tried_again(once: Callable[[Work[T]], T], work: Work[T]) -> T:
    """Until COMMIT is sent nothing is kept, so what others or the network broke may be tried again."""
    for _ in range(ATTEMPTS - 1):
        try:
            return once(work)
        except DBAPIError as error:
            if not (error.connection_invalidated or _state(error) in AGAIN):
                raise
    return once(work)


def _engine(url: URL, *, alone: bool = False) -> Engine:
    """A pool for the units of work; or, `alone`, one connection at a time for the beats."""
    if alone:
        options: dict[str, Any] = {"poolclass": NullPool, "isolation_level": "AUTOCOMMIT"}
        session = {**SESSION, "options": BEATING}
    else:
        options, session = {"pool_size": THREADS, "max_overflow": 0}, SESSION
    try:
        return create_engine(url, connect_args=session, hide_parameters=True, **options)
    except ModuleNotFoundError:
        raise StoreRefused(
            "Para usar PostgreSQL falta el complemento: instale «proximidad[postgres]»."
        ) from None


def _commit(connection: Connection) -> None:
    """COMMIT, unless a unit went on after a failed statement: PostgreSQL would roll back and say nothing."""
    raw = connection.connection.driver_connection
    if raw is not None and raw.info.transaction_status == raw.info.transaction_status.INERROR:
        raise RuntimeError("a unit of work went on after a failed statement")
    try:
        connection.commit()
    except DBAPIError as error:  # nobody knows whether it is kept: who asked asks again, and the inbox knows
        raise StoreUnavailable("commit") from error


def refuse_unless_durable(connection: Connection) -> None:
    """Raises StoreRefused, naming the setting and the remedy, when the server may lose what it committed."""
    names = [*DURABLE, "server_version_num"]
    found = {row.name: row.setting for row in connection.execute(_SETTINGS, {"names": names})}
    if int(found["server_version_num"]) < OLDEST:
        raise StoreRefused(
            f"PostgreSQL es demasiado viejo: hace falta la versión {OLDEST // 10_000} o una más nueva."
        )
    if wrong := [
        f"{name}={found.get(name)}" for name, good in DURABLE.items() if found.get(name) not in good
    ]:
        raise StoreRefused(
            f"PostgreSQL tiene ajustes con los que se perderían mensajes ya confirmados: {', '.join(wrong)}."
            " Póngalos en «on», por ejemplo: ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf();"
            " revise también ALTER DATABASE y ALTER ROLE. La codificación debe ser UTF8."
        )


def _state(error: DBAPIError) -> str:
    """The SQLSTATE of an error; empty when the server said none."""
    return getattr(error.orig, "sqlstate", None) or ""


@contextmanager
def _telling(*, reading: bool = False) -> Iterator[None]:
    """Turn the server's troubles into StoreUnavailable; mistakes of ours stay what they are."""
    try:
        yield
    except StopIteration:  # a future refuses to carry it, and its waiter would wait for ever
        raise RuntimeError("a unit of work raised StopIteration") from None
    except DBAPIError as error:
        state = _state(error)
        ours = state == GONE_ON or (reading and state == READ_ONLY)  # a unit that writes, handed to `read`
        if ours or not isinstance(error, (OperationalError, InterfaceError, InternalError)):
            raise
        why = state or type(error.orig).__name__
        log.error("the server can't be used now: %s", why, extra={"action": "store.unavailable"})
        raise StoreUnavailable(why) from error


@contextmanager
def refusing_server(url: URL) -> Iterator[None]:
    """Turn what the server says while it is opened into a refusal that the operator understands."""
    try:
        yield
    except DBAPIError as error:
        place = url.set(drivername="postgresql").render_as_string(hide_password=True)
        raise StoreRefused(f"No se puede usar la base de datos {place}: {error.orig}") from error
