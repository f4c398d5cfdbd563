"""The words of a report's news for who told it. Each can be answered."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.report import Disposition
from bot.messages import Outgoing
from bot.texts import Texts, later
from handlers.facts import Facts, Moment, Word, add_button, at_of, folio, officer
from handlers.here import Here
from handlers.speaker import button


def _report_claimed(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: {officer} ya tiene su reporte.", folio=folio(facts), officer=officer(t, facts))
    return Outgoing(lines=(line, t("Le avisamos lo que siga.")), actions=add_button(t, facts))


def _question_asked(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t("Folio {folio}: {officer} pregunta:", folio=folio(facts), officer=officer(t, facts)),
        f"«{facts['text']}»",
        t("Conteste aquí mismo, con texto, voz o foto."),
    )
    return Outgoing(lines=lines)


def _officer_on_the_way(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: {officer} va en camino.", folio=folio(facts), officer=officer(t, facts))
    return Outgoing(lines=(line, t("Si hay peligro, llame al 911.")), actions=add_button(t, facts))


def _report_referred(moment: Moment, facts: Facts) -> Outgoing:
    lines = referred_lines(moment.t, moment.here, facts)
    return Outgoing(lines=lines, actions=add_button(moment.t, facts))


def referred_lines(t: Texts, here: Here, facts: Facts) -> tuple[str, ...]:
    """To whom it went, as the person reads it; the officer sees the same before sending."""
    office = here.municipality.directory.get(facts["office"])
    name = office.name if office else facts["office"]
    lines = [
        t("Folio {folio}: se pasó a {office}, que es quien lo resuelve.", folio=folio(facts), office=name)
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


def _joined_withdrawn(moment: Moment, facts: Facts) -> Outgoing:
    """To neighbours who joined: it is over for who told it, and perhaps not for them."""
    t = moment.t
    lines = (
        t("Folio {folio}: quien hizo el reporte lo retiró.", folio=folio(facts)),
        t("Si el problema sigue, tóquelo y se abre de nuevo."),
    )
    return Outgoing(lines=lines, actions=(button(t("Sigue igual"), f"solved.{facts['folio']}.no"),))


def closed_lines(t: Texts, facts: Facts) -> tuple[str, ...]:
    """How it ended, as the person reads it; the officer sees the same before sending."""
    ended = t(ENDED[Disposition(facts["disposition"])], folio=folio(facts), officer=officer(t, facts))
    said = (f"«{facts['sentence']}»",) if facts["sentence"] else ()
    return (ended, *said, t("¿Quedó resuelto?"))


def _draft_waits(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t("Dejó un reporte a medias. ¿Seguimos?"),
        t("Se borra solo el {day}.", day=t.day(at_of(facts["until"]))),
    )
    actions = (
        button(t("Seguir"), "m.resume", "primary"),
        button(t("Borrarlo"), "m.cancel"),
    )
    return Outgoing(lines=lines, actions=actions)


TO_RESIDENTS: Mapping[str, Word] = {
    "report_claimed": _report_claimed,
    "question_asked": _question_asked,
    "officer_on_the_way": _officer_on_the_way,
    "report_referred": _report_referred,
    "report_closed": _report_closed,
    "joined_withdrawn": _joined_withdrawn,
    "draft_waits": _draft_waits,
}
