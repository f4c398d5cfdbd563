"""T1: killed at every write, fsync, truncate, unlink and answer. Whole: CAMPAIGN=whole, some 25 minutes of one core."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.faults import evidence, strace
from tests.faults.evidence import Campaign
from tests.faults.kill_points import Ground, Point
from tests.faults.morning import Morning

WHOLE = ((1, 0), (2, 9_000), (3, 0), (4, 0), (5, 3_000), (8, 0), (16, 0))


FEWEST = 300  # kills of each run in CI


@pytest.mark.parametrize(("neighbours", "longer"), WHOLE if evidence.WHOLE else ((3, 0),))
def test_whatever_instruction_is_the_last_nothing_is_lost(
    neighbours: int, longer: int, tmp_path: Path
) -> None:
    """Neighbours at once, and how many characters longer the words of one are: groups, overflowing pages, and a log
    that is copied back in the middle."""
    strace.available()
    kills = Campaign(
        "T1",
        "Killed at every write, fsync, truncate, unlink and answer of a morning, which then is played again",
        part=f"{neighbours} at once",
    )
    ground = Ground(Morning.of(neighbours, n0=longer), tmp_path)
    points = some(ground.points(), kills.size(ci=345, whole=10**9), kills.random())
    struck = ground.strike_all(points)
    killed = [one for one in struck if one.killed]
    wrong = [(one.point, one.wrong) for one in struck if one.wrong]
    kills.record(kills=len(killed), violations=len(wrong))
    assert wrong[:3] == []
    assert len(killed) > len(points) * 9 // 10  # the last ones may come after the end
    assert len(killed) >= FEWEST


def some(points: list[Point], most: int, chance: Random) -> list[Point]:
    """All, or every rare one and by chance as many of the writes to the file as may be."""
    if len(points) <= most:
        return points
    rare = [point for point in points if point[0] != "pwrite64"]
    writes = [point for point in points if point[0] == "pwrite64"]
    return rare + chance.sample(writes, most - len(rare))
