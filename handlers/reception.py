"""The one way in. Seen before? Who is it? Danger? A global word? A running talk? Else the menu.

Triage runs before the unit of work, wording after it: nothing slow stands in the writer's thread.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import msgspec
import structlog

from bot import pins
from bot.channels import StoreUnavailable
from bot.clock import Clock
from bot.domain.errors import DomainError
from bot.domain.notices import Lane, Notice
from bot.domain.roster import Officer, Role
from bot.messages import AttachmentKind, Inbound, InboundKind, Receipt
from bot.questions import MediaRef
from bot.texts import language
from bot.triage import Understanding
from handlers import limits, menus, metrics, operator, talks
from handlers.delivery import receipts
from handlers.desk import duty, groups
from handlers.desk.step_up import Proof, target_of
from handlers.door import Door
from handlers.here import Here
from handlers.officer import enrolment, spoken
from handlers.refusals import in_words
from handlers.resident import danger, free, naming
from handlers.resident.told import read_again
from handlers.speaker import Speaker
from handlers.supervisor import groups as supervised
from storage.people import Person
from storage.pins import Pin
from storage.store import Store, Transaction

log = structlog.get_logger()

WINDOW = timedelta(hours=24)  # WhatsApp: free text after the person's last message
TAKEN = frozenset(
    {
        AttachmentKind.PHOTO,
        AttachmentKind.VOICE,
        AttachmentKind.AUDIO,
        AttachmentKind.VIDEO,
        AttachmentKind.DOCUMENT,
    }
)
COMMAND = re.compile(r"/[a-z0-9_]{1,32}")  # nobody says anything with it
MOVES_WRITTEN_EVERY = timedelta(minutes=1)
LONGEST = 20_000  # characters of one message; the rest is kept raw and the person is told


@dataclass(frozen=True, slots=True)
class Reception:
    """Takes everything that comes in, from any channel."""

    store: Store
    here: Here
    clock: Clock
    door: Door = field(default_factory=Door)

    async def receive(self, inbound: Inbound) -> None:
        """Handle one event; returns once it is committed and fsynced.

        Raises StoreUnavailable, also when too many are under way: what waits must not grow without end, nor longer
        than a provider has patience.
        """
        metrics.received(inbound.address.channel).inc()
        try:
            await self.door.enter()
            try:
                with metrics.TURN_SECONDS.time():
                    outcome = await self._receive(inbound)
            finally:
                self.door.leave()
        except BaseException:
            metrics.handled("unavailable").inc()
            raise
        metrics.handled(outcome).inc()

    async def _receive(self, inbound: Inbound) -> str:
        now = self.clock.now()
        if inbound.kind is InboundKind.MOVE:
            return await self._moved(inbound, now)
        proof = await self._proof(inbound)
        if proof is not None:
            inbound = msgspec.structs.replace(inbound, raw=b"")  # a PIN is kept nowhere
        try:
            understood = self._understand(inbound, now) if proof is None else None
            turn = partial(self._turn, inbound=inbound, understood=understood, proof=proof, now=now)
            return await self.store.run(turn)
        except StoreUnavailable:
            raise
        except Exception as bug:
            log.exception("turn failed", action="turn_failed", key=inbound.id, error=type(bug).__name__)
            await self.store.run(partial(self._bury, inbound=inbound, reason=type(bug).__name__, now=now))
            return "dead"

    async def _moved(self, inbound: Inbound, now: datetime) -> str:
        """A place shared live: read, and at most once a minute written; of who is not on duty nothing is."""
        officer = await self.store.read(lambda tx: _may_move(tx, inbound, now))
        point = inbound.point
        if officer is not None and point is not None:
            await self.store.run(lambda tx: duty.share_spot(tx, officer, point, now))
        return "done"

    async def replay(self, inbound: Inbound, letter: str) -> None:
        """A dead letter, handled as if it came now; what is to be said is left to the process that serves.

        Raises LookupError when it was resolved meanwhile, and what the turn raises; then it stays as it is.
        """
        now = self.clock.now()
        understood = self._understand(inbound, now)

        def work(tx: Transaction) -> None:
            if not tx.inbox.dig_up(letter, inbound.id, now):
                raise LookupError(letter)
            self._turn(tx, inbound=inbound, understood=understood, now=now)
            tx.outbox.hand_over()

        await self.store.run(work)

    async def note(self, receipt: Receipt) -> None:
        """What a provider says later about a message of ours. Raises StoreUnavailable."""
        now = self.clock.now()
        await self.store.run(lambda tx: receipts.take(tx, receipt, now))

    def _understand(self, inbound: Inbound, now: datetime) -> Understanding | None:
        if inbound.kind not in (InboundKind.MESSAGE, InboundKind.EDIT) or not inbound.text:
            return None
        if COMMAND.fullmatch(inbound.text) or enrolment.one_word(inbound.text):
            return None
        return read_again(self.here.triage, inbound.text[:LONGEST], now)

    async def _proof(self, inbound: Inbound) -> Proof | None:
        """Six digits of somebody of the staff are weighed here: argon2 takes its time, and not the writer's."""
        digits = pins.six_digits(inbound.text)
        if not digits or inbound.kind not in (InboundKind.MESSAGE, InboundKind.EDIT) or not inbound.private:
            return None
        pin = await self.store.read(lambda tx: _pin_of_staff(tx, inbound))
        if pin is None:
            return None
        target = target_of(pin)
        return Proof(
            asked=pin.asked,
            against=target,
            matches=await asyncio.to_thread(pins.matches, target, digits),
            new_hash=await asyncio.to_thread(pins.hashed, digits) if pin.asked == "new" else "",
            obvious=pins.obvious(digits),
        )

    # ---- the unit of work ----

    def _turn(
        self,
        tx: Transaction,
        *,
        inbound: Inbound,
        understood: Understanding | None,
        now: datetime,
        proof: Proof | None = None,
    ) -> str:
        """One event; returns what became of it: done, held, dead, repeated."""
        person = self._who(tx, inbound, now)
        where_staff_is = inbound.point is not None and person is not None and person.role is not Role.RESIDENT
        raw = b"" if where_staff_is else inbound.raw  # kept for the shift, and not for a week
        if not tx.inbox.new(inbound.id, person.id if person else None, raw, now):
            return "repeated"
        news = self._window(tx, inbound, person, now)
        if inbound.kind is InboundKind.UNREADABLE or person is None:
            self._set_aside(tx, inbound, person, "unreadable", now)
            return "dead"
        if inbound.kind is InboundKind.BLOCKED:
            tx.vault.stop(person.id, now)
            if not inbound.private:
                groups.lost(tx, person.id, now)
            return "done"
        who = self._speaker(tx, inbound, understood, person, now)
        who.news = news
        try:
            if proof is not None and who.officer is not None:
                menus.six_digits(who, proof)
            else:
                route(who)
        except DomainError as refusal:
            who.say(*in_words(who, refusal))
        if inbound.tap_id and not who.said:
            who.say()
        return "held" if who.kept_back else "done"

    def _who(self, tx: Transaction, inbound: Inbound, now: datetime) -> Person | None:
        """The person at this address, known or new; None when the channel could not say who it was."""
        if not inbound.address.id:
            return None
        tx.vault.take_turn(inbound.address)
        person = tx.vault.who_is_at(inbound.address, inbound.other_ids)
        if person is None:
            person = tx.people.add(at=now, locale=language(inbound.locale or "es"))
            tx.vault.add(person.id, inbound.address, inbound.other_ids)
        return person

    def _window(self, tx: Transaction, inbound: Inbound, person: Person | None, now: datetime) -> int:
        """They wrote: the window opens, and what waited for that goes; returns how many messages did."""
        if person is None or inbound.kind is InboundKind.BLOCKED:
            return 0
        has_window = self.here.capabilities_of(inbound.address).window
        closes = now + WINDOW if has_window else None
        if has_window and inbound.other_ids:
            tx.vault.learn(person.id, inbound.address, inbound.other_ids, now)
        if not tx.vault.wrote(person.id, inbound.address, closes):
            return 0
        return tx.outbox.window_opened(person.id, now)

    def _speaker(
        self,
        tx: Transaction,
        inbound: Inbound,
        understood: Understanding | None,
        person: Person,
        now: datetime,
    ) -> Speaker:
        media = tuple(
            MediaRef(tx.media.add(person.id, inbound.address.channel, file, now), file.kind)
            for file in inbound.attachments
            if file.kind in TAKEN
        )
        return Speaker(
            tx=tx,
            here=self.here,
            person=person,
            officer=tx.staff.officer(person.id) if person.role is not Role.RESIDENT else None,
            inbound=inbound,
            understood=understood,
            at=now,
            media=media,
        )

    def _bury(self, tx: Transaction, *, inbound: Inbound, reason: str, now: datetime) -> None:
        """Our bug: the message is kept whole, the person gets an apology with a number, answers stay."""
        person = self._who(tx, inbound, now)
        if not tx.inbox.new(inbound.id, person.id if person else None, inbound.raw, now):
            return
        self._set_aside(tx, inbound, person, reason, now)

    def _set_aside(
        self, tx: Transaction, inbound: Inbound, person: Person | None, reason: str, now: datetime
    ) -> None:
        """A dead letter: its sender hears a number, the supervisors that there is one (once a minute)."""
        letter = tx.inbox.bury(
            source="inbox",
            key=inbound.id,
            reason=reason,
            raw=inbound.raw,
            at=now,
            person_id=person.id if person else None,
        )
        if person is not None:
            apology = Notice(person_id=person.id, name="apology", facts={"id": letter[:8]}, lane=Lane.REPLY)
            tx.outbox.put([apology], now)
        operator.tell(tx, f"mensaje no atendido ({letter[:8]})", f"{now:%Y-%m-%d %H:%M}", now)


