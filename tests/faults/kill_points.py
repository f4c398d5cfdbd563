"""Every system call with which a morning changes the disk or answers, and what is left when it is the last."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults import strace
from tests.faults.morning import Morning, Seen, judge
from tests.faults.shares import in_memory, shared_out

Point = tuple[str, int]  # the n-th call of this name


@dataclass(frozen=True, slots=True)
class Struck:
    """One death: did it happen, and what was wrong afterwards?"""

    point: Point
    killed: bool
    wrong: Sequence[str]


class Ground:
    """A town at dawn that every attack starts from."""

    def __init__(self, morning: Morning, folder: Path) -> None:
        self.morning = morning
        self._dawn = folder / "dawn.db"
        asyncio.run(morning.prepare(self._dawn))

    def points(self) -> list[Point]:
        """All of them, counted in a playing that nobody disturbs."""
        with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
            file = self.fresh(Path(folder))
            return strace.calls_of(lambda tell: asyncio.run(self.morning.play(file, tell)), *strace.CHANGES)

    def strike(self, point: Point, folder: Path) -> Struck:
        """Kill a morning there, then look at what is left and play it again."""
        file = self.fresh(folder)
        ended = strace.killed_at(*point, lambda tell: asyncio.run(self.morning.play(file, tell)))
        return Struck(point, ended.killed, self.judged(file, ended))

    def judged(self, file: Path, ended: strace.Ended) -> list[str]:
        """What is wrong with what a child left."""
        hung = ["hung"] if ended.hung else []
        return hung + asyncio.run(judge(self.morning, file, Seen.of(ended.said)))

    def strike_all(self, points: Sequence[Point]) -> list[Struck]:
        """Each of them, shared out."""
        return shared_out(points, self.strike)

    def fresh(self, folder: Path) -> Path:
        """The town at dawn, in place of whatever the last attack left."""
        for left in folder.glob("town.db*"):
            left.unlink()
        return Path(shutil.copy(self._dawn, folder / "town.db"))
