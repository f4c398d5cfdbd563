"""The public number: seven random digits and a check digit, shown 1234-5678.

The check digit is Damm's (H. M. Damm, 2004): it catches every wrong digit and every swap of two neighbours.
"""

from __future__ import annotations

import re

DIGITS = 7
NUMBERS = 10**DIGITS

# Damm's totally anti-symmetric quasigroup of order 10
_TABLE = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_SHOWN = re.compile(r"(?<!\d)(\d{4})[\s.\-–—]?(\d{4})(?!\d)")


def make(number: int) -> str:
    """The folio of a number from 0 to NUMBERS - 1: eight digits. Raises ValueError beyond."""
    if not 0 <= number < NUMBERS:
        raise ValueError("a folio has seven digits")
    digits = f"{number:07d}"
    return digits + str(_check(digits))


def valid(folio: str) -> bool:
    """Eight digits whose check digit is right?"""
    return len(folio) == DIGITS + 1 and folio.isascii() and folio.isdigit() and _check(folio) == 0


def show(folio: str) -> str:
    """As people read it: 1234-5678."""
    return f"{folio[:4]}-{folio[4:]}"


def find(text: str) -> str | None:
    """The first thing in a text that is written like a folio, right or mistyped; None if nothing is."""
    found = _SHOWN.search(text)
    return found[1] + found[2] if found else None


def _check(digits: str) -> int:
    state = 0
    for digit in digits:
        state = _TABLE[state][int(digit)]
    return state
