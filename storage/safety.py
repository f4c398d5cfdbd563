"""Safety notes about places: asked for, agreed to, shown until they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, bindparam, delete, or_, select, update

from bot.domain.errors import Changed
from bot.domain.safety import SafetyNote, SafetyState
from bot.domain.territory import Place, Point
from storage.schema import safety_note

if TYPE_CHECKING:
    from storage.store import Transaction

_INSERT = safety_note.insert()
_SAVE = (
    update(safety_note)
    .where(safety_note.c.id == bindparam("which"), safety_note.c.state == bindparam("was"))
    .values(state=bindparam("now"), decided_by=bindparam("who"), decided_at=bindparam("moment"))
)
_ONE = select(safety_note).where(safety_note.c.id == bindparam("which"))
_FORGET_OLD = delete(safety_note).where(safety_note.c.expires_at < bindparam("before"))


class SafetyNotes:
    """What the team says about places."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, new: SafetyNote) -> None:
        """Somebody asks for a note."""
        point, street = new.place.point, new.place.street
        at = [point.lat, point.lon] if point else None
        told = {"text": new.text, "reason": new.reason, "street": street, "point": at}
        row = dict(
            id=new.id,
            report_id=new.report_id,
            author_id=new.author_id,
            colonia=new.place.colonia,
            cell=self._tx.reports.cell(point) if point else None,
            told=self._tx.sealer.seal_json("safety_note", "told", new.id, told),
            state=new.state.value,
            made_at=new.made_at,
            expires_at=new.expires_at,
            decided_by=new.decided_by,
            decided_at=new.decided_at,
        )
        self._tx.connection.execute(_INSERT, row)

    def save(self, before: SafetyNote, now: SafetyNote) -> None:
        """What was decided. Raises Changed when somebody was faster."""
        values = {
            "which": now.id,
            "was": before.state.value,
            "now": now.state.value,
            "who": now.decided_by,
            "moment": now.decided_at,
        }
        if not self._tx.connection.execute(_SAVE, values).rowcount:
            raise Changed

    def get(self, note_id: str) -> SafetyNote | None:
        """The note of that id."""
        found = self._many(_ONE, which=note_id)
        return found[0] if found else None

    def around(self, cells: Sequence[bytes], colonia: str, at: datetime) -> list[SafetyNote]:
        """Those in some cells of 150 m, and of a colonia those without a point; without cells, all of the colonia."""
        in_colonia = safety_note.c.colonia == colonia
        if cells:
            by_street = in_colonia & safety_note.c.cell.is_(None)
            return self._holding(or_(safety_note.c.cell.in_(cells), by_street), at)
        return self._holding(in_colonia, at)

    def in_colonias(self, colonias: Sequence[str], at: datetime) -> list[SafetyNote]:
        """Those that hold in some colonias."""
        return self._holding(safety_note.c.colonia.in_(colonias), at)

    def waiting(self, at: datetime) -> list[SafetyNote]:
        """Those that nobody decided about, the oldest first."""
        return self._in_state(SafetyState.ASKED, at)

    def forget_old(self, before: datetime) -> None:
        """Those that ended before."""
        self._tx.connection.execute(_FORGET_OLD, {"before": before})

    def _holding(self, where: Any, at: datetime) -> list[SafetyNote]:
        return self._in_state(SafetyState.VALID, at, where)

    def _in_state(self, state: SafetyState, at: datetime, *where: Any) -> list[SafetyNote]:
        statement = (
            select(safety_note)
            .where(*where, safety_note.c.state == state.value, safety_note.c.expires_at > at)
            .order_by(safety_note.c.made_at)
        )
        return self._many(statement)

    def _many(self, statement: Any, **key: Any) -> list[SafetyNote]:
        return [self._read(row) for row in self._tx.connection.execute(statement, key).mappings().all()]

    def _read(self, row: RowMapping) -> SafetyNote:
        told = self._tx.sealer.open_json("safety_note", "told", row["id"], row["told"])
        return SafetyNote(
            id=row["id"],
            report_id=row["report_id"],
            author_id=row["author_id"],
            place=_place(row["colonia"], told),
            text=told["text"],
            reason=told["reason"],
            made_at=row["made_at"],
            expires_at=row["expires_at"],
            state=SafetyState(row["state"]),
            decided_by=row["decided_by"],
            decided_at=row["decided_at"],
        )


def _place(colonia: str, told: Mapping[str, Any]) -> Place:
    point = Point(*told["point"]) if told["point"] else None
    return Place(colonia=colonia, street=told.get("street", ""), point=point)  # without a street before 0021
