"""How many messages each person sent in this minute that no store counts yet: a hint that costs a turn nothing.

It holds while this process alone hears everybody. What was heard before it began is read once at its start, and beside
other processes nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime


class Pace:
    """The ordinary messages of one minute, by person."""

    def __init__(self) -> None:
        self._alone = True
        self._minute: datetime | None = None
        self._heard: dict[str, int] = {}

    def share(self, live: int) -> None:
        """So many processes hear people."""
        self._alone = live == 1

    def began(self, minute: datetime, heard: Mapping[str, int]) -> None:
        """What was heard in that minute, and is counted nowhere, before this process began."""
        self._minute, self._heard = minute, dict(heard)

    def more(self, person_id: str, at: datetime, most: int) -> bool:
        """One more message that is counted here alone; False when the store has to count it."""
        minute = minute_of(at)
        if minute != self._minute:
            self._minute, self._heard = minute, {}
        if not self._alone or self.of(person_id) >= most:
            return False
        self._heard[person_id] = self.of(person_id) + 1
        return True

    def of(self, person_id: str) -> int:
        """How many are counted here alone."""
        return self._heard.get(person_id, 0)


def minute_of(at: datetime) -> datetime:
    """Its beginning."""
    return at.replace(second=0, microsecond=0)
