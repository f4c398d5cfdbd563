"""One at a time per key, across the replicas that share a PostgreSQL; on SQLite one thread writes anyway."""

from __future__ import annotations

from sqlalchemy import Connection, text

_TAKE = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


def take_turn(connection: Connection, key: str) -> None:
    """Wait until no other transaction holds `key`, and hold it until this one ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(_TAKE, {"key": key})
