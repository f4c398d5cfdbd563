"""Deadlines and promises: how long each thing may take, and who hears when it takes longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from bot.domain.concern import ConcernKind, Priority
from bot.domain.promise import Rules
from bot.domain.referral import ReferralRules
from bot.domain.rotation import Rules as RoundRules


class Hearer(StrEnum):
    """Who hears at a step of a ladder; in the ladder of a named list, always people of that list."""

    NEXT_OFFICER = "next_officer"
    SUPERVISOR = "supervisor"
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class LadderStep:
    """So long after the alert, if nobody took the report, these hear too."""

    after: timedelta
    who: Hearer


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who is alerted next while nobody answers; its steps stand in the order of time."""

    steps: tuple[LadderStep, ...]

    def step_at(self, number: int, alerted_at: datetime) -> tuple[datetime, LadderStep] | None:
        """When the step of that number (from 0) is due; None: the ladder has ended."""
        if number >= len(self.steps):
            return None
        step = self.steps[number]
        return alerted_at + step.after, step


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHours:
    """Days of the week (Monday is 0) and the hours between which something is open; may pass midnight."""

    days: tuple[int, ...]
    opens: time
    closes: time

    def hold(self, local: datetime) -> bool:
        """Is that local moment inside?"""
        now = local.time()
        if self.opens <= self.closes:
            return local.weekday() in self.days and self.opens <= now < self.closes
        yesterday = (local.weekday() - 1) % 7
        return (local.weekday() in self.days and now >= self.opens) or (
            yesterday in self.days and now < self.closes
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyHours:
    """How long a shift that an officer starts with one tap lasts."""

    handovers: tuple[time, ...] = ()  # local hours at which shifts change
    shortest: timedelta = timedelta(hours=2)  # a handover nearer than this belongs to the shift before
    length: timedelta = timedelta(hours=12)  # when there are no handover hours
    warn_before: timedelta = timedelta(minutes=30)
    sign_within: timedelta = timedelta(hours=2)  # a hand-over that nobody received by then is told above
    early: timedelta = timedelta(hours=2)  # how long before its hour a shift of the roster is proposed
    absent_after: timedelta = timedelta(
        minutes=20
    )  # a shift of the roster that nobody began by then is told above
    longest_pause: timedelta = timedelta(hours=1)  # after this alerts come again by themselves

    def ends_at(self, starts_at: datetime) -> datetime:
        """The end of a shift begun at a local moment: the first handover far enough, else its length."""
        days = (starts_at.date() + timedelta(days=d) for d in range(3))
        ends = sorted(
            datetime.combine(day, hour, starts_at.tzinfo) for day in days for hour in self.handovers
        )
        earliest = starts_at + self.shortest
        return next((end for end in ends if end >= earliest), starts_at + self.length)


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanDesk:
    """Where "Hablar con una persona" leads."""

    hours: tuple[OpenHours, ...] = ()
    hours_text: str = ""  # as residents read it
    phone: str = ""  # institutional; for when nobody is there
    usual_wait: timedelta = timedelta(minutes=15)

    def open_at(self, local: datetime) -> bool:
        """Is somebody there at that local moment?"""
        return any(hours.hold(local) for hours in self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is taken as usual; beyond it the bot says so, loses nothing, and a person looks first. 0: no limit."""

    messages_a_minute: int = 20  # of one person
    files_an_hour: int = 20
    reports_an_hour: int = 3
    reports_a_day: int = 10
    reports_an_hour_in_all: int = 1000  # of everybody together
    acts_an_hour: int = 120  # of one officer
    wrong_folios: int = 5
    review_within: timedelta = timedelta(hours=4)  # supervisors are reminded of what was kept back
    longest_pause: timedelta = timedelta(days=30)
    pin_tries: int = 5
    pin_remembered: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """The two promised moments of one report; None: nothing is promised."""

    claim_at: datetime | None
    close_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """Everything that is counted in time or in number, as the municipality decided it."""

    ladders: Mapping[Priority, Ladder]
    listed_ladders: Mapping[Priority, Ladder]  # of confidential kinds, inside their named list
    duty: DutyHours = DutyHours()
    desk: HumanDesk = HumanDesk()
    quiet: OpenHours | None = None  # nothing that can wait makes a sound
    question_expires: timedelta = timedelta(hours=24)
    draft_lives: timedelta = timedelta(days=7)
    reopen_within: timedelta = timedelta(days=30)
    promises: Rules = field(default_factory=Rules)
    referrals: ReferralRules = field(default_factory=ReferralRules)
    rounds: RoundRules = field(default_factory=RoundRules)
    remind_officer_after: timedelta = timedelta(hours=8)  # a claimed report without news
    outside_hours_text: str = ""  # what a resident hears when nobody is on duty
    first_heard: int = 0  # how many of the sector hear first of what can wait; 0: all of them
    danger_radius_m: int = 500  # how near other officers on duty hear of a danger
    limits: Limits = Limits()

    def ladder(self, priority: Priority, *, listed: bool = False) -> Ladder:
        """The ladder of a priority, of the sector's or of the named list's."""
        return (self.listed_ladders if listed else self.ladders)[priority]

    def quiet_at(self, local: datetime) -> bool:
        """Is that local moment within the quiet hours?"""
        return self.quiet is not None and self.quiet.hold(local)


def deadlines(kind: ConcernKind, opened_at: datetime) -> Deadlines:
    """What was promised for a report of that kind."""
    return Deadlines(
        claim_at=opened_at + kind.claim_within if kind.claim_within is not None else None,
        close_at=opened_at + kind.close_within if kind.close_within is not None else None,
    )
