"""Hand-overs between shifts, and what an officer moved in one."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, bindparam, func, select, update

from bot.domain.errors import AlreadySigned
from bot.domain.handover import Handover
from storage.schema import event, handover

if TYPE_CHECKING:
    from storage.store import Transaction

_INSERT = handover.insert()
_SAVE = (
    update(handover)
    .where(handover.c.id == bindparam("which"), handover.c.received_by.is_(None))
    .values(
        told=bindparam("words"),
        media_id=bindparam("file"),
        passes=bindparam("goes_on"),
        received_by=bindparam("who"),
        received_at=bindparam("moment"),
    )
)
_ONE = select(handover).where(handover.c.id == bindparam("which"))
_UNSIGNED = (
    select(handover)
    .where(handover.c.received_by.is_(None), handover.c.at >= bindparam("since"))
    .order_by(handover.c.at)
)
_MOVED = (
    select(event.c.kind, func.count(func.distinct(event.c.report_id)).label("reports"))
    .where(
        event.c.actor_id == bindparam("who"),
        event.c.at >= bindparam("since"),
        event.c.at <= bindparam("until"),
    )
    .group_by(event.c.kind)
)


class Handovers:
    """What each shift left."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, new: Handover) -> None:
        """A shift ended."""
        row = dict(
            id=new.id,
            person_id=new.person_id,
            sectors=json.dumps(new.sectors),
            began_at=new.began_at,
            at=new.at,
            told=self._seal(new),
            media_id=new.media_id,
            passes=new.passes,
            received_by=new.received_by,
            received_at=new.received_at,
        )
        self._tx.connection.execute(_INSERT, row)

    def save(self, now: Handover) -> None:
        """A note, or the signature. Raises AlreadySigned when somebody was faster."""
        values = {
            "which": now.id,
            "words": self._seal(now),
            "file": now.media_id,
            "goes_on": now.passes,
            "who": now.received_by,
            "moment": now.received_at,
        }
        if not self._tx.connection.execute(_SAVE, values).rowcount:
            raise AlreadySigned

    def get(self, handover_id: str) -> Handover | None:
        """The hand-over of that id."""
        row = self._tx.connection.execute(_ONE, {"which": handover_id}).mappings().one_or_none()
        return None if row is None else self._read(row)

    def unsigned(self, since: datetime) -> list[Handover]:
        """What nobody received yet, the oldest first."""
        rows = self._tx.connection.execute(_UNSIGNED, {"since": since}).mappings().all()
        return [self._read(row) for row in rows]

    def moved(self, person_id: str, since: datetime, until: datetime) -> dict[str, int]:
        """How many reports somebody took, closed, noted ... in a span, by kind of event."""
        key = {"who": person_id, "since": since, "until": until}
        return {row.kind: row.reports for row in self._tx.connection.execute(_MOVED, key).all()}

    def _seal(self, one: Handover) -> bytes:
        told: dict[str, Any] = {
            "moved": dict(one.moved),
            "left": list(one.left),
            "waiting": one.waiting,
            "promised": one.promised,
            "note": one.note,
        }
        return self._tx.sealer.seal_json("handover", "told", one.id, told)

    def _read(self, row: RowMapping) -> Handover:
        told = self._tx.sealer.open_json("handover", "told", row["id"], row["told"])
        return Handover(
            id=row["id"],
            person_id=row["person_id"],
            sectors=tuple(json.loads(row["sectors"])),
            began_at=row["began_at"],
            at=row["at"],
            moved=told["moved"],
            left=tuple(told["left"]),
            waiting=told["waiting"],
            promised=told["promised"],
            note=told["note"],
            media_id=row["media_id"],
            passes=row["passes"],
            received_by=row["received_by"],
            received_at=row["received_at"],
        )
