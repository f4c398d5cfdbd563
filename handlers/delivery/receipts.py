"""What a provider says later about a message that it had accepted."""

from __future__ import annotations

from datetime import datetime

from bot.messages import Receipt
from handlers.delivery.failures import announcement_lost, lost
from storage.store import Transaction

ANNOUNCES = ".t"  # after the reference of a message: the template that says that it waits


def take(tx: Transaction, receipt: Receipt, at: datetime) -> None:
    """A status only moves up; what failed after all is not forgotten, and handled once."""
    tx.outbox.one_by_one(receipt.provider_id)
    ref = receipt.raw.get("ref", "")
    if ref.endswith(ANNOUNCES):
        _of_announcement(tx, receipt, at)
        return
    before = tx.outbox.of_receipt(receipt.provider_id, ref)
    failure = receipt.raw.get("failure", "")
    stands = tx.outbox.status(receipt.provider_id, receipt.status, receipt.error, at, ref, failure)
    if before is None or stands != "failed" or before.state == "failed":
        return
    lost(tx, before, failure, receipt.error, at, _pause(receipt))


def _of_announcement(tx: Transaction, receipt: Receipt, at: datetime) -> None:
    """That it arrived says nothing about the words."""
    waiting = tx.outbox.announced_by(receipt.provider_id) if receipt.status == "failed" else None
    if waiting is not None:
        failure = receipt.raw.get("failure", "")
        announcement_lost(tx, waiting, failure, receipt.error, at, _pause(receipt))


def _pause(receipt: Receipt) -> float:
    return float(receipt.raw.get("wait") or 0)
