"""What the report talk ends with: a draft that the resident confirmed, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.domain.concern import Identity
from bot.domain.territory import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the resident confirmed."""

    kind: str
    place: Place
    text: str
    when: str = ""
    answers: tuple[tuple[str, str], ...] = ()  # follow-up question and answer, as the team reads them
    chosen: dict[str, str] = field(default_factory=dict)  # question slug -> option slug: priority
    identity: Identity = Identity.CONFIDENTIAL
    name: str = ""
    media: tuple[str, ...] = ()
    danger: tuple[str, ...] = ()  # words that speak of danger now
    named_list: str = ""  # when an answer made it confidential
    also: tuple[tuple[str, str], ...] = ()  # what else was mentioned: kind, its own words
    joins: str = ""  # folio of the report nearby that is the same


@dataclass(frozen=True, slots=True)
class Stopped:
    """The talk ended without a report."""

    notice: str  # consent_refused, outside, discarded, other_time
    about: str = ""
