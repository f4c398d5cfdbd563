"""How much somebody did lately, what was kept back because of it, and whom a supervisor paused.

Counts stand in the store, so a restart forgives nothing; the first half of a minute's messages is counted in memory
(`handlers/limits.py`), and found again here by what was received. A count begins anew with each minute, hour or day;
its beginning is rounded, so that it says nothing about the moment of a single message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, case, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.schema import held_message, inbox, pause, person, usage

if TYPE_CHECKING:
    from storage.store import Transaction

ALL = "all"  # the scope of what everybody does together
MESSAGES = "messages"  # of one person in a minute
COUNTED_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Count:
    """One more of something, by a person or by all, in the minute, hour or day that began then."""

    scope: str
    what: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A message that was kept back."""

    id: str
    person_id: str
    at: datetime
    said: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Somebody's reports are reviewed before anyone is alerted, until a moment."""

    person_id: str
    by: str
    at: datetime
    until: datetime
    appealed_at: datetime | None
    reason: str


def _counting(insert: Any, rows: int) -> Any:
    """One statement for so many counts; they come back in any order, by their names."""
    values: list[dict[str, Any]] = [
        {name: bindparam(f"{name}{n}", type_=usage.c[name].type) for name in ("scope", "what", "since")}
        | {"count": 1}
        for n in range(rows)
    ]
    fresh = insert(usage).values(values)
    same = usage.c.since == fresh.excluded.since
    return fresh.on_conflict_do_update(
        index_elements=["scope", "what"],
        set_={"since": fresh.excluded.since, "count": case((same, usage.c.count + 1), else_=1)},
    ).returning(usage.c.scope, usage.c.what, usage.c.count.label("n"))


_COUNT = {
    (engine, rows): _counting(insert, rows)
    for engine, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    for rows in range(1, COUNTED_AT_ONCE + 1)
}
_COUNTED = and_(
    usage.c.scope == inbox.c.person_id, usage.c.what == MESSAGES, usage.c.since == bindparam("minute")
)
_UNCOUNTED = (
    select(inbox.c.person_id, (func.count() - func.coalesce(func.max(usage.c.count), 0)).label("n"))
    .select_from(inbox.outerjoin(usage, _COUNTED))
    .where(inbox.c.received_at >= bindparam("minute"), inbox.c.person_id.is_not(None))
    .group_by(inbox.c.person_id)
)
_FORGET = delete(usage).where(usage.c.since < bindparam("moment"))
_HOLD = held_message.insert()
_HELD_OF = (
    select(held_message)
    .where(held_message.c.person_id == bindparam("who"))
    .order_by(held_message.c.at, held_message.c.id)
    .limit(bindparam("most"))
)
_LET_GO = delete(held_message).where(held_message.c.id == bindparam("which"))
_HOLDING = (
    select(held_message.c.person_id, func.count().label("n"), func.min(held_message.c.at).label("first"))
    .group_by(held_message.c.person_id)
    .order_by(func.min(held_message.c.at))
)
_FORGET_HELD = delete(held_message).where(held_message.c.at < bindparam("moment"))
_PAUSE_OF = select(pause).where(pause.c.person_id == bindparam("who"))
_UNPAUSE = delete(pause).where(pause.c.person_id == bindparam("who"))
_APPEAL = (
    update(pause)
    .where(pause.c.person_id == bindparam("who"), pause.c.appealed_at.is_(None))
    .values(appealed_at=bindparam("moment"))
)
_PAUSED_UNTIL = update(person).where(person.c.id == bindparam("who")).values(paused_until=bindparam("moment"))


class Usage:
    """Counts, messages kept back, pauses."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def count(self, *counts: Count) -> list[int]:
        """One more of each, in one statement; the new counts in the order asked."""
        values: dict[str, Any] = {}
        for n, one in enumerate(counts):
            values |= {f"scope{n}": one.scope, f"what{n}": one.what, f"since{n}": one.since}
        statement = _COUNT[self._tx.connection.dialect.name, len(counts)]
        found = {(row.scope, row.what): row.n for row in self._tx.connection.execute(statement, values)}
        return [int(found[one.scope, one.what]) for one in counts]

    def uncounted(self, minute: datetime) -> dict[str, int]:
        """How many messages of each person came in since then without a count of that minute."""
        rows = self._tx.connection.execute(_UNCOUNTED, {"minute": minute}).all()
        return {row.person_id: int(row.n) for row in rows if row.n > 0}

    def forget(self, before: datetime) -> int:
        """Counts of days that are over."""
        return self._tx.connection.execute(_FORGET, {"moment": before}).rowcount

    # ---- messages kept back ----

    def hold(self, held_id: str, person_id: str, said: bytes, at: datetime) -> None:
        """Keep a message whole, sealed."""
        kept = self._tx.sealer.seal("held_message", "said", held_id, said)
        self._tx.connection.execute(_HOLD, dict(id=held_id, person_id=person_id, at=at, said=kept))

    def held_of(self, person_id: str, most: int) -> list[Held]:
        """What is kept of somebody, oldest first."""
        rows = self._tx.connection.execute(_HELD_OF, {"who": person_id, "most": most}).mappings().all()
        opened = self._tx.sealer.open
        return [
            Held(**{**row, "said": opened("held_message", "said", row["id"], row["said"])}) for row in rows
        ]

    def let_go(self, held_id: str) -> None:
        """It was handled."""
        self._tx.connection.execute(_LET_GO, {"which": held_id})

    def holding(self) -> Sequence[tuple[str, int, datetime]]:
        """Whose messages are kept, how many, since when."""
        return [(row.person_id, int(row.n), row.first) for row in self._tx.connection.execute(_HOLDING).all()]

    def forget_held(self, before: datetime) -> int:
        """Nobody let them in for as long as raw messages are kept."""
        return self._tx.connection.execute(_FORGET_HELD, {"moment": before}).rowcount

    # ---- pauses ----

    def pause(self, one: Pause) -> None:
        """From now on; a pause before this one is over."""
        self.unpause(one.person_id)
        sealed = self._tx.sealer.seal("pause", "reason", one.person_id, one.reason.encode())
        row = dict(
            person_id=one.person_id, by=one.by, at=one.at, until=one.until, appealed_at=None, reason=sealed
        )
        self._tx.connection.execute(pause.insert(), row)
        self._tx.connection.execute(_PAUSED_UNTIL, {"who": one.person_id, "moment": one.until})

    def unpause(self, person_id: str) -> bool:
        """It is over; False when there was none."""
        self._tx.connection.execute(_PAUSED_UNTIL, {"who": person_id, "moment": None})
        return bool(self._tx.connection.execute(_UNPAUSE, {"who": person_id}).rowcount)

    def pause_of(self, person_id: str) -> Pause | None:
        """The pause of a person."""
        row = self._tx.connection.execute(_PAUSE_OF, {"who": person_id}).mappings().one_or_none()
        if row is None:
            return None
        reason = self._tx.sealer.open("pause", "reason", person_id, row["reason"]).decode()
        return Pause(**{**row, "reason": reason})

    def appeal(self, person_id: str, at: datetime) -> bool:
        """They ask for a review, once a pause."""
        return bool(self._tx.connection.execute(_APPEAL, {"who": person_id, "moment": at}).rowcount)
