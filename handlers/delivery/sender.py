"""Sends what the outbox holds: in order for each person, alerts on their own lane, outcomes noted in batches.

A row just written arrives in memory, already leased; what was left over (a restart, a retry, a later moment) is
leased from the store once a second. Just before each call the right to hear is read again.
"""

from __future__ import annotations

import asyncio
import random
from bisect import insort
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter

import msgspec
import structlog

from bot.channels import Channel, Failure, SendError, StoreUnavailable
from bot.clock import Clock
from bot.domain.notices import Lane
from bot.domain.roster import Role
from bot.messages import Action, Address, Outgoing
from handlers import metrics, wording
from handlers.delivery import doubtful
from handlers.delivery.failures import dead, lost
from handlers.delivery.outage import Outage
from handlers.delivery.pacing import RATES, Pacer
from handlers.delivery.receipts import ANNOUNCES
from handlers.desk import groups
from handlers.facts import Moment
from handlers.here import Here
from handlers.watchdog import Beat
from storage.outbox import LEASE, Row, Turn
from storage.store import Store, Transaction
from storage.vault import Reach

log = structlog.get_logger()

POLL_SECONDS = 1.0
FIRST_LOOK = 0.05  # seconds until we look again whether another process is through with a chat; doubling
FRESH = timedelta(seconds=3)  # so long a process can't have been given up by the others, nor a right be old
MOST_IN_MEMORY = 5_000
LONGEST_BACKOFF = 300.0
PAUSE_WHEN_MISCONFIGURED = 60.0
STOPPED = "stopped"
GRACE = 5.0  # seconds that calls under way may still take when we stop


