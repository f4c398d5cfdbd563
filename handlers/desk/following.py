"""What an officer noted down becomes the neighbour's own: a code on the pavement, used once."""

from __future__ import annotations

from datetime import datetime

from bot.domain import follow_code as codes
from bot.domain.errors import AlreadyFollowed, NotPermitted, TooManyCodes, UnknownCode, UsedCode
from bot.domain.follow_code import FollowCode
from bot.domain.notices import Notice
from bot.domain.report import Report
from bot.domain.roster import Officer
from handlers.desk.reports import require_right, saved
from handlers.here import Here
from storage.store import Transaction

AN_HOUR = 3600.0
CODE_TRIES = 50
WRONG = "wrong_follow_code"


def give(tx: Transaction, here: Here, folio: str, officer: Officer, at: datetime) -> tuple[Report, str]:
    """A new code for a report that was noted down for somebody; the one before is void.

    Raises UnknownFolio, AlreadyFollowed, NotPermitted (of a resident without data too), NotOnDuty.
    """
    report = tx.reports.by_folio(folio)
    if report.filed_by != officer.person_id:  # who noted it down shows it, also when it went to a list
        require_right(tx, report, officer, at)
    if report.person_id is not None:
        raise AlreadyFollowed
    if report.filed_by is None:
        raise NotPermitted  # told without data: whoever did it wanted no tie to a chat
    code = _free_code(tx, here)
    tx.follow_codes.set(
        FollowCode(report_id=report.id, made_by=officer.person_id, made_at=at, expires_at=at + codes.LIVES),
        code,
    )
    return report, code


def _free_code(tx: Transaction, here: Here) -> str:
    for _ in range(CODE_TRIES):
        code = f"{here.chance(codes.NUMBERS):06d}"
        if tx.follow_codes.of_code(code) is None:
            return code
    raise RuntimeError("no free code found")  # with a million of them this is a broken random source


def look(tx: Transaction, code: str, person_id: str, at: datetime) -> tuple[Report, FollowCode]:
    """What a code leads to; nothing is used up yet. Raises TooManyCodes, UnknownCode, UsedCode, ExpiredCode."""
    if tx.people.counted(person_id, WRONG, at, within_seconds=AN_HOUR) >= codes.TRIES:
        raise TooManyCodes
    found = tx.follow_codes.of_code(code)
    if found is None:
        tx.people.count(person_id, WRONG, at, within_seconds=AN_HOUR)
        raise UnknownCode
    report = tx.reports.get(found.report_id)
    if report.person_id != person_id:
        found.use(at)
    return report, found


def follow(tx: Transaction, report_id: str, made_at: datetime, person_id: str, at: datetime) -> Report:
    """From now on the report is that person's own. Raises UsedCode, ExpiredCode."""
    report = tx.reports.get(report_id)
    if report.person_id == person_id:
        return report
    code = tx.follow_codes.of_report(report_id)
    if code is None or code.made_at != made_at or report.person_id is not None:
        raise UsedCode  # a newer one was shown meanwhile, or somebody was faster
    tx.follow_codes.use(code.use(at))
    report = saved(tx, report.hand_over(to=person_id, at=at), tx.staff.roster(at), at)
    _tell_staff(tx, report, code, at)
    return report


def _tell_staff(tx: Transaction, report: Report, code: FollowCode, at: datetime) -> None:
    """Who showed the code and who has the case: there is somebody to answer to now."""
    people = dict.fromkeys(person for person in (code.made_by, report.handler_id) if person)
    notices = [
        Notice(
            person_id=person,
            name="report_followed",
            facts={"folio": report.folio},
            report_id=report.id,
            dedupe_key=f"followed:{report.id}:{person}",
        )
        for person in people
    ]
    tx.outbox.put(notices, at)
