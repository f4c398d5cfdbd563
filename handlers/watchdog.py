"""The watch: the service manager hears from us only while the store writes and every loop goes round.

A store that refuses (disk full, server away) is alive: it says so, and starting anew would not help. One that does not
answer, or a loop that stands still, is not: then nobody is petted, and the service manager starts us anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import structlog

from bot.channels import StoreUnavailable
from bot.clock import Clock
from handlers import metrics
from storage.store import Store

log = structlog.get_logger()
T = TypeVar("T")

STILL_AFTER = 15.0  # seconds without a round after which a loop stands still
EVERY = 5.0  # seconds between looks when no service manager asks for more


class Beat:
    """When a loop last went round, by a clock that nobody sets."""

    def __init__(self) -> None:
        self._at: float | None = None

    def now(self) -> None:
        """It goes round."""
        self._at = asyncio.get_running_loop().time()

    def rest(self) -> None:
        """It does not go round now, on purpose: another process leads."""
        self._at = None

    async def during(self, work: Awaitable[T]) -> T:
        """Something that is known to take long is not standing still."""
        task = asyncio.ensure_future(work)
        while not task.done():
            self.now()
            await asyncio.wait({task}, timeout=1.0)
        return await task

    @property
    def age(self) -> float:
        """Seconds since; none for a loop that rests or has not begun."""
        return 0.0 if self._at is None else asyncio.get_running_loop().time() - self._at


class Watchdog:
    """Looks at the store and the loops, and says to the service manager that all is well."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        loops: Mapping[str, Beat],
        pet: Callable[[], object],
        *,
        every: float = EVERY,
        still_after: float = STILL_AFTER,
    ) -> None:
        self._store, self._clock, self._loops, self._pet = store, clock, loops, pet
        self._every, self._still_after = every, still_after
        self._well = Beat()

    @property
    def alive(self) -> bool:
        """Was all well not long ago?"""
        return self._well.age < self._still_after + 3 * self._every

    async def run(self) -> None:
        """For ever. Sleeps by the real clock: a simulator that is moved does not make it hurry."""
        self._well.now()
        while True:
            stuck = await self.look()
            for part in stuck:
                metrics.STUCK.labels(part).inc()
                log.error("stands still", action="stuck", kind=part)
            if not stuck:
                self._well.now()
                self._pet()
            await asyncio.sleep(self._every)

    async def look(self) -> list[str]:
        """What stands still at this moment."""
        still = [name for name, beat in self._loops.items() if beat.age > self._still_after]
        return still if await self._store_answers() else ["store", *still]

    async def _store_answers(self) -> bool:
        now = self._clock.now().isoformat()
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._still_after):
                await self._store.run(lambda tx: tx.requests.set_setting("watched_at", now))
        except StoreUnavailable:
            return True  # it answers; /salud/listo says what it answers
        except TimeoutError:
            return False
        metrics.STORE_SECONDS.observe(asyncio.get_running_loop().time() - began)
        return True
