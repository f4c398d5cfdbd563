"""The processes that share one PostgreSQL: who is alive by the server's clock, and which one leads.

Each keeps one connection of its own for this, so that a busy pool never looks like a dead process. What a process
holds in the outbox is its own for as long as it beats; the first one that finds it silent takes it over. The one
that leads holds an advisory lock: the server drops it with the connection, and ends a connection that falls silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, literal_column, select, text

from storage.schema import replica

BEAT_SECONDS = 1.5
DEAD_AFTER = 6  # seconds without a beat; with the beat and delivery's round it is under 10 s in all
LEADING_LOCK = 0x70726F79

SESSION = (
    f"-c statement_timeout=3s -c lock_timeout=2s -c idle_session_timeout={DEAD_AFTER}s"
    " -c synchronous_commit=off"  # a lost beat is made again
)

# The server's clock, in the form of `Moment`: the machines' own may differ.
_NOW = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
_BEAT = text(
    f"INSERT INTO replica (id, started_at, seen_at) VALUES (:me, {_NOW}, {_NOW})"  # noqa: S608  constants
    " ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at"
)
_LIVE = text(f"SELECT count(*) FROM replica WHERE seen_at > {_NOW} - {DEAD_AFTER * 1_000_000}")  # noqa: S608
_FORGET = text(f"DELETE FROM replica WHERE seen_at < {_NOW} - 86400000000")  # noqa: S608
_LEAVE = text("DELETE FROM replica WHERE id = :me")
_FOLLOW = select(func.pg_advisory_unlock_all())
_LEAD = select(func.pg_try_advisory_lock(LEADING_LOCK))


@dataclass(frozen=True, slots=True)
class Standing:
    """A process among its equals."""

    leads: bool  # rounds, files, reconciliation and polling are its own
    live: int  # how many there are, this one included


ALONE = Standing(leads=True, live=1)


def alive() -> Select[Any]:
    """The processes that beat lately; for a condition on who holds a row."""
    limit: ColumnElement[int] = literal_column(f"({_NOW} - {DEAD_AFTER * 1_000_000})")
    return select(replica.c.id).where(replica.c.seen_at > limit)


class Beats:
    """The beats of one process. Every call from one thread."""

    def __init__(self, engine: Engine, me: str) -> None:
        self._engine, self._me = engine, me
        self._connection: Connection | None = None
        self._leads = False

    def beat(self) -> Standing:
        """Say that we live; look who else does, and whether we lead. Raises DBAPIError."""
        try:
            return self._beat(self._connected())
        except BaseException:
            self.drop()
            raise

    def leave(self) -> None:
        """What we hold is free at once. Raises DBAPIError."""
        if self._connection is not None:
            self._connection.execute(_LEAVE, {"me": self._me})
            self._connection.execute(_FOLLOW)
            self.drop()

    def drop(self) -> None:
        """Let the connection go, and the lock with it."""
        connection, self._connection, self._leads = self._connection, None, False
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _beat(self, connection: Connection) -> Standing:
        connection.execute(_BEAT, {"me": self._me})
        if not self._leads:  # a session may take it twice, and would have to give it back twice
            self._leads = connection.execute(_LEAD).scalar_one()
            if self._leads:
                connection.execute(_FORGET)
        return Standing(self._leads, connection.execute(_LIVE).scalar_one())
