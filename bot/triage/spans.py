"""What a time phrase is made of, and the stretches of the calendar it can mean."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

HOURS = {"madrugada": (0, 6), "manana": (6, 12), "mediodia": (12, 14), "tarde": (12, 19), "noche": (19, 24)}
PART_WORDS = {
    **{name: name for name in HOURS},
    "medio dia": "mediodia",
    "mananita": "manana",
    "primera hora": "manana",
    "tempran": "manana",
    "amanec": "manana",
    "anochec": "noche",
    "morning": "manana",
    "afternoon": "tarde",
    "evening": "noche",
    "night": "noche",
}
NIGHT_ENDS = 6
ONE_DAY = timedelta(days=1)


class Span(NamedTuple):
    """From a moment to a moment."""

    start: datetime
    end: datetime


class Group(NamedTuple):
    """Neighbouring pieces that make one phrase."""

    day: re.Match[str] | None
    clock: re.Match[str] | None
    part: re.Match[str] | None
    kind: str
    start: int
    end: int
    since: bool = False


def said(match: re.Match[str] | None, name: str) -> str:
    """What a named group found; alternatives of one pattern number theirs (hour, hour2, hour3)."""
    named = match.groupdict() if match else {}
    return next((named[key] for key in (name, f"{name}2", f"{name}3") if named.get(key)), "") or ""


def part_name(group: Group) -> str:
    """The part of the day the phrase names, or nothing; "mañana" as a day is no morning."""
    day = group.day if group.kind not in ("tomorrow", "after_tomorrow") else None
    words = [said(group.clock, "part"), *(piece.group() for piece in (group.part, day) if piece)]
    return next((name for said_so in words if (name := _part_in(said_so))), "")


def _part_in(words: str) -> str:
    if "anoche" in words:
        return "noche"
    return next((name for word, name in PART_WORDS.items() if word in words), "")


def midnight(day: date, local: datetime) -> datetime:
    """The beginning of the day, in the zone of the moment."""
    return datetime.combine(day, time(), tzinfo=local.tzinfo)


def whole(start: datetime) -> Span:
    """The day that begins then."""
    return Span(start, start + ONE_DAY)


def night(start: datetime) -> Span:
    """The night that follows the day that begins then."""
    return Span(start + timedelta(hours=19), start + timedelta(days=1, hours=NIGHT_ENDS))


def in_part(part: str, day: Span | None, local: datetime) -> Span:
    """That part of the day; without a day, the last one that has begun."""
    first, last = HOURS[part or "noche"]
    base = day.start if day else midnight(local.date(), local)
    start = base + timedelta(hours=first)
    if day is None and start > local:
        start -= ONE_DAY
    end = start + timedelta(hours=last - first)
    if part == "noche":
        end += timedelta(hours=NIGHT_ENDS)
    return Span(start, end)
