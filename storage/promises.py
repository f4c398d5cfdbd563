"""The promise ledger: what was promised about each report, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, bindparam, select, update

from bot.domain.errors import Changed
from bot.domain.promise import Promise, State, Window
from storage.schema import promise

if TYPE_CHECKING:
    from storage.store import Transaction

_INSERT = promise.insert()
_SAVE = (
    update(promise)
    .where(promise.c.id == bindparam("which"), promise.c.state == bindparam("was"))
    .values(
        state=bindparam("now"),
        moved=bindparam("times"),
        starts_at=bindparam("begins"),
        due_at=bindparam("ends"),
        settled_at=bindparam("settled"),
    )
)
_ONE = select(promise).where(promise.c.id == bindparam("which"))
_OPEN = (
    select(promise)
    .where(promise.c.state == State.OPEN.value)
    .order_by(promise.c.due_at, promise.c.id)
    .limit(bindparam("most"))
)
_OF_REPORT = select(promise).where(promise.c.report_id == bindparam("which")).order_by(promise.c.due_at)
_DUE = select(promise.c.sector, promise.c.state).where(
    promise.c.due_at >= bindparam("since"), promise.c.due_at < bindparam("until")
)


class Promises:
    """Every promise, by report, by moment."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, new: Promise) -> None:
        """A promise was made."""
        row = dict(
            id=new.id,
            report_id=new.report_id,
            owner_id=new.owner_id,
            sector=new.sector,
            text=self._tx.sealer.seal("promise", "text", new.id, new.text.encode()),
            starts_at=new.window.starts_at,
            due_at=new.window.due_at,
            state=new.state.value,
            moved=new.moved,
            made_at=new.made_at,
            settled_at=new.settled_at,
        )
        self._tx.connection.execute(_INSERT, row)

    def save(self, before: Promise, now: Promise) -> None:
        """What became of it. Raises Changed when somebody was faster."""
        values = {
            "which": now.id,
            "was": before.state.value,
            "now": now.state.value,
            "times": now.moved,
            "begins": now.window.starts_at,
            "ends": now.window.due_at,
            "settled": now.settled_at,
        }
        if not self._tx.connection.execute(_SAVE, values).rowcount:
            raise Changed

    def get(self, promise_id: str) -> Promise | None:
        """The promise of that id."""
        row = self._tx.connection.execute(_ONE, {"which": promise_id}).mappings().one_or_none()
        return None if row is None else self._read(row)

    def open(self, sectors: Sequence[str] = (), most: int = 200) -> list[Promise]:
        """What waits to be kept, the next due first; of some sectors, and of none."""
        found = self._many(_OPEN, most=most)
        return [one for one in found if not sectors or one.sector in sectors or not one.sector]

    def of_report(self, report_id: str) -> list[Promise]:
        """Everything promised about a report."""
        return self._many(_OF_REPORT, which=report_id)

    def due_between(self, since: datetime, until: datetime) -> list[tuple[str, State]]:
        """Sector and state of each promise that fell due in a span."""
        rows = self._tx.connection.execute(_DUE, {"since": since, "until": until}).all()
        return [(row.sector, State(row.state)) for row in rows]

    def _many(self, statement: Any, **key: Any) -> list[Promise]:
        return [self._read(row) for row in self._tx.connection.execute(statement, key).mappings().all()]

    def _read(self, row: RowMapping) -> Promise:
        return Promise(
            id=row["id"],
            report_id=row["report_id"],
            owner_id=row["owner_id"],
            sector=row["sector"],
            text=self._tx.sealer.open("promise", "text", row["id"], row["text"]).decode(),
            window=Window(starts_at=row["starts_at"], due_at=row["due_at"]),
            state=State(row["state"]),
            moved=row["moved"],
            made_at=row["made_at"],
            settled_at=row["settled_at"],
        )
