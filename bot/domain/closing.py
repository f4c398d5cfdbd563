"""Ready sentences for closing: what officers write most, by kind, as the municipality worded it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.report import Disposition

MOST = 4  # beside the six endings a list of ten rows holds no more


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence for the resident, how the report ends with it, and the button that says it."""

    label: str  # at most 20 characters
    text: str
    ending: Disposition = Disposition.ATTENDED


@dataclass(frozen=True, slots=True)
class Phrases:
    """The sentences of each kind, and those that fit any."""

    general: tuple[Phrase, ...] = ()
    by_kind: Mapping[str, tuple[Phrase, ...]] = field(default_factory=dict)

    def of(self, kind: str) -> tuple[Phrase, ...]:
        """What is offered for a report of that kind, its own first; at most four."""
        return (*self.by_kind.get(kind, ()), *self.general)[:MOST]

    def ending(self, kind: str, ending: Disposition) -> Phrase | None:
        """The first sentence that ends a report of that kind so."""
        every = (*self.by_kind.get(kind, ()), *self.general)
        return next((phrase for phrase in every if phrase.ending is ending), None)
