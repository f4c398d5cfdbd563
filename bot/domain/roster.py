"""Who works here and who is on duty at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.territory import Point

SPOT_FRESH = timedelta(hours=1)  # who was there an hour ago is somewhere else


class Role(StrEnum):
    """What a person may do; deny by default."""

    RESIDENT = "resident"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"


class Mode(StrEnum):
    """How an officer gets about in a shift."""

    FOOT = "foot"
    CAR = "car"
    MOTORCYCLE = "motorcycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Somebody of the programme: an officer of a sector, or a supervisor of all of them."""

    person_id: str
    badge: str
    name: str  # as residents may hear it: "oficial Canul"
    role: Role = Role.OFFICER
    sectors: tuple[str, ...] = ()  # slugs; a supervisor hears all
    lists: tuple[str, ...] = ()  # confidential lists of which the person is part
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One officer on duty from a moment to another."""

    person_id: str
    sectors: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    mode: Mode | None = None  # None: nobody said
    paused_at: datetime | None = None  # since when no alert comes; what is in hand goes on
    spot: Point | None = None  # where the officer said they are, for the time of the shift
    spot_at: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Is the officer on duty at that moment?"""
        return self.starts_at <= at < (self.ended_at or self.ends_at)

    def spot_now(self, at: datetime) -> Point | None:
        """Where the officer is, as far as anybody said lately."""
        fresh = self.spot_at is not None and at - self.spot_at <= SPOT_FRESH
        return self.spot if fresh else None

    def hears(self, at: datetime) -> bool:
        """Do alerts reach the officer at that moment?"""
        return self.covers(at) and self.paused_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The officers and their shifts around one moment."""

    officers: tuple[Officer, ...]
    shifts: tuple[Shift, ...]

    def officer(self, person_id: str) -> Officer | None:
        """The officer with that id, if active."""
        return next((o for o in self.officers if o.person_id == person_id and o.active), None)

    def on_duty(self, at: datetime, sectors: tuple[str, ...] = ()) -> tuple[Officer, ...]:
        """Who is on duty, in one of the sectors if any is given, in the order their shifts began."""
        return self._of([s for s in self.shifts if s.covers(at)], sectors)

    def hearing(self, at: datetime, sectors: tuple[str, ...] = ()) -> tuple[Officer, ...]:
        """The same without who is on a pause: whom an alert reaches."""
        return self._of([s for s in self.shifts if s.hears(at)], sectors)

    def _of(self, shifts: list[Shift], sectors: tuple[str, ...]) -> tuple[Officer, ...]:
        ordered = sorted(shifts, key=lambda s: s.starts_at)
        wanted = [s for s in ordered if not sectors or set(sectors) & set(s.sectors)]
        found = (self.officer(shift.person_id) for shift in wanted)
        return tuple(dict.fromkeys(o for o in found if o is not None))

    def spots(self, at: datetime) -> dict[str, Point]:
        """Where each who is on duty said lately that they are, by person."""
        found = {s.person_id: s.spot_now(at) for s in self.shifts if s.covers(at)}
        return {person: spot for person, spot in found.items() if spot is not None}

    def supervisors(self) -> tuple[Officer, ...]:
        """Every active supervisor, on duty or not: nobody else answers when no one is."""
        return tuple(o for o in self.officers if o.role is Role.SUPERVISOR and o.active)

    def of_list(self, named_list: str) -> tuple[Officer, ...]:
        """The people of a confidential list, in the order of the roster."""
        return tuple(o for o in self.officers if named_list in o.lists and o.active)
