"""Checks of badges and units: how each went. What was asked about an unknown one is not kept."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, or_, select, update

from bot.domain.badge_check import Check, Outcome
from bot.domain.errors import Changed
from storage.schema import badge_check, duty_unit, shift
from storage.upsert import Upsert

if TYPE_CHECKING:
    from storage.store import Transaction

_INSERT = badge_check.insert()
_ONE = select(badge_check).where(badge_check.c.id == bindparam("which"))
_ANSWER = (
    update(badge_check)
    .where(badge_check.c.id == bindparam("which"), badge_check.c.outcome == Outcome.WAITING.value)
    .values(outcome=bindparam("now"))
)
_FORGET = delete(badge_check).where(badge_check.c.at < bindparam("before"))
_FAILED = [outcome.value for outcome in Outcome if outcome.failed]
_SET_UNIT = Upsert(duty_unit, ["shift_id"], ["unit"])


class BadgeChecks:
    """Who asked is known only so that it can be limited, and forgotten with the person."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, new: Check) -> None:
        """Somebody asked."""
        row = dict(id=new.id, person_id=new.person_id, about=new.about, at=new.at, outcome=new.outcome.value)
        self._tx.connection.execute(_INSERT, row)

    def get(self, check_id: str) -> Check | None:
        """The check of that id."""
        row = self._tx.connection.execute(_ONE, {"which": check_id}).mappings().one_or_none()
        return None if row is None else Check(**{**row, "outcome": Outcome(row["outcome"])})

    def answer(self, now: Check) -> None:
        """What the person saw. Raises Changed when it was answered before."""
        values = {"which": now.id, "now": now.outcome.value}
        if not self._tx.connection.execute(_ANSWER, values).rowcount:
            raise Changed

    def asked_by(self, person_id: str, since: datetime) -> int:
        """How often somebody asked since then."""
        return self._count(badge_check.c.person_id == person_id, badge_check.c.at > since)

    def asked_about(self, about: str, since: datetime) -> int:
        """How often a badge or unit was asked about since then."""
        return self._count(badge_check.c.about == about, badge_check.c.at > since)

    def failures_by(self, person_id: str, since: datetime) -> int:
        """How many of a person's checks could not be confirmed."""
        failed = badge_check.c.outcome.in_(_FAILED)
        return self._count(badge_check.c.person_id == person_id, badge_check.c.at > since, failed)

    def failures_about(self, about: str, since: datetime) -> int:
        """How many checks of a badge or unit could not be confirmed."""
        failed = badge_check.c.outcome.in_(_FAILED)
        return self._count(badge_check.c.about == about, badge_check.c.at > since, failed)

    def forget(self, before: datetime) -> None:
        """Those that no limit and no warning looks at any more."""
        self._tx.connection.execute(_FORGET, {"before": before})

    def drive(self, shift_id: str, unit: str) -> None:
        """Which unit an officer goes in this shift."""
        _SET_UNIT.run(self._tx.connection, dict(shift_id=shift_id, unit=unit))

    def crew(self, unit: str, at: datetime) -> list[str]:
        """Who is on duty in a unit."""
        covers = (
            shift.c.starts_at <= at,
            shift.c.ends_at > at,
            or_(shift.c.ended_at.is_(None), shift.c.ended_at > at),
        )
        statement = (
            select(shift.c.person_id)
            .join(duty_unit, duty_unit.c.shift_id == shift.c.id)
            .where(duty_unit.c.unit == unit, *covers)
            .order_by(shift.c.starts_at)
        )
        return list(self._tx.connection.execute(statement).scalars().all())

    def _count(self, *where: object) -> int:
        statement = select(func.count()).select_from(badge_check).where(*where)  # type: ignore[arg-type]  # column expressions
        return int(self._tx.connection.execute(statement).scalar_one())
