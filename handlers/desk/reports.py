"""The use cases of a report: load, domain verb, save, notices. Called by chat, pages and rounds alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import folio as folios
from bot.domain.concern import ConcernKind, Identity, Priority
from bot.domain.errors import NotAllowedNow, NotOnDuty, NotPermitted
from bot.domain.events import AlertDeclined, last_since_anew, since_anew
from bot.domain.notices import Lane, Notice, alert_card, notices_for
from bot.domain.questions import BY_DANGER, priority_after, reason_of
from bot.domain.report import ALLOWED, Change, Disposition, Report, Status, Verb
from bot.domain.roster import Officer, Role, Roster
from bot.domain.routing import Reach, climb_to, first_alerted, may_attend, on_duty_for, shares
from bot.domain.service_level import Ladder
from bot.domain.territory import Place
from handlers.desk import groups
from handlers.desk.holding import HELD, hold, why_held
from handlers.here import Here
from handlers.resident.draft import Draft
from storage.store import Transaction

OBLIGATION = "obligation"  # a report that waits for a person: closed only by one
QUESTION = "question"  # an officer's question that waits for the resident
SNOOZE = "snooze"  # a reminder that who attends asked for
NO_NEWS = "no_news"  # a quiet reminder to who has it
REFERRED_AGAIN = timedelta(days=7)  # another office has it, and nothing is asked of it any more
REPEAT_AFTER = timedelta(minutes=30)  # beyond the end of the ladder it keeps sounding
FOLIO_TRIES = 50


@dataclass(frozen=True, slots=True)
class Opened:
    """A report that was just opened, and whether somebody on duty heard of it."""

    report: Report
    heard_by: int
    held: str = ""  # why nobody was paged yet: a limit, a pause
    fresh: bool = True  # False: this draft had become that report before


def open_report(
    tx: Transaction,
    here: Here,
    draft: Draft,
    *,
    draft_id: str,
    person_id: str | None,
    at: datetime,
    filed_by: str | None = None,
    danger: bool = False,
    paused: bool = False,
    call: bool = True,
) -> Opened:
    """One confirmation, one report: folio, events, alerts and obligation in the same commit.

    `call`: False when whoever noted it down takes it in the same turn, and nobody else need come.
    """
    known = tx.reports.of_draft(draft_id)
    if known is not None:
        return Opened(known, 0, fresh=False)
    report = _new(tx, here, draft, draft_id, person_id, filed_by, at, danger=danger)
    tx.reports.add(Report.open(report, draft.danger))
    tx.media.attach(list(draft.media), report.id, nobody=draft.identity is Identity.ANONYMOUS)
    why = why_held(tx, here, person_id, paused=paused, danger=danger, at=at)
    if why:
        return Opened(hold(tx, here, report, why, at), 0, held=why)
    return Opened(report, _alert_first(tx, here, report, at) if call else 0)


def _new(
    tx: Transaction,
    here: Here,
    draft: Draft,
    draft_id: str,
    person_id: str | None,
    filed_by: str | None,
    at: datetime,
    *,
    danger: bool,
) -> Report:
    kind = here.kind(draft.kind)
    territory = here.municipality.territory
    colonia = territory.colonia(draft.place.colonia)
    named = f"\n({draft.name})" if draft.name and draft.identity is Identity.NAMED else ""
    priority, reason = _priority(here, kind, draft, danger=danger)
    return Report(
        id=here.new_id(),
        folio=_free_folio(tx, here),
        draft_id=draft_id,
        person_id=None if draft.identity is Identity.ANONYMOUS else person_id,
        filed_by=filed_by,
        kind=kind.slug,
        named_list=_list_of(kind, draft),
        priority=priority,
        reason=reason,
        identity=draft.identity,
        place=draft.place,
        sectors=tuple(sector.slug for sector in territory.sectors_of(draft.place)),
        pilot=bool(colonia and colonia.pilot),
        text=draft.text + named,
        when=draft.when,
        answers=draft.answers,
        opened_at=at,
        updated_at=at,
    )


def _free_folio(tx: Transaction, here: Here) -> str:
    for _ in range(FOLIO_TRIES):
        folio = folios.make(here.folio_number())
        if tx.reports.free_folio(folio):
            return folio
    raise RuntimeError("no free folio found")  # with 10 million numbers this is a broken random source


def _list_of(kind: ConcernKind, draft: Draft) -> str:
    return draft.named_list or (kind.named_list if kind.listed else "")


def _priority(here: Here, kind: ConcernKind, draft: Draft, *, danger: bool) -> tuple[Priority, str]:
    """How urgent it is, and the code of why."""
    if danger or draft.danger:
        return Priority.P0, BY_DANGER
    questions = here.municipality.questions.get(kind.slug, ())
    after = priority_after(kind.priority, questions, draft.chosen)
    return after, reason_of(kind.priority, questions, draft.chosen)


# ---- alerts and the ladder ----


def _alert_first(tx: Transaction, here: Here, report: Report, at: datetime) -> int:
    """Alert who is first in line and set the obligation; returns how many of them are on duty."""
    roster = tx.staff.roster(at)
    first = first_alerted(report, roster, at, _reach(tx, here, report, roster, at))
    if first:
        _alert(tx, report, first, at, level=0)
    elif not report.listed:  # nobody of a list is still nobody else's matter
        _alert(tx, report, roster.supervisors(), at, level=0, nobody=True)
    ladder = here.municipality.service.ladder(report.priority, listed=report.listed)
    step = ladder.step_at(0, at)
    tx.due.set(OBLIGATION, report.id, step[0] if step else at + REPEAT_AFTER, level=0)
    groups.tell(tx, report, at)
    return len(first)


def _reach(tx: Transaction, here: Here, report: Report, roster: Roster, at: datetime) -> Reach:
    """The load is counted only where it decides: more people are there than hear first, and it can wait."""
    service = here.municipality.service
    decides = not report.priority.urgent and 0 < service.first_heard < len(roster.hearing(at, report.sectors))
    return Reach(
        most=service.first_heard,
        claims=tx.reports.claims() if decides else {},
        danger_m=service.danger_radius_m,
    )


def climb(tx: Transaction, here: Here, report_id: str, level: int, at: datetime) -> None:
    """Nobody took it in time: the next in line hears too, and so on until a person presses."""
    report = tx.reports.get(report_id)
    if report.status is not Status.RECEIVED:
        tx.due.clear(OBLIGATION, report_id)
        return
    ladder = here.municipality.service.ladder(report.priority, listed=report.listed)
    step = ladder.step_at(level, report.opened_at)
    roster = tx.staff.roster(at)
    waits_since = since_anew(tx.reports.history(report.id))[0].at  # an alert before somebody had it is over
    holders = frozenset(tx.outbox.holders(alert_card(report.id), waits_since))
    people = climb_to(step[1].who if step else None, report, roster, at, holders, tx.reports.claims())
    _alert(tx, report, people, at, level=level + 1)
    tx.due.set(OBLIGATION, report_id, at + _until_next(ladder, level), level=level + 1)


def _until_next(ladder: Ladder, level: int) -> timedelta:
    """From one step to the next: counted from the alert, so a report that was released climbs as a new one."""
    steps = ladder.steps
    if level + 1 >= len(steps):
        return REPEAT_AFTER
    return steps[level + 1].after - steps[level].after


def _alert(
    tx: Transaction,
    report: Report,
    people: Iterable[Officer],
    at: datetime,
    *,
    level: int,
    nobody: bool = False,
    known: bool = False,
) -> None:
    """The card of a report; `known`: they have it already, and it changes in place."""
    facts = {
        "folio": report.folio,
        "kind": report.kind,
        "priority": int(report.priority),
        "reason": report.reason,
        "colonia": report.place.colonia,
        "opened_at": report.opened_at.isoformat(),
        "version": report.version,
        "level": level,
        "nobody": nobody,
        "known": known,
        "listed": report.listed,
    }
    notices = [
        Notice(
            person_id=person.person_id,
            name="alert",
            facts=facts,
            lane=Lane.ALERT,
            report_id=report.id,
            card=alert_card(report.id),
            dedupe_key=f"alert:{report.id}:{report.version}:{level}:{person.person_id}",
        )
        for person in people
    ]
    tx.outbox.put(notices, at)


# ---- what officers do ----


def waiting_in(tx: Transaction, sectors: Iterable[str]) -> list[Report]:
    """What nobody took yet in these sectors, the oldest first."""
    mine = frozenset(sectors)
    return [one for one in tx.reports.waiting() if mine & set(one.sectors)]


def claim(tx: Transaction, here: Here, folio: str, officer: Officer, at: datetime) -> Report:
    """The officer takes the report; its other alerts change and the resident is told.

    Raises UnknownFolio, NotPermitted, NotOnDuty, AlreadyClaimed, NotAllowedNow.
    """
    report = tx.reports.by_folio(folio)
    roster = require_right(tx, report, officer, at)
    report = saved(tx, report.claim(by=officer, at=at), roster, at)
    tx.due.clear(OBLIGATION, report.id)
    tx.due.clear(HELD, report.id)
    tx.due.set(NO_NEWS, report.id, at + here.municipality.service.remind_officer_after)
    return report


def release(tx: Transaction, here: Here, folio: str, officer: Officer, at: datetime) -> Report:
    """Back to the sector, which is alerted anew. Raises NotYours, NotAllowedNow, NotPermitted."""
    report = tx.reports.by_folio(folio)
    roster = require_right(tx, report, officer, at)
    report = saved(tx, report.release(by=officer, at=at), roster, at)
    _cleared(tx, report)
    _alert_first(tx, here, report, at)
    return report


def hand_back(tx: Transaction, here: Here, person_id: str, by: Officer, at: datetime) -> int:
    """What somebody who was revoked had in hand is nobody's: the sector is alerted anew. Returns how many.

    `by`: the supervisor who revoked; from the machine, where nobody did in the chat, who had it.
    """
    left = [r for r in tx.reports.handled_by(person_id) if (r.status, Verb.RELEASE) in ALLOWED]
    for report in left:
        free = saved(tx, report.release(by=by, at=at), tx.staff.roster(at), at)
        _cleared(tx, free)
        _alert_first(tx, here, free, at)
    return len(left)


def reassign(
    tx: Transaction, here: Here, folio: str, to: Officer, supervisor: Officer, at: datetime
) -> Report:
    """A supervisor gives it to an officer. Raises NotPermitted, NotAllowedNow."""
    report = tx.reports.by_folio(folio)
    roster = require_right(tx, report, supervisor, at)
    if supervisor.role is not Role.SUPERVISOR or (report.listed and report.named_list not in to.lists):
        raise NotPermitted
    report = saved(tx, report.reassign(to=to, by=supervisor, at=at), roster, at)
    _cleared(tx, report)
    tx.due.set(NO_NEWS, report.id, at + here.municipality.service.remind_officer_after)
    return report


def let_through(tx: Transaction, here: Here, folio: str, supervisor: Officer, at: datetime) -> Report:
    """It was kept back, and a supervisor lets the sector know. Raises NotPermitted, NotYours, NotAllowedNow."""
    report = tx.reports.by_folio(folio)
    require_right(tx, report, supervisor, at)
    if not tx.due.clear(HELD, report.id):
        raise NotAllowedNow(report.status, "let_through")
    change = report.let_through(by=supervisor, at=at)
    tx.reports.save(change)
    _alert_first(tx, here, change.report, at)
    return change.report


def ask(tx: Transaction, here: Here, folio: str, officer: Officer, text: str, at: datetime) -> Report:
    """Ask the resident back; the question expires. Raises NotYours, NotAllowedNow, NotPermitted."""
    report = tx.reports.by_folio(folio)
    roster = require_right(tx, report, officer, at)
    if report.person_id is None or report.listed:
        raise NotPermitted
    report = saved(tx, report.ask(by=officer, text=text, at=at), roster, at)
    tx.due.set(QUESTION, report.id, at + here.municipality.service.question_expires)
    return report


def refer(tx: Transaction, folio: str, officer: Officer, office: str, text: str, at: datetime) -> Report:
    """Handed to another office; still ours to follow. Raises NotYours, NotAllowedNow, NotPermitted."""
    report = tx.reports.by_folio(folio)
    roster = require_right(tx, report, officer, at)
    report = saved(tx, report.refer(by=officer, office=office, note=text, at=at), roster, at)
    _cleared(tx, report)
    tx.due.set(NO_NEWS, report.id, at + REFERRED_AGAIN)  # still ours, until a person closes it
    return report


def close(
    tx: Transaction,
    folio: str,
    officer: Officer,
    disposition: Disposition,
    sentence: str,
    at: datetime,
) -> Report:
    """It ended; the resident hears the sentence and is asked whether it is solved.

    Raises NotYours, NotAllowedNow, NotPermitted.
    """
    report = tx.reports.by_folio(folio)
    roster = require_right(tx, report, officer, at)
    change = report.close(by=officer, disposition=disposition, sentence=sentence, at=at)
    report = saved(tx, change, roster, at)
    _cleared(tx, report)
    return report


def decline(tx: Transaction, here: Here, folio: str, officer: Officer, at: datetime) -> Report:
    """An alerted officer cannot take it; when no one who heard can, the next in line hears at once."""
    report = tx.reports.by_folio(folio)
    roster = require_right(tx, report, officer, at)
    before = tx.reports.history(report.id)
    if last_since_anew(before, AlertDeclined, officer.person_id) is not None:
        return report  # pressed twice
    report = saved(tx, report.decline(by=officer, at=at), roster, at)
    waiting = tx.due.get(OBLIGATION, report.id)
    if waiting is not None and report.status is Status.RECEIVED and not _anyone_left(tx, report, roster, at):
        climb(tx, here, report.id, waiting.level, at)
    return report


def _anyone_left(tx: Transaction, report: Report, roster: Roster, at: datetime) -> bool:
    """Is there somebody who heard, said nothing yet, and could still take it? Not who went home or is on a pause."""
    life = since_anew(tx.reports.history(report.id))
    declined = {event.actor_id for event in life if isinstance(event, AlertDeclined)}
    holders = tx.outbox.holders(alert_card(report.id), life[0].at)
    heard = [roster.officer(person) for person in holders if person not in declined]
    hearing = roster.hearing(at)
    return any(
        one is not None and (report.listed or one.role is Role.SUPERVISOR or one in hearing) for one in heard
    )


# ---- what residents do ----


def answer(tx: Transaction, report: Report, text: str, media: tuple[str, ...], at: datetime) -> Report:
    """The resident answers the officer's question. Raises NotAllowedNow."""
    tx.media.attach(list(media), report.id)
    report = saved(tx, report.answer(text=text, media=media, at=at), tx.staff.roster(at), at)
    tx.due.clear(QUESTION, report.id)
    return report


