"""Patrol visits: drawn at random inside the hours asked for, called out to the shift, and a receipt for the resident."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.domain.errors import NotPermitted, UnknownFolio
from bot.domain.notices import Lane, Notice
from bot.domain.patrol import DayPart, Visit, VisitState, plan
from bot.domain.report import Disposition, Report, Status
from bot.domain.roster import Officer, Role
from bot.domain.territory import Point
from handlers.desk.reports import require_right, require_share
from handlers.here import Here
from storage.store import Transaction

CALL, CLOSE = "visit_call", "visit_close"
LONGEST = timedelta(hours=1)  # somebody who arrived and never said that they left has left
DISPUTES = frozenset(
    {"pleito_vecinal", "amenazas_rina"}
)  # a patrol at one side's door is a message to the other


def arrange(
    tx: Transaction, here: Here, folio: str, officer: Officer, part: DayPart, days: int, at: datetime
) -> list[Visit]:
    """Visits for as many days, each at an hour that nobody knows before.

    Raises NotPermitted (a dispute between neighbours: only a supervisor sends patrols), NotOnDuty, PastMoment.
    """
    report = tx.reports.by_folio(folio)
    require_right(tx, report, officer, at)
    if report.listed or (report.kind in DISPUTES and officer.role is not Role.SUPERVISOR):
        raise NotPermitted
    for old in tx.visits.of_report(report.id):
        if old.state.ahead:
            _over(tx, old, old.cancel())
    zone = here.municipality.time_zone
    drawn = plan(part=part, days=days, at=at, zone=zone, chance=here.chance)
    made = [
        Visit(
            id=here.short_id(),
            report_id=report.id,
            sector=report.sectors[0] if report.sectors else "",
            planned_by=officer.person_id,
            planned_at=moment.astimezone(at.tzinfo),
            closes_at=closes.astimezone(at.tzinfo),
            stay=stay,
        )
        for moment, closes, stay in drawn
    ]
    for one in made:
        tx.visits.add(one)
        tx.due.set(CALL, one.id, one.planned_at)
        tx.due.set(CLOSE, one.id, one.closes_at)
    _tell_resident(
        tx, report, "visits_planned", {"days": days, "officer": officer.name}, f"plan:{made[0].id}", at
    )
    return made


def call(tx: Transaction, visit_id: str, at: datetime) -> None:
    """Its hour came: the shift of the sector hears it; nobody else, and nobody before."""
    tx.due.clear(CALL, visit_id)
    before = tx.visits.get(visit_id)
    if before is None or before.state is not VisitState.PLANNED:
        return
    report = tx.reports.get(before.report_id)
    if _unwanted(report):
        _over(tx, before, before.cancel())
        return
    tx.visits.save(before, before.call())
    roster = tx.staff.roster(at)
    shift = roster.hearing(at, (before.sector,) if before.sector else ())
    people = [person.person_id for person in (shift or roster.supervisors())]
    _tell_staff(tx, report, before, "visit_time", people, at)


def arrive(tx: Transaction, visit_id: str, officer: Officer, at: datetime) -> tuple[Report, Visit]:
    """The officer is at the place. Raises UnknownFolio, NotPermitted, NotOnDuty, NotAllowedNow."""
    before = tx.visits.get(visit_id)
    if before is None:
        raise UnknownFolio
    report = tx.reports.get(before.report_id)
    require_share(tx, report, officer, at, before.planned_by)
    if before.state is VisitState.ARRIVED and before.officer_id == officer.person_id:
        return report, before  # pressed twice
    now = before.arrive(officer.person_id, at)
    tx.visits.save(before, now)
    tx.due.clear(CALL, visit_id)
    tx.due.set(CLOSE, visit_id, at + LONGEST)
    return report, now


def measure(tx: Transaction, officer: Officer, point: Point) -> Visit | None:
    """Where the officer stands: kept as a distance from the point asked for, and nothing else of it."""
    before = tx.visits.being_made_by(officer.person_id)
    if before is None:
        return None
    asked = tx.reports.get(before.report_id).place.point
    now = before.measured(round(point.metres_to(asked))) if asked else before
    tx.visits.save(before, now)
    return now


def leave(
    tx: Transaction, visit_id: str, officer: Officer, sentence: str, at: datetime
) -> tuple[Report, Visit]:
    """It was made: the resident gets the receipt. Raises UnknownFolio, NotPermitted, NotAllowedNow."""
    before = tx.visits.get(visit_id)
    if before is None or before.officer_id != officer.person_id:
        raise UnknownFolio
    report = tx.reports.get(before.report_id)
    now = before.leave(at)
    _over(tx, before, now)
    _receipt(tx, report, now, sentence, at)
    return report, now


def close(tx: Transaction, visit_id: str, at: datetime) -> None:
    """The hours are over: it was made without a word of leaving, or it was missed, and that is said."""
    tx.due.clear(CLOSE, visit_id)
    before = tx.visits.get(visit_id)
    if before is None:
        return
    report = tx.reports.get(before.report_id)
    if before.state is VisitState.ARRIVED:
        _over(tx, before, before.leave(None))
        _receipt(tx, report, before, "", at)
    elif before.state.ahead and _unwanted(report):
        _over(tx, before, before.cancel())
    elif before.state.ahead:
        _over(tx, before, before.miss())
        _tell_resident(tx, report, "visit_missed", {}, f"missed:{before.id}", at)
        supervisors = [person.person_id for person in tx.staff.roster(at).supervisors()]
        _tell_staff(tx, report, before, "visit_not_made", supervisors, at)


def _unwanted(report: Report) -> bool:
    """The resident gave it up, or said that it is solved."""
    return report.status is Status.CLOSED and (
        report.disposition is Disposition.WITHDRAWN or report.solved == "yes"
    )


def _over(tx: Transaction, before: Visit, now: Visit) -> None:
    tx.visits.save(before, now)
    for kind in (CALL, CLOSE):
        tx.due.clear(kind, now.id)


def _receipt(tx: Transaction, report: Report, made: Visit, sentence: str, at: datetime) -> None:
    assert made.arrived_at is not None
    facts = {
        "arrived_at": made.arrived_at.isoformat(),
        "left_at": made.left_at.isoformat() if made.left_at else "",
        "sentence": sentence,
    }
    _tell_resident(tx, report, "visit_made", facts, f"made:{made.id}", at)


def _tell_resident(
    tx: Transaction, report: Report, notice: str, facts: dict[str, Any], key: str, at: datetime
) -> None:
    if report.person_id is None or report.listed:
        return
    told = Notice(
        person_id=report.person_id,
        name=notice,
        facts={"folio": report.folio, **facts},
        report_id=report.id,
        dedupe_key=f"visit:{key}",
    )
    tx.outbox.put([told], at)


def _tell_staff(
    tx: Transaction, report: Report, made: Visit, notice: str, people: Iterable[str], at: datetime
) -> None:
    facts = {
        "folio": report.folio,
        "kind": report.kind,
        "colonia": report.place.colonia,
        "visit": made.id,
        "stay": made.stay,
        "closes_at": made.closes_at.isoformat(),
    }
    notices = [
        Notice(
            person_id=person,
            name=notice,
            facts=facts,
            lane=Lane.UPDATE,
            report_id=report.id,
            expires_at=made.closes_at if notice == "visit_time" else None,
            dedupe_key=f"{notice}:{made.id}:{person}",
        )
        for person in people
    ]
    tx.outbox.put(notices, at)
