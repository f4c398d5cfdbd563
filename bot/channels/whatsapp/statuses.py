"""What Twilio says later about a message, in our five words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs

from bot.channels.whatsapp.errors import WAIT_SECONDS, failure_of
from bot.messages import Receipt

STATUSES: Mapping[str, str] = {
    "accepted": "queued",
    "scheduled": "queued",
    "queued": "queued",
    "sending": "queued",
    "sent": "sent",
    "partially_delivered": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
"""`receiving` and `received` are of messages to us, and say nothing here."""

_REFERENCE = re.compile(r"[\w.:-]{1,100}")
_CODE = re.compile(r"\d{1,6}")


def read(fields: Mapping[str, str], query: str) -> Receipt | None:
    """The receipt in a verified callback; None where it is about nothing that we sent.

    `raw` holds `ref` (our outbox reference, from the address that we gave and Twilio signed), Twilio's own
    word (`said`), and on failure the Failure that its code means (`failure`) and the seconds that it wants us to
    wait (`wait`). No address of a person.
    """
    said = fields.get("MessageStatus") or fields.get("SmsStatus", "")
    if said not in STATUSES:
        return None
    status = STATUSES[said]
    error = _matching(_CODE, fields.get("ErrorCode", "")) if status == "failed" else ""
    raw = {"ref": reference(query), "said": said}
    if status == "failed":
        raw |= {"failure": failure_of(error).value, "wait": str(WAIT_SECONDS.get(error, 0))}
    return Receipt(provider_id=fields["MessageSid"], status=status, error=error, raw=raw)


def reference(query: str) -> str:
    """Our outbox reference in the callback's query."""
    return _matching(_REFERENCE, parse_qs(query).get("ref", [""])[0])


def _matching(pattern: re.Pattern[str], text: str) -> str:
    return text if pattern.fullmatch(text) else ""
