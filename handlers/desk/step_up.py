"""Proving again who holds the phone: a PIN before what is delicate, remembered for some minutes, locked after some tries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.domain.errors import NotPermitted
from bot.domain.notices import Notice
from bot.municipality.municipality import Municipality
from storage.pins import Pin
from storage.roster import Slot
from storage.store import Transaction

ASKED_FOR = timedelta(minutes=5)  # how long a question for the PIN stands


@dataclass(frozen=True, slots=True)
class Proof:
    """Six digits of somebody of the staff, weighed outside of the store's thread. The digits are not in it."""

    asked: str | None  # what they were asked for when it was weighed
    against: str  # the hash they were compared with
    matches: bool
    new_hash: str = ""  # when a new PIN was asked for
    obvious: bool = False


class Verdict(Enum):
    """What became of six digits."""

    UNASKED = "unasked"
    OBVIOUS = "obvious"
    AGAIN = "again"
    DIFFERENT = "different"
    SET = "set"
    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


def proved(tx: Transaction, municipality: Municipality, person_id: str, at: datetime) -> bool:
    """Was the PIN given lately?"""
    pin = tx.pins.of(person_id)
    remembered = municipality.service.limits.pin_remembered
    return pin.locked_at is None and pin.proved_at is not None and at - pin.proved_at < remembered


def ask(tx: Transaction, person_id: str, then: str, at: datetime, *, new: bool = False) -> Pin:
    """The next six digits are for this; `then` is the button that waits for it. A locked one stays locked."""
    pin = tx.pins.of(person_id)
    if pin.locked_at is not None:
        return pin
    asked = "new" if new or not pin.hash else "check"
    pin = pin.with_(asked=asked, asked_at=at, then=then, new_hash="")
    tx.pins.keep(pin)
    return pin


def take(
    tx: Transaction, person_id: str, badge: str, proof: Proof, tries: int, at: datetime
) -> tuple[Verdict, Pin]:
    """What the six digits do. Wrong ones are counted in the store; after so many it is locked and told."""
    pin = tx.pins.of(person_id)
    asked = pin.asked if pin.asked_at is not None and at - pin.asked_at < ASKED_FOR else None
    if pin.locked_at is not None:
        return Verdict.LOCKED, pin
    if asked is None or asked != proof.asked or proof.against != _target(pin):
        return Verdict.UNASKED, pin
    verdict, pin = _step(pin, proof, tries, at)
    tx.pins.keep(pin)
    if verdict is Verdict.SET:
        tx.audit.add("pin_set", badge, person_id, at)
    elif verdict is Verdict.LOCKED:
        tx.audit.add("pin_locked", badge, person_id, at)
        _tell_locked(tx, person_id, badge, at)
    return verdict, pin


def _target(pin: Pin) -> str:
    return pin.new_hash if pin.asked == "again" else pin.hash if pin.asked == "check" else ""


def target_of(pin: Pin) -> str:
    """The hash that the next six digits are compared with; "" when there is none."""
    return _target(pin)


def _step(pin: Pin, proof: Proof, tries: int, at: datetime) -> tuple[Verdict, Pin]:
    if pin.asked == "new":
        if proof.obvious:
            return Verdict.OBVIOUS, pin
        return Verdict.AGAIN, pin.with_(asked="again", new_hash=proof.new_hash, asked_at=at)
    done = dict(asked=None, asked_at=None, new_hash="", wrong=0, proved_at=at)
    if pin.asked == "again":
        if proof.matches:
            return Verdict.SET, pin.with_(hash=pin.new_hash, **done)
        return Verdict.DIFFERENT, pin.with_(asked="new", new_hash="", asked_at=at)
    if proof.matches:
        return Verdict.RIGHT, pin.with_(**done)
    return _missed(pin.with_(asked_at=at), tries, at)


def _missed(pin: Pin, tries: int, at: datetime) -> tuple[Verdict, Pin]:
    wrong = pin.wrong + 1
    if wrong >= tries:
        return Verdict.LOCKED, pin.with_(wrong=wrong, locked_at=at, asked=None, then=None, proved_at=None)
    return Verdict.WRONG, pin.with_(wrong=wrong)


def at_the_machine(tx: Transaction, slot: Slot, proof: Proof, tries: int, at: datetime) -> Verdict:
    """The same PIN on the command line: the same counter, the same lock."""
    assert slot.person_id is not None  # an active one
    pin = tx.pins.of(slot.person_id)
    if pin.locked_at is not None:
        return Verdict.LOCKED
    if not pin.hash or pin.hash != proof.against:
        return Verdict.UNASKED
    if proof.matches:
        tx.pins.keep(pin.with_(wrong=0))
        return Verdict.RIGHT
    verdict, pin = _missed(pin, tries, at)
    tx.pins.keep(pin)
    if verdict is Verdict.LOCKED:
        tx.audit.add("pin_locked", slot.badge, slot.person_id, at)
        _tell_locked(tx, slot.person_id, slot.badge, at)
    return verdict


def _tell_locked(tx: Transaction, person_id: str, badge: str, at: datetime) -> None:
    slot = tx.staff.slot(badge)
    facts = {"badge": badge, "name": slot.name if slot else badge}
    told = [
        Notice(
            person_id=one.person_id,
            name="pin_locked",
            facts=facts,
            dedupe_key=f"pin:{badge}:{at.isoformat()}:{one.person_id}",
        )
        for one in tx.staff.roster(at).supervisors()
        if one.person_id != person_id
    ]
    tx.outbox.put(told, at)


def reset(tx: Transaction, badge: str, by: str | None, at: datetime) -> str:
    """The PIN is gone, and the next one is set anew; returns the name. Raises NotPermitted for one's own."""
    slot = tx.staff.slot(badge)
    if slot is None or slot.person_id is None or slot.person_id == by:
        raise NotPermitted
    tx.pins.forget(slot.person_id)
    tx.audit.add("pin_reset", badge, by, at)
    return slot.name
