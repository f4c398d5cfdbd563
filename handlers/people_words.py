"""The words between people: who may begin, a person who answers, data to erase, a pause, a PIN, what an operator must see."""

from __future__ import annotations

from collections.abc import Mapping

from bot.messages import Outgoing
from handlers.facts import Facts, Moment, Word, at_of, case_button, folio
from handlers.speaker import button


def _help_answer(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    name = facts["by"][:1].upper() + facts["by"][1:]
    lines = (f"{name}: «{facts['text']}»", t("Puede contestar aquí mismo."))
    return Outgoing(lines=lines, actions=(button(t("Terminar"), "m.end_person"),))


def _approval_wanted(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t("{name} ({badge}) usó su código.", name=facts["name"], badge=facts["badge"]),
        t("¿Ve el número {number} en su teléfono?", number=facts["number"]),
    )
    whose = f"{facts['badge']}.{facts['number']}"
    actions = (
        button(t("Sí, dar de alta"), f"approve.{whose}", "primary"),
        button(t("No es"), f"refuse.{whose}", "danger"),
    )
    return Outgoing(lines=lines, actions=actions, protected=True)


def _approved(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    if facts["role"] == "supervisor":
        lines = (t("Ya tiene alta como mando."),)
        actions = (button(t("Estado"), "m.status", "primary"), button(t("Menú"), "m.menu"))
        return Outgoing(lines=lines, actions=actions, role=facts["role"])
    lines = (t("Ya tiene alta. Cuando empiece, toque «Iniciar turno»."),)
    start = button(t("Iniciar turno"), "m.start_shift", "primary")
    return Outgoing(lines=lines, actions=(start,), role=facts["role"])


def _revoked(moment: Moment, facts: Facts) -> Outgoing:
    """Not a word: only the commands of the role go from their phone."""
    return Outgoing(role=facts["role"])


def _help_wanted(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Una persona pide hablar con alguien del equipo.")
    if facts.get("again"):
        line = t("Una persona sigue esperando que alguien del equipo le conteste.")
    return Outgoing(
        lines=(line,), actions=(button(t("Contestar"), f"help.{facts['request'][:12]}", "primary"),)
    )


def _help_message(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    key = facts["request"][:12]
    files = tuple(button(t("Ver archivo"), f"helpfile.{media}") for media in facts["media"])
    return Outgoing(
        lines=(t("La persona escribe:"), f"«{facts['text']}»"),
        actions=(
            button(t("Contestar"), f"help.{key}", "primary"),
            *files,
            button(t("Terminar"), f"helped.{key}"),
        ),
        protected=True,
    )


def _erasure_wanted(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = (
        t("Sigue pendiente una solicitud de borrado de datos (ARCO).")
        if facts["again"]
        else t("Una persona pide que se borren sus datos (ARCO).")
    )
    actions = (button(t("Ver solicitud"), f"forget.{facts['person']}"),)
    return Outgoing(lines=(line, t("La ley da 20 días hábiles para contestar.")), actions=actions)


def _erased_soon(moment: Moment, facts: Facts) -> Outgoing:
    """The last word: afterwards nobody knows where to send one."""
    t = moment.t
    lines = (
        t("Como lo pidió, en unos minutos se borran sus datos: su contacto, sus textos y sus archivos."),
        t("Si vuelve a escribir, empezamos de nuevo. Si hay peligro, llame al 911."),
    )
    return Outgoing(lines=lines)


def _pin_locked(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t(
            "{name} ({badge}) bloqueó su PIN: varios intentos equivocados.",
            name=facts["name"],
            badge=facts["badge"],
        ),
        t("Si no fue esa persona, dé de baja su alta. Si fue, puede restablecerlo."),
    )
    actions = (
        button(t("Restablecer PIN"), f"reset_pin.{facts['badge']}"),
        button(t("Dar de baja"), "m.revoke", "danger"),
    )
    return Outgoing(lines=lines, actions=actions, protected=True)


def _held_report(moment: Moment, facts: Facts) -> Outgoing:
    """An urgent or confidential one is named; of the others only that there are some."""
    t = moment.t
    if not facts["folio"]:
        look = button(t("Ver retenidos"), "m.held", "primary")
        return Outgoing(
            lines=(t("Hay avisos retenidos por límite o pausa. Revíselos."),), actions=(look,), quiet=True
        )
    lead = t("Retenido: {folio}. Decida si se avisa.", folio=folio(facts))
    if facts["urgent"]:
        lead = t("Retenido y urgente: {folio}. Decida si se avisa.", folio=folio(facts))
    return Outgoing(lines=(lead,), actions=case_button(t, facts))


def _paused(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t("Sus reportes están en pausa hasta {when}.", when=t.moment(at_of(facts["until"]))),
        t("Motivo: {reason}", reason=facts["reason"]),
        t("Lo que mande se guarda y una persona lo revisa antes de avisar. En una emergencia: 911."),
    )
    return Outgoing(lines=lines, actions=(button(t("Pedir revisión"), "m.appeal"),))


def _appeal_wanted(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t("Piden revisar una pausa que termina {when}.", when=t.moment(at_of(facts["until"]))),
        t("Motivo que se dio: {reason}", reason=facts["reason"]),
    )
    actions = (
        button(t("Quitar la pausa"), f"unpause.{facts['person']}", "primary"),
        button(t("Mantener"), f"keep_pause.{facts['person']}"),
    )
    return Outgoing(lines=lines, actions=actions, protected=True)


def _appeal_answered(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    if facts["kept"]:
        return Outgoing(
            lines=(t("Se revisó: la pausa sigue hasta {when}.", when=t.moment(at_of(facts["until"]))),)
        )
    return Outgoing(lines=(t("Se quitó la pausa. Sus reportes avisan otra vez como siempre."),))


def _operator(moment: Moment, facts: Facts) -> Outgoing:
    """Something that the people who run the programme must look at: a code, never a text."""
    t = moment.t
    return Outgoing(lines=(t("Aviso del sistema: {what}. Avise a sistemas.", what=facts["what"]),))


TO_STAFF: Mapping[str, Word] = {
    "approval_wanted": _approval_wanted,
    "help_wanted": _help_wanted,
    "help_message": _help_message,
    "erasure_wanted": _erasure_wanted,
    "pin_locked": _pin_locked,
    "held_report": _held_report,
    "appeal_wanted": _appeal_wanted,
    "operator": _operator,
}

TO_ANYBODY: Mapping[str, Word] = {
    "help_answer": _help_answer,
    "approved": _approved,
    "revoked": _revoked,
    "erased_soon": _erased_soon,
    "paused": _paused,
    "appeal_answered": _appeal_answered,
}
