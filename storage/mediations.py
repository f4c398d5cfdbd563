"""Mediations between neighbours: who wants to, what was agreed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, bindparam, select, update

from bot.domain.errors import Changed
from bot.domain.mediation import Mediation, Will
from storage.schema import mediation

if TYPE_CHECKING:
    from storage.store import Transaction

_INSERT = mediation.insert()
_SAVE = (
    update(mediation)
    .where(mediation.c.id == bindparam("which"), mediation.c.agreed_at.is_(None))
    .values(
        reporter=bindparam("one"),
        other=bindparam("two"),
        points=bindparam("words"),
        agreed_at=bindparam("moment"),
    )
)
_ONE = select(mediation).where(mediation.c.id == bindparam("which"))
_OF_REPORT = (
    select(mediation).where(mediation.c.report_id == bindparam("which")).order_by(mediation.c.opened_at)
)


class Mediations:
    """Every mediation that was begun."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, new: Mediation) -> None:
        """One is begun."""
        row = dict(
            id=new.id,
            report_id=new.report_id,
            mediator_id=new.mediator_id,
            reporter=new.reporter.value,
            other=new.other.value,
            points=self._seal(new),
            opened_at=new.opened_at,
            agreed_at=None,
        )
        self._tx.connection.execute(_INSERT, row)

    def save(self, now: Mediation) -> None:
        """How far it has come. Raises Changed when somebody noted an agreement meanwhile."""
        values: dict[str, Any] = {
            "which": now.id,
            "one": now.reporter.value,
            "two": now.other.value,
            "words": self._seal(now),
            "moment": now.agreed_at,
        }
        if not self._tx.connection.execute(_SAVE, values).rowcount:
            raise Changed

    def get(self, mediation_id: str) -> Mediation | None:
        """The mediation of that id."""
        row = self._tx.connection.execute(_ONE, {"which": mediation_id}).mappings().one_or_none()
        return None if row is None else self._read(row)

    def of_report(self, report_id: str) -> list[Mediation]:
        """All about a report, oldest first."""
        rows = self._tx.connection.execute(_OF_REPORT, {"which": report_id}).mappings().all()
        return [self._read(row) for row in rows]

    def _seal(self, one: Mediation) -> bytes:
        return self._tx.sealer.seal_json("mediation", "points", one.id, list(one.points))

    def _read(self, row: RowMapping) -> Mediation:
        agreed_at: datetime | None = row["agreed_at"]
        return Mediation(
            id=row["id"],
            report_id=row["report_id"],
            mediator_id=row["mediator_id"],
            reporter=Will(row["reporter"]),
            other=Will(row["other"]),
            points=tuple(self._tx.sealer.open_json("mediation", "points", row["id"], row["points"])),
            opened_at=row["opened_at"],
            agreed_at=agreed_at,
        )
