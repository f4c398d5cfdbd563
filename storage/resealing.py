"""A new key takes over: what older ones sealed is sealed anew, a few rows at a time, while turns go on."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, func, literal_column, or_, select, update

from storage.checkup import TABLES
from storage.errors import Unreadable
from storage.sealing import ID_BYTES, Sealer
from storage.selfcheck import forget_key, noted_keys
from storage.store import Transaction

WINDOW = 400  # rows that are looked at in one go
FILES = 4  # the same of whole files
SEALED = tuple(t for t in TABLES if any(c.info["kept"] == "sealed" for c in t.columns))


def behind(tx: Transaction) -> bool:
    """May anything be sealed with a key that does not seal any more?"""
    return bool(noted_keys(tx.connection) - {tx.sealer.ring.write})


def look(tx: Transaction, table: Table, after: Any) -> tuple[Any, list[Any]] | None:
    """The next stretch of a table: where it ends, and which of its rows have to be sealed anew. None at the end."""
    key = _key(table)
    further = [] if after is None else [key > after]
    most = FILES if table.name == "media_content" else WINDOW
    stretch = tx.connection.execute(select(key).where(*further).order_by(key).limit(most)).scalars().all()
    if not stretch:
        return None
    last = stretch[-1]
    name = bytes.fromhex(tx.sealer.ring.write)
    old = or_(*(and_(c.is_not(None), _name_in(c) != name) for c in _sealed(table)))
    found = tx.connection.execute(select(key).where(*further, key <= last, old)).scalars().all()
    return last, list(found)


def seal_anew(tx: Transaction, table: Table, keys: list[Any]) -> int:
    """These rows, with the key that seals now; what somebody else changes meanwhile stays theirs."""
    wanted = select(table).where(_key(table).in_(keys))
    return sum(_row(tx, table, dict(row)) for row in tx.connection.execute(wanted).mappings().all())


def done(tx: Transaction) -> list[str]:
    """A whole round found nothing: older keys have nothing left here. Returns their names."""
    old = sorted(noted_keys(tx.connection) - {tx.sealer.ring.write})
    for name in old:
        forget_key(tx.connection, name)
    return old


def by_key(connection: Connection) -> Counter[str]:
    """How many values are sealed with each key, by its name. Reads everything."""
    found: Counter[str] = Counter()
    for table in SEALED:
        for column in _sealed(table):
            name = _name_in(column)
            counted = select(name, func.count()).where(column.is_not(None)).group_by(name)
            found.update({bytes(row[0]).hex(): row[1] for row in connection.execute(counted).all()})
    return found


def _row(tx: Transaction, table: Table, row: dict[str, Any]) -> bool:
    changed = False
    for column in _sealed(table):
        old = row[column.name]
        if old is None or bytes(old[1 : 1 + ID_BYTES]).hex() == tx.sealer.ring.write:
            continue
        name = "/".join(str(row[part]) for part in column.info["row"])
        new = _anew(tx.sealer, table.name, column.name, name, bytes(old))
        mine = and_(_key(table) == row[_key(table).name], column == old)
        changed |= bool(tx.connection.execute(update(table).where(mine).values({column: new})).rowcount)
    return changed


def _anew(sealer: Sealer, table: str, column: str, row: str, old: bytes) -> bytes:
    """Opened, sealed, and opened again to see that it is the same."""
    plain = sealer.open(table, column, row, old)
    new = sealer.seal(table, column, row, plain)
    if sealer.open(table, column, row, new) != plain:
        raise Unreadable(f"{table}.{column} of row {row}: not the same after sealing it anew")
    return new


def _sealed(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.info["kept"] == "sealed"]


def _key(table: Table) -> Column[Any]:
    (key,) = table.primary_key.columns
    return key


def _name_in(column: Column[Any]) -> Any:
    return func.substr(column, literal_column("2"), literal_column(str(ID_BYTES)), type_=column.type)
