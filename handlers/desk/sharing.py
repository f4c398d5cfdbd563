"""A case between colleagues: offered to one who says yes or no, or laid aside until a reminder."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.errors import NotPermitted, NotYours, OfferOver, PastMoment
from bot.domain.events import Event, TransferDeclined, TransferOffered, since_anew
from bot.domain.notices import Lane, Notice
from bot.domain.report import Report
from bot.domain.roster import Officer
from handlers.desk.reports import NO_NEWS, SNOOZE, require_right, saved
from handlers.here import Here
from storage.store import Transaction

OFFER_LASTS = timedelta(minutes=30)
LONGEST_SNOOZE = timedelta(days=7)


def colleagues(tx: Transaction, folio: str, officer: Officer, at: datetime) -> tuple[Report, list[Officer]]:
    """Who may be asked to take it over: the shift, of the same sector first; of a list its people.

    Raises UnknownFolio, NotYours, NotPermitted, NotOnDuty.
    """
    report = tx.reports.by_folio(folio)
    roster = require_right(tx, report, officer, at)
    if report.handler_id != officer.person_id or not report.status.open:
        raise NotYours
    if report.listed:
        people = roster.of_list(report.named_list)
    else:
        people = tuple(dict.fromkeys((*roster.hearing(at, report.sectors), *roster.hearing(at))))
    return report, [one for one in people if one.person_id != officer.person_id]


def offer(tx: Transaction, folio: str, officer: Officer, to_id: str, at: datetime) -> tuple[Report, Officer]:
    """A colleague is asked; until they say yes it stays where it is. Raises as `colleagues`, NotAllowedNow."""
    report, people = colleagues(tx, folio, officer, at)
    to = next((one for one in people if one.person_id == to_id), None)
    if to is None:
        raise NotPermitted
    known = _waiting(tx, report, at)
    if known is not None and known.to_id == to_id:
        return report, to  # pressed twice
    report = saved(tx, report.offer(by=officer, to=to, at=at), tx.staff.roster(at), at)
    facts = {
        "folio": report.folio,
        "kind": report.kind,
        "priority": int(report.priority),
        "colonia": report.place.colonia,
        "opened_at": report.opened_at.isoformat(),
        "listed": report.listed,
        "by": officer.name,
        "until": (at + OFFER_LASTS).isoformat(),
    }
    asked = Notice(
        person_id=to.person_id,
        name="transfer_wanted",
        facts=facts,
        lane=Lane.ALERT,
        report_id=report.id,
        expires_at=at + OFFER_LASTS,
        dedupe_key=f"transfer:{report.id}:{report.version}",
    )
    tx.outbox.put([asked], at)
    return report, to


def accept(tx: Transaction, here: Here, folio: str, officer: Officer, at: datetime) -> Report:
    """It is theirs now; the resident and who had it hear so. Raises OfferOver, NotPermitted, NotOnDuty."""
    report = tx.reports.by_folio(folio)
    roster = require_right(tx, report, officer, at)
    if report.handler_id == officer.person_id:
        return report  # pressed twice
    giver = _offered_to(tx, report, officer, at)
    report = saved(tx, report.reassign(to=officer, by=officer, at=at), roster, at)
    tx.due.clear(SNOOZE, report.id)
    tx.due.set(NO_NEWS, report.id, at + here.municipality.service.remind_officer_after)
    _answer(tx, report, giver, officer, at, accepted=True)
    return report


def decline(tx: Transaction, folio: str, officer: Officer, at: datetime) -> Report:
    """It stays where it is, and who has it hears so. Raises OfferOver, NotPermitted, NotOnDuty."""
    report = tx.reports.by_folio(folio)
    roster = require_right(tx, report, officer, at)
    giver = _offered_to(tx, report, officer, at)
    report = saved(tx, report.decline_transfer(by=officer, at=at), roster, at)
    _answer(tx, report, giver, officer, at, accepted=False)
    return report


def _offered_to(tx: Transaction, report: Report, officer: Officer, at: datetime) -> str:
    """Who offers it to this officer now. Raises OfferOver."""
    waiting = _waiting(tx, report, at)
    if waiting is None or waiting.to_id != officer.person_id or waiting.actor_id is None:
        raise OfferOver
    return waiting.actor_id


def _waiting(tx: Transaction, report: Report, at: datetime) -> TransferOffered | None:
    """The offer that nobody answered yet, of whoever has it now."""
    found: Event | None = None
    for event in since_anew(tx.reports.history(report.id)):
        if isinstance(event, TransferOffered):
            found = event
        elif isinstance(event, TransferDeclined):
            found = None
    if not isinstance(found, TransferOffered) or not report.status.open:
        return None
    fresh = at - found.at <= OFFER_LASTS and found.actor_id == report.handler_id
    return found if fresh else None


def _answer(
    tx: Transaction, report: Report, giver: str, officer: Officer, at: datetime, *, accepted: bool
) -> None:
    told = Notice(
        person_id=giver,
        name="transfer_answered",
        facts={"folio": report.folio, "by": officer.name, "accepted": accepted},
        report_id=report.id,
        dedupe_key=f"transfer_answered:{report.id}:{report.version}",
    )
    tx.outbox.put([told], at)


def snooze(tx: Transaction, folio: str, officer: Officer, until: datetime, at: datetime) -> Report:
    """A reminder then, and no other before it. Raises NotYours, NotPermitted, NotOnDuty, PastMoment."""
    report = tx.reports.by_folio(folio)
    require_right(tx, report, officer, at)
    if report.handler_id != officer.person_id or not report.status.open:
        raise NotYours
    if not at < until <= at + LONGEST_SNOOZE:
        raise PastMoment
    tx.due.set(SNOOZE, report.id, until)
    tx.due.clear(NO_NEWS, report.id)
    return report


def remind(tx: Transaction, here: Here, report_id: str, at: datetime) -> None:
    """The hour came: whoever has it now hears it, and the usual reminders go on."""
    tx.due.clear(SNOOZE, report_id)
    report = tx.reports.get(report_id)
    if report.handler_id is None or not report.status.open:
        return
    told = Notice(
        person_id=report.handler_id,
        name="snooze_over",
        facts={"folio": report.folio},
        report_id=report.id,
        dedupe_key=f"snooze:{report.id}:{at.timestamp():.0f}",
    )
    tx.outbox.put([told], at)
    tx.due.set(NO_NEWS, report.id, at + here.municipality.service.remind_officer_after)
