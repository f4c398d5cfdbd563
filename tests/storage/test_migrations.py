"""The history of migrations makes exactly the tables of `storage/schema.py`, on both engines."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from storage import open_store
from storage.errors import StoreRefused
from storage.migrations import migrate
from storage.schema import metadata
from storage.sealing import KeyRing
from tests.support.postgres import Server, engine_at, text_of

RENEW = "0001 is not what storage/schema.py says: uv run python -m storage.migrations.draft --first"
NewEngine = Callable[[], Engine]


@pytest.fixture(params=["sqlite", "postgres"])
def new_engine(request: pytest.FixtureRequest) -> Iterator[NewEngine]:
    """Makes engines over empty databases, of each kind in turn."""
    with (_sqlite_engines if request.param == "sqlite" else _postgres_engines)(request) as make:
        yield make


@contextmanager
def _sqlite_engines(_: pytest.FixtureRequest) -> Iterator[NewEngine]:
    made: list[Engine] = []

    def make() -> Engine:
        made.append(create_engine("sqlite://"))
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()


@contextmanager
def _postgres_engines(request: pytest.FixtureRequest) -> Iterator[NewEngine]:
    server: Server = request.getfixturevalue("postgres")
    made: list[tuple[Engine, Any]] = []

    def make() -> Engine:
        database = server.database()
        made.append((engine_at(text_of(database.__enter__())), database))
        return made[-1][0]

    yield make
    for engine, database in made:
        engine.dispose()
        database.__exit__(None, None, None)


def by_history(connection: Connection) -> None:
    command.upgrade(migrate.configuration(connection), "head")


def shape(connection: Connection) -> dict[str, Any]:
    """All that the database itself says of its tables, in an order that can be compared."""
    seen = inspect(connection)
    return {
        table: {
            "columns": [{**c, "type": repr(c["type"])} for c in seen.get_columns(table)],
            "key": seen.get_pk_constraint(table),
            "indexes": sorted(map(_plain, seen.get_indexes(table))),
            "unique": sorted(map(repr, seen.get_unique_constraints(table))),
            "references": sorted(map(repr, seen.get_foreign_keys(table))),
        }
        for table in sorted(seen.get_table_names())
    }


def _plain(index: Any) -> str:
    """An index as text; the condition of a partial one is a clause whose repr is only its address."""
    return repr({**index, "dialect_options": {k: str(v) for k, v in index["dialect_options"].items()}})


def test_the_history_makes_the_tables_of_the_schema(new_engine: NewEngine) -> None:
    with new_engine().begin() as connection:
        by_history(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == [], RENEW


def test_a_new_database_is_the_same_as_one_that_took_every_step(new_engine: NewEngine) -> None:
    with new_engine().begin() as stepped, new_engine().begin() as fresh:
        by_history(stepped)
        assert migrate.bring_up_to_date(fresh)
        assert shape(fresh) == shape(stepped), RENEW
        assert migrate.version_of(fresh) == migrate.version_of(stepped) == migrate.HEAD


def test_the_history_can_be_walked_back(new_engine: NewEngine) -> None:
    with new_engine().begin() as connection:
        by_history(connection)
        command.downgrade(migrate.configuration(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]


def test_a_database_that_is_up_to_date_is_left_alone(new_engine: NewEngine) -> None:
    with new_engine().begin() as connection:
        assert migrate.bring_up_to_date(connection)
        assert not migrate.bring_up_to_date(connection)


def test_an_older_database_takes_the_missing_steps(new_engine: NewEngine, monkeypatch: Any) -> None:
    taken: list[str] = []
    monkeypatch.setattr(command, "upgrade", lambda config, revision: taken.append(revision))
    monkeypatch.setattr(migrate, "HEAD", "0002")
    with new_engine().begin() as connection:
        migrate.version_table.create(connection)
        connection.execute(migrate.version_table.insert().values(version_num="0001"))
        assert migrate.bring_up_to_date(connection)
    assert taken == ["0002"]


def test_a_database_of_a_newer_release_is_refused(new_engine: NewEngine) -> None:
    with new_engine().begin() as connection:
        migrate.bring_up_to_date(connection)
        connection.execute(migrate.version_table.update().values(version_num="9999"))
        with pytest.raises(StoreRefused, match="más nueva"):
            migrate.bring_up_to_date(connection)


def test_a_database_of_somebody_else_is_refused_untouched(new_engine: NewEngine) -> None:
    with new_engine().begin() as connection:
        connection.execute(text("CREATE TABLE report (id integer)"))
        with pytest.raises(StoreRefused, match="no son de Proximidad"):
            migrate.bring_up_to_date(connection)
        assert inspect(connection).get_table_names() == ["report"]


def test_head_is_the_newest_file() -> None:
    scripts = ScriptDirectory(str(migrate.HERE))
    assert scripts.get_current_head() == migrate.HEAD


async def test_a_start_that_is_refused_changes_nothing(file: Path, ring: KeyRing) -> None:
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE outbox (id integer)")
    other.close()
    with pytest.raises(StoreRefused):
        await open_store(f"sqlite:///{file}", ring)
    with sqlite3.connect(file) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("outbox",)]
    other.close()


def test_starting_does_not_import_alembic(file: Path) -> None:
    """It costs a second or two, and there is nothing to migrate on most days."""
    code = f"""
import asyncio, sys
from storage import open_store
from storage.sealing import KeyRing
async def main():
    store = await open_store("sqlite:///{file}", KeyRing.throwaway())
    await store.close()
asyncio.run(main())
sys.exit("alembic" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
