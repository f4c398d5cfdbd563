"""What is asked of other offices: sent with a link to answer, chased, answered, passed on to the resident.

A confidential report is never written about to anybody outside its list: `ask` and `written` refuse it. Nothing of
the resident goes out: not the name, not the words, not the street; only what the officer wrote for the office.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bot.domain.errors import NeverInWriting, NotYours, ReferralOver, UnknownFolio
from bot.domain.notices import Lane, Notice
from bot.domain.referral import Answer, OfficeScore, Outcome, Referral, State, scores
from bot.domain.report import Report
from bot.domain.roster import Officer, Role
from bot.messages import Address
from handlers.desk.reports import require_right, saved
from handlers.here import Here
from storage.store import Transaction

CHASE = "referral_chase"
PATH = "/oficina/"  # where an office answers, below the public address
SEND = "/mandar"  # below that link: where who follows it sends the text from their own phone
TELL_SUPERVISOR_FROM = 1  # from the second reminder on


def ask(
    tx: Transaction, here: Here, report: Report, office: str, text: str, by: Officer, at: datetime
) -> Referral:
    """An office is asked about a report that was referred to it. Raises NeverInWriting."""
    if report.listed:
        raise NeverInWriting
    _drop(tx, report, at)
    rules = here.municipality.service.referrals
    new = Referral(
        id=here.short_id(),
        report_id=report.id,
        office=office,
        asked_by=by.person_id,
        text=text,
        asked_at=at,
        expires_at=at + rules.expires_after,
    )
    tx.referrals.add(new)
    _set_chase(tx, here, new, 0)
    _tell_office(tx, here, report, new, "office_asked", at)
    return new


def sends_itself(here: Here, office: str) -> bool:
    """Do we reach that office ourselves, or does somebody of ours send the text?

    By WhatsApp nobody may be written to first without a template that Meta approved: there a person does it.
    """
    contact = here.municipality.directory.get(office)
    return bool(contact and contact.chat and not contact.whatsapp)


def written(tx: Transaction, here: Here, folio: str, by: Officer, at: datetime) -> dict[str, Any]:
    """The facts of the text that somebody copies and sends, with a fresh link.

    Raises NeverInWriting, ReferralOver when nothing waits, NotYours, NotPermitted, NotOnDuty.
    """
    report, waiting = _waiting(tx, folio, by, at)
    return facts_of(report, waiting, _new_link(tx, here, waiting, at))


def office_asked(tx: Transaction, folio: str, by: Officer, at: datetime) -> str:
    """Whose answer a report waits for: a slug of the directory. Raises as `written`."""
    return _waiting(tx, folio, by, at)[1].office


def answer(
    tx: Transaction, here: Here, referral: Referral, outcome: Outcome, text: str, at: datetime
) -> Referral:
    """The office answers by its link. Raises ReferralOver, NotAllowedNow when the report is over."""
    now = _answered(tx, referral, outcome, text, None, at)
    report = tx.reports.get(now.report_id)
    waits = here.kind(report.kind).checks_answers
    if not waits:
        now = _pass_on(tx, report, now, None, at)
    facts = {**_said(now), "waits": waits, "told": report.person_id is not None and not waits}
    _tell_staff(tx, report, now, "office_answered", _who_follows(tx, report, at), facts, at)
    return now


def note_answer(
    tx: Transaction, folio: str, outcome: Outcome, text: str, by: Officer, at: datetime
) -> Referral:
    """Somebody of ours writes down what the office said by other ways; the resident hears it.

    Raises ReferralOver, NeverInWriting, NotYours, NotPermitted, NotOnDuty.
    """
    _, waiting = _waiting(tx, folio, by, at)
    now = _answered(tx, waiting, outcome, text, by, at)
    return _pass_on(tx, tx.reports.get(now.report_id), now, by, at)


def pass_on(tx: Transaction, referral_id: str, by: Officer, at: datetime) -> Report:
    """Somebody of ours read the answer, and the resident may. Raises ReferralOver, NotYours, NotPermitted."""
    report, found = _mine(tx, referral_id, by, at)
    _pass_on(tx, report, found, by, at)
    return report


def keep(tx: Transaction, referral_id: str, by: Officer, at: datetime) -> Report:
    """The answer stays with us. Raises ReferralOver, NotYours, NotPermitted."""
    report, found = _mine(tx, referral_id, by, at)
    tx.referrals.save(found, found.kept())
    return report


def chase(tx: Transaction, here: Here, referral_id: str, level: int, at: datetime) -> None:
    """No answer yet: the office hears again where we reach it, who follows it hears too; in the end, nothing came."""
    tx.due.clear(CHASE, referral_id)
    found = tx.referrals.get(referral_id)
    if found is None or found.state is not State.OPEN:
        return
    report = tx.reports.get(found.report_id)
    if not report.status.open or report.listed:
        tx.referrals.save(found, found.dropped())
        return
    people = _who_follows(tx, report, at)
    if level >= TELL_SUPERVISOR_FROM:
        people = [*people, *_supervisors(tx, at)]
    days = {"days": (at - found.asked_at).days, "office": found.office}
    if at >= found.expires_at:
        tx.referrals.save(found, found.silent())
        everybody = [*people, *_supervisors(tx, at)]
        _tell_staff(tx, report, found, "office_silent", everybody, days, at)
        return
    sent = _tell_office(tx, here, report, found, "office_reminded", at)
    _tell_staff(tx, report, found, "office_late", people, {**days, "sent": sent, "level": level}, at)
    _set_chase(tx, here, found, level + 1)


def waits(tx: Transaction, report: Report) -> bool:
    """Is an office asked about it, that has not answered yet?"""
    return any(one.state is State.OPEN for one in tx.referrals.of_report(report.id))


def solved(tx: Transaction, report: Report, at: datetime) -> Report:
    """The resident says that it is solved: over, whatever the office says. Raises NotAllowedNow."""
    report = saved(tx, report.solved_elsewhere(at=at), tx.staff.roster(at), at)
    _drop(tx, report, at)
    return report


def not_yet(tx: Transaction, report: Report, at: datetime) -> Report:
    """The resident says that it is as before: who follows it hears."""
    return saved(tx, report.say_solved(answer="not_yet", at=at), tx.staff.roster(at), at)


def scoreboard(tx: Transaction, since: datetime) -> Sequence[OfficeScore]:
    """How each office answered what it was asked from a moment on."""
    return tuple(scores(tx.referrals.since(since)))


# ---- what they share ----


def _waiting(tx: Transaction, folio: str, by: Officer, at: datetime) -> tuple[Report, Referral]:
    report = tx.reports.by_folio(folio)
    _require_follower(tx, report, by, at)
    if report.listed:
        raise NeverInWriting
    waiting = [one for one in tx.referrals.of_report(report.id) if one.state is State.OPEN]
    if not waiting or not report.status.open:
        raise ReferralOver(report.status)
    return report, waiting[-1]


def _mine(tx: Transaction, referral_id: str, by: Officer, at: datetime) -> tuple[Report, Referral]:
    found = tx.referrals.get(referral_id)
    if found is None:
        raise UnknownFolio
    report = tx.reports.get(found.report_id)
    _require_follower(tx, report, by, at)
    return report, found


def _require_follower(tx: Transaction, report: Report, by: Officer, at: datetime) -> None:
    require_right(tx, report, by, at)
    if report.handler_id != by.person_id and by.role is not Role.SUPERVISOR:
        raise NotYours


def _answered(
    tx: Transaction, referral: Referral, outcome: Outcome, text: str, by: Officer | None, at: datetime
) -> Referral:
    now = referral.answered(Answer(outcome=outcome, text=text, at=at))
    report = tx.reports.get(now.report_id)
    change = report.office_answered(
        by=by, office=now.office, outcome=outcome.value, text=text, at=at
    )  # raises before anything is written
    tx.referrals.save(referral, now)
    tx.due.clear(CHASE, now.id)
    saved(tx, change, tx.staff.roster(at), at)
    return now


def _pass_on(tx: Transaction, report: Report, found: Referral, by: Officer | None, at: datetime) -> Referral:
    now = found.passed_on()
    assert now.answer is not None  # only an answer can be passed on
    said = now.answer
    change = report.pass_on(by=by, office=now.office, outcome=said.outcome.value, text=said.text, at=at)
    tx.referrals.save(found, now)
    saved(tx, change, tx.staff.roster(at), at)
    return now


def _drop(tx: Transaction, report: Report, at: datetime) -> None:
    """Nobody waits for earlier questions any more."""
    for older in tx.referrals.of_report(report.id):
        if older.state is State.OPEN:
            tx.referrals.save(older, older.dropped())
            tx.due.clear(CHASE, older.id)


def _set_chase(tx: Transaction, here: Here, found: Referral, level: int) -> None:
    steps = here.municipality.service.referrals.chase_after
    due_at = found.asked_at + steps[level] if level < len(steps) else found.expires_at
    tx.due.set(CHASE, found.id, due_at, level=level)


def _tell_office(
    tx: Transaction, here: Here, report: Report, found: Referral, notice: str, at: datetime
) -> bool:
    """By the chat that the municipality wrote for it; False where a person has to send it."""
    contact = here.municipality.directory.get(found.office)
    if contact is None or not sends_itself(here, found.office):
        return False
    channel, _, chat = contact.chat.partition(":")
    told = Notice(
        person_id=_person_at(tx, Address(channel, chat), at),
        name=notice,
        facts=facts_of(report, found, _new_link(tx, here, found, at)),
        lane=Lane.UPDATE,
        report_id=report.id,
        dedupe_key=f"{notice}:{found.id}:{at.isoformat()}",
    )
    tx.outbox.put([told], at)
    return True


def _person_at(tx: Transaction, address: Address, at: datetime) -> str:
    known = tx.vault.person_at(address)
    if known is not None:
        return known
    new = tx.people.add(at=at, locale="es")
    tx.vault.add(new.id, address)
    return new.id


def _new_link(tx: Transaction, here: Here, found: Referral, at: datetime) -> str:
    """Of its own for each message; without a public address there is none."""
    if not here.public_url:
        return ""
    token = here.secret()
    tx.referrals.link(found.id, token, at)
    return f"{here.public_url}{PATH}{token}"


def facts_of(report: Report, found: Referral, link: str) -> dict[str, Any]:
    """Everything that an office may know."""
    return {
        "folio": report.folio,
        "kind": report.kind,
        "colonia": report.place.colonia,
        "opened_at": report.opened_at.isoformat(),
        "office": found.office,
        "text": found.text,
        "link": link,
        "expires_at": found.expires_at.isoformat(),
    }


def _said(found: Referral) -> dict[str, Any]:
    assert found.answer is not None
    return {
        "office": found.office,
        "outcome": found.answer.outcome.value,
        "text": found.answer.text,
        "referral": found.id,
    }


def _who_follows(tx: Transaction, report: Report, at: datetime) -> list[str]:
    """Who attends it; when nobody of ours does any more, the supervisors."""
    if report.handler_id is not None and tx.staff.officer(report.handler_id) is not None:
        return [report.handler_id]
    return _supervisors(tx, at)


def _supervisors(tx: Transaction, at: datetime) -> list[str]:
    return [person.person_id for person in tx.staff.roster(at).supervisors()]


def _tell_staff(
    tx: Transaction,
    report: Report,
    found: Referral,
    notice: str,
    people: Iterable[str],
    facts: dict[str, Any],
    at: datetime,
) -> None:
    key = f"{notice}:{found.id}:{facts.get('level', 0)}"
    notices = [
        Notice(
            person_id=person,
            name=notice,
            facts={**facts, "folio": report.folio},
            lane=Lane.UPDATE,
            report_id=report.id,
            dedupe_key=f"{key}:{person}",
        )
        for person in dict.fromkeys(people)
    ]
    tx.outbox.put(notices, at)
