"""The roster sheet is not trusted: everything wrong is told by its row, in Spanish, and nothing of it is used."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, time
from pathlib import Path

import openpyxl
import pytest

from bot.domain.roster import Mode
from bot.municipality import Municipality, load
from bot.municipality.roster_sheet import COLUMNS, RosterSheet, check_rows, read_roster, write_template
from bot.municipality.spreadsheet import MOST_ROWS, Row, SheetRefused, read_rows

NOW = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)  # 17:00 in Chetumal
HEAD = Row(1, ("placa", "nombre", "patrón", "primer día", "último día", "entra", "sale", "sectores", "modo"))


@pytest.fixture(scope="module")
def here() -> Municipality:
    return load()


def read(here: Municipality, *rows: tuple[object, ...]) -> RosterSheet:
    """Rows below the headings, the first of them the second of the sheet."""
    made = [Row(n, tuple(row)) for n, row in enumerate(rows, start=2)]  # type: ignore[arg-type]
    return check_rows([HEAD, *made], here, NOW)


def row(**changes: object) -> tuple[object, ...]:
    """A sound row with what a test changes, by column."""
    usual = {
        "placa": "E-101", "nombre": "quien sea", "patron": "12x12", "primer": "2026-12-01", "ultimo": "2026-12-03",
        "entra": "07:00", "sale": None, "sectores": None, "modo": "a pie",
    }  # fmt: skip
    return tuple({**usual, **changes}.values())


def test_a_row_makes_its_shifts_in_utc(here: Municipality) -> None:
    """Cancún is five hours behind all year."""
    (first, *_) = found = read(here, row()).planned
    assert len(found) == 3
    assert first.starts_at == datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
    assert first.ends_at == datetime(2026, 12, 2, 0, 0, tzinfo=UTC)
    assert (first.badge, first.mode, first.sectors) == ("E-101", Mode.FOOT, ())


@pytest.mark.parametrize(
    "changes",
    [
        {"primer": date(2026, 12, 1), "ultimo": datetime(2026, 12, 3), "entra": time(7)},  # noqa: DTZ001
        {"primer": "01/12/2026", "ultimo": "3-12-2026", "entra": "7"},
        {"patron": " 12 X 12 ", "entra": "7:00 hrs"},
        {"patron": "12 por 12", "entra": "07:00:00"},
        {"modo": "Pie tierra"},
    ],
)
def test_days_hours_and_patterns_are_read_as_people_write_them(
    here: Municipality, changes: dict[str, object]
) -> None:
    """And as Excel keeps them."""
    assert read(here, row(**changes)).planned == read(here, row()).planned


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"placa": ""}, "falta la placa"),
        ({"placa": "E-110"}, "no hay nadie con la placa «E-110»; ¿quiso decir «E-101»?"),
        ({"placa": "M-01"}, "M-01 es de un mando"),
        ({"patron": "8x8"}, "«8x8» no es un patrón; hay 24x24, 12x12, 12x24, 24x48, libre"),
        ({"primer": "ayer"}, "«ayer» no es una fecha en «primer día»"),
        ({"primer": "2026-02-30"}, "«2026-02-30» no es una fecha"),
        ({"primer": None}, "falta «primer día»"),
        ({"primer": "2026-11-27"}, "27/11/2026 07:00 ya pasó"),
        ({"primer": "2062-12-01", "ultimo": "2062-12-02"}, "es demasiado lejos"),
        ({"ultimo": "2026-11-30"}, "«último día» es antes de «primer día»"),
        ({"ultimo": None}, "el patrón 12x12 necesita «último día»"),
        ({"ultimo": "2028-12-03"}, "más de un año"),
        ({"entra": "25:00"}, "«25:00» no es una hora en «entra»"),
        ({"entra": "0.29166"}, "«0.29166» no es una hora"),
        ({"entra": None}, "falta «entra»"),
        ({"patron": "libre"}, "un turno libre necesita la hora en «sale»"),
        ({"sectores": "norte-poniente; sur"}, "no conozco el sector «sur»"),
        ({"modo": "a caballo"}, "«a caballo» no es un modo; hay a pie, patrulla y moto"),
    ],
)
def test_what_is_wrong_is_told_by_its_row(here: Municipality, changes: dict[str, object], said: str) -> None:
    """The other rows are read all the same, so that everything is told at once."""
    found = read(here, row(placa="E-102"), row(**changes))
    (mistake,) = found.mistakes
    assert str(mistake).startswith("Renglón 3: ")
    assert said in mistake.text


def test_sectors_go_by_name_or_by_slug_and_free_shifts_pass_midnight(here: Municipality) -> None:
    """A loan to another sector is a row of its own."""
    (one,) = read(
        here,
        row(
            patron="libre",
            ultimo=None,
            entra="19:00",
            sale="07:00",
            sectores="Sector Norte Oriente;norte-poniente",
        ),
    ).planned
    assert one.sectors == ("norte-oriente", "norte-poniente")
    assert (one.ends_at - one.starts_at).total_seconds() == 12 * 3600


def test_nobody_is_in_two_places_at_once(here: Municipality) -> None:
    """Once for a pair of rows, whatever their order; other people's hours do not count."""
    found = read(here, row(patron="24x24"), row(placa="E-102"), row(entra="08:00"), row(entra="20:00"))
    assert [str(m) for m in found.mistakes] == [
        "Renglón 4: E-101 se encima con el renglón 2: 01/12/2026 08:00",
        "Renglón 5: E-101 se encima con el renglón 2: 01/12/2026 20:00",
    ]


