"""Who speaks in this turn, and the way to answer them. Everything said leaves through the outbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.errors import NotPermitted
from bot.domain.notices import Lane, Notice
from bot.domain.roster import Officer, Role
from bot.messages import Action, Inbound, Outgoing
from bot.questions import MediaRef, Reply
from bot.texts import Texts
from bot.triage import Understanding
from handlers.here import Here
from storage.people import Person
from storage.store import Transaction


@dataclass(slots=True, kw_only=True)
class Speaker:
    """One turn of one person, inside one unit of work."""

    tx: Transaction
    here: Here
    person: Person
    officer: Officer | None  # when the person is active staff
    inbound: Inbound
    understood: Understanding | None
    at: datetime
    media: tuple[MediaRef, ...] = ()
    let_in: bool = False  # a message that was kept back, and that a supervisor lets in
    news: int = 0  # messages that waited for this person to write and go out now
    said: int = field(default=0, init=False)
    kept_back: bool = field(default=False, init=False)  # beyond a limit: not handled yet

    @property
    def t(self) -> Texts:
        """Texts in the person's language."""
        return self.here.t(self.person.locale)

    @property
    def role(self) -> Role:
        """What the person is at this moment; a revoked officer is a resident."""
        return self.officer.role if self.officer else Role.RESIDENT

    @property
    def me(self) -> Officer:
        """The person as active staff. Raises NotPermitted."""
        if self.officer is None:
            raise NotPermitted
        return self.officer

    @property
    def reply(self) -> Reply:
        """What the person said, as a question reads it."""
        return Reply(
            text=self.inbound.text,
            point=self.inbound.point,
            place_name=self.inbound.place_name,
            media=self.media,
            at=self.at,
        )

    def say(self, *lines: str, **card: Any) -> None:
        """Answer with a card of these lines."""
        self.show(Outgoing(lines=lines, **card))

    def show(self, card: Outgoing, *, due_at: datetime | None = None, name: str | None = None) -> None:
        """Answer with a card; the first answer to a tap also stops its spinner."""
        if self.inbound.tap_id and not self.said:
            card = card.with_(tap_id=self.inbound.tap_id)
        self.said += 1
        notice = Notice(
            person_id=self.person.id,
            name="say",
            facts=card.as_dict(),
            lane=Lane.REPLY,
            card=name,
            due_at=due_at,
        )
        self.tx.outbox.put([notice], self.at)


def button(label: str, token: str, style: str = "", description: str = "") -> Action:
    """A button."""
    return Action(label=label, token=token, style=style, description=description)
