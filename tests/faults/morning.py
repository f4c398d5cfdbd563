"""A morning over a real store: neighbours report, an officer takes what came, everything is sent. It can be played again.

Each thing that a person does has a fixed id, like a provider's: whoever plays the morning a second time plays the
provider that sends again what was not answered. What must hold afterwards is said once, in `broken`.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from bot.app import build_here
from bot.domain.report import Report, Status
from bot.messages import Address, Inbound, InboundKind, Outgoing
from bot.municipality import load
from handlers.delivery import Delivery
from handlers.here import Here
from handlers.reception import Reception
from handlers.rounds import Rounds
from storage import Store, Transaction, open_store
from storage.errors import StoreUnavailable
from storage.schema import dead_letter, inbox, outbox
from storage.schema import report as report_table
from storage.sealing import KeyRing
from tests.handlers.conftest import NOON, FakeChannel, HastyClock, officer
from tests.support.lamps import lamp_of

TALK = ("hola", lamp_of(0), "acepto", "enviar")
FOLIO = re.compile(r"\b\d{4}-\d{4}\b")
CANUL = Address("simulator", "canul")
PATIENCE = 30  # tries

Tell = Callable[[str], None]  # something that somebody outside has seen: "ack <id>", "sent <ref> <folio>"


@dataclass(frozen=True, slots=True)
class Morning:
    """What everybody says, and the premises where it happens."""

    ring: KeyRing
    here: Here
    talks: dict[str, tuple[str, ...]]  # neighbour -> what they write, one after the other

    @classmethod
    def of(cls, neighbours: int, **longer: int) -> Morning:
        """So many neighbours; `n1=500` makes the words of that one so many characters longer."""
        ring = KeyRing.throwaway()
        talks = {f"n{i}": (TALK[0], lamp_of(i), *TALK[2:]) for i in range(neighbours)}
        for name, more in longer.items():
            hello, lamp, *rest = talks[name]
            talks[name] = (hello, f"{lamp}. {'Está muy oscuro. ' * (more // 17)}", *rest)
        return cls(ring, build_here(load(), ring, {}), talks)

    async def prepare(self, file: Path) -> None:
        """The store of a town with one officer on duty, closed again."""
        store = await open_store(f"sqlite:///{file}", self.ring)
        everywhere = tuple(sector.slug for sector in self.here.municipality.territory.sectors)
        await store.run(lambda tx: officer(tx, CANUL.id, sectors=everywhere))
        await store.close()

    async def play(self, file: Path, tell: Tell, before_close: Callable[[Store], Any] | None = None) -> None:
        """All of it, up to the last message sent. Raises StoreUnavailable."""
        Transaction.__init__.__defaults__ = (uuid4().hex,)  # type: ignore[misc]  # each playing is another process
        store = await open_store(f"sqlite:///{file}", self.ring)
        try:
            await self._play(store, tell)
            if before_close is not None:
                await store.read(before_close)
        finally:
            await store.close()

    async def _play(self, store: Store, tell: Tell) -> None:
        clock, provider = HastyClock(), Provider(tell)
        delivery = Delivery(store, self.here, clock, {"simulator": provider})
        store.on_commit = delivery.offer
        reception = Reception(store, self.here, clock)
        await again_while_unavailable(lambda: store.run(lambda tx: tx.outbox.take_over(clock.now())))

        async def does(inbound: Inbound) -> None:
            await again_while_unavailable(lambda: reception.receive(inbound))
            tell(f"ack {inbound.id}")

        await asyncio.gather(*(self._neighbour(name, does) for name in self.talks))
        for claim in await store.read(self._claims):
            await does(claim)
        await again_while_unavailable(delivery.idle)
        await again_while_unavailable(Rounds(store, self.here, clock).look)
        await delivery.stop()

    async def _neighbour(self, name: str, does: Callable[[Inbound], Any]) -> None:
        for step, text in enumerate(self.talks[name]):
            await does(event(f"{name}.{step}", Address("simulator", name), text=text, raw=text.encode()))

    def _claims(self, tx: Transaction) -> list[Inbound]:
        """The officer takes every report."""
        person = tx.vault.person_at(CANUL)
        assert person is not None
        taps = [(folio, self.here.tokens.sign(person, f"claim.{folio}")) for folio in folios(tx)]
        return [
            event(f"claim.{folio}", CANUL, kind=InboundKind.TAP, token=token, tap_id=folio)
            for folio, token in taps
        ]


class Provider(FakeChannel):
    """Takes everything; what it took, the world has seen."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self.tell = tell

    async def send(self, to: Address, message: Outgoing, *, reference: str = "") -> str:
        self.tell(" ".join(("sent", reference, *FOLIO.findall(message.text)[:1])))
        return await super().send(to, message, reference=reference)


