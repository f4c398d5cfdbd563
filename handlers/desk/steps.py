"""What who attends a report does on the way and on the spot. A button pressed twice does a thing once."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.errors import NotAllowedNow
from bot.domain.events import (
    Event,
    OfficerArrived,
    OfficerOnTheWay,
    SupportOffered,
    SupportWanted,
    last_since_anew,
)
from bot.domain.notices import Lane, Notice
from bot.domain.report import Report, Verb
from bot.domain.roster import Officer
from bot.domain.routing import first_alerted
from handlers.desk.reports import require_right, saved
from storage.store import Transaction

AGAIN_AFTER = timedelta(minutes=10)  # support asked for within this is one call


def on_the_way(tx: Transaction, folio: str, officer: Officer, at: datetime) -> tuple[Report, datetime]:
    """The officer sets out; says since when. Raises NotYours, NotAllowedNow, NotPermitted, NotOnDuty."""
    report = tx.reports.by_folio(folio)
    roster = require_right(tx, report, officer, at)
    known = _since(tx, report, OfficerOnTheWay, officer)
    if known is not None:
        return report, known.at
    return saved(tx, report.on_the_way(by=officer, at=at), roster, at), at


def arrived(tx: Transaction, folio: str, officer: Officer, at: datetime) -> tuple[Report, datetime]:
    """The officer is there; says since when. Raises NotYours, NotAllowedNow, NotPermitted, NotOnDuty."""
    report = tx.reports.by_folio(folio)
    roster = require_right(tx, report, officer, at)
    known = _since(tx, report, OfficerArrived, officer)
    if known is not None:
        return report, known.at
    return saved(tx, report.arrived(by=officer, at=at), roster, at), at


def note(
    tx: Transaction, folio: str, officer: Officer, text: str, media: tuple[str, ...], at: datetime
) -> Report:
    """A note for the team. Raises NotPermitted, NotOnDuty."""
    report = tx.reports.by_folio(folio)
    roster = require_right(tx, report, officer, at)
    tx.media.attach(list(media), report.id)
    return saved(tx, report.note(by=officer, text=text, media=media, at=at), roster, at)


def support(tx: Transaction, folio: str, officer: Officer, at: datetime) -> Report:
    """A colleague goes along with who has it. Raises NotPermitted, NotOnDuty, NotAllowedNow when nobody does."""
    report = tx.reports.by_folio(folio)
    roster = require_right(tx, report, officer, at)
    if not report.status.open or report.handler_id is None:  # the place is told only of what somebody took
        raise NotAllowedNow(report.status, Verb.ADVANCE)
    if _since(tx, report, SupportOffered, officer) is not None:
        return report
    return saved(tx, report.support(by=officer, at=at), roster, at)


def want_support(tx: Transaction, folio: str, officer: Officer, at: datetime) -> tuple[int, datetime]:
    """Who attends calls for company: the sector's shift and the supervisors hear it, of a list its people.

    Returns how many were called and when. Raises NotYours, NotAllowedNow, NotPermitted, NotOnDuty.
    """
    report = tx.reports.by_folio(folio)
    roster = require_right(tx, report, officer, at)
    people = list(roster.of_list(report.named_list) if report.listed else first_alerted(report, roster, at))
    if not report.listed:
        people += roster.supervisors()
    called = list(dict.fromkeys(p.person_id for p in people if p.person_id != officer.person_id))
    known = _since(tx, report, SupportWanted, officer)
    if known is not None and at - known.at < AGAIN_AFTER:
        return len(called), known.at
    report = saved(tx, report.want_support(by=officer, at=at), roster, at)
    tx.outbox.put([_call(report, officer, person) for person in called], at)
    return len(called), at


def _call(report: Report, officer: Officer, person: str) -> Notice:
    return Notice(
        person_id=person,
        name="support_wanted",
        facts={
            "folio": report.folio,
            "kind": report.kind,
            "priority": int(report.priority),
            "colonia": report.place.colonia,
            "opened_at": report.opened_at.isoformat(),
            "listed": report.listed,
            "by": officer.name,
        },
        lane=Lane.ALERT,
        report_id=report.id,
        dedupe_key=f"support:{report.id}:{report.version}:{person}",
    )


def _since(tx: Transaction, report: Report, kind: type[Event], officer: Officer) -> Event | None:
    """The officer's last step of that kind since the report is in these hands."""
    return last_since_anew(tx.reports.history(report.id), kind, officer.person_id)
