"""Duty by one tap: the roster proposes, the tap begins; a pause, and how one gets about."""

from __future__ import annotations

from bot.domain.duty_plan import PlannedShift
from bot.domain.roster import Mode
from bot.messages import Outgoing
from handlers import duty_words
from handlers.desk import duty as desk
from handlers.desk.reports import waiting_in
from handlers.officer import cards, handing, shift_card
from handlers.speaker import Speaker, button


def start(who: Speaker) -> None:
    """The roster's shift is proposed; where there is none, on duty at once."""
    running = who.tx.staff.shift_of(who.me.person_id, who.at)
    planned = desk.proposed(who.tx, who.here, who.me, who.at) if running is None else None
    if planned is None:
        _begin(who, None, None)
    else:
        span = (planned.starts_at, planned.ends_at)
        where = planned.sectors or who.me.sectors
        who.show(duty_words.proposal(who.t, who.here, span, where, planned.mode))


def begin(who: Speaker, how: str) -> None:
    """Empezar: as the roster says, by another mode, or at hours of one's own."""
    if how == duty_words.ASK:
        who.say(who.t("¿Cómo va hoy?"), actions=duty_words.modes(who.t, "begin"))
        return
    planned = desk.proposed(who.tx, who.here, who.me, who.at) if how != duty_words.OWN else None
    _begin(who, planned, _mode(how))


def _begin(who: Speaker, planned: PlannedShift | None, mode: Mode | None) -> None:
    """On duty; the card says what there is to know."""
    shift = desk.start(who.tx, who.here, who.me, who.at, planned, mode)
    who.show(shift_card.started(who, shift))


def _mode(said: str) -> Mode | None:
    return next((mode for mode in Mode if mode == said), None)


def share(who: Speaker) -> bool:
    """A pin of who is on duty: kept for the shift, so that what is near comes first. False: it was none."""
    if who.officer is None or who.inbound.point is None or who.inbound.text.strip():
        return False
    return desk.share_spot(who.tx, who.officer, who.inbound.point, who.at)


def shared(who: Speaker) -> None:
    """What became of a pin that was of no visit and no case."""
    t = who.t
    lines = (
        t("Ubicación anotada para este turno: le avisamos primero de lo que esté cerca."),
        t("Se borra al terminar el turno. Puede compartirla en vivo."),
    )
    who.say(*lines, actions=(button(t("Anotar un asunto"), "m.jot"), button(t("Menú"), "m.menu")))


def mode(who: Speaker) -> None:
    """Modo: how one gets about from now on."""
    who.say(who.t("¿Cómo va ahora?"), actions=duty_words.modes(who.t, "mode"))


def set_mode(who: Speaker, said: str) -> None:
    """A pie, en patrulla, en moto. Raises NotOnDuty."""
    chosen = _mode(said)
    if chosen is None:
        mode(who)
        return
    desk.get_about(who.tx, who.me, chosen, who.at)
    who.say(who.t("Anotado: va {mode}.", mode=duty_words.gets_about(who.t, chosen)))


def _off(who: Speaker) -> bool:
    """Not on duty? Then that is said, with the way to it."""
    if who.tx.staff.shift_of(who.me.person_id, who.at) is not None:
        return False
    start = button(who.t("Iniciar turno"), "m.start_shift", "primary")
    who.say(who.t("No está en turno."), actions=(start,))
    return True


def pause(who: Speaker) -> None:
    """Pausa: no alerts for a while."""
    if _off(who):
        return
    t = who.t
    since = desk.pause(who.tx, who.here, who.me, who.at)
    longest = who.here.municipality.service.duty.longest_pause
    lines = (
        t("En pausa desde las {hour}. Los avisos pasan a quien sigue.", hour=t.clock(since)),
        t("Sus casos siguen siendo suyos. Termina sola a las {hour}.", hour=t.clock(since + longest)),
    )
    who.say(*lines, actions=(button(t("Reanudar"), "m.resume_shift", "primary"),))


def resume(who: Speaker) -> None:
    """Reanudar: what came meanwhile is shown."""
    if _off(who):
        return
    was = desk.resume(who.tx, who.me, who.at)
    pending(who, who.t("De vuelta: otra vez le llegan avisos.") if was else who.t("No estaba en pausa."))


def end(who: Speaker) -> None:
    """Off duty; the hand-over is written, and only the note is asked for."""
    t = who.t
    if _off(who):
        return
    left = desk.end(who.tx, who.here, who.me, who.at)
    assert left is not desk.OFF
    over = t("Turno terminado. Ya no le llegan avisos.")
    if left is None:
        who.say(over)
        return
    handing.begin(who, left, (over, handing.summary(t, left)))


def pending(who: Speaker, *lead: str) -> None:
    """What the officer has in hand, and what waits in the sector."""
    t = who.t
    in_hand = who.tx.reports.handled_by(who.person.id)
    waiting = waiting_in(who.tx, who.tx.staff.sectors_of(who.me, who.at))
    reports = (*in_hand, *waiting)[:10]
    if not reports:
        who.say(*lead, t("Nada pendiente."), actions=(button(t("Menú"), "m.menu"),))
        return
    lines = (*lead, t("En sus manos: {n}", n=len(in_hand)), t("Sin tomar en su sector: {n}", n=len(waiting)))
    rows = tuple(cards.row(who, report) for report in reports)
    who.show(Outgoing(lines=lines, rows=rows, rows_label=t("Ver reportes")))
