"""The hour of a phrase: "tipo 11", "a las dos y media de la tarde", "hasta las 4"."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.triage.calendar_words import NUMBERS
from bot.triage.spans import Group, Span, midnight, part_name, said

UNTIL = ("hasta", "asta", "until")
LATEST_PARTY = 6
"""What lasts "hasta las 4" lasts until four in the morning."""
OVER_MIDNIGHT = ("last_night", "night_before")
"""Three in the morning of "anoche" is today's."""


def clock(match: re.Match[str], part: str) -> tuple[int, int]:
    """Hour (24 may mean midnight) and minute; without a hint, an hour up to eleven is of the afternoon or night."""
    noon = said(match, "noon")
    if noon:
        return (12, 0) if noon.endswith("dia") else (24, 0)
    hour = _number(said(match, "hour"))
    minute = _minute(said(match, "minute"), said(match, "fraction"))
    half = half_of_day(match)
    if "menos" in said(match, "fraction"):
        hour -= 1
    if lasts_until(match) and hour <= LATEST_PARTY and not half and not part:
        return hour, minute
    return _of_day(hour, half, part), minute


def until(match: re.Match[str], part: str) -> int | None:
    """The hour at which a stretch ends, when one is said."""
    last = said(match, "until")
    return _of_day(_number(last), half_of_day(match), part) if last else None


def lasts_until(match: re.Match[str]) -> bool:
    """Whether the hour is an end ("hasta las 4") and not a beginning."""
    return match.group().startswith(UNTIL)


def half_of_day(match: re.Match[str]) -> str:
    """am, pm or nothing."""
    return said(match, "half").replace(".", "").replace(" ", "")


def _number(word: str) -> int:
    return NUMBERS.get(word) or int(word)


def _minute(digits: str, fraction: str) -> int:
    if digits:
        return int(digits)
    if "media" in fraction:
        return 30
    if "cuarto" in fraction:
        return 45 if "menos" in fraction else 15
    return 0


def _of_day(hour: int, half: str, part: str) -> int:
    if hour > 12 or hour == 0:
        return hour
    if half == "am" or part in ("manana", "madrugada"):
        return 0 if hour == 12 and part != "manana" else hour
    if part == "noche":
        return 24 if hour == 12 else hour if hour <= 4 else hour + 12
    return 12 if hour == 12 else hour + 12


def at_clock(group: Group, day: Span | None, local: datetime) -> Span | None:
    """The hour on its day; without a day, the last such hour that has passed."""
    assert group.clock is not None
    part = said(group.clock, "first_part") or part_name(group)
    hour, minute = clock(group.clock, part)
    base = midnight((day.start if day else local).date(), local)
    moment = base + timedelta(hours=hour, minutes=minute)
    if group.day and hour <= 4 and (part == "noche" or group.kind in OVER_MIDNIGHT):
        moment += timedelta(days=1)
    moment = _sooner(moment, group, day, local, hour, part)
    last = until(group.clock, part_name(group))
    if last is None:
        return Span(moment, moment)
    end = midnight(moment.date(), local) + timedelta(hours=last)
    return Span(moment, end if end > moment else end + timedelta(days=1))


def _sooner(
    moment: datetime, group: Group, day: Span | None, local: datetime, hour: int, part: str
) -> datetime:
    """Today, an hour without a hint is the last one that has passed; without a day, yesterday's if need be."""
    assert group.clock is not None
    hinted = part or half_of_day(group.clock)
    today = day is None or day.start.date() == local.date()
    if not today or moment <= local or group.kind == "tomorrow":
        return moment
    if not hinted and 12 < hour < 24 and not _by_24(group.clock) and moment - timedelta(hours=12) <= local:
        return moment - timedelta(hours=12)
    return moment - timedelta(days=1) if day is None else moment


def _by_24(match: re.Match[str]) -> bool:
    hour = said(match, "hour")
    return hour.isdigit() and int(hour) > 12
