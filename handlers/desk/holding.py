"""Beyond a limit, or of somebody who is paused: the report is written down whole, and a person looks before anyone is paged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.domain.concern import Priority
from bot.domain.errors import NotPermitted
from bot.domain.notices import Lane, Notice
from bot.domain.report import Report, Status
from bot.domain.roster import Officer, Role
from handlers.here import Here
from storage.due import DueItem
from storage.store import Transaction
from storage.usage import ALL, Count, Pause

HELD = "held"  # the obligation of a supervisor: to look at a report that was kept back
LET_IN = "let_in"  # somebody's messages that were kept back are handled now, one after the other
REPORTS_HOUR, REPORTS_DAY = "reports_hour", "reports_day"
URGENT = Priority.P1


def why_held(
    tx: Transaction, here: Here, author: str | None, *, paused: bool, danger: bool, at: datetime
) -> str:
    """Count one more report; "" when it goes its way, else: paused, hour, day, all.

    Danger is counted and never kept back by a number; a pause keeps back everything.
    """
    local = at.astimezone(here.municipality.time_zone)
    hour = at.replace(minute=0, second=0, microsecond=0)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    counts = [Count(ALL, REPORTS_HOUR, hour)]
    if author is not None:
        counts += [Count(author, REPORTS_HOUR, hour), Count(author, REPORTS_DAY, day)]
    limits = here.municipality.service.limits
    most = (limits.reports_an_hour_in_all, limits.reports_an_hour, limits.reports_a_day)
    if paused:
        tx.usage.count(*counts)
        return "paused"
    passed = [
        why
        for why, n, limit in zip(("all", "hour", "day"), tx.usage.count(*counts), most, strict=False)
        if limit and n > limit
    ]
    return "" if danger or not passed else passed[-1]


def hold(tx: Transaction, here: Here, report: Report, why: str, at: datetime) -> Report:
    """Nobody is paged: who reviews is told at once, and again until somebody decided."""
    change = report.hold(why=why, at=at)
    tx.reports.save(change)
    tx.due.set(HELD, report.id, at + here.municipality.service.limits.review_within)
    _tell_reviewers(tx, change.report, at)
    return change.report


def remind(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    """Still nobody decided."""
    report = tx.reports.get(item.subject)
    if report.status is not Status.RECEIVED:
        tx.due.clear(HELD, report.id)
        return
    _tell_reviewers(tx, report, at)
    tx.due.set(HELD, report.id, at + here.municipality.service.limits.review_within, level=item.level + 1)


def held_reports(tx: Transaction, reader: Officer) -> list[Report]:
    """What waits for a decision of this supervisor, oldest first; of a list only who is on it sees it."""
    found = [tx.reports.get(item.subject) for item in tx.due.of_kind(HELD)]
    return [r for r in found if not r.listed or r.named_list in reader.lists]


def _tell_reviewers(tx: Transaction, report: Report, at: datetime) -> None:
    """Of an urgent or confidential one each is named; of the others one notice an hour says that there are some."""
    roster = tx.staff.roster(at)
    people = roster.of_list(report.named_list) if report.listed else roster.supervisors()
    own = report.listed or report.priority <= URGENT
    key = f"held:{report.id}:{at:%m%d%H}" if own else f"held:{at:%Y%m%d%H}"
    facts = {"folio": report.folio if own else "", "urgent": report.priority <= URGENT}
    tx.outbox.put(_to_each(people, "held_report", facts, key, report.id if own else None), at)


def _to_each(
    people: Iterable[Officer], name: str, facts: Mapping[str, object], key: str, report_id: str | None = None
) -> list[Notice]:
    return [
        Notice(
            person_id=one.person_id,
            name=name,
            facts=facts,
            lane=Lane.UPDATE,
            report_id=report_id,
            dedupe_key=f"{key}:{one.person_id}",
        )
        for one in people
    ]


# ---- somebody who abuses ----


def pause(
    tx: Transaction, here: Here, person_id: str, by: Officer, reason: str, span: timedelta, at: datetime
) -> Pause:
    """A supervisor's decision, with its reason and its end; the person hears both and may ask for a review.

    Raises NotPermitted: staff is not paused but revoked.
    """
    if by.role is not Role.SUPERVISOR or tx.staff.officer(person_id) is not None:
        raise NotPermitted
    span = min(span, here.municipality.service.limits.longest_pause)
    one = Pause(person_id=person_id, by=by.person_id, at=at, until=at + span, appealed_at=None, reason=reason)
    tx.usage.pause(one)
    tx.audit.add("paused", person_id, by.person_id, at)
    facts = {"until": one.until.isoformat(), "reason": reason}
    tx.outbox.put([Notice(person_id=person_id, name="paused", facts=facts)], at)
    return one


def appeal(tx: Transaction, person_id: str, at: datetime) -> bool:
    """The person asks that somebody else looks at it; False when there is nothing to review, or again."""
    one = tx.usage.pause_of(person_id)
    if one is None or one.until <= at or not tx.usage.appeal(person_id, at):
        return False
    tx.audit.add("appealed", person_id, person_id, at)
    everyone = tx.staff.roster(at).supervisors()
    others = [s for s in everyone if s.person_id != one.by] or everyone
    facts = {"person": person_id, "reason": one.reason, "until": one.until.isoformat()}
    tx.outbox.put(_to_each(others, "appeal_wanted", facts, f"appeal:{person_id}:{one.at.isoformat()}"), at)
    return True


def unpause(tx: Transaction, person_id: str, by: Officer, at: datetime) -> bool:
    """It is over before its end, and the person hears so; False when there is none."""
    if by.role is not Role.SUPERVISOR:
        raise NotPermitted
    if not tx.usage.unpause(person_id):
        return False
    tx.audit.add("unpaused", person_id, by.person_id, at)
    tx.outbox.put([Notice(person_id=person_id, name="appeal_answered", facts={"kept": False})], at)
    return True


def keep_pause(tx: Transaction, person_id: str, by: Officer, at: datetime) -> bool:
    """The review is done and the pause stays; nobody reviews their own decision when there is somebody else.

    Raises NotPermitted. False when there is no pause any more.
    """
    one = tx.usage.pause_of(person_id)
    if one is None:
        return False
    alone = len(tx.staff.roster(at).supervisors()) == 1
    if by.role is not Role.SUPERVISOR or (by.person_id == one.by and not alone):
        raise NotPermitted
    tx.audit.add("pause_kept", person_id, by.person_id, at)
    facts = {"kept": True, "until": one.until.isoformat()}
    tx.outbox.put([Notice(person_id=person_id, name="appeal_answered", facts=facts)], at)
    return True
