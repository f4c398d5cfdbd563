"""Proof of a visit to a case: how far from the reported point the officer stood; the distance is kept, never the place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.events import Event, OfficerArrived, last_since_anew
from bot.domain.report import Report
from bot.domain.roster import Officer
from bot.domain.territory import Point
from handlers.desk.reports import saved
from storage.store import Transaction

ARRIVING = timedelta(minutes=10)  # a place told within this of "Llegué" is that of the arrival
LEFT_WITHIN = timedelta(minutes=15)  # and one told within this of closing, that of the leaving


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of a place that an officer shared."""

    report: Report
    metres: int | None  # None: the report has no point
    leaving: bool


def measure(tx: Transaction, officer: Officer, point: Point, at: datetime) -> Measured | None:
    """The distance from where the officer is to the case they are at, or just left; None when they are at none."""
    found = _where(tx, officer, at)
    if found is None:
        return None
    report, arrived = found
    asked = report.place.point
    metres = round(point.metres_to(asked)) if asked else None
    leaving = not report.status.open or at - arrived.at > ARRIVING
    change = report.measured(by=officer, metres=metres, leaving=leaving, at=at)
    return Measured(saved(tx, change, tx.staff.roster(at), at), metres, leaving)


def _where(tx: Transaction, officer: Officer, at: datetime) -> tuple[Report, Event] | None:
    """The case at which the officer arrived last and that is theirs, or was until a moment ago."""
    closed = tx.reports.closed_by(officer.person_id, at - LEFT_WITHIN)
    there = [
        (report, arrived)
        for report in (*tx.reports.handled_by(officer.person_id), *closed)
        if (arrived := arrival(tx.reports.history(report.id), officer.person_id)) is not None
    ]
    return max(there, key=lambda pair: pair[1].at) if there else None


def arrival(history: list[Event], person_id: str) -> Event | None:
    """The last "Llegué" of that officer since the report is in these hands."""
    return last_since_anew(history, OfficerArrived, person_id)
