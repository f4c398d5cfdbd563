"""Thanks: that somebody said them about a report, to whom, and whether they have heard it. Not who, not in what words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select, update

from storage.schema import thanks

if TYPE_CHECKING:
    from storage.store import Transaction

_KNOWN = select(thanks.c.at).where(
    thanks.c.report_id == bindparam("which"), thanks.c.officer_id == bindparam("who")
)
_INSERT = thanks.insert()
_UNTOLD = (
    select(func.count())
    .select_from(thanks)
    .where(thanks.c.officer_id == bindparam("who"), thanks.c.told_at.is_(None))
)
_TELL = (
    update(thanks)
    .where(thanks.c.officer_id == bindparam("who"), thanks.c.told_at.is_(None))
    .values(told_at=bindparam("moment"))
)
_SINCE = select(func.count()).select_from(thanks).where(thanks.c.at >= bindparam("since"))


class Thanks:
    """One for each report and officer."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def say(self, report_id: str, officer_id: str, at: datetime, told_at: datetime | None) -> bool:
        """Somebody is thankful; False when that was said before."""
        known = self._tx.connection.execute(_KNOWN, {"which": report_id, "who": officer_id}).one_or_none()
        if known is None:
            row = dict(report_id=report_id, officer_id=officer_id, at=at, told_at=told_at)
            self._tx.connection.execute(_INSERT, row)
        return known is None

    def tell(self, officer_id: str, at: datetime) -> int:
        """How many an officer has not heard of; from now on they have."""
        n = int(self._tx.connection.execute(_UNTOLD, {"who": officer_id}).scalar_one())
        if n:
            self._tx.connection.execute(_TELL, {"who": officer_id, "moment": at})
        return n

    def count(self, since: datetime) -> int:
        """How many were said since then, to everybody together."""
        return int(self._tx.connection.execute(_SINCE, {"since": since}).scalar_one())
