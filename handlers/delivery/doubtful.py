"""Messages of which nobody knows whether they were accepted: a timeout, a crash between "accepted" and "noted".

Neither provider has an idempotency key. Twilio can be asked first; Telegram can't, so an alert goes again soon and
says "(reintento)" (a duplicate is better than a loss), a reply a little later.
"""

from __future__ import annotations

from bot.domain.notices import Lane
from storage.outbox import Row

ALERT_AFTER = 5.0  # seconds
REPLY_AFTER = 15.0


def look_after(row: Row) -> float:
    """Seconds until it is looked up, and sent again when it is not found."""
    return ALERT_AFTER if row.lane == Lane.ALERT else REPLY_AFTER
