"""`proximidad roster`: the sheet of shifts, to fill and to read in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.console import fail, in_store, out, read_municipality, read_settings

if TYPE_CHECKING:
    from bot.municipality import Municipality
    from bot.municipality.roster_sheet import RosterSheet
    from handlers.desk.planning import Loaded
    from storage.store import Transaction

rosters = typer.Typer(help="El rol de turnos, en una hoja de cálculo.", no_args_is_help=True)
MOST_SHOWN = 100


@rosters.command("template")
def template(file: Annotated[Path, typer.Argument(help="Archivo nuevo: .xlsx o .csv.")]) -> None:
    """Hace la hoja para llenar el rol: con el personal, los sectores y cómo se escribe cada columna."""
    from bot.municipality.roster_sheet import write_template

    municipality = read_municipality(read_settings().config_dir)
    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise fail(f"{file}: debe terminar en .xlsx o en .csv.")
    if file.exists():
        raise fail(f"{file}: ya existe; no se toca.")
    try:
        write_template(file, municipality)
    except OSError as wrong:
        raise fail(f"{file}: no se pudo escribir: {wrong.strerror}.") from None
    out.print(f"Hoja para llenar: {file}")


@rosters.command("import")
def import_roster(
    file: Annotated[Path, typer.Argument(help="La hoja llena: .xlsx o .csv.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Solo revisar; no guarda nada.")] = False,
) -> None:
    """Lee el rol: todo o nada. Sustituye lo planeado de esas placas en esos días; nadie entra en turno sin su toque."""
    from bot.app import now
    from bot.municipality.roster_sheet import read_roster
    from bot.municipality.spreadsheet import SheetRefused
    from handlers.desk import planning

    municipality = read_municipality(read_settings().config_dir)
    at = now()
    try:
        sheet = read_roster(file, municipality, at)
    except SheetRefused as refused:
        raise fail(f"{file}: {refused}.") from None
    if not sheet.mistakes:
        sheet = in_store(lambda tx: planning.checked(tx, sheet, municipality.time_zone), reads=True)
    if sheet.mistakes:
        shown = [str(mistake) for mistake in sheet.mistakes[:MOST_SHOWN]]
        more = len(sheet.mistakes) - len(shown)
        rest = [f"… y {more} más."] if more else []
        raise fail(f"No se guardó nada. Hay {len(sheet.mistakes)} cosas que corregir:", *shown, *rest)

    def work(tx: Transaction) -> Loaded:
        return planning.load(tx, sheet.planned, at)

    _tell(sheet, municipality)
    if dry_run:
        out.print("Revisado: se puede importar. No se guardó nada (--dry-run).")
        return
    loaded = in_store(work)
    out.print(f"Rol guardado: {loaded.new} turnos; sustituyó {loaded.replaced}.")


def _tell(sheet: RosterSheet, municipality: Municipality) -> None:
    zone = municipality.time_zone
    starts = [shift.starts_at.astimezone(zone) for shift in sheet.planned]
    badges = {shift.badge for shift in sheet.planned}
    out.print(
        f"{len(starts)} turnos de {len(badges)} personas, del {min(starts):%d/%m/%Y} al {max(starts):%d/%m/%Y}"
        f" (hora de {zone.key})."
    )
    if sheet.without:
        out.print(f"Sin turno en la hoja: {', '.join(filter(None, sheet.without))}.", markup=False)