@dataclass(frozen=True, slots=True)
class Ready:
    """A row that may be sent now: how the person is reached, in which language, onto which card."""

    reach: Reach
    locale: str
    edits: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not sent, and why."""

    why: str


class Overtaken(Exception):
    """While a row waited for its turn, somebody decided otherwise about it."""


Outcome = Callable[[Transaction], None]
Noting = tuple[Outcome, "asyncio.Future[None]"]


class Delivery:
    """The way out of one process."""

    def __init__(self, store: Store, here: Here, clock: Clock, channels: Mapping[str, Channel]) -> None:
        self._store, self._here, self._clock, self._channels = store, here, clock, channels
        self._queues: dict[tuple[str, bool], list[Row]] = {}  # each in the order of writing
        self._tasks: set[asyncio.Task[None]] = set()
        self._mine: set[int] = set()
        self._unnoted: set[int] = (
            set()
        )  # sent, and not yet written down: a lease that ran out meanwhile means nothing
        self._outcomes: deque[Noting] = deque()
        self._noting: asyncio.Task[None] | None = None
        self._pacers: dict[str, Pacer] = {}
        self._outages: defaultdict[str, Outage] = defaultdict(lambda: Outage(clock))
        self._sending: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._full = False  # all but alerts is left to the store, until that is empty
        self._leaving, self._left = 0, 0  # rows on their way there; how often that was
        self.beat = Beat()
        self.pace(channels)

    def pace(self, channels: Mapping[str, Channel]) -> None:
        """Give each channel that has rates its own pace."""
        self._pacers = {name: Pacer(RATES[name]) for name in channels if name in RATES}

    def share(self, live: int) -> None:
        """So many processes speak on the same channels: each has its part of what the providers let through."""
        for pacer in self._pacers.values():
            pacer.share(live)

    @property
    def in_memory(self) -> int:
        """How many rows wait here."""
        return len(self._mine)

    def offer(self, rows: Sequence[Row]) -> None:
        """Rows that a commit just wrote. When too many wait here, all but alerts are left to the store, in their order."""
        self._full = self._full or len(self._mine) >= MOST_IN_MEMORY
        if not self._full:
            self._take(rows)
            return
        self._take([row for row in rows if row.lane == Lane.ALERT])
        left = [row.id for row in rows if row.lane != Lane.ALERT]
        if left and not self._stopping:
            self._leaving, self._left = self._leaving + 1, self._left + 1
            self._note(lambda tx: tx.outbox.leave(left)).add_done_callback(self._was_left)

    def _was_left(self, _: asyncio.Future[None]) -> None:
        self._leaving -= 1

    def _take(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if row.id in self._mine or self._stopping:
                continue
            self._mine.add(row.id)
            key = (row.person_id, row.lane == Lane.ALERT)
            queue = self._queues.get(key)
            if queue is not None:
                insort(queue, row, key=attrgetter("id"))
                continue
            self._queues[key] = [row]
            task = asyncio.create_task(self._drain(key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def run(self) -> None:
        """Pick up what nobody holds, once a second, for ever."""
        while True:
            self.beat.now()
            try:
                more = await self._pick_up()
            except StoreUnavailable:
                more = False
                log.warning("outbox not readable", action="outbox_unavailable")
            if not more:
                await self._clock.wait(POLL_SECONDS)

    async def idle(self) -> None:
        """Wait until everything due now was tried; for tests and the simulator."""
        while await self._pick_up() or self._tasks or self._outcomes or self._unnoted or self._leaving:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            if self._noting is not None:
                await asyncio.gather(self._noting, return_exceptions=True)

    async def stop(self) -> None:
        """Let what is under way end and note it; what is left is picked up at the next start."""
        self._stopping = True
        for task in self._tasks - self._sending:
            task.cancel()
        if self._sending:
            await asyncio.wait(self._sending, timeout=GRACE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._noting is not None:
            await asyncio.wait({self._noting}, timeout=GRACE)

    async def _pick_up(self) -> bool:
        if len(self._mine) >= MOST_IN_MEMORY:
            return False
        now, leaving, left = self._clock.now(), self._leaving, self._left
        found = await self._store.run(lambda tx: tx.outbox.lease(now))
        rows = [row for row in found if row.id not in self._mine and row.id not in self._unnoted]
        self._take(
            [msgspec.structs.replace(row, state="unknown") if row.state == "leased" else row for row in rows]
        )
        if not found and not leaving and left == self._left:
            self._full = False  # nothing is there that what is written from now on could overtake
        return bool(found)

    # ---- one person's queue ----

    async def _drain(self, key: tuple[str, bool]) -> None:
        queue = self._queues[key]
        try:
            while queue and not self._stopping:
                row = queue[0]
                if await self._deliver_or_bury(row, queue):
                    queue.remove(row)
                    self._mine.discard(row.id)
        finally:
            for row in queue:
                self._mine.discard(row.id)
            del self._queues[key]

    async def _deliver_or_bury(self, row: Row, queue: list[Row]) -> bool:
        """A bug costs the row that has it, and no other: an earlier one may stand first by now, later ones go on."""
        try:
            return await self._deliver(row, queue)
        except Exception:
            log.exception("delivery failed", action="delivery_failed", row=row.id)
            await self._bury(row)
            self._given_up(row)
            return True

    async def _deliver(self, row: Row, queue: list[Row]) -> bool:
        """Send one row, however long the provider makes us wait: order within a chat is kept.

        False when an earlier one has to go first.
        """
        mine, attempt = row, row.attempts
        while True:
            asked = self._clock.now()
            try:
                ready = await self._prepare(row)
                if ready is Turn.LATER:
                    return await self._wait_behind_others(mine, queue)
                if isinstance(ready, Refused | Turn):
                    if isinstance(ready, Refused):
                        await self._note(partial(_not_sent, row=row, why=ready.why, now=asked))
                        metrics.sent("none", "dropped").inc()
                    self._given_up(row)
                    return True
                await self._send(row, ready, asked)
                self._outage(ready).over(row.id, through=True)
                return True
            except Overtaken:
                continue
            except StoreUnavailable:  # all reading comes before the call: nothing was sent
                await self._clock.wait(POLL_SECONDS)
                continue
            except SendError as error:
                assert isinstance(ready, Ready)  # only the call raises it
                pause = await self._failed(row, ready, error, attempt)
                if pause is None:
                    self._given_up(row)
                    return True
                down = error.failure is Failure.RETRY and error.retry_after is None
                row = (
                    msgspec.structs.replace(row, state="unknown") if error.failure is Failure.UNKNOWN else row
                )
            attempt += 1
            await self._hold(queue, pause)
            if down:
                await self._outage(ready).wait(row.id, pause, alert=row.lane == Lane.ALERT)
            else:
                await self._clock.wait(pause)

    def _outage(self, ready: Ready) -> Outage:
        return self._outages[ready.reach.address.channel]

    def _given_up(self, row: Row) -> None:
        for outage in self._outages.values():
            outage.over(row.id, through=False)

    async def _wait_behind_others(self, row: Row, queue: list[Row]) -> bool:
        """Another process holds an earlier message of the chat, or nobody does yet: then we take it."""
        pause = FIRST_LOOK
        while not self._stopping and queue[0] is row:
            await self._pick_up()
            if queue[0] is not row:
                break
            await self._clock.wait(pause)
            pause = min(2 * pause, POLL_SECONDS)
            if await self._store.read(partial(_turn, row=row, now=self._clock.now())) is not Turn.LATER:
                break
        return False

    async def _prepare(self, row: Row) -> Ready | Refused | Turn:
        """Read again who may hear it. Replies to who just spoke need nothing of this."""
        now = self._clock.now()
        if row.expires_at is not None and now > row.expires_at:
            return Refused("expired")
        ours = not self._store.shared or (not row.behind and now - row.created_at < FRESH)
        if ours and row.reach is not None and row.notice == "say" and row.card is None and not row.attempts:
            return Ready(row.reach, "")
        return await self._store.read(lambda tx: permitted(tx, row, now))

    async def _send(self, row: Row, ready: Ready, asked: datetime) -> None:
        """Word it, wait for the turn, send it, note it. Raises SendError, Overtaken."""
        channel = self._channels.get(ready.reach.address.channel)
        if channel is None:
            raise SendError(Failure.MISCONFIGURED, "no channel")
        now = self._clock.now()
        card = self._word(row, ready)
        if row.state == "unknown" and await self._found(row, ready, channel, card):
            return  # it went while the window was still open
        if not ready.reach.window_open(now):
            await self._outside_window(row, ready, channel, asked)
            return
        async with self._turn(row, ready.reach.address):
            await self._ask_again(row, asked)
            provider_id = await self._call(channel, ready.reach.address, card, row)
            metrics.sent(channel.name, "sent").inc()
            self._unnoted.add(row.id)
            later = self._here.capabilities_of(ready.reach.address).receipts
            noted = self._note(
                lambda tx: _accepted(tx, row, provider_id, now, told_later=later),
                first=row.lane == Lane.ALERT,
            )
            noted.add_done_callback(lambda _: self._unnoted.discard(row.id))
        if row.card is not None or row.report_id is not None:
            await noted  # a later message looks for this card

    async def _ask_again(self, row: Row, asked: datetime) -> None:
        """The wait for a turn may be long, and a process may stand still: who may hear a row, and who sends it, is old then.

        Raises Overtaken.
        """
        if self._clock.now() - asked >= FRESH and not isinstance(await self._prepare(row), Ready):
            raise Overtaken

    async def _call(
        self, channel: Channel, to: Address, card: Outgoing, row: Row, reference: str = ""
    ) -> str:
        """The call itself; a stop waits for it, since nobody could tell afterwards what became of it."""
        task = asyncio.current_task()
        assert task is not None  # always inside of one
        self._sending.add(task)
        try:
            if card.erases:
                await channel.delete(to, card.erases)
            return await channel.send(to, card, reference=reference or row.ref)
        finally:
            self._sending.discard(task)

    async def _found(self, row: Row, ready: Ready, channel: Channel, card: Outgoing) -> bool:
        """May have been sent before: ask the provider, where it can tell."""
        since = (self._clock.now() - row.created_at).total_seconds() + 60
        try:
            provider_id = await channel.find(ready.reach.address, card, since)
        except SendError as error:  # that it can't be looked up says nothing about the message
            raise SendError(Failure.RETRY, error.code, retry_after=error.retry_after) from None
        if provider_id is None or not await self._store.read(lambda tx: _free(tx, row, provider_id)):
            return False
        now = self._clock.now()
        await self._note(lambda tx: _accepted(tx, row, provider_id, now))
        return True

    def _word(self, row: Row, ready: Ready) -> Outgoing:
        facts = (
            {**row.facts, "retry": True} if row.state == "unknown" and row.lane == Lane.ALERT else row.facts
        )
        moment = Moment(t=self._here.t(ready.locale or "es"), here=self._here, at=self._clock.now())
        card = wording.render(row.notice, facts, moment)
        if ready.edits and not card.replaces:
            card = card.with_(replaces=ready.edits)
        return self._signed(row.person_id, card)

    def _signed(self, person_id: str, card: Outgoing) -> Outgoing:
        def sign(action: Action) -> Action:
            return msgspec.structs.replace(action, token=self._here.tokens.sign(person_id, action.token))

        if not card.actions and not card.rows:
            return card
        return card.with_(actions=tuple(map(sign, card.actions)), rows=tuple(map(sign, card.rows)))

    def _turn(self, row: Row, address: Address) -> AbstractAsyncContextManager[None]:
        pacer = self._pacers.get(address.channel)
        return nullcontext() if pacer is None else pacer.turn(row.lane, address.id)

    async def _outside_window(self, row: Row, ready: Ready, channel: Channel, asked: datetime) -> None:
        """The approved text says that there is news; the words themselves wait until the person writes."""
        use = wording.template(row.notice, row.facts)
        approved = use is not None and self._approved(use.name)
        if use is None or not approved:
            await self._note(partial(_waits, row=row, code="window", now=self._clock.now()))
            return
        if await self._store.read(lambda tx: tx.outbox.template_sent(row.person_id)):
            await self._note(partial(_waits, row=row, code="announced", now=self._clock.now()))
            return
        announcement = row.ref + ANNOUNCES  # what becomes of it is not what becomes of the words
        async with self._turn(row, ready.reach.address):
            await self._ask_again(row, asked)
            sent = await self._call(channel, ready.reach.address, Outgoing(template=use), row, announcement)
        await self._note(partial(_waits, row=row, code="template", now=self._clock.now(), announced=sent))

    def _approved(self, name: str) -> bool:
        template = self._here.municipality.templates.get(name)
        return template is not None and (bool(template.content_sid) or "simulator" in self._channels)

    # ---- when it fails ----

    async def _failed(self, row: Row, ready: Ready, error: SendError, attempt: int) -> float | None:
        """What a failure means; returns how long to wait before trying again, None when it is over."""
        log.info("not sent", action="send_failed", row=row.id, failure=error.failure.value, code=error.code)
        metrics.sent(ready.reach.address.channel, error.failure.value).inc()
        now = self._clock.now()
        match error.failure:
            case Failure.RETRY:
                return error.retry_after if error.retry_after is not None else _backoff(attempt)
            case Failure.MISCONFIGURED:
                log.error("channel refuses us", action="misconfigured", code=error.code)
                return PAUSE_WHEN_MISCONFIGURED
            case Failure.UNKNOWN:
                pause = doubtful.look_after(row)
                await self._note(
                    lambda tx: tx.outbox.doubtful(row.id, now + timedelta(seconds=pause) + LEASE, error.code)
                )
                return pause
            case Failure.WINDOW_CLOSED:
                await self._note(lambda tx: tx.outbox.wait_for_window(row.id, error.code))
            case Failure.GONE:
                await self._note(lambda tx: _stopped(tx, row, error.code, now))
            case Failure.MOVED:
                moved = Address(ready.reach.address.channel, error.new_id)
                await self._note(lambda tx: _moved(tx, row, moved, now))
            case _:
                await self._note(lambda tx: dead(tx, row, error.code, now))
        return None

    async def _hold(self, queue: Sequence[Row], pause: float) -> None:
        until = self._clock.now() + timedelta(seconds=pause) + LEASE
        held = [row.id for row in queue]
        await self._note(lambda tx: tx.outbox.hold(held, until))

    async def _bury(self, row: Row) -> None:
        now = self._clock.now()
        try:
            await self._note(lambda tx: dead(tx, row, "bug", now))
        except Exception:
            log.exception("not even buried", action="bury_failed", row=row.id)

    # ---- outcomes, in batches ----

    def _note(self, outcome: Outcome, *, first: bool = False) -> asyncio.Future[None]:
        """`first`: before all that waits to be noted; the next alert to the same chat waits for it, and a flood is long."""
        noted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._outcomes.appendleft if first else self._outcomes.append)((outcome, noted))
        if self._noting is None or self._noting.done():
            self._noting = asyncio.create_task(self._write_outcomes())
        return noted

    async def _write_outcomes(self) -> None:
        """One unit of work for all outcomes that wait; one that breaks does not take the others with it."""
        while self._outcomes:
            batch = [self._outcomes.popleft() for _ in range(min(64, len(self._outcomes)))]
            try:
                await self._write(batch)
            except Exception:
                for one in batch:
                    await self._write_alone(one)

    async def _write(self, batch: Sequence[Noting]) -> None:
        """Tried until the store takes them. Raises what an outcome raises; then none is kept."""

        def work(tx: Transaction) -> None:
            for outcome, _ in batch:
                outcome(tx)

        while True:
            try:
                await self._store.run(work)
                break
            except StoreUnavailable:
                await self._clock.wait(POLL_SECONDS)
        for _, noted in batch:
            if not noted.done():
                noted.set_result(None)

    async def _write_alone(self, one: Noting) -> None:
        try:
            await self._write([one])
        except Exception as bug:
            log.exception("outcome not noted", action="note_failed", error=type(bug).__name__)
            if not one[1].done():
                one[1].set_exception(bug)


def _free(tx: Transaction, row: Row, provider_id: str) -> bool:
    """Is the message that was found not another one of ours with the same words?"""
    known = tx.outbox.of_receipt(provider_id)
    return known is None or known.id == row.id


def _accepted(tx: Transaction, row: Row, provider_id: str, now: datetime, *, told_later: bool = True) -> None:
    """Sent; unless the provider was faster than we and has told already that it did not arrive."""
    gone = tx.outbox.sent(row.id, provider_id, now, told_later=told_later)
    if gone is not None:
        lost(tx, row, gone.failure, gone.error, now)


def _waits(tx: Transaction, *, row: Row, code: str, now: datetime, announced: str | None = None) -> None:
    """Until the person writes; what who wrote while this was decided waited for is here, and nothing else would wake it."""
    reach = tx.vault.reach(row.person_id)
    if reach is not None and reach.stopped_at is None and reach.window_open(now):
        tx.outbox.again(row.id, now)
    else:
        tx.outbox.wait_for_window(row.id, code, announced)


def _not_sent(tx: Transaction, *, row: Row, why: str, now: datetime) -> None:
    """Dropped; but what a resident who stopped us has a right to know waits until they write again."""
    if why == STOPPED and row.notice in wording.TO_RESIDENTS:
        _waits(tx, row=row, code=why, now=now)
    else:
        tx.outbox.dropped(row.id, why)


def _turn(tx: Transaction, *, row: Row, now: datetime) -> Turn:
    return tx.outbox.turn(row.id, now)


def permitted(tx: Transaction, row: Row, now: datetime) -> Ready | Refused | Turn:
    """May this person still hear this, and from us, now? How are they reached?"""
    turn = tx.outbox.turn(row.id, now)
    if turn is not Turn.NOW:
        return Refused("withdrawn") if turn is Turn.WITHDRAWN else turn
    person = tx.people.get(row.person_id)
    reach = tx.vault.reach(row.person_id)
    if person is None or reach is None:
        return Refused("erased")
    if reach.stopped_at is not None:
        return Refused(STOPPED)
    if person.opted_out_at is not None and row.notice in wording.UNASKED:
        return Refused("opted out")
    why = _no_right(tx, row, now)
    if why:
        return Refused(why)
    if row.notice in wording.COALESCED and row.card and tx.outbox.newer_waits(row):
        return Refused("coalesced")
    in_place = row.notice == "alert_taken" or bool(row.facts.get("known"))
    edits = tx.outbox.shown_card(row.person_id, row.card) if row.card and in_place else None
    return Ready(reach, person.locale, edits or "")


def _no_right(tx: Transaction, row: Row, now: datetime) -> str:
    if row.notice in wording.TO_RESIDENTS and row.report_id is not None:
        if tx.reports.named_list(row.report_id):
            return "confidential"
        return "not bound" if row.notice == groups.NOTICE and _unbound(tx, row) else ""
    if row.notice not in wording.FOR_STAFF:
        return ""
    officer = tx.staff.officer(row.person_id)
    if officer is None:
        return "revoked"
    only = tx.reports.named_list(row.report_id) if row.report_id is not None else ""
    if only:
        return "" if only in officer.lists else "not on the list"
    if (
        row.notice in ("alert", "support_wanted", "visit_time", "transfer_wanted")
        and officer.role is not Role.SUPERVISOR
    ):
        running = tx.staff.shift_of(officer.person_id, now)
        if running is None:
            return "off duty"
        return "" if running[1].hears(now) or row.facts.get("known") else "on a pause"
    return ""


def _unbound(tx: Transaction, row: Row) -> bool:
    return tx.groups.of_chat(row.person_id) is None


def _backoff(attempt: int) -> float:
    return random.uniform(0.5, 1.0) * min(LONGEST_BACKOFF, 2.0 ** min(attempt, 10))  # noqa: S311  jitter only


def _stopped(tx: Transaction, row: Row, code: str, now: datetime) -> None:
    """They blocked us: this and what follows waits until they write again."""
    tx.vault.stop(row.person_id, now)
    groups.lost(tx, row.person_id, now)
    tx.outbox.wait_for_window(row.id, code or "gone")


def _moved(tx: Transaction, row: Row, address: Address, now: datetime) -> None:
    tx.vault.move(row.person_id, address)
    tx.outbox.again(row.id, now)
