"""Is it really police? The word goes to the resident and to the officer on duty with that badge, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import badge_check as rules
from bot.domain.badge_check import Check, Outcome
from bot.domain.errors import CheckOver, NotOnDuty, TooManyChecks
from bot.domain.notices import Lane, Notice
from bot.domain.roster import Officer
from handlers.here import Here
from storage.store import Transaction

AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A check and the word that both phones show; "" when it can't be confirmed."""

    check: Check
    word: str


def check(tx: Transaction, here: Here, person_id: str, number: str, at: datetime) -> Asked:
    """A resident asks about a badge or a unit. Raises TooManyChecks.

    Unknown, off duty, and asked about too often lately are all the same answer.
    """
    if tx.badge_checks.asked_by(person_id, at - AN_HOUR) >= rules.MOST_AN_HOUR:
        raise TooManyChecks
    about, people = _on_duty(tx, number, at)
    if about and tx.badge_checks.asked_about(about, at - AN_HOUR) >= rules.MOST_OF_ONE:
        people = []
    outcome = Outcome.WAITING if people else Outcome.UNKNOWN
    new = Check(id=here.short_id(), person_id=person_id, about=about, at=at, outcome=outcome)
    tx.badge_checks.add(new)
    if not people:
        _weigh(tx, new, at)
        return Asked(new, "")
    said = rules.word(here.chance)
    _show(tx, new, said, people, at)
    return Asked(new, said)


def _on_duty(tx: Transaction, number: str, at: datetime) -> tuple[str, list[str]]:
    """The badge or unit as we know it, and who carries it on duty now."""
    wanted = rules.plain(number)
    roster = tx.staff.roster(at)
    by_badge = [one for one in roster.officers if rules.plain(one.badge) == wanted]
    if not by_badge and wanted.isdigit():
        by_badge = [one for one in roster.officers if rules.digits(one.badge) == rules.digits(wanted)]
    if len(by_badge) == 1:
        (officer,) = by_badge
        return officer.badge, [officer.person_id] if officer in roster.on_duty(at) else []
    crew = tx.badge_checks.crew(wanted, at) if wanted else []
    return (wanted if crew else ""), crew


def _show(tx: Transaction, new: Check, said: str, people: list[str], at: datetime) -> None:
    notices = [
        Notice(
            person_id=person,
            name="badge_word",
            facts={"word": said, "until": (new.at + rules.LIVES).isoformat()},
            lane=Lane.ALERT,
            expires_at=new.at + rules.LIVES,
            dedupe_key=f"badge:{new.id}:{person}",
        )
        for person in people
    ]
    tx.outbox.put(notices, at)


def answer(tx: Transaction, check_id: str, person_id: str, outcome: Outcome, at: datetime) -> Check:
    """What the resident saw on the other phone. Raises CheckOver."""
    before = tx.badge_checks.get(check_id)
    if before is None or before.person_id != person_id:
        raise CheckOver
    now = before.answer(outcome, at)
    tx.badge_checks.answer(now)
    _weigh(tx, now, at)
    return now


def _weigh(tx: Transaction, now: Check, at: datetime) -> None:
    """Three that failed in a day, of one person or about one badge: somebody may be posing as police."""
    if not now.outcome.failed:
        return
    since = at - rules.A_DAY
    by = tx.badge_checks.failures_by(now.person_id, since)
    about = tx.badge_checks.failures_about(now.about, since) if now.about else 0
    if about >= rules.FAILURES:
        _warn(tx, now.about, about, f"{now.about}:{at:%Y-%m-%d}", at)
    elif by == rules.FAILURES:
        _warn(tx, "", by, now.id, at)


def _warn(tx: Transaction, about: str, times: int, key: str, at: datetime) -> None:
    """Never who asked: only that somebody did, how often, and about whom where that is known."""
    notices = [
        Notice(
            person_id=supervisor.person_id,
            name="badge_doubt",
            facts={"about": about, "times": times},
            dedupe_key=f"badge_doubt:{key}:{supervisor.person_id}",
        )
        for supervisor in tx.staff.roster(at).supervisors()
    ]
    tx.outbox.put(notices, at)


def drive(tx: Transaction, officer: Officer, unit: str, at: datetime) -> str:
    """The unit that an officer goes in this shift; returns its number. Raises NotOnDuty."""
    running = tx.staff.shift_of(officer.person_id, at)
    if running is None:
        raise NotOnDuty
    number = rules.plain(unit)
    tx.badge_checks.drive(running[0], number)
    return number
