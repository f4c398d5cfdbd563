"""The store when the disk, a unit, or the file itself fails: nobody is told "done" about what is not kept."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text, update

from storage import Store, Transaction, open_store
from storage import sqlite as sqlite_module
from storage.errors import KeyRingError, StoreUnavailable, Unreadable
from storage.schema import meta
from storage.sealing import KeyRing, Sealer
from storage.sqlite import SqliteStore
from tests.support.units import Gate, Unit, note, noted

BIG = "x" * 200_000


async def pragma(store: SqliteStore, statement: str) -> Any:
    """Run a pragma on the writer's connection."""
    return await store._writer.run(lambda raw: raw.execute(f"PRAGMA {statement}").fetchone())


async def together(store: Store, units: list[Unit]) -> list[Any]:
    """Run units in one group; their results or exceptions."""
    gate = Gate()
    first = asyncio.create_task(store.run(gate))
    await asyncio.to_thread(gate.entered.wait)
    waiting = asyncio.gather(*map(store.run, units), return_exceptions=True)
    await asyncio.sleep(0)
    gate.let_go()
    await first
    return await waiting


async def fill(store: SqliteStore) -> None:
    """Leave the file no room for another page."""
    (pages,) = await pragma(store, "page_count")
    await pragma(store, f"max_page_count = {pages}")


async def empty(store: SqliteStore) -> None:
    await pragma(store, "max_page_count = 1000000")


# ---- disk full ----


async def test_a_full_disk_is_unavailable_and_heals_alone(
    sqlite: SqliteStore, caplog: pytest.LogCaptureFixture
) -> None:
    await sqlite.run(note("before"))
    await fill(sqlite)
    with pytest.raises(StoreUnavailable, match="SQLITE_FULL"):
        await sqlite.run(note("big", BIG))
    assert [record.getMessage() for record in caplog.records] == ["nothing can be kept: SQLITE_FULL"]
    assert await sqlite.read(noted) == {"before"}
    await empty(sqlite)
    await sqlite.run(note("after"))
    assert await sqlite.read(noted) == {"before", "after"}


async def test_a_full_disk_in_mid_group_answers_done_only_for_what_is_kept(sqlite: SqliteStore) -> None:
    await fill(sqlite)
    units = [note(f"n{i}") for i in range(30)] + [note("big", BIG)] + [note(f"m{i}") for i in range(30)]
    answers = await together(sqlite, units)
    done = {answer for answer in answers if isinstance(answer, str)}
    assert all(isinstance(answer, str | StoreUnavailable) for answer in answers)
    assert isinstance(answers[30], StoreUnavailable)
    assert await sqlite.read(noted) == done


async def test_when_sqlite_drops_the_whole_group_all_of_it_is_unavailable(sqlite: SqliteStore) -> None:
    def dropped(tx: Transaction) -> None:
        tx.connection.execute(text("ROLLBACK"))  # what SQLite itself does after an I/O error

    told: list[Any] = []
    sqlite.on_commit = told.extend
    writes = lambda tx: tx.outbox.written.append("row")  # noqa: E731
    answers = await together(sqlite, [note("a"), writes, dropped, note("b")])
    assert [type(answer) for answer in answers] == [StoreUnavailable] * 4
    assert await sqlite.read(noted) == set()
    assert told == []
    await sqlite.run(note("after"))


async def test_a_unit_that_hides_the_error_from_us_is_not_believed(sqlite: SqliteStore) -> None:
    def hides(tx: Transaction) -> str:
        tx.connection.execute(text("ROLLBACK"))
        return "all is well"

    with pytest.raises(StoreUnavailable):
        await sqlite.run(hides)


QUOTA = """
import asyncio, resource, sys
from storage import open_store
from storage.errors import StoreUnavailable
from storage.sealing import KeyRing
from tests.support.units import note, noted

async def main():
    store = await open_store(sys.argv[1], KeyRing.throwaway())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, hard))
    done, refused = set(), 0
    for i in range(200):
        try:
            done.add(await store.run(note(f"n{i}", "x" * 5000)))
        except StoreUnavailable:
            refused += 1
    assert refused and done, (refused, len(done))
    assert await store.read(noted) == done
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    done.add(await store.run(note("healed", "x" * 5000)))
    assert await store.read(noted) == done
    await store.close()
    print("kept", len(done), "refused", refused)

asyncio.run(main())
"""


