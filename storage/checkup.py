"""Is a store whole? Rows counted, every sealed value opened, every chain of events and the audit followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, Table, func, select

from storage.audit import BrokenChain
from storage.errors import StoreRefused, Unreadable
from storage.schema import event, metadata
from storage.sealing import Sealer
from storage.store import Transaction

LIVES_ELSEWHERE = frozenset({"replica"})  # who is alive at this moment is nobody's history
TABLES = tuple(table for table in metadata.sorted_tables if table.name not in LIVES_ELSEWHERE)
AT_ONCE = 500  # rows; of contents of files a few, each up to 16 MiB
FILES_AT_ONCE = 4

Tell = Callable[[str, int, int], None]  # table, rows done, rows in all


@dataclass(slots=True)
class Checkup:
    """What was found."""

    counts: dict[str, int] = field(default_factory=dict)
    opened: int = 0
    chains: int = 0
    broken: list[str] = field(default_factory=list)  # "event of report …", "report.told of row …"

    def refuse_unless_whole(self, expected: Mapping[str, int]) -> None:
        """Raises StoreRefused, in Spanish, when something is missing, altered or unreadable."""
        wrong = [
            f"{name}: {self.counts.get(name, 0)} renglones y debían ser {count}"
            for name, count in expected.items()
            if self.counts.get(name, 0) != count
        ]
        if problems := [*wrong, *self.broken[:5]]:
            raise StoreRefused("La copia no está entera: " + "; ".join(problems) + ".")


def counts_of(connection: Connection) -> dict[str, int]:
    """Rows in every table."""
    return {t.name: connection.execute(select(func.count()).select_from(t)).scalar_one() for t in TABLES}


def rows_of(connection: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    """Every row, by its key, some at a time; never a table in memory."""
    at_once = FILES_AT_ONCE if table.name == "media_content" else AT_ONCE
    streamed = connection.execution_options(stream_results=True, max_row_buffer=at_once)
    found = streamed.execute(select(table).order_by(*table.primary_key.columns)).mappings()
    for part in found.partitions(at_once):
        yield [dict(row) for row in part]


def check_up(connection: Connection, sealer: Sealer, tell: Tell) -> Checkup:
    """Look at everything there is."""
    found = Checkup(counts_of(connection))
    for table in TABLES:
        _open_all(connection, sealer, table, found, tell)
    tx = Transaction(connection, sealer)
    for report_id in connection.execute(select(event.c.report_id).distinct()).scalars().all():
        found.chains += 1
        if not tx.reports.chain_holds(report_id):
            found.broken.append(f"la cadena de sucesos del reporte {report_id[:8]} no cuadra")
    try:
        tx.audit.verify()
    except BrokenChain as broken:
        found.broken.append(f"la bitácora no cuadra en la línea {broken.line}")
    return found


def _open_all(connection: Connection, sealer: Sealer, table: Table, found: Checkup, tell: Tell) -> None:
    sealed = [column for column in table.columns if column.info["kept"] == "sealed"]
    if not sealed:
        return
    done, total = 0, found.counts[table.name]
    for part in rows_of(connection, table):
        for row in part:
            for column in sealed:
                _open(sealer, table.name, column.name, column.info["row"], row, found)
        done += len(part)
        tell(table.name, done, total)


def _open(
    sealer: Sealer, table: str, column: str, named: tuple[str, ...], row: dict[str, object], found: Checkup
) -> None:
    value = row[column]
    if value is None:
        return
    name = "/".join(str(row[part]) for part in named)
    try:
        sealer.open(table, column, name, bytes(value))  # type: ignore[call-overload]  # LargeBinary
        found.opened += 1
    except Unreadable:
        found.broken.append(f"{table}.{column} no se puede leer en el renglón {name[:8]}")
