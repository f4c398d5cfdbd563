"""What a report is about: its kind, how urgent, who may know."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum, StrEnum


class Priority(IntEnum):
    """P0 is danger now (911 first), P1 the same shift, P2 a day, P3 three days, P4 as agreed."""

    P0 = 0
    P1 = 1
    P2 = 2
    P3 = 3
    P4 = 4

    @property
    def urgent(self) -> bool:
        """Is the ladder counted in minutes and the sound on at night?"""
        return self <= Priority.P1


class Confidentiality(StrEnum):
    """Who may know (column id of the table of kinds)."""

    NORMAL = "normal"
    HANDLER_ONLY = "handler_only"  # the person is hidden from all but who attends
    LISTED = "listed"  # goes to a short named list and never leaves it


class Identity(StrEnum):
    """How much of themselves a resident lets the team know, chosen before sending."""

    NAMED = "named"
    CONFIDENTIAL = "confidential"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernKind:
    """One of the leaves of the municipality's table of kinds."""

    slug: str
    name: str  # shown, Spanish
    short: str  # at most 20 characters: a button, a row, a lock screen
    group: str  # the row of the first question under which it stands
    description: str = ""  # at most 72 characters
    emoji: str = ""
    priority: Priority = Priority.P3
    confidentiality: Confidentiality = Confidentiality.NORMAL
    named_list: str = ""  # of whom is told, when confidential
    asks_photo: bool = True
    offices: tuple[str, ...] = ()  # slugs of the directory that usually repair or judge this
    claim_within: timedelta | None = None  # target of the first human answer
    close_within: timedelta | None = None
    tips: tuple[str, ...] = ()
    name_en: str = ""
    short_en: str = ""
    radius_m: int = 150  # how near another report must be to be "the same"
    same_within: timedelta = timedelta(days=7)
    diary: bool = False  # it comes back: "volvió a pasar" in one tap, counted
    useful: tuple[tuple[str, str], ...] = ()  # what officers most ask back: button, question
    answers_checked: bool = False  # what another office answers waits for our OK before the resident hears it
    mediated: bool = False  # an officer may bring both sides to talk; never where there is violence
    high_risk: bool = False  # its exact place and files ask for the officer's PIN

    @property
    def listed(self) -> bool:
        """Confidential: only the named list hears of it and nothing is sent on our own motion."""
        return self.confidentiality is Confidentiality.LISTED

    @property
    def checks_answers(self) -> bool:
        """Does somebody of ours read another office's answer before the resident does?"""
        return self.answers_checked or self.confidentiality is not Confidentiality.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class KindGroup:
    """A row of the first question; a group with a single kind goes straight to it."""

    slug: str
    label: str  # at most 24 characters
    description: str = ""  # at most 72
    label_en: str = ""


@dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds and the rows they stand behind."""

    groups: tuple[KindGroup, ...]
    kinds: tuple[ConcernKind, ...]
    _by_slug: dict[str, ConcernKind] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_slug", {kind.slug: kind for kind in self.kinds})

    def get(self, slug: str) -> ConcernKind | None:
        """The kind of that slug, if the municipality has it."""
        return self._by_slug.get(slug)

    def __getitem__(self, slug: str) -> ConcernKind:
        return self._by_slug[slug]

    def under(self, group: str) -> tuple[ConcernKind, ...]:
        """The kinds behind one row."""
        return tuple(kind for kind in self.kinds if kind.group == group)
