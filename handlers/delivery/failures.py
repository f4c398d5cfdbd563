"""A message that will not arrive: said anew, held until what hinders it is gone, or a dead letter that is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.channels import Failure
from handlers import operator
from storage.outbox import Row
from storage.store import Transaction

TRIES = 20  # ten hours: providers are down for an evening, or let us say no more today
FIRST_PAUSE = 2.0  # seconds, doubling
LONGEST_PAUSE = 3600.0


def lost(tx: Transaction, row: Row, failure: str, error: str, at: datetime, pause: float = 0.0) -> None:
    """It was accepted, and the provider tells minutes later what a call can tell at once.

    `pause`: the seconds that it wants us to wait, as far as they are known.
    """
    match Failure(failure or Failure.PERMANENT):
        case Failure.WINDOW_CLOSED:  # delivery sees it shut: a template goes, or it waits
            tx.vault.shut_window(row.person_id, at)
            tx.outbox.say_again(row.id, at)
        case Failure.GONE:
            tx.vault.stop(row.person_id, at)
            tx.outbox.say_again(row.id, at)
        case Failure.RETRY if row.attempts < TRIES:
            _later(tx, row, pause, at)
        case _:
            dead(tx, row, error, at)


def announcement_lost(
    tx: Transaction, row: Row, failure: str, error: str, at: datetime, pause: float
) -> None:
    """The template that says that there is news did not arrive: the words wait on, the next news announce themselves."""
    match Failure(failure or Failure.PERMANENT):
        case Failure.RETRY if row.attempts < TRIES:
            _later(tx, row, pause, at)
            return
        case Failure.GONE:
            tx.vault.stop(row.person_id, at)
        case _:
            operator.tell(
                tx, f"plantilla de WhatsApp no entregada ({error})", f"template:{error}:{at:%Y-%m-%d}", at
            )
    tx.outbox.wait_for_window(row.id, error or Failure.PERMANENT)


def _later(tx: Transaction, row: Row, pause: float, at: datetime) -> None:
    seconds = max(pause, min(LONGEST_PAUSE, FIRST_PAUSE**row.attempts))
    tx.outbox.say_again(row.id, at + timedelta(seconds=seconds))


def dead(tx: Transaction, row: Row, code: str, now: datetime) -> None:
    """It will never work: kept as a dead letter, and the supervisors are told a code."""
    tx.outbox.failed(row.id, code)
    tx.inbox.bury(source="outbox", key=row.ref, reason=code[:120], raw=b"", at=now, person_id=row.person_id)
    if row.notice != "operator":
        operator.tell(tx, f"mensaje no entregado ({code})", row.ref, now)
