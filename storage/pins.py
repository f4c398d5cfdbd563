"""PINs of staff: the hash sealed, the tries counted, what the next six digits are for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, select, update

from storage.schema import pin

if TYPE_CHECKING:
    from storage.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """How somebody of the staff stands with the PIN."""

    person_id: str
    hash: str = ""  # argon2id; "": none yet
    new_hash: str = ""  # said once, to be repeated
    asked: str | None = None  # new, again, check
    asked_at: datetime | None = None
    then: str | None = None  # the button that waits
    wrong: int = 0
    locked_at: datetime | None = None
    proved_at: datetime | None = None

    def with_(self, **changes: Any) -> Pin:
        """A copy with some fields changed."""
        return replace(self, **changes)


_OF = select(pin).where(pin.c.person_id == bindparam("who"))
_ANYBODY = select(pin.c.person_id).where(pin.c.hash.is_not(None)).limit(1)
_INSERT = pin.insert()
_UPDATE = (
    update(pin)
    .where(pin.c.person_id == bindparam("who"))
    .values({c.name: bindparam(f"new_{c.name}") for c in pin.c if c.name != "person_id"})
)
_FORGET = delete(pin).where(pin.c.person_id == bindparam("who"))


class Pins:
    """The table of PINs."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def of(self, person_id: str) -> Pin:
        """How that person stands; somebody new has no PIN."""
        row = self._tx.connection.execute(_OF, {"who": person_id}).mappings().one_or_none()
        if row is None:
            return Pin(person_id=person_id)
        opened = {name: self._open(name, person_id, row[name]) for name in ("hash", "new_hash")}
        return Pin(**{**row, **opened})

    def anybody(self) -> bool:
        """Has anybody set one?"""
        return self._tx.connection.execute(_ANYBODY).first() is not None

    def keep(self, one: Pin) -> None:
        """Write down how it stands now."""
        fields = {
            name: getattr(one, name)
            for name in ("asked", "asked_at", "then", "wrong", "locked_at", "proved_at")
        }
        fields |= {name: self._seal(name, one.person_id, getattr(one, name)) for name in ("hash", "new_hash")}
        new = {f"new_{name}": value for name, value in fields.items()}
        if not self._tx.connection.execute(_UPDATE, {"who": one.person_id, **new}).rowcount:
            self._tx.connection.execute(_INSERT, {"person_id": one.person_id, **fields})

    def forget(self, person_id: str) -> None:
        """Reset, or of somebody who left: the next one is set anew."""
        self._tx.connection.execute(_FORGET, {"who": person_id})

    def _seal(self, name: str, person_id: str, plain: str) -> bytes | None:
        return self._tx.sealer.seal("pin", name, person_id, plain.encode()) if plain else None

    def _open(self, name: str, person_id: str, kept: bytes | None) -> str:
        return self._tx.sealer.open("pin", name, person_id, kept).decode() if kept else ""
