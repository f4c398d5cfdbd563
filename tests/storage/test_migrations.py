"""The history of migrations makes exactly the tables of `storage/schema.py`, on both engines."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, insert, inspect, select, text

from storage import Transaction, open_store
from storage.errors import StoreRefused
from storage.migrations import migrate
from storage.schema import metadata, person, vault_alias
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


# ---- a step with data in the tables ----

NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "NEXT", "HEAD", None, None


def upgrade():
    with op.batch_alter_table("person", recreate="auto") as person:
        person.alter_column("locale", type_=sa.String(20))
        person.add_column(sa.Column("nickname", sa.LargeBinary()))
"""
WHO = "0" * 32


def alias(tx: Transaction) -> None:
    """A person, and a row that hangs on it."""
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    tx.connection.execute(
        insert(person).values(id=WHO, role="resident", locale="es", created_at=moment, seen_at=moment)
    )
    tx.connection.execute(insert(vault_alias).values(lookup=b"x", person_id=WHO))


def aliases(tx: Transaction) -> list[str]:
    return list(tx.connection.execute(select(vault_alias.c.person_id)).scalars())


def columns(tx: Transaction) -> set[str]:
    return {column["name"] for column in inspect(tx.connection.execution_options()).get_columns("person")}


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lengthens the history by one more revision, in a copy."""

    def lengthen(revision: str) -> None:
        copy = tmp_path / "migrations"
        shutil.copytree(migrate.HERE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        number = f"{int(migrate.HEAD) + 1:04}"
        written = revision.replace('"NEXT"', repr(number)).replace('"HEAD"', repr(migrate.HEAD))
        (copy / "versions" / f"{number}_next.py").write_text(written)
        monkeypatch.setattr(migrate, "HERE", copy)
        monkeypatch.setattr(migrate, "HEAD", number)

    return lengthen


async def test_an_older_store_takes_the_missing_step_and_keeps_every_row(
    store_url: str, ring: KeyRing, history: Callable[[str], None]
) -> None:
    """On SQLite the step rebuilds `person`: with foreign keys on, all that hangs on it would be deleted."""
    store = await open_store(store_url, ring)
    await store.run(alias)
    await store.close()
    history(NEXT)
    store = await open_store(store_url, ring)
    assert "nickname" in await store.read(columns)
    assert await store.read(aliases) == [WHO]
    await store.close()


async def test_a_step_that_fails_leaves_everything_as_it_was(
    store_url: str, ring: KeyRing, history: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await open_store(store_url, ring)
    await store.run(alias)
    await store.close()
    history(NEXT + "    raise LookupError\n")
    with pytest.raises(LookupError):
        await open_store(store_url, ring)
    monkeypatch.undo()
    store = await open_store(store_url, ring)
    assert "nickname" not in await store.read(columns)
    assert await store.read(aliases) == [WHO]
    await store.close()


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
from storage import Transaction, open_store
from storage.sealing import KeyRing
async def main():
    store = await open_store("sqlite:///{file}", KeyRing.throwaway())
    await store.close()
asyncio.run(main())
sys.exit("alembic" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
