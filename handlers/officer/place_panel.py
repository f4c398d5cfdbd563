"""The place, for who came there for the first time: what happened, what was promised, what was done, what to mind."""

from __future__ import annotations

from collections import Counter

from bot.domain import folio as folios
from bot.domain.errors import NotYours
from bot.domain.place_memory import OfKind, by_kind
from bot.domain.promise import State
from bot.domain.report import Disposition, Report
from bot.domain.roster import Role
from bot.domain.safety import SafetyNote
from bot.messages import Action, Outgoing
from bot.texts import Texts, later
from handlers import place_words
from handlers.desk import places as desk
from handlers.desk.reports import require_right
from handlers.officer import cards
from handlers.speaker import Speaker, button

MOST_KINDS = 4
MOST_NOTES = 3
PROMISED = {
    State.OPEN: later("pendientes {n}"),
    State.KEPT: later("cumplidas {n}"),
    State.LATE: later("cumplidas tarde {n}"),
    State.BROKEN: later("sin cumplir {n}"),
}
DONE = {
    Disposition.ATTENDED: later("atendido {n}"),
    Disposition.SOLVED_BY_OTHER: later("lo resolvió otra área {n}"),
    Disposition.NOT_LOCATED: later("sin localizar {n}"),
}


def show(who: Speaker, folio: str) -> None:
    """Antecedentes: for who attends it and for supervisors; that it was read is written down."""
    report = who.tx.reports.by_folio(folio)
    officer = who.me
    require_right(who.tx, report, officer, who.at)
    if report.handler_id != officer.person_id and (officer.role is not Role.SUPERVISOR or report.listed):
        raise NotYours
    known = desk.memory(who.tx, who.here, report, who.at)
    who.tx.audit.add("place_panel_read", report.folio, who.person.id, who.at)
    lines = [*_happened(who, known), *_promised(who.t, known), *_done(who.t, known)]
    whole = cards.place_open(who, report)
    lines += [
        place_words.note_line(who.t, cards.author_of(who, note), note, exact=whole)
        for note in known.notes[:MOST_NOTES]
    ]
    title = who.t("A menos de 150 m, en 12 meses · {folio}", folio=folios.show(report.folio))
    actions = (*_about_notes(who, report, known.notes), button(who.t("Ver caso"), f"case.{report.folio}"))
    nothing = (who.t("Nada más que este reporte."),)
    who.show(Outgoing(title=title, lines=tuple(lines) or nothing, actions=actions, protected=True))


def _happened(who: Speaker, known: desk.Memory) -> list[str]:
    return [_kind_line(who, one) for one in by_kind(known.reports)[:MOST_KINDS]]


def _kind_line(who: Speaker, one: OfKind) -> str:
    t = who.t
    open_ = t.many("{n} abierto", "{n} abiertos", one.still_open) if one.still_open else ""
    last = t("el último {when}", when=t.ago(who.at - one.last_at))
    more = ", ".join(part for part in (open_, last) if part)
    return t("{kind}: {n} ({more})", kind=who.here.kind(one.kind).short, n=one.n, more=more)


def _promised(t: Texts, known: desk.Memory) -> list[str]:
    counted = Counter(promise.state for promise in known.promises)
    said = [t(words, n=counted[state]) for state, words in PROMISED.items() if counted[state]]
    return [t("Promesas: {said}", said=", ".join(said))] if said else []


def _done(t: Texts, known: desk.Memory) -> list[str]:
    counted = Counter(report.disposition for report in known.reports)
    said = [t(words, n=counted[ending]) for ending, words in DONE.items() if counted[ending]]
    if known.visits:
        last = max(visit.arrived_at or visit.planned_at for visit in known.visits)
        said.append(
            t.many(
                "{n} visita, la última {when}",
                "{n} visitas, la última {when}",
                len(known.visits),
                when=t.day(last),
            )
        )
    return [t("Se hizo: {said}", said=", ".join(said))] if said else []


def _about_notes(who: Speaker, report: Report, notes: tuple[SafetyNote, ...]) -> tuple[Action, ...]:
    add = () if report.listed else (button(who.t("Avisar de un riesgo"), f"warn.{report.folio}"),)
    if not notes:
        return add
    verb = "unsafe" if who.role is Role.SUPERVISOR else "doubt"
    return (*add, button(who.t("Ya no hay riesgo"), f"{verb}.{notes[0].id}"))
