"""The words of proximity rounds: numbers, never a name of who was met."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.domain.walk import Did
from bot.messages import Outgoing
from bot.texts import Texts, later
from handlers.facts import Facts, Moment, Word
from handlers.here import Here

MOST_KINDS = 5
DID = {
    Did.LISTENED: later("escuchar"),
    Did.ADVICE: later("consejo"),
    Did.MEDIATED: later("mediación"),
    Did.CALLED: later("llamada a servicios"),
    Did.PROMISED: later("promesa de volver"),
}


def summary_lines(t: Texts, here: Here, facts: Facts) -> tuple[str, ...]:
    """A round in four lines."""
    start, end = (t.clock(datetime.fromisoformat(facts[name])) for name in ("started_at", "ended_at"))
    where = here.colonia_name(facts["colonia"])
    if not facts["stops"]:
        return (t("Recorrido en {where}, {start}-{end}: sin paradas.", where=where, start=start, end=end),)
    people = t.many("{n} persona", "{n} personas", facts["met"])
    lines = [
        t("Recorrido en {where}, {start}-{end}", where=where, start=start, end=end),
        t.many("{n} parada", "{n} paradas", facts["stops"]) + f" · {people}",
    ]
    heard = counted([(here.kind(slug).short, n) for slug, n in facts["kinds"]])
    if heard:
        lines.append(t("Contaron: {what}", what=heard))
    lines.append(t("Se hizo: {what}", what=counted([(t(DID[Did(did)]), n) for did, n in facts["did"]])))
    if facts["reports"]:
        lines.append(t("Reportes abiertos: {n}", n=facts["reports"]))
    return tuple(lines)


def counted(things: list[tuple[str, int]]) -> str:
    """ "Alumbrado 3, Ruido 2"."""
    return ", ".join(f"{name} {n}" for name, n in things[:MOST_KINDS])


def _done(moment: Moment, facts: Facts) -> Outgoing:
    lines = summary_lines(moment.t, moment.here, facts)
    by = facts["officer"]
    return Outgoing(lines=(*lines, by[:1].upper() + by[1:]), quiet=True)


TO_STAFF: Mapping[str, Word] = {"walk_done": _done}
