"""Deciding on "Borrar mis datos": a supervisor sees how much it is, not whose, and says yes or no."""

from __future__ import annotations

from bot.conversation import Flow
from bot.questions import Option, choose
from bot.texts import Texts
from handlers import talks
from handlers.desk import erasure
from handlers.speaker import Speaker
from storage.conversations import Conversation


def decide(who: Speaker, person_id: str) -> None:
    """How many reports are concerned; then yes or no."""
    if not erasure.asked(who.tx, person_id):
        who.say(who.t("Esa solicitud ya se resolvió."))
        return
    if who.tx.staff.officer(person_id) is not None:
        who.say(
            who.t("La pide alguien del equipo con alta: lo que hizo en el equipo no se borra."),
            who.t("Si ya no está en el equipo, dé de baja su alta y vuelva a abrir la solicitud."),
        )
        return
    reports = who.tx.reports.all_of(person_id)
    open_now = sum(report.status.open for report in reports)
    talks.start(who, "forget", {"person": person_id, "reports": len(reports), "open": open_now})


def _flow(t: Texts, reports: int, open_now: int) -> Flow[bool]:
    lines = [
        t("Solicitud de borrado. Reportes de esa persona: {n}, abiertos: {open}.", n=reports, open=open_now),
        t("Se borran su contacto, sus textos, lugares exactos y archivos. Quedan tipo, colonia y fechas."),
    ]
    if open_now:
        lines.append(t("Los abiertos se cierran como retirados."))
    options = [Option(True, "yes", t("Sí, borrar"), style="danger"), Option(False, "no", t("Todavía no"))]
    return (yield from choose("sure", (*lines, t("No se puede deshacer. ¿Se borra?")), options))


def _decided(who: Speaker, talk: Conversation, sure: bool) -> None:
    person_id = talk.arguments["person"]
    if not sure:
        who.say(who.t("De acuerdo: la solicitud sigue pendiente."))
    elif not erasure.asked(who.tx, person_id):
        who.say(who.t("Esa solicitud ya se resolvió."))
    else:
        erasure.approve(who.tx, person_id, who.person.id, who.at)
        who.say(who.t("Listo: se borra en unos minutos, después de avisarle."))


talks.script(
    talks.Script(
        name="forget",
        make=lambda t, here, kept, again: _flow(t, kept["reports"], kept["open"]),
        finish=_decided,
    )
)
