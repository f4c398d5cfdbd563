"""What the words of notices are made from: the facts of a notice, for whom and when, and what all of them say alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain import folio as folios
from bot.messages import Action, Attachment, AttachmentKind, Outgoing
from bot.texts import Texts
from handlers.here import Here
from handlers.speaker import button


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """For whom and when a notice is worded."""

    t: Texts
    here: Here
    at: datetime


Facts = Mapping[str, Any]
Word = Callable[[Moment, Facts], Outgoing]


def folio(facts: Facts) -> str:
    """The folio as people read it."""
    return folios.show(facts["folio"])


def at_of(moment: str) -> datetime:
    """A moment as facts keep it, in ISO format."""
    return datetime.fromisoformat(moment)


def officer(t: Texts, facts: Facts) -> str:
    """Who attends, or the team."""
    return str(facts.get("officer") or t("el equipo"))


def add_button(t: Texts, facts: Facts) -> tuple[Action, ...]:
    """Every update can be answered."""
    return (button(t("Agregar algo"), f"add.{facts['folio']}"),)


def case_button(t: Texts, facts: Facts) -> tuple[Action, ...]:
    """The case, for who may see it."""
    return (button(t("Ver caso"), f"case.{facts['folio']}"),)


def file(media_id: str, kind: str, content_type: str) -> Attachment:
    """A file of our own store on a card."""
    return Attachment(kind=AttachmentKind(kind), reference=media_id, content_type=content_type)
