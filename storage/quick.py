"""A SQLAlchemy connection on SQLite whose prebuilt statements run without SQLAlchemy's machinery for each call.

A Core statement costs 45 µs to execute through SQLAlchemy and 9 through the driver (docs/performance.md), and a turn
runs a dozen. So a statement that is executed a second time (it was built once, at import) gets a plan: its SQL, the
order of its values, what turns values and columns from ours into SQLite's and back. Whatever a plan can't say
(lists in IN, many rows, defaults of Python) goes the long way, every time, with the same result.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Executable, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from storage.schema import Moment, from_microseconds, to_microseconds

Convert = Callable[[Any], Any]
Converters = tuple[tuple[int, Convert], ...]  # by place; most values are the same for us and for SQLite
_PLANS = "_quick_plans"  # on the statement itself: both live equally long


@dataclass(frozen=True, slots=True)
class Plan:
    """What remains of a statement for one set of parameter names."""

    sql: str
    values: Callable[[Mapping[str, Any]], tuple[Any, ...]]  # in the order of the SQL
    fixed: Mapping[str, Any]  # values that the statement itself brings
    given: Converters  # of values that go in
    found: Converters  # of columns that come out
    row: Callable[[Iterable[Any]], Any]
    dictionary: Callable[[Sequence[Any]], dict[str, Any]]


class Plans(dict[tuple[str, ...] | None, "Plan | bool | None"]):
    """Of one statement, by the names of the parameters. A statement derived from it copies it, and is another one."""

    def __init__(self, owner: int) -> None:
        super().__init__()
        self.owner = owner


class Quick:
    """Looks like the connection to whoever executes; everything else is the connection's own."""

    def __init__(self, connection: Connection) -> None:
        self._slow = connection
        raw = cast(sqlite3.Connection, connection.connection.driver_connection)
        self._cursor = raw.cursor()  # one for all: what a statement finds is fetched before the next begins
        self.dialect = connection.dialect

    def __getattr__(self, name: str) -> Any:
        return getattr(self._slow, name)

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """The result, of the same shape either way."""
        given = parameters or {}
        plans: Plans | None = statement.__dict__.get(_PLANS)
        if plans is None or plans.owner != id(statement):
            plans = statement.__dict__[_PLANS] = Plans(id(statement))
        names = tuple(given) if type(given) is dict else None
        plan = plans.get(names, _NEW)
        if type(plan) is not Plan:
            plan = self._not_planned(statement, plans, names)
            if plan is None:
                return self._slow.execute(statement, parameters)
        return cast("CursorResult[Any]", self._run(plan, given))

    def _not_planned(self, statement: Executable, plans: Plans, names: tuple[str, ...] | None) -> Plan | None:
        """The plan, made when the statement comes a second time: at the first it may be built for this once."""
        found = plans.get(names, _NEW)
        if found is _NEW:
            plans[names] = False if names is None else None
        elif found is None and names is not None:
            plans[names] = found = _planned(statement, names, self.dialect)
            return found if isinstance(found, Plan) else None
        return None

    def _run(self, plan: Plan, parameters: Mapping[str, Any]) -> Result:
        values: Sequence[Any] = plan.values({**plan.fixed, **parameters} if plan.fixed else parameters)
        if plan.given:
            values = _converted(values, plan.given)
        cursor = self._cursor
        try:
            cursor.execute(plan.sql, values)
            rows = cursor.fetchall()
        except sqlite3.Error as error:
            raise DBAPIError.instance(plan.sql, None, error, sqlite3.Error, hide_parameters=True) from error
        return Result(plan, rows, cursor.rowcount, cursor.lastrowid)


_NEW: Any = object()  # a set of names that was not seen before


def _planned(statement: Executable, names: tuple[str, ...], dialect: Dialect) -> Plan | bool:
    compiled = statement.compile(dialect=dialect, column_keys=sorted(names))  # type: ignore[attr-defined]
    if not isinstance(compiled, SQLCompiler) or _says_too_much(compiled):
        return False
    order = tuple(compiled.positiontup or ())
    defaults = compiled.construct_params({}, _check=False)
    binds = {name: _way_in(compiled, name) for name in order}
    columns = compiled._result_columns
    results = [_way_out(column.type, dialect) for column in columns]
    keys = tuple(column.keyname for column in columns)
    return Plan(
        sql=compiled.string,
        values=_in_order(order),
        fixed={name: defaults.get(name) for name in order if name not in names},
        given=_only_real([binds[name] for name in order]),
        found=_only_real(results),
        row=_row_class(keys)._make,
        dictionary=_with_names(keys),
    )


