"""The roster sheet, as pure rules: patterns of duty, the shifts that they make, overlaps and gaps.

Patterns of Mexican municipal forces (`24x24` is the one documented for this department; `12x12`, `12x24` and `24x48`
are the others in use): so many hours on, so many off, from a first hour. What fits none is written shift by shift.
A planned shift only proposes: nobody is on duty before their own tap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from bot.domain.roster import Mode

A_DAY = timedelta(days=1)


class Pattern(StrEnum):
    """Hours on and hours off; FREE is written shift by shift."""

    ON_24_OFF_24 = "24x24"
    ON_12_OFF_12 = "12x12"
    ON_12_OFF_24 = "12x24"
    ON_24_OFF_48 = "24x48"
    FREE = "libre"

    @property
    def hours(self) -> tuple[int, int]:
        """On and off. Raises ValueError for FREE, which has neither."""
        on, _, off = self.value.partition("x")
        return int(on), int(off)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedShift:
    """A shift that the roster foresees for a place of the staff."""

    badge: str
    starts_at: datetime
    ends_at: datetime
    sectors: tuple[str, ...] = ()  # slugs; none: those of the officer
    mode: Mode | None = None

    def covers(self, at: datetime) -> bool:
        """Is that moment inside?"""
        return self.starts_at <= at < self.ends_at

    def overlaps(self, other: PlannedShift) -> bool:
        """Of the same person, with a moment in common?"""
        return self.badge == other.badge and self.starts_at < other.ends_at and other.starts_at < self.ends_at


def spans(
    pattern: Pattern, first: date, last: date, opens: time, closes: time | None, zone: tzinfo
) -> Iterator[tuple[datetime, datetime]]:
    """The shifts of a row, as local moments: those that begin from the first day to the last, both included.

    Raises ValueError for a free row without an end.
    """
    start = datetime.combine(first, opens, zone)
    if pattern is Pattern.FREE:
        if closes is None:
            raise ValueError("a free shift has an end")
        while start.date() <= last:
            end = datetime.combine(start.date(), closes, zone)
            yield start, end if closes > opens else end + A_DAY
            start += A_DAY
        return
    on, off = pattern.hours
    while start.date() <= last:
        yield start, start + timedelta(hours=on)
        start += timedelta(hours=on + off)


def proposed(
    planned: Iterable[PlannedShift], at: datetime, early: timedelta, shortest: timedelta
) -> PlannedShift | None:
    """The shift to propose to who comes in now: the one that runs with enough left of it, else the next within reach."""
    near = sorted((one for one in planned if one.ends_at > at), key=lambda one: one.starts_at)
    running = [one for one in near if one.covers(at) and one.ends_at - at >= shortest]
    coming = [one for one in near if at < one.starts_at <= at + early]
    return next(iter((*running, *coming)), None)


@dataclass(frozen=True, slots=True)
class Gap:
    """A sector that nobody covers from one moment to another."""

    sector: str
    starts_at: datetime
    ends_at: datetime


Covered = tuple[tuple[str, ...], datetime, datetime]  # sectors, from, to


def gaps(sectors: Sequence[str], covered: Iterable[Covered], since: datetime, until: datetime) -> list[Gap]:
    """When each sector has nobody, in the order of time."""
    spans_of: dict[str, list[tuple[datetime, datetime]]] = {sector: [] for sector in sectors}
    for where, start, end in covered:
        for sector in where:
            if sector in spans_of:
                spans_of[sector].append((start, end))
    found = [gap for sector in sectors for gap in _open_spans(sector, spans_of[sector], since, until)]
    return sorted(found, key=lambda gap: gap.starts_at)


def _open_spans(
    sector: str, covered: list[tuple[datetime, datetime]], since: datetime, until: datetime
) -> Iterator[Gap]:
    free_from = since
    for start, end in sorted(covered):
        if start >= until:
            break
        if start > free_from:
            yield Gap(sector, free_from, start)
        free_from = max(free_from, end)
    if free_from < until:
        yield Gap(sector, free_from, until)
