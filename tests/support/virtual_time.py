"""A loop whose time costs nothing: hours of pauses pass at once, in their order."""

from __future__ import annotations

import asyncio
import selectors
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from storage import Store


class Hurried(selectors.DefaultSelector):
    """Instead of sleeping it moves the clock of its loop; but while a thread works for us, time stands still."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.at_work = 0

    def select(self, timeout: float | None = None) -> Any:
        if self.at_work:
            return super().select(timeout if timeout == 0 else 1.0)  # the thread wakes us
        self.now += max(timeout or 0.0, 1e-9)  # never quite still, as real time
        return super().select(0)

    def wait_for(self, store: Store) -> None:
        """From now on, whatever the store does takes no time."""
        for name in ("run", "read", "scrub", "close"):
            setattr(store, name, self._counted(getattr(store, name)))

    def _counted(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def counted(*given: Any) -> Any:
            self.at_work += 1
            try:
                return await call(*given)
            finally:
                self.at_work -= 1

        return counted


class LoopClock(Clock):
    """The time of the running loop, as a clock of the programme."""

    def __init__(self, starts_at: datetime) -> None:
        self._starts_at, self._loop = starts_at, asyncio.get_running_loop()
        self._began = self._loop.time()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return self._loop.time() - self._began

    def now(self) -> datetime:
        return self._starts_at + timedelta(seconds=self.seconds)


def virtually(
    work: Callable[[asyncio.AbstractEventLoop], Awaitable[Any]], selector: Hurried | None = None
) -> Any:
    """Run on such a loop."""
    hurried = selector or Hurried()
    loop = asyncio.SelectorEventLoop(hurried)
    loop.time = lambda: hurried.now  # type: ignore[method-assign]
    try:
        return loop.run_until_complete(work(loop))
    finally:
        loop.close()


def most_in_a_second(moments: Sequence[float]) -> int:
    """However the second is cut."""
    ordered = sorted(moments)
    return max((bisect_left(ordered, start + 1) - n for n, start in enumerate(ordered)), default=0)
