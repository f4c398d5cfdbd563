"""What a store must show before anything is served from it."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from storage.errors import KeyRingError
from storage.schema import meta
from storage.sealing import PURPOSES, Sealer
from storage.upsert import Upsert

_SEALS = "ring.seal."
_NOTE = Upsert(meta, ["key"], ["value"])
_NOTED = select(meta.c.key, meta.c.value).where(meta.c.key.like("ring.%"))


def check_ring(connection: Connection, sealer: Sealer) -> None:
    """Refuse keys that did not write this store: every look-up would silently find nobody.

    The first start notes a mark of each key; a later one compares. Raises KeyRingError.
    """
    noted = {row.key: row.value for row in connection.execute(_NOTED)}
    marks = _marks(sealer)
    known = {**marks, **{_SEALS + name: name for name in sealer.ring.seal}}
    if any(noted.get(key, mark) != mark for key, mark in known.items()):
        raise KeyRingError("El llavero no es el de esta base de datos: sus llaves son otras.")
    gone = {key: name for key, name in noted.items() if key.startswith(_SEALS) and key not in known}
    if missing := list(gone.values()):  # a purpose that no code has any more is missed by nobody
        raise KeyRingError(f"Al llavero le faltan llaves de esta base de datos: {', '.join(missing)}.")
    if new := [{"key": key, "value": mark} for key, mark in marks.items() if key not in noted]:
        connection.execute(insert(meta), new)


def _marks(sealer: Sealer) -> dict[str, str]:
    """What may stand in the database about each key: enough to know it again, nothing to work with."""
    purposes = {f"ring.purpose.{name}": sealer.mac(name, b"mark of this key").hex()[:16] for name in PURPOSES}
    return purposes | {_SEALS + sealer.ring.write: sealer.ring.write}


def note_key(connection: Connection, name: str) -> None:
    """From now on something may be sealed with this key."""
    _NOTE.run(connection, {"key": _SEALS + name, "value": name})


def noted_keys(connection: Connection) -> set[str]:
    """The keys that something may be sealed with."""
    return {row.value for row in connection.execute(_NOTED) if row.key.startswith(_SEALS)}


def forget_key(connection: Connection, name: str) -> None:
    """Nothing is sealed with this key any more."""
    connection.execute(delete(meta).where(meta.c.key == _SEALS + name))
