"""What is due now: obligations, ends of shifts, questions, drafts, retention. One table, one loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.channels import StoreUnavailable
from bot.clock import Clock
from bot.domain.notices import Lane, Notice
from bot.domain.report import Report, Status
from bot.domain.roster import Officer
from handlers import limits
from handlers.desk import (
    duty,
    erasure,
    handover,
    holding,
    mediations,
    person,
    planning,
    promises,
    referrals,
    rotation,
    sharing,
    visits,
    walks,
)
from handlers.desk import reports as desk
from handlers.here import Here
from handlers.reception import route
from handlers.resident.confidence import confidential, in_confidence_beside
from handlers.resident.told import Told
from handlers.talks import SCRIPTS
from handlers.watchdog import Beat
from storage.conversations import Conversation
from storage.due import DueItem
from storage.store import Store, Transaction

log = structlog.get_logger()

LOOK_SECONDS = 1.0
FAILED_AGAIN = timedelta(seconds=30)
TOO_MUCH_AGAIN = timedelta(seconds=5)  # the server gave one unit up: it took too long, or waited for somebody
NUDGE_AFTER = timedelta(hours=3)
NUDGE_KEEPS = timedelta(hours=12)  # a reminder that could not leave by then is not wanted any more
RAW_KEPT = timedelta(days=7)
KEYS_KEPT = timedelta(days=30)
COUNTS_KEPT = timedelta(days=2)
PLANS_KEPT = timedelta(days=60)
HEARD_KEPT = timedelta(
    days=365
)  # on rounds: the words and voices; how many, what about and what was done stays
ASKED_KEPT = timedelta(days=365)  # for a round in one's colonia, when none ever came
SWEEP_EVERY = timedelta(minutes=10)

Do = Callable[[Transaction, Here, DueItem, datetime], None]


def _obligation(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    desk.climb(tx, here, item.subject, item.level, at)


def _question(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    desk.question_expired(tx, item.subject, at)


def _no_news(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    """Somebody has it and nothing was heard since: a quiet reminder, and again after the same time."""
    report = tx.reports.get(item.subject)
    if report.status in (Status.RECEIVED, Status.CLOSED):
        tx.due.clear(desk.NO_NEWS, item.subject)
        return
    referred = report.status is Status.REFERRED
    if not (referred and referrals.waits(tx, report)):  # while an office is asked, its own reminders speak
        tx.outbox.put(_how_it_goes(tx, report, item.level, at), at)
    every = desk.REFERRED_AGAIN if referred else here.municipality.service.remind_officer_after
    tx.due.set(desk.NO_NEWS, item.subject, at + every, level=item.level + 1)


def _how_it_goes(tx: Transaction, report: Report, level: int, at: datetime) -> list[Notice]:
    """To who has it; when nobody of the team does, to who commands, or to the list."""
    mine = report.handler_id is not None and tx.staff.officer(report.handler_id) is not None
    people = [report.handler_id] if mine else [chief.person_id for chief in _above(tx, report, at)]
    facts = {"folio": report.folio, "referred": report.status is Status.REFERRED, "mine": mine}
    return [
        Notice(
            person_id=one,
            name="no_news",
            facts=facts,
            lane=Lane.UPDATE,
            report_id=report.id,
            dedupe_key=f"no_news:{report.id}:{report.version}:{level}:{one}",
        )
        for one in people
        if one is not None
    ]


def _above(tx: Transaction, report: Report, at: datetime) -> Sequence[Officer]:
    roster = tx.staff.roster(at)
    return roster.of_list(report.named_list) if report.listed else roster.supervisors()


def _snooze(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    sharing.remind(tx, here, item.subject, at)


def _warning(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    duty.warn(tx, item.subject, at)


def _shift_end(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    duty.expire(tx, here, item.subject, at)


def _shift_call(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    planning.call(tx, here, item.subject, at)


def _shift_absent(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    planning.absent(tx, item.subject, at)


def _pause_over(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    duty.pause_over(tx, item.subject, at)


def _erasure_asked(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    erasure.remind(tx, item.subject, item.level, at)


def _erasure(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    erasure.erase(tx, item.subject, at)


def _let_in(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    limits.let_in(tx, here, item, at, route)


def _promise_remind(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    promises.remind(tx, item.subject, at)


def _promise_lapse(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    promises.lapse(tx, item.subject, at)


def _handover_unsigned(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    handover.nobody_signed(tx, item.subject, at)


def _visit_call(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    visits.call(tx, item.subject, at)


def _visit_close(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    visits.close(tx, item.subject, at)


def _walk_end(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    walks.expire(tx, here, item.subject, at)


def _referral_chase(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    referrals.chase(tx, here, item.subject, item.level, at)


def _walk_before(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    rotation.before(tx, here, item.subject, at)


def _walk_after(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    rotation.after(tx, here, item.subject, at)


def _walk_unplanned(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    rotation.unplanned(tx, here, item.subject, at)


def _mediation_ask(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    mediations.ask_again(tx, item.subject, item.level, at)


DUE: Mapping[str, Do] = {
    holding.HELD: holding.remind,
    holding.LET_IN: _let_in,
    person.WAITS: person.remind,
    desk.OBLIGATION: _obligation,
    desk.QUESTION: _question,
    desk.SNOOZE: _snooze,
    desk.NO_NEWS: _no_news,
    duty.WARNING: _warning,
    duty.END: _shift_end,
    duty.PAUSE: _pause_over,
    planning.CALL: _shift_call,
    planning.ABSENT: _shift_absent,
    erasure.ASKED: _erasure_asked,
    erasure.ERASE: _erasure,
    walks.END: _walk_end,
    rotation.BEFORE: _walk_before,
    rotation.AFTER: _walk_after,
    rotation.UNPLANNED: _walk_unplanned,
    visits.CALL: _visit_call,
    visits.CLOSE: _visit_close,
    handover.UNSIGNED: _handover_unsigned,
    promises.REMIND: _promise_remind,
    promises.LAPSE: _promise_lapse,
    referrals.CHASE: _referral_chase,
    mediations.ASK: _mediation_ask,
}


class Rounds:
    """The loop over what is due."""

    def __init__(self, store: Store, here: Here, clock: Clock) -> None:
        self._store, self._here, self._clock = store, here, clock
        self._swept_at: datetime | None = None
        self.beat = Beat()

    async def run(self) -> None:
        """For ever, once a second."""
        try:
            while True:
                self.beat.now()
                await self._look_or_say()
                await self._clock.wait(LOOK_SECONDS)
        finally:
            self.beat.rest()

    async def _look_or_say(self) -> None:
        try:
            await self.look()
        except StoreUnavailable:
            log.warning("rounds can't look", action="rounds_unavailable")

    async def look(self) -> int:
        """Do everything that is due; returns how many things were."""
        now = self._clock.now()
        items = await self._store.read(lambda tx: tx.due.arrived(now))
        for item in items:
            self.beat.now()
            await (self._scrub(item, now) if item.kind == erasure.SCRUB else self._do(item, now))
        if self._swept_at is None or now - self._swept_at >= SWEEP_EVERY:
            self._swept_at = now
            await self._sweep(now)
        return len(items)

    async def _sweep(self, now: datetime) -> None:
        """Each in a unit of its own: a bug in one must neither end the rounds nor keep what the others forget."""
        for name, do in SWEEP.items():
            try:
                await self._store.run(lambda tx, do=do: do(tx, self._here, now))  # type: ignore[misc]
            except StoreUnavailable:
                raise
            except Exception as bug:
                log.exception("sweep failed", action="sweep_failed", kind=name, error=type(bug).__name__)

    async def _scrub(self, item: DueItem, now: datetime) -> None:
        """Outside of any unit: the engine tidies its own files."""
        try:
            await self.beat.during(self._store.scrub())
        except StoreUnavailable:
            await self._store.run(lambda tx: tx.due.put_off(item, now + FAILED_AGAIN))
        else:
            await self._store.run(lambda tx: tx.due.clear(item.kind, item.subject))

    async def _do(self, item: DueItem, now: datetime) -> None:
        """One thing in one unit; read again inside it, since a person may have been faster."""

        def work(tx: Transaction) -> None:
            still = tx.due.get(item.kind, item.subject)
            if still is not None and still.due_at <= now:
                DUE[item.kind](tx, self._here, still, now)

        try:
            await self._store.run(work)
        except StoreUnavailable:
            # Raised again when the store is away; else it is this one's trouble, and no reason to stop all.
            await self._store.run(lambda tx: tx.due.put_off(item, now + TOO_MUCH_AGAIN, failed=False))
            log.warning("round given up", action="round_given_up", kind=item.kind)
        except Exception as bug:
            log.exception("round failed", action="round_failed", kind=item.kind, error=type(bug).__name__)
            await self._store.run(lambda tx: tx.due.put_off(item, now + FAILED_AGAIN))


def _old_talks(tx: Transaction, here: Here, now: datetime) -> None:
    for talk in tx.conversations.expired(now):
        tx.conversations.end(talk.id)


def _waiting_drafts(tx: Transaction, here: Here, now: datetime) -> None:
    """Drafts that were begun and wait are named once."""
    for talk in tx.conversations.to_nudge(now - NUDGE_AFTER):
        tx.conversations.nudged(talk.id, now)
        begun = SCRIPTS[talk.flow].keeps and talk.asked and not talk.arguments.get("on_behalf")
        if begun and not _hushed(tx, here, talk):
            if talk.active:  # what else they are in the middle of goes on
                tx.conversations.park(talk.person_id)
            tx.outbox.put([_nudge(talk.person_id, talk.id, talk.expires_at, now)], now)


def _old_payloads(tx: Transaction, here: Here, now: datetime) -> None:
    tx.inbox.forget_raw(now - RAW_KEPT)
    tx.inbox.forget_keys(now - KEYS_KEPT)
    tx.outbox.forget_early(now - RAW_KEPT)


def _old_files(tx: Transaction, here: Here, now: datetime) -> None:
    """With a report that was never sent its photos go too."""
    tx.media.forget_loose(now - here.municipality.service.draft_lives)


def _old_counts(tx: Transaction, here: Here, now: datetime) -> None:
    tx.usage.forget(now - COUNTS_KEPT)
    tx.usage.forget_held(now - RAW_KEPT)
    tx.badge_checks.forget(now - COUNTS_KEPT)


def _old_plans(tx: Transaction, here: Here, now: datetime) -> None:
    tx.plans.forget_old(now - PLANS_KEPT)
    tx.safety.forget_old(now - PLANS_KEPT)


def _old_rounds(tx: Transaction, here: Here, now: datetime) -> None:
    tx.media.forget(tx.walks.forget_words(now - HEARD_KEPT))
    tx.requests.forget_visits(now - ASKED_KEPT)


def _head_of_audit(tx: Transaction, here: Here, now: datetime) -> None:
    head = tx.audit.head()
    log.info("head of the audit", action="audit_head", n=head.lines, code=head.mark)


SWEEP: Mapping[str, Callable[[Transaction, Here, datetime], None]] = {
    "old_talks": _old_talks,
    "waiting_drafts": _waiting_drafts,
    "old_payloads": _old_payloads,
    "old_files": _old_files,
    "old_counts": _old_counts,
    "old_plans": _old_plans,
    "old_rounds": _old_rounds,
    "head_of_audit": _head_of_audit,
}


def _hushed(tx: Transaction, here: Here, talk: Conversation) -> bool:
    """Nothing is ever sent on our own motion about a confidential matter, not even about its draft."""
    whose = tx.people.get(talk.person_id)
    t = here.t(whose.locale if whose else "es")
    told = Told.from_arguments(talk.arguments)
    return confidential(t, here, told, talk.answers) or in_confidence_beside(here, told, talk.answers)


def _nudge(person_id: str, talk_id: str, until: datetime, at: datetime) -> Notice:
    return Notice(
        person_id=person_id,
        name="draft_waits",
        facts={"until": until.isoformat()},
        lane=Lane.BULK,
        expires_at=at + NUDGE_KEEPS,
        dedupe_key=f"draft:{talk_id}",
    )
