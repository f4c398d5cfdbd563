"""A store as one plain transaction, for moving, copying and checking it whole: nobody is served from it meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, func, make_url, select, text
from sqlalchemy.pool import NullPool, StaticPool

from storage.errors import StoreRefused
from storage.migrations.migrate import bring_up_to_date
from storage.replicas import alive
from storage.schema import replica
from storage.sqlite_file import SoleUse, connect_writer, create_private, refusing

SQLITE = "sqlite:///"


@contextmanager
def alone_with(url: str) -> Iterator[Connection]:
    """The store at a URL, at the newest schema, in one transaction that is committed at the end.

    Raises StoreRefused when it is in use or can't be opened.
    """
    opened = _sqlite(Path(url.removeprefix(SQLITE))) if url.startswith(SQLITE) else _postgres(url)
    with opened as connection:
        yield connection


@contextmanager
def _sqlite(path: Path) -> Iterator[Connection]:
    with refusing(path):
        lock = SoleUse(path)
        try:
            create_private(path)
            raw = connect_writer(path)
            engine = create_engine(
                "sqlite://", creator=lambda: raw, poolclass=StaticPool, isolation_level="AUTOCOMMIT"
            )
            try:
                with engine.connect() as connection:
                    raw.execute("BEGIN IMMEDIATE")
                    bring_up_to_date(connection)
                    yield connection
                    raw.execute("COMMIT")
            finally:
                if raw.in_transaction:
                    raw.execute("ROLLBACK")
                raw.close()
        finally:
            lock.release()


@contextmanager
def _postgres(url: str) -> Iterator[Connection]:
    from storage.postgres import refuse_unless_durable, refusing_server

    target = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(target, poolclass=NullPool, hide_parameters=True)
    with refusing_server(target), engine.begin() as connection:
        refuse_unless_durable(connection)
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        bring_up_to_date(connection)
        if connection.execute(select(func.count()).select_from(alive().subquery())).scalar_one():
            raise StoreRefused("Hay servicios en marcha sobre esa base: deténgalos todos y repita.")
        connection.execute(replica.delete())
        yield connection
