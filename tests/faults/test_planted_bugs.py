"""T5: a campaign that can't fail proves nothing. Each of these bugs is planted, and found by the campaign named."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from storage.errors import StoreRefused
from storage.sealing import KeyRing
from storage.sqlite import SqliteStore
from tests.faults import plants, strace
from tests.faults.evidence import Campaign
from tests.faults.kill_points import Ground, Point
from tests.faults.morning import Morning
from tests.faults.plants import Patch
from tests.faults.test_disk_faults import BROKEN, REFUSED, Fault, meet
from tests.faults.test_failpoints import WAYS, strike
from tests.faults.test_power_loss import develop
from tests.storage.test_faults import (
    test_when_sqlite_drops_the_whole_group_all_of_it_is_unavailable as dropped_group,
)

MOST = 80  # attacks until a bug must have shown
Found = tuple[int, str]  # at which attack, and what was seen


def kills(folder: Path) -> Found | None:
    """T1, point by point, until something is wrong."""
    ground = Ground(Morning.of(1), folder)
    for number, point in enumerate(_mixed(ground.points()), start=1):
        if wrong := ground.strike(point, folder).wrong:
            return number, wrong[0]
    return None


def _mixed(points: Sequence[Point]) -> Sequence[Point]:
    """So many of them; each that the world outside sees is among them: a sample alone missed a bug once in six."""
    points = Campaign("T5", "").random().sample(points, len(points))
    return sorted(points, key=lambda point: point[0] != "write")[:MOST]


def raised(folder: Path) -> Found | None:
    """T4: a turn that fails half way."""
    ground, way = Ground(Morning.of(1), folder), WAYS["raise in a turn"]
    for number, point in enumerate(reversed(way.points), start=1):
        if wrong := strike(ground, way, (point, 3), folder).wrong:
            return number, wrong[0]
    return None


def replay(folder: Path) -> Found | None:
    """T9: the whole morning comes once more, and nobody hears anything twice."""
    ground = Ground(Morning.of(1), folder)
    file = ground.fresh(folder)
    said = []
    for _ in range(2):
        asyncio.run(ground.morning.play(file, lambda line: None))
        database = sqlite3.connect(file)
        said.append(database.execute("SELECT count(*) FROM outbox").fetchone()[0])
        database.close()
    return (1, f"{said[1] - said[0]} more said") if said[0] != said[1] else None


def power(folder: Path) -> Found | None:
    """T2."""
    losses = develop(Campaign("T5", ""), 2, 0, 500)
    return (losses.images, losses.examples[0]) if losses.broken or losses.corrupt else None


def full_disk(folder: Path) -> Found | None:
    """T12: writes that fail once."""
    return _met(folder, "pwrite64", "ENOSPC", lambda status: status in (0, REFUSED))


def failed_fsync(folder: Path) -> Found | None:
    """T12: the process must end."""
    return _met(folder, "fdatasync", "EIO", lambda status: status == BROKEN)


def _met(folder: Path, call: str, error: str, ends_well: Callable[[int], bool]) -> Found | None:
    ground = Ground(Morning.of(1), folder)
    numbers = [number for name, number in ground.points() if name == call]
    numbers = numbers[: len(numbers) // 2][2::4]  # the last ones are those of the closing
    for number, when in enumerate(numbers, start=1):
        met = meet(ground, Fault(call, str(when), error), folder)
        if met.wrong or not ends_well(met.status):
            return number, (*met.wrong, f"ended with {met.status}")[0]
    return None


def mid_group(folder: Path) -> Found | None:
    """T12: `tests/storage/test_faults.py`."""

    async def run() -> None:
        store = await SqliteStore.open(folder / "p.db", KeyRing.throwaway())
        try:
            await dropped_group(store)
        finally:
            await store.close()

    try:
        asyncio.run(run())
    except AssertionError as wrong:
        return 1, str(wrong).splitlines()[0]
    return None


def second_process(folder: Path) -> Found | None:
    """T12: whoever comes second is refused."""

    async def run() -> Found | None:
        ring = KeyRing.throwaway()
        first = await SqliteStore.open(folder / "p.db", ring)
        try:
            await (await SqliteStore.open(folder / "p.db", ring)).close()
        except StoreRefused:
            return None
        finally:
            await first.close()
        return 1, "two stores are open on one file"

    return asyncio.run(run())


PLANTED: list[tuple[Callable[[Patch], None], str, Callable[[Path], Found | None]]] = [
    (plants.answers_before_the_commit, "T1", kills),
    (plants.takes_everything_for_new, "T9", replay),
    (plants.marks_as_received_first, "T1", kills),
    (plants.writes_the_outbox_afterwards, "T1", kills),
    (plants.notes_as_sent_before_the_call, "T1", kills),
    (plants.leaves_the_leases_of_the_dead, "T1", kills),
    (plants.keeps_half_of_a_failed_turn, "T4", raised),
    (plants.does_not_sync_at_commit, "T2", power),
    (plants.never_syncs, "T2", power),
    (plants.swallows_a_failed_commit, "T12", full_disk),
    (plants.trusts_the_disk_after_a_failed_fsync, "T12", failed_fsync),
    (plants.answers_the_neighbours_of_a_dropped_group, "T12", mid_group),
    (plants.lets_a_second_process_in, "T12", second_process),
]


@pytest.mark.parametrize(
    ("plant", "by", "campaign"), PLANTED, ids=lambda value: getattr(value, "__name__", value)
)
def test_a_planted_bug_is_found(
    plant: Callable[[Patch], None],
    by: str,
    campaign: Callable[[Path], Found | None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    strace.available()
    said = Campaign("T5", f"Planted: {plant.__name__.replace('_', ' ')}", part=plant.__name__)
    plant(monkeypatch)
    found = campaign(tmp_path)
    assert found is not None, f"{by} does not see it"
    print(f"\nseen: {found[1][:100]}")
    said.record(planted=1, caught=1, by=by, at_attack=found[0])


@pytest.mark.parametrize(
    "campaign", [kills, raised, replay, full_disk, failed_fsync, mid_group, second_process]
)
def test_without_a_bug_nothing_is_found(campaign: Callable[[Path], Found | None], tmp_path: Path) -> None:
    """Else those findings would be worth nothing."""
    strace.available()
    assert campaign(tmp_path) is None
