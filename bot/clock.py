"""The moment. Everything asks this clock; only the simulator's can be moved."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta


class Clock:
    """The real clock."""

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        return datetime.now(UTC)

    async def wait(self, seconds: float) -> None:
        """Let so much time pass, or less when the clock is moved."""
        await asyncio.sleep(seconds)


class MovableClock(Clock):
    """The simulator's clock: real time plus what was skipped."""

    def __init__(self, starts_at: datetime | None = None) -> None:
        self.skipped = starts_at - super().now() if starts_at else timedelta()
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """This moment plus what was skipped."""
        return super().now() + self.skipped

    def skip(self, by: timedelta) -> None:
        """Move forward (never back: nothing that was promised may be un-promised). Raises ValueError."""
        if by < timedelta():
            raise ValueError("the clock only moves forward")
        self.skipped += by
        self._moved.set()
        self._moved = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """As in the real clock, but a skip wakes everybody up."""
        moved = self._moved
        try:
            await asyncio.wait_for(moved.wait(), seconds)
        except TimeoutError:
            return
