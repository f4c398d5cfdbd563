"""What a provider says later about a message that it had accepted."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.channels import Failure
from bot.messages import Receipt
from handlers.delivery.sender import dead
from storage.outbox import Row
from storage.store import Transaction

TRIES = 6
FIRST_PAUSE = 2.0  # seconds, doubling


def take(tx: Transaction, receipt: Receipt, at: datetime) -> None:
    """A status only moves up; what failed after all is not forgotten, and handled once."""
    tx.outbox.one_by_one(receipt.provider_id)
    ref = receipt.raw.get("ref", "")
    before = tx.outbox.of_receipt(receipt.provider_id, ref)
    stands = tx.outbox.status(receipt.provider_id, receipt.status, receipt.error, at, ref)
    if before is None or stands != "failed" or before.state == "failed":
        return
    _failed(tx, before, receipt, at)


def _failed(tx: Transaction, row: Row, receipt: Receipt, at: datetime) -> None:
    """The same failures that a call can have, minutes later."""
    failure = Failure(receipt.raw.get("failure") or Failure.PERMANENT)
    if failure is Failure.WINDOW_CLOSED:  # delivery sees it shut: a template goes, or it waits
        tx.vault.shut_window(row.person_id, at)
        tx.outbox.say_again(row.id, at)
    elif failure is Failure.GONE:
        tx.vault.stop(row.person_id, at)
        tx.outbox.say_again(row.id, at)
    elif failure is Failure.RETRY and row.attempts < TRIES:
        tx.outbox.say_again(row.id, at + timedelta(seconds=FIRST_PAUSE ** max(row.attempts, 0)))
    else:
        dead(tx, row, receipt.error, at)