def _pin_of_staff(tx: Transaction, inbound: Inbound) -> Pin | None:
    """How somebody of the staff stands with the PIN; None for everybody else."""
    person = tx.vault.person_at(inbound.address, inbound.other_ids) if inbound.address.id else None
    return tx.pins.of(person) if person is not None and tx.staff.officer(person) is not None else None


def _may_move(tx: Transaction, inbound: Inbound, now: datetime) -> Officer | None:
    """Who of the staff shares their place live while on duty, when it is time to write it down again."""
    person = tx.vault.person_at(inbound.address, inbound.other_ids) if inbound.address.id else None
    officer = tx.staff.officer(person) if person is not None and inbound.private else None
    running = tx.staff.shift_of(officer.person_id, now) if officer is not None else None
    if running is None or running[1].spot_at is None:  # live follows a first place that was said
        return None
    return officer if now - running[1].spot_at >= MOVES_WRITTEN_EVERY else None


def route(who: Speaker) -> None:
    """One turn, in the order in which things matter."""
    inbound = who.inbound
    if not inbound.private:
        if not supervised.heard(who):
            menus.group_hint(who)
        return
    if inbound.kind is InboundKind.TAP:
        if not limits.beyond(who, None):
            menus.tapped(who)
        return
    talk = talks.running(who)
    if danger.heard(who, talk):
        danger.answer(who)
        return
    if limits.beyond(who, talk):
        return
    if inbound.kind is InboundKind.EDIT:
        menus.edited(who)
        return
    if inbound.attachments and not who.media and not inbound.text.strip() and inbound.point is None:
        menus.not_taken(who)
        return
    word = menus.global_word(who)
    if word is not None:
        word(who)
        return
    if talk is not None and danger.overheard(who, talk):
        return
    if spoken.during(who, talk) or naming.heard(who, talk):
        return
    if talk is not None and not danger.left(who, talk):
        talks.reply(who, talk, who.reply)
        return
    free.said(who)
