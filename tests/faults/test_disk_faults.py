"""T12: the disk is full or broken at any write of a morning, once, for a while, or for good. Whole: CAMPAIGN=whole.

Who is refused comes again, as providers do. `tests/storage/test_faults.py` shows the same statement by statement;
`tests/storage/test_sqlite.py` the second process; `tests/e2e/test_bad_input.py` a whole server on a full disk.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.errors import StoreRefused, StoreUnavailable
from tests.faults import strace
from tests.faults.evidence import Campaign
from tests.faults.kill_points import Ground
from tests.faults.morning import Morning
from tests.faults.power_loss import Film
from tests.faults.shares import shared_out

FOR_GOOD = 3.0  # seconds
REFUSED = 3  # the file can't even be opened: the process does not start
GAVE_UP = 4  # whoever came again and again was refused each time
BROKEN = 70  # how the store ends the process when it can't know what is on the disk


@dataclass(frozen=True, slots=True)
class Fault:
    """System calls that fail, and with what."""

    call: str
    when: str
    error: str


@dataclass(frozen=True, slots=True)
class Met:
    """How the process ended that met it, and what is wrong with what it left."""

    fault: Fault
    status: int
    wrong: Sequence[str]


def meet(ground: Ground, fault: Fault, folder: Path) -> Met:
    """Play a morning with it."""
    file = ground.fresh(folder)

    def serve(tell: Callable[[str], None]) -> None:
        async def morning() -> None:  # delivery tries for ever on a disk that is broken for good
            async with asyncio.timeout(FOR_GOOD if fault.when.endswith("+") else None):
                await ground.morning.play(file, tell)

        try:
            asyncio.run(morning())
        except StoreRefused:
            sys.exit(REFUSED)
        except (StoreUnavailable, TimeoutError):
            sys.exit(GAVE_UP)

    ended = strace.refused_at(fault.call, fault.when, fault.error, serve)
    return Met(fault, ended.status, ground.judged(file, ended))


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    strace.available()
    return Ground(Morning.of(3), tmp_path_factory.mktemp("ground"))


@pytest.mark.parametrize(
    ("error", "long", "span", "ends"),
    [
        ("ENOSPC", "once", "", {0, REFUSED}),  # who was refused comes again and is taken
        ("ENOSPC", "for a while", "..{}", {0, REFUSED}),
        (
            "ENOSPC",
            "for good",
            "+",
            {0, REFUSED, GAVE_UP},
        ),  # refused to the end, unless it was the last write
        ("EIO", "once", "", {0, REFUSED, BROKEN}),
    ],
)
def test_a_write_that_fails_is_never_answered_as_done(
    ground: Ground, error: str, long: str, span: str, ends: set[int]
) -> None:
    disk = Campaign("T12", "Writes that fail: who is not answered comes again", part=f"{error} {long}")
    writes = [number for call, number in ground.points() if call == "pwrite64"]
    chosen = disk.size(ci=disk.random().sample(writes, 8 if span == "+" else 25), whole=writes)
    faults = [Fault("pwrite64", f"{n}{span.format(n + 20)}", error) for n in chosen]
    met = shared_out(faults, lambda fault, folder: meet(ground, fault, folder))
    wrong = [one for one in met if one.wrong or one.status not in ends]
    disk.record(
        faults=len(met),
        false_answers_or_losses=len(wrong),
        processes_ended=sum(m.status == BROKEN for m in met),
    )
    assert wrong[:3] == []


def test_after_a_failed_fsync_the_process_ends_and_nothing_is_lost(ground: Ground, tmp_path: Path) -> None:
    """Nobody knows what is on the disk then, and asking again would say that all is well. (SQLite itself does not
    look at what the sync of a folder answers; the last syncs are those of the closing.)"""
    disk = Campaign("T12", "fsync that fails: the process ends at once", part="fsync")
    syncs = [event.path for event in Film.record(ground.morning, tmp_path).events if event.what == "sync"]
    faults = [Fault("fdatasync", str(number), "EIO") for number in range(1, len(syncs) + 1)]
    met = shared_out(faults, lambda fault, folder: meet(ground, fault, folder))
    commits = [number for number, path in enumerate(syncs, start=1) if path.endswith("-wal")]
    surely = commits[: len(commits) // 2]  # another playing may need fewer of them, since groups differ
    went_on = [one for one in met if int(one.fault.when) in surely and one.status != BROKEN]
    wrong = [one for one in met if one.wrong] + went_on
    ended = sum(one.status == BROKEN for one in met)
    disk.record(faults=len(met), false_answers_or_losses=len(wrong), processes_ended=ended)
    assert wrong[:3] == []
    assert ended >= len(surely) > 3
