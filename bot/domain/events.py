"""What happened to a report, in the past tense. `facts()` is what the log seals, `of()` reads it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

E = TypeVar("E", bound="Event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened: when, and by whom (None: the programme itself)."""

    at: datetime
    actor_id: str | None = None

    @property
    def kind(self) -> str:
        """The name of the class."""
        return type(self).__name__

    def facts(self) -> dict[str, Any]:
        """Everything beyond when and who."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("at", "actor_id")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOpened(Event):
    """A resident told us something, or an officer noted it down for one: how urgent, and why."""

    priority: int | None = None
    reason: str = ""
    words: tuple[str, ...] = ()  # that spoke of danger


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportClaimed(Event):
    """An officer took it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReleased(Event):
    """Back to the sector, with the reason."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReassigned(Event):
    """A supervisor gave it to an officer."""

    to_id: str
    from_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAsked(Event):
    """The officer asks the resident back."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered(Event):
    """The resident answered."""

    text: str
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionExpired(Event):
    """No answer came in the time given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SomethingAdded(Event):
    """The resident told more on their own."""

    text: str
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HappenedAgain(Event):
    """The same once more: one tap, an entry of the diary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerOnTheWay(Event):
    """The officer said so; nobody else says it for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerArrived(Event):
    """The officer is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded(Event):
    """For the team only; the resident never sees it."""

    text: str
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOffered(Event):
    """Who attends it asks a colleague to take it over."""

    to_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDeclined(Event):
    """The colleague cannot: it stays where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceMeasured(Event):
    """How far from the reported point the officer stood; never where."""

    metres: int | None = None  # None: the report has no point
    leaving: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReferred(Event):
    """Handed to another office; still open, still ours to follow."""

    office: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeAnswered(Event):
    """The office to which it was referred answered; by its link, or somebody of ours noted it down."""

    office: str
    outcome: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPassedOn(Event):
    """The resident hears what the office answered."""

    office: str
    outcome: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportClosed(Event):
    """How it ended, and the officer's sentence for the resident."""

    disposition: str
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWithdrawn(Event):
    """The resident gives it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReopened(Event):
    """The resident says that it is not over."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvedAnswered(Event):
    """What the resident says about the outcome: yes, no, unsure."""

    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportOffered(Event):
    """A colleague goes along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportWanted(Event):
    """Who attends it calls for company."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourJoined(Event):
    """Somebody else says that it is the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportHandedOver(Event):
    """The neighbour for whom it was noted down follows it as their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTold(Event):
    """The resident said where, after the alert had gone out."""

    colonia: str
    street: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDeclined(Event):
    """An alerted officer cannot take it: the next in line hears of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportHeld(Event):
    """Beyond a limit, or of somebody on pause: kept for a supervisor, nobody was alerted."""

    why: str  # hour, day, all, paused


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLetThrough(Event):
    """A supervisor looked at it and let the sector know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediationHeard(Event):
    """Whether each of two neighbours wants to talk, with an officer between them."""

    reporter: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementNoted(Event):
    """What both agreed on, a line for each point."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementKept(Event):
    """Somebody says whether it is kept: yes, part, no."""

    answer: str


ANEW = (ReportClaimed, ReportReassigned, ReportReleased, ReportReopened)  # whoever has it now begins again


def since_anew(history: Sequence[Event]) -> Sequence[Event]:
    """What happened since the report waits, or is in these hands: from the last event that began it anew."""
    began = max((n for n, event in enumerate(history) if isinstance(event, ANEW)), default=0)
    return history[began:]


def last_since_anew(history: Sequence[Event], kind: type[E], actor_id: str | None) -> E | None:
    """The newest event of that kind and of that person in there."""
    found = (event for event in reversed(since_anew(history)) if isinstance(event, kind))
    return next((event for event in found if event.actor_id == actor_id), None)


KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        ReportOpened,
        ReportClaimed,
        ReportReleased,
        ReportReassigned,
        QuestionAsked,
        QuestionAnswered,
        QuestionExpired,
        SomethingAdded,
        HappenedAgain,
        OfficerOnTheWay,
        OfficerArrived,
        NoteAdded,
        TransferOffered,
        TransferDeclined,
        PlaceMeasured,
        ReportReferred,
        OfficeAnswered,
        AnswerPassedOn,
        ReportClosed,
        ReportWithdrawn,
        ReportReopened,
        SolvedAnswered,
        SupportOffered,
        SupportWanted,
        AlertDeclined,
        NeighbourJoined,
        ReportHandedOver,
        PlaceTold,
        ReportHeld,
        ReportLetThrough,
        MediationHeard,
        AgreementNoted,
        AgreementKept,
    )
}


def of(kind: str, at: datetime, actor_id: str | None, facts: dict[str, Any]) -> Event:
    """The event that was written down."""
    known = {key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()}
    return KINDS[kind](at=at, actor_id=actor_id, **known)
