"""The words of every notice, per role, and what may stand in the first 60 characters.

A notice becomes words only when it is sent: only then is it known whether the WhatsApp window is open.
`WORDS` is the table; `TEMPLATES` says which approved text stands for a notice outside the window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain import folio as folios
from bot.domain.concern import Priority
from bot.domain.report import Disposition
from bot.messages import Action, Attachment, AttachmentKind, Outgoing, TemplateUse
from bot.texts import Texts, later
from handlers import (
    badge_words,
    duty_words,
    group_words,
    mediation_words,
    place_words,
    promise_words,
    referral_words,
    rotation_words,
    sharing_words,
    thanks_words,
    visit_words,
    walk_words,
)
from handlers.here import Here
from handlers.officer.cards import because, headline_of
from handlers.speaker import button

LOCK_SCREEN = 60  # characters that a locked phone may show


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """For whom and when a notice is worded."""

    t: Texts
    here: Here
    at: datetime


Facts = Mapping[str, Any]
Word = Callable[[Moment, Facts], Outgoing]


def render(notice: str, facts: Facts, moment: Moment) -> Outgoing:
    """The card of a notice. Raises KeyError for a notice without words, which is our bug."""
    return WORDS[notice](moment, facts)


def template(notice: str, facts: Facts) -> TemplateUse | None:
    """The approved text for outside the window, if the notice has one."""
    name = TEMPLATES.get(notice)
    if name is None:
        return None
    return TemplateUse(name=name, variables=(folios.show(facts["folio"]),) if "folio" in facts else ())


def _say(moment: Moment, facts: Facts) -> Outgoing:
    return Outgoing.from_dict(facts)


def _apology(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t(
            "Tuvimos un problema con su último mensaje. No se perdió: quedó guardado con el número {id}.",
            id=facts["id"],
        ),
        t("Lo que ya había contestado sigue aquí. Inténtelo otra vez, o escriba «menú»."),
        t("Si es una emergencia, llame al 911."),
    )
    return Outgoing(lines=lines)


# ---- what residents hear ----


def _report_claimed(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: {officer} ya tiene su reporte.", folio=_folio(facts), officer=_officer(t, facts))
    return Outgoing(lines=(line, t("Le avisamos lo que siga.")), actions=_answerable(t, facts))


def _officer(t: Texts, facts: Facts) -> str:
    return str(facts.get("officer") or t("el equipo"))


def _question_asked(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t("Folio {folio}: {officer} pregunta:", folio=_folio(facts), officer=_officer(t, facts)),
        f"«{facts['text']}»",
        t("Conteste aquí mismo, con texto, voz o foto."),
    )
    return Outgoing(lines=lines)


def _officer_on_the_way(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: {officer} va en camino.", folio=_folio(facts), officer=_officer(t, facts))
    return Outgoing(lines=(line, t("Si hay peligro, llame al 911.")), actions=_answerable(t, facts))


def _report_referred(moment: Moment, facts: Facts) -> Outgoing:
    lines = referred_lines(moment.t, moment.here, facts)
    return Outgoing(lines=lines, actions=_answerable(moment.t, facts))


def referred_lines(t: Texts, here: Here, facts: Facts) -> tuple[str, ...]:
    """To whom it went, as the person reads it; the officer sees the same before sending."""
    office = here.municipality.directory.get(facts["office"])
    name = office.name if office else facts["office"]
    lines = [
        t("Folio {folio}: se pasó a {office}, que es quien lo resuelve.", folio=_folio(facts), office=name)
    ]
    if facts.get("note"):
        lines.append(f"«{facts['note']}»")
    lines.append(t("Lo seguimos nosotros y le avisamos qué contestan, aunque sea que tardará."))
    return tuple(lines)


ENDED = {
    Disposition.ATTENDED: later("Folio {folio}: {officer} atendió su reporte."),
    Disposition.SOLVED_BY_OTHER: later("Folio {folio}: lo resolvió otra área."),
    Disposition.NOT_LOCATED: later("Folio {folio}: fuimos y no encontramos el lugar o a la persona."),
    Disposition.DUPLICATE: later("Folio {folio}: es el mismo asunto que otro reporte, y se atiende ahí."),
    Disposition.NOT_OURS: later("Folio {folio}: esto no le toca a la policía."),
    Disposition.WITHDRAWN: later("Folio {folio}: se cerró porque usted lo retiró."),
}


def _report_closed(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    folio = facts["folio"]
    actions = (
        button(t("Sí, ya quedó"), f"solved.{folio}.yes", "primary"),
        button(t("Sigue igual"), f"solved.{folio}.no"),
        button(t("No sé"), f"solved.{folio}.unsure"),
    )
    return Outgoing(lines=closed_lines(t, facts), actions=actions)


def closed_lines(t: Texts, facts: Facts) -> tuple[str, ...]:
    """How it ended, as the person reads it; the officer sees the same before sending."""
    ended = t(ENDED[Disposition(facts["disposition"])], folio=_folio(facts), officer=_officer(t, facts))
    said = (f"«{facts['sentence']}»",) if facts["sentence"] else ()
    return (ended, *said, t("¿Quedó resuelto?"))


def _answerable(t: Texts, facts: Facts) -> tuple[Action, ...]:
    return (button(t("Agregar algo"), f"add.{facts['folio']}"),)


def _help_answer(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    name = facts["by"][:1].upper() + facts["by"][1:]
    lines = (f"{name}: «{facts['text']}»", t("Puede contestar aquí mismo."))
    return Outgoing(lines=lines, actions=(button(t("Terminar"), "m.end_person"),))


def _draft_waits(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t("Dejó un reporte a medias. ¿Seguimos?"),
        t("Se borra solo el {day}.", day=t.day(_at(facts["until"]))),
    )
    actions = (
        button(t("Seguir"), "m.resume", "primary"),
        button(t("Borrarlo"), "m.cancel"),
    )
    return Outgoing(lines=lines, actions=actions)


# ---- what officers and supervisors hear ----


def _alert(moment: Moment, facts: Facts) -> Outgoing:
    """Urgency, kind, colonia, age and folio: no name, no text, no street."""
    t = moment.t
    priority = Priority(facts["priority"])
    why = because(t, moment.here, priority, facts["kind"], facts.get("reason", ""))
    reason = (why,) if why and not facts["listed"] else ()
    lines = [_headline(moment, facts), *reason, *_why_now(t, facts)]
    key = f"{facts['folio']}.{facts['version']}"
    actions = (button(t("Tomar"), f"claim.{key}", "primary"), button(t("No puedo"), f"decline.{key}"))
    return Outgoing(lines=tuple(lines), actions=actions, protected=True, quiet=not priority.urgent)


def _headline(moment: Moment, facts: Facts) -> str:
    """What a locked phone may show of a report."""
    return headline_of(moment.t, moment.here, Priority(facts["priority"]), facts, moment.at)


def _why_now(t: Texts, facts: Facts) -> tuple[str, ...]:
    if facts.get("retry"):
        return (t("(reintento)"),)
    if facts["nobody"]:
        return (t("No hay nadie en turno para este reporte."),)
    return (t("Nadie lo ha tomado todavía."),) if facts["level"] else ()


WHAT_HAPPENED = {
    "ReportClaimed": later("Tomado por {handler} {hour}"),
    "ReportReassigned": later("Lo tiene {handler} {hour}"),
    "ReportClosed": later("Cerrado {hour}"),
    "ReportReferred": later("Canalizado {hour}"),
    "ReportWithdrawn": later("La persona lo retiró {hour}"),
}


def _alert_taken(moment: Moment, facts: Facts) -> Outgoing:
    """The card of the others stops looking free; silent."""
    t = moment.t
    hour = t.clock(_at(facts["at"]))
    handler = facts.get("handler") or t("otra persona")
    line = t(WHAT_HAPPENED[facts["what"]], handler=handler, hour=hour)
    return Outgoing(lines=(f"{_folio(facts)} · {line}",), quiet=True, protected=True)


def _report_assigned(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: su mando se lo asignó.", folio=_folio(facts))
    return Outgoing(lines=(line,), actions=_open(t, facts), protected=True)


def _question_answered(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: contestó la persona.", folio=_folio(facts))
    return _with_words(moment, facts, line)


def _something_added(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    return _with_words(moment, facts, t("Folio {folio}: la persona agregó algo.", folio=_folio(facts)))


def _with_words(moment: Moment, facts: Facts, first: str) -> Outgoing:
    """The words stand on the second line: a locked phone shows only the first."""
    t = moment.t
    said = f"«{facts['text']}»" if facts.get("text") else t("(archivo)")
    return Outgoing(lines=(first, said), actions=_open(t, facts), protected=True)


def _happened_again(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: volvió a pasar.", folio=_folio(facts))
    return Outgoing(lines=(line,), actions=_open(t, facts), quiet=True)


def _question_expired(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: no hubo respuesta a su pregunta. Siga con lo que hay.", folio=_folio(facts))
    return Outgoing(lines=(line,), actions=_open(t, facts), quiet=True)


def _report_withdrawn(moment: Moment, facts: Facts) -> Outgoing:
    line = moment.t("Folio {folio}: la persona lo retiró.", folio=_folio(facts))
    return Outgoing(lines=(line,), quiet=True)


SOLVED = {
    "yes": later("Folio {folio}: la persona dice que quedó resuelto."),
    "no": later("Folio {folio}: la persona dice que sigue igual. Se abrió de nuevo."),
    "unsure": later("Folio {folio}: la persona no sabe si quedó resuelto."),
    "not_yet": later("Folio {folio}: la persona dice que sigue igual. Sigue canalizado."),
}


def _solved_answered(moment: Moment, facts: Facts) -> Outgoing:
    return Outgoing(lines=(moment.t(SOLVED[facts["answer"]], folio=_folio(facts)),), quiet=True)


def _support_offered(moment: Moment, facts: Facts) -> Outgoing:
    line = moment.t("Folio {folio}: {name} va de apoyo.", folio=_folio(facts), name=facts["by"])
    return Outgoing(lines=(line,))


def _support_wanted(moment: Moment, facts: Facts) -> Outgoing:
    """A colleague calls: what it is and where roughly; the place comes after the tap."""
    t = moment.t
    first = _headline(moment, facts)
    line = t("{name} pide apoyo.", name=facts["by"][:1].upper() + facts["by"][1:])
    support = button(t("Voy de apoyo"), f"support.{facts['folio']}", "primary")
    return Outgoing(lines=(first, line), actions=(support,), protected=True)


def _neighbour_joined(moment: Moment, facts: Facts) -> Outgoing:
    line = moment.t("Folio {folio}: se sumó otra persona de la zona.", folio=_folio(facts))
    return Outgoing(lines=(line,), quiet=True)


def _report_followed(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: la persona ya lo sigue desde su chat. Puede preguntarle.", folio=_folio(facts))
    return Outgoing(lines=(line,), actions=_open(t, facts), quiet=True)


def _place_told(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    return Outgoing(lines=(t("Folio {folio}: ya dijo dónde.", folio=_folio(facts)),), actions=_open(t, facts))


def _no_news(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: lo tomó hace rato y no hay novedades. ¿Cómo va?", folio=_folio(facts))
    actions = (*_open(t, facts), sharing_words.later_again(t, facts["folio"]))
    return Outgoing(lines=(line,), actions=actions, quiet=True)


def _shift_ends_soon(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = [t("Su turno termina a las {hour}.", hour=t.clock(_at(facts["ends_at"])))]
    if facts["in_hand"]:
        lines.append(
            t("Tiene {n} en sus manos: ciérrelos, o suéltelos para quien entra.", n=facts["in_hand"])
        )
    return Outgoing(lines=tuple(lines), actions=(button(t("Mis pendientes"), "m.pending"),))


def _shift_ended(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = [t("Terminó su turno. Ya no le llegan avisos.")]
    if facts["in_hand"]:
        lines.append(t("Le quedan {n} en sus manos.", n=facts["in_hand"]))
    note = (button(t("Dejar nota"), f"handnote.{facts['handover']}"),) if facts.get("handover") else ()
    start = button(t("Iniciar turno"), "m.start_shift")
    return Outgoing(lines=tuple(lines), actions=(*note, start), quiet=True)


def _handover_received(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t(
        "{name} firmó de recibido su entrega ({hour}).",
        name=facts["by"],
        hour=t.clock(_at(facts["received_at"])),
    )
    return Outgoing(lines=(line[:1].upper() + line[1:],), quiet=True)


def _handover_unsigned(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    name = facts["name"] or t("otra persona")
    first = t("Entrega sin firmar: {name} ({hour}).", name=name, hour=t.clock(_at(facts["at"])))
    left = t(
        "En sus manos: {left} · sin tomar: {waiting} · promesas: {promised}",
        left=facts["left"],
        waiting=facts["waiting"],
        promised=facts["promised"],
    )
    return Outgoing(lines=(first, left), actions=(button(t("Estado"), "m.status"),))


def _approval_wanted(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t("{name} ({badge}) usó su código.", name=facts["name"], badge=facts["badge"]),
        t("¿Ve el número {number} en su teléfono?", number=facts["number"]),
    )
    actions = (
        button(t("Sí, dar de alta"), f"approve.{facts['badge']}", "primary"),
        button(t("No es"), f"refuse.{facts['badge']}", "danger"),
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
    return Outgoing(
        lines=(line,), actions=(button(t("Contestar"), f"help.{facts['request'][:12]}", "primary"),)
    )


def _help_message(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    key = facts["request"][:12]
    return Outgoing(
        lines=(t("La persona escribe:"), f"«{facts['text']}»"),
        actions=(button(t("Contestar"), f"help.{key}", "primary"), button(t("Terminar"), f"helped.{key}")),
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
    lead = t("Retenido: {folio}. Decida si se avisa.", folio=_folio(facts))
    if facts["urgent"]:
        lead = t("Retenido y urgente: {folio}. Decida si se avisa.", folio=_folio(facts))
    return Outgoing(lines=(lead,), actions=_open(t, facts))


def _paused(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t("Sus reportes están en pausa hasta {when}.", when=t.moment(_at(facts["until"]))),
        t("Motivo: {reason}", reason=facts["reason"]),
        t("Lo que mande se guarda y una persona lo revisa antes de avisar. En una emergencia: 911."),
    )
    return Outgoing(lines=lines, actions=(button(t("Pedir revisión"), "m.appeal"),))


def _appeal_wanted(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t("Piden revisar una pausa que termina {when}.", when=t.moment(_at(facts["until"]))),
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
            lines=(t("Se revisó: la pausa sigue hasta {when}.", when=t.moment(_at(facts["until"]))),)
        )
    return Outgoing(lines=(t("Se quitó la pausa. Sus reportes avisan otra vez como siempre."),))


def _operator(moment: Moment, facts: Facts) -> Outgoing:
    """Something that the people who run the programme must look at: a code, never a text."""
    t = moment.t
    return Outgoing(lines=(t("Aviso del sistema: {what}. Avise a sistemas.", what=facts["what"]),))


def _folio(facts: Facts) -> str:
    return folios.show(facts["folio"])


def _open(t: Texts, facts: Facts) -> tuple[Action, ...]:
    return (button(t("Ver caso"), f"case.{facts['folio']}"),)


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def file(media_id: str, kind: str, content_type: str) -> Attachment:
    """A file of our own store on a card."""
    return Attachment(kind=AttachmentKind(kind), reference=media_id, content_type=content_type)


WORDS: Mapping[str, Word] = {
    "say": _say,
    "apology": _apology,
    "report_claimed": _report_claimed,
    "question_asked": _question_asked,
    "officer_on_the_way": _officer_on_the_way,
    "report_referred": _report_referred,
    "report_closed": _report_closed,
    "help_answer": _help_answer,
    "draft_waits": _draft_waits,
    "alert": _alert,
    "alert_taken": _alert_taken,
    "report_assigned": _report_assigned,
    "question_answered": _question_answered,
    "something_added": _something_added,
    "happened_again": _happened_again,
    "question_expired": _question_expired,
    "report_withdrawn": _report_withdrawn,
    "solved_answered": _solved_answered,
    "support_offered": _support_offered,
    "support_wanted": _support_wanted,
    "neighbour_joined": _neighbour_joined,
    "report_followed": _report_followed,
    "place_told": _place_told,
    "no_news": _no_news,
    "shift_ends_soon": _shift_ends_soon,
    "shift_ended": _shift_ended,
    "handover_received": _handover_received,
    "handover_unsigned": _handover_unsigned,
    "approval_wanted": _approval_wanted,
    "approved": _approved,
    "revoked": _revoked,
    "help_wanted": _help_wanted,
    "help_message": _help_message,
    "pin_locked": _pin_locked,
    "held_report": _held_report,
    "paused": _paused,
    "appeal_wanted": _appeal_wanted,
    "appeal_answered": _appeal_answered,
    "operator": _operator,
    "erasure_wanted": _erasure_wanted,
    "erased_soon": _erased_soon,
    **duty_words.TO_STAFF,
    **promise_words.TO_RESIDENTS,
    **promise_words.TO_STAFF,
    **visit_words.TO_RESIDENTS,
    **visit_words.TO_STAFF,
    **walk_words.TO_STAFF,
    **referral_words.TO_RESIDENTS,
    **referral_words.TO_STAFF,
    **referral_words.TO_OFFICES,
    **sharing_words.TO_STAFF,
    **place_words.TO_STAFF,
    **mediation_words.TO_RESIDENTS,
    **mediation_words.TO_STAFF,
    **group_words.TO_GROUPS,
    **group_words.TO_STAFF,
    **badge_words.TO_STAFF,
    **thanks_words.TO_STAFF,
    **rotation_words.TO_RESIDENTS,
    **rotation_words.TO_STAFF,
}

# Outside the WhatsApp window an update says only that there is news; the tap opens the window.
TEMPLATES: Mapping[str, str] = {
    "report_claimed": "novedad_reporte",
    "question_asked": "pregunta_reporte",
    "officer_on_the_way": "novedad_reporte",
    "report_referred": "novedad_reporte",
    "report_closed": "reporte_cerrado",
    "help_answer": "persona_responde",
    **dict.fromkeys(
        (
            *promise_words.TO_RESIDENTS,
            *visit_words.TO_RESIDENTS,
            *referral_words.TO_RESIDENTS,
            *mediation_words.TO_RESIDENTS,
        ),
        "novedad_reporte",
    ),
    **dict.fromkeys(rotation_words.TO_RESIDENTS, "recorrido_colonia"),
}

# Only people who attend reports hear these: the right is read again before each call.
FOR_STAFF = frozenset(
    {
        "alert",
        "alert_taken",
        "report_assigned",
        "question_answered",
        "something_added",
        "happened_again",
        "question_expired",
        "report_withdrawn",
        "solved_answered",
        "support_offered",
        "support_wanted",
        "neighbour_joined",
        "report_followed",
        "place_told",
        "no_news",
        "shift_ends_soon",
        "handover_unsigned",
        "approval_wanted",
        "help_wanted",
        "help_message",
        "pin_locked",
        "held_report",
        "appeal_wanted",
        "operator",
        "erasure_wanted",
        *duty_words.TO_STAFF,
        *promise_words.TO_STAFF,
        *visit_words.TO_STAFF,
        *walk_words.TO_STAFF,
        *referral_words.TO_STAFF,
        *sharing_words.TO_STAFF,
        *place_words.TO_STAFF,
        *group_words.TO_STAFF,
        *badge_words.TO_STAFF,
        *thanks_words.TO_STAFF,
        *rotation_words.TO_STAFF,
        *mediation_words.TO_STAFF,
    }
)

# Not about a report that was sent: after BAJA these are not said.
UNASKED = frozenset({"draft_waits", *rotation_words.TO_RESIDENTS})

# Of several of one card that wait for the same chat only the last is sent.
COALESCED = frozenset(group_words.TO_GROUPS)

# Sent to who is not of the team: refused about a confidential report, whatever made them.
TO_RESIDENTS = frozenset(
    {
        "report_claimed",
        "question_asked",
        "officer_on_the_way",
        "report_referred",
        "report_closed",
        "draft_waits",
        *promise_words.TO_RESIDENTS,
        *visit_words.TO_RESIDENTS,
        *referral_words.TO_RESIDENTS,
        *referral_words.TO_OFFICES,
        *group_words.TO_GROUPS,
        *rotation_words.TO_RESIDENTS,
        *mediation_words.TO_RESIDENTS,
    }
)
