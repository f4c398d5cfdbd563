"""The PIN of staff: six digits, kept as argon2id, told from the obvious ones."""

from __future__ import annotations

import re

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

# RFC 9106's second choice with one lane: some 50 ms and 64 MiB a guess. Never in the writer's thread.
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
_SIX = re.compile(r"\s*(\d{6})\s*")
_RUN = "01234567890"


def six_digits(text: str) -> str:
    """The six digits that a message is, and nothing else; "" when it is not."""
    found = _SIX.fullmatch(text)
    return found[1] if found else ""


def obvious(pin: str) -> bool:
    """One digit, a run up or down, one half twice: the first that a finder of the phone tries."""
    return len(set(pin)) <= 2 or pin in _RUN or pin[::-1] in _RUN or pin[:3] == pin[3:]


def hashed(pin: str) -> str:
    """argon2id with a salt of its own. Takes a while on purpose."""
    return _HASHER.hash(pin)


def matches(kept: str, pin: str) -> bool:
    """Is it that PIN? Takes a while on purpose."""
    try:
        return bool(kept) and _HASHER.verify(kept, pin)
    except (Argon2Error, InvalidHashError):
        return False