async def again_while_unavailable(call: Callable[[], Awaitable[Any]]) -> None:
    """What a provider does with a 503. Raises StoreUnavailable when it goes on for too long."""
    for attempt in range(PATIENCE):
        try:
            await call()
        except StoreUnavailable:
            if attempt + 1 == PATIENCE:
                raise
        else:
            return


def event(name: str, address: Address, **more: Any) -> Inbound:
    return Inbound(id=f"sim:{name}", address=address, at=NOON, **more)


def folios(tx: Transaction) -> list[str]:
    """Of every report, in the order of their opening."""
    return list(tx.connection.execute(select(report_table.c.folio).order_by(report_table.c.folio)).scalars())


# ---- what must hold ----


@dataclass(slots=True)
class Seen:
    """What people outside saw before the process died."""

    acked: set[str] = field(default_factory=set)
    sent: Counter[str] = field(default_factory=Counter)
    folios: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, lines: Iterable[str]) -> Seen:
        """What a process said before its end."""
        seen = cls()
        for line in lines:
            seen.take(line)
        return seen

    def take(self, line: str) -> None:
        kind, name, *folio = line.split()
        if kind == "ack":
            self.acked.add(name)
        else:
            self.sent[name] += 1
            self.folios.update(shown.replace("-", "") for shown in folio)


