"""What is dangerous about a place ("perro suelto", "escalera sin barandal"): who says so, why, who agreed, until when.

About places, never about people: a note that nobody of the command agreed to is shown to nobody, and each ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import NoteOver, NotPermitted
from bot.domain.roster import Officer, Role
from bot.domain.territory import Place

NEAR_M = 60.0  # of whom it warns: about a house and its neighbours
DAYS = (7, 30, 90)
LONGEST_TEXT, LONGEST_REASON = 80, 200


class SafetyState(StrEnum):
    """How far a note has come."""

    ASKED = "asked"
    VALID = "valid"
    REFUSED = "refused"
    OVER = "over"  # taken off before its time


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """What somebody wants to be said about a place."""

    text: str
    reason: str
    days: int
    place: Place

    @property
    def precise(self) -> bool:
        """Does it name a place, and not a whole colonia?"""
        return bool(self.place.colonia and (self.place.point or self.place.street))


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyNote:
    """A warning about a place: a point, or a street of a colonia as it was written."""

    id: str
    report_id: str | None  # None: not met with in a report
    author_id: str
    place: Place
    text: str
    reason: str
    made_at: datetime
    expires_at: datetime
    state: SafetyState = SafetyState.ASKED
    decided_by: str | None = None
    decided_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Is it shown at that moment?"""
        return self.state is SafetyState.VALID and at < self.expires_at

    def decide(self, *, by: Officer, agreed: bool, at: datetime) -> SafetyNote:
        """Somebody of the command says yes or no, and not to their own. Raises NotPermitted, NoteOver."""
        self._require_command(by)
        if by.person_id == self.author_id:
            raise NotPermitted
        if self.state is not SafetyState.ASKED or at >= self.expires_at:
            raise NoteOver
        state = SafetyState.VALID if agreed else SafetyState.REFUSED
        return replace(self, state=state, decided_by=by.person_id, decided_at=at)

    def take_off(self, *, by: Officer, at: datetime) -> SafetyNote:
        """It is not so any more. Raises NotPermitted, NoteOver."""
        self._require_command(by)
        if not self.holds(at):
            raise NoteOver
        return replace(self, state=SafetyState.OVER, decided_by=by.person_id, decided_at=at)

    def _require_command(self, by: Officer) -> None:
        if by.role is not Role.SUPERVISOR:
            raise NotPermitted
