"""Group chats of sectors: the code that binds one, and which are bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, bindparam, select, update

from storage.schema import sector_group

if TYPE_CHECKING:
    from storage.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group chat of a sector, or the code that waits for one."""

    id: str
    sector: str
    made_by: str  # the supervisor
    person_id: str | None  # the chat, as the vault knows it
    code_expires_at: datetime | None
    bound_at: datetime | None
    ended_at: datetime | None


_COLUMNS = [column for column in sector_group.columns if column.name != "code"]
_LIVE = (sector_group.c.bound_at.is_not(None), sector_group.c.ended_at.is_(None))
_INSERT = sector_group.insert()
_OF_CODE = select(*_COLUMNS).where(sector_group.c.code == bindparam("which"))
_OF_CHAT = select(*_COLUMNS).where(sector_group.c.person_id == bindparam("who"), *_LIVE)
_AWAITED = select(sector_group.c.id).where(sector_group.c.code_expires_at > bindparam("moment")).limit(1)
_CHATS = select(sector_group.c.person_id).where(sector_group.c.sector == bindparam("which"), *_LIVE)
_BOUND = select(*_COLUMNS).where(*_LIVE).order_by(sector_group.c.sector, sector_group.c.bound_at)
_BIND = (
    update(sector_group)
    .where(sector_group.c.id == bindparam("which"))
    .values(person_id=bindparam("who"), bound_at=bindparam("moment"), code=None, code_expires_at=None)
)
_END = (
    update(sector_group).where(sector_group.c.id == bindparam("which")).values(ended_at=bindparam("moment"))
)
_MOVE = (
    update(sector_group)
    .where(sector_group.c.person_id == bindparam("old"))
    .values(person_id=bindparam("new"))
)


class Groups:
    """Every group that was bound."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def invite(self, name: str, sector: str, code: str, by: str, until: datetime) -> None:
        """A code that binds one group to a sector."""
        row = dict(
            id=name,
            sector=sector,
            made_by=by,
            code=self._hash(code),
            code_expires_at=until,
            person_id=None,
            bound_at=None,
            ended_at=None,
        )
        self._tx.connection.execute(_INSERT, row)

    def of_code(self, code: str) -> Group | None:
        """What a code binds; None for one that is wrong or used."""
        return self._first(_OF_CODE, which=self._hash(code))

    def awaited(self, at: datetime) -> bool:
        """Is a supervisor about to bind some group?"""
        return self._tx.connection.execute(_AWAITED, {"moment": at}).scalar_one_or_none() is not None

    def bind(self, name: str, person_id: str, at: datetime) -> None:
        """The chat is the sector's from now on; the code is used up."""
        key = {"which": name, "who": person_id, "moment": at}
        self._tx.connection.execute(_BIND, key)

    def end(self, name: str, at: datetime) -> None:
        """Nothing is said there any more."""
        self._tx.connection.execute(_END, {"which": name, "moment": at})

    def of_chat(self, person_id: str) -> Group | None:
        """The sector that a chat is bound to."""
        return self._first(_OF_CHAT, who=person_id)

    def chats_of(self, sectors: Sequence[str]) -> list[str]:
        """The chats of some sectors."""
        found = (self._tx.connection.execute(_CHATS, {"which": one}).scalars().all() for one in sectors)
        return list(dict.fromkeys(chat for chats in found for chat in chats))

    def bound(self) -> list[Group]:
        """All that are bound now."""
        return [_read(row) for row in self._tx.connection.execute(_BOUND).mappings().all()]

    def moved(self, old: str, new: str) -> None:
        """The chat has another address, under which we knew it already."""
        self._tx.connection.execute(_MOVE, {"old": old, "new": new})

    def _hash(self, code: str) -> bytes:
        return self._tx.sealer.keyed("code", f"group|{code}")

    def _first(self, statement: Any, **key: Any) -> Group | None:
        row = self._tx.connection.execute(statement, key).mappings().first()
        return None if row is None else _read(row)


def _read(row: RowMapping) -> Group:
    return Group(**row)
