"""What a provider says later about a message that it had accepted."""

from __future__ import annotations

from datetime import datetime

from bot.messages import Receipt
from handlers.delivery.failures import lost
from storage.store import Transaction


def take(tx: Transaction, receipt: Receipt, at: datetime) -> None:
    """A status only moves up; what failed after all is not forgotten, and handled once."""
    tx.outbox.one_by_one(receipt.provider_id)
    ref = receipt.raw.get("ref", "")
    before = tx.outbox.of_receipt(receipt.provider_id, ref)
    failure = receipt.raw.get("failure", "")
    stands = tx.outbox.status(receipt.provider_id, receipt.status, receipt.error, at, ref, failure)
    if before is None or stands != "failed" or before.state == "failed":
        return
    lost(tx, before, failure, receipt.error, at, float(receipt.raw.get("wait") or 0))
