"""What to do when…: every page is one page, says the same things in the same order, and its commands work."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import pins
from bot.__main__ import app
from bot.app import expect_staff
from bot.console import in_store
from bot.municipality import load
from bot.settings import names
from storage import Transaction
from storage.pins import Pin
from tests.support.reports import NOON

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "operacion"
INDEX = FOLDER / "README.md"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path != INDEX)
NEEDED = (  # reliability: what must have a page
    "token-robado", "telefono-robado", "servidor-robado", "proveedor-caido", "disco-lleno", "base-danada",
    "llavero-perdido", "llavero-sospechoso", "alta-equivocada", "reporte-mal-dirigido", "requerimiento-legal",
    "borrado-de-datos", "persona-en-riesgo", "actualizar",
)  # fmt: skip
ONE_PAGE = 60  # lines
PARTS = ("**Meta:", "**Señal.**", "**Qué hacer**", "**Cuándo llamar.**")
PIN = "739154"
INSPECTED = {
    "sudo",
    "systemctl",
    "journalctl",
    "curl",
    "df",
    "ls",
    "sqlite3",
}  # of the machine: read here, not run
ROUTES = {"/salud/vivo", "/salud/listo", "/metrics"}


def commands(page: Path) -> list[str]:
    """The lines of its fences."""
    fences = re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line for fence in fences for line in fence.splitlines() if line and not line.startswith("#")]


def ours(page: Path) -> list[str]:
    return [line for line in commands(page) if line.startswith("proximidad ")]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with its staff: a supervisor with a PIN, an officer on the list."""
    folder = tmp_path_factory.mktemp("town")
    with pytest.MonkeyPatch.context() as environment:
        _settle_in(environment, folder)
        assert CliRunner().invoke(app, ["init", "municipio"]).exit_code == 0
        in_store(_staff)
        _copied(environment, folder)
    return folder


def _copied(environment: pytest.MonkeyPatch, folder: Path) -> None:
    """A copy of it, and the key that opens copies, under the names that the pages give them."""
    pair = CliRunner().invoke(app, ["keys", "backup", "copias.llave"])
    (folder / "copias.publica").write_text(pair.stdout.split("PROXIMIDAD_BACKUP_KEY=")[1].split()[0])
    _settle_in(environment, folder)
    assert CliRunner().invoke(app, ["backup"]).exit_code == 0
    next((folder / "copias").glob("*.age")).rename(folder / "COPIA.tar.age")


def _staff(tx: Transaction) -> None:
    expect_staff(tx, load(), NOON)
    for badge in ("M-01", "E-101"):
        slot = tx.staff.slot(badge)
        assert slot is not None
        person = tx.people.add(at=NOON, locale="es", role=slot.role)
        tx.staff.enrol(badge, person.id, "0000", NOON)
        tx.staff.approve(badge, None, NOON)
        tx.pins.keep(Pin(person_id=person.id, hash=pins.hashed(PIN)))


def _settle_in(environment: pytest.MonkeyPatch, folder: Path) -> None:
    environment.chdir(folder)
    for name in {*names(), *(n for n in os.environ if n.startswith("PROXIMIDAD_"))}:
        environment.delenv(name, raising=False)
    environment.setenv("PROXIMIDAD_KEYRING", str(folder / "municipio-llavero.json"))
    environment.setenv("PROXIMIDAD_CONFIG_DIR", str(folder / "municipio"))
    environment.setenv("PROXIMIDAD_DATA_DIR", str(folder / "data"))
    public = folder / "copias.publica"
    if public.exists():
        environment.setenv("PROXIMIDAD_BACKUP_KEY", public.read_text())
        environment.setenv("PROXIMIDAD_BACKUP_DIR", str(folder / "copias"))


@pytest.fixture
def here(town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy to play in."""
    folder = tmp_path / "here"
    shutil.copytree(town, folder)
    _settle_in(monkeypatch, folder)
    return folder


def test_every_case_has_its_page_and_stands_in_the_index() -> None:
    assert {page.stem for page in PAGES} >= set(NEEDED)
    listed = set(re.findall(r"\]\(([\w-]+)\.md\)", INDEX.read_text(encoding="utf-8")))
    assert listed == {page.stem for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_one_page_with_its_parts_in_order(page: Path) -> None:
    """Who reads it is in a hurry."""
    text = page.read_text(encoding="utf-8")
    places = [text.find(part) for part in PARTS]
    assert -1 not in places, dict(zip(PARTS, places, strict=True))
    assert places == sorted(places)
    assert len(text.splitlines()) <= ONE_PAGE
    assert commands(page)


@pytest.mark.parametrize("page", [INDEX, *PAGES], ids=lambda page: page.stem)
def test_its_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", [INDEX, *PAGES], ids=lambda page: page.stem)
def test_its_commands_work(page: Path, here: Path) -> None:
    """Run one after the other against an installation, as they stand on the page."""
    for line in ours(page):
        if line.startswith("proximidad restore "):  # the line before it on the page, or another machine
            shutil.rmtree(here / "data")
        done = CliRunner().invoke(app, shlex.split(line)[1:], input=f"{PIN}\n")
        assert done.exit_code == 0, f"{line}\n{done.output}"


@pytest.mark.parametrize("page", [INDEX, *PAGES], ids=lambda page: page.stem)
def test_what_the_machine_is_asked_exists(page: Path) -> None:
    """Only plain commands; our unit, our routes, by the names that they have."""
    for line in commands(page):
        words = shlex.split(line)
        if words[0] == "proximidad":
            continue
        assert words[0] in INSPECTED, line
        if words[0] == "curl":
            assert "/" + words[-1].split("/", 3)[3] in ROUTES, line
        if "systemctl" in words:
            assert words[-1] == "proximidad", line
