"""T1: killed at every write, fsync, truncate, unlink and answer. Whole: CAMPAIGN=whole, some 25 minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import strace
from tests.faults.evidence import Campaign
from tests.faults.kill_points import Ground, Point, Struck
from tests.faults.morning import Morning

KILLS = Campaign(
    "T1", "Killed at every write, fsync, truncate, unlink and answer of a morning; then it is played again"
)

# Neighbours at once, and how many characters longer the words of one of them: groups, overflowing pages, a log
# that is copied back in the middle.
MORNINGS = KILLS.size(ci=((3, 0),), whole=((1, 0), (2, 9_000), (3, 0), (5, 3_000), (8, 0), (16, 0)))
MOST = KILLS.size(ci=330, whole=10**9)


@pytest.fixture(scope="module")
def traced() -> None:
    strace.available()


def test_whatever_instruction_is_the_last_nothing_is_lost(traced: None, tmp_path: Path) -> None:
    struck: list[Struck] = []
    for neighbours, longer in MORNINGS:
        folder = tmp_path / f"{neighbours}-{longer}"
        folder.mkdir()
        ground = Ground(Morning.of(neighbours, n0=longer), folder)
        struck += ground.strike_all(some(ground.points(), MOST))
    killed = [one for one in struck if one.killed]
    wrong = [(one.point, one.wrong) for one in struck if one.wrong]
    KILLS.record(kills=len(killed), violations=len(wrong))
    assert wrong[:3] == []
    assert len(killed) >= KILLS.size(ci=300, whole=5_000)


def some(points: list[Point], most: int) -> list[Point]:
    """All, or every rare one and by chance as many of the writes to the file as may be."""
    if len(points) <= most:
        return points
    rare = [point for point in points if point[0] != "pwrite64"]
    writes = [point for point in points if point[0] == "pwrite64"]
    return rare + KILLS.random("points").sample(writes, most - len(rare))