def test_writes_that_the_system_refuses_lose_nothing_and_heal(file: Path) -> None:
    """A real failing write(2), at COMMIT: a quota on the size of files, in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-c", QUOTA, f"sqlite:///{file}"], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("kept")


# ---- read-only, locked, broken ----


async def test_a_read_only_file_is_unavailable_until_it_can_be_written(sqlite: SqliteStore) -> None:
    await pragma(sqlite, "query_only = 1")
    with pytest.raises(StoreUnavailable, match="SQLITE_READONLY"):
        await sqlite.run(note("a"))
    await pragma(sqlite, "query_only = 0")
    await sqlite.run(note("a"))


async def test_a_file_that_somebody_else_holds_is_unavailable_until_let_go(
    sqlite: SqliteStore, file: Path
) -> None:
    await pragma(sqlite, "busy_timeout = 50")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="SQLITE_BUSY"):
        await sqlite.run(note("a"))
    other.execute("ROLLBACK")
    other.close()
    await sqlite.run(note("a"))


class Faulty:
    """The raw connection, except that one statement fails with a code of our choice."""

    def __init__(self, raw: sqlite3.Connection, statement: str, code: int) -> None:
        self._raw = raw
        self._statement = statement
        self._code = code

    def execute(self, statement: str) -> sqlite3.Cursor:
        if statement != self._statement:
            return self._raw.execute(statement)
        self._statement = ""  # once
        error = sqlite3.OperationalError("injected")
        error.sqlite_errorcode = self._code
        error.sqlite_errorname = f"code {self._code}"
        raise error

    @property
    def in_transaction(self) -> bool:
        return self._raw.in_transaction


class Died(Exception):
    """The process would have ended."""


@pytest.fixture
def deaths(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """What the writer died of; in these tests it goes on breathing."""
    causes: list[BaseException] = []

    def die(cause: BaseException) -> None:
        causes.append(cause)
        raise Died

    monkeypatch.setattr(sqlite_module, "die", die)
    return causes


def break_at(store: SqliteStore, statement: str, code: int) -> None:
    committer: Any = store._committer
    committer._raw = Faulty(committer._raw, statement, code)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("BEGIN IMMEDIATE", sqlite3.SQLITE_BUSY),
        ("BEGIN IMMEDIATE", sqlite3.SQLITE_IOERR_READ),
        ("BEGIN IMMEDIATE", sqlite3.SQLITE_CANTOPEN),
        ("SAVEPOINT unit", sqlite3.SQLITE_NOMEM),
        ("RELEASE unit", sqlite3.SQLITE_IOERR_WRITE),
        ("COMMIT", sqlite3.SQLITE_FULL),
        ("COMMIT", sqlite3.SQLITE_IOERR_WRITE),
        ("COMMIT", sqlite3.SQLITE_READONLY),
    ],
)
async def test_trouble_with_the_file_spoils_one_group_and_no_more(
    sqlite: SqliteStore, deaths: list[BaseException], statement: str, code: int
) -> None:
    break_at(sqlite, statement, code)
    with pytest.raises(StoreUnavailable):
        await sqlite.run(note("lost"))
    await sqlite.run(note("kept"))
    assert await sqlite.read(noted) == {"kept"}
    assert deaths == []


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("COMMIT", sqlite3.SQLITE_IOERR_FSYNC),
        ("COMMIT", sqlite3.SQLITE_IOERR_DIR_FSYNC),
        ("COMMIT", sqlite3.SQLITE_ERROR),
        ("COMMIT", sqlite3.SQLITE_MISUSE),
        ("BEGIN IMMEDIATE", sqlite3.SQLITE_ERROR),
    ],
)
async def test_after_a_failed_fsync_or_a_surprise_the_process_ends(
    sqlite: SqliteStore, deaths: list[BaseException], statement: str, code: int
) -> None:
    break_at(sqlite, statement, code)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sqlite.run(note("never answered")), 0.2)
    assert [type(cause) for cause in deaths] == [sqlite3.OperationalError]


async def test_a_unit_that_wants_to_end_the_process_ends_it(
    sqlite: SqliteStore, deaths: list[BaseException]
) -> None:
    def leave(tx: Transaction) -> None:
        raise SystemExit

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sqlite.run(leave), 0.2)
    assert [type(cause) for cause in deaths] == [SystemExit]
    await sqlite._writer.run(lambda raw: raw.execute("ROLLBACK"))


SURPRISE = """
import asyncio, logging, sys
from storage import open_store
from storage.sealing import KeyRing

