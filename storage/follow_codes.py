"""Codes with which a neighbour takes over what was noted down for them: one a report, found by their keyed hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, bindparam, select, update

from bot.domain.errors import Changed
from bot.domain.follow_code import FollowCode
from storage.schema import follow_code
from storage.upsert import Upsert

if TYPE_CHECKING:
    from storage.store import Transaction

_SET = Upsert(follow_code, ["report_id"], ["code", "made_by", "made_at", "expires_at", "used_at"])
_OF_CODE = select(follow_code).where(follow_code.c.code == bindparam("which"))
_OF_REPORT = select(follow_code).where(follow_code.c.report_id == bindparam("which"))
_USE = (
    update(follow_code)
    .where(
        follow_code.c.report_id == bindparam("which"),
        follow_code.c.made_at == bindparam("made"),
        follow_code.c.used_at.is_(None),
    )
    .values(used_at=bindparam("moment"))
)


class FollowCodes:
    """Every report's newest code."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def set(self, new: FollowCode, code: str) -> None:
        """The code of a report; the one before is void."""
        row = dict(
            report_id=new.report_id,
            code=self._keyed(code),
            made_by=new.made_by,
            made_at=new.made_at,
            expires_at=new.expires_at,
            used_at=new.used_at,
        )
        _SET.run(self._tx.connection, row)

    def use(self, now: FollowCode) -> None:
        """It was used. Raises Changed when somebody was faster."""
        values = {"which": now.report_id, "made": now.made_at, "moment": now.used_at}
        if not self._tx.connection.execute(_USE, values).rowcount:
            raise Changed

    def of_code(self, code: str) -> FollowCode | None:
        """What those digits stand for, used and expired ones too."""
        return self._one(_OF_CODE, self._keyed(code))

    def of_report(self, report_id: str) -> FollowCode | None:
        """The newest code of a report."""
        return self._one(_OF_REPORT, report_id)

    def _keyed(self, code: str) -> bytes:
        return self._tx.sealer.keyed("code", f"follow|{code}")

    def _one(self, statement: Any, key: Any) -> FollowCode | None:
        row = self._tx.connection.execute(statement, {"which": key}).mappings().one_or_none()
        return None if row is None else _read(row)


def _read(row: RowMapping) -> FollowCode:
    return FollowCode(**{name: value for name, value in row.items() if name != "code"})
