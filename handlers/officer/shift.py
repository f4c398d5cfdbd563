"""Duty by one tap."""

from __future__ import annotations

from bot.messages import Outgoing
from handlers.desk import duty as desk
from handlers.officer import cards
from handlers.speaker import Speaker, button


def start(who: Speaker) -> None:
    """On duty; what already waits in the sector is shown."""
    assert who.officer is not None
    t = who.t
    shift = desk.start(who.tx, who.here, who.officer, who.at)
    waiting = [
        r for r in who.tx.reports.open() if r.handler_id is None and set(r.sectors) & set(shift.sectors)
    ]
    lines = [t("En turno hasta las {hour}. Le llegan los avisos de su sector.", hour=t.clock(shift.ends_at))]
    if waiting:
        lines.append(t("Sin tomar en su sector: {n}", n=len(waiting)))
    rows = tuple(cards.row(who, report) for report in waiting[:10])
    actions = (
        () if rows else (button(t("Terminar turno"), "m.end_shift"), button(t("Mis pendientes"), "m.pending"))
    )
    who.show(Outgoing(lines=tuple(lines), rows=rows, rows_label=t("Ver reportes"), actions=actions))


def end(who: Speaker) -> None:
    """Off duty; what is in hand is named."""
    assert who.officer is not None
    t = who.t
    if desk.end(who.tx, who.officer, who.at) is None:
        who.say(t("No está en turno."), actions=(button(t("Iniciar turno"), "m.start_shift", "primary"),))
        return
    in_hand = who.tx.reports.handled_by(who.person.id)
    lines = [t("Turno terminado. Ya no le llegan avisos.")]
    if in_hand:
        lines.append(t("Le quedan {n} en sus manos: suéltelos si los atiende quien entra.", n=len(in_hand)))
    rows = tuple(cards.row(who, report) for report in in_hand[:10])
    who.show(Outgoing(lines=tuple(lines), rows=rows, rows_label=t("Ver reportes")))


def pending(who: Speaker) -> None:
    """What the officer has in hand, and what waits in the sector."""
    assert who.officer is not None
    t = who.t
    in_hand = who.tx.reports.handled_by(who.person.id)
    mine = set(who.officer.sectors)
    waiting = [r for r in who.tx.reports.open() if r.handler_id is None and mine & set(r.sectors)]
    reports = (*in_hand, *waiting)[:10]
    if not reports:
        who.say(t("Nada pendiente."), actions=(button(t("Menú"), "m.menu"),))
        return
    lines = (t("En sus manos: {n}", n=len(in_hand)), t("Sin tomar en su sector: {n}", n=len(waiting)))
    rows = tuple(cards.row(who, report) for report in reports)
    who.show(Outgoing(lines=lines, rows=rows, rows_label=t("Ver reportes")))
