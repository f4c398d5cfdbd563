"""The roster of shifts to come, by badge: what operations planned, before anybody tapped."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import RowMapping, bindparam, delete, select

from bot.domain.duty_plan import PlannedShift
from bot.domain.roster import Mode
from storage.schema import planned_shift

if TYPE_CHECKING:
    from storage.store import Transaction

_INSERT = planned_shift.insert()
_OF_BADGE = (
    select(planned_shift)
    .where(
        planned_shift.c.badge == bindparam("whose"),
        planned_shift.c.ends_at > bindparam("since"),
        planned_shift.c.starts_at <= bindparam("until"),
    )
    .order_by(planned_shift.c.starts_at)
)
_BETWEEN = (
    select(planned_shift)
    .where(planned_shift.c.ends_at > bindparam("since"), planned_shift.c.starts_at < bindparam("until"))
    .order_by(planned_shift.c.starts_at)
)
_ONE = select(planned_shift).where(planned_shift.c.id == bindparam("which"))
_BEGIN = (
    planned_shift.c.badge == bindparam("whose"),
    planned_shift.c.starts_at >= bindparam("since"),
    planned_shift.c.starts_at <= bindparam("until"),
)
_BEGINNING = select(planned_shift.c.id).where(*_BEGIN)
_FORGET = delete(planned_shift).where(*_BEGIN)
_FORGET_OLD = delete(planned_shift).where(planned_shift.c.ends_at < bindparam("before"))


class DutyPlans:
    """Every shift that is planned."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, shifts: Iterable[PlannedShift]) -> list[str]:
        """Plan them; returns their ids, in the same order."""
        rows = [
            dict(
                id=uuid4().hex,
                badge=one.badge,
                sectors=json.dumps(one.sectors),
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                mode=one.mode.value if one.mode else None,
            )
            for one in shifts
        ]
        if rows:
            self._tx.connection.execute(_INSERT, rows)
        return [str(row["id"]) for row in rows]

    def get(self, plan_id: str) -> PlannedShift | None:
        """The planned shift of that id."""
        row = self._tx.connection.execute(_ONE, {"which": plan_id}).mappings().one_or_none()
        return None if row is None else _read(row)

    def of_badge(self, badge: str, since: datetime, until: datetime) -> list[PlannedShift]:
        """Somebody's shifts that touch a span, in the order of time."""
        key = {"whose": badge, "since": since, "until": until}
        return [_read(row) for row in self._tx.connection.execute(_OF_BADGE, key).mappings().all()]

    def between(self, since: datetime, until: datetime) -> list[PlannedShift]:
        """Everybody's shifts that touch a span, in the order of time."""
        key = {"since": since, "until": until}
        return [_read(row) for row in self._tx.connection.execute(_BETWEEN, key).mappings().all()]

    def forget(self, badge: str, since: datetime, until: datetime) -> list[str]:
        """Those that begin from one moment to another, both included; returns their ids."""
        key = {"whose": badge, "since": since, "until": until}
        gone = list(self._tx.connection.execute(_BEGINNING, key).scalars().all())
        self._tx.connection.execute(_FORGET, key)
        return gone

    def forget_old(self, before: datetime) -> None:
        """Those that were over by then."""
        self._tx.connection.execute(_FORGET_OLD, {"before": before})


def _read(row: RowMapping) -> PlannedShift:
    return PlannedShift(
        badge=row["badge"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        sectors=tuple(json.loads(row["sectors"])),
        mode=Mode(row["mode"]) if row["mode"] else None,
    )
