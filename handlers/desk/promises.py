"""The promise ledger: made by a person, reminded before its hour, kept or broken, and the resident told.

The programme never promises for anybody. What lapses is told by itself, with the way to a supervisor.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.domain.errors import UnknownFolio
from bot.domain.notices import Lane, Notice
from bot.domain.promise import Kept, Promise, State, Window, require_ahead, tally
from bot.domain.report import Disposition, Report
from bot.domain.roster import Officer
from bot.domain.routing import shares
from handlers.desk.reports import require_right, require_share
from handlers.here import Here
from storage.store import Transaction

REMIND, LAPSE = "promise_remind", "promise_lapse"


def make(
    tx: Transaction, here: Here, folio: str, owner: Officer, text: str, window: Window, at: datetime
) -> Promise:
    """An officer or supervisor gives their word about a report. Raises PastMoment, TooFarAhead, NotPermitted."""
    report = tx.reports.by_folio(folio)
    require_right(tx, report, owner, at)
    require_ahead(window, at, here.municipality.service.promises)
    promise = Promise(
        id=here.short_id(),
        report_id=report.id,
        owner_id=owner.person_id,
        sector=report.sectors[0] if report.sectors else "",
        text=text,
        window=window,
        made_at=at,
    )
    tx.promises.add(promise)
    _set_due(tx, here, promise, at)
    _tell_resident(tx, report, promise, "promise_made", owner.name, at)
    return promise


def keep(tx: Transaction, promise_id: str, by: Officer, at: datetime) -> tuple[Report, Promise]:
    """It was done, in time or late; the resident hears it. Raises PromiseOver, NotPermitted, NotOnDuty."""
    report, before = mine(tx, promise_id, by, at)
    now = before.keep(at)
    _settle(tx, report, before, now, "promise_kept", by.name, at)
    return report, now


def call_off(tx: Transaction, promise_id: str, by: Officer, why: str, at: datetime) -> Report:
    """It will not be: said in time, with the reason. Raises PromiseOver, NotPermitted, NotOnDuty."""
    report, before = mine(tx, promise_id, by, at)
    _settle(tx, report, before, before.call_off(at), "promise_called_off", by.name, at, why=why)
    return report


def move(tx: Transaction, here: Here, promise_id: str, by: Officer, window: Window, at: datetime) -> Promise:
    """Another time, said before it lapsed. Raises PromiseOver, PastMoment, TooFarAhead, NotPermitted."""
    report, before = mine(tx, promise_id, by, at)
    now = before.move(window, at, here.municipality.service.promises)
    tx.promises.save(before, now)
    _set_due(tx, here, now, at)
    _tell_resident(tx, report, now, "promise_moved", by.name, at)
    return now


def remind(tx: Transaction, promise_id: str, at: datetime) -> None:
    """Its hour comes: the owner on duty hears it, else the shift of the sector, else the supervisors."""
    tx.due.clear(REMIND, promise_id)
    promise = tx.promises.get(promise_id)
    if promise is None or promise.state is not State.OPEN or _given_up(tx, promise, at):
        return
    report = tx.reports.get(promise.report_id)
    _tell_staff(tx, report, promise, "promise_due", _who_keeps(tx, report, promise, at), at)


def lapse(tx: Transaction, promise_id: str, at: datetime) -> None:
    """Nobody said that it was kept: the resident hears it from us, its owner and the supervisors too."""
    tx.due.clear(LAPSE, promise_id)
    before = tx.promises.get(promise_id)
    if before is None or before.state is not State.OPEN or _given_up(tx, before, at):
        return
    report = tx.reports.get(before.report_id)
    owner = tx.staff.officer(before.owner_id)
    now = before.lapse(at)
    _settle(tx, report, before, now, "promise_broken", owner.name if owner else "", at)
    roster = tx.staff.roster(at)
    above = roster.of_list(report.named_list) if report.listed else roster.supervisors()
    people = [before.owner_id, *(person.person_id for person in above)]
    _tell_staff(tx, report, now, "promise_lapsed", people, at)


def kept_by_sector(tx: Transaction, since: datetime, until: datetime) -> dict[str, Kept]:
    """What became of the promises that fell due in a span, by sector."""
    found = tx.promises.due_between(since, until)
    sectors = dict.fromkeys(sector for sector, state in found if state.counts)
    return {name: tally(state for sector, state in found if sector == name) for name in sectors}


def pending(tx: Transaction, officer: Officer, at: datetime) -> list[Promise]:
    """What waits to be kept and is this person's to see, the next due first."""
    roster, report = tx.staff.roster(at), tx.reports.get
    return [
        one for one in tx.promises.open() if shares(report(one.report_id), officer, roster, at, one.owner_id)
    ]


