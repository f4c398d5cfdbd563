"""What a button carries: a short text saying what it does, signed for the one person it was shown to.

Telegram lets 64 bytes through and custom clients may send any; the mark binds the text to the person, and the
right to do it is read again when it comes back.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode

from bot.keyed import Keyed

MARK = 11  # characters: 66 bits
LONGEST = 64  # bytes, Telegram's callback_data


class Tokens:
    """Signs what goes out on buttons, opens what comes back."""

    def __init__(self, key: bytes) -> None:
        self._code = Keyed(key)

    def __repr__(self) -> str:
        return "Tokens(***)"

    def sign(self, person_id: str, body: str) -> str:
        """The token of a button. Raises ValueError when it would be too long for the narrowest channel."""
        token = f"{body}.{self._mark(person_id, body)}"
        if len(token.encode()) > LONGEST:
            raise ValueError(f"button too long: {body}")
        return token

    def open(self, person_id: str, token: str) -> str | None:
        """The text of a token, or None when it was not made for this person."""
        body, _, mark = token.rpartition(".")
        right = self._mark(person_id, body)
        return body if body and hmac.compare_digest(mark.encode(), right.encode()) else None

    def _mark(self, person_id: str, body: str) -> str:
        code = self._code(f"{person_id}|{body}".encode("utf-8", "replace"))
        return urlsafe_b64encode(code)[:MARK].decode()
