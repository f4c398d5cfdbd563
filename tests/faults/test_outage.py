"""T13: both providers are down while people go on writing. Nothing is lost, alerts go first on return.

The clock is the loop's, and moves by itself: whatever waits has waited at once. Reception, delivery, rounds and store
are the real ones. Whole: CAMPAIGN=whole, six hours and some 5,000 messages, in about 10 minutes; else one hour.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.channels import Failure, SendError
from bot.domain.notices import Lane, Notice
from bot.messages import Address, Inbound, InboundKind, Outgoing
from handlers.delivery import Delivery
from handlers.delivery.outage import ALERT_PAUSE
from handlers.delivery.pacing import RATES
from handlers.reception import Reception
from handlers.rounds import Rounds
from storage import Store, Transaction, open_store
from storage.schema import outbox
from tests.faults.evidence import Campaign
from tests.faults.premises import HERE, RING, everywhere
from tests.handlers.conftest import NOON, FakeChannel, officer, resident
from tests.support.lamps import lamp_of
from tests.support.virtual_time import Hurried, LoopClock, most_in_a_second, virtually

HOUR = 3600.0
QUESTIONS = ("hola", "menú", "consejos", "menú", "mis reportes")
OFFICERS = tuple(f"o{n}" for n in range(4))
BOSS = Address("telegram", OFFICERS[0])
OPEN = ("ready", "leased", "unknown")
WAY = 0.05  # seconds that a call takes


@dataclass
class Provider(FakeChannel):
    """Knows when it was called, by whom, and what it took; down, it refuses or leaves us in doubt."""

    clock: LoopClock = field(kw_only=True)
    chance: random.Random = field(kw_only=True)
    down: bool = True
    calls: list[tuple[float, str]] = field(default_factory=list)
    took: list[tuple[float, str]] = field(default_factory=list)  # when, and our reference

    async def send(self, to: Address, message: Outgoing, *, reference: str = "") -> str:
        self.calls.append((self.clock.seconds, to.id))
        await asyncio.sleep(WAY)
        self._refuse_when_down()
        self.took.append((self.clock.seconds, reference))
        return f"{self.name}{len(self.took)}"

    async def find(self, to: Address, message: Outgoing, since_seconds: float) -> str | None:
        self._refuse_when_down()
        return None

    def _refuse_when_down(self) -> None:
        if self.down:
            raise SendError(Failure.UNKNOWN if self.chance.random() < 0.1 else Failure.RETRY, "503")


@dataclass
class Town:
    """Everything plugged together as `bot/app.py` does it, over two providers that are down."""

    store: Store
    clock: LoopClock
    providers: dict[str, Provider]
    reception: Reception
    delivery: Delivery
    rounds: Rounds

    @classmethod
    async def founded(cls, file: Path, selector: Hurried, chance: random.Random) -> Town:
        """Officers on duty, nobody has written yet."""
        selector.at_work += 1
        store = await open_store(f"sqlite:///{file}", RING)
        selector.at_work -= 1
        selector.wait_for(store)
        clock = LoopClock(NOON)
        providers = {name: Provider(name, clock=clock, chance=chance) for name in ("telegram", "whatsapp")}
        delivery = Delivery(store, HERE, clock, providers)  # type: ignore[arg-type]
        store.on_commit = delivery.offer
        town = cls(
            store, clock, providers, Reception(store, HERE, clock), delivery, Rounds(store, HERE, clock)
        )
        await store.run(town._staff)
        return town

    def _staff(self, tx: Transaction) -> None:
        for name in OFFICERS:
            self._on_telegram(tx, officer(tx, name, sectors=everywhere()), name)

    def _on_telegram(self, tx: Transaction, person: str, name: str) -> str:
        tx.connection.exec_driver_sql("DELETE FROM vault_address WHERE person_id = ?", (person,))
        tx.vault.add(person, Address("telegram", name))
        return person

    async def neighbour(self, number: int, words: Sequence[str], after: float) -> None:
        """Writes at some moment of the outage, and does not mind that nothing comes back."""
        address = Address("telegram" if number % 2 else "whatsapp", f"n{number}")
        await self.clock.wait(after)
        for step, text in enumerate(words):
            await self.reception.receive(
                Inbound(id=f"{number}.{step}", address=address, at=self.clock.now(), text=text)
            )
            await self.clock.wait(7)

    async def claim_some(self, every: int) -> None:
        """Officers take what they see on the board: their neighbours are to hear of it."""
        folios, person = await self.store.read(self._board)
        for folio in folios[::every]:
            token = HERE.tokens.sign(person, f"claim.{folio}")
            await self.reception.receive(
                Inbound(
                    id=f"claim.{folio}",
                    address=Address("telegram", OFFICERS[0]),
                    at=self.clock.now(),
                    kind=InboundKind.TAP,
                    token=token,
                    tap_id=folio,
                )
            )

    def _board(self, tx: Transaction) -> tuple[list[str], str]:
        person = tx.vault.person_at(BOSS)
        assert person is not None
        return [folio for (folio,) in tx.connection.exec_driver_sql("SELECT folio FROM report")], person

    async def reminders_that_expire(self, most: int) -> None:
        """Each is worth nothing two hours later."""

        def put(tx: Transaction) -> None:
            until = self.clock.now() + timedelta(hours=2)
            people = [resident(tx, f"forgetful{n}") for n in range(most)]
            tx.outbox.put(
                [_reminder(person, until.isoformat(), until) for person in people], self.clock.now()
            )

        await self.store.run(put)

    async def rows(self) -> list[Any]:
        """All that was to be said, in the order of the commits."""
        columns = (outbox.c.ref, outbox.c.person_id, outbox.c.lane, outbox.c.state, outbox.c.notice)
        return await self.store.read(
            lambda tx: list(tx.connection.execute(select(*columns).order_by(outbox.c.id)).all())
        )


def _reminder(person: str, text: str, until: Any) -> Notice:
    return Notice(
        person_id=person, name="draft_waits", facts={"until": text}, lane=Lane.BULK, expires_at=until
    )


@dataclass
class Day:
    """What was seen of it."""

    waiting: int
    alerts: int
    alerts_of_a_chat: int  # the most
    alerts_within: float  # seconds after the return
    drained_within: float
    heads_within: float  # seconds until every chat with alerts had its first
    ahead_of_alerts: int  # what was tried again just then, and so found out that the provider is back
    rows: list[Any]
    providers: dict[str, Provider]


@dataclass(frozen=True, slots=True)
class Size:
    """How long it is, and who writes meanwhile."""

    hours: int
    reporting: int
    asking: int


async def day(
    loop: asyncio.AbstractEventLoop, *, file: Path, selector: Hurried, size: Size, chance: random.Random
) -> Day:
    """Hours without providers, then until everything is said."""
    outage = size.hours * HOUR
    town = await Town.founded(file, selector, chance)
    loops = [asyncio.create_task(town.delivery.run()), asyncio.create_task(town.rounds.run())]
    talks = [(lamp_of(n), "acepto", "enviar") for n in range(size.reporting)] + [QUESTIONS] * size.asking
    writing = [
        asyncio.create_task(town.neighbour(n, words, chance.uniform(0, outage - 120)))
        for n, words in enumerate(talks)
    ]
    await town.reminders_that_expire(5)
    await town.clock.wait(outage - 60)
    await asyncio.gather(*writing)
    await town.claim_some(every=5)
    await town.clock.wait(outage - town.clock.seconds)
    waiting = [row for row in await town.rows() if row.state in OPEN]
    alerts = {row.ref: row.person_id for row in waiting if row.lane == Lane.ALERT}
    back_at = town.clock.seconds
    for provider in town.providers.values():
        provider.down = False
    asked = {row.ref for row in waiting}
    while any(row.ref in asked and row.state in OPEN for row in await town.rows()):
        await town.clock.wait(5)
    took = {ref: at - back_at for one in town.providers.values() for at, ref in one.took}
    firsts: dict[str, float] = {}
    for ref, person in alerts.items():
        firsts[person] = min(firsts.get(person, took[ref]), took[ref])
    heads = max(firsts.values())
    for task in loops:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await town.delivery.stop()
    rows = await town.rows()
    await town.store.close()
    return Day(
        waiting=len(waiting),
        alerts=len(alerts),
        alerts_of_a_chat=max(Counter(alerts.values()).values()),
        alerts_within=max(took[ref] for ref in alerts),
        drained_within=max(took[ref] for ref in asked if ref in took),
        heads_within=heads,
        ahead_of_alerts=sum(at < heads for ref, at in took.items() if ref not in alerts),
        rows=rows,
        providers=town.providers,
    )


def test_hours_without_providers_lose_nothing(tmp_path: Path) -> None:
    """Each chat hears all of it once and in order, at the pace that providers let through; what expired is not said."""
    outage = Campaign("T13", "Both providers down for hours, while people write")
    size, selector = outage.size(ci=Size(1, 20, 20), whole=Size(6, 200, 800)), Hurried()
    seen: Day = virtually(
        partial(day, file=tmp_path / "p.db", selector=selector, size=size, chance=outage.random()), selector
    )
    lost = [row for row in seen.rows if row.state not in ("sent", "dropped")]
    expired = [row for row in seen.rows if row.state == "dropped"]
    disordered, twice = out_of_order(seen)
    bursts = {name: most_in_a_second([at for at, _ in one.calls]) for name, one in seen.providers.items()}
    outage.record(
        hours=size.hours,
        waiting=seen.waiting,
        lost=len(lost),
        said_twice=twice,
        chats_out_of_order=disordered,
        expired_not_said=len(expired),
        alerts=seen.alerts,
        ahead_of_alerts=seen.ahead_of_alerts,
        alerts_out_after=f"{seen.alerts_within:.0f} s",
        all_out_after=f"{seen.drained_within:.0f} s",
        most_in_a_second=", ".join(f"{name} {most}" for name, most in bursts.items()),
    )
    assert lost == []
    assert (disordered, twice) == (0, 0)
    assert {row.notice for row in expired} == {"draft_waits"}
    assert len(expired) == 5
    assert seen.heads_within <= ALERT_PAUSE + 1  # whoever tries again and gets through wakes them earlier
    assert seen.alerts_within <= ALERT_PAUSE + 1 + seen.alerts_of_a_chat / RATES["telegram"].chat_a_second
    assert seen.drained_within <= 600
    for name, most in bursts.items():
        assert most <= RATES[name].a_second
        assert burst_of_a_chat(seen.providers[name]) <= RATES[name].chat_burst + 1


def out_of_order(seen: Day) -> tuple[int, int]:
    """Chats that heard something before what was written earlier, and how much was said twice."""
    written, heard = defaultdict(list), defaultdict(list)
    lane_of = {row.ref: (row.person_id, row.lane == Lane.ALERT) for row in seen.rows}
    for row in seen.rows:
        if row.state == "sent":
            written[lane_of[row.ref]].append(row.ref)
    for provider in seen.providers.values():
        for _, ref in provider.took:
            heard[lane_of[ref]].append(ref)
    firsts = {chat: list(dict.fromkeys(refs)) for chat, refs in heard.items()}
    twice = sum(len(heard[chat]) - len(firsts[chat]) for chat in heard)
    return sum(firsts.get(chat) != refs for chat, refs in written.items()), twice


def burst_of_a_chat(provider: Provider) -> int:
    """The most that one chat was called within a second."""
    of: defaultdict[str, list[float]] = defaultdict(list)
    for at, chat in provider.calls:
        of[chat].append(at)
    return max(map(most_in_a_second, of.values()), default=0)
