"""Prebuilt statements on the short way give what SQLAlchemy gives, and everything else takes the long way."""

from __future__ import annotations

import gc
import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import BindParameter, Connection, Select, bindparam, create_engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import NullType

import storage
from storage.quick import Plan, Quick
from storage.schema import Moment, inbox, metadata, person, report

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
PEOPLE = [
    dict(id=name * 32, role="resident", locale="es", created_at=NOW, seen_at=NOW, consent_at=consent)
    for name, consent in (("a", NOW), ("b", None))
]


@pytest.fixture
def connection() -> Iterator[Connection]:
    """Tables with a few rows."""
    with create_engine("sqlite://").connect() as open_one:
        metadata.create_all(open_one)
        open_one.execute(person.insert(), PEOPLE)
        yield open_one


POSTGRES_ONLY = ("clock_timestamp", "pg_")  # clock and locks that replicas share; SQLite has one process


def prebuilt() -> Iterator[tuple[str, Select[Any]]]:
    """Every select that a module of the store built at import."""
    for module in pkgutil.iter_modules(storage.__path__):
        names = vars(importlib.import_module(f"storage.{module.name}"))
        selects = ((name, one) for name, one in names.items() if isinstance(one, Select))
        yield from (
            (f"{module.name}.{name}", one)
            for name, one in selects
            if not any(sign in str(one) for sign in POSTGRES_ONLY)
        )


def some_value(bind: BindParameter[Any]) -> Any:
    """Something of the type of a parameter."""
    if isinstance(bind.type, Moment):
        return NOW
    if isinstance(bind.type, NullType):
        return 1
    return {int: 1, str: "a" * 32, bytes: b"a", bool: True}[bind.type.python_type]


def parameters(statement: Select[Any]) -> dict[str, Any]:
    """A value for each parameter that has to be given."""
    binds = [part for part in iterate(statement) if isinstance(part, BindParameter) and part.required]
    return {bind.key: some_value(bind) for bind in binds}


def test_every_prebuilt_select_finds_the_same_both_ways(connection: Connection) -> None:
    quick, tried = Quick(connection), 0
    for name, statement in prebuilt():
        given = parameters(statement)
        slow = connection.execute(statement, given).mappings().all()
        for _ in range(3):
            assert quick.execute(statement, given).mappings().all() == slow, name
        tried += 1
    assert tried > 20


def test_moments_and_nothing_come_back_as_they_went_in(connection: Connection) -> None:
    statement = select(person).where(person.c.id == bindparam("who"))
    for _ in range(3):
        row = Quick(connection).execute(statement, {"who": "a" * 32}).one()
        assert (row.consent_at, row.created_at, row.opted_out_at) == (NOW, NOW, None)
    assert Quick(connection).execute(statement, {"who": "nobody"}).one_or_none() is None


def test_the_first_time_goes_the_long_way_and_the_second_has_a_plan(connection: Connection) -> None:
    quick, statement = Quick(connection), select(person).where(person.c.id == bindparam("who"))
    kept = []
    for _ in range(3):
        quick.execute(statement, {"who": "a"})
        kept.append(type(statement.__dict__["_quick_plans"]["who",]))
    assert kept == [type(None), Plan, Plan]


def test_a_statement_derived_from_another_has_its_own_plan(connection: Connection) -> None:
    quick, everybody = Quick(connection), select(person.c.id)
    for _ in range(3):
        assert len(quick.execute(everybody).all()) == 2
    some = everybody.where(person.c.consent_at.is_not(None))
    for _ in range(3):
        assert len(quick.execute(some).all()) == 1


def test_lists_and_many_rows_go_the_long_way(connection: Connection) -> None:
    quick, some = Quick(connection), select(person.c.id).where(person.c.id.in_(["a" * 32]))
    for _ in range(3):
        assert quick.execute(some).scalars().all() == ["a" * 32]
    insert = inbox.insert()
    for n in range(3):
        rows = [dict(key=f"{n}.{m}", received_at=NOW, state="done") for m in range(2)]
        quick.execute(insert, rows)
    assert len(connection.execute(select(inbox)).all()) == 6


def test_a_broken_rule_is_the_same_error(connection: Connection) -> None:
    quick, insert = Quick(connection), person.insert()
    for name in "cd":
        quick.execute(insert, {**PEOPLE[0], "id": name})
    with pytest.raises(IntegrityError):
        quick.execute(insert, {**PEOPLE[0], "id": "d"})


def test_a_count_of_changed_rows(connection: Connection) -> None:
    statement = report.update().where(report.c.id == bindparam("which")).values(pilot=True)
    for _ in range(3):
        assert Quick(connection).execute(statement, {"which": "nothing"}).rowcount == 0


def test_what_was_found_goes_without_the_garbage_collector(connection: Connection) -> None:
    quick, everybody = Quick(connection), select(person)
    for _ in range(3):  # the third has a plan
        gc.collect()
        assert len(quick.execute(everybody).mappings().all()) == 2
    assert gc.collect() == 0
