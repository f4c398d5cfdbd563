"""What a place remembers and what is dangerous about it: for who attends there, and agreed to by the command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import NoPoint, NotOnDuty, NotPermitted, NotYours, UnknownFolio
from bot.domain.notices import Notice
from bot.domain.patrol import Visit, VisitState
from bot.domain.place_memory import REACHES_BACK, REPEATS, REPEATS_WITHIN, WITHIN_M, Repeat
from bot.domain.promise import Promise
from bot.domain.report import Report
from bot.domain.roster import Officer, Role
from bot.domain.safety import NEAR_M, Caution, SafetyNote
from bot.domain.territory import Place, Point
from bot.municipality.places import same_street
from handlers.desk.reports import require_right
from handlers.here import Here
from storage.store import Transaction

MOST_LOOKED_INTO = 40  # of the reports around, the newest: promises and visits are read of these


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is known of a place; confidential kinds are not in it."""

    reports: tuple[Report, ...]
    promises: tuple[Promise, ...]
    visits: tuple[Visit, ...]  # those that were made
    notes: tuple[SafetyNote, ...]


def memory(tx: Transaction, here: Here, report: Report, at: datetime) -> Memory:
    """Around a report, within 150 m and twelve months, without itself. Raises NoPoint."""
    point = report.place.point
    if point is None:
        raise NoPoint
    cells = tx.reports.cells_around(point, WITHIN_M)
    around = [
        one
        for one in tx.reports.around(cells, at - REACHES_BACK)
        if one.id != report.id and open_to_all(here, one.kind) and _within(one.place.point, point, WITHIN_M)
    ]
    looked_into = [report, *around[:MOST_LOOKED_INTO]]
    visits = [visit for one in looked_into for visit in tx.visits.of_report(one.id)]
    return Memory(
        reports=tuple(around),
        promises=tuple(promise for one in looked_into for promise in tx.promises.of_report(one.id)),
        visits=tuple(v for v in visits if v.state is VisitState.DONE),
        notes=tuple(_notes(tx, report.place, WITHIN_M, at)),
    )


def warnings(tx: Transaction, report: Report, at: datetime) -> list[SafetyNote]:
    """What is dangerous where the report is, or next door."""
    return _notes(tx, report.place, NEAR_M, at)


def _notes(tx: Transaction, place: Place, metres: float, at: datetime) -> list[SafetyNote]:
    cells = tx.reports.cells_around(place.point, metres) if place.point else []
    return [note for note in tx.safety.around(cells, place.colonia, at) if _beside(note.place, place, metres)]


def _beside(one: Place, other: Place, metres: float) -> bool:
    """By their points; where either has none, by colonia and street as they were written."""
    if one.point is not None and other.point is not None:
        return one.point.metres_to(other.point) <= metres
    return one.colonia == other.colonia and same_street(one.street, other.street)


def repeats(tx: Transaction, here: Here, sectors: Sequence[str], at: datetime) -> list[Repeat]:
    """Places of some sectors to which the same kind came back lately, the worst first; one of a kind for a colonia."""
    mine = colonias_of(here, sectors)
    found = tx.reports.repeats(at - REPEATS_WITHIN, REPEATS)
    worst: dict[tuple[str, str], Repeat] = {}
    for one in found:
        if one.colonia in mine and open_to_all(here, one.kind):
            worst.setdefault((one.colonia, one.kind), one)
    return list(worst.values())


def colonias_of(here: Here, sectors: Sequence[str]) -> set[str]:
    """The slugs of the colonias of some sectors."""
    territory = here.municipality.territory
    return {slug for name in sectors if (sector := territory.sector(name)) for slug in sector.colonias}


def open_to_all(here: Here, kind: str) -> bool:
    """May every officer who comes there know that it happened? A report of a list is never looked up at all."""
    return not here.kind(kind).listed


def _within(one: Point | None, other: Point, metres: float) -> bool:
    return one is not None and one.metres_to(other) <= metres


# ---- safety notes ----


