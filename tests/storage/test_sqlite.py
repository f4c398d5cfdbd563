"""The store on one SQLite file: who may open it, how it is set, how commits are shared."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from storage import sqlite_file
from storage.errors import KeyRingError, StoreRefused
from storage.sealing import KeyRing
from storage.sqlite import GROUP, SqliteStore
from tests.support.units import Gate, note, noted


async def test_the_writer_runs_with_the_pragmas_that_it_needs(sqlite: SqliteStore) -> None:
    await sqlite._writer.run(lambda raw: sqlite_file.check_pragmas(raw, sqlite_file.WRITER_PRAGMAS))


async def test_readers_cannot_write_nor_checkpoint(sqlite: SqliteStore) -> None:
    pragmas = ("query_only", "wal_autocheckpoint")
    found = await sqlite.read(
        lambda tx: [tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in pragmas]
    )
    assert found == [1, 0]


@pytest.mark.parametrize(("name", "weaker"), [("synchronous", 1), ("foreign_keys", 0), ("secure_delete", 0)])
def test_a_pragma_that_did_not_take_is_refused(file: Path, name: str, weaker: int) -> None:
    raw = sqlite_file.connect_writer(file)
    raw.execute(f"PRAGMA {name} = {weaker}").fetchall()
    with pytest.raises(StoreRefused, match=name):
        sqlite_file.check_pragmas(raw, sqlite_file.WRITER_PRAGMAS)
    raw.close()


def test_a_database_that_cannot_have_a_write_ahead_log_is_refused() -> None:
    with pytest.raises(StoreRefused, match="journal_mode quedó en memory"):
        sqlite_file.connect_writer(Path(":memory:"))


async def test_only_its_owner_may_read_the_database(sqlite: SqliteStore, file: Path) -> None:
    await sqlite.run(note("a"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in file.parent.iterdir()}
    assert modes == dict.fromkeys(
        ["proximidad.db", "proximidad.db-wal", "proximidad.db-shm", "proximidad.db.lock"], 0o600
    )


async def test_closing_leaves_one_file_and_its_lock(file: Path, ring: KeyRing) -> None:
    store = await SqliteStore.open(file, ring)
    await store.run(note("a"))
    await store.read(noted)
    await store.close()
    assert sorted(path.name for path in file.parent.iterdir()) == ["proximidad.db", "proximidad.db.lock"]


async def test_what_was_written_is_there_after_a_restart(file: Path, ring: KeyRing) -> None:
    for key in ("a", "b"):
        store = await SqliteStore.open(file, ring)
        await store.run(note(key))
        await store.close()
    store = await SqliteStore.open(file, ring)
    assert await store.read(noted) == {"a", "b"}
    await store.close()


# ---- who may open it ----

SECOND = """
import asyncio, sys
from storage import open_store
from storage.errors import StoreRefused
from storage.sealing import KeyRing
try:
    asyncio.run(open_store(sys.argv[1], KeyRing.throwaway()))
except StoreRefused as refused:
    print(refused)
    sys.exit(3)
"""


async def test_a_second_process_ends_at_once_with_a_clear_message(sqlite: SqliteStore, file: Path) -> None:
    second = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", SECOND, f"sqlite:///{file}"],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert second.returncode == 3
    assert "Otro proceso" in second.stdout
    assert str(file) in second.stdout
    await sqlite.run(note("unharmed"))


async def test_the_lock_is_free_again_after_a_refused_start(file: Path, ring: KeyRing) -> None:
    store = await SqliteStore.open(file, ring)
    with pytest.raises(StoreRefused, match="Otro proceso"):
        await SqliteStore.open(file, ring)
    await store.close()
    with pytest.raises(KeyRingError):
        await SqliteStore.open(file, KeyRing.throwaway())
    store = await SqliteStore.open(file, ring)
    await store.close()


def test_a_file_that_is_no_database_is_refused_untouched(file: Path, ring: KeyRing) -> None:
    file.write_bytes(b"una foto" * 1000)
    with pytest.raises(StoreRefused, match="not a database"):
        asyncio.run(SqliteStore.open(file, ring))
    assert file.read_bytes() == b"una foto" * 1000


async def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, ring: KeyRing) -> None:
    (tmp_path / "plain").write_text("")
    with pytest.raises(StoreRefused, match="No se puede usar"):
        await SqliteStore.open(tmp_path / "plain" / "proximidad.db", ring)


async def test_an_orphan_left_by_a_migration_is_refused(
    file: Path, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await SqliteStore.open(file, ring)
    await store.close()
    with sqlite3.connect(file) as raw:
        raw.execute("INSERT INTO vault_alias (lookup, person_id) VALUES (x'00', 'nobody')")
    raw.close()
    monkeypatch.setattr("storage.sqlite.bring_up_to_date", lambda connection: True)
    with pytest.raises(StoreRefused, match="huérfanos"):
        await SqliteStore.open(file, ring)


# ---- group commit ----


async def traced(store: SqliteStore) -> list[str]:
    """From here on, every statement that SQLite runs for the writer."""
    statements: list[str] = []
    await store._writer.run(lambda raw: raw.set_trace_callback(statements.append))
    return statements


async def test_those_who_wait_share_commits_of_at_most_64(sqlite: SqliteStore) -> None:
    gate = Gate()
    statements = await traced(sqlite)
    first = asyncio.create_task(sqlite.run(gate))
    await asyncio.to_thread(gate.entered.wait)
    waiting = asyncio.gather(*(sqlite.run(note(f"n{i}")) for i in range(2 * GROUP + 1)))
    await asyncio.sleep(0)
    gate.let_go()
    await asyncio.gather(first, waiting)
    assert statements.count("COMMIT") == statements.count("BEGIN IMMEDIATE") == 1 + 3


async def test_nobody_is_answered_before_the_neighbours_are_committed_too(sqlite: SqliteStore) -> None:
    first, last = Gate(), Gate()
    opening = asyncio.create_task(sqlite.run(first))
    await asyncio.to_thread(first.entered.wait)
    early = asyncio.create_task(sqlite.run(note("early")))
    late = asyncio.create_task(sqlite.run(last))
    await asyncio.sleep(0)
    first.let_go()
    await opening
    await asyncio.to_thread(last.entered.wait)  # `early` has run; its group is still open
    await asyncio.sleep(0.02)
    assert not early.done()
    assert await sqlite.read(noted) == set()
    last.let_go()
    await asyncio.gather(early, late)
    assert await sqlite.read(noted) == {"early"}


async def test_units_run_in_the_order_in_which_they_were_asked(sqlite: SqliteStore) -> None:
    ran: list[int] = []
    await asyncio.gather(*(sqlite.run(lambda tx, i=i: ran.append(i)) for i in range(200)))  # type: ignore[misc]
    assert ran == list(range(200))


async def test_a_unit_never_begins_or_ends_a_transaction_by_itself(sqlite: SqliteStore) -> None:
    statements = await traced(sqlite)
    await sqlite.run(note("a"))
    assert [s for s in statements if not s.startswith("INSERT")] == [
        "BEGIN IMMEDIATE",
        "SAVEPOINT unit",
        "RELEASE unit",
        "COMMIT",
    ]