def test_a_formula_is_never_read(here: Municipality, tmp_path: Path) -> None:
    """Neither in a spreadsheet nor in a CSV."""
    book = openpyxl.Workbook()
    book.active.append(COLUMNS)
    book.active.append(["E-101", "x", "12x12", "=TODAY()", "2026-12-03", "07:00"])
    book.save(tmp_path / "rol.xlsx")
    (tmp_path / "rol.csv").write_text(
        f'{",".join(COLUMNS)}\nE-101,x,12x12,"=HYPERLINK(""http://x"")",,07:00\n'
    )
    for name in ("rol.xlsx", "rol.csv"):
        (mistake,) = read_roster(tmp_path / name, here, NOW).mistakes
        assert str(mistake) == "Renglón 2: «primer dia» lleva una fórmula; péguela como valor"


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_the_template_comes_back_as_it_is_filled(here: Municipality, tmp_path: Path, suffix: str) -> None:
    """Everybody stands in it; who is left without a shift is named and is no mistake."""
    file = tmp_path / f"rol.{suffix}"
    write_template(file, here)
    empty = read_roster(file, here, NOW)
    assert empty.without == ("E-101", "E-102", "E-103", "E-104", "E-105", "E-201")
    assert [m.text for m in empty.mistakes] == ["No hay ningún turno en la hoja."]
    if suffix == "csv":
        return
    book = openpyxl.load_workbook(file)
    page = book["rol"]
    for column, value in zip(
        "CDEFI", ("24x48", date(2026, 12, 1), date(2026, 12, 9), time(7), "moto"), strict=True
    ):
        page[f"{column}3"] = value
    book.save(file)
    filled = read_roster(file, here, NOW)
    assert filled.mistakes == ()
    assert {(s.badge, s.mode) for s in filled.planned} == {("E-102", Mode.MOTORCYCLE)}
    assert len(filled.planned) == 3


def test_excel_in_spanish_writes_semicolons_and_its_own_letters(here: Municipality, tmp_path: Path) -> None:
    """cp1252, «;» and a title above the headings."""
    text = "Rol de diciembre;;\nplaca;patrón;primer día;último día;entra;modo\nE-101;12x12;01/12/2026;02/12/2026;7;en patrulla\n"
    (tmp_path / "rol.csv").write_bytes(text.encode("cp1252"))
    found = read_roster(tmp_path / "rol.csv", here, NOW)
    assert found.mistakes == ()
    assert [s.mode for s in found.planned] == [Mode.CAR, Mode.CAR]


def bomb() -> bytes:
    """A sheet of a few kilobytes that unpacks to a hundred million."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000_000)
    return made.getvalue()


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets><sheet name="&b;"/></sheets></workbook>"""


def with_entities() -> bytes:
    """A sound book whose index declares entities."""
    sound, made = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(sound)
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, ENTITIES if name == "xl/workbook.xml" else old.read(name))
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rol.xlsx", b"nothing of the kind", "no es un archivo XLSX"),
        ("rol.xlsx", bomb(), "es demasiado grande por dentro"),
        ("rol.xlsx", with_entities(), "no se puede abrir como XLSX (EntitiesForbidden)"),
        ("rol.xlsx", b"PK\x05\x06" + bytes(18), "no se puede abrir como XLSX"),
        ("rol.csv", bytes(3_000_000), "pesa 3.0 MB y se admiten 2 MB"),
        ("rol.csv", b"placa\0", "no es un archivo CSV"),
        ("rol.csv", b"x\n" * (MOST_ROWS + 1), f"tiene más de {MOST_ROWS} renglones"),
        ("rol.ods", b"x", "debe terminar en .xlsx o en .csv"),
    ],
)
def test_what_is_no_sheet_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    """Before anything of it is believed."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SheetRefused, match=r"^" + said.replace("(", r"\(").replace(")", r"\)")):
        read_rows(tmp_path / name)


def test_a_sheet_that_claims_a_million_rows_is_read_no_further(tmp_path: Path) -> None:
    """One cell far below the others: as long as it says, and no longer."""
    book = openpyxl.Workbook()
    book.active["A1"] = "placa"
    book.active["A1048576"] = "E-101"
    book.save(tmp_path / "rol.xlsx")
    with pytest.raises(SheetRefused, match="más de 5000 renglones"):
        read_rows(tmp_path / "rol.xlsx")


def test_a_sheet_without_headings_says_so(here: Municipality) -> None:
    """And one without a column that is needed."""
    assert str(check_rows([Row(1, ("nombre",))], here, NOW).mistakes[0]) == (
        "No hay un renglón de encabezados con «placa»."
    )
    found = check_rows([Row(1, ("placa", "patrón"))], here, NOW)
    assert str(found.mistakes[0]) == "Renglón 1: falta la columna primer dia, entra"