def add(
    tx: Transaction,
    report: Report,
    text: str,
    media: tuple[str, ...],
    at: datetime,
    by: str | None = None,
) -> Report:
    """The resident tells more, or `by`, who joined; who attends hears it, and nobody else is paged for it."""
    tx.media.attach(list(media), report.id)
    return saved(tx, report.add(text=text, media=media, at=at, by=by), tx.staff.roster(at), at)


def happened_again(tx: Transaction, here: Here, report: Report, person_id: str, at: datetime) -> Report:
    """The same once more: an entry of the diary; a closed report is opened again. Raises TooLate."""
    closed = report.status is Status.CLOSED
    if closed:
        report.reopen(at=at)  # too late is too late before anything is written down
    report = saved(tx, report.happened_again(by=person_id, at=at), tx.staff.roster(at), at)
    return reopen(tx, here, report, at) if closed else report


def tell_place(tx: Transaction, here: Here, report: Report, place: Place, at: datetime) -> Report:
    """Where the danger is, after the alert: who was alerted sees it, and the right sector hears."""
    sectors = tuple(sector.slug for sector in here.municipality.territory.sectors_of(place))
    roster = tx.staff.roster(at)
    report = saved(tx, report.tell_place(place=place, sectors=sectors, at=at), roster, at)
    if report.status is Status.RECEIVED and tx.due.get(HELD, report.id) is None:  # kept back: nobody yet
        holders = tx.outbox.holders(alert_card(report.id))
        known = tuple(o for o in map(roster.officer, holders) if o is not None)
        _alert(tx, report, known, at, level=0, known=True)
        reach = _reach(tx, here, report, roster, at)
        fresh = (o for o in first_alerted(report, roster, at, reach) if o not in known)
        _alert(tx, report, fresh, at, level=0)
    return report


