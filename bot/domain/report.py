"""A report, its life cycle, and the verbs that move it.

A verb is pure: it takes the moment and who acts, and returns a `Change`; only `tx.reports.save(change)`
hands out the events. Five statuses and a disposition: what kind of end it was is not a status.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain import events
from bot.domain.concern import Identity, Priority
from bot.domain.errors import AlreadyClaimed, NotAllowedNow, NotYours, TooLate
from bot.domain.events import Event
from bot.domain.questions import BY_KIND
from bot.domain.roster import Officer, Role
from bot.domain.territory import Place

REOPEN_WITHIN = timedelta(days=30)


class Status(StrEnum):
    """Where a report stands."""

    RECEIVED = "received"
    CLAIMED = "claimed"
    AWAITING_RESIDENT = "awaiting_resident"
    REFERRED = "referred"
    CLOSED = "closed"

    @property
    def open(self) -> bool:
        """Is there still something to do?"""
        return self is not Status.CLOSED


class Disposition(StrEnum):
    """How it ended (CAD "disposition")."""

    ATTENDED = "attended"
    SOLVED_BY_OTHER = "solved_by_other"
    NOT_LOCATED = "not_located"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"
    NOT_OURS = "not_ours"


class Verb(StrEnum):
    """What can be done to a report."""

    CLAIM = "claim"
    RELEASE = "release"
    REASSIGN = "reassign"
    ASK = "ask"
    ANSWER = "answer"
    REFER = "refer"
    CLOSE = "close"
    SOLVED = "solved"  # the resident says so while another office has it
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    ADVANCE = "advance"  # on the way, arrived: events on a claimed report, no status of their own


_R, _C, _A, _F, _X = Status.RECEIVED, Status.CLAIMED, Status.AWAITING_RESIDENT, Status.REFERRED, Status.CLOSED

ALLOWED: dict[tuple[Status, Verb], Status] = {
    (_R, Verb.CLAIM): _C,
    (_R, Verb.REASSIGN): _C,
    (_R, Verb.REFER): _F,
    (_R, Verb.CLOSE): _X,
    (_R, Verb.WITHDRAW): _X,
    (_C, Verb.RELEASE): _R,
    (_C, Verb.REASSIGN): _C,
    (_C, Verb.ASK): _A,
    (_C, Verb.REFER): _F,
    (_C, Verb.CLOSE): _X,
    (_C, Verb.WITHDRAW): _X,
    (_C, Verb.ADVANCE): _C,
    (_A, Verb.RELEASE): _R,
    (_A, Verb.REASSIGN): _C,
    (_A, Verb.ASK): _A,
    (_A, Verb.ANSWER): _C,
    (_A, Verb.REFER): _F,
    (_A, Verb.CLOSE): _X,
    (_A, Verb.WITHDRAW): _X,
    (_A, Verb.ADVANCE): _A,
    (_F, Verb.CLAIM): _C,
    (_F, Verb.REASSIGN): _C,
    (_F, Verb.REFER): _F,
    (_F, Verb.CLOSE): _X,
    (_F, Verb.SOLVED): _X,
    (_F, Verb.WITHDRAW): _X,
    (_X, Verb.REOPEN): _R,
}

# Nobody handles a report that was just received: there only a supervisor decides these.
_SUPERVISOR_ONLY = {(_R, Verb.REFER), (_R, Verb.CLOSE)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a resident told us, and where it stands."""

    id: str
    folio: str
    draft_id: str  # of the talk that made it: one confirmation, one report
    person_id: str | None  # who hears how it goes; None: nobody can be answered
    filed_by: str | None = None  # the officer who noted it down for a neighbour
    kind: str
    named_list: str = ""  # confidential: these people only
    priority: Priority
    reason: str = BY_KIND  # why this priority: a code of bot/domain/questions.py
    identity: Identity = Identity.CONFIDENTIAL
    place: Place
    sectors: tuple[str, ...]
    pilot: bool = False
    text: str = ""
    when: str = ""  # when it happened or happens, in clean words
    answers: tuple[tuple[str, str], ...] = ()  # follow-up question, answer: as asked and as told
    status: Status = Status.RECEIVED
    disposition: Disposition | None = None
    handler_id: str | None = None
    referred_to: str | None = None
    solved: str | None = None
    version: int = 0
    opened_at: datetime
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    updated_at: datetime

    @property
    def listed(self) -> bool:
        """Confidential: it never leaves its named list and nothing is sent on our own motion."""
        return bool(self.named_list)

    @staticmethod
    def open(report: Report, words: tuple[str, ...] = ()) -> Change:
        """The resident said "Enviar"; `words` are those that spoke of danger."""
        opened = events.ReportOpened(
            at=report.opened_at,
            actor_id=report.filed_by or report.person_id,
            priority=int(report.priority),
            reason=report.reason,
            words=words,
        )
        return Change(report=report, events=(opened,))

    def claim(self, *, by: Officer, at: datetime) -> Change:
        """The officer takes it. Raises AlreadyClaimed, NotAllowedNow."""
        if self.status in (_C, _A):
            raise AlreadyClaimed(self.handler_id)
        status = self._next(Verb.CLAIM)
        return self._change(
            at,
            events.ReportClaimed(at=at, actor_id=by.person_id),
            status=status,
            handler_id=by.person_id,
            claimed_at=self.claimed_at or at,
        )

    def release(self, *, by: Officer, at: datetime, reason: str = "") -> Change:
        """Back to the sector. Raises NotYours, NotAllowedNow."""
        status = self._next(Verb.RELEASE)
        self._require_handler(by)
        return self._change(
            at,
            events.ReportReleased(at=at, actor_id=by.person_id, reason=reason),
            status=status,
            handler_id=None,
        )

    def reassign(self, *, to: Officer, by: Officer, at: datetime) -> Change:
        """A supervisor gives it to an officer. Raises NotAllowedNow."""
        status = self._next(Verb.REASSIGN)
        event = events.ReportReassigned(
            at=at, actor_id=by.person_id, to_id=to.person_id, from_id=self.handler_id
        )
        return self._change(
            at, event, status=status, handler_id=to.person_id, claimed_at=self.claimed_at or at
        )

    def ask(self, *, by: Officer, text: str, at: datetime) -> Change:
        """The officer asks the resident back. Raises NotYours, NotAllowedNow."""
        status = self._next(Verb.ASK)
        self._require_handler(by)
        return self._change(at, events.QuestionAsked(at=at, actor_id=by.person_id, text=text), status=status)

    def answer(self, *, text: str, media: tuple[str, ...] = (), at: datetime) -> Change:
        """The resident answers the question that waits. Raises NotAllowedNow."""
        status = self._next(Verb.ANSWER)
        event = events.QuestionAnswered(at=at, actor_id=self.person_id, text=text, media=media)
        return self._change(at, event, status=status)

    def question_expired(self, *, at: datetime) -> Change:
        """Nobody answered in time: the officer goes on with what there is. Raises NotAllowedNow."""
        return self._change(at, events.QuestionExpired(at=at), status=self._next(Verb.ANSWER))

    def add(self, *, text: str, media: tuple[str, ...] = (), at: datetime, by: str | None = None) -> Change:
        """The resident, or a neighbour who joined, tells more; it changes no status, whatever the status is."""
        event = events.SomethingAdded(at=at, actor_id=by or self.person_id, text=text, media=media)
        return self._change(at, event)

    def happened_again(self, *, by: str | None, at: datetime) -> Change:
        """The same once more; it changes no status, whatever the status is."""
        return self._change(at, events.HappenedAgain(at=at, actor_id=by))

    def on_the_way(self, *, by: Officer, at: datetime) -> Change:
        """The officer sets out. Raises NotYours, NotAllowedNow."""
        status = self._next(Verb.ADVANCE)
        self._require_handler(by)
        return self._change(at, events.OfficerOnTheWay(at=at, actor_id=by.person_id), status=status)

    def arrived(self, *, by: Officer, at: datetime) -> Change:
        """The officer is there. Raises NotYours, NotAllowedNow."""
        status = self._next(Verb.ADVANCE)
        self._require_handler(by)
        return self._change(at, events.OfficerArrived(at=at, actor_id=by.person_id), status=status)

    def note(self, *, by: Officer, text: str, media: tuple[str, ...] = (), at: datetime) -> Change:
        """For the team only."""
        return self._change(at, events.NoteAdded(at=at, actor_id=by.person_id, text=text, media=media))

    def joined(self, *, by: str, at: datetime) -> Change:
        """Another neighbour says that it is the same."""
        return self._change(at, events.NeighbourJoined(at=at, actor_id=by))

    def hand_over(self, *, to: str, at: datetime) -> Change:
        """Noted down for a neighbour, who follows it as their own from now on, whatever the status is."""
        return self._change(at, events.ReportHandedOver(at=at, actor_id=to), person_id=to)

    def tell_place(self, *, place: Place, sectors: tuple[str, ...], at: datetime) -> Change:
        """Where it is, told after the alert went out (danger first, place second)."""
        event = events.PlaceTold(at=at, actor_id=self.person_id, colonia=place.colonia, street=place.street)
        return self._change(at, event, place=place, sectors=sectors)

    def support(self, *, by: Officer, at: datetime) -> Change:
        """A colleague goes along."""
        return self._change(at, events.SupportOffered(at=at, actor_id=by.person_id))

    def want_support(self, *, by: Officer, at: datetime) -> Change:
        """Who attends it calls for company. Raises NotYours, NotAllowedNow."""
        status = self._next(Verb.ADVANCE)
        self._require_handler(by)
        return self._change(at, events.SupportWanted(at=at, actor_id=by.person_id), status=status)

    def offer(self, *, by: Officer, to: Officer, at: datetime) -> Change:
        """A colleague is asked to take it over. Raises NotYours, NotAllowedNow."""
        status = self._next(Verb.ADVANCE)
        self._require_handler(by)
        event = events.TransferOffered(at=at, actor_id=by.person_id, to_id=to.person_id)
        return self._change(at, event, status=status)

    def decline_transfer(self, *, by: Officer, at: datetime) -> Change:
        """The colleague cannot take it over."""
        return self._change(at, events.TransferDeclined(at=at, actor_id=by.person_id))

    def measured(self, *, by: Officer, metres: int | None, leaving: bool, at: datetime) -> Change:
        """The officer shared where they stand: the distance is kept, whatever the status is."""
        event = events.PlaceMeasured(at=at, actor_id=by.person_id, metres=metres, leaving=leaving)
        return self._change(at, event)

    def decline(self, *, by: Officer, at: datetime) -> Change:
        """An alerted officer cannot take it."""
        return self._change(at, events.AlertDeclined(at=at, actor_id=by.person_id))

    def refer(self, *, by: Officer, office: str, note: str, at: datetime) -> Change:
        """Handed to another office; still ours to follow. Raises NotYours, NotAllowedNow."""
        status = self._decided_by(by, Verb.REFER)
        event = events.ReportReferred(at=at, actor_id=by.person_id, office=office, note=note)
        return self._change(at, event, status=status, referred_to=office)

    def office_answered(
        self, *, by: Officer | None, office: str, outcome: str, text: str, at: datetime
    ) -> Change:
        """Another office answered; it changes no status. `by`: who of ours noted it down. Raises NotAllowedNow."""
        if not self.status.open:
            raise NotAllowedNow(self.status, "office_answered")
        actor = by.person_id if by else None
        return self._change(
            at, events.OfficeAnswered(at=at, actor_id=actor, office=office, outcome=outcome, text=text)
        )

    def pass_on(self, *, by: Officer | None, office: str, outcome: str, text: str, at: datetime) -> Change:
        """The resident hears the office's answer; `by`: whose OK it took, if anybody's. Raises NotAllowedNow."""
        if not self.status.open:
            raise NotAllowedNow(self.status, "pass_on")
        actor = by.person_id if by else None
        return self._change(
            at, events.AnswerPassedOn(at=at, actor_id=actor, office=office, outcome=outcome, text=text)
        )

    def mediate(self, *, by: Officer, reporter: str, other: str, at: datetime) -> Change:
        """What two neighbours say to talking; it changes no status."""
        event = events.MediationHeard(at=at, actor_id=by.person_id, reporter=reporter, other=other)
        return self._change(at, event)

    def note_agreement(self, *, by: Officer, text: str, at: datetime) -> Change:
        """What they agreed; it changes no status."""
        return self._change(at, events.AgreementNoted(at=at, actor_id=by.person_id, text=text))

    def agreement_kept(self, *, by: str, answer: str, at: datetime) -> Change:
        """Whether it is kept, days later; it changes no status, and may be long closed."""
        return self._change(at, events.AgreementKept(at=at, actor_id=by, answer=answer))

    def solved_elsewhere(self, *, at: datetime) -> Change:
        """The resident says that it is solved while another office has it: over. Raises NotAllowedNow."""
        status = self._next(Verb.SOLVED)
        ended = Disposition.SOLVED_BY_OTHER
        said = events.SolvedAnswered(at=at, actor_id=self.person_id, answer="yes")
        closed = events.ReportClosed(at=at, actor_id=self.person_id, disposition=ended.value)
        change = self._change(at, said, status=status, disposition=ended, closed_at=at, solved="yes")
        return replace(change, events=(said, closed))

    def close(self, *, by: Officer, disposition: Disposition, sentence: str, at: datetime) -> Change:
        """It ended, with one sentence for the resident. Raises NotYours, NotAllowedNow."""
        status = self._decided_by(by, Verb.CLOSE)
        event = events.ReportClosed(
            at=at, actor_id=by.person_id, disposition=disposition.value, sentence=sentence
        )
        return self._change(at, event, status=status, disposition=disposition, closed_at=at, solved=None)

    def withdraw(self, *, at: datetime) -> Change:
        """The resident gives it up. Raises NotAllowedNow."""
        status = self._next(Verb.WITHDRAW)
        event = events.ReportWithdrawn(at=at, actor_id=self.person_id)
        return self._change(at, event, status=status, disposition=Disposition.WITHDRAWN, closed_at=at)

    def say_solved(self, *, answer: str, at: datetime) -> Change:
        """What the resident says of the outcome (yes, no, unsure); "no" is followed by `reopen`."""
        event = events.SolvedAnswered(at=at, actor_id=self.person_id, answer=answer)
        return self._change(at, event, solved=answer)

    def reopen(self, *, at: datetime, reason: str = "") -> Change:
        """Not over: received again, of nobody. Raises TooLate after 30 days, NotAllowedNow."""
        status = self._next(Verb.REOPEN)
        if self.closed_at is not None and at - self.closed_at > REOPEN_WITHIN:
            raise TooLate
        event = events.ReportReopened(at=at, actor_id=self.person_id, reason=reason)
        return self._change(at, event, status=status, disposition=None, handler_id=None, closed_at=None)

    def hold(self, *, why: str, at: datetime) -> Change:
        """Nobody is alerted before a supervisor looked."""
        return self._change(at, events.ReportHeld(at=at, why=why))

    def let_through(self, *, by: Officer, at: datetime) -> Change:
        """A supervisor lets the sector know. Raises NotYours, NotAllowedNow."""
        if by.role is not Role.SUPERVISOR and not self.listed:
            raise NotYours
        if self.status is not Status.RECEIVED:
            raise NotAllowedNow(self.status, "let_through")
        return self._change(at, events.ReportLetThrough(at=at, actor_id=by.person_id))

    def _next(self, verb: Verb) -> Status:
        """Where the table leads. Raises NotAllowedNow."""
        try:
            return ALLOWED[self.status, verb]
        except KeyError:
            raise NotAllowedNow(self.status, verb) from None

    def _decided_by(self, by: Officer, verb: Verb) -> Status:
        status = self._next(verb)
        if by.role is not Role.SUPERVISOR:
            if (self.status, verb) in _SUPERVISOR_ONLY:
                raise NotYours
            self._require_handler(by)
        return status

    def _require_handler(self, by: Officer) -> None:
        if self.handler_id != by.person_id and by.role is not Role.SUPERVISOR:
            raise NotYours

    def _change(self, at: datetime, event: Event, **fields: object) -> Change:
        changed = replace(self, updated_at=at, version=self.version + 1, **fields)  # type: ignore[arg-type]
        return Change(report=changed, events=(event,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a verb did: the report as it is now, and what happened."""

    report: Report
    events: tuple[Event, ...]
