"""A channel that hears nothing, or was tampered with, reaches the supervisors: nobody reads a log at night."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.channels import Channel, StoreUnavailable
from bot.clock import Clock
from handlers import operator
from storage.store import Store

log = structlog.get_logger()

EVERY_SECONDS = 15.0
PATIENCE = timedelta(seconds=45)  # with one look in between it is told within a minute

Alarms = Callable[[], Sequence[str]]  # what happened since it was asked last


class Watch:
    """Looks at every channel's `trouble` (a state) and `alarms` (what happened), where it has them."""

    def __init__(self, store: Store, clock: Clock, channels: Mapping[str, Channel]) -> None:
        self._store, self._clock, self._channels = store, clock, channels
        self._since: dict[str, datetime] = {}
        self._untold: list[tuple[str, str]] = []

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self.look()
            except StoreUnavailable:
                log.warning("nobody could be told", action="watch_unavailable")
            await self._clock.wait(EVERY_SECONDS)

    async def look(self) -> None:
        """One round; what could not be told for want of the store is told at the next."""
        now = self._clock.now()
        for name, channel in self._channels.items():
            self._note(name, channel, now)
        untold, self._untold = self._untold, []
        for place, (what, key) in enumerate(untold):
            try:
                await self._store.run(lambda tx, what=what, key=key: operator.tell(tx, what, key, now))  # type: ignore[misc]
            except StoreUnavailable:
                self._untold = untold[place:]
                raise

    def _note(self, name: str, channel: Channel, now: datetime) -> None:
        alarms: Alarms | None = getattr(channel, "alarms", None)
        if alarms is not None:
            self._untold += [(f"{name}: {what}", f"alarm:{name}:{now.isoformat()}") for what in alarms()]
        trouble = getattr(channel, "trouble", "")
        if not trouble:
            self._since.pop(name, None)
        elif now - self._since.setdefault(name, now) >= PATIENCE:  # once an hour, while it lasts
            self._untold.append((f"{name} no se oye ({trouble})", f"trouble:{name}:{now:%Y-%m-%d %H}"))
