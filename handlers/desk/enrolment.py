"""Enrolment: a slot, a one-time code, a number that both sides see, a supervisor's approval."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.errors import ApprovalOver, BadCode, NotPermitted, TooMany
from bot.domain.notices import Lane, Notice
from bot.domain.roster import Role
from handlers.desk import places
from handlers.here import Here
from storage.people import Person
from storage.roster import Slot
from storage.store import Transaction

CODE_LIVES = timedelta(minutes=30)
FIRST_CODE_LIVES = timedelta(hours=24)  # of a supervisor made on the command line
TRIES = 5
AN_HOUR = 3600.0


def invite(tx: Transaction, here: Here, badge: str, by: str | None, at: datetime) -> str:
    """A one-time code for a slot. Raises NotPermitted when nobody has that badge."""
    slot = tx.staff.slot(badge)
    if slot is None or slot.state == "active":
        raise NotPermitted
    code = here.code()
    tx.staff.invite(badge, code, at + CODE_LIVES, by, at)
    tx.requests.set_setting(f"trusted:{badge}", "no")  # a code of the command line that nobody used is void
    tx.audit.add("invited", badge, by, at)
    return code


def first_supervisor(tx: Transaction, badge: str, name: str, code: str, at: datetime) -> None:
    """A supervisor made on the command line: who runs that command is trusted, so no one else approves.

    A place that is known keeps its sectors and its confidential lists. Raises NotPermitted when somebody fills it.
    """
    known = tx.staff.slot(badge)
    if known is not None and known.state == "active":
        raise NotPermitted
    sectors, lists = (known.sectors, known.lists) if known else ((), ())
    tx.staff.expect(badge=badge, name=name, role=Role.SUPERVISOR, sectors=sectors, lists=lists, at=at)
    tx.staff.invite(badge, code, at + FIRST_CODE_LIVES, None, at)
    tx.requests.set_setting(f"trusted:{badge}", "yes")
    tx.audit.add("first_supervisor", badge, None, at)


def enrol(tx: Transaction, here: Here, person: Person, code: str, at: datetime) -> Slot:
    """Somebody sends a code. Raises BadCode (wrong, used, expired), TooMany."""
    if tx.people.counted(person.id, "wrong_code", at, within_seconds=AN_HOUR) >= TRIES:
        raise TooMany
    slot = tx.staff.of_code(code)
    known = slot is not None and slot.code_expires_at is not None and at < slot.code_expires_at
    if slot is None or not known or tx.staff.slot_of(person.id) is not None:
        tx.people.count(person.id, "wrong_code", at, within_seconds=AN_HOUR)
        raise BadCode
    number = here.check_number()
    tx.staff.enrol(slot.badge, person.id, number, at)
    if tx.requests.setting(f"trusted:{slot.badge}") == "yes":
        approve(tx, slot.badge, number, None, at)
    else:
        _ask_supervisors(tx, slot.badge, at)
    enrolled = tx.staff.slot(slot.badge)
    assert enrolled is not None  # it was just written
    return enrolled


def approve(tx: Transaction, badge: str, number: str, by: str | None, at: datetime) -> Slot:
    """A supervisor confirms that the number is the same on both sides.

    Raises ApprovalOver: who showed that number waits no longer; NotPermitted for oneself.
    """
    slot = _waits(tx, badge, number)
    if slot.person_id is None or slot.person_id == by:
        raise NotPermitted
    tx.staff.approve(badge, by, at)
    tx.people.set_role(slot.person_id, slot.role)
    tx.requests.set_setting(f"trusted:{badge}", "no")
    tx.audit.add("approved", badge, by, at)
    told = Notice(person_id=slot.person_id, name="approved", facts={"role": slot.role.value}, lane=Lane.REPLY)
    tx.outbox.put([told], at)
    if slot.role is Role.SUPERVISOR:
        places.put_before(tx, slot.person_id, at)
    return slot


def _waits(tx: Transaction, badge: str, number: str) -> Slot:
    """Somebody used a code, and that number was shown to them. Raises ApprovalOver."""
    slot = tx.staff.slot(badge)
    if slot is None or slot.state != "pending" or slot.check_number != number:
        raise ApprovalOver
    return slot


def refuse(tx: Transaction, badge: str, number: str, by: str, at: datetime) -> None:
    """The number is another one: whoever used the code gets nothing. Raises ApprovalOver."""
    _waits(tx, badge, number)
    tx.staff.revoke(badge, by, at)
    tx.audit.add("refused", badge, by, at)


def _ask_supervisors(tx: Transaction, badge: str, at: datetime) -> None:
    slot = tx.staff.slot(badge)
    assert slot is not None
    facts = {"badge": badge, "name": slot.name, "number": slot.check_number}
    notices = [
        Notice(
            person_id=supervisor.person_id,
            name="approval_wanted",
            facts=facts,
            lane=Lane.UPDATE,
            dedupe_key=f"approve:{badge}:{slot.check_number}:{supervisor.person_id}:{at.timestamp()}",
        )
        for supervisor in tx.staff.roster(at).supervisors()
    ]
    tx.outbox.put(notices, at)
