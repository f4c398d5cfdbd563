"""Patrol visits: when each is drawn for, who made it, from when to when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, bindparam, select, update

from bot.domain.errors import Changed
from bot.domain.patrol import Visit, VisitState
from storage.schema import visit

if TYPE_CHECKING:
    from storage.store import Transaction

_INSERT = visit.insert()
_SAVE = (
    update(visit)
    .where(visit.c.id == bindparam("which"), visit.c.state == bindparam("was"))
    .values(
        state=bindparam("now"),
        officer_id=bindparam("who"),
        arrived_at=bindparam("came"),
        left_at=bindparam("went"),
        metres=bindparam("far"),
    )
)
_ONE = select(visit).where(visit.c.id == bindparam("which"))
_OF_REPORT = select(visit).where(visit.c.report_id == bindparam("which")).order_by(visit.c.planned_at)
_THERE = (
    select(visit)
    .where(visit.c.officer_id == bindparam("who"), visit.c.state == VisitState.ARRIVED.value)
    .order_by(visit.c.arrived_at.desc())
    .limit(1)
)
_CALLED = select(visit).where(visit.c.state == VisitState.CALLED.value).order_by(visit.c.planned_at)


class Visits:
    """Every visit that was planned."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, new: Visit) -> None:
        """A visit was planned."""
        row = dict(
            id=new.id,
            report_id=new.report_id,
            sector=new.sector,
            planned_by=new.planned_by,
            planned_at=new.planned_at,
            closes_at=new.closes_at,
            stay=new.stay,
            state=new.state.value,
            officer_id=None,
            arrived_at=None,
            left_at=None,
            metres=None,
        )
        self._tx.connection.execute(_INSERT, row)

    def save(self, before: Visit, now: Visit) -> None:
        """How far it has come. Raises Changed when somebody was faster."""
        values = {
            "which": now.id,
            "was": before.state.value,
            "now": now.state.value,
            "who": now.officer_id,
            "came": now.arrived_at,
            "went": now.left_at,
            "far": now.metres,
        }
        if not self._tx.connection.execute(_SAVE, values).rowcount:
            raise Changed

    def get(self, visit_id: str) -> Visit | None:
        """The visit of that id."""
        return self._first(_ONE, which=visit_id)

    def of_report(self, report_id: str) -> list[Visit]:
        """All visits of a report, in the order of their hours."""
        return self._many(_OF_REPORT, which=report_id)

    def being_made_by(self, person_id: str) -> Visit | None:
        """Where an officer has arrived and has not left."""
        return self._first(_THERE, who=person_id)

    def owed(self, sectors: tuple[str, ...]) -> list[Visit]:
        """Those whose hour came, of some sectors."""
        return [one for one in self._many(_CALLED) if one.sector in sectors]

    def _first(self, statement: Any, **key: Any) -> Visit | None:
        found = self._many(statement, **key)
        return found[0] if found else None

    def _many(self, statement: Any, **key: Any) -> list[Visit]:
        return [_read(row) for row in self._tx.connection.execute(statement, key).mappings().all()]


def _read(row: RowMapping) -> Visit:
    return Visit(**{**row, "state": VisitState(row["state"])})