async def main():
    logging.basicConfig(format="%(levelname)s %(action)s %(message)s")
    store = await open_store(sys.argv[1], KeyRing.throwaway())
    def surprise(group):
        raise RuntimeError("me robaron en la calle 5")
    store._committer.commit = surprise
    await store.run(lambda tx: None)

asyncio.run(main())
"""


def test_a_dead_writer_ends_the_process_with_70_and_says_nobodys_words(file: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SURPRISE, f"sqlite:///{file}"], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 70
    assert ran.stderr.startswith("CRITICAL store.died the writer can't go on: RuntimeError")
    assert "me robaron" not in ran.stderr.replace('raise RuntimeError("me robaron en la calle 5")', "")


# ---- kill -9 ----

LOAD = """
import asyncio, sys
from pathlib import Path
from storage import open_store
from storage.sealing import KeyRing
from tests.support.units import note

async def one(store, name):
    for i in range(10**9):
        key = await store.run(note(f"{name}.{i}"))
        print(key, flush=True)

async def main():
    store = await open_store(sys.argv[1], KeyRing.load(Path(sys.argv[2])))
    await asyncio.gather(*(one(store, n) for n in range(8)))

asyncio.run(main())
"""


def test_what_was_answered_survives_kill_9(file: Path) -> None:
    keys = file.parent / "llavero.json"
    ring = KeyRing.create(keys)
    command = [sys.executable, "-c", LOAD, f"sqlite:///{file}", str(keys)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as loaded:
        assert loaded.stdout is not None
        answered = {loaded.stdout.readline().strip() for _ in range(200)}
        os.kill(loaded.pid, signal.SIGKILL)
        answered |= {line.strip() for line in loaded.stdout if line.endswith("\n")}
    assert answered <= asyncio.run(whole(file, ring))


async def whole(file: Path, ring: KeyRing) -> set[str]:
    """All notes of a file that must be sound."""
    store = await SqliteStore.open(file, ring)
    try:
        assert await pragma(store, "integrity_check") == ("ok",)
        return await store.read(noted)
    finally:
        await store.close()


# ---- keys, on both engines ----


async def test_another_key_ring_is_refused_before_anything_is_served(store_url: str, ring: KeyRing) -> None:
    await (await open_store(store_url, ring)).close()
    with pytest.raises(KeyRingError, match="no es el de esta base"):
        await open_store(store_url, KeyRing.throwaway())
    await (await open_store(store_url, ring)).close()


async def test_a_ring_without_a_key_that_this_store_knows_is_refused(store_url: str, ring: KeyRing) -> None:
    newer = KeyRing.throwaway()
    both = KeyRing(write=newer.write, seal={**newer.seal, **ring.seal}, purpose=ring.purpose)
    for good in (ring, both):
        await (await open_store(store_url, good)).close()
    with pytest.raises(KeyRingError, match=newer.write):
        await open_store(store_url, ring)
    await (await open_store(store_url, both)).close()


@pytest.mark.parametrize("harm", [lambda sealed: sealed[:-1], lambda sealed: b"\x01gone" + sealed[5:]])
async def test_an_unreadable_row_is_said_to_be_so_and_harms_no_other(
    store: Store, ring: KeyRing, harm: Callable[[bytes], bytes]
) -> None:
    sealer = Sealer(ring)

    def keep(tx: Transaction, key: str, sealed: bytes) -> None:
        tx.connection.execute(insert(meta).values(key=key, value=sealed.hex()))

    def look(tx: Transaction, key: str) -> bytes:
        row = tx.connection.execute(meta.select().where(meta.c.key == key)).one()
        return tx.sealer.open("meta", "value", key, bytes.fromhex(row.value))

    for key in ("good", "bad"):
        await store.run(lambda tx, key=key: keep(tx, key, sealer.seal("meta", "value", key, b"text")))  # type: ignore[misc]
    bad = harm(sealer.seal("meta", "value", "bad", b"text")).hex()
    await store.run(
        lambda tx: tx.connection.execute(update(meta).where(meta.c.key == "bad").values(value=bad)) and None
    )
    with pytest.raises(Unreadable):
        await store.read(lambda tx: look(tx, "bad"))
    assert await store.read(lambda tx: look(tx, "good")) == b"text"
