"""T15: twenty messages a second for a long time. Memory, files, threads and the log of the store do not grow.

Whole: CAMPAIGN=whole, two hours; SOAK_MINUTES=15 for so many.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench import bots, town
from tests.bench.pipe import PLACES, WAY
from tests.bench.providers import Providers
from tests.bench.wire import Served
from tests.e2e.server import Server, until
from tests.faults.evidence import Campaign
from tests.faults.morning import unsound
from tests.faults.overload import Crowd
from tests.faults.test_overload import served
from tests.support.lamps import lamp_of

A_SECOND = 20.0  # messages, of which every eighth belongs to a report
REPORT_EVERY = 1.2  # seconds; of three messages
MINUTES = float(os.environ.get("SOAK_MINUTES", "120"))
MOST_MB = 12.0  # grown after the first third, in which caches fill
MOST_WAL = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """How a process stood at a moment."""

    megabytes: float
    files: int
    threads: int
    wal: int  # bytes

    @classmethod
    def of(cls, pid: int, wal: Path) -> Sample:
        """Now."""
        folder = Path(f"/proc/{pid}")
        files, threads = (sum(1 for _ in (folder / name).iterdir()) for name in ("fd", "task"))
        size = wal.stat().st_size if wal.exists() else 0
        return cls(bots.resident_mb(pid), files, threads, size)


async def test_nothing_grows(tmp_path: Path) -> None:
    """And everything that was said is handled, sent and sound at the end."""
    soak = Campaign("T15", "Twenty messages a second, reports among them, for a long time")
    seconds = soak.size(ci=60.0, whole=MINUTES * 60)
    providers = Providers(limit=PLACES)
    providers.delay = WAY
    api = await asyncio.get_running_loop().create_server(lambda: Served(providers), "127.0.0.1", 0)
    await town.found(tmp_path)
    server = served(tmp_path, api.sockets[0].getsockname()[1])
    await server.serve()
    crowd = Crowd("127.0.0.1", server.port)
    try:
        talking = asyncio.create_task(talk(crowd, seconds))
        samples = await watched(server, tmp_path, seconds)
        reports = await talking
        await until(lambda: server.count("outbox", "state IN ('ready', 'leased', 'unknown')") == 0)
        kept = server.count("inbox")
    finally:
        await server.stop()
        api.close()
    settled = samples[len(samples) // 3 :]
    grown = settled[-1].megabytes - settled[0].megabytes
    a_hour = {"a_hour": f"{slope(settled, seconds):.1f} MB"} if seconds >= 600 else {}  # else it says nothing
    soak.record(
        minutes=round(seconds / 60),
        messages=crowd.posted,
        not_kept=crowd.posted - kept,
        reports=reports,
        grown_by=f"{grown:.1f} MB",
        **a_hour,
        files=f"{least_files(settled[-20:])} after {least_files(settled[:20])}",
        most_files=peak(settled, lambda one: one.files),
        most_threads=f"{peak(settled, lambda one: one.threads)} after {settled[0].threads}",
        most_wal=f"{peak(samples, lambda one: one.wal) / 1e6:.0f} MB",
    )
    assert crowd.answers.keys() == {200}
    assert kept == crowd.posted
    assert grown <= MOST_MB
    assert least_files(settled[-20:]) <= least_files(settled[:20]) + 2
    assert peak(settled, lambda one: one.threads) <= settled[0].threads + 2
    assert peak(samples, lambda one: one.wal) < MOST_WAL
    assert unsound(tmp_path / "data/proximidad.db") == []
    assert server.actions("error") == server.actions("critical") == []


async def talk(crowd: Crowd, seconds: float) -> int:
    """Ordinary words all the time, and reports among them; returns how many reports."""
    most = int(seconds / REPORT_EVERY)
    ordinary = asyncio.create_task(crowd.regardless(A_SECOND - 3 / REPORT_EVERY, seconds))
    for number in range(most):
        await crowd.report(5_000_000_000 + number, (lamp_of(number % 10_000), "acepto", "enviar"))
        await asyncio.sleep(REPORT_EVERY)
    await ordinary
    await crowd.all_answered()
    return most


async def watched(server: Server, folder: Path, seconds: float) -> list[Sample]:
    """Sixty looks, evenly."""
    assert server.process is not None
    samples = []
    for _ in range(60):
        await asyncio.sleep(seconds / 60)
        samples.append(Sample.of(server.process.pid, folder / "data/proximidad.db-wal"))
    return samples


def peak(samples: list[Sample], of: Callable[[Sample], int]) -> int:
    """The most that there ever was."""
    return max(map(of, samples))


def least_files(samples: list[Sample]) -> int:
    """What is left open when little is under way: connections come and go with the moment, a leak lifts the least."""
    return min(one.files for one in samples)


def slope(samples: list[Sample], seconds: float) -> float:
    """Megabytes an hour, by least squares."""
    n, step = len(samples), seconds / 60 / 3600
    middle = (n - 1) / 2
    above = sum((i - middle) * one.megabytes for i, one in enumerate(samples))
    return above / sum((i - middle) ** 2 for i in range(n)) / step
