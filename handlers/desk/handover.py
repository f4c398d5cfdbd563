"""The hand-over of a shift: written when it ends, signed by who comes in, asked for when nobody signs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.domain.errors import NotYours, UnknownFolio
from bot.domain.handover import WAITS, Handover
from bot.domain.notices import Lane, Notice
from bot.domain.report import Report
from bot.domain.roster import Officer, Shift
from handlers.desk.reports import NO_NEWS, saved, waiting_in
from handlers.here import Here
from storage.store import Transaction

UNSIGNED = "handover_unsigned"
A_DAY = timedelta(days=1)
SAME_CHANGE = timedelta(hours=1)  # shifts that end within this hand over together


def write(tx: Transaction, here: Here, shift_id: str, shift: Shift, at: datetime) -> Handover | None:
    """What the shift moved and what it leaves; None when there is nothing to say of it.

    What is nobody's in the sectors is left behind by the last one out, and once: the others are on it.
    """
    mine = set(shift.sectors)
    others = tx.staff.roster(at).on_duty(at, shift.sectors)
    said = any(mine & set(one.sectors) for one in tx.handovers.unsigned(at - SAME_CHANGE))
    last = not others and not said
    in_hand = [one for one in tx.reports.handled_by(shift.person_id) if not one.listed]
    promised = [one for one in tx.promises.open(shift.sectors) if one.window.due_at - at < A_DAY]
    waiting = waiting_in(tx, shift.sectors)
    made = Handover(
        id=shift_id,
        person_id=shift.person_id,
        sectors=shift.sectors,
        began_at=shift.starts_at,
        at=at,
        moved=tx.handovers.moved(shift.person_id, shift.starts_at, at),
        left=tuple(one.folio for one in in_hand),
        waiting=len(waiting) if last else 0,
        promised=len(promised) if last else 0,
    )
    if not (made.says_something or made.moved):
        return None
    tx.handovers.add(made)
    if made.says_something:
        tx.due.set(UNSIGNED, made.id, at + here.municipality.service.duty.sign_within)
    return made


def leave(
    tx: Transaction,
    here: Here,
    officer: Officer,
    handover_id: str,
    *,
    note: str,
    media_id: str | None,
    passes: bool,
    at: datetime,
) -> Handover:
    """The words of who goes, for who comes in. Raises UnknownFolio, NotYours, AlreadySigned."""
    before = tx.handovers.get(handover_id)
    if before is None:
        raise UnknownFolio
    if before.person_id != officer.person_id:
        raise NotYours
    now = before.leave(note=note, media_id=media_id, passes=passes)
    tx.handovers.save(now)
    if now.says_something and tx.due.get(UNSIGNED, now.id) is None:
        tx.due.set(UNSIGNED, now.id, at + here.municipality.service.duty.sign_within)
    return now


def waiting_for(tx: Transaction, officer: Officer, at: datetime) -> list[Handover]:
    """What the shifts before left for the sectors of this officer's shift, unsigned, the newest first."""
    unsigned, mine = reversed(tx.handovers.unsigned(at - WAITS)), tx.staff.sectors_of(officer, at)
    return [one for one in unsigned if one.says_something and one.concerns(officer.person_id, mine, at)]


def receive(
    tx: Transaction, here: Here, officer: Officer, at: datetime
) -> tuple[list[Handover], list[Report]]:
    """Recibido: every hand-over that waits is signed, and the cases that were passed on are theirs now."""
    signed, taken = [], []
    for before in waiting_for(tx, officer, at):
        tx.handovers.save(before.sign(officer.person_id, at))
        tx.due.clear(UNSIGNED, before.id)
        signed.append(before)
        if before.passes:
            taken += _taken_over(tx, here, before, officer, at)
        _tell(tx, "handover_received", [before.person_id], before, officer.name, at)
    return signed, taken


def _taken_over(tx: Transaction, here: Here, left: Handover, to: Officer, at: datetime) -> list[Report]:
    roster = tx.staff.roster(at)
    taken = []
    for report in map(tx.reports.by_folio, left.left):
        if report.status.open and report.handler_id == left.person_id and not report.listed:
            taken.append(saved(tx, report.reassign(to=to, by=to, at=at), roster, at))
            tx.due.set(NO_NEWS, report.id, at + here.municipality.service.remind_officer_after)
    return taken


def nobody_signed(tx: Transaction, handover_id: str, at: datetime) -> None:
    """The next shift has not said "recibido": the supervisors hear it, once."""
    tx.due.clear(UNSIGNED, handover_id)
    left = tx.handovers.get(handover_id)
    if left is None or left.received_by is not None:
        return
    supervisors = [person.person_id for person in tx.staff.roster(at).supervisors()]
    _tell(tx, "handover_unsigned", supervisors, left, "", at)


def _tell(tx: Transaction, notice: str, people: Iterable[str], left: Handover, by: str, at: datetime) -> None:
    leaver = tx.staff.officer(left.person_id)
    facts: dict[str, Any] = {
        "name": leaver.name if leaver else "",
        "by": by,
        "at": left.at.isoformat(),
        "received_at": at.isoformat(),
        "left": len(left.left),
        "waiting": left.waiting,
        "promised": left.promised,
    }
    notices = [
        Notice(
            person_id=person,
            name=notice,
            facts=facts,
            lane=Lane.UPDATE,
            dedupe_key=f"{notice}:{left.id}:{person}",
        )
        for person in people
    ]
    tx.outbox.put(notices, at)
