"""The plan of rounds by colonia, and what speaks for each."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, bindparam, delete, func, select, update

from bot.domain.errors import Changed
from bot.domain.report import Status
from bot.domain.rotation import PlannedWalk, State
from storage.schema import planned_walk, report, visit_request, walk, walk_stop

if TYPE_CHECKING:
    from storage.store import Transaction

_INSERT = planned_walk.insert()
_SETTLE = (
    update(planned_walk)
    .where(planned_walk.c.id == bindparam("which"), planned_walk.c.state == State.PLANNED.value)
    .values(state=bindparam("now"))
)
_ONE = select(planned_walk).where(planned_walk.c.id == bindparam("which"))
_AHEAD = (
    select(planned_walk)
    .where(planned_walk.c.state == State.PLANNED.value, planned_walk.c.day >= bindparam("since"))
    .order_by(planned_walk.c.day, planned_walk.c.colonia)
)
_STILL_OPEN = [status.value for status in Status if status is not Status.CLOSED]
_OPEN_IN = (
    select(report.c.colonia, func.count())
    .where(report.c.status.in_(_STILL_OPEN), report.c.listed.is_(False), report.c.colonia != "")
    .group_by(report.c.colonia)
)
_ASKED = select(visit_request.c.person_id).where(
    visit_request.c.colonia == bindparam("where"), visit_request.c.at < bindparam("before")
)


class Rotation:
    """What is planned, day by day."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, new: PlannedWalk) -> None:
        """A round was planned."""
        row = dict(
            id=new.id,
            sector=new.sector,
            colonia=new.colonia,
            day=new.day.isoformat(),
            planned_by=new.planned_by,
            planned_at=new.planned_at,
            state=new.state.value,
        )
        self._tx.connection.execute(_INSERT, row)

    def settle(self, now: PlannedWalk) -> None:
        """What became of it. Raises Changed when that was known before."""
        values = {"which": now.id, "now": now.state.value}
        if not self._tx.connection.execute(_SETTLE, values).rowcount:
            raise Changed

    def get(self, planned_id: str) -> PlannedWalk | None:
        """The planned round of that id."""
        found = self._many(_ONE, which=planned_id)
        return found[0] if found else None

    def ahead(self, since: date) -> list[PlannedWalk]:
        """What is planned from a day on."""
        return self._many(_AHEAD, since=since.isoformat())

    def open_concerns(self) -> dict[str, int]:
        """How many reports are open in each colonia; the confidential ones are in no count."""
        return {row[0]: row[1] for row in self._tx.connection.execute(_OPEN_IN).all()}

    def who_asked(self, colonia: str, before: datetime) -> list[str]:
        """The people who asked for a round there before a moment."""
        given = {"where": colonia, "before": before}
        return list(self._tx.connection.execute(_ASKED, given).scalars().all())

    def answered(self, colonia: str, people: list[str]) -> None:
        """They were told what was done: they ask no more."""
        mine = visit_request.c.person_id.in_(people)
        self._tx.connection.execute(delete(visit_request).where(visit_request.c.colonia == colonia, mine))

    def walks_in(self, colonia: str, since: datetime, until: datetime) -> list[str]:
        """The rounds begun there in a span, that met somebody."""
        met = walk.c.id.in_(select(walk_stop.c.walk_id))
        span = (walk.c.started_at >= since, walk.c.started_at < until)
        statement = select(walk.c.id).where(walk.c.colonia == colonia, *span, met).order_by(walk.c.started_at)
        return list(self._tx.connection.execute(statement).scalars().all())

    def _many(self, statement: Any, **key: Any) -> list[PlannedWalk]:
        return [_read(row) for row in self._tx.connection.execute(statement, key).mappings().all()]


def _read(row: RowMapping) -> PlannedWalk:
    return PlannedWalk(**{**row, "day": date.fromisoformat(row["day"]), "state": State(row["state"])})
