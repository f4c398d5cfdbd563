"""Every system call with which a morning changes the disk or answers, and what is left when it is the last."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults import strace
from tests.faults.morning import Morning, Seen, judge
from tests.faults.shares import in_memory, shared_out

Point = tuple[str, int]  # the n-th call of this name
CALL = re.compile(r"(\d+) +(\w+)\(")


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
        """All of them, counted in a playing that nobody disturbs; within one thread, as strace counts."""
        with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
            log = Path(folder) / "calls"
            ended = strace.under(
                lambda tell: asyncio.run(self.morning.play(self.fresh(Path(folder)), tell)),
                *("-e", f"trace={','.join(strace.CHANGES)}"),
                output=str(log),
            )
            assert ended.status == 0, "the morning does not even go well undisturbed"
            counted = Counter(
                found.groups() for found in map(CALL.match, log.read_text().splitlines()) if found
            )
        most: Counter[str] = Counter()
        for (_, call), number in counted.items():
            most[call] = max(most[call], number)
        return [(call, number) for call in sorted(most) for number in range(1, most[call] + 1)]

    def strike(self, point: Point, folder: Path) -> Struck:
        """Kill a morning there, then look at what is left and play it again."""
        file = self.fresh(folder)
        ended = strace.killed_at(*point, lambda tell: asyncio.run(self.morning.play(file, tell)))
        return Struck(point, ended.killed, self.judged(file, ended))

    def judged(self, file: Path, ended: strace.Ended) -> list[str]:
        """What is wrong with what a child left."""
        seen = Seen()
        for line in ended.said:
            seen.take(line)
        return asyncio.run(judge(self.morning, file, seen))

    def strike_all(self, points: Sequence[Point]) -> list[Struck]:
        """Each of them, shared out."""
        return shared_out(points, self.strike)

    def fresh(self, folder: Path) -> Path:
        """The town at dawn, in place of whatever the last attack left."""
        for left in folder.glob("town.db*"):
            left.unlink()
        return Path(shutil.copy(self._dawn, folder / "town.db"))
