"""What came in: the insert is the de-duplication. And what we could not handle: the dead letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import BindParameter, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.schema import dead_letter, inbox

if TYPE_CHECKING:
    from storage.store import Transaction

_VALUES: dict[str, BindParameter[Any]] = {
    column: bindparam(column) for column in ("key", "person_id", "received_at", "state", "raw")
}
# The new is told from the known by the count of rows; where the driver does not report it, by what is returned.
_INSERT_SQLITE = sqlite.insert(inbox).values(_VALUES).on_conflict_do_nothing(index_elements=["key"])
_INSERT_POSTGRES = (
    postgresql.insert(inbox)
    .values(_VALUES)
    .on_conflict_do_nothing(index_elements=["key"])
    .returning(inbox.c.id)
)
_DEAD = dead_letter.insert()
_MARK = update(inbox).where(inbox.c.key == bindparam("which")).values(state=bindparam("now"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """Something that we could not handle, kept whole."""

    id: str
    source: str
    source_key: str
    reason: str
    person_id: str | None
    raw: bytes
    first_seen_at: datetime


class Inbox:
    """Every event of every channel, once."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def new(self, key: str, person_id: str | None, raw: bytes, at: datetime) -> bool:
        """Note an event down; False when it was here before."""
        row = {
            "key": key,
            "person_id": person_id,
            "received_at": at,
            "state": "done",
            "raw": self._tx.sealer.seal("inbox", "raw", key, raw) if raw else None,
        }
        execute = self._tx.connection.execute
        if self._tx.connection.dialect.name == "postgresql":
            return execute(_INSERT_POSTGRES, row).scalar_one_or_none() is not None
        return bool(execute(_INSERT_SQLITE, row).rowcount)

    def bury(
        self, *, source: str, key: str, reason: str, raw: bytes, at: datetime, person_id: str | None = None
    ) -> str:
        """Set aside what could not be handled; returns the id that people may quote."""
        letter = uuid4().hex
        row = dict(
            id=letter,
            source=source,
            source_key=key,
            reason=reason,
            person_id=person_id,
            raw=self._tx.sealer.seal("dead_letter", "raw", letter, raw) if raw else None,
            first_seen_at=at,
            resolved_at=None,
        )
        self._tx.connection.execute(_DEAD, row)
        if source == "inbox":
            self._tx.connection.execute(_MARK, {"which": key, "now": "dead"})
        return letter

    def mark(self, key: str, state: str) -> None:
        """What became of an event: done, held, dead."""
        self._tx.connection.execute(_MARK, {"which": key, "now": state})

    def dead_letters(self) -> list[DeadLetter]:
        """Everything set aside and not yet resolved, oldest first."""
        waiting = (
            select(dead_letter)
            .where(dead_letter.c.resolved_at.is_(None))
            .order_by(dead_letter.c.first_seen_at)
        )
        return [self._letter(row._mapping) for row in self._tx.connection.execute(waiting).all()]

    def resolve(self, letter: str, at: datetime) -> bool:
        """A dead letter was dealt with; False when there is no such one."""
        statement = (
            update(dead_letter)
            .where(dead_letter.c.id == letter, dead_letter.c.resolved_at.is_(None))
            .values(resolved_at=at)
        )
        return bool(self._tx.connection.execute(statement).rowcount)

    def dig_up(self, letter: str, key: str, at: datetime) -> bool:
        """A dead letter is handled anew: resolved, and its event is as if it had not come. False: it was before."""
        if not self.resolve(letter, at):
            return False
        self._tx.connection.execute(delete(inbox).where(inbox.c.key == key, inbox.c.state == "dead"))
        return True

    def count(self) -> int:
        """How many events were received."""
        return int(self._tx.connection.execute(select(func.count()).select_from(inbox)).scalar_one())

    def forget_raw(self, before: datetime) -> int:
        """Drop the raw payloads received before a moment; what was done with them stays."""
        old = update(inbox).where(inbox.c.received_at < before, inbox.c.raw.is_not(None)).values(raw=None)
        return self._tx.connection.execute(old).rowcount

    def forget_keys(self, before: datetime) -> int:
        """Drop events too old for any provider to send again."""
        return self._tx.connection.execute(delete(inbox).where(inbox.c.received_at < before)).rowcount

    def _letter(self, row: object) -> DeadLetter:
        kept = dict(row)  # type: ignore[call-overload]  # a RowMapping
        sealed = kept.pop("raw")
        kept.pop("resolved_at")
        raw = self._tx.sealer.open("dead_letter", "raw", kept["id"], sealed) if sealed else b""
        return DeadLetter(**kept, raw=raw)
