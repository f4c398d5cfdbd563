"""`store` is a fresh store; a test that takes it runs twice, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from storage import Store, open_store
from storage.sealing import KeyRing
from storage.sqlite import SqliteStore
from tests.support.postgres import empty_postgres_url, postgres, postgres_template, postgres_url

__all__ = ["empty_postgres_url", "postgres", "postgres_template", "postgres_url"]


@pytest_asyncio.fixture(autouse=True)
async def nothing_left_open(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Close what a failing test left open: the writer's thread would keep the test run from ending."""
    made: list[SqliteStore] = []
    init = SqliteStore.__init__

    def noting(store: SqliteStore, *arguments: Any) -> None:
        init(store, *arguments)
        made.append(store)

    monkeypatch.setattr(SqliteStore, "__init__", noting)
    yield
    for store in made:
        if store._loop is asyncio.get_running_loop():
            await store.close()


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing.throwaway()


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a fresh store: of each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/proximidad.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest_asyncio.fixture
async def store(store_url: str, ring: KeyRing) -> AsyncIterator[Store]:
    """An open store, on each engine in turn."""
    opened = await open_store(store_url, ring)
    yield opened
    await opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the SQLite store of a test is."""
    return tmp_path / "proximidad.db"


@pytest_asyncio.fixture
async def sqlite(file: Path, ring: KeyRing) -> AsyncIterator[SqliteStore]:
    """An open store on SQLite, for what only that engine does."""
    opened = await SqliteStore.open(file, ring)
    yield opened
    await opened.close()
