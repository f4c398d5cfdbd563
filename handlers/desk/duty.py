"""Shifts: made by a tap, ended by a tap or by themselves."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Literal

from bot.domain.errors import NotPermitted
from bot.domain.handover import Handover
from bot.domain.notices import Lane, Notice
from bot.domain.roster import Officer, Role, Shift
from handlers.desk import handover
from handlers.here import Here
from storage.store import Transaction

WARNING = "shift_warning"
END = "shift_end"


def start(tx: Transaction, here: Here, officer: Officer, at: datetime) -> Shift:
    """The officer is on duty until the configured end; a running shift stays as it is."""
    running = tx.staff.shift_of(officer.person_id, at)
    if running is not None:
        return running[1]
    duty = here.municipality.service.duty
    ends_at = duty.ends_at(at.astimezone(here.municipality.time_zone)).astimezone(at.tzinfo)
    shift = Shift(person_id=officer.person_id, sectors=officer.sectors, starts_at=at, ends_at=ends_at)
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
    tx.due.clear(WARNING, shift_id)
    tx.due.clear(END, shift_id)
    return handover.write(tx, here, shift_id, shift, at)


def warn(tx: Transaction, shift_id: str, at: datetime) -> None:
    """The shift ends soon: the officer can hand over or stay."""
    tx.due.clear(WARNING, shift_id)
    _tell(tx, shift_id, "shift_ends_soon", at)


def expire(tx: Transaction, here: Here, shift_id: str, at: datetime) -> None:
    """The shift ended by itself; the hand-over is written all the same."""
    tx.due.clear(END, shift_id)
    shift = tx.staff.shift(shift_id)
    if shift is None or shift.ended_at is not None:
        return
    tx.staff.end_shift(shift_id, shift.ends_at)
    handover.write(tx, here, shift_id, shift, shift.ends_at)
    _tell(tx, shift_id, "shift_ended", at)


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
