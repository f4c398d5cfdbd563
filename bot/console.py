"""What the commands have in common: how they speak, what they read, and the store that they open."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer
from rich.console import Console

if TYPE_CHECKING:
    from bot.municipality import Municipality
    from bot.settings import Settings
    from storage.sealing import KeyRing
    from storage.store import Store, Transaction

T = TypeVar("T")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


TO_MEND = 2  # the exit code of what somebody has to put right; systemd does not start it again
TRY_AGAIN = 75  # of what may be over in a moment: a port, another process


def fail(*lines: str, code: int = TO_MEND) -> typer.Exit:
    """Say what is wrong and how to mend it."""
    for line in lines:
        err.print(line, markup=False)
    return typer.Exit(code)


def read_settings() -> Settings:
    """The settings, or an end with what is wrong with them."""
    from pydantic import ValidationError

    from bot.settings import Settings

    try:
        return Settings()
    except ValidationError as wrong:
        raise fail("Hay ajustes que no se entienden:", *map(_in_spanish, wrong.errors())) from None


PLAIN = {
    "int_parsing": "debe ser un número entero",
    "greater_than_equal": "es muy chico",
    "less_than_equal": "es muy grande",
    "literal_error": "debe ser una de: {expected}",
}


def _in_spanish(wrong: Any) -> str:
    """One setting that makes no sense, by its name; its value is not repeated, it may be a secret."""
    name = f"PROXIMIDAD_{str(wrong['loc'][0]).upper()}"
    said = PLAIN.get(wrong["type"], "no se entiende").format(**wrong.get("ctx", {}))
    return f"{name}: {said}. Vea .env.example."


def read_municipality(folder: Path | None) -> Municipality:
    """The municipality's files, or an end with every problem, its file and its line."""
    from bot.municipality import MunicipalityError, load

    try:
        municipality = load(folder)
    except MunicipalityError as wrong:
        raise fail(*(str(problem) for problem in wrong.problems)) from None
    if municipality.lexicon and (mistake := lexicon_mistake(municipality.lexicon)):
        raise fail(mistake)
    return municipality


def lexicon_mistake(folder: Path | None) -> str:
    """What is wrong in a municipality's own words for triage, with file and line; nothing when they can be used."""
    from bot.triage import LexiconError, load_lexicon

    try:
        load_lexicon(folder)
    except LexiconError as wrong:
        return f"lexico/{wrong}"
    return ""


def read_ring(settings: Settings) -> KeyRing:
    """The key ring, or an end that says how to make one."""
    from storage.errors import KeyRingError
    from storage.sealing import KeyRing

    if settings.keyring is None:
        raise fail("PROXIMIDAD_KEYRING: falta. `proximidad init CARPETA` crea un llavero y dice dónde quedó.")
    try:
        return KeyRing.load(settings.keyring)
    except KeyRingError as wrong:
        raise fail(str(wrong)) from None


def ring_problems(settings: Settings) -> list[str]:
    """What is wrong with the key ring, besides that it is not named."""
    from storage.errors import KeyRingError
    from storage.sealing import KeyRing

    try:
        if settings.keyring is not None:
            KeyRing.load(settings.keyring)
    except KeyRingError as wrong:
        return [f"PROXIMIDAD_KEYRING: {wrong}"]
    return []


def run(coroutine: Any) -> Any:
    """Run to its end; a store that can't be trusted is told in words."""
    import uvloop  # half of what a turn costs in the event loop (docs/performance.md)

    from storage.errors import StoreInUse, StoreRefused

    try:
        return uvloop.run(coroutine)
    except StoreInUse as taken:
        raise fail(str(taken), code=TRY_AGAIN) from None
    except StoreRefused as refused:
        raise fail(str(refused)) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def make_data_folder(settings: Settings) -> None:
    """The folder of the store, made when it is not there; an end in words when that can't be done."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as wrong:
        raise fail(
            f"No se puede usar la carpeta de datos {settings.data_dir} ({wrong.strerror}). Haga que el usuario que corre"
            " esto pueda escribir en ella, o ponga otra en PROXIMIDAD_DATA_DIR."
        ) from None


@contextmanager
def throw_away_folder() -> Iterator[Path]:
    """A folder for the demonstration, gone at its end; an end in words when none can be made."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="proximidad-demo-")
    except OSError as wrong:
        raise fail(
            f"No hay carpeta temporal donde escribir: {wrong.strerror or wrong}.",
            "Haga espacio, o ponga en TMPDIR una carpeta en la que pueda escribir quien corre esto.",
        ) from None
    with folder as name:
        yield Path(name)


def in_store(work: Callable[[Transaction], T], *, reads: bool = False) -> T:
    """Run one unit of work in the store of the settings, also beside `serve`; an end in words when it can't be."""
    from storage.store import open_store_or_beside

    settings = read_settings()
    ring = read_ring(settings)
    make_data_folder(settings)

    async def once() -> T:
        store: Store = await open_store_or_beside(settings.store_url, ring)
        try:
            return await (store.read(work) if reads else store.run(work))
        finally:
            await store.close()

    done: T = run(once())
    return done


def prove(badge: str) -> str:
    """Ask for a supervisor's PIN before what is delicate; returns who it is. Ends in words when it is not right."""
    from bot import pins
    from bot.clock import Clock
    from bot.domain.roster import Role
    from handlers.desk import step_up
    from handlers.desk.step_up import Proof, Verdict

    tries = read_municipality(read_settings().config_dir).service.limits.pin_tries
    slot = in_store(lambda tx: tx.staff.slot(badge), reads=True)
    if slot is None or slot.person_id is None or slot.state != "active" or slot.role is not Role.SUPERVISOR:
        raise fail("--badge: ponga la placa de un mando con alta; esto pide su PIN.")
    person = slot.person_id
    kept = in_store(lambda tx: tx.pins.of(person), reads=True).hash
    if not kept:
        raise fail(f"{badge} todavía no tiene PIN: que escriba «pin» al asistente, en su chat.")
    proof = Proof(asked="check", against=kept, matches=pins.matches(kept, _typed_pin()))
    verdict = in_store(lambda tx: step_up.at_the_machine(tx, slot, proof, tries, Clock().now()))
    if verdict is Verdict.LOCKED:
        raise fail(
            f"El PIN de {badge} está bloqueado. Otro mando lo restablece, o `proximidad supervisor reset-pin`."
        )
    if verdict is not Verdict.RIGHT:
        raise fail("PIN incorrecto.")
    return person


def who_exports(badge: str) -> str | None:
    """Who takes out the log, by PIN; nobody in particular while no supervisor has one. Ends in words when not right."""
    if badge or in_store(lambda tx: tx.pins.anybody(), reads=True):
        return prove(badge)
    err.print("Aviso: ningún mando tiene PIN; cuando alguno lo ponga («pin» en su chat), esto lo pedirá.")
    return None


def _typed_pin() -> str:
    """Not shown while it is typed; from a pipe its first line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    typed: str = typer.prompt("PIN", hide_input=True, err=True)
    return typed.strip()
