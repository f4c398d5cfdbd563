"""Twilio's error codes in our words: again later? our fault? (channels.md A7)"""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.channels import Failure, SendError

FAILURES: Mapping[str, Failure] = {
    "14107": Failure.RETRY,  # sender rate exceeded
    "20003": Failure.MISCONFIGURED,  # credentials
    "20404": Failure.MISCONFIGURED,  # no such account
    "20429": Failure.RETRY,  # too many requests, not processed
    "20500": Failure.RETRY,
    "20503": Failure.RETRY,
    "21211": Failure.GONE,  # not a recipient
    "21212": Failure.MISCONFIGURED,  # not a sender
    "21408": Failure.MISCONFIGURED,  # region not enabled
    "21602": Failure.PERMANENT,  # nothing to say
    "21603": Failure.MISCONFIGURED,
    "21604": Failure.PERMANENT,
    "21606": Failure.MISCONFIGURED,
    "21608": Failure.PERMANENT,  # trial account: number not verified
    "21610": Failure.GONE,  # opted out
    "21611": Failure.RETRY,  # sender's queue is full
    "21614": Failure.GONE,
    "21617": Failure.PERMANENT,  # text too long: our renderer must split
    "21620": Failure.PERMANENT,  # media address
    "21654": Failure.MISCONFIGURED,  # content and its variables
    "21655": Failure.MISCONFIGURED,
    "21656": Failure.MISCONFIGURED,
    "21910": Failure.MISCONFIGURED,  # From and To of different channels
    "30001": Failure.RETRY,  # queue overflow
    "63001": Failure.MISCONFIGURED,  # the channel does not know us
    "63002": Failure.MISCONFIGURED,
    "63003": Failure.GONE,  # not on WhatsApp
    "63005": Failure.PERMANENT,  # content refused
    "63006": Failure.PERMANENT,
    "63007": Failure.MISCONFIGURED,  # no such sender
    "63009": Failure.RETRY,  # provider's own trouble
    "63010": Failure.RETRY,
    "63012": Failure.RETRY,
    "63013": Failure.PERMANENT,  # policy
    "63014": Failure.GONE,  # blocked by the person
    "63015": Failure.PERMANENT,  # sandbox not joined
    "63016": Failure.WINDOW_CLOSED,
    "63017": Failure.RETRY,  # rate
    "63018": Failure.RETRY,
    "63019": Failure.PERMANENT,  # media could not be fetched from us
    "63020": Failure.MISCONFIGURED,  # business manager
    "63021": Failure.PERMANENT,  # too long
    "63024": Failure.GONE,
    "63026": Failure.RETRY,  # slowed down for spam
    "63027": Failure.MISCONFIGURED,  # template or language missing
    "63028": Failure.MISCONFIGURED,  # number of variables
    "63030": Failure.MISCONFIGURED,
    "63031": Failure.PERMANENT,  # to ourselves
    "63032": Failure.PERMANENT,  # WhatsApp withholds it from this person
    "63033": Failure.GONE,
    "63034": Failure.PERMANENT,  # media too large
    "63037": Failure.PERMANENT,
    "63038": Failure.RETRY,  # daily limit
    "63040": Failure.PERMANENT,  # one template rejected or paused: the others still go
    "63041": Failure.PERMANENT,
    "63049": Failure.PERMANENT,  # marketing withheld
}
"""What is missing here is PERMANENT: recorded and told to the operator, never repeated blindly."""

WAIT_SECONDS: Mapping[str, float] = {
    "20429": 2,
    "63017": 30,
    "63018": 60,
    "63026": 300,
    "63038": 3 * 3600,
}

REFUSED_SHELL = frozenset({"21654", "21655", "21656", "63005", "63021", "63027", "63028", "63030"})
"""Codes after which the same choice is said again as numbered text."""

_BY_STATUS: Mapping[int, Failure] = {
    401: Failure.MISCONFIGURED,
    403: Failure.MISCONFIGURED,
    404: Failure.MISCONFIGURED,
    408: Failure.UNKNOWN,
    429: Failure.RETRY,
    500: Failure.RETRY,
    503: Failure.RETRY,
}


def failure_of(code: str) -> Failure:
    """What a code means, in an answer or in a status callback."""
    return FAILURES.get(code, Failure.PERMANENT)


def refusal(status: int, body: bytes, retry_after: str = "") -> SendError:
    """The error for an HTTP answer that is not a success."""
    return named(status, _code_in(body), _seconds(retry_after))


def named(status: int, code: str, retry_after: float | None = None) -> SendError:
    """The error for an HTTP status and Twilio's own code ("" where a gateway answered instead)."""
    wait = retry_after or WAIT_SECONDS.get(code)
    if code in FAILURES:
        return SendError(FAILURES[code], code, retry_after=wait)
    return SendError(_by_status(status, code), code or str(status), retry_after=wait)


def _by_status(status: int, code: str) -> Failure:
    """What an answer means whose code we don't know."""
    if status < 400:  # redirected: that is not Twilio's address
        return Failure.MISCONFIGURED
    if status > 500 and status != 503 and not code:
        return Failure.UNKNOWN  # a gateway gave up waiting: what stands behind it may have accepted
    return _BY_STATUS.get(status, Failure.RETRY if status > 500 else Failure.PERMANENT)


def _code_in(body: bytes) -> str:
    """Twilio's own code, or "" where something else answered (a gateway's HTML)."""
    try:
        told = json.loads(body)
    except ValueError:  # also UnicodeDecodeError
        return ""
    code = told.get("code") if isinstance(told, dict) else None
    return str(code) if isinstance(code, int) else ""


def _seconds(header: str) -> float | None:
    return float(header) if header.isascii() and header.isdigit() else None
