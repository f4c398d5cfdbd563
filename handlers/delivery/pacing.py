"""How fast we speak: a rate for each channel, a gentler one for each chat. Alerts step ahead of everything."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True, slots=True)
class Rates:
    """What a provider lets through (channels.md: parameter sheet)."""

    a_second: float
    burst: float
    chat_a_second: float
    chat_burst: float


RATES: Mapping[str, Rates] = {
    "telegram": Rates(a_second=28.0, burst=4.0, chat_a_second=1.0, chat_burst=3.0),
    "whatsapp": Rates(a_second=10.0, burst=10.0, chat_a_second=1.0, chat_burst=5.0),
}


class Bucket:
    """A token bucket: so many a second, so many at once."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst = rate, burst
        self._tokens, self._at = burst, now

    def wait(self, now: float) -> float:
        """Seconds until a token is there; 0 takes one."""
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._rate

    @property
    def full(self) -> bool:
        """Nothing was sent lately."""
        return self._tokens >= self._burst - 1e-9


class Pacer:
    """The turns of one channel. Waiters go by lane, then by arrival."""

    def __init__(self, rates: Rates, clock: Callable[[], float] | None = None) -> None:
        self._rates = rates
        self._time = clock or asyncio.get_running_loop().time
        self._bucket = Bucket(rates.a_second, rates.burst, self._time())
        self._chats: dict[str, Bucket] = {}
        self._waiters: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()
        self._task: asyncio.Task[None] | None = None

    async def turn(self, lane: int, chat: str) -> None:
        """Wait until one message of this lane may go to this chat."""
        await self._chat_turn(chat)
        if not self._waiters and self._bucket.wait(self._time()) == 0:
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiters, (lane, next(self._order), mine))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._release())
        await mine

    async def _chat_turn(self, chat: str) -> None:
        bucket = self._chats.get(chat)
        if bucket is None:
            self._forget_quiet_chats()
            bucket = Bucket(self._rates.chat_a_second, self._rates.chat_burst, self._time())
            self._chats[chat] = bucket
        while (pause := bucket.wait(self._time())) > 0:  # noqa: ASYNC110  time itself is what is waited for
            await asyncio.sleep(pause)

    def _forget_quiet_chats(self) -> None:
        if len(self._chats) > 10_000:
            self._chats = {chat: bucket for chat, bucket in self._chats.items() if not bucket.full}

    async def _release(self) -> None:
        while self._waiters:
            while (pause := self._bucket.wait(self._time())) > 0:  # noqa: ASYNC110
                await asyncio.sleep(pause)
            _, _, first = heapq.heappop(self._waiters)
            if not first.done():
                first.set_result(None)
