"""Rows of a sheet that somebody sends, XLSX or CSV; nothing in it is trusted: no formula is read, no size is believed."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

MOST_BYTES = 2_000_000
MOST_INFLATED = 30_000_000  # a sheet of a few thousand rows unpacks to far less
MOST_PARTS = 200
MOST_ROWS = 5_000
MOST_COLUMNS = 20
LONGEST_CELL = 200

Value = str | date | time | None  # a datetime is a date too


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that says how its value is made, and not the value."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands in the sheet."""

    number: int  # from 1, as the sheet numbers it
    cells: tuple[Value | Formula, ...]

    @property
    def empty(self) -> bool:
        """Is nothing written in it?"""
        return not any(self.cells)


class SheetRefused(Exception):
    """The file can't be read as a sheet; says why, in Spanish."""


def read_rows(path: Path) -> list[Row]:
    """The rows of a CSV file or of the first sheet of an XLSX file. Raises SheetRefused."""
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as wrong:
        raise SheetRefused(f"no se pudo leer: {wrong.strerror}") from None
    if size > MOST_BYTES:
        raise SheetRefused(f"pesa {size / 1e6:.1f} MB y se admiten {MOST_BYTES / 1e6:.0f} MB")
    match path.suffix.lower():
        case ".xlsx":
            rows = list(_of_xlsx(content))
        case ".csv":
            rows = list(_of_csv(content))
        case _:
            raise SheetRefused("debe terminar en .xlsx o en .csv (otros formatos: guárdelo como XLSX)")
    if len(rows) > MOST_ROWS:
        raise SheetRefused(f"tiene más de {MOST_ROWS} renglones")
    return rows


def _of_csv(content: bytes) -> Iterator[Row]:
    """Excel writes them with ";" and in Windows' own letters as often as not."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise SheetRefused("no es un archivo CSV")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            yield Row(reader.line_num, tuple(_typed(cell.strip()) for cell in cells[:MOST_COLUMNS]))
            if reader.line_num > MOST_ROWS:
                raise SheetRefused(f"tiene más de {MOST_ROWS} renglones")
    except csv.Error:
        raise SheetRefused("no se entiende como CSV") from None


def _typed(cell: str) -> str | Formula:
    return Formula() if cell[:1] in ("=", "@") else cell[:LONGEST_CELL]


def _of_xlsx(content: bytes) -> Iterator[Row]:
    """One pass over the first sheet; formulas are seen as such, links to other files are not followed."""
    _refuse_bombs(content)
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what Excel can and we do not need: validations, colours
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            with closing(book):
                sheet = book.worksheets[0]
                cells = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS)
                rows = [Row(n, tuple(map(_value, row))) for n, row in enumerate(cells, start=1)]
    except Exception as wrong:  # whatever a broken archive makes a parser raise
        cause = wrong.__cause__ or wrong
        raise SheetRefused(f"no se puede abrir como XLSX ({type(cause).__name__})") from None
    yield from rows


def _refuse_bombs(content: bytes) -> None:
    """What the archive says of its size is what its reader will hold it to."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise SheetRefused("no es un archivo XLSX") from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_INFLATED:
        raise SheetRefused("es demasiado grande por dentro")
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise SheetRefused("lleva macros; guárdelo como XLSX sin macros")


def _value(cell: object) -> Value | Formula:
    value = getattr(cell, "value", None)
    if getattr(cell, "data_type", "") == "f":
        return Formula()
    if value is None or isinstance(value, (date, time)):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _typed(str(value).strip())


def write_rows(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """A CSV that Excel opens with its accents. Raises OSError."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def write_book(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[str]]],
    choices: Mapping[str, Sequence[str]],
    formats: Mapping[str, str],
) -> None:
    """An XLSX: a first row of headings a sheet; in the first one columns with choices, and with a number format.

    `choices` and `formats` go by the column's letter. Raises OSError.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
        page.freeze_panes = "A2"
        for cell in page[1]:
            cell.font = Font(bold=True)
            page.column_dimensions[cell.column_letter].width = 16
    first = book.worksheets[0]
    for letter, words in choices.items():
        rule = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
        first.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{MOST_ROWS}")
    for letter, number_format in formats.items():
        for n in range(2, first.max_row + 1):
            first[f"{letter}{n}"].number_format = number_format
    book.save(path)
