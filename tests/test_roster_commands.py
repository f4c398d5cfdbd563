"""`proximidad roster`: a sheet goes in whole or not at all, and only replaces what it is about."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.app import now
from bot.console import in_store
from bot.settings import names

run = CliRunner().invoke
ZONE = ZoneInfo("America/Cancun")


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """After `init`, with the settings that it asks for."""
    monkeypatch.chdir(tmp_path)
    for name in names():
        monkeypatch.delenv(name, raising=False)
    assert run(app, ["init", "town"]).exit_code == 0
    monkeypatch.setenv("PROXIMIDAD_KEYRING", str(tmp_path / "town-llavero.json"))
    monkeypatch.setenv("PROXIMIDAD_CONFIG_DIR", str(tmp_path / "town"))
    monkeypatch.setenv("PROXIMIDAD_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def sheet(folder: Path, *rows: str) -> str:
    """A CSV of the roster; `{n}` is the day that comes in n days."""
    days = {f"d{n}": f"{today() + timedelta(days=n)}" for n in range(40)}
    head = "placa,patrón,primer día,último día,entra,sale"
    (folder / "rol.csv").write_text("\n".join([head, *rows]).format(**days) + "\n")
    return str(folder / "rol.csv")


def planned(badge: str) -> list[int]:
    """In how many days somebody's shifts begin, by the municipality's calendar."""
    since, until = now() - timedelta(days=2), now() + timedelta(days=50)
    found = in_store(lambda tx: tx.plans.of_badge(badge, since, until), reads=True)
    return [(one.starts_at.astimezone(ZONE).date() - today()).days for one in found]


def today() -> date:
    """At the municipality: in the evening UTC is a day ahead."""
    return now().astimezone(ZONE).date()


def test_a_dry_run_says_what_would_be_and_keeps_nothing(folder: Path) -> None:
    """With the days of the sheet, in the municipality's own time."""
    file = sheet(folder, "E-101,24x24,{d2},{d8},07:00,")
    done = run(app, ["roster", "import", file, "--dry-run"])
    assert done.exit_code == 0, done.output
    assert "4 turnos de 1 personas" in done.output
    assert "(hora de America/Cancun)" in done.output
    assert "No se guardó nada (--dry-run)" in done.output
    assert planned("E-101") == []


def test_one_wrong_row_and_nothing_is_kept(folder: Path) -> None:
    """Every mistake is told, with its row."""
    file = sheet(
        folder, "E-101,24x24,{d2},{d8},07:00,", "E-999,24x24,{d2},{d8},07:00,", "E-102,libre,{d2},,7,"
    )
    done = run(app, ["roster", "import", file])
    assert done.exit_code == 2
    assert "No se guardó nada. Hay 2 cosas que corregir:" in done.stderr
    assert "Renglón 3: no hay nadie con la placa «E-999»" in done.stderr
    assert "Renglón 4: un turno libre necesita" in done.stderr
    assert planned("E-101") == []


def test_the_same_sheet_twice_is_one_roster_and_a_newer_one_replaces_its_days(folder: Path) -> None:
    """Other people's days stay as they were."""
    first = sheet(folder, "E-101,24x24,{d2},{d12},07:00,", "E-102,24x24,{d3},{d12},07:00,")
    assert run(app, ["roster", "import", first]).exit_code == 0
    again = run(app, ["roster", "import", first])
    assert "Rol guardado: 11 turnos; sustituyó 11." in again.output
    before = planned("E-102")
    newer = run(app, ["roster", "import", sheet(folder, "E-101,libre,{d4},{d6},07:00,15:00")])
    assert "Rol guardado: 3 turnos; sustituyó 2." in newer.output
    assert planned("E-101") == [2, 4, 5, 6, 8, 10, 12]
    assert planned("E-102") == before


def test_a_shift_that_stays_is_not_laid_over(folder: Path) -> None:
    """A night of the older sheet reaches into the first day of the newer one."""
    assert run(app, ["roster", "import", sheet(folder, "E-101,libre,{d2},,19:00,07:00")]).exit_code == 0
    done = run(app, ["roster", "import", sheet(folder, "E-101,libre,{d3},{d4},06:00,14:00")])
    assert done.exit_code == 2
    assert "Renglón 2: E-101 se encima con un turno ya guardado" in done.stderr
    assert planned("E-101") == [2]


def test_the_template_is_written_once(folder: Path) -> None:
    """What somebody began to fill is not written over."""
    done = run(app, ["roster", "template", "rol.xlsx"])
    assert done.exit_code == 0, done.output
    assert "ya existe" in run(app, ["roster", "template", "rol.xlsx"]).stderr
    assert "debe terminar en" in run(app, ["roster", "template", "rol.doc"]).stderr
    empty = run(app, ["roster", "import", "rol.xlsx"])
    assert "No hay ningún turno en la hoja." in empty.stderr
    assert "no se pudo leer" in run(app, ["roster", "import", "nada.csv"]).stderr
