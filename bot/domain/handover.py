"""What one shift leaves to the next: what moved, what is left, a note; signed by who comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.errors import AlreadySigned, NotYours

WAITS = timedelta(hours=24)  # a hand-over that nobody signed by then is history


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Written by the programme when a shift ends; the officer only adds the note."""

    id: str
    person_id: str
    sectors: tuple[str, ...]
    began_at: datetime
    at: datetime
    moved: Mapping[str, int] = field(default_factory=dict)  # kind of event -> reports
    left: tuple[str, ...] = ()  # folios still in the officer's hands; never confidential ones
    waiting: int = 0  # nobody's, in the sectors
    promised: int = 0  # promises of the sectors that fall due within a day
    note: str = ""
    media_id: str | None = None  # the note, spoken
    passes: bool = False  # the cases go to who signs
    received_by: str | None = None
    received_at: datetime | None = None

    @property
    def says_something(self) -> bool:
        """Is there anything to hand over?"""
        return bool(self.left or self.waiting or self.promised or self.note or self.media_id)

    def concerns(self, person_id: str, sectors: tuple[str, ...], at: datetime) -> bool:
        """Does it wait for this officer's signature?"""
        unsigned = self.received_by is None and self.person_id != person_id
        return unsigned and bool(set(self.sectors) & set(sectors)) and at - self.at < WAITS

    def leave(self, *, note: str, media_id: str | None, passes: bool) -> Handover:
        """The officer's words for who comes in. Raises AlreadySigned."""
        if self.received_by is not None:
            raise AlreadySigned
        return replace(self, note=note, media_id=media_id, passes=passes)

    def sign(self, by: str, at: datetime) -> Handover:
        """Recibido. Raises AlreadySigned, NotYours for one's own."""
        if self.received_by is not None:
            raise AlreadySigned
        if by == self.person_id:
            raise NotYours
        return replace(self, received_by=by, received_at=at)
