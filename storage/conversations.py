"""Running talks: flow, arguments, raw answers, expiry. One active at a time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import RowMapping, bindparam, delete, select, update

from storage.schema import conversation

if TYPE_CHECKING:
    from storage.store import Transaction


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A talk that waits for its next reply."""

    id: str
    person_id: str
    flow: str
    version: int
    active: bool
    asked: str
    arguments: dict[str, Any]
    answers: dict[str, Any]
    started_at: datetime
    touched_at: datetime
    expires_at: datetime
    nudged_at: datetime | None = None


_OF_PERSON = select(conversation).where(conversation.c.person_id == bindparam("person_id"))
_INSERT = conversation.insert()
_UPDATE = (
    update(conversation)
    .where(conversation.c.id == bindparam("which"))
    .values(
        version=bindparam("n"),
        active=bindparam("on"),
        asked=bindparam("question"),
        answers=bindparam("sealed"),
        touched_at=bindparam("moment"),
        expires_at=bindparam("until"),
    )
)
_TOLD = (
    update(conversation).where(conversation.c.id == bindparam("which")).values(arguments=bindparam("sealed"))
)
_DELETE = delete(conversation).where(conversation.c.id == bindparam("which"))
_PARK = (
    update(conversation)
    .where(conversation.c.person_id == bindparam("who"), conversation.c.active)
    .values(active=False)
)
_EXPIRED = select(conversation).where(conversation.c.expires_at <= bindparam("moment")).limit(100)


class Conversations:
    """The table of running talks."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def of(self, person_id: str) -> list[Conversation]:
        """All talks of a person, the active one first."""
        rows = self._tx.connection.execute(_OF_PERSON, {"person_id": person_id}).mappings().all()
        found = [self._read(row) for row in rows]
        return sorted(found, key=lambda talk: (not talk.active, talk.touched_at))

    def start(self, talk: Conversation) -> None:
        """Begin a talk."""
        row = dict(
            id=talk.id,
            person_id=talk.person_id,
            flow=talk.flow,
            version=talk.version,
            active=talk.active,
            asked=talk.asked,
            arguments=self._seal("arguments", talk.id, talk.arguments),
            answers=self._seal("answers", talk.id, talk.answers),
            started_at=talk.started_at,
            touched_at=talk.touched_at,
            expires_at=talk.expires_at,
            nudged_at=None,
        )
        self._tx.connection.execute(_INSERT, row)

    def save(self, talk: Conversation) -> None:
        """Keep where a talk stands now."""
        new = {
            "which": talk.id,
            "n": talk.version,
            "on": talk.active,
            "question": talk.asked,
            "sealed": self._seal("answers", talk.id, talk.answers),
            "moment": talk.touched_at,
            "until": talk.expires_at,
        }
        self._tx.connection.execute(_UPDATE, new)

    def told(self, talk: Conversation) -> None:
        """Keep what a talk begins with, when more of it was told."""
        sealed = self._seal("arguments", talk.id, talk.arguments)
        self._tx.connection.execute(_TOLD, {"which": talk.id, "sealed": sealed})

    def end(self, conversation_id: str) -> None:
        """Finished, cancelled or expired: nothing of it stays."""
        self._tx.connection.execute(_DELETE, {"which": conversation_id})

    def park(self, person_id: str) -> None:
        """Lay the active talk aside; it is resumed when the person wants."""
        self._tx.connection.execute(_PARK, {"who": person_id})

    def expired(self, at: datetime) -> list[Conversation]:
        """Talks whose days are over."""
        rows = self._tx.connection.execute(_EXPIRED, {"moment": at}).mappings().all()
        return [self._read(row) for row in rows]

    def to_nudge(self, before: datetime) -> list[Conversation]:
        """Talks in which nothing was said since a moment and nobody was reminded."""
        quiet = (
            select(conversation)
            .where(conversation.c.touched_at <= before, conversation.c.nudged_at.is_(None))
            .limit(100)
        )
        return [self._read(row) for row in self._tx.connection.execute(quiet).mappings().all()]

    def nudged(self, conversation_id: str, at: datetime) -> None:
        """The person was reminded, once."""
        statement = update(conversation).where(conversation.c.id == conversation_id).values(nudged_at=at)
        self._tx.connection.execute(statement)

    def _seal(self, column: str, talk: str, value: Any) -> bytes:
        return self._tx.sealer.seal_json("conversation", column, talk, value)

    def _read(self, row: RowMapping) -> Conversation:
        kept = dict(row)
        for column in ("arguments", "answers"):
            kept[column] = self._tx.sealer.open_json("conversation", column, kept["id"], kept[column])
        return Conversation(**kept)
