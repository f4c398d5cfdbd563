"""This process among its equals: it says that it lives, and does what one alone may do while it leads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.channels import StoreUnavailable
from storage.replicas import BEAT_SECONDS, Standing
from storage.store import Store

log = structlog.get_logger()

Work = Callable[[], Awaitable[None]]


class Replica:
    """On SQLite it is alone and leads from the first beat on."""

    def __init__(self, store: Store, told: Callable[[int], None]) -> None:
        self._store, self._told = store, told  # `told` hears how many share the work
        self._leads = asyncio.Event()
        self._follows = asyncio.Event()
        self._follows.set()

    @property
    def leads(self) -> bool:
        """Are rounds, files, reconciliation and polling ours?"""
        return self._leads.is_set()

    async def beat(self) -> None:
        """Once. Whoever can't say that it lives does not lead: the others can't know."""
        try:
            standing = await self._store.beat()
        except StoreUnavailable:
            self._lead(False)
            log.warning("no beat", action="replica_silent")
            return
        self._told(standing.live)
        self._take(standing)

    async def run(self) -> None:
        """For ever; by the real clock, since the server looks at its own."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self.beat()

    async def while_leading(self, work: Work) -> None:
        """Run `work`, which never ends, whenever this process leads. Raises what it raises."""
        while True:
            await self._leads.wait()
            await _until(self._follows, work)

    def _take(self, standing: Standing) -> None:
        if standing.leads and not self.leads:
            log.info("this process leads", action="replica_leads", n=standing.live)
        self._lead(standing.leads)

    def _lead(self, leads: bool) -> None:
        now, before = (self._leads, self._follows) if leads else (self._follows, self._leads)
        now.set()
        before.clear()


async def _until(event: asyncio.Event, work: Work) -> None:
    """Run `work` until it ends or `event` comes; units of work under way are kept or not, never half."""
    running = asyncio.ensure_future(work())
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        if not running.done():
            running.cancel()
            await asyncio.wait({running})
    if not running.cancelled():
        running.result()
