"""What a provider holds and never reached us: a webhook that was lost while we were down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.channels import Channel, Receive, SendError, StoreUnavailable
from bot.clock import Clock
from bot.messages import Inbound
from storage.store import Store

log = structlog.get_logger()

EVERY_SECONDS = 60.0
STILL_COMING = timedelta(seconds=15)  # its webhook may be under way, and says more than the list does
OVERLAP = timedelta(minutes=5)
FURTHEST = timedelta(days=7)

Listing = Callable[[datetime], AsyncIterator[Inbound]]


class Reconciliation:
    """Asks the channels that can list; what is known already is recognised by its key."""

    def __init__(self, store: Store, clock: Clock, channels: Mapping[str, Channel], receive: Receive) -> None:
        self._store, self._clock, self._channels, self._receive = store, clock, channels, receive

    async def run(self) -> None:
        """At the start, then every minute, for ever."""
        while True:
            await self.look()
            await self._clock.wait(EVERY_SECONDS)

    async def look(self) -> None:
        """One round over all channels."""
        for name, channel in self._channels.items():
            listing: Listing | None = getattr(channel, "list_inbound", None)
            if listing is None:
                continue
            try:
                await self._fetch_missed(name, listing)
            except (SendError, StoreUnavailable) as error:
                log.warning("not reconciled", action="reconcile_failed", channel=name, error=str(error))
            except Exception as bug:  # asked again in a minute; it must not end the service
                log.exception(
                    "not reconciled", action="reconcile_failed", channel=name, error=type(bug).__name__
                )

    async def _fetch_missed(self, name: str, listing: Listing) -> None:
        key, now = f"reconciled:{name}", self._clock.now()
        last = await self._store.read(lambda tx: tx.requests.setting(key))
        if last is not None:  # before the first start nothing was meant for us
            since = max(datetime.fromisoformat(last) - OVERLAP, now - FURTHEST)
            async for inbound in listing(since):
                if inbound.at < now - STILL_COMING:
                    await self._receive(inbound)
        done = (now - STILL_COMING).isoformat()
        await self._store.run(lambda tx: tx.requests.set_setting(key, done))
