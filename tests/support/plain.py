"""Everything that a store holds, opened: where words can still be read with the keys in hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from storage import Transaction
from storage.schema import metadata


def every_plain(tx: Transaction) -> Iterator[tuple[str, str, str]]:
    """Column, how it is kept, and its value: clear as it stands, sealed opened."""
    for table in metadata.sorted_tables:
        for row in tx.connection.execute(select(table)).mappings().all():
            for column in table.columns:
                yield f"{table.name}.{column.name}", column.info["kept"], _opened(tx, column, row)


def _opened(tx: Transaction, column: Any, row: Any) -> str:
    value = row[column.name]
    if value is None or column.info["kept"] != "sealed":
        return str(value)
    place = "/".join(str(row[name]) for name in column.info["row"])
    return tx.sealer.open(column.table.name, column.name, place, value).decode("utf-8", "replace")
