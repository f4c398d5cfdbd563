"""More than the server can do: webhooks that come whether or not the last ones were answered."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter

from tests.bench.talks import BOT_SECRET, Person, says
from tests.bench.wire import Message, Pool

PATH = "/telegram/webhook"
CONNECTIONS = 2_000  # more than the server lets in at once
EVERY = 0.02  # seconds between two shoves
AGAIN_AFTER = 0.2  # seconds, when we were asked to come again
WORDS_OF_ONE = 8  # who says more in a minute is not answered any more
Answers = Counter[int]


@dataclass
class Crowd:
    """People who write to one server."""

    host: str
    port: int
    answers: Answers = field(default_factory=Counter)  # by status
    posted: int = 0
    waits: list[float] = field(
        default_factory=list
    )  # seconds until a word of a report was taken, the last time
    pool: Pool = field(init=False)
    _numbers: Iterator[int] = field(default_factory=lambda: count(7_000_000_000))

    def __post_init__(self) -> None:
        self.pool = Pool(self.host, self.port, CONNECTIONS)

    @property
    def unanswered(self) -> int:
        """Posted, and still waiting."""
        return self.posted - self.answers.total()

    def post(self, body: bytes) -> asyncio.Future[int]:
        """One webhook; its status."""
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {BOT_SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.posted += 1

        def take(message: Message) -> None:
            self.answers[message.status] += 1
            if not answered.done():
                answered.set_result(message.status)

        self.pool.send(head.encode() + body, take)
        return answered

    async def as_fast_as_answered(self, people: int, seconds: float) -> float:
        """So many who write as soon as they were answered: what it can do, in turns a second."""
        end = perf_counter() + seconds
        before = self.answers[200]

        async def one() -> None:
            while perf_counter() < end:
                await self.post(hello(self._somebody()))

        await asyncio.gather(*(one() for _ in range(people)))
        return (self.answers[200] - before) / seconds

    async def regardless(self, rate: float, seconds: float) -> None:
        """So many a second, whatever becomes of them."""
        began, sent = perf_counter(), 0
        while (passed := perf_counter() - began) < seconds:
            for _ in range(int(rate * passed) - sent):
                self.post(hello(self._somebody()))
                sent += 1
            await asyncio.sleep(EVERY)
        self.posted -= self.pool.give_up()  # so many found no connection: they are still with their provider

    async def all_answered(self) -> None:
        """Nobody waits any more."""
        while self.unanswered:  # noqa: ASYNC110  nobody announces the last one
            await asyncio.sleep(0.05)

    async def report(self, number: int, words: tuple[str, ...]) -> None:
        """One neighbour, whom Telegram asks us to take until we do."""
        who = Person(number, (0.0, 0.0))
        for text in words:
            body, began = says(text)(who), perf_counter()
            while await self.post(body) != 200:
                await asyncio.sleep(AGAIN_AFTER)
                began = perf_counter()
            self.waits.append(perf_counter() - began)

    def _somebody(self) -> int:
        return next(self._numbers) // WORDS_OF_ONE


def hello(number: int) -> bytes:
    """An ordinary word."""
    return says("menú")(Person(number, (0.0, 0.0)))
