"""The words of patrol visits. No hour before, no word of whether somebody is at home, ever."""

from __future__ import annotations

from collections.abc import Mapping

from bot.messages import Outgoing
from bot.texts import Texts
from handlers.facts import Facts, Moment, Word, add_button, at_of, folio
from handlers.speaker import button


def planned_lines(t: Texts, facts: Facts) -> tuple[str, ...]:
    """As the person reads it; who plans sees the same before."""
    visits = t.many("{n} visita", "{n} visitas, una por día", facts["days"])
    officer = facts.get("officer") or t("el equipo")
    return (
        t("Folio {folio}: {officer} programó {visits}.", folio=folio(facts), officer=officer, visits=visits),
        t("La hora no se dice antes. Después de cada una le avisamos."),
    )


def _planned(moment: Moment, facts: Facts) -> Outgoing:
    return Outgoing(lines=planned_lines(moment.t, facts), actions=add_button(moment.t, facts))


def _made(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    start, end = t.clock(at_of(facts["arrived_at"])), facts["left_at"]
    when = f"{start}-{t.clock(at_of(end))}" if end else start
    lines = [t("Folio {folio}: estuvimos {when}.", folio=folio(facts), when=when)]
    if facts["sentence"]:
        lines.append(f"«{facts['sentence']}»")
    return Outgoing(lines=tuple(lines), actions=add_button(t, facts))


def _missed(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (t("Folio {folio}: esta vez no pudimos pasar. Disculpe.", folio=folio(facts)),)
    return Outgoing(
        lines=lines, actions=(button(t("Hablar con el mando"), "m.person"), *add_button(t, facts))
    )


def _time(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    until = t.clock(at_of(facts["closes_at"]))
    lines = (
        t("🚓 Toca visita · {about}", about=_about(moment, facts)),
        t("Unos {n} minutos, a más tardar a las {hour}.", n=facts["stay"], hour=until),
    )
    return Outgoing(
        lines=lines, actions=(button(t("Llegué"), f"vin.{facts['visit']}", "primary"),), protected=True
    )


def _not_made(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Visita sin hacer · {about}", about=_about(moment, facts))
    return Outgoing(lines=(line,), actions=(button(t("Ver caso"), f"case.{facts['folio']}"),), quiet=True)


def _about(moment: Moment, facts: Facts) -> str:
    where = moment.here.colonia_name(facts["colonia"])
    return " · ".join(part for part in (where and f"Col. {where}", folio(facts)) if part)


TO_RESIDENTS: Mapping[str, Word] = {"visits_planned": _planned, "visit_made": _made, "visit_missed": _missed}
TO_STAFF: Mapping[str, Word] = {"visit_time": _time, "visit_not_made": _not_made}
