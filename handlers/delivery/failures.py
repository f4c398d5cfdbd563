"""A message that will not arrive: said anew, held until what hinders it is gone, or a dead letter that is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.channels import Failure
from handlers import operator
from storage.outbox import Row
from storage.store import Transaction

TRIES = 6
FIRST_PAUSE = 2.0  # seconds, doubling


def lost(tx: Transaction, row: Row, failure: str, error: str, at: datetime) -> None:
    """It was accepted, and the provider tells minutes later what a call can tell at once."""
    match Failure(failure or Failure.PERMANENT):
        case Failure.WINDOW_CLOSED:  # delivery sees it shut: a template goes, or it waits
            tx.vault.shut_window(row.person_id, at)
            tx.outbox.say_again(row.id, at)
        case Failure.GONE:
            tx.vault.stop(row.person_id, at)
            tx.outbox.say_again(row.id, at)
        case Failure.RETRY if row.attempts < TRIES:
            tx.outbox.say_again(row.id, at + timedelta(seconds=FIRST_PAUSE ** max(row.attempts, 0)))
        case _:
            dead(tx, row, error, at)


def dead(tx: Transaction, row: Row, code: str, now: datetime) -> None:
    """It will never work: kept as a dead letter, and the supervisors are told a code."""
    tx.outbox.failed(row.id, code)
    tx.inbox.bury(source="outbox", key=row.ref, reason=code[:120], raw=b"", at=now, person_id=row.person_id)
    if row.notice != "operator":
        operator.tell(tx, f"mensaje no entregado ({code})", row.ref, now)
