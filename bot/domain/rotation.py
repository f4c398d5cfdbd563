"""The week's rounds by colonia: which ones are due, and why. A person decides; this only proposes.

The points are few and said aloud, so that anybody can argue with them: a week without a visit is one, a neighbour
who asked is two, an open concern is one; each has a ceiling, so that no colonia is walked for one reason alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

DAYS_A_WEEK = 7
MOST_WEEKS, MOST_ASKED, MOST_OPEN = 8, 5, 5
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How many rounds a week are proposed, and when those who asked are told."""

    a_week: int = 5  # of each sector
    tell_at: time = time(18)  # the day before, local
    after_at: time = time(10)  # the day after, local


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What speaks for walking a colonia."""

    colonia: str
    days: int | None  # since the last round; None: never
    asked: int  # people who asked for one
    open: int  # concerns that are open there, without the confidential ones

    @property
    def points(self) -> int:
        """How much, in all."""
        weeks = MOST_WEEKS if self.days is None else min(self.days // DAYS_A_WEEK, MOST_WEEKS)
        return weeks + 2 * min(self.asked, MOST_ASKED) + min(self.open, MOST_OPEN)


def ranked(needs: Iterable[Need]) -> list[Need]:
    """Those that need it most first; of equals the one that waits longest, then by name."""
    return sorted(needs, key=lambda n: (-n.points, -(10_000 if n.days is None else n.days), n.colonia))


def coming_days(at: datetime, zone: tzinfo) -> list[date]:
    """The seven days from tomorrow on."""
    today = at.astimezone(zone).date()
    return [today + A_DAY * n for n in range(1, DAYS_A_WEEK + 1)]


def moment(day: date, hour: time, zone: tzinfo) -> datetime:
    """That hour of that day."""
    return datetime.combine(day, hour, zone)


class State(StrEnum):
    """How far a planned round has come."""

    PLANNED = "planned"
    WALKED = "walked"
    MISSED = "missed"
    DROPPED = "dropped"  # another plan took its place


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWalk:
    """One round of the week's plan."""

    id: str
    sector: str
    colonia: str
    day: date
    planned_by: str
    planned_at: datetime
    state: State = State.PLANNED

    def settle(self, state: State) -> PlannedWalk:
        """What became of it."""
        return replace(self, state=state)
