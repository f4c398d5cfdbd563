"""Thanks reach whoever attended the report: in this shift, or with the first card of the next."""

from __future__ import annotations

from datetime import datetime

from bot.domain.errors import UnknownFolio
from bot.domain.notices import Notice
from bot.domain.report import Report
from bot.domain.roster import Officer
from storage.store import Transaction


def say(tx: Transaction, report: Report, at: datetime) -> bool:
    """The officer of the report hears it now if on duty; False when it was said before. Raises UnknownFolio: nobody had it."""
    officer = tx.staff.officer(report.handler_id or "")
    if officer is None:
        raise UnknownFolio
    on_duty = tx.staff.shift_of(officer.person_id, at) is not None
    new = tx.thanks.say(report.id, officer.person_id, at, at if on_duty else None)
    if new and on_duty:
        _tell(tx, report, officer, at)
    return new


def _tell(tx: Transaction, report: Report, officer: Officer, at: datetime) -> None:
    """Of a confidential report without its number: the phone may lie on a table."""
    told = Notice(
        person_id=officer.person_id,
        name="thanked",
        facts={"folio": "" if report.listed else report.folio},
        dedupe_key=f"thanked:{report.id}:{officer.person_id}",
    )
    tx.outbox.put([told], at)


def thankable(tx: Transaction, person_id: str, since: datetime) -> Report | None:
    """The newest report of a person, or that they joined, that somebody attended since then."""
    mine = (*tx.reports.of_person(person_id), *tx.reports.followed_by(person_id))
    attended = [one for one in mine if one.handler_id is not None and one.updated_at >= since]
    return max(attended, key=lambda one: one.updated_at, default=None)
