"""Patrol visits that somebody asked for: at hours nobody can foresee, long enough to be seen, with a receipt.

Stays of 10 to 16 minutes and then leaving: Koper (1995), on the time a visible presence goes on working. The hour is
drawn inside the window; it is told to the shift when it comes, and to the resident only afterwards.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from bot.domain.errors import NotAllowedNow, PastMoment

SHORTEST_STAY, LONGEST_STAY = 10, 16  # minutes
MOST_DAYS = 14
A_DAY = timedelta(days=1)

Chance = Callable[[int], int]  # a number from 0 to below the one given


class VisitState(StrEnum):
    """How far a visit has come."""

    PLANNED = "planned"
    CALLED = "called"  # its hour came and the shift was told
    ARRIVED = "arrived"
    DONE = "done"
    MISSED = "missed"
    CANCELLED = "cancelled"

    @property
    def ahead(self) -> bool:
        """May it still be made?"""
        return self in (VisitState.PLANNED, VisitState.CALLED)


@dataclass(frozen=True, slots=True)
class DayPart:
    """The hours that worry somebody; may end at midnight, never passes it."""

    opens: time
    closes: time  # 00:00 is the end of the day

    def on(self, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
        """Its two ends on a day."""
        closes = datetime.combine(day, self.closes, zone)
        return datetime.combine(day, self.opens, zone), closes if self.closes > self.opens else closes + A_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One time that a patrol goes by."""

    id: str
    report_id: str
    sector: str
    planned_by: str
    planned_at: datetime
    closes_at: datetime  # by then it was made or missed
    stay: int  # minutes asked
    state: VisitState = VisitState.PLANNED
    officer_id: str | None = None
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    metres: int | None = None  # from the point asked for, where the officer shared theirs

    def call(self) -> Visit:
        """Its hour came."""
        self._require(VisitState.PLANNED)
        return replace(self, state=VisitState.CALLED)

    def arrive(self, by: str, at: datetime) -> Visit:
        """Somebody is there. Raises NotAllowedNow when it was made, missed or cancelled."""
        if not self.state.ahead:
            raise NotAllowedNow(self.state, "arrive")
        return replace(self, state=VisitState.ARRIVED, officer_id=by, arrived_at=at)

    def leave(self, at: datetime | None) -> Visit:
        """It is over; None: nobody said when. Raises NotAllowedNow."""
        self._require(VisitState.ARRIVED)
        return replace(self, state=VisitState.DONE, left_at=at)

    def miss(self) -> Visit:
        """The hours went by. Raises NotAllowedNow."""
        if not self.state.ahead:
            raise NotAllowedNow(self.state, "miss")
        return replace(self, state=VisitState.MISSED)

    def cancel(self) -> Visit:
        """Nobody wants it any more. Raises NotAllowedNow."""
        if not self.state.ahead:
            raise NotAllowedNow(self.state, "cancel")
        return replace(self, state=VisitState.CANCELLED)

    def measured(self, metres: int) -> Visit:
        """How far from the point the officer stood."""
        return replace(self, metres=metres)

    def _require(self, state: VisitState) -> None:
        if self.state is not state:
            raise NotAllowedNow(self.state, "visit")


def plan(
    *, part: DayPart, days: int, at: datetime, zone: tzinfo, chance: Chance
) -> list[tuple[datetime, datetime, int]]:
    """A moment a day, drawn inside the hours; with the end of the hours, and the minutes to stay.

    Today counts when there is still room for the longest stay. Raises PastMoment for no days at all.
    """
    if not 1 <= days <= MOST_DAYS:
        raise PastMoment
    drawn: list[tuple[datetime, datetime, int]] = []
    day = at.astimezone(zone).date()
    while len(drawn) < days:
        opens, closes = part.on(day, zone)
        latest = closes - timedelta(minutes=LONGEST_STAY)
        earliest = max(opens, at.astimezone(zone))
        if earliest < latest:
            room = int((latest - earliest) / timedelta(minutes=1))
            moment = earliest + timedelta(minutes=chance(max(1, room)))
            stay = SHORTEST_STAY + chance(LONGEST_STAY - SHORTEST_STAY + 1)
            drawn.append((moment, closes, stay))
        day += A_DAY
    return drawn


EMPTY_HOUSE = re.compile(
    r"\b(?:casas? (?:esta|estaba|estara|sigue|se queda|quedo)?\s*(?:sola|vacia|deshabitada|abandonada)"
    r"|(?:no hay|no habia|no esta|no estaba|no estan|no estaban) (?:nadie )?(?:en (?:la |su )?casa|adentro)"
    r"|de viaje|de vacaciones|fuera de la ciudad|sin nadie|nadie adentro|nadie en casa)\b"
)


def tells_of_an_empty_house(text: str) -> bool:
    """Nothing that we send ever says that a house is empty: the message may be read over a shoulder."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return EMPTY_HOUSE.search(" ".join(plain.split())) is not None
