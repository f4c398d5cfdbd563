"""A SQLAlchemy connection on SQLite whose prebuilt statements run without SQLAlchemy's machinery for each call.

A Core statement costs 45 µs to execute through SQLAlchemy and 9 through the driver (docs/performance.md), and a turn
runs a dozen. So a statement that is executed a second time (it was built once, at import) gets a plan: its SQL, the
order of its values, what turns values and columns from ours into SQLite's and back. Whatever a plan can't say
(lists in IN, many rows, defaults of Python) goes the long way, every time, with the same result.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound
from sqlalchemy.sql.compiler import SQLCompiler

Convert = Callable[[Any], Any]
_PLANS = "_quick_plans"  # on the statement itself: both live equally long


@dataclass(frozen=True, slots=True)
class Plan:
    """What remains of a statement for one set of parameter names."""

    sql: str
    values: tuple[tuple[str, Any, Convert | None], ...]  # name, what stands when it is not given, conversion
    columns: tuple[tuple[int, Convert], ...]  # which of them are converted, and how
    row: Callable[[Sequence[Any]], Any]


class Plans(dict[tuple[str, ...] | None, "Plan | bool | None"]):
    """Of one statement, by the names of the parameters. A statement derived from it copies it, and is another one."""

    def __init__(self, owner: int) -> None:
        super().__init__()
        self.owner = owner


class Quick:
    """Looks like the connection to whoever executes; everything else is the connection's own."""

    def __init__(self, connection: Connection) -> None:
        self._slow = connection
        self._raw = cast(sqlite3.Connection, connection.connection.driver_connection)
        self._dialect = connection.dialect

    def __getattr__(self, name: str) -> Any:
        return getattr(self._slow, name)

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """The result, of the same shape either way."""
        plan = self._plan(statement, parameters or {})
        if plan is None:
            return self._slow.execute(statement, parameters)
        return cast(CursorResult[Any], self._run(plan, parameters or {}))

    def _plan(self, statement: Executable, parameters: Any) -> Plan | None:
        plans: Plans | None = statement.__dict__.get(_PLANS)
        if plans is None or plans.owner != id(statement):
            plans = statement.__dict__[_PLANS] = Plans(id(statement))
        names = tuple(parameters) if type(parameters) is dict else None
        if names in plans:
            found = plans[names]
            if found is None and names is not None:
                plans[names] = found = _planned(statement, names, self._dialect)
            return found if isinstance(found, Plan) else None
        plans[names] = False if names is None else None  # the first time: it may be built for this once
        return None

    def _run(self, plan: Plan, parameters: Mapping[str, Any]) -> Result:
        values = [
            convert(parameters.get(name, default)) if convert else parameters.get(name, default)
            for name, default, convert in plan.values
        ]
        try:
            cursor = self._raw.execute(plan.sql, values)
            rows = cursor.fetchall()
        except sqlite3.Error as error:
            raise DBAPIError.instance(plan.sql, None, error, sqlite3.Error, hide_parameters=True) from error
        return Result(plan, rows, cursor.rowcount)


def _planned(statement: Executable, names: tuple[str, ...], dialect: Dialect) -> Plan | bool:
    compiled = statement.compile(dialect=dialect, column_keys=sorted(names))  # type: ignore[attr-defined]
    if not isinstance(compiled, SQLCompiler) or _says_too_much(compiled):
        return False
    defaults = compiled.construct_params({}, _check=False)
    binds = compiled._bind_processors
    order = compiled.positiontup or ()
    results = compiled._result_columns
    converters = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in results]
    return Plan(
        sql=compiled.string,
        values=tuple((name, defaults.get(name), cast(Any, binds.get(name))) for name in order),
        columns=tuple((at, convert) for at, convert in enumerate(converters) if convert is not None),
        row=_row_class(tuple(column.keyname for column in results))._make,
    )


def _says_too_much(compiled: SQLCompiler) -> bool:
    """Is there anything in it that is decided only when it is executed?"""
    late = compiled.post_compile_params or compiled.literal_execute_params
    return bool(late or compiled.insert_prefetch or compiled.update_prefetch)


def _row_class(names: tuple[str, ...]) -> Any:
    row = namedtuple("row", names, rename=True)  # type: ignore[misc]
    row._mapping = property(lambda self: dict(zip(names, self, strict=True)))  # type: ignore[attr-defined]
    return row


def quick(connection: Connection) -> Connection:
    """The connection to execute with: the driver of PostgreSQL is behind a network, where this would buy nothing."""
    return cast(Connection, Quick(connection)) if connection.dialect.name == "sqlite" else connection


class Result:
    """What was found, already fetched; the methods of SQLAlchemy's result that we use."""

    __slots__ = ("_found", "rowcount")

    def __init__(self, plan: Plan, rows: list[tuple[Any, ...]], rowcount: int) -> None:
        plain = (_converted(row, plan.columns) for row in rows) if plan.columns else rows
        self._found: list[Any] = list(map(plan.row, plain))
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._found)

    def mappings(self) -> Result:
        """Rows as dictionaries."""
        self._found = [row._mapping for row in self._found]
        return self

    def scalars(self) -> Result:
        """The first column of each row."""
        self._found = [row[0] for row in self._found]
        return self

    def all(self) -> list[Any]:
        """Every row."""
        return self._found

    def first(self) -> Any:
        """The first row, or None."""
        return self._found[0] if self._found else None

    def one_or_none(self) -> Any:
        """The only row, or None. Raises MultipleResultsFound."""
        if len(self._found) > 1:
            raise MultipleResultsFound("Multiple rows were found when one or none was required")
        return self.first()

    def one(self) -> Any:
        """The only row. Raises NoResultFound, MultipleResultsFound."""
        if not self._found:
            raise NoResultFound("No row was found when one was required")
        return self.one_or_none()

    def scalar_one_or_none(self) -> Any:
        """The first column of the only row, or None. Raises MultipleResultsFound."""
        row = self.one_or_none()
        return None if row is None else row[0]

    def scalar_one(self) -> Any:
        """The first column of the only row. Raises NoResultFound, MultipleResultsFound."""
        return self.one()[0]

    def scalar(self) -> Any:
        """The first column of the first row, or None."""
        row = self.first()
        return None if row is None else row[0]


def _converted(row: tuple[Any, ...], columns: tuple[tuple[int, Convert], ...]) -> list[Any]:
    kept = list(row)
    for at, convert in columns:
        kept[at] = convert(kept[at])
    return kept
