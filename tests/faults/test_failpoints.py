"""T4: at every named point the process is killed, its own code fails, everything hangs, or who waits goes away.

Whole: CAMPAIGN=whole, some 3 minutes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot import log
from tests.faults import failpoints, strace
from tests.faults.evidence import Campaign
from tests.faults.failpoints import AROUND, IN_A_TURN, IN_THE_ROUNDS, OUT, Act, Failpoint, Patch
from tests.faults.kill_points import Ground
from tests.faults.morning import Morning, Seen, after_a_bug, judge
from tests.faults.shares import shared_out

EVERYWHERE = IN_A_TURN + AROUND + OUT + IN_THE_ROUNDS
OUR_BUG, WRITER_DIED = 1, 70  # how a process may end over a bug outside of any turn
Cell = tuple[Failpoint, int]


@dataclass(frozen=True, slots=True)
class Way:
    """What happens at the points, how the process may end over it, and who judges what is left."""

    arm: Callable[[Patch], Act]
    points: Sequence[Failpoint]
    ends: Sequence[int]
    judge: Callable[[Morning, Path, Seen], Any]


WAYS = {
    "kill": Way(failpoints.kill, EVERYWHERE, (-9, 0), judge),  # 0: so often it is not passed
    "hang": Way(failpoints.hang, EVERYWHERE, (0,), lambda *left: judge(*left, crashes=0)),
    "cancel": Way(failpoints.cancel, EVERYWHERE, (0,), lambda *left: judge(*left, crashes=0)),
    "raise in a turn": Way(failpoints.fail, IN_A_TURN, (0,), after_a_bug),
    "raise around": Way(failpoints.fail, AROUND, (0, OUR_BUG, WRITER_DIED), judge),
    "raise on the way out": Way(failpoints.fail, OUT, (0,), lambda *left: judge(*left, given_up=1)),
    "raise in the rounds": Way(failpoints.fail, IN_THE_ROUNDS, (0,), lambda *left: judge(*left, crashes=0)),
}


@dataclass(frozen=True, slots=True)
class Struck:
    """One cell: where, the how manieth time, how the process ended, what was wrong."""

    point: str
    hit: int
    ended: int
    wrong: Sequence[str]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Ground(Morning.of(2), tmp_path_factory.mktemp("ground"))


def strike(ground: Ground, way: Way, cell: Cell, folder: Path) -> Struck:
    """Play a morning in which it happens, and judge what is left."""
    point, hit = cell
    file = ground.fresh(folder)

    def act(tell: Callable[[str], None]) -> None:
        patch = pytest.MonkeyPatch()  # of the child only: it ends with it
        log.set_up(quiet=True)
        point.arm(patch, way.arm(patch), hit)
        asyncio.run(ground.morning.play(file, tell))

    ended = strace.alone(act)
    wrong = asyncio.run(way.judge(ground.morning, file, Seen.of(ended.said)))
    if ended.status not in way.ends:
        wrong.append(f"ended with {ended.status}")
    return Struck(point.name, hit, ended.status, wrong)


@pytest.mark.parametrize("name", WAYS)
def test_whatever_happens_at_a_named_point_nothing_is_lost_or_done_twice(ground: Ground, name: str) -> None:
    """After a bug of ours: one message is set aside, its sender hears a number, and all else is as it should be."""
    way = WAYS[name]
    here = Campaign("T4", "Named points on the way of a message, passed once or more often", part=name)
    hits = here.size(ci=(1, 3), whole=(1, 2, 3, 4, 5, 6, 7, 8, 9, 10))
    cells = [(point, hit) for point in way.points for hit in hits]
    struck = shared_out(cells, lambda cell, folder: strike(ground, way, cell, folder))
    wrong = [one for one in struck if one.wrong]
    here.record(cells=len(struck), violations=len(wrong))
    assert wrong[:3] == []
