"""What somebody of the team said they would do, with an hour or a day in it: kept, late, called off or broken.

Only a person makes a promise and only a person says that it was kept; that it lapsed the clock says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.errors import PastMoment, PromiseOver, TooFarAhead

WHOLE_DAY = timedelta(hours=18)  # "mañana": the reminder comes in the morning, not at midnight
MORNING = timedelta(hours=8)


class State(StrEnum):
    """What became of it."""

    OPEN = "open"
    KEPT = "kept"
    LATE = "late"  # kept, after it had lapsed
    CALLED_OFF = "called_off"  # said in time that it would not be
    BROKEN = "broken"
    DROPPED = "dropped"  # the resident gave the report up: nobody waits for it

    @property
    def counts(self) -> bool:
        """Does it stand in the kept rate?"""
        return self not in (State.OPEN, State.DROPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When something is to happen: by a moment, perhaps not before another."""

    starts_at: datetime | None
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How the municipality times promises."""

    remind_before: timedelta = timedelta(hours=1)
    grace: timedelta = timedelta(minutes=30)  # after the moment, before it counts as broken
    furthest: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Somebody's word about one report."""

    id: str
    report_id: str
    owner_id: str
    sector: str  # "" when the report has none
    text: str  # as the resident read it
    window: Window
    state: State = State.OPEN
    moved: int = 0
    made_at: datetime
    settled_at: datetime | None = None

    def remind_at(self, rules: Rules) -> datetime:
        """When its owner hears of it: before it begins; of a whole day, in its morning."""
        starts_at, due_at = self.window.starts_at, self.window.due_at
        if starts_at is None:
            return due_at - rules.remind_before
        if due_at - starts_at >= WHOLE_DAY:
            return min(starts_at + MORNING, due_at - rules.remind_before)
        return starts_at - rules.remind_before

    def lapses_at(self, rules: Rules) -> datetime:
        """From when on it counts as broken."""
        return self.window.due_at + rules.grace

    def keep(self, at: datetime) -> Promise:
        """It was done. Raises PromiseOver when that was said before, or it was called off."""
        if self.state not in (State.OPEN, State.BROKEN):
            raise PromiseOver(self.state)
        return self._settled(State.KEPT if self.state is State.OPEN else State.LATE, at)

    def call_off(self, at: datetime) -> Promise:
        """It will not be, said before it lapsed. Raises PromiseOver."""
        self._require_open()
        return self._settled(State.CALLED_OFF, at)

    def lapse(self, at: datetime) -> Promise:
        """Nobody said that it was kept. Raises PromiseOver."""
        self._require_open()
        return self._settled(State.BROKEN, at)

    def drop(self, at: datetime) -> Promise:
        """Nobody waits for it any more. Raises PromiseOver."""
        self._require_open()
        return self._settled(State.DROPPED, at)

    def move(self, window: Window, at: datetime, rules: Rules) -> Promise:
        """Another time, before it lapsed. Raises PromiseOver, PastMoment, TooFarAhead."""
        self._require_open()
        require_ahead(window, at, rules)
        return replace(self, window=window, moved=self.moved + 1)

    def _require_open(self) -> None:
        if self.state is not State.OPEN:
            raise PromiseOver(self.state)

    def _settled(self, state: State, at: datetime) -> Promise:
        return replace(self, state=state, settled_at=at)


def require_ahead(window: Window, at: datetime, rules: Rules) -> None:
    """A promise lies ahead, and not out of sight. Raises PastMoment, TooFarAhead."""
    if window.due_at <= at:
        raise PastMoment
    if window.due_at - at > rules.furthest:
        raise TooFarAhead(rules.furthest.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How many promises that fell due were kept in time."""

    kept: int = 0
    late: int = 0
    called_off: int = 0
    broken: int = 0

    @property
    def due(self) -> int:
        """How many there were."""
        return self.kept + self.late + self.called_off + self.broken

    @property
    def percent(self) -> int | None:
        """Kept in time, of a hundred; None when nothing fell due."""
        return round(100 * self.kept / self.due) if self.due else None


def tally(states: Iterable[State]) -> Kept:
    """Count what became of some promises; open and dropped ones say nothing yet."""
    counted = [state.value for state in states if state.counts]
    return Kept(**{state.value: counted.count(state.value) for state in State if state.counts})
