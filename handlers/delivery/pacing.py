"""How fast we speak: a rate for each channel, a gentler one for each chat. Alerts step ahead of everything."""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count

from bot.domain.notices import Lane

COUNTED_FOR = 1.001  # seconds that a provider counts a message: its second, and the rounding of two clocks
FAR = 1e9
MOST_CHATS = 10_000  # whose pace is remembered before the quiet ones are forgotten


@dataclass(frozen=True, slots=True)
class Rates:
    """What a provider lets through (channels.md: parameter sheet)."""

    a_second: int  # in any second, however it is cut
    chat_a_second: float
    chat_burst: float
    group_a_second: float = 0.0  # of a group, where the channel has them
    group_burst: float = 0.0


RATES: Mapping[str, Rates] = {
    # 20 a minute in a group, edits too: 3 at once and 16 more make 19 in any minute
    "telegram": Rates(
        a_second=30, chat_a_second=1.0, chat_burst=3.0, group_a_second=16 / 60, group_burst=3.0
    ),
    "whatsapp": Rates(a_second=10, chat_a_second=1.0, chat_burst=5.0),
}


class Window:
    """Places in a second. One is taken from the call until a second after its answer.

    The provider saw the message somewhere in between, so it never sees more than so many in a second, whatever the
    network does, and the places are full all the time: 30 a second and 40 ms of way give 28.8.
    """

    def __init__(self, places: int, now: float) -> None:
        self.places = places
        self._calling = 0
        self._answered: deque[float] = deque()
        self._next = now

    def take(self, now: float, *, steadily: bool) -> float:
        """Seconds until there is a place; 0 takes it. `steadily`: at even distances, also when many are free."""
        # The same sum as below: rounded otherwise, no time would be left to wait, and a place be given that nobody took.
        while self._answered and self._answered[0] + COUNTED_FOR <= now:
            self._answered.popleft()
        taken = self._calling + len(self._answered)
        if taken >= self.places:
            return self._answered[0] + COUNTED_FOR - now if self._answered else FAR
        if (steadily or 2 * taken >= self.places) and now < self._next:
            return self._next - now
        self._calling += 1
        self._next = max(self._next + 1 / self.places, now)
        return 0.0

    def answered(self, now: float) -> None:
        """The provider has answered, or never will."""
        self._calling -= 1
        self._answered.append(now)


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

    def full(self, now: float) -> bool:
        """Nothing was sent lately."""
        return self._tokens + (now - self._at) * self._rate >= self._burst


class Place:
    """One call's place in the second; written out because every message needs one."""

    __slots__ = ("_chat", "_lane", "_pacer")

    def __init__(self, pacer: Pacer, lane: int, chat: str) -> None:
        self._pacer, self._lane, self._chat = pacer, lane, chat

    async def __aenter__(self) -> None:
        await self._pacer.take(self._lane, self._chat)

    async def __aexit__(self, *_: object) -> None:
        self._pacer.give_back()


class Pacer:
    """The turns of one channel. Waiters go by lane, then by arrival."""

    def __init__(self, rates: Rates, clock: Callable[[], float] | None = None) -> None:
        self._rates = rates
        self._time = clock or asyncio.get_running_loop().time
        self._window = Window(rates.a_second, self._time())
        self._chats: dict[str, Bucket] = {}
        self._waiters: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()  # an answer came, or somebody who goes first

    def share(self, parts: int) -> None:
        """This process has one of so many equal parts of the channel. A chat's own rate stays: it has one at a time."""
        self._window.places = max(1, self._rates.a_second // parts)

    def turn(self, lane: int, chat: str) -> Place:
        """Wait until one message of this lane may go to this chat; the call is made inside."""
        return Place(self, lane, chat)

    async def take(self, lane: int, chat: str) -> None:
        """A place in the second; it is given back when the provider has answered."""
        await self._chat_turn(chat)
        if self._waiters or self._take(lane) > 0:
            await self._in_line(lane)

    def give_back(self) -> None:
        """The provider has answered, or never will."""
        self._window.answered(self._time())
        self._news.set()

    async def _in_line(self, lane: int) -> None:
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiters, (lane, next(self._order), mine))
        self._news.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._release())
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # its place was just given to it
                self._window.answered(self._time())
            raise

    def _take(self, lane: int) -> float:
        """What nobody waits for goes at even distances, so that an alert never finds all places taken at once."""
        return self._window.take(self._time(), steadily=lane >= Lane.UPDATE)

    async def _chat_turn(self, chat: str) -> None:
        bucket = self._chats.get(chat)
        if bucket is None:
            self._forget_quiet_chats()
            bucket = self._bucket(chat)
            self._chats[chat] = bucket
        while (pause := bucket.wait(self._time())) > 0:  # noqa: ASYNC110  time itself is what is waited for
            await asyncio.sleep(pause)

    def _bucket(self, chat: str) -> Bucket:
        rates = self._rates
        if rates.group_a_second and chat.startswith("-"):  # so are the groups of Telegram numbered
            return Bucket(rates.group_a_second, rates.group_burst, self._time())
        return Bucket(rates.chat_a_second, rates.chat_burst, self._time())

    def _forget_quiet_chats(self) -> None:
        if len(self._chats) >= MOST_CHATS:
            now = self._time()
            self._chats = {chat: bucket for chat, bucket in self._chats.items() if not bucket.full(now)}

    async def _release(self) -> None:
        """Who is first in line when there is a place gets it, so an alert that comes meanwhile is that one."""
        while self._waiters:
            if self._waiters[0][2].done():  # gave up
                heapq.heappop(self._waiters)
            elif (pause := self._take(self._waiters[0][0])) > 0:
                await self._pause(pause)
            else:
                heapq.heappop(self._waiters)[2].set_result(None)

    async def _pause(self, seconds: float) -> None:
        self._news.clear()
        try:
            async with asyncio.timeout(min(seconds, 60.0)):
                await self._news.wait()
        except TimeoutError:
            return
