"""An operator's command beside the process that serves the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.errors import KeyRingError, StoreRefused
from storage.schema import meta
from storage.sealing import KeyRing
from storage.sqlite import SqliteStore
from storage.store import Transaction, open_store_or_beside


def url(file: Path) -> str:
    return f"sqlite:///{file}"


def setting(tx: Transaction) -> str | None:
    return tx.requests.setting("name")


async def test_what_it_writes_the_serving_process_reads(
    sqlite: SqliteStore, file: Path, ring: KeyRing
) -> None:
    await sqlite.run(lambda tx: tx.requests.set_setting("name", "first"))
    beside = await open_store_or_beside(url(file), ring)
    assert await beside.read(setting) == "first"
    await beside.run(lambda tx: tx.requests.set_setting("name", "second"))
    assert await sqlite.read(setting) == "second"
    await sqlite.run(lambda tx: tx.requests.set_setting("name", "third"))
    assert await beside.read(setting) == "third"
    await beside.close()


async def test_a_unit_that_fails_keeps_nothing(sqlite: SqliteStore, file: Path, ring: KeyRing) -> None:
    beside = await open_store_or_beside(url(file), ring)

    def work(tx: Transaction) -> None:
        tx.requests.set_setting("name", "lost")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await beside.run(work)
    assert await sqlite.read(setting) is None


async def test_other_keys_or_another_release_are_refused(
    sqlite: SqliteStore, file: Path, ring: KeyRing
) -> None:
    with pytest.raises(KeyRingError):
        await (await open_store_or_beside(url(file), KeyRing.throwaway())).read(setting)
    await sqlite.run(lambda tx: tx.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0'"))
    with pytest.raises(StoreRefused, match="otra versión"):
        await (await open_store_or_beside(url(file), ring)).run(
            lambda tx: tx.connection.execute(meta.delete())
        )


async def test_alone_it_is_the_store_itself(file: Path, ring: KeyRing) -> None:
    store = await open_store_or_beside(url(file), ring)
    assert isinstance(store, SqliteStore)
    await store.close()
