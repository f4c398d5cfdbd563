"""T6. Twelve ways in which a provider fails, at six moments, on both: nothing is lost, and who hears twice hears the same.

The moments: it fails already before the message is leased; when we connect; when half of the request is written; when
it has accepted and we wait for its answer; when we are killed between its answer and our note, and it fails again as
we look; when it calls us back.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientError
from sqlalchemy import select

from bot.domain.notices import Lane, Notice
from bot.messages import Action, Address, Outgoing
from handlers.delivery import Delivery
from handlers.speaker import button
from storage import Transaction
from storage.schema import dead_letter, outbox
from tests.e2e.server import until
from tests.faults.evidence import Campaign
from tests.faults.premises import Premises, premises, taken_over
from tests.faults.road import FAULTS, Road

PHASES = ("before lease", "connect", "mid-body", "after accept", "before mark", "callback")
PROVIDERS = ("telegram", "whatsapp")
SPEED = 100.0
FAULTY = Campaign("T6", "Twelve faults of a provider at six moments", part="both providers")

# Nobody can know whether these were accepted; everything else says by itself that it was not.
IN_DOUBT = {"reset", "200 lost", "hang", "502", "garbage"}
ENDED = {"sent", "delivered", "read", "failed", "dropped"}
REFUSED = {
    ("telegram", "400"),
    ("whatsapp", "400"),
    ("whatsapp", "409"),
}  # will never work: told, not repeated


@dataclass
class Cell:
    """One fault at one moment, of one provider, and the person whom it hits."""

    provider: str
    fault: str
    phase: str
    number: int

    @property
    def address(self) -> Address:
        who = f"whatsapp:+52983{self.number:07d}" if self.provider == "whatsapp" else str(1000 + self.number)
        return Address(self.provider, who)

    @property
    def words(self) -> tuple[str, str]:
        return f"Su folio es {self.number:04d}-0001.", f"Su folio es {self.number:04d}-0002."

    def __str__(self) -> str:
        return f"{self.provider} {self.phase} {self.fault}"


def cells(provider: str) -> list[Cell]:
    """All 72 of one provider."""
    found = [(fault, phase) for phase in PHASES for fault in FAULTS]
    return [Cell(provider, fault, phase, n) for n, (fault, phase) in enumerate(found)]


class Hall:
    """The premises, with a road that can break to each provider and one from each to us."""

    def __init__(self, place: Premises, there: dict[str, Road], back: dict[str, Road]) -> None:
        self.place, self.there, self.back = place, there, back
        self.running = asyncio.create_task(place.app.delivery.run())

    async def crash(self) -> None:
        """The process ends between the provider's answer and our note; the next one takes over."""
        self.running.cancel()
        for task in list(self.place.app.delivery._tasks):
            task.cancel()
        await asyncio.gather(*self.place.app.delivery._tasks, return_exceptions=True)
        await asyncio.gather(self.running, return_exceptions=True)
        app = self.place.app
        app.delivery = Delivery(app.store, app.here, app.clock, app.channels)
        app.store.on_commit = app.delivery.offer
        await app.store.run(lambda tx: taken_over(tx, app.clock.now()))
        self.running = asyncio.create_task(app.delivery.run())

    def heard(self, cell: Cell, words: str) -> list[int]:
        """At which places of the chat these words stand."""
        if cell.provider == "whatsapp":
            said = [message.body for message in self.place.twilio.to.get(cell.address.id, [])]
        else:
            said = self.place.api.screen(int(cell.address.id))
        return [place for place, text in enumerate(said) if words in text]

    async def put(self, cell: Cell, words: str, *, later: bool = False) -> None:
        """Something to say."""
        now = self.place.clock.now()
        card = Outgoing(lines=(words,), actions=(button("Menú", "m.menu"),))
        assert isinstance(card.actions[0], Action)

        def work(tx: Transaction) -> None:
            person = tx.vault.person_at(cell.address)
            assert person is not None
            due = now + timedelta(seconds=30) if later else None
            tx.outbox.put(
                [Notice(person_id=person, name="say", facts=card.as_dict(), lane=Lane.REPLY, due_at=due)], now
            )

        await self.place.store.run(work)

    async def enter(self, cell: Cell) -> None:
        """The person is known, and wrote a moment ago."""
        now = self.place.clock.now()

        def work(tx: Transaction) -> None:
            person = tx.people.add(at=now, locale="es")
            tx.people.greeted(person.id, now)
            tx.vault.add(person.id, cell.address)
            tx.vault.wrote(
                person.id, cell.address, now + timedelta(days=1) if cell.provider == "whatsapp" else None
            )

        await self.place.store.run(work)
        if cell.provider == "telegram":
            self.place.api.join(int(cell.address.id))
        else:
            self.place.twilio.window_opened[cell.address.id] = now

    async def fate(self, cell: Cell) -> list[str]:
        """States of this person's rows, oldest first, and whether an operator was told of a dead one."""

        def work(tx: Transaction) -> list[str]:
            person = tx.vault.person_at(cell.address)
            rows = tx.connection.execute(
                select(outbox.c.state, outbox.c.ref).where(outbox.c.person_id == person).order_by(outbox.c.id)
            ).all()
            told = set(tx.connection.execute(select(dead_letter.c.source_key)).scalars().all())
            return [f"{row.state}{'+told' if row.ref in told else ''}" for row in rows]

        return await self.place.store.read(work)


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    there: dict[str, Road] = {}
    async with AsyncExitStack() as until_the_end:

        async def towards(url: str) -> str:
            name = PROVIDERS[len(there)]
            meant = {"telegram": b"/sendMessage ", "whatsapp": b"/Messages.json"}[name]
            there[name] = await until_the_end.enter_async_context(
                Road(url, lambda line, meant=meant: meant in line)
            )
            return there[name].url

        place = await until_the_end.enter_async_context(
            premises(f"sqlite:///{tmp_path}/p.db", speed=SPEED, road=towards)
        )
        back = {
            name: await until_the_end.enter_async_context(
                Road(place.twilio.webhook_url, lambda line: line.startswith(b"POST"))
            )
            for name in PROVIDERS
        }
        made = Hall(place, there, back)
        place.twilio.webhook_url = back["whatsapp"].url
        place.api.webhook.leads_to = f"{back['telegram'].url}/telegram/webhook"
        yield made
        made.running.cancel()


