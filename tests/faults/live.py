"""The whole server under load, killed again and again: who wrote, what was acknowledged, what reached the phones."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from aiohttp import ClientError
from sqlalchemy import Connection, text

from tests.e2e.people import FOLIO
from tests.e2e.server import Server, until
from tests.fakes.twilio_api import FakeTwilio
from tests.fakes.twilio_people import sid
from tests.support.lamps import lamp_of

AT_ONCE = 12
THINKS = 0.2  # seconds at most, before each message: what is said leaves at ten a second
AGAIN_AFTER = 0.02  # seconds; who is not answered with 200 comes again, with the same id
UNSENT = text(
    "SELECT notice, state, count(*) FROM outbox WHERE state IN ('ready', 'leased', 'unknown') GROUP BY 1, 2"
)


@dataclass(slots=True)
class Load:
    """Neighbours that report one after the other, some at a time, until they are told to stop."""

    twilio: FakeTwilio
    chance: random.Random
    acked: set[str] = field(default_factory=set)
    finished: list[str] = field(default_factory=list)  # numbers whose whole talk was acknowledged
    asked: int = 0  # posts in all, answered or not
    stopped: bool = False
    _next: int = 0

    async def run(self) -> None:
        """All of them; returns when the last one has finished."""
        await asyncio.gather(*(self._one_after_the_other() for _ in range(AT_ONCE)))

    async def _one_after_the_other(self) -> None:
        while not self.stopped:
            self._next += 1
            number = f"whatsapp:+521983{self._next:07d}"
            for words in (lamp_of(self._next), "acepto", "enviar"):
                await asyncio.sleep(self.chance.uniform(0, THINKS))
                await self._until_taken(number, words)
            self.finished.append(number)

    async def _until_taken(self, number: str, words: str) -> None:
        """Twilio and its fallback address in one: the same message until it is acknowledged."""
        name = sid("SM")
        while True:
            self.asked += 1
            try:
                status = await self.twilio.arrives(number, words, MessageSid=name)
            except (ClientError, OSError):
                status = 0
            if status == 200:
                self.acked.add(name)
                return
            await asyncio.sleep(AGAIN_AFTER)


async def strike(server: Server, twilio: FakeTwilio, kills: int, chance: random.Random) -> Load:
    """Kill a running server so many times under load; at the end it runs and has taken everything."""
    load = Load(twilio, chance)
    running = asyncio.create_task(load.run())
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.02, 0.4))
        await server.restart()
    load.stopped = True
    await running
    return load


async def quiet(read: Connection) -> None:
    """Wait until nothing is left to be said: as long as it takes at ten a second, while it gets less."""
    while left := read.execute(UNSENT).all():
        before = sum(row[2] for row in left)
        try:
            await until(
                lambda before=before: sum(row[2] for row in read.execute(UNSENT)) < before, within=120
            )  # type: ignore[misc]
        except AssertionError:
            raise AssertionError(f"not sent: {left}") from None


def lost(read: Connection, load: Load) -> Iterator[str]:
    """What was acknowledged and is not there, or was not handled."""
    kept = {row.key: row.state for row in read.execute(text("SELECT key, state FROM inbox"))}
    yield from (f"acknowledged and lost: {name}" for name in load.acked if f"tw:{name}" not in kept)
    yield from (f"{key} is {state}" for key, state in kept.items() if state != "done")


def doubled(read: Connection, load: Load) -> Iterator[str]:
    """Talks that did not end in exactly one report, whose one folio the neighbour holds."""
    folios = [row.folio for row in read.execute(text("SELECT folio FROM report"))]
    if len(set(folios)) != len(folios) or len(folios) != len(load.finished):
        yield f"{len(folios)} reports, {len(set(folios))} folios, {len(load.finished)} talks"
    persons = read.execute(
        text("SELECT person_id, count(*) FROM report GROUP BY 1 HAVING count(*) > 1")
    ).all()
    yield from (f"{count} reports of one talk" for _, count in persons)
    for number in load.finished:
        held = {found for message in load.twilio.to.get(number, ()) for found in FOLIO.findall(message.body)}
        if len(held) != 1 or next(iter(held)).replace("-", "") not in folios:
            yield f"{number} holds {held}"


def said_again(load: Load) -> int:
    """How many confirmations were said more than once: allowed around a kill, and counted."""
    return sum(
        sum("Su folio es" in message.body for message in load.twilio.to.get(number, ())) - 1
        for number in load.finished
    )
