"""The words of the week's rounds: to who asked no hour before and no name after; to the team the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from bot.domain.rotation import Need
from bot.domain.walk import Did
from bot.messages import Outgoing
from bot.texts import Texts
from handlers import walk_words
from handlers.facts import Facts, Moment, Word
from handlers.here import Here
from handlers.speaker import button

FEWEST_STOPS = 3  # below this what was heard might say who said it
FEWEST_TIMES = 2  # and so might what only one of them told


def reason(t: Texts, need: Need) -> str:
    """Why this colonia: "hace 23 días · 2 lo pidieron · 3 abiertos"."""
    since = (
        t("sin recorrido aún") if need.days is None else t.many("hace {n} día", "hace {n} días", need.days)
    )
    parts = [since]
    if need.asked:
        parts.append(t.many("{n} lo pidió", "{n} lo pidieron", need.asked))
    if need.open:
        parts.append(t.many("{n} asunto abierto", "{n} asuntos abiertos", need.open))
    return " · ".join(parts)


def short_day(t: Texts, day: date) -> str:
    """ "mar 24"."""
    return f"{t.weekday(_noon(t, day))[:3]} {day.day}"


def _noon(t: Texts, day: date) -> datetime:
    return datetime.combine(day, time(12), t.zone)


def _day(t: Texts, facts: Facts) -> str:
    return t.day(_noon(t, date.fromisoformat(facts["day"])))


def _tomorrow(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    where = moment.here.colonia_name(facts["colonia"])
    if moment.at.astimezone(t.zone).date() < date.fromisoformat(facts["day"]):
        first = t(
            "Como lo pidió: mañana, {day}, el equipo recorre la colonia {where}.",
            day=_day(t, facts),
            where=where,
        )
    else:  # it was read only the next day
        first = t(
            "Como lo pidió: hoy, {day}, el equipo recorre la colonia {where}.",
            day=_day(t, facts),
            where=where,
        )
    lines = (
        first,
        t("No hay hora fija. Si los ve, acérquese; al día siguiente le contamos qué se hizo."),
    )
    return Outgoing(lines=lines, actions=(button(t("Menú"), "m.menu"),), quiet=True)


def _told(moment: Moment, facts: Facts) -> Outgoing:
    t, here = moment.t, moment.here
    where = here.colonia_name(facts["colonia"])
    people = t.many("{n} persona", "{n} personas", facts["met"])
    lines = [
        t(
            "Recorrimos la colonia {where} el {day}: hablamos con {people}.",
            where=where,
            day=_day(t, facts),
            people=people,
        )
    ]
    lines += done_lines(t, here, facts)
    return Outgoing(
        lines=tuple(lines),
        actions=(button(t("Reportar"), "m.report"), button(t("Menú"), "m.menu")),
        quiet=True,
    )


def done_lines(t: Texts, here: Here, facts: Facts) -> list[str]:
    """What was heard and done, as far as nobody can be recognised in it."""
    if facts["stops"] < FEWEST_STOPS:
        return []
    heard = walk_words.counted(
        [(here.kind(slug).short, n) for slug, n in facts["kinds"] if n >= FEWEST_TIMES]
    )
    did = walk_words.counted([(t(walk_words.DID[Did(what)]), n) for what, n in facts["did"]])
    return [
        *([t("Lo que más contaron: {what}", what=heard)] if heard else []),
        t("Se hizo: {what}", what=did),
    ]


def _missed(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    where = moment.here.colonia_name(facts["colonia"])
    first = t("Disculpe: el {day} no pudimos recorrer la colonia {where}.", day=_day(t, facts), where=where)
    if facts.get("dropped"):
        first = t(
            "Disculpe: cambió el plan, y el {day} ya no recorremos la colonia {where}.",
            day=_day(t, facts),
            where=where,
        )
    lines = (
        first,
        t("Su petición sigue contando para el siguiente plan."),
    )
    return Outgoing(lines=lines, actions=(button(t("Hablar con el mando"), "m.person"),), quiet=True)


def _not_made(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    where = moment.here.colonia_name(facts["colonia"])
    line = t("Recorrido sin hacer: {where}, {day}.", where=where, day=_day(t, facts))
    return Outgoing(lines=(line,), actions=(button(t("Plan de recorridos"), "m.rotation"),), quiet=True)


TO_RESIDENTS: Mapping[str, Word] = {"walk_tomorrow": _tomorrow, "walk_told": _told, "walk_missed": _missed}
TO_STAFF: Mapping[str, Word] = {"walk_not_made": _not_made}
