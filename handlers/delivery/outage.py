"""A provider that is down: alerts try again often, all else goes behind them, the first success wakes everybody."""

from __future__ import annotations

import asyncio

from bot.clock import Clock

AT_LEAST = 1.0  # seconds: one chat that always fails must not be hammered whenever another succeeds
ALERT_PAUSE = 5.0  # between two tries of an alert, however long the outage
BEHIND_ALERTS = 15.0  # the longest that something else waits for alerts to get through


class Outage:
    """One channel. A message is in trouble from its first failure until it is through, or given up."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._alerts: set[int] = set()
        self._back = {True: asyncio.Event(), False: asyncio.Event()}  # for alerts, for all else

    async def wait(self, row: int, pause: float, *, alert: bool) -> None:
        """Until the next try of this message."""
        if alert:
            self._alerts.add(row)
            pause = min(pause, ALERT_PAUSE)
        await self._clock.wait(min(pause, AT_LEAST))
        await self._back_within(pause - AT_LEAST, alert=alert)
        if not alert and self._alerts:
            await self._back_within(BEHIND_ALERTS, alert=False)

    def over(self, row: int, *, through: bool) -> None:
        """A message is done with; one that got through says that the provider is back."""
        was_alert = row in self._alerts
        self._alerts.discard(row)
        if through:
            self._wake(alerts=True)
        if not self._alerts and (through or was_alert):
            self._wake(alerts=False)

    def _wake(self, *, alerts: bool) -> None:
        self._back[alerts].set()
        self._back[alerts] = asyncio.Event()

    async def _back_within(self, seconds: float, *, alert: bool) -> None:
        if seconds <= 0:
            return
        back = self._back[alert]
        waits = {asyncio.ensure_future(self._clock.wait(seconds)), asyncio.ensure_future(back.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