def ask(
    tx: Transaction, here: Here, folio: str, officer: Officer, caution: Caution, at: datetime
) -> SafetyNote:
    """A note about a place, of a report or of none (""): shown to nobody before somebody of the command agrees.

    Raises UnknownFolio, NotYours, NotPermitted (a confidential one), NotOnDuty, NoPoint.
    """
    report = may_warn(tx, folio, officer, at)
    if not caution.precise:
        raise NoPoint
    note = SafetyNote(
        id=here.short_id(),
        report_id=report.id if report else None,
        author_id=officer.person_id,
        place=caution.place,
        text=caution.text,
        reason=caution.reason,
        made_at=at,
        expires_at=at + timedelta(days=caution.days),
    )
    tx.safety.add(note)
    _ask_to_agree(tx, note, deciders(tx, note, at), at)
    return note


def deciders(tx: Transaction, note: SafetyNote, at: datetime) -> list[str]:
    """Who of the command may say yes to it: not its own author, who may be the only one there is."""
    command = tx.staff.roster(at).supervisors()
    return [one.person_id for one in command if one.person_id != note.author_id]


def put_before(tx: Transaction, person_id: str, at: datetime) -> None:
    """Who joins the command is asked what waits for somebody to say yes or no."""
    for note in tx.safety.waiting(at):
        if person_id in deciders(tx, note, at):
            _ask_to_agree(tx, note, [person_id], at)


def _ask_to_agree(tx: Transaction, note: SafetyNote, people: Sequence[str], at: datetime) -> None:
    author = tx.staff.officer(note.author_id)
    facts = {
        "note_id": note.id,
        "text": note.text,
        "reason": note.reason,
        "by": author.name if author else "",
        "colonia": note.place.colonia,
        "street": note.place.street,
        "expires_at": note.expires_at.isoformat(),
    }
    _tell(tx, "safety_note_wanted", people, note, facts, at)


def may_warn(tx: Transaction, folio: str, officer: Officer, at: datetime) -> Report | None:
    """Who attends the report, not a confidential one; of a place alone whoever is on duty. Raises as `ask`."""
    if not folio:
        if officer.role is not Role.SUPERVISOR and tx.staff.shift_of(officer.person_id, at) is None:
            raise NotOnDuty
        return None
    report = tx.reports.by_folio(folio)
    require_right(tx, report, officer, at)
    if report.handler_id != officer.person_id and officer.role is not Role.SUPERVISOR:
        raise NotYours
    if report.listed:
        raise NotPermitted
    return report


def decide(tx: Transaction, note_id: str, supervisor: Officer, at: datetime, *, agreed: bool) -> SafetyNote:
    """Yes or no; its author hears which. Raises UnknownFolio, NotPermitted, NoteOver, Changed."""
    before = _note(tx, note_id)
    now = before.decide(by=supervisor, agreed=agreed, at=at)
    tx.safety.save(before, now)
    tx.audit.add("safety_note_agreed" if agreed else "safety_note_refused", note_id, supervisor.person_id, at)
    facts = {"text": now.text, "agreed": agreed, "expires_at": now.expires_at.isoformat()}
    _tell(tx, "safety_note_decided", [now.author_id], now, facts, at)
    return now


def take_off(tx: Transaction, note_id: str, supervisor: Officer, at: datetime) -> SafetyNote:
    """It is not so any more. Raises UnknownFolio, NotPermitted, NoteOver, Changed."""
    before = _note(tx, note_id)
    now = before.take_off(by=supervisor, at=at)
    tx.safety.save(before, now)
    tx.audit.add("safety_note_over", note_id, supervisor.person_id, at)
    return now


def doubt(tx: Transaction, note_id: str, officer: Officer, at: datetime) -> SafetyNote:
    """An officer says that it is not so any more: it stays until the command takes it off. Raises UnknownFolio."""
    note = _note(tx, note_id)
    if not note.holds(at):
        raise UnknownFolio
    facts = {"note_id": note.id, "text": note.text, "by": officer.name, "colonia": note.place.colonia}
    people = [person.person_id for person in tx.staff.roster(at).supervisors()]
    _tell(tx, "safety_note_doubted", people, note, facts, at)
    return note


def _note(tx: Transaction, note_id: str) -> SafetyNote:
    found = tx.safety.get(note_id)
    if found is None:
        raise UnknownFolio
    return found


def _tell(
    tx: Transaction,
    notice: str,
    people: Sequence[str],
    note: SafetyNote,
    facts: Mapping[str, object],
    at: datetime,
) -> None:
    notices = [
        Notice(
            person_id=person,
            name=notice,
            facts=facts,
            report_id=note.report_id,
            dedupe_key=f"{notice}:{note.id}:{person}",
        )
        for person in people
    ]
    tx.outbox.put(notices, at)
