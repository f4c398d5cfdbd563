"""The one table of what falls due: obligations, ends of shifts, questions, follow-ups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Integer, bindparam, delete, func, select, update

from storage.schema import due
from storage.upsert import Upsert

if TYPE_CHECKING:
    from storage.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """Something to be done at a moment."""

    id: int
    kind: str
    subject: str
    level: int
    due_at: datetime
    attempts: int


_KEY = (due.c.kind == bindparam("what"), due.c.subject == bindparam("whose"))
_SET = Upsert(due, ["kind", "subject"], ["level", "due_at", "attempts"])
_DELETE = delete(due).where(*_KEY)
_ARRIVED = (
    select(due)
    .where(due.c.due_at <= bindparam("moment"))
    .order_by(due.c.due_at, due.c.id)
    .limit(bindparam("most"))
)
_ONE = select(due).where(*_KEY)
_LATER = (
    update(due)
    .where(due.c.id == bindparam("which"))
    .values(due_at=bindparam("moment"), attempts=due.c.attempts + bindparam("tries", type_=Integer))
)


class Due:
    """What falls due, at most one of a kind for a subject."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def set(self, kind: str, subject: str, at: datetime, level: int = 0) -> None:
        """Something falls due then; what was set before for the same subject is replaced."""
        row = dict(kind=kind, subject=subject, level=level, due_at=at, attempts=0)
        _SET.run(self._tx.connection, row)

    def clear(self, kind: str, subject: str) -> bool:
        """It is done, or no longer wanted; False when nothing was due."""
        key = {"what": kind, "whose": subject}
        return bool(self._tx.connection.execute(_DELETE, key).rowcount)

    def get(self, kind: str, subject: str) -> DueItem | None:
        """What is due of that kind for a subject."""
        row = self._tx.connection.execute(_ONE, {"what": kind, "whose": subject}).mappings().one_or_none()
        return None if row is None else DueItem(**row)

    def arrived(self, at: datetime, most: int = 100) -> list[DueItem]:
        """What is due at a moment, the oldest first."""
        rows = self._tx.connection.execute(_ARRIVED, {"moment": at, "most": most}).mappings().all()
        return [DueItem(**row) for row in rows]

    def next_at(self) -> datetime | None:
        """When the next thing falls due."""
        first: datetime | None = self._tx.connection.execute(select(func.min(due.c.due_at))).scalar_one()
        return first

    def put_off(self, item: DueItem, until: datetime, *, failed: bool = True) -> None:
        """Again later; `failed` counts as a try."""
        self._tx.connection.execute(_LATER, {"which": item.id, "moment": until, "tries": int(failed)})

    def of_kind(self, kind: str) -> list[DueItem]:
        """Everything of a kind, the oldest first."""
        statement = select(due).where(due.c.kind == kind).order_by(due.c.due_at)
        return [DueItem(**row) for row in self._tx.connection.execute(statement).mappings().all()]

    def overdue(self, kind: str, at: datetime) -> list[DueItem]:
        """Everything of a kind whose moment has passed."""
        statement = select(due).where(due.c.kind == kind, due.c.due_at <= at).order_by(due.c.due_at)
        rows = self._tx.connection.execute(statement).mappings().all()
        return [DueItem(**row) for row in rows]
