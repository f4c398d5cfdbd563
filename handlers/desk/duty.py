"""Shifts: made by a tap, ended by a tap or by themselves."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Literal

from bot.domain import duty_plan
from bot.domain.duty_plan import PlannedShift
from bot.domain.errors import NotOnDuty, NotPermitted
from bot.domain.handover import Handover
from bot.domain.notices import Lane, Notice
from bot.domain.roster import Mode, Officer, Role, Shift
from bot.domain.territory import Point
from handlers.desk import handover, person
from handlers.desk.reports import hand_back
from handlers.here import Here
from storage.store import Transaction

WARNING = "shift_warning"
END = "shift_end"
PAUSE = "shift_pause"


def proposed(tx: Transaction, here: Here, officer: Officer, at: datetime) -> PlannedShift | None:
    """The roster's shift for who comes in now, if there is one."""
    duty = here.municipality.service.duty
    planned = tx.plans.of_badge(officer.badge, at, at + duty.early)
    return duty_plan.proposed(planned, at, duty.early, duty.warn_before)


def start(
    tx: Transaction,
    here: Here,
    officer: Officer,
    at: datetime,
    planned: PlannedShift | None = None,
    mode: Mode | None = None,
) -> Shift:
    """The officer is on duty until the end of the roster's shift, else the configured end; a running shift stays."""
    running = tx.staff.shift_of(officer.person_id, at)
    if running is not None:
        return running[1]
    duty = here.municipality.service.duty
    ends_at = duty.ends_at(at.astimezone(here.municipality.time_zone)).astimezone(at.tzinfo)
    shift = Shift(
        person_id=officer.person_id,
        sectors=(planned and planned.sectors) or officer.sectors,
        starts_at=at,
        ends_at=planned.ends_at if planned else ends_at,
        mode=mode or (planned.mode if planned else None),
    )
    ends_at = shift.ends_at
    shift_id = here.new_id()
    tx.staff.start_shift(shift_id, shift)
    tx.due.set(WARNING, shift_id, ends_at - duty.warn_before)
    tx.due.set(END, shift_id, ends_at)
    return shift


class NotThere(Enum):
    """There was no shift to end."""

    OFF = "off"


OFF = NotThere.OFF


def end(
    tx: Transaction, here: Here, officer: Officer, at: datetime
) -> Handover | Literal[NotThere.OFF] | None:
    """Off duty now; the hand-over is written (None: nothing to say of it).

    What the officer has in hand stays theirs until released, reassigned or handed over. OFF: was not on duty.
    """
    running = tx.staff.shift_of(officer.person_id, at)
    if running is None:
        return OFF
    shift_id, shift = running
    tx.staff.end_shift(shift_id, at)
    for kind in (WARNING, END, PAUSE):
        tx.due.clear(kind, shift_id)
    return handover.write(tx, here, shift_id, shift, at)


def pause(tx: Transaction, here: Here, officer: Officer, at: datetime) -> datetime:
    """No alert reaches the officer for a while; the ladder goes on to others. Returns since when.

    What is in hand stays in hand. It ends by itself, so that nobody is forgotten on it. Raises NotOnDuty.
    """
    shift_id, shift = _running(tx, officer, at)
    if shift.paused_at is not None:
        return shift.paused_at
    tx.staff.pause_shift(shift_id, at)
    tx.due.set(PAUSE, shift_id, at + here.municipality.service.duty.longest_pause)
    return at


def resume(tx: Transaction, officer: Officer, at: datetime) -> bool:
    """Alerts come again; False when there was no pause. Raises NotOnDuty."""
    shift_id, shift = _running(tx, officer, at)
    tx.staff.pause_shift(shift_id, None)
    tx.due.clear(PAUSE, shift_id)
    return shift.paused_at is not None


def pause_over(tx: Transaction, shift_id: str, at: datetime) -> None:
    """Nobody ended it: it ends, and the officer hears so."""
    tx.due.clear(PAUSE, shift_id)
    shift = tx.staff.shift(shift_id)
    if shift is None or shift.paused_at is None or not shift.covers(at):
        return
    tx.staff.pause_shift(shift_id, None)
    told = Notice(
        person_id=shift.person_id,
        name="pause_ended",
        facts={"paused_at": shift.paused_at.isoformat()},
        dedupe_key=f"pause_ended:{shift_id}:{shift.paused_at.timestamp():.0f}",
    )
    tx.outbox.put([told], at)


