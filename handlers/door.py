"""How many turns are under way at a time. Who comes then stands in line, the first first, and not for long.

Refusing at once would be unfair: who was just answered and writes again finds the place free that they left, and a
stranger finds the house full every time.
"""

from __future__ import annotations

import asyncio
from collections import deque

from bot.channels import StoreUnavailable

MOST_AT_ONCE = 256  # turns: four groups of the writer, less than half a second of work
PATIENCE = 1.0  # seconds in line; who has not come in by then is asked to come again
LONGEST_LINE = 2_000


class Door:
    """One for all channels of a process."""

    def __init__(self) -> None:
        self.inside = 0
        self._line: deque[asyncio.Future[None]] = deque()

    async def enter(self) -> None:
        """Come in, perhaps after a wait; whoever came in leaves. Raises StoreUnavailable: nobody did."""
        if self.inside < MOST_AT_ONCE:  # then nobody stands in line
            self.inside += 1
            return
        if len(self._line) >= LONGEST_LINE:
            raise StoreUnavailable("too many at once")
        await self._in_line()

    async def _in_line(self) -> None:
        loop = asyncio.get_running_loop()
        place: asyncio.Future[None] = loop.create_future()
        self._line.append(place)
        patience = loop.call_later(PATIENCE, _refuse, place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled() and place.exception() is None:  # came in at that very moment
                self.leave()
            raise
        finally:
            patience.cancel()

    def leave(self) -> None:
        """The place goes to who waits longest."""
        while self._line:
            place = self._line.popleft()
            if not place.done():
                place.set_result(None)
                return
        self.inside -= 1


def _refuse(place: asyncio.Future[None]) -> None:
    if not place.done():
        place.set_exception(StoreUnavailable("too many at once"))
