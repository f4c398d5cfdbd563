"""Keys change while the store is in use: nothing becomes unreadable, and the old key goes when nothing needs it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from bot.clock import Clock
from handlers.resealing import Resealing
from storage import Store, Transaction, open_store, resealing
from storage.checkup import check_up
from storage.errors import KeyRingError, Unreadable
from storage.schema import meta, report
from storage.sealing import KeyRing, Sealer
from storage.selfcheck import note_key, noted_keys
from tests.storage.test_copies import a_town, quiet
from tests.support.reports import opened


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    """One that has a file."""
    KeyRing.create(tmp_path / "ring.json")
    return KeyRing.load(tmp_path / "ring.json")


async def rotate(store: Store, ring: KeyRing) -> KeyRing:
    """What `proximidad keys rotate` does."""
    new = ring.with_new_key()
    await store.run(lambda tx: note_key(tx.connection, new.write))
    new.save()
    return new


async def broken(store: Store, ring: KeyRing) -> list[str]:
    return await store.read(lambda tx: check_up(tx.connection, Sealer(ring), quiet).broken)


async def test_everything_is_sealed_anew_and_the_old_key_is_not_needed_any_more(
    store: Store, store_url: str, ring: KeyRing
) -> None:
    await store.run(a_town)
    new = await rotate(store, ring)
    await store.beat()
    await store.run(lambda tx: opened(tx, 7))
    found = await store.read(lambda tx: resealing.by_key(tx.connection))
    assert found[ring.write] > 10
    assert found[new.write] > 0, "what is written now has the new key"
    with pytest.raises(Unreadable):
        await store.read(lambda tx: Sealer(new.without(ring.write)).open(*first_place(tx)))

    work = Resealing(store, Clock())
    assert await work.look() > 0
    assert await store.read(lambda tx: noted_keys(tx.connection)) == {ring.write, new.write}
    assert await work.look() == 0, "a round that finds nothing lets the old key go"
    assert await store.read(lambda tx: noted_keys(tx.connection)) == {new.write}
    assert (await store.read(lambda tx: resealing.by_key(tx.connection))).keys() == {new.write}
    assert await broken(store, new.without(ring.write)) == []
    await store.close()
    again = await open_store(store_url, new.without(ring.write))
    await again.close()


def first_place(tx: Transaction) -> tuple[str, str, str, bytes]:
    row = tx.connection.execute(select(report.c.id, report.c.told)).first()
    assert row is not None
    return "report", "told", row.id, row.told


async def test_turns_go_on_meanwhile(store: Store, ring: KeyRing) -> None:
    """What a turn changes while it is sealed anew is the turn's."""
    await store.run(a_town)
    new = await rotate(store, ring)
    await store.beat()

    async def turns() -> None:
        for number in range(20, 50):
            await store.run(lambda tx, n=number: opened(tx, n))

    work = Resealing(store, Clock())
    await asyncio.gather(turns(), work.look())
    while await work.look():
        pass
    assert await broken(store, new.without(ring.write)) == []


async def test_a_row_that_changed_since_it_was_read_is_left(store: Store, ring: KeyRing) -> None:
    """Compare and set: on PostgreSQL a turn may be faster."""
    await store.run(a_town)
    await rotate(store, ring)
    await store.beat()

    def work(tx: Transaction) -> int:
        row = dict(tx.connection.execute(select(report)).mappings().first() or {})
        tx.connection.execute(update(report).where(report.c.id == row["id"]).values(told=None, place=None))
        return resealing._row(tx, report, row)

    assert not await store.run(work)


async def test_a_ring_without_a_key_that_is_still_needed_is_refused(
    store: Store, store_url: str, ring: KeyRing
) -> None:
    await store.run(a_town)
    new = await rotate(store, ring)
    await store.close()
    with pytest.raises(KeyRingError, match="le faltan llaves"):
        await open_store(store_url, new.without(ring.write))
    with pytest.raises(KeyRingError, match="le faltan llaves"):
        await open_store(store_url, ring)
    again = await open_store(store_url, new)
    await again.close()


async def test_a_purpose_of_an_older_release_is_missed_by_nobody(
    store: Store, store_url: str, ring: KeyRing
) -> None:
    noted = insert(meta).values(key="ring.purpose.folio", value="0" * 16)
    await store.run(lambda tx: tx.connection.execute(noted))
    await store.close()
    again = await open_store(store_url, ring)
    await again.close()


# ---- the file of the ring ----


def test_a_key_that_another_process_uses_already_is_looked_for_in_the_file(ring: KeyRing) -> None:
    ours = Sealer(ring)
    new = ring.with_new_key()
    new.save()
    assert ours.open("t", "c", "r", Sealer(new).seal("t", "c", "r", b"words")) == b"words"
    assert ours.ring.write == new.write


def test_a_ring_that_is_damaged_meanwhile_is_not_taken(ring: KeyRing) -> None:
    ours = Sealer(ring)
    sealed = ours.seal("t", "c", "r", b"words")
    assert ring.path is not None
    ring.path.write_text("{")
    assert not ours.renew()
    assert ours.open("t", "c", "r", sealed) == b"words"


def test_the_key_in_use_is_never_taken_out(ring: KeyRing) -> None:
    for name in (ring.write, "00000000"):
        with pytest.raises(KeyRingError, match="no se quita"):
            ring.without(name)


def test_the_saved_ring_is_for_its_owner_only(ring: KeyRing) -> None:
    ring.with_new_key().save()
    assert ring.path is not None
    assert ring.path.stat().st_mode & 0o777 == 0o600
    assert len(KeyRing.load(ring.path).seal) == 2
    assert [path.name for path in ring.path.parent.iterdir() if path.name.startswith(".")] == []
