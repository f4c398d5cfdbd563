"""The service manager hears from us only while the store writes and the loops go round (T32)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from bot.channels import StoreUnavailable
from bot.clock import Clock
from handlers.watchdog import Beat, Watchdog
from storage import Store

SOON = 0.05


class Petted:
    """Counts what the service manager would hear."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


async def running(dog: Watchdog, seconds: float = 1.0) -> None:
    """Let it go round for a while."""
    task = asyncio.create_task(dog.run())
    await asyncio.sleep(seconds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def petted() -> Petted:
    return Petted()


@pytest.fixture
async def beats() -> AsyncIterator[dict[str, Beat]]:
    """Two loops that go round."""
    loops = {"delivery": Beat(), "rounds": Beat()}

    async def go_round() -> None:
        while True:
            for beat in loops.values():
                beat.now()
            await asyncio.sleep(SOON)

    task = asyncio.create_task(go_round())
    yield loops
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_while_all_goes_round_it_is_petted(
    store: Store, beats: dict[str, Beat], petted: Petted
) -> None:
    dog = Watchdog(store, Clock(), beats, petted, every=SOON, still_after=5.0)
    await running(dog)
    assert petted.times >= 2
    assert dog.alive


async def test_a_loop_that_stands_still_is_named_and_nobody_is_petted(
    store: Store, beats: dict[str, Beat], petted: Petted
) -> None:
    still = Beat()
    still.now()
    await asyncio.sleep(0.3)
    dog = Watchdog(store, Clock(), {**beats, "files": still}, petted, every=SOON, still_after=0.2)
    assert "files" in await dog.look()


async def test_a_writer_that_hangs_is_found(store: Store, beats: dict[str, Beat], petted: Petted) -> None:
    """A port that is open and answers nobody is worse than a restart."""
    go_on = threading.Event()
    hung = asyncio.create_task(store.run(lambda tx: go_on.wait(30)))
    await asyncio.sleep(0)
    dog = Watchdog(store, Clock(), beats, petted, every=SOON, still_after=0.3)
    try:
        assert await dog.look() == ["store"]
        await running(dog, 1.0)
        assert petted.times == 0
        assert not Watchdog(store, Clock(), beats, petted, every=0.0, still_after=-1.0).alive
    finally:
        go_on.set()
        await hung
    assert await dog.look() == []


async def test_a_store_that_refuses_is_alive(beats: dict[str, Beat], petted: Petted) -> None:
    """Disk full: it stays up and says so; starting anew would not help."""

    class Full:
        async def run(self, work: object) -> None:
            raise StoreUnavailable("SQLITE_FULL")

    assert await Watchdog(Full(), Clock(), beats, petted).look() == []  # type: ignore[arg-type]