def get_about(tx: Transaction, officer: Officer, mode: Mode, at: datetime) -> None:
    """On foot, by car or by motorcycle from now on. Raises NotOnDuty."""
    tx.staff.get_about(_running(tx, officer, at)[0], mode)


def share_spot(tx: Transaction, officer: Officer, point: Point, at: datetime) -> bool:
    """Where the officer is, kept while the shift lasts: alerts go first to who is near. False: not on duty."""
    running = tx.staff.shift_of(officer.person_id, at)
    if running is None:
        return False
    tx.staff.share_spot(running[0], point, at)
    return True


def _running(tx: Transaction, officer: Officer, at: datetime) -> tuple[str, Shift]:
    running = tx.staff.shift_of(officer.person_id, at)
    if running is None:
        raise NotOnDuty
    return running


def warn(tx: Transaction, shift_id: str, at: datetime) -> None:
    """The shift ends soon: the officer can hand over or stay."""
    tx.due.clear(WARNING, shift_id)
    _tell(tx, shift_id, "shift_ends_soon", at)


def expire(tx: Transaction, here: Here, shift_id: str, at: datetime) -> None:
    """The shift ended by itself; the hand-over is written all the same."""
    for kind in (END, PAUSE):
        tx.due.clear(kind, shift_id)
    shift = tx.staff.shift(shift_id)
    if shift is None or shift.ended_at is not None:
        return
    tx.staff.end_shift(shift_id, shift.ends_at)
    handover.write(tx, here, shift_id, shift, shift.ends_at)
    _tell(tx, shift_id, "shift_ended", at)


def dismiss(tx: Transaction, here: Here, badge: str, by: Officer | None, at: datetime) -> int:
    """Revoke, and the sector hears anew what they had in hand; `by` None: from the machine. Returns how many reports.

    Raises NotPermitted.
    """
    slot = tx.staff.slot(badge)
    leaver = tx.staff.officer(slot.person_id) if slot is not None and slot.person_id else None
    revoke(tx, badge, by.person_id if by else None, at)
    return hand_back(tx, here, leaver.person_id, by or leaver, at) if leaver is not None else 0


def revoke(tx: Transaction, badge: str, by: str | None, at: datetime) -> None:
    """No rights from this moment: shift ended, waiting messages dropped. Raises NotPermitted for oneself."""
    slot = tx.staff.slot(badge)
    if slot is None or (by is not None and slot.person_id == by):
        raise NotPermitted
    if slot.person_id is not None:
        running = tx.staff.shift_of(slot.person_id, at)
        if running is not None:
            tx.staff.end_shift(running[0], at)
        tx.outbox.silence(slot.person_id)
        person.left(tx, slot.person_id, at)
        tx.pins.forget(slot.person_id)
        gone = Notice(person_id=slot.person_id, name="revoked", facts={"role": Role.RESIDENT.value})
        tx.outbox.put([gone], at)
    tx.staff.revoke(badge, by, at)
    tx.audit.add("revoked", badge, by, at)


def _tell(tx: Transaction, shift_id: str, notice: str, at: datetime) -> None:
    shift = tx.staff.shift(shift_id)
    if shift is None or (shift.ended_at is not None and notice == "shift_ends_soon"):
        return
    in_hand = len(tx.reports.handled_by(shift.person_id))
    told = Notice(
        person_id=shift.person_id,
        name=notice,
        facts={"ends_at": shift.ends_at.isoformat(), "in_hand": in_hand, "handover": _handover(tx, shift_id)},
        lane=Lane.UPDATE,
        dedupe_key=f"{notice}:{shift_id}",
    )
    tx.outbox.put([told], at)


def _handover(tx: Transaction, shift_id: str) -> str:
    """The hand-over to which a note can be added, if there is one."""
    return shift_id if tx.handovers.get(shift_id) is not None else ""