def mine(tx: Transaction, promise_id: str, by: Officer, at: datetime) -> tuple[Report, Promise]:
    """A promise that this person may see and settle: the shift changes, the word stays with the sector.

    Raises UnknownFolio, NotPermitted, NotOnDuty.
    """
    promise = tx.promises.get(promise_id)
    if promise is None:
        raise UnknownFolio
    report = tx.reports.get(promise.report_id)
    require_share(tx, report, by, at, promise.owner_id)
    return report, promise


def _given_up(tx: Transaction, promise: Promise, at: datetime) -> bool:
    """The resident withdrew the report: nobody waits for this any more."""
    if tx.reports.get(promise.report_id).disposition is not Disposition.WITHDRAWN:
        return False
    tx.promises.save(promise, promise.drop(at))
    _clear_due(tx, promise)
    return True


def _set_due(tx: Transaction, here: Here, promise: Promise, at: datetime) -> None:
    rules = here.municipality.service.promises
    tx.due.set(LAPSE, promise.id, promise.lapses_at(rules))
    if promise.remind_at(rules) > at:
        tx.due.set(REMIND, promise.id, promise.remind_at(rules))
    else:
        tx.due.clear(REMIND, promise.id)


def _clear_due(tx: Transaction, promise: Promise) -> None:
    for kind in (REMIND, LAPSE):
        tx.due.clear(kind, promise.id)


def _settle(
    tx: Transaction,
    report: Report,
    before: Promise,
    now: Promise,
    notice: str,
    by: str,
    at: datetime,
    **more: Any,
) -> None:
    tx.promises.save(before, now)
    _clear_due(tx, now)
    _tell_resident(tx, report, now, notice, by, at, **more)


def _who_keeps(tx: Transaction, report: Report, promise: Promise, at: datetime) -> list[str]:
    roster = tx.staff.roster(at)
    if tx.staff.shift_of(promise.owner_id, at) is not None:
        return [promise.owner_id]
    if report.listed:
        return [promise.owner_id, *(person.person_id for person in roster.of_list(report.named_list))]
    shift = roster.on_duty(at, (promise.sector,) if promise.sector else ())
    return [person.person_id for person in (shift or roster.supervisors())]


def _facts(report: Report, promise: Promise, by: str) -> dict[str, Any]:
    return {
        "folio": report.folio,
        "kind": report.kind,
        "officer": by,
        "promise": promise.id,
        "text": promise.text,
        "due_at": promise.window.due_at.isoformat(),
        "state": promise.state.value,
    }


def _tell_resident(
    tx: Transaction, report: Report, promise: Promise, notice: str, by: str, at: datetime, **more: Any
) -> None:
    """Who reported and who joined; about a confidential report nobody, on our own motion."""
    if report.listed:
        return
    people = dict.fromkeys(p for p in (report.person_id, *tx.reports.followers(report.id)) if p)
    _put(tx, report, promise, notice, people, {**_facts(report, promise, by), **more}, at)


def _tell_staff(
    tx: Transaction, report: Report, promise: Promise, notice: str, people: Iterable[str], at: datetime
) -> None:
    owner = tx.staff.officer(promise.owner_id)
    facts = {
        **_facts(report, promise, owner.name if owner else ""),
        "colonia": "" if report.listed else report.place.colonia,
        "listed": report.listed,
    }
    _put(tx, report, promise, notice, dict.fromkeys(people), facts, at)


def _put(
    tx: Transaction,
    report: Report,
    promise: Promise,
    notice: str,
    people: Iterable[str],
    facts: dict[str, Any],
    at: datetime,
) -> None:
    key = f"{notice}:{promise.id}:{promise.moved}:{promise.state.value}"
    notices = [
        Notice(
            person_id=person,
            name=notice,
            facts=facts,
            lane=Lane.UPDATE,
            report_id=report.id,
            dedupe_key=f"{key}:{person}",
        )
        for person in people
    ]
    tx.outbox.put(notices, at)
