"""A proximity round on foot: stop by stop what was heard and what was done at once, counted without names.

The national model of proximity police counts door-to-door visits and what came of them; nobody's name is needed for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.errors import WalkOver

LONGEST = timedelta(hours=6)  # a round that nobody ended by then has ended
MOST_MET = 200  # people at one stop: a school, a market
LONGEST_TEXT = 1000


class Did(StrEnum):
    """What was done at a stop, at once."""

    LISTENED = "listened"
    ADVICE = "advice"
    MEDIATED = "mediated"
    CALLED = "called"  # services
    PROMISED = "promised"  # to come back: it stands in the ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One round of one officer in one colonia."""

    id: str
    officer_id: str
    colonia: str
    sector: str
    started_at: datetime
    ended_at: datetime | None = None

    def end(self, at: datetime) -> Walk:
        """It is over. Raises WalkOver."""
        if self.ended_at is not None:
            raise WalkOver
        return replace(self, ended_at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One door, one counter, one group on the pavement."""

    id: str
    walk_id: str
    at: datetime
    met: int = 1  # people, without names
    kind: str = ""  # what was heard, as far as it was understood; "" nothing in particular
    did: Did = Did.LISTENED
    text: str = ""
    media_id: str | None = None  # a voice note
    report_id: str | None = None  # it turned into one


@dataclass(frozen=True, slots=True)
class Summary:
    """A round in numbers."""

    stops: int
    met: int
    kinds: tuple[tuple[str, int], ...]  # the most heard first
    did: tuple[tuple[Did, int], ...]
    reports: int


def summary(stops: Iterable[Stop]) -> Summary:
    """What a round comes to."""
    every = list(stops)
    kinds = Counter(stop.kind for stop in every if stop.kind)
    did = Counter(stop.did for stop in every)
    return Summary(
        stops=len(every),
        met=sum(stop.met for stop in every),
        kinds=tuple(sorted(kinds.items(), key=lambda item: (-item[1], item[0]))),
        did=tuple((what, did[what]) for what in Did if did[what]),
        reports=sum(stop.report_id is not None for stop in every),
    )
