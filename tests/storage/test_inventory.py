"""Every column says how it is kept."""

from __future__ import annotations

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, String

from storage.schema import metadata

KEPT = {"clear", "sealed", "keyed", "ref"}
COLUMNS = [column for table in metadata.sorted_tables for column in table.columns]


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_a_column_says_how_it_is_kept(column: Column[object]) -> None:
    assert column.info.get("kept") in KEPT, f"declare {column} with clear, sealed, keyed or ref"


@pytest.mark.parametrize("column", [c for c in COLUMNS if c.info.get("kept") in {"sealed", "keyed"}], ids=str)
def test_what_is_sealed_or_keyed_is_bytes(column: Column[object]) -> None:
    assert isinstance(column.type, LargeBinary)


@pytest.mark.parametrize("column", [c for c in COLUMNS if c.info.get("kept") == "sealed"], ids=str)
def test_what_is_sealed_says_to_which_row(column: Column[object]) -> None:
    """Else nobody could seal it anew with another key."""
    assert set(column.info["row"]) <= set(column.table.columns.keys())


@pytest.mark.parametrize("column", [c for c in COLUMNS if c.info.get("kept") == "ref"], ids=str)
def test_a_reference_is_a_random_id(column: Column[object]) -> None:
    assert isinstance(column.type, String)
    assert column.type.length == 32


NOBODYS_WORDS = {
    "meta.value",
    "staff.sectors",
    "staff.lists",
    "shift.sectors",
    "planned_shift.sectors",
    "handover.sectors",
    "report.sectors",
}


def test_no_clear_column_has_room_for_free_text() -> None:
    """A clear column is a code, a number, a moment or a short name; words of a person are sealed."""
    roomy = {
        str(column)
        for column in COLUMNS
        if column.info.get("kept") == "clear"
        and not isinstance(column.type, BigInteger | Integer | Boolean)
        and isinstance(column.type, String)
        and (column.type.length is None or column.type.length > 200)
    }
    assert roomy == NOBODYS_WORDS
