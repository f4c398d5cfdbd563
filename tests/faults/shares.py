"""Many small attacks, shared out among forked workers: as many as there are cores."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

P = TypeVar("P")
R = TypeVar("R")

WORKERS = int(os.environ.get("WORKERS", "0")) or os.cpu_count() or 1


def shared_out(points: Sequence[P], attack: Callable[[P, Path], R]) -> list[R]:
    """What `attack(point, an empty folder of the worker)` found, for every point. Raises when a worker broke."""
    alone_here()
    context = multiprocessing.get_context("fork")
    found: Any = context.Queue()
    workers = [
        context.Process(target=_work, args=(points[share::WORKERS], attack, found))
        for share in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    shares = [found.get() for _ in workers]
    for worker in workers:
        worker.join()
    if broken := [share for share in shares if isinstance(share, str)]:
        raise RuntimeError(broken[0])
    return [one for share in shares for one in share]


def _work(points: Sequence[P], attack: Callable[[P, Path], R], found: Any) -> None:
    try:
        with tempfile.TemporaryDirectory(dir=in_memory(), prefix="proximidad-") as folder:
            found.put([attack(point, Path(folder)) for point in points])
    except BaseException as error:
        found.put(f"{type(error).__name__}: {error}")
        raise


def alone_here() -> None:
    """Before a fork: wait until the threads of what was played before are gone, a second at most.

    A thread that ends is asked last by OpenSSL what it leaves, under a lock; a fork at that moment keeps it locked in the
    child for ever, which then hangs at its first hash.
    """
    deadline = time.monotonic() + 1.0
    while len(os.listdir("/proc/self/task")) > 1 and time.monotonic() < deadline:
        time.sleep(0.0005)


def in_memory() -> str | None:
    """A folder that costs no disk: what a killed process had written is in the system's memory either way."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
