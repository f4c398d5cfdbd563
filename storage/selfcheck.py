"""What a store must show before anything is served from it."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from storage.errors import KeyRingError
from storage.schema import meta
from storage.sealing import PURPOSES, Sealer

_NOTED = select(meta.c.key, meta.c.value).where(meta.c.key.like("ring.%"))


def check_ring(connection: Connection, sealer: Sealer) -> None:
    """Refuse keys that did not write this store: every look-up would silently find nobody.

    The first start notes a mark of each key; a later one compares. Raises KeyRingError.
    """
    noted = {row.key: row.value for row in connection.execute(_NOTED)}
    marks = _marks(sealer)
    if any(noted.get(key, mark) != mark for key, mark in marks.items()):
        raise KeyRingError("El llavero no es el de esta base de datos: sus llaves son otras.")
    if missing := [key.rpartition(".")[2] for key in noted if key not in marks]:
        raise KeyRingError(f"Al llavero le faltan llaves de esta base de datos: {', '.join(missing)}.")
    if new := [{"key": key, "value": mark} for key, mark in marks.items() if key not in noted]:
        connection.execute(insert(meta), new)


def _marks(sealer: Sealer) -> dict[str, str]:
    """What may stand in the database about each key: enough to know it again, nothing to work with."""
    purposes = {f"ring.purpose.{name}": sealer.mac(name, b"mark of this key").hex()[:16] for name in PURPOSES}
    return purposes | {f"ring.seal.{name}": name for name in sealer.ring.seal}