def join(tx: Transaction, folio: str, person_id: str, at: datetime) -> Report:
    """It is the same: one report, one more neighbour who hears how it goes. Raises UnknownFolio."""
    report = tx.reports.by_folio(folio)
    if person_id == report.person_id or not tx.reports.follow(report.id, person_id, at):
        return report
    return saved(tx, report.joined(by=person_id, at=at), tx.staff.roster(at), at)


def withdraw(tx: Transaction, report: Report, at: datetime) -> Report:
    """The resident gives it up. Raises NotAllowedNow."""
    report = saved(tx, report.withdraw(at=at), tx.staff.roster(at), at)
    _cleared(tx, report)
    return report


def say_solved(tx: Transaction, here: Here, report: Report, answer: str, at: datetime) -> Report:
    """What the resident says of the outcome; "no" opens the report again. Raises TooLate."""
    again = answer == "no" and report.status is Status.CLOSED
    if answer == report.solved and not again:
        return report  # pressed twice
    if again:
        report.reopen(at=at)  # too late is too late before anything is written down or told
    report = saved(tx, report.say_solved(answer=answer, at=at), tx.staff.roster(at), at)
    return reopen(tx, here, report, at) if again else report


def reopen(tx: Transaction, here: Here, report: Report, at: datetime) -> Report:
    """Not over: received again, the sector is alerted. Raises TooLate, NotAllowedNow."""
    report = saved(tx, report.reopen(at=at), tx.staff.roster(at), at)
    _alert_first(tx, here, report, at)
    return report


