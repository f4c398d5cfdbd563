"""The command line: demo, serve, init, check, supervisor, roster, export, evaluate, dead-letters, erase."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.audit_commands import audits
from bot.console import (
    TRY_AGAIN,
    fail,
    in_store,
    lexicon_mistake,
    make_data_folder,
    out,
    read_municipality,
    read_ring,
    read_settings,
    ring_problems,
    run,
    throw_away_folder,
    who_exports,
)
from bot.dead_letter_commands import dead_letters
from bot.roster_commands import rosters
from bot.upkeep_commands import backup, keys, migrate, restore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.municipality import Municipality
    from storage.store import Transaction

app = typer.Typer(
    name="proximidad",
    help="El asistente de chat de la policía de proximidad.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "--ayuda", "-h"]},
)
supervisors = typer.Typer(help="Altas, bajas y PIN desde esta máquina.", no_args_is_help=True)
exports = typer.Typer(help="Sacar el registro, sin identidades.", no_args_is_help=True)
app.add_typer(supervisors, name="supervisor")
app.add_typer(exports, name="export")
app.add_typer(audits, name="audit")
app.add_typer(rosters, name="roster")
app.add_typer(keys, name="keys")
for upkeep in (backup, restore, migrate):
    app.command()(upkeep)
app.command("dead-letters")(dead_letters)

# ---- commands ----


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Puerto de la página; 0 elige uno libre.")] = 8765,
    config: Annotated[Path | None, typer.Option(help="Carpeta del municipio; sin ella, el ejemplo.")] = None,
) -> None:
    """Muestra todo en una página con tres teléfonos: sin cuentas, sin red, sin configurar nada."""
    from bot import log
    from bot.demo import run_demo

    log.set_up(quiet=True)
    municipality = read_municipality(config)

    def tell(url: str) -> None:
        out.print(f"Demostración lista: {url}")
        out.print("Datos de ejemplo; nada sale de esta computadora. Ctrl+C para terminar.")

    try:
        with throw_away_folder() as folder:
            run(run_demo(municipality, port, tell, folder))
    except OSError as taken:
        raise fail(f"El puerto {port} no se puede usar ({taken.strerror}). Pruebe con --port 0.") from None


@app.command()
def serve() -> None:
    """Atiende los canales configurados (Telegram, WhatsApp)."""
    from bot import log
    from bot.app import run_server
    from bot.channels import SendError
    from bot.municipality import check as check_folder
    from bot.settings import problems_of

    settings = read_settings()
    problems = [*problems_of(settings), *ring_problems(settings)]
    if not (settings.has_telegram or settings.has_whatsapp):
        problems.append("Ningún canal configurado: ponga PROXIMIDAD_TELEGRAM_TOKEN o los datos de Twilio.")
    problems += map(str, check_folder(settings.config_dir).problems)
    if problems:
        raise fail(*problems, "No se arrancó nada. `proximidad check` explica cada ajuste.")
    municipality = read_municipality(settings.config_dir)
    ring = read_ring(settings)
    make_data_folder(settings)
    log.set_up()
    try:
        run(run_server(settings, municipality, ring))
    except SendError as refused:
        raise fail(
            f"El canal no arrancó: {refused.code or refused.failure.value}. Revise token y secreto."
        ) from None
    except OSError as taken:
        raise fail(
            f"No se puede escuchar en {settings.host}:{settings.port} ({taken.strerror}). Vea quién lo usa con"
            f" `ss -ltnp sport = :{settings.port}` y deténgalo, o cambie PROXIMIDAD_PORT.",
            code=TRY_AGAIN,
        ) from None


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Carpeta nueva para los archivos del municipio.")],
    keyring: Annotated[Path | None, typer.Option(help="Dónde dejar el llavero.")] = None,
) -> None:
    """Copia los archivos de ejemplo para llenarlos, y crea el llavero."""
    from bot.municipality import copy_example
    from storage.errors import KeyRingError
    from storage.sealing import KeyRing

    ring = keyring or folder.resolve().parent / f"{folder.name}-llavero.json"
    if ring.exists():
        raise fail(f"{ring}: ya existe un llavero; no se toca. Elija otro lugar con --keyring.")
    try:
        copy_example(folder)
        KeyRing.create(ring)
    except FileExistsError:
        raise fail(f"{folder}: la carpeta no está vacía; no se tocó nada.") from None
    except (OSError, KeyRingError) as wrong:
        raise fail(str(wrong)) from None
    out.print(f"Archivos del municipio: {folder}")
    out.print(f"Llavero: {ring}  (guárdelo aparte: sin él no se puede leer nada de lo guardado)")
    out.print("Siga con: edite los archivos, ponga los ajustes y corra `proximidad check`.")


@app.command()
def check() -> None:
    """Revisa ajustes y archivos; explica cada ajuste y qué falta."""
    from bot.municipality import check as check_folder
    from bot.municipality import lexicon_of
    from bot.settings import names, problems_of

    settings = read_settings()
    for name, meaning in names().items():
        value = getattr(settings, name.removeprefix("PROXIMIDAD_").lower())
        out.print(f"{name} = {value}\n    {meaning}", markup=False)
    found = check_folder(settings.config_dir)
    problems = [*problems_of(settings), *ring_problems(settings), *map(str, found.problems)]
    if mistake := lexicon_mistake(lexicon_of(settings.config_dir)):
        problems.append(mistake)
    if settings.has_whatsapp and settings.public_url:
        out.print(f"\nEn la consola de Twilio ponga: {settings.public_url}/twilio/whatsapp#rc=2&rp=ct,rt,5xx")
    for warning in found.warnings:
        out.print(f"Aviso: {warning}", markup=False)
    if settings.data_dir.exists() and settings.data_dir.stat().st_mode & 0o077:
        out.print(
            f"Aviso: otros usuarios pueden ver la carpeta de datos. Corríjalo: chmod 700 {settings.data_dir}"
        )
    if problems:
        raise fail("", f"Hay {len(problems)} cosas que corregir:", *problems)
    out.print("\nTodo en orden.")


@supervisors.command("add")
def supervisor_add(
    name: Annotated[str, typer.Argument(help="Como lo verán: «comandante Aguilar».")],
    badge: Annotated[str, typer.Option(help="Placa; si está en personal.yaml, la misma.")] = "",
) -> None:
    """Da de alta a un mando: imprime un código de un solo uso que manda desde su Telegram."""
    from bot.app import new_code, now
    from bot.domain.errors import NotPermitted
    from handlers.desk import enrolment
    from handlers.officer.enrolment import show_code

    code = new_code()
    place = badge or f"MANDO-{code[:4]}"
    try:
        in_store(lambda tx: enrolment.first_supervisor(tx, place, name, code, now()))
    except NotPermitted:
        raise fail(
            f"{place} ya tiene alta; no se tocó nada. Si cambió de teléfono o de persona, dé de baja primero:"
            f" `proximidad supervisor revoke {place}`."
        ) from None
    out.print(f"Código para {name} ({place}), sirve una vez y vence en 24 horas:")
    out.print(show_code(code))
    out.print("Que lo mande al asistente desde su propio Telegram.")


@supervisors.command("revoke")
def supervisor_revoke(badge: Annotated[str, typer.Argument(help="Placa de quien pierde el alta.")]) -> None:
    """Quita el alta a cualquier placa, oficial o mando: deja de oír en segundos. Para cuando nadie puede hacerlo en el chat."""
    from bot.app import build_here, now
    from bot.domain.errors import NotPermitted
    from handlers.desk import duty

    settings = read_settings()
    here = build_here(read_municipality(settings.config_dir), read_ring(settings), {})

    def work(tx: Transaction) -> int:
        left = duty.dismiss(tx, here, badge, None, now())
        tx.outbox.hand_over()
        return left

    try:
        left = in_store(work)
    except NotPermitted:
        raise fail(
            f"No hay una plaza con la placa {badge}. Las placas están en personal.yaml y en «equipo»."
        ) from None
    out.print(f"{badge} ya no tiene alta.")
    if left:
        out.print(f"Lo que tenía en sus manos volvió al sector, y se avisa otra vez: {left}.")


@supervisors.command("reset-pin")
def supervisor_reset_pin(
    badge: Annotated[str, typer.Argument(help="Placa de quien olvidó o bloqueó su PIN.")],
) -> None:
    """Restablece un PIN: la próxima vez se pone uno nuevo. Confirme antes, en persona, que es quien dice."""
    from bot.app import now
    from bot.domain.errors import NotPermitted
    from handlers.desk import step_up

    try:
        in_store(lambda tx: step_up.reset(tx, badge, None, now()))
    except NotPermitted:
        raise fail(f"No hay nadie con alta en la placa {badge}.") from None
    out.print(f"{badge} pone un PIN nuevo la próxima vez que haga falta.")


Format = Annotated[str, typer.Option(help="Formato: csv.")]
To = Annotated[Path | None, typer.Option(help="Archivo de salida; sin él, a la pantalla.")]
Badge = Annotated[str, typer.Option(help="Placa del mando que lo saca; se pide su PIN.")]


@exports.command("log")
def export_log(format: Format = "csv", to: To = None, badge: Badge = "") -> None:
    """El registro de asuntos y su resolución: sin nombres, sin textos, el lugar hasta la colonia."""
    from handlers.log_export import COLUMNS, write_csv

    _export("log", "Registro", format, to, badge, write_csv, COLUMNS)


@exports.command("walks")
def export_walks(format: Format = "csv", to: To = None, badge: Badge = "") -> None:
    """Los recorridos a pie en números: colonia, cuándo, con cuántas personas, de qué y qué se hizo; sin nombres ni textos."""
    from handlers.walk_export import COLUMNS, write_csv

    _export("walks", "Recorridos", format, to, badge, write_csv, COLUMNS)


def _export(
    name: str,
    title: str,
    format: str,
    to: Path | None,
    badge: str,
    write: Callable[[Transaction, Municipality], str],
    columns: Mapping[str, str],
) -> None:
    """Written down who takes it out; a file gets another beside it that explains its columns."""
    from bot.app import now
    from handlers.log_export import dictionary

    if format != "csv":
        raise fail("Por ahora el formato es csv.")
    municipality = read_municipality(read_settings().config_dir)
    by = who_exports(badge)

    def work(tx: Transaction) -> str:
        tx.audit.add(f"{name}_exported", name, by, now())
        return write(tx, municipality)

    text = in_store(work)
    if to is None:
        sys.stdout.write(text)
        return
    explained = to.with_suffix(".diccionario.csv")
    try:
        to.write_text(text, encoding="utf-8-sig", newline="")
        explained.write_text(dictionary(columns), encoding="utf-8-sig", newline="")
    except OSError as wrong:
        raise fail(
            f"{to}: no se pudo escribir ({wrong.strerror}). Elija con --to una carpeta que exista y sea suya."
        ) from None
    out.print(f"{title}: {to}\nQué es cada columna: {explained}")


@app.command()
def evaluate(
    file: Annotated[
        Path, typer.Argument(help="JSONL con text, category, urgent, sensitive y, si se quiere, also.")
    ],
    json: Annotated[bool, typer.Option("--json", help="Resultado en JSON.")] = False,
) -> None:
    """Mide qué tan bien se entienden los mensajes de un archivo."""
    from bot.municipality import lexicon_of
    from bot.triage.evaluate import evaluate as measure

    raise typer.Exit(measure(file, json, lexicon_of(read_settings().config_dir)))


@app.command()
def erase(
    folio: Annotated[str, typer.Argument(help="Folio del reporte; sin él, las solicitudes pendientes.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Sin preguntar.")] = False,
) -> None:
    """Borra los datos de quien lo pidió (ARCO): contacto, textos, lugar y archivos; queda la estadística."""
    from bot.app import now
    from bot.domain.errors import NotPermitted, UnknownFolio
    from handlers.desk import erasure
    from storage.store import open_store_or_beside

    settings = read_settings()
    ring = read_ring(settings)

    async def work() -> int:
        store = await open_store_or_beside(settings.store_url, ring)
        try:
            wanted = await store.read(lambda tx: erasure.wanted(tx, folio))
            for line in (one.told for one in wanted):
                out.print(line)
            if wanted and (yes or typer.confirm("No se puede deshacer. ¿Borrar?")):
                for one in wanted:
                    await store.run(one.unit(now()))
                await store.scrub()
                return len(wanted)
        except UnknownFolio:
            raise fail(f"{folio}: no hay un reporte con ese folio.") from None
        except NotPermitted:
            raise fail(f"{folio}: es de personal con alta; dé de baja primero.") from None
        finally:
            await store.close()
        return 0

    done = run(work())
    out.print(
        f"Borrado: {done}. Los respaldos anteriores lo conservan hasta que vencen."
        if done
        else "Nada se borró."
    )


def main() -> None:
    """Entry point of the command `proximidad`."""
    app()


if __name__ == "__main__":
    main()
