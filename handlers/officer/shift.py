"""Duty by one tap."""

from __future__ import annotations

from bot.messages import Outgoing
from handlers.desk import duty as desk
from handlers.officer import cards, handing, shift_card
from handlers.speaker import Speaker, button


def start(who: Speaker) -> None:
    """On duty; the card says what there is to know."""
    assert who.officer is not None
    shift = desk.start(who.tx, who.here, who.officer, who.at)
    who.show(shift_card.started(who, shift))


def end(who: Speaker) -> None:
    """Off duty; the hand-over is written, and only the note is asked for."""
    assert who.officer is not None
    t = who.t
    left = desk.end(who.tx, who.here, who.officer, who.at)
    if left is desk.OFF:
        who.say(t("No está en turno."), actions=(button(t("Iniciar turno"), "m.start_shift", "primary"),))
        return
    over = t("Turno terminado. Ya no le llegan avisos.")
    if left is None:
        who.say(over)
        return
    handing.begin(who, left, (over, handing.summary(t, left)))


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