def _in_order(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda given: tuple(given[name] for name in names)


def _way_in(compiled: SQLCompiler, name: str) -> Convert | None:
    """What makes a value of ours one of SQLite's; its driver takes bytes as they are."""
    kind = compiled.binds[name].type
    if isinstance(kind, LargeBinary):
        return None
    if isinstance(kind, Moment):
        return to_microseconds
    return cast("Convert | None", compiled._bind_processors.get(name))


def _way_out(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if isinstance(kind, Moment):
        return from_microseconds
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _only_real(converters: Sequence[Convert | None]) -> Converters:
    return tuple((at, convert) for at, convert in enumerate(converters) if convert is not None)


def _says_too_much(compiled: SQLCompiler) -> bool:
    """Is there anything in it that is decided only when it is executed?"""
    late = compiled.post_compile_params or compiled.literal_execute_params
    return bool(late or compiled.insert_prefetch or compiled.update_prefetch)


def _row_class(names: tuple[str, ...]) -> Any:
    row = namedtuple("row", names, rename=True)  # type: ignore[misc]
    row._mapping = property(_with_names(names))  # type: ignore[attr-defined]
    return row


def _with_names(names: tuple[str, ...]) -> Callable[[Sequence[Any]], dict[str, Any]]:
    return lambda row: dict(zip(names, row, strict=True))


def quick(connection: Connection) -> Connection:
    """The connection to execute with: the driver of PostgreSQL is behind a network, where this would buy nothing."""
    if connection.dialect.name != "sqlite" or isinstance(connection, Quick):
        return connection
    return cast(Connection, Quick(connection))


class Result:
    """What was found, already fetched; the methods of SQLAlchemy's result that we use."""

    __slots__ = ("_plan", "_rows", "_shape", "lastrowid", "rowcount")

    def __init__(self, plan: Plan, rows: list[Any], rowcount: int, lastrowid: int | None) -> None:
        self._plan = plan
        self._rows = [_converted(row, plan.found) for row in rows] if plan.found and rows else rows
        self._shape: Callable[[Any], Any] = plan.row
        self.rowcount = rowcount
        self.lastrowid = lastrowid  # of an INSERT; after any other statement it says nothing

    def __iter__(self) -> Iterator[Any]:
        return iter(self.all())

    def mappings(self) -> Result:
        """Rows as dictionaries."""
        self._shape = self._plan.dictionary
        return self

    def scalars(self) -> Result:
        """The first column of each row."""
        self._shape = _first
        return self

    def all(self) -> list[Any]:
        """Every row."""
        return [self._shape(row) for row in self._rows]

    def first(self) -> Any:
        """The first row, or None."""
        return self._shape(self._rows[0]) if self._rows else None

    def one_or_none(self) -> Any:
        """The only row, or None. Raises MultipleResultsFound."""
        if len(self._rows) > 1:
            raise MultipleResultsFound("Multiple rows were found when one or none was required")
        return self.first()

    def one(self) -> Any:
        """The only row. Raises NoResultFound, MultipleResultsFound."""
        if not self._rows:
            raise NoResultFound("No row was found when one was required")
        return self.one_or_none()

    def scalar_one_or_none(self) -> Any:
        """The first column of the only row, or None. Raises MultipleResultsFound."""
        return self.scalars().one_or_none()

    def scalar_one(self) -> Any:
        """The first column of the only row. Raises NoResultFound, MultipleResultsFound."""
        return self.scalars().one()

    def scalar(self) -> Any:
        """The first column of the first row, or None."""
        return self.scalars().first()


def _first(row: Sequence[Any]) -> Any:
    return row[0]


def _converted(row: Sequence[Any], columns: Converters) -> list[Any]:
    kept = list(row)
    for at, convert in columns:
        kept[at] = convert(kept[at])
    return kept
