"""What a place remembers for officers who rotate: kinds, promises, what was done; no names and no words of anybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.report import Report

WITHIN_M = 150.0
REACHES_BACK = timedelta(days=365)
REPEATS_WITHIN = timedelta(days=30)
REPEATS = 3  # of one kind in one cell in that time: a place that needs care


@dataclass(frozen=True, slots=True)
class OfKind:
    """How often one kind happened there."""

    kind: str
    n: int
    still_open: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Repeat:
    """A kind that comes back in one place."""

    colonia: str
    kind: str
    n: int


def by_kind(reports: Iterable[Report]) -> list[OfKind]:
    """The kinds of some reports, the most frequent first, then the latest."""
    found: dict[str, OfKind] = {}
    for report in reports:
        one = found.get(report.kind) or OfKind(report.kind, 0, 0, report.opened_at)
        found[report.kind] = OfKind(
            report.kind,
            one.n + 1,
            one.still_open + report.status.open,
            max(one.last_at, report.opened_at),
        )
    return sorted(found.values(), key=lambda one: (-one.n, -one.last_at.timestamp()))