def unsound(file: Path) -> list[str]:
    """What SQLite itself finds wrong with the file."""
    database = sqlite3.connect(file)
    try:
        found = [row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
        return found + [f"orphan in {row[0]}" for row in database.execute("PRAGMA foreign_key_check")]
    finally:
        database.close()


def broken(tx: Transaction, seen: Seen, buried: int = 0, given_up: int = 0) -> Iterator[str]:
    """P1, P2, P7 right after a crash, before anything is repaired. Of what came in so many messages may be dead
    letters (`buried`), and of what was to be said (`given_up`)."""
    kept = {row.key: row.state for row in tx.connection.execute(select(inbox.c.key, inbox.c.state))}
    yield from (f"acknowledged and lost: {name}" for name in seen.acked - kept.keys())
    yield from _aside(tx, {name for name, state in kept.items() if state != "done"}, buried)
    yield from _unsaid(tx, given_up)
    known = folios(tx)
    yield from (f"told a folio that is not there: {folio}" for folio in seen.folios - set(known))
    if len(known) != len(set(known)):
        yield f"folio twice: {known}"
    refs = set(tx.connection.execute(select(outbox.c.ref)).scalars())
    yield from (f"sent and not in the outbox: {ref}" for ref in seen.sent.keys() - refs)
    for folio in known:
        yield from _half(tx, tx.reports.by_folio(folio), kept)


def _aside(tx: Transaction, not_done: set[str], buried: int) -> Iterator[str]:
    """What was set aside is a dead letter, and its sender was told a number."""
    letters = _letters(tx, "inbox")
    apologies = select(func.count()).select_from(outbox).where(outbox.c.notice == "apology")
    if letters.keys() != not_done or len(letters) > buried:
        yield f"not handled: {not_done}, dead letters: {letters}"
    if tx.connection.execute(apologies).scalar_one() != len(letters):
        yield "somebody was not told that their message was set aside"


def _unsaid(tx: Transaction, most: int) -> Iterator[str]:
    """What was given up is a dead letter too."""
    failed = set(tx.connection.execute(select(outbox.c.ref).where(outbox.c.state == "failed")).scalars())
    letters = _letters(tx, "outbox")
    if letters.keys() != failed or len(failed) > most:
        yield f"given up: {failed}, dead letters: {letters}"


def _letters(tx: Transaction, source: str) -> dict[str, str]:
    which = select(dead_letter).where(dead_letter.c.source == source)
    return {row.source_key: row.reason for row in tx.connection.execute(which)}


def _half(tx: Transaction, report: Report, kept: dict[str, str]) -> Iterator[str]:
    """One transaction: the event that made it, the report, its log, its obligation, alert, and confirmation."""
    person = report.person_id or ""
    reach = tx.vault.reach(person)
    name = reach.address.id if reach else "?"
    notices = tx.connection.execute(select(outbox.c.person_id, outbox.c.notice, outbox.c.report_id)).all()
    claimed = kept.get(f"sim:claim.{report.folio}") == "done"
    if kept.get(f"sim:{name}.{len(TALK) - 1}") != "done":
        yield f"{report.folio}: a report without the event that made it"
    if not tx.reports.chain_holds(report.id):
        yield f"{report.folio}: its log does not hold"
    if (tx.due.get("obligation", report.id) is None) != claimed:
        yield f"{report.folio}: obligation and claim disagree"
    if (report.status is Status.CLAIMED) != claimed:
        yield f"{report.folio}: {report.status} though claimed is {claimed}"
    if not any(n.notice == "alert" and n.report_id == report.id for n in notices):
        yield f"{report.folio}: nobody was alerted"
    if sum(n.person_id == person and n.notice in ("say", "apology") for n in notices) < len(TALK):
        yield f"{report.folio}: no confirmation"
    if tx.conversations.of(person):
        yield f"{report.folio}: its talk still runs"


def unfinished(tx: Transaction, morning: Morning, seen: Seen, crashes: int, given_up: int) -> Iterator[str]:
    """After the second playing: everything happened once, and was said once, or once more around a crash."""
    yield from broken(tx, seen, given_up=given_up)
    expected = sum(map(len, morning.talks.values())) + len(morning.talks)
    if (found := tx.inbox.count()) != expected:
        yield f"{found} events instead of {expected}"
    if (reports := len(folios(tx))) != len(morning.talks):
        yield f"{reports} reports instead of {len(morning.talks)}"
    for ref, state in tx.connection.execute(select(outbox.c.ref, outbox.c.state)):
        if state == "failed":
            continue  # `broken` has counted them
        if state != "sent":
            yield f"not sent: {ref} is {state}"
        elif not 1 <= seen.sent[ref] <= 1 + crashes:
            yield f"sent {seen.sent[ref]} times: {ref}"


async def judge(morning: Morning, file: Path, seen: Seen, crashes: int = 1, given_up: int = 0) -> list[str]:
    """Everything that is wrong after so many crashes, at once and after the second playing."""
    wrong = unsound(file)
    store = await open_store(f"sqlite:///{file}", morning.ring)
    try:
        wrong += await store.read(lambda tx: list(broken(tx, seen, given_up=given_up)))
    finally:
        await store.close()

    def again(tx: Transaction) -> None:
        wrong.extend(unfinished(tx, morning, seen, crashes, given_up))

    await morning.play(file, seen.take, again)
    return wrong


async def after_a_bug(morning: Morning, file: Path, seen: Seen) -> list[str]:
    """The same when one turn failed for a bug of our own: it is set aside, and everything else is as it should be."""
    wrong = unsound(file)
    store = await open_store(f"sqlite:///{file}", morning.ring)
    try:
        wrong += await store.read(lambda tx: list(broken(tx, seen, buried=1)))
    finally:
        await store.close()
    unanswered = sum(map(len, morning.talks.values())) - sum(
        not name.startswith("sim:claim") for name in seen.acked
    )
    return [*wrong, f"{unanswered} not answered"] if unanswered else wrong
