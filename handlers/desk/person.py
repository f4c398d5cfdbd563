"""Somebody asked for a person: the supervisors hear it, and again while nobody answers; nobody's silence ends it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.notices import Lane, Notice
from handlers.here import Here
from storage.due import DueItem
from storage.store import Transaction

WAITS = "help_waits"  # for an answer of a person; closed by an answer, or by the end of the talk
AGAIN_AFTER = timedelta(hours=1)


def wait(tx: Transaction, here: Here, request_id: str, at: datetime) -> None:
    """From now on somebody waits; what waits already is counted from its own moment."""
    if tx.due.get(WAITS, request_id) is None:
        tx.due.set(WAITS, request_id, at + here.municipality.service.desk.usual_wait)


def answered(tx: Transaction, request_id: str) -> None:
    """A person answered, or the talk is over."""
    tx.due.clear(WAITS, request_id)


def call(tx: Transaction, request_id: str, at: datetime, *, again: bool = False) -> None:
    """Every supervisor hears that somebody waits."""
    notices = [
        Notice(
            person_id=one.person_id,
            name="help_wanted",
            facts={"request": request_id, "again": again},
            lane=Lane.UPDATE,
            dedupe_key=f"help:{request_id}:{at.isoformat()}:{one.person_id}",
        )
        for one in tx.staff.roster(at).supervisors()
    ]
    tx.outbox.put(notices, at)


def remind(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
    """Nobody answered yet: anybody may now, and all hear it again, in the hours in which somebody is to be there."""
    request = tx.requests.help(item.subject)
    if request is None or request.closed_at is not None:
        tx.due.clear(WAITS, item.subject)
        return
    desk = here.municipality.service.desk
    if not desk.hours or desk.open_at(at.astimezone(here.municipality.time_zone)):
        tx.requests.free_help(request.id)
        call(tx, request.id, at, again=True)
    tx.due.set(WAITS, item.subject, at + AGAIN_AFTER)


def left(tx: Transaction, person_id: str, at: datetime) -> None:
    """Whoever had these talks is gone: who waits there is everybody's again, and they hear it."""
    for request in tx.requests.help_taken_by(person_id):
        tx.requests.free_help(request.id)
        tx.due.set(WAITS, request.id, at)