async def suffer(hall: Hall, cell: Cell) -> Counter[str]:
    """Play one cell; what became of it, counted."""
    road = hall.there[cell.provider]
    await hall.enter(cell)
    first, second = cell.words
    if cell.phase == "callback":
        await hall.put(cell, first)
        await until(lambda: hall.heard(cell, first), what=f"{cell}: said")
        await called_back(hall, cell)
    else:
        await spoil(hall, road, cell)
    await hall.put(cell, second)
    await ended(hall, cell)
    road.right()
    return await judged(hall, cell)


async def spoil(hall: Hall, road: Road, cell: Cell) -> None:
    """The first message meets the fault."""
    struck = road.struck
    if cell.phase == "before lease":
        once = (cell.provider, cell.fault) in REFUSED  # it is not tried again: the next one is not to be hit
        road.wrong(cell.fault, "connect", times=1 if once else 2)
        await hall.put(cell, cell.words[0], later=True)
    elif cell.phase == "before mark":
        road.wrong("hang", "after accept")
        await hall.put(cell, cell.words[0])
        await until(lambda: hall.heard(cell, cell.words[0]), what=f"{cell}: accepted")
        road.wrong(cell.fault, "connect")  # of the look-up, where there is one, else of the second sending
        await hall.crash()
        struck += 1
    else:
        road.wrong(cell.fault, cell.phase)
        await hall.put(cell, cell.words[0])
    await until(lambda: road.struck > struck, what=f"{cell}: struck")


async def called_back(hall: Hall, cell: Cell) -> None:
    """Twilio says what became of it, or the person taps: the fault hits on that way, and it comes again."""
    back = hall.back[cell.provider]
    if cell.provider == "telegram":
        back.wrong(cell.fault, "after accept")
        hall.place.api.press(int(cell.address.id), "Menú")
        await until(lambda: hall.heard(cell, "¿En qué le ayudo?"), what=f"{cell}: answered")
        return
    message = hall.place.twilio.to[cell.address.id][0]
    for status in ("sent", "delivered", "sent"):
        back.wrong(cell.fault, "after accept")
        with suppress(ClientError, OSError):  # Twilio hears nothing, and does not ask again
            await hall.place.twilio.report(message, status)
    back.right()


async def ended(hall: Hall, cell: Cell) -> None:
    """Until nothing waits any more; whoever stopped us writes again."""
    for _ in range(2000):
        fate = await hall.fate(cell)
        if "waiting" in fate:  # 403: they stopped us, as far as Telegram says
            hall.there[cell.provider].right()
            hall.place.api.say(int(cell.address.id), "menú")
            await until(lambda: len(hall.heard(cell, "¿En qué le ayudo?")) > 0, what=f"{cell}: back")
        if fate and all(state.partition("+")[0] in ENDED for state in fate):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{cell} does not end: {fate}")


async def judged(hall: Hall, cell: Cell) -> Counter[str]:
    first, second = (hall.heard(cell, words) for words in cell.words)
    fate = await hall.fate(cell)
    told = fate[0] == "failed+told"
    doubt = cell.phase in ("after accept", "before mark") or cell.fault in IN_DOUBT
    assert first or told, f"{cell}: lost, {fate}"
    assert len(first) <= (2 if doubt else 1), f"{cell}: {len(first)} times"
    blocked = (cell.provider, cell.fault) == (
        "telegram",
        "403",
    )  # an answer to who blocked us is not kept for them
    assert len(second) == 1 or (blocked and fate[1] == "dropped"), f"{cell}: the next message: {fate}"
    assert not (first and second) or first[0] < second[0], f"{cell}: out of order"
    looked_up = cell.phase == "before mark" and cell.provider == "whatsapp"
    repeated = cell.phase == "callback" or looked_up
    assert told == ((cell.provider, cell.fault) in REFUSED and not repeated), f"{cell}: {fate}"
    if cell.provider == "whatsapp" and cell.fault in IN_DOUBT:
        assert len(first) == 1, f"{cell}: Twilio can be asked, and still it was said twice"
    return Counter(cells=1, lost=int(not first and not told), said_twice=int(len(first) > 1), told=int(told))


async def test_whatever_a_provider_does_nothing_is_lost(hall: Hall) -> None:
    rounds = FAULTY.size(ci=1, whole=20)

    async def all_of(provider: str) -> Counter[str]:
        total: Counter[str] = Counter()
        for turn in range(rounds):
            mixed = cells(provider)
            FAULTY.random(provider, turn).shuffle(mixed)
            for cell in mixed:
                cell.number += turn * 100
                total += await suffer(hall, cell)
        return total

    counted = Counter(cells=0, lost=0, said_twice=0, told=0)
    for provider in PROVIDERS:  # one after the other: a crash takes everything that is under way with it
        counted.update(await all_of(provider))
    FAULTY.record(**dict(counted))
    assert counted["cells"] == 144 * rounds
    assert counted["lost"] == 0
