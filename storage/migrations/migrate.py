"""Bring a database to the newest schema. Alembic is slow to import: only when there is a step to take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    inspect,
    select,
)

from storage.errors import StoreRefused
from storage.schema import metadata

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent
HEAD = "0021"  # the newest revision; a test compares it with the files

version_table = Table(  # Alembic's own
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def bring_up_to_date(connection: Connection) -> bool:
    """Create or upgrade the schema inside the caller's transaction; says whether anything was done.

    Raises StoreRefused when the database is somebody else's or of a newer release.
    """
    found = version_of(connection)
    if found == HEAD:
        return False
    if found is None:
        _create(connection)
    else:
        _upgrade(connection, found)
    return True


def version_of(connection: Connection) -> str | None:
    """The revision that a database is at; None when it has none."""
    if not inspect(connection).has_table(version_table.name):
        return None
    return connection.execute(select(version_table.c.version_num)).scalar()


def configuration(connection: Connection) -> Config:
    """Alembic's settings, without an ini file, over a connection whose transaction is ours."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _create(connection: Connection) -> None:
    """A new database gets the tables at once; a test shows that the history makes the same ones."""
    if metadata.tables.keys() & set(inspect(connection).get_table_names()):
        raise StoreRefused("La base de datos ya tiene tablas con estos nombres y no son de Proximidad.")
    metadata.create_all(connection)
    version_table.create(connection)
    connection.execute(insert(version_table).values(version_num=HEAD))


def _upgrade(connection: Connection, found: str) -> None:
    if found not in {file.stem.partition("_")[0] for file in (HERE / "versions").glob("*.py")}:
        raise StoreRefused(f"La base de datos es de una versión más nueva del programa (revisión {found}).")
    from alembic import command

    command.upgrade(configuration(connection), HEAD)
