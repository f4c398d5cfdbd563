"""The words of a report for who attends it: the alert, and what happened since."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.concern import Priority
from bot.messages import Outgoing
from bot.texts import Texts, later
from handlers import sharing_words
from handlers.facts import Facts, Moment, Word, at_of, case_button, folio
from handlers.officer.cards import because, headline_of
from handlers.speaker import button


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
    hour = t.clock(at_of(facts["at"]))
    handler = facts.get("handler") or t("otra persona")
    line = t(WHAT_HAPPENED[facts["what"]], handler=handler, hour=hour)
    return Outgoing(lines=(f"{folio(facts)} · {line}",), quiet=True, protected=True)


def _report_assigned(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: su mando se lo asignó.", folio=folio(facts))
    return Outgoing(lines=(line,), actions=case_button(t, facts), protected=True)


def _question_answered(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: contestó la persona.", folio=folio(facts))
    return _with_words(moment, facts, line)


def _something_added(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    return _with_words(moment, facts, t("Folio {folio}: la persona agregó algo.", folio=folio(facts)))


def _with_words(moment: Moment, facts: Facts, first: str) -> Outgoing:
    """The words stand on the second line: a locked phone shows only the first."""
    t = moment.t
    said = f"«{facts['text']}»" if facts.get("text") else t("(archivo)")
    return Outgoing(lines=(first, said), actions=case_button(t, facts), protected=True)


def _happened_again(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: volvió a pasar.", folio=folio(facts))
    return Outgoing(lines=(line,), actions=case_button(t, facts), quiet=True)


def _question_expired(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: no hubo respuesta a su pregunta. Siga con lo que hay.", folio=folio(facts))
    return Outgoing(lines=(line,), actions=case_button(t, facts), quiet=True)


def _report_withdrawn(moment: Moment, facts: Facts) -> Outgoing:
    line = moment.t("Folio {folio}: la persona lo retiró.", folio=folio(facts))
    return Outgoing(lines=(line,), quiet=True)


SOLVED = {
    "yes": later("Folio {folio}: la persona dice que quedó resuelto."),
    "no": later("Folio {folio}: la persona dice que sigue igual. Se abrió de nuevo."),
    "unsure": later("Folio {folio}: la persona no sabe si quedó resuelto."),
    "not_yet": later("Folio {folio}: la persona dice que sigue igual. Sigue canalizado."),
}


def _solved_answered(moment: Moment, facts: Facts) -> Outgoing:
    return Outgoing(lines=(moment.t(SOLVED[facts["answer"]], folio=folio(facts)),), quiet=True)


def _support_offered(moment: Moment, facts: Facts) -> Outgoing:
    line = moment.t("Folio {folio}: {name} va de apoyo.", folio=folio(facts), name=facts["by"])
    return Outgoing(lines=(line,))


def _support_wanted(moment: Moment, facts: Facts) -> Outgoing:
    """A colleague calls: what it is and where roughly; the place comes after the tap."""
    t = moment.t
    first = _headline(moment, facts)
    line = t("{name} pide apoyo.", name=facts["by"][:1].upper() + facts["by"][1:])
    support = button(t("Voy de apoyo"), f"support.{facts['folio']}", "primary")
    return Outgoing(lines=(first, line), actions=(support,), protected=True)


def _neighbour_joined(moment: Moment, facts: Facts) -> Outgoing:
    line = moment.t("Folio {folio}: se sumó otra persona de la zona.", folio=folio(facts))
    return Outgoing(lines=(line,), quiet=True)


def _report_followed(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: la persona ya lo sigue desde su chat. Puede preguntarle.", folio=folio(facts))
    return Outgoing(lines=(line,), actions=case_button(t, facts), quiet=True)


def _place_told(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    return Outgoing(
        lines=(t("Folio {folio}: ya dijo dónde.", folio=folio(facts)),), actions=case_button(t, facts)
    )


def _no_news(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: lo tomó hace rato y no hay novedades. ¿Cómo va?", folio=folio(facts))
    if facts.get("referred"):
        line = t("Folio {folio}: sigue canalizado y no hay novedades. ¿Cómo va?", folio=folio(facts))
    elif not facts.get("mine", True):
        line = t("Folio {folio}: quien lo tenía ya no está en el equipo. Reasígnelo.", folio=folio(facts))
    later = (sharing_words.later_again(t, facts["folio"]),) if facts.get("mine", True) else ()
    return Outgoing(lines=(line,), actions=(*case_button(t, facts), *later), quiet=True)


TO_STAFF: Mapping[str, Word] = {
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
}
