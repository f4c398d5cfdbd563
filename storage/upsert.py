"""Insert a row or change the one with the same key, in one statement: two replicas may do it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite


class Upsert:
    """Built once; `change` names the columns that a known row gets anew."""

    def __init__(
        self, table: Table, key: Sequence[str], change: Sequence[str], *, also: Sequence[str] = ()
    ) -> None:
        values: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in (*key, *change, *also)}
        self._statements = {}
        for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql)):
            new = dialect.insert(table).values(values)
            anew = {column: new.excluded[column] for column in change}
            self._statements[name] = new.on_conflict_do_update(index_elements=[*key], set_=anew)

    def run(self, connection: Connection, row: Mapping[str, Any]) -> None:
        """Write it."""
        connection.execute(self._statements[connection.dialect.name], row)
