"""The process beside the bot: both providers, and residents who write as soon as they were answered (closed loop).

It takes one order a line on its standard input (`Order` as JSON) and answers each with one line (`Measured`).
A turn begins when its webhook is sent and is done when the reply has arrived and the webhook was answered 2xx; what a
person sees is the reply, so that is what the percentiles are of.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter

import msgspec
import uvloop

from tests.bench import bots
from tests.bench.providers import Providers
from tests.bench.talks import TALKS, Person, Talk, people
from tests.bench.wire import Message, Pool, Served

CONNECTIONS = 100  # of webhooks under way at the same time, like a provider that is generous
WARM = 1.0  # seconds before anything counts
STUCK = 5.0  # seconds after which a resident has been forgotten


class Order(msgspec.Struct, kw_only=True):
    """Play this, against those processes."""

    urls: list[str]  # of one webhook, or of that of each replica
    talk: str
    pids: list[int]
    residents: int
    seconds: float
    delay: float = 0.0  # seconds that the provider takes for each call
    think: float = 0.0  # seconds between an answer and the next turn, half more or less
    first: int = 5_210_000_000
    places: list[tuple[float, float]]


class Measured(msgspec.Struct, kw_only=True):
    """What came out."""

    turns: float  # a second
    p50: float  # milliseconds until the reply is seen
    p95: float
    p99: float
    cpu: float  # microseconds of the bot for a turn
    rss: float  # MB
    calls: float  # to the provider, for a turn
    folios: int
    errors: int
    trouble: str = ""  # the first error, for a human


class Play:
    """One order under way."""

    def __init__(self, order: Order, providers: Providers) -> None:
        self._talk: Talk = TALKS[order.talk]
        self._order, self._providers = order, providers
        hosts = [url.split("/")[2].partition(":") for url in order.urls]
        size = max(1, min(order.residents, CONNECTIONS) // len(hosts))
        self._pools = [Pool(host, int(port), size) for host, _, port in hosts]
        self._path = "/" + order.urls[0].split("/", 3)[3]
        self._somebody = people(order.places, order.first, order.residents)
        self._waiting: dict[int, Resident] = {}
        self.seen: list[float] | None = None
        self.turns = self.folios = self.errors = 0
        self.trouble = ""
        self.over = False

    async def run(self) -> Measured:
        """Everybody at once, until the time is over."""
        self._providers.listen(self._heard)
        for _ in range(self._order.residents):
            self._comes(partial(Resident(self).begin, self._somebody()))
        await asyncio.sleep(WARM)
        self.seen, before = [], self._state()
        await asyncio.sleep(self._order.seconds)
        after, seen = self._state(), sorted(self.seen)
        self.over = True
        self._look_for_stuck()
        await asyncio.sleep(max(0.3, 4 * self._order.delay))
        took, cpu, turns, calls = (b - a for a, b in zip(before, after, strict=True))
        return Measured(
            turns=turns / took,
            **{f"p{n}": 1000 * seen[int(len(seen) * n / 100)] if seen else 0.0 for n in (50, 95, 99)},
            cpu=1e6 * cpu / max(turns, 1),
            rss=sum(map(bots.resident_mb, self._order.pids)),
            calls=calls / max(turns, 1),
            folios=self.folios,
            errors=self.errors,
            trouble=self.trouble,
        )

    def _state(self) -> tuple[float, float, int, int]:
        told = sum(self._providers.calls.values())
        return perf_counter(), sum(map(bots.cpu_seconds, self._order.pids)), self.turns, told

    def _look_for_stuck(self) -> None:
        late = [one for one in self._waiting.values() if perf_counter() - one.began > STUCK]
        for one in late:
            self.failed(f"nothing heard in turn {one.person.turn}")

    def post(self, resident: Resident, body: bytes) -> None:
        """Send a webhook."""
        self._waiting[resident.person.id] = resident
        pool = self._pools[hash(body) % len(self._pools)]  # whichever, as behind a balancer
        host = "{}:{}".format(*pool.address)
        named = self._talk.headers(f"http://{host}{self._path}", body)
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        request = f"POST {self._path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n{head}\r\n"
        pool.send(request.encode() + body, resident.answered)

    def next(self, person: Person) -> tuple[bytes, bool]:
        """What a person does now."""
        return self._talk.next(person)

    def done(self, resident: Resident, seen: float, *, last: bool) -> None:
        """One turn is over; at the end of a talk somebody new comes."""
        self.turns += 1
        if self.seen is not None:
            self.seen.append(seen)
        if last:
            del self._waiting[resident.person.id]
            if self._talk.ends in resident.person.told:
                self.folios += 1
            else:
                self.failed(f"no folio: {resident.person.told[:300]!r}")
            resident.person = self._somebody()
        self.later(resident.go_on)

    def _comes(self, begin: Callable[[], None]) -> None:
        """Who thinks does not come at the same moment as all others: some time within the length of a talk."""
        within = self._order.think * len(self._talk.steps)
        if within:
            asyncio.get_running_loop().call_later(random.uniform(0, within), begin)
        else:
            begin()

    def later(self, act: Callable[[], None]) -> None:
        """After thinking."""
        if self.over:
            return
        if self._order.think:
            pause = self._order.think * random.uniform(0.5, 1.5)
            asyncio.get_running_loop().call_later(pause, act)
        else:
            act()

    def failed(self, what: str) -> None:
        """Count it, and keep the first for a human."""
        self.errors += 1
        self.trouble = self.trouble or what

    def _heard(self, chat: int, body: bytes) -> None:
        resident = self._waiting.get(chat)
        if resident is not None:
            resident.hears(body)


class Resident:
    """One at a time talks through this; the next turn begins when the last one is over."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self.began = 0.0

    def begin(self, person: Person) -> None:
        """Somebody comes."""
        self.person = person
        self.go_on()

    def go_on(self) -> None:
        """The next turn."""
        if self._play.over:
            return
        self._heard_at = 0.0
        self._answered = False
        body, self._last = self._play.next(self.person)
        self.began = perf_counter()
        self._play.post(self, body)

    def answered(self, message: Message) -> None:
        """The webhook was answered; some bots reply right there."""
        if message.status >= 300:
            self._play.failed(f"webhook answered {message.status}: {message.body[:200]!r}")
        self._answered = True
        if b'"method"' in message.body or b"<Message" in message.body:
            self.hears(message.body)
        elif self._heard_at:
            self._over()

    def hears(self, body: bytes) -> None:
        """A message for this person arrived."""
        if self._heard_at:
            return
        self._heard_at, self.person.told = perf_counter(), body
        if self._answered:
            self._over()

    def _over(self) -> None:
        self._play.done(self, self._heard_at - self.began, last=self._last)


async def main(port: int) -> None:
    """Serve, and obey."""
    providers = Providers()
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: Served(providers), "127.0.0.1", port, backlog=1024)
    print("ready", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = msgspec.json.decode(line, type=Order)
        providers.delay = order.delay
        measured = await Play(order, providers).run()
        print(msgspec.json.encode(measured).decode(), flush=True)


def run(arguments: Sequence[str]) -> None:
    """`python -m tests.bench.load PORT`"""
    uvloop.run(main(int(arguments[0])))


if __name__ == "__main__":
    run(sys.argv[1:])
