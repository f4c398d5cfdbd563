"""Every row of a store into an empty one, of whichever engine: all of it or nothing, counted and checked."""

from __future__ import annotations

from sqlalchemy import Connection, Table, func, insert, select, text

from storage.checkup import TABLES, Checkup, Tell, check_up, counts_of, rows_of
from storage.errors import StoreRefused
from storage.plain import alone_with
from storage.sealing import KeyRing, Sealer
from storage.selfcheck import check_ring


def move(source: str, target: str, ring: KeyRing, tell: Tell) -> Checkup:
    """Copy the store at one URL into the one at the other. Raises StoreRefused; then the target is as it was."""
    sealer = Sealer(ring)
    with alone_with(source) as old, alone_with(target) as new:
        check_ring(old, sealer)
        refuse_unless_empty(new)
        copy(old, new, tell)
        found = check_up(new, sealer, tell)
        found.refuse_unless_whole(counts_of(old))
        check_ring(new, sealer)
    return found


def refuse_unless_empty(connection: Connection) -> None:
    """Raises StoreRefused when any table holds a row."""
    if full := [name for name, count in counts_of(connection).items() if count]:
        raise StoreRefused(f"La base de destino no está vacía ({', '.join(full)}): no se tocó nada.")


def copy(source: Connection, target: Connection, tell: Tell) -> None:
    """Every row of every table, parents first."""
    for table in TABLES:
        done, total = 0, source.execute(select(func.count()).select_from(table)).scalar_one()
        for rows in rows_of(source, table):
            target.execute(insert(table), rows)
            done += len(rows)
            tell(table.name, done, total)
        _go_on_counting(target, table)


def _go_on_counting(target: Connection, table: Table) -> None:
    """PostgreSQL numbers new rows from a sequence, which knows nothing of rows that bring their number along."""
    if target.dialect.name != "postgresql" or table.autoincrement_column is None:
        return
    name = table.autoincrement_column.name
    last = target.execute(select(func.max(table.autoincrement_column))).scalar_one()
    sequence = target.execute(
        text("SELECT pg_get_serial_sequence(:table, :name)"), {"table": table.name, "name": name}
    ).scalar_one()
    if sequence is not None and last is not None:
        target.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})
