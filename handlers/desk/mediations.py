"""Mediation with an officer in the middle: both willing, agreed points, asked again after 7 and 30 days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.domain.errors import NotAllowedNow, NotYours, UnknownFolio
from bot.domain.events import AgreementKept
from bot.domain.mediation import ASK_AFTER, Mediation, State, Will, require_mediable
from bot.domain.notices import Lane, Notice
from bot.domain.report import Disposition, Report
from bot.domain.roster import Officer, Role
from handlers.desk.reports import require_right, saved
from handlers.here import Here
from storage.store import Transaction

ASK = "mediation_ask"


def require_mine(tx: Transaction, here: Here, folio: str, by: Officer, at: datetime) -> Report:
    """A report that this officer may mediate. Raises MediationBarred, NotYours, NotAllowedNow, NotOnDuty."""
    report = tx.reports.by_folio(folio)
    require_right(tx, report, by, at)
    require_mediable(here.kind(report.kind), report)
    if report.handler_id != by.person_id and by.role is not Role.SUPERVISOR:
        raise NotYours
    if not report.status.open:
        raise NotAllowedNow(report.status, "mediate")
    return report


def open_one(tx: Transaction, report: Report) -> Mediation | None:
    """The mediation of a report that waits for somebody's answer, or was agreed."""
    found = [one for one in tx.mediations.of_report(report.id) if one.state is not State.DECLINED]
    return found[-1] if found else None


def hear(
    tx: Transaction, here: Here, folio: str, reporter: Will, other: Will, by: Officer, at: datetime
) -> Mediation:
    """What both sides say to it is noted. Raises as `require_mine`; NotAllowedNow after an agreement."""
    report = require_mine(tx, here, folio, by, at)
    known = open_one(tx, report)
    before = known or Mediation(
        id=here.short_id(), report_id=report.id, mediator_id=by.person_id, opened_at=at
    )
    now = before.hear(reporter=reporter, other=other)
    if known is None:
        tx.mediations.add(now)
    else:
        tx.mediations.save(now)
    change = report.mediate(by=by, reporter=reporter.value, other=other.value, at=at)
    saved(tx, change, tx.staff.roster(at), at)
    return now


def agree(
    tx: Transaction, here: Here, folio: str, points: tuple[str, ...], by: Officer, at: datetime
) -> Mediation:
    """Both want to, and this is what they agreed: the reporter reads it, and both are asked later.

    Raises as `hear`.
    """
    now = hear(tx, here, folio, Will.YES, Will.YES, by, at).agree(points, at)
    tx.mediations.save(now)
    report = tx.reports.get(now.report_id)
    saved(tx, report.note_agreement(by=by, text="\n".join(points), at=at), tx.staff.roster(at), at)
    tx.due.set(ASK, now.id, at + ASK_AFTER[0], level=0)
    _put(tx, report, now, "mediation_agreed", _reporter(report), {"officer": by.name}, at)
    return now


def ask_again(tx: Transaction, mediation_id: str, level: int, at: datetime) -> None:
    """After 7 and 30 days: is it kept? The reporter and the officer are asked; of what was given up, nobody."""
    tx.due.clear(ASK, mediation_id)
    found = tx.mediations.get(mediation_id)
    if found is None or found.agreed_at is None:
        return
    report = tx.reports.get(found.report_id)
    if report.listed or report.disposition is Disposition.WITHDRAWN:
        return
    days = {"days": ASK_AFTER[level].days, "level": level}
    _put(tx, report, found, "mediation_kept", _reporter(report), days, at)
    _put(tx, report, found, "mediation_check", _who_follows(tx, found, at), days, at)
    if level + 1 < len(ASK_AFTER):
        tx.due.set(ASK, found.id, found.agreed_at + ASK_AFTER[level + 1], level=level + 1)


def answer(
    tx: Transaction, mediation_id: str, person_id: str, by: Officer | None, kept: str, at: datetime
) -> Report:
    """Somebody says whether it is kept: its own reporter, or an officer who may attend it.

    The same answer to the same question, tapped again, is told once.
    Raises UnknownFolio for everybody else; NotPermitted, NotOnDuty.
    """
    found = tx.mediations.get(mediation_id)
    if found is None or found.agreed_at is None:
        raise UnknownFolio
    report = tx.reports.get(found.report_id)
    if report.person_id != person_id:
        if by is None:
            raise UnknownFolio
        require_right(tx, report, by, at)
    if _said_last(tx, found, person_id, at) == kept:
        return report
    report = saved(tx, report.agreement_kept(by=person_id, answer=kept, at=at), tx.staff.roster(at), at)
    if report.person_id == person_id and kept != "yes":
        people = [one for one in _who_follows(tx, found, at) if one != person_id]
        _put(tx, report, found, "mediation_not_kept", people, {"answer": kept}, at)
    return report


def _said_last(tx: Transaction, found: Mediation, person_id: str, at: datetime) -> str:
    """What this person last answered since it was last asked."""
    asked_at = found.asked_before(at)
    said = (
        event.answer
        for event in reversed(tx.reports.history(found.report_id))
        if isinstance(event, AgreementKept) and event.actor_id == person_id and event.at >= asked_at
    )
    return next(said, "")


def _reporter(report: Report) -> list[str]:
    return [report.person_id] if report.person_id else []


def _who_follows(tx: Transaction, found: Mediation, at: datetime) -> list[str]:
    """Who mediated; when they are no longer of the team, the supervisors."""
    if tx.staff.officer(found.mediator_id) is not None:
        return [found.mediator_id]
    return [person.person_id for person in tx.staff.roster(at).supervisors()]


def _put(
    tx: Transaction,
    report: Report,
    found: Mediation,
    notice: str,
    people: Iterable[str],
    facts: dict[str, Any],
    at: datetime,
) -> None:
    told = {**facts, "folio": report.folio, "mediation": found.id, "text": "\n".join(found.points)}
    key = f"{notice}:{found.id}:{facts.get('level', at.isoformat())}"
    notices = [
        Notice(
            person_id=person,
            name=notice,
            facts=told,
            lane=Lane.UPDATE,
            report_id=report.id,
            dedupe_key=f"{key}:{person}",
        )
        for person in people
    ]
    tx.outbox.put(notices, at)
