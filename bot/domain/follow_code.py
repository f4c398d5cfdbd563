"""The code that an officer shows on the pavement, so that a neighbour follows as their own what was noted down for them.

Six digits that say nothing about anybody, kept only as a keyed hash, good for a day and for one person. Guessing
is held off as with the codes of enrolment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.errors import ExpiredCode, UsedCode

LIVES = timedelta(hours=24)
NUMBERS = 1_000_000
TRIES = 5  # wrong ones in an hour

_DIGITS = r"(\d{3})[\s-]?(\d{3})"
_ALONE = re.compile(rf"^\s*{_DIGITS}\s*$")
_ASKED = re.compile(
    rf"^\s*(?:quiero )?(?:seguir|mi c[oó]digo|c[oó]digo)\b[^\d]{{0,40}}{_DIGITS}\s*\.?\s*$", re.IGNORECASE
)
_PAYLOAD = re.compile(r"^s(\d{6})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowCode:
    """Somebody may take over one report, until then, once."""

    report_id: str
    made_by: str  # of the staff
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None

    def use(self, at: datetime) -> FollowCode:
        """Somebody follows the report with it. Raises UsedCode, ExpiredCode."""
        if self.used_at is not None:
            raise UsedCode
        if at >= self.expires_at:
            raise ExpiredCode
        return replace(self, used_at=at)


def payload(code: str) -> str:
    """What a deep link carries."""
    return f"s{code}"


def request(code: str) -> str:
    """What a link of WhatsApp writes for the person, who only taps "send"; `asked_in` reads it."""
    return f"Seguir mi reporte: {code}"


def of_payload(start: str) -> str:
    """The code in what a deep link carried, or nothing."""
    found = _PAYLOAD.match(start)
    return found[1] if found else ""


def asked_in(text: str) -> str:
    """The code in words that ask to follow ("Seguir mi reporte: 482 913"), or nothing."""
    found = _ASKED.match(text)
    return found[1] + found[2] if found else ""


def alone_in(text: str) -> str:
    """The code when six digits are all that was written, or nothing."""
    found = _ALONE.match(text)
    return found[1] + found[2] if found else ""


def show(code: str) -> str:
    """In two threes, easier to read out."""
    return f"{code[:3]} {code[3:]}"
