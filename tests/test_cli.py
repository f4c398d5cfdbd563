"""The command line: quick to say what it can do, and clear when something is missing."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import resource
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bot import log, pins
from bot.__main__ import app
from bot.console import in_store
from bot.domain.roster import Role
from bot.settings import names
from handlers.desk.reports import OBLIGATION
from storage import Transaction
from storage.pins import Pin
from storage.schema import outbox
from storage.sqlite_file import SoleUse
from tests.support.reports import NOON, opened

run = CliRunner().invoke


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting but those a test makes."""
    monkeypatch.chdir(tmp_path)
    for name in names():
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """After `init`, with the settings that it asks for."""
    assert run(app, ["init", "town"]).exit_code == 0
    monkeypatch.setenv("PROXIMIDAD_KEYRING", str(tmp_path / "town-llavero.json"))
    monkeypatch.setenv("PROXIMIDAD_CONFIG_DIR", str(tmp_path / "town"))
    monkeypatch.setenv("PROXIMIDAD_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def test_help_costs_less_than_a_second() -> None:
    """Of processor time: nothing heavy is imported before a command needs it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "bot", "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "COLUMNS": "100"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert "demo" in done.stdout
    assert spent < 1.0


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--ayuda"], ["init", "--help"], ["export", "log", "--help"]]
)
def test_help_is_there_for_every_command(arguments: list[str]) -> None:
    assert run(app, arguments).exit_code == 0


def test_init_makes_a_folder_to_fill_and_a_ring_that_only_its_owner_reads(ready: Path) -> None:
    ring = ready / "town-llavero.json"
    assert stat.S_IMODE(ring.stat().st_mode) == 0o600
    assert len(list((ready / "town").glob("*.yaml"))) > 5


def test_init_touches_nothing_that_is_there(ready: Path) -> None:
    """Neither a ring, whose loss would be the loss of everything, nor a folder with files."""
    ring = (ready / "town-llavero.json").read_bytes()
    again = run(app, ["init", "town"])
    elsewhere = run(app, ["init", "town", "--keyring", str(ready / "other.json")])
    assert (again.exit_code, elsewhere.exit_code) == (2, 2)
    assert (ready / "town-llavero.json").read_bytes() == ring
    assert not (ready / "other.json").exists()


def test_check_explains_every_setting_and_shows_no_secret(
    ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROXIMIDAD_TELEGRAM_TOKEN", "123456789:SECRET-TOKEN-SECRET-TOKEN-SECRET-T")
    done = run(app, ["check"])
    assert done.exit_code == 0, done.output
    assert [name for name in names() if name not in done.output] == []
    assert "SECRET-TOKEN" not in done.output


def test_check_names_what_is_missing() -> None:
    done = run(app, ["check"])
    assert done.exit_code == 2
    assert "PROXIMIDAD_KEYRING" in done.output


def test_check_finds_a_broken_file_by_name_and_line(ready: Path) -> None:
    (ready / "town" / "sectores.yaml").write_text("sectores: [\n")
    done = run(app, ["check"])
    assert done.exit_code == 2
    assert "sectores.yaml" in done.output


@pytest.mark.parametrize(
    "arguments", [["serve"], ["supervisor", "add", "Ana"], ["export", "log"], ["dead-letters"]]
)
def test_without_a_ring_nothing_starts_and_no_store_is_made(arguments: list[str], tmp_path: Path) -> None:
    done = run(app, arguments)
    assert done.exit_code == 2
    assert "PROXIMIDAD_KEYRING" in done.output
    assert not list(tmp_path.rglob("*.db"))


def test_a_municipality_s_own_words_are_checked_and_used(ready: Path) -> None:
    words = ready / "town" / "lexico" / "ideas_propias.yaml"
    words.parent.mkdir()
    words.write_text("lampara: chismoluz\n", encoding="utf-8")
    labelled = ready / "m.jsonl"
    labelled.write_text('{"text": "no prende la chismoluz", "category": "alumbrado"}\n', encoding="utf-8")
    assert '"hits": 1' in run(app, ["evaluate", str(labelled), "--json"]).output
    words.write_text("lampara: chismoluz,, foco\n", encoding="utf-8")
    done = run(app, ["check"])
    assert done.exit_code == 2
    assert "lexico/ideas_propias.yaml:1: hay una frase vacía" in done.output


def test_a_setting_that_makes_no_sense_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROXIMIDAD_PORT", "many")
    done = run(app, ["check"])
    assert done.exit_code == 2
    assert "PROXIMIDAD_PORT" in done.output


def test_serve_wants_a_channel(ready: Path) -> None:
    done = run(app, ["serve"])
    assert done.exit_code == 2
    assert "PROXIMIDAD_TELEGRAM_TOKEN" in done.output


def test_a_supervisor_gets_a_code_that_is_kept_nowhere_in_clear(ready: Path) -> None:
    done = run(app, ["supervisor", "add", "comandante Aguilar", "--badge", "M-77"])
    assert done.exit_code == 0, done.output
    code = next(line for line in done.output.splitlines() if len(line) == 11 and line[5] == "-")
    kept = b"".join(path.read_bytes() for path in (ready / "data").iterdir() if path.is_file())
    assert code.encode() not in kept
    assert code.replace("-", "").encode() not in kept
    assert b"Aguilar" not in kept


def test_a_supervisor_s_new_code_takes_nobody_off_their_confidential_lists(ready: Path) -> None:
    """While `serve` runs nothing writes the lists of personal.yaml again: an alert of a list would reach nobody."""

    def written_down(tx: Transaction) -> None:
        tx.staff.expect(
            badge="M-2", name="Tun", role=Role.SUPERVISOR, sectors=("norte",), lists=("mando",), at=NOON
        )

    in_store(written_down)
    assert run(app, ["supervisor", "add", "comandante Tun", "--badge", "M-2"]).exit_code == 0
    slot = in_store(lambda tx: tx.staff.slot("M-2"))
    assert slot is not None
    assert (slot.state, slot.sectors, slot.lists) == ("invited", ("norte",), ("mando",))


PIN = "739154"


@pytest.fixture
def with_pin(ready: Path) -> Path:
    """A supervisor with a PIN, as after the chat."""

    def work(tx: Transaction) -> None:
        tx.staff.expect(badge="M-01", name="Aguilar", role=Role.SUPERVISOR, sectors=(), lists=(), at=NOON)
        person = tx.people.add(at=NOON, locale="es", role=Role.SUPERVISOR)
        tx.staff.enrol("M-01", person.id, "0000", NOON)
        tx.staff.approve("M-01", None, NOON)
        tx.pins.keep(Pin(person_id=person.id, hash=pins.hashed(PIN)))
        tx.inbox.bury(source="inbox", key="tg:1:1", reason="ValueError", raw=b"ayuda", at=NOON)

    in_store(work)
    return ready


def test_the_log_and_what_was_set_aside_ask_for_a_supervisor_s_pin(with_pin: Path) -> None:
    """Wrong five times it is locked; the machine's own command resets it. Who did it stands in the audit."""
    assert "placa de un mando" in run(app, ["export", "log"]).stderr
    assert "PIN incorrecto" in run(app, ["export", "log", "--badge", "M-01"], input="000000\n").stderr
    good = run(app, ["export", "log", "--badge", "M-01"], input=f"{PIN}\n")
    assert (good.exit_code, "folio" in good.stdout) == (0, True)
    number = run(app, ["dead-letters"]).stdout.split()[0]
    assert "ayuda" not in run(app, ["dead-letters"]).stdout
    shown = run(app, ["dead-letters", "--show", number, "--badge", "M-01"], input=f"{PIN}\n")
    assert shown.stdout.endswith("ayuda\n")
    for _ in range(5):
        locked = run(app, ["export", "log", "--badge", "M-01"], input="000000\n")
    assert "bloqueado" in locked.stderr
    assert "bloqueado" in run(app, ["export", "log", "--badge", "M-01"], input=f"{PIN}\n").stderr
    assert run(app, ["supervisor", "reset-pin", "M-01"]).exit_code == 0
    assert "todavía no tiene PIN" in run(app, ["export", "log", "--badge", "M-01"]).stderr
    lines = run(app, ["audit", "list"]).stdout
    for action in ("log_exported", "dead_letter_read", "pin_locked", "pin_reset"):
        assert action in lines


def test_somebody_loses_all_rights_from_the_machine_too(with_pin: Path) -> None:
    assert run(app, ["supervisor", "revoke", "M-01"]).exit_code == 0
    assert "placa de un mando" in run(app, ["export", "log", "--badge", "M-01"]).stderr
    assert run(app, ["supervisor", "revoke", "X-9"]).exit_code == 2


def test_a_place_that_somebody_fills_is_not_given_to_another(with_pin: Path) -> None:
    """A slip in the badge would take a supervisor's rights away without a word; the way to do it on purpose is said."""
    done = run(app, ["supervisor", "add", "comandante Tun", "--badge", "M-01"])
    assert done.exit_code == 2
    assert "proximidad supervisor revoke M-01" in done.stderr
    slot = in_store(lambda tx: tx.staff.slot("M-01"))
    assert slot is not None
    assert slot.state == "active"


def test_what_a_revoked_officer_had_in_hand_is_alerted_anew_from_the_machine_too(with_pin: Path) -> None:
    """A stolen phone at night, and no supervisor in the chat: the cases wait for somebody again, at once."""

    def has(tx: Transaction) -> str:
        tx.staff.expect(badge="E-9", name="Dzul", role=Role.OFFICER, sectors=("norte",), lists=(), at=NOON)
        person = tx.people.add(at=NOON, locale="es", role=Role.OFFICER)
        tx.staff.enrol("E-9", person.id, "0000", NOON)
        tx.staff.approve("E-9", None, NOON)
        report = opened(tx)
        officer = tx.staff.officer(person.id)
        assert officer is not None
        tx.reports.save(report.claim(by=officer, at=NOON))
        return report.folio

    def stands(tx: Transaction, folio: str) -> tuple[str | None, bool, list[str]]:
        report = tx.reports.by_folio(folio)
        alerts = select(outbox.c.state).where(outbox.c.report_id == report.id, outbox.c.notice == "alert")
        due = tx.due.get(OBLIGATION, report.id) is not None
        return report.handler_id, due, list(tx.connection.execute(alerts).scalars())

    folio = in_store(has)
    done = run(app, ["supervisor", "revoke", "E-9"])
    assert done.exit_code == 0, done.output
    assert "volvió al sector" in done.output
    assert in_store(lambda tx: stands(tx, folio)) == (None, True, ["ready"])


def test_while_nobody_has_a_pin_the_log_is_exported_and_it_is_said(ready: Path) -> None:
    """It has no identities; from the first PIN on it is asked for."""
    assert run(app, ["export", "walks"]).stdout.startswith('"colonia","sector"')
    done = run(app, ["export", "log"])
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith('"folio"')
    assert "ningún mando tiene PIN" in done.stderr


def test_the_log_is_exported_with_what_its_columns_mean(with_pin: Path) -> None:
    """A file for a spreadsheet, and beside it the dictionary of exactly its columns."""
    ready = with_pin
    done = run(app, ["export", "log", "--to", "log.csv", "--badge", "M-01"], input=f"{PIN}\n")
    assert done.exit_code == 0, done.output
    header = next(csv.reader(io.StringIO((ready / "log.csv").read_text("utf-8-sig"))))
    explained = csv.DictReader(io.StringIO((ready / "log.diccionario.csv").read_text("utf-8-sig")))
    assert [row["columna"] for row in explained] == header


def test_a_log_that_can_not_be_written_says_where_it_can(ready: Path) -> None:
    done = run(app, ["export", "log", "--to", "nowhere/log.csv"])
    assert done.exit_code == 2
    assert "nowhere/log.csv: no se pudo escribir" in done.stderr
    assert "--to" in done.stderr


def test_check_tells_everything_at_once(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shared ring, a broken file, a token without shape, a name that nobody knows: one reading, four lines."""
    (ready / "town" / "sectores.yaml").write_text("sectores: [\n")
    (ready / "town-llavero.json").chmod(0o644)
    monkeypatch.setenv("PROXIMIDAD_TELEGRAM_TOKEN", "not-a-token")
    monkeypatch.setenv("PROXIMIDAD_TELEGRAM_TOKE", "x")
    done = run(app, ["check"])
    assert done.exit_code == 2
    for told in ("sectores.yaml", "chmod 600", "PROXIMIDAD_TELEGRAM_TOKEN: no tiene", "¿quiso decir"):
        assert told in done.output
    assert "not-a-token" not in done.output


@pytest.mark.parametrize(
    ("break_it", "told", "code"),
    [
        ("ring_gone", "Falta el llavero", 2),
        ("ring_shared", "chmod 600", 2),
        ("ring_damaged", "dañado", 2),
        ("config", "sectores.yaml", 2),
        ("port", "PROXIMIDAD_PORT", 75),
        ("second", "ya está usando", 75),
    ],
)
def test_serve_says_in_a_line_why_it_does_not_start(
    ready: Path, monkeypatch: pytest.MonkeyPatch, break_it: str, told: str, code: int
) -> None:
    """With the remedy; 2 is to be mended, 75 may be over in a moment. Nobody reads a traceback."""
    monkeypatch.setattr(log, "set_up", lambda: None)  # the logs of this process stay as they are
    monkeypatch.setenv("PROXIMIDAD_TELEGRAM_TOKEN", "123456789:SECRET-TOKEN-SECRET-TOKEN-SECRET-T")
    ring = ready / "town-llavero.json"
    with contextlib.ExitStack() as held:
        if break_it == "ring_gone":
            ring.unlink()
        elif break_it == "ring_shared":
            ring.chmod(0o640)
        elif break_it == "ring_damaged":
            ring.write_text("{}")
        elif break_it == "config":
            (ready / "town" / "sectores.yaml").write_text("sectores: [\n")
        elif break_it == "port":
            taken = held.enter_context(socket.create_server(("127.0.0.1", 0)))
            monkeypatch.setenv("PROXIMIDAD_PORT", str(taken.getsockname()[1]))
        else:
            (ready / "data").mkdir(mode=0o700)
            held.callback(SoleUse(ready / "data" / "proximidad.db").release)
        done = run(app, ["serve"])
    lines = [line for line in done.stderr.splitlines() if line and not line.startswith("{")]
    assert done.exit_code == code, done.output
    assert any(told in line for line in lines), lines
    assert "Traceback" not in done.output
    assert "SECRET-TOKEN" not in done.output


def test_another_format_is_refused(ready: Path) -> None:
    assert run(app, ["export", "log", "--format", "xlsx"]).exit_code == 2


def test_no_dead_letters_is_said(ready: Path) -> None:
    done = run(app, ["dead-letters"])
    assert (done.exit_code, "Nada pendiente" in done.output) == (0, True)


def test_another_town_s_ring_opens_nothing(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told in words, not with a traceback."""
    assert run(app, ["dead-letters"]).exit_code == 0
    assert run(app, ["init", "second"]).exit_code == 0
    monkeypatch.setenv("PROXIMIDAD_KEYRING", str(ready / "second-llavero.json"))
    done = run(app, ["dead-letters"])
    assert done.exit_code == 2
    assert "llavero" in done.output


def test_hours_are_those_of_the_town(ready: Path) -> None:
    """Who looks for what was done at the hour of a theft reads the hour on the wall, not that of Greenwich."""

    def noted(tx: Transaction) -> None:
        tx.audit.add("case_read", "41720853", None, NOON)
        tx.inbox.bury(source="inbox", key="tg:1:1", reason="ValueError", raw=b"ayuda", at=NOON)

    in_store(noted)
    assert "2026-11-23 13:00" in run(app, ["audit", "list"]).stdout
    assert "2026-11-23 13:00" in run(app, ["dead-letters"]).stdout


def test_the_audit_says_who_did_what_and_that_it_is_whole(ready: Path) -> None:
    """Its head is printed, to be noted elsewhere; a head that no longer stands in the chain is told."""
    assert run(app, ["supervisor", "add", "comandante Aguilar", "--badge", "M-77"]).exit_code == 0
    whole = run(app, ["audit", "verify"])
    head = whole.output.split("Cabeza: ")[1].strip()
    assert (whole.exit_code, head[:2]) == (0, "1:")
    assert "first_supervisor" in run(app, ["audit", "list"]).output
    assert run(app, ["audit", "verify", "--head", head]).exit_code == 0
    cut = run(app, ["audit", "verify", "--head", "9" + head])
    assert (cut.exit_code, "no está entera" in cut.output) == (2, True)
    assert run(app, ["audit", "verify", "--head", "x"]).exit_code == 2


@pytest.mark.parametrize(
    "arguments", [["serve"], ["dead-letters"], ["audit", "list"], ["keys", "status"], ["export", "log"]]
)
def test_a_data_folder_that_can_t_be_made_is_told_with_its_path_and_remedy(
    ready: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    (ready / "file").write_text("")
    monkeypatch.setenv("PROXIMIDAD_DATA_DIR", str(ready / "file" / "data"))
    monkeypatch.setenv("PROXIMIDAD_TELEGRAM_TOKEN", f"123456789:{'A' * 35}")
    done = run(app, arguments)
    assert done.exit_code == 2, done.output
    assert f"carpeta de datos {ready / 'file' / 'data'}" in done.output
    assert "PROXIMIDAD_DATA_DIR" in done.output


def test_a_data_folder_that_can_t_be_written_is_told_too(ready: Path) -> None:
    """Root writes everywhere: what stands in the way here is a folder of the lock's name."""
    (ready / "data" / "proximidad.db.lock").mkdir(parents=True)
    done = run(app, ["dead-letters"])
    assert done.exit_code == 2, done.output
    assert f"pueda escribir en {ready / 'data'}" in done.output


def test_the_demonstration_says_that_it_has_nowhere_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing of a port."""

    def nowhere(**_: object) -> None:
        raise FileNotFoundError(2, "No usable temporary directory")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", nowhere)
    done = run(app, ["demo", "--port", "0"])
    assert done.exit_code == 2
    assert "TMPDIR" in done.output
    assert "puerto" not in done.output
