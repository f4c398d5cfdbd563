"""`proximidad audit`: who did or read what, and whether the chain of those lines is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.console import fail, in_store, out, read_municipality, read_settings

if TYPE_CHECKING:
    from storage.audit import Head

audits = typer.Typer(help="La bitácora: quién vio o cambió qué.", no_args_is_help=True)


@audits.command("verify")
def verify(
    head: Annotated[
        str, typer.Option(help="Cabeza anotada antes (NÚMERO:MARCA): comprueba que nada se cortó desde ella.")
    ] = "",
) -> None:
    """Revisa la cadena de la bitácora, renglón por renglón, e imprime su cabeza para anotarla aparte."""
    from storage.audit import BrokenChain

    noted = _head(head)
    try:
        found = in_store(lambda tx: tx.audit.verify(noted), reads=True)
    except BrokenChain as broken:
        raise fail(
            f"La bitácora no está entera: falla en el renglón {broken.line}.",
            "No la toque: guarde una copia de la base y avise a Asuntos Internos y a la Unidad de Transparencia.",
        ) from None
    out.print(f"Bitácora entera: {found.lines} renglones.")
    out.print(f"Cabeza: {found}" if found.lines else "Todavía no hay nada que anotar.")


@audits.command("list")
def list_(most: Annotated[int, typer.Option(min=1, help="Cuántos renglones, del más nuevo.")] = 50) -> None:
    """Los renglones más nuevos: cuándo (hora local), quién (por placa), qué y sobre qué. Sin contenido."""
    from storage.audit import Line
    from storage.store import Transaction

    def work(tx: Transaction) -> tuple[list[Line], dict[str, str]]:
        badges = {slot.person_id: slot.badge for slot in tx.staff.slots() if slot.person_id}
        return tx.audit.newest(most), badges

    lines, badges = in_store(work, reads=True)
    zone = read_municipality(read_settings().config_dir).time_zone
    for line in lines:
        who = badges.get(line.actor_id, "(sin placa)") if line.actor_id else "(sistema)"
        subject = badges.get(line.subject, line.subject)
        out.print(
            f"{line.id:>6}  {line.at.astimezone(zone):%Y-%m-%d %H:%M}  {who:<12} {line.action:<20} {subject}",
            markup=False,
        )
    if not lines:
        out.print("La bitácora está vacía.")


def _head(text: str) -> Head | None:
    from storage.audit import Head

    if not text:
        return None
    lines, _, mark = text.strip().partition(":")
    if not lines.isdigit() or len(mark) != 32:
        raise fail("La cabeza se escribe como la imprime `proximidad audit verify`: NÚMERO:MARCA.")
    return Head(int(lines), mark)
