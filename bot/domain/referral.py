"""What another office was asked about a report, and what it answered. The report stays ours to follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from bot.domain.errors import ReferralOver

DAY = timedelta(days=1)


class State(StrEnum):
    """What became of the question."""

    OPEN = "open"
    ANSWERED = "answered"  # the answer waits for somebody's OK before the resident hears it
    PASSED_ON = "passed_on"  # the resident heard it, where there is one
    KEPT = "kept"  # somebody of ours read it and did not pass it on
    SILENT = "silent"  # no answer in the time given
    DROPPED = "dropped"  # the report went on elsewhere before an answer came


class Outcome(StrEnum):
    """What the office says, besides its own words."""

    WILL_DO = "will_do"
    DONE = "done"
    NOT_OURS = "not_ours"
    OTHER = "other"

    @property
    def needs_words(self) -> bool:
        """Says nothing by itself."""
        return self in (Outcome.NOT_OURS, Outcome.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRules:
    """How the municipality chases other offices."""

    chase_after: tuple[timedelta, ...] = (3 * DAY, 7 * DAY, 14 * DAY)
    expires_after: timedelta = 30 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an office answered."""

    outcome: Outcome
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """One question to one office about one report."""

    id: str
    report_id: str
    office: str  # slug of the directory
    asked_by: str  # the officer or supervisor
    text: str  # what is asked and where, in the officer's own words; never the resident's
    state: State = State.OPEN
    answer: Answer | None = None
    asked_at: datetime
    expires_at: datetime

    def answered(self, answer: Answer) -> Referral:
        """The office answers. Raises ReferralOver when it did before, or nobody waits any more."""
        if self.state is not State.OPEN or answer.at >= self.expires_at:
            raise ReferralOver(self.state)
        return replace(self, state=State.ANSWERED, answer=answer)

    def passed_on(self) -> Referral:
        """The resident hears the answer. Raises ReferralOver."""
        return self._settled(State.ANSWERED, State.PASSED_ON)

    def kept(self) -> Referral:
        """The answer stays with us. Raises ReferralOver."""
        return self._settled(State.ANSWERED, State.KEPT)

    def silent(self) -> Referral:
        """Nothing came. Raises ReferralOver."""
        return self._settled(State.OPEN, State.SILENT)

    def dropped(self) -> Referral:
        """Nobody waits for an answer any more. Raises ReferralOver."""
        return self._settled(State.OPEN, State.DROPPED)

    def _settled(self, before: State, now: State) -> Referral:
        if self.state is not before:
            raise ReferralOver(self.state)
        return replace(self, state=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeScore:
    """How one office answers."""

    office: str
    sent: int
    answered: int
    open: int
    median_days: float | None  # from question to answer; None while nothing was answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the scoreboard reads of a referral."""

    office: str
    state: State
    asked_at: datetime
    answered_at: datetime | None


def scores(asked: Iterable[Asked]) -> Iterator[OfficeScore]:
    """A line for each office, the one that was asked most first; what was dropped counts for nobody."""
    counted = [one for one in asked if one.state is not State.DROPPED]
    offices = {one.office for one in counted}
    for office in sorted(offices, key=lambda name: (-sum(one.office == name for one in counted), name)):
        own = [one for one in counted if one.office == office]
        took = [(one.answered_at - one.asked_at) / DAY for one in own if one.answered_at is not None]
        yield OfficeScore(
            office=office,
            sent=len(own),
            answered=len(took),
            open=sum(one.state is State.OPEN for one in own),
            median_days=round(median(took), 1) if took else None,
        )
