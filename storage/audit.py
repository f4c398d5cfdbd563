"""The audit: decisions about staff and reads of sensitive things, without content, each line chained to the last.

A line's mark is an HMAC, with a key outside the database, over the mark before it and the whole line. An edited,
removed or swapped line shows; lines cut off at the end show against a head that was noted elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Row, bindparam, select

from storage.schema import EPOCH, MICROSECOND, audit
from storage.turns import take_turn

if TYPE_CHECKING:
    from storage.store import Transaction

_LAST = select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1)
_ALL = select(audit).order_by(audit.c.id)
_INSERT = audit.insert()
_NEWEST = select(audit).order_by(audit.c.id.desc()).limit(bindparam("most"))


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends: how many lines, and the mark of the last one."""

    lines: int
    mark: str

    def __str__(self) -> str:
        return f"{self.lines}:{self.mark}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Who did or read what, and when."""

    id: int
    at: datetime
    actor_id: str | None  # None: the command line, or the programme itself
    action: str
    subject: str


class BrokenChain(Exception):
    """A line is not as it was written, or is missing."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


class Audit:
    """The table of the audit; it is only ever added to."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, action: str, subject: str, actor: str | None, at: datetime) -> None:
        """One line more, chained to the one before; across replicas one at a time."""
        take_turn(self._tx.connection, "audit")
        last = self._tx.connection.execute(_LAST).one_or_none()
        number, before = (last.id + 1, bytes(last.hash)) if last is not None else (1, b"")
        mark = self._mark(before, number, at, actor, action, subject)
        row = dict(id=number, at=at, actor_id=actor, action=action, subject=subject, hash=mark)
        self._tx.connection.execute(_INSERT, row)

    def head(self) -> Head:
        """The end of the chain, to be noted elsewhere."""
        last = self._tx.connection.execute(_LAST).one_or_none()
        return Head(0, "") if last is None else _head_of(last.id, last.hash)

    def verify(self, noted: Head | None = None) -> Head:
        """Recompute every mark; `noted` is a head that must still stand in the chain. Raises BrokenChain."""
        before, number, missing = b"", 0, noted
        for row in self._tx.connection.execute(_ALL):
            number += 1
            mark = self._mark(before, number, row.at, row.actor_id, row.action, row.subject)
            if row.id != number or mark != bytes(row.hash):
                raise BrokenChain(number)
            before = mark
            if missing is not None and _head_of(number, mark) == missing:
                missing = None
        if missing is not None and missing.lines > 0:
            raise BrokenChain(min(missing.lines, number + 1))
        return _head_of(number, before)

    def newest(self, most: int) -> list[Line]:
        """The newest lines first."""
        rows = self._tx.connection.execute(_NEWEST, {"most": most}).all()
        return [_line(row) for row in rows]

    def _mark(
        self, before: bytes, number: int, at: datetime, actor: str | None, action: str, subject: str
    ) -> bytes:
        moment = (at - EPOCH) // MICROSECOND
        line = msgspec.json.encode([before.hex(), number, moment, actor, action, subject])
        return self._tx.sealer.mac("audit", line)


def _head_of(number: int, mark: bytes) -> Head:
    return Head(number, bytes(mark).hex()[:32])


def _line(row: Row[Any]) -> Line:
    kept = {key: value for key, value in row._mapping.items() if key != "hash"}
    return Line(**kept)
