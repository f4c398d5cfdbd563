"""After the keys were changed: everything is sealed with the new one, in small units between the turns."""

from __future__ import annotations

from typing import Any

import structlog

from bot.channels import StoreUnavailable
from bot.clock import Clock
from storage import resealing
from storage.store import Store

log = structlog.get_logger()

LOOK_SECONDS = 5.0
BETWEEN_UNITS = 0.02  # turns go first
AT_ONCE = 20  # rows in a unit


class Resealing:
    """The round of who leads."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def run(self) -> None:
        """For ever; nothing to do on most days."""
        while True:
            try:
                await self.look()
            except StoreUnavailable:
                log.warning("keys not looked at", action="reseal_unavailable")
            await self._clock.wait(LOOK_SECONDS)

    async def look(self) -> int:
        """One round over all tables, when older keys may still be needed; how many rows were sealed anew.

        A round that finds nothing lets the older keys go.
        """
        if not await self._store.read(resealing.behind):
            return 0
        count = 0
        for table in resealing.SEALED:
            count += await self._table(table)
        if count:
            log.info("sealed anew", action="reseal", n=count)
        elif old := await self._store.run(resealing.done):
            log.info("older keys have nothing left", action="reseal_done", n=len(old))
        return count

    async def _table(self, table: Any) -> int:
        after, count = None, 0
        while (found := await self._store.read(lambda tx, a=after: resealing.look(tx, table, a))) is not None:  # type: ignore[misc]
            after, old = found
            for first in range(0, len(old), AT_ONCE):
                part = old[first : first + AT_ONCE]
                count += await self._store.run(lambda tx, p=part: resealing.seal_anew(tx, table, p))  # type: ignore[misc]
                await self._clock.wait(BETWEEN_UNITS)
        return count