def question_expired(tx: Transaction, report_id: str, at: datetime) -> None:
    """Nobody answered: the officer goes on with what there is."""
    report = tx.reports.get(report_id)
    tx.due.clear(QUESTION, report_id)
    if report.status is Status.AWAITING_RESIDENT:
        saved(tx, report.question_expired(at=at), tx.staff.roster(at), at)


# ---- what they share ----


def require_right(tx: Transaction, report: Report, officer: Officer, at: datetime) -> Roster:
    """May this officer act on this report now? Raises NotPermitted, NotOnDuty."""
    roster = tx.staff.roster(at)
    if roster.officer(officer.person_id) is None or not may_attend(report, officer):
        raise NotPermitted
    if not on_duty_for(report, officer, roster, at):
        raise NotOnDuty
    return roster


def require_share(tx: Transaction, report: Report, officer: Officer, at: datetime, whose: str = "") -> None:
    """May this officer see and settle a promise or a visit of `whose` about it? Raises NotPermitted, NotOnDuty."""
    if not shares(report, officer, require_right(tx, report, officer, at), at, whose):
        raise NotPermitted


def saved(tx: Transaction, change: Change, roster: Roster, at: datetime) -> Report:
    """Write a change down and tell whom it concerns. Raises Changed."""
    report = change.report
    events = tx.reports.save(change)
    names = {officer.person_id: officer.name for officer in roster.officers}
    notices = notices_for(
        events,
        report,
        names,
        alerted=tx.outbox.holders(alert_card(report.id)),
        followers=tx.reports.followers(report.id),
    )
    tx.outbox.put(notices, at)
    if report.status is not Status.RECEIVED:  # received again, it is told with its alert
        groups.tell(tx, report, at)
    return report


def _cleared(tx: Transaction, report: Report) -> None:
    for kind in (OBLIGATION, QUESTION, HELD, SNOOZE, NO_NEWS):
        tx.due.clear(kind, report.id)
