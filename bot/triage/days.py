"""The day of a phrase: "antier", "hace dos semanas", "el lunes pasado" put on the calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.triage.calendar_words import MONTHS, NUMBERS, UNITS, WEEKDAYS
from bot.triage.spans import Group, Span, in_part, night, part_name, said, whole
from bot.triage.spans import midnight as beginning

NEXT = re.compile(r"que viene|proximo|que entra|este \w+ que|next")
RECENT = timedelta(hours=3)
SHIFTED = {"today": 0, "yesterday": -1, "before_yesterday": -2, "tomorrow": 1, "after_tomorrow": 2}
WEEKS = {"week_before_last": -2, "last_week": -1, "this_week": 0, "next_week": 1}


def day_of(group: Group, local: datetime) -> Span | None:
    """The stretch the day words mean; nothing when they name none ("el otro día")."""
    today = beginning(local.date(), local)
    if group.kind in SHIFTED:
        return whole(today + timedelta(days=SHIFTED[group.kind]))
    if group.kind in WEEKS:
        return _week(today, WEEKS[group.kind])
    ways: dict[str, Callable[[], Span | None]] = {
        "last_night": lambda: night(today - timedelta(days=1)),
        "night_before": lambda: night(today - timedelta(days=2)),
        "dawn": lambda: Span(today, today + timedelta(hours=6)),
        "this_part": lambda: in_part(part_name(group), whole(today), local),
        "now": lambda: Span(local, local),
        "ago": lambda: _ago(group, local),
        "since_ago": lambda: Span(_ago(group, local).start, local),
        "recently": lambda: Span(local - RECENT, local),
        "weekday": lambda: _weekday(group, today),
        "weekend": lambda: _weekend(group, today),
        "last_month": lambda: _month_from(_month_before(today)),
        "next_month": lambda: _month_from(_month_from(today.replace(day=1)).end),
        "last_year": lambda: _last_year(today),
        "date": lambda: _date(group.day, today),
        "month": lambda: _month(group.day, today),
        "from_to": lambda: _from_to(group.day, today),
    }
    way = ways.get(group.kind)
    return way() if way else None


def count_of(word: str) -> float:
    """How many: "media" is a half, "un par de" two, nothing said is one."""
    if not word:
        return 1
    if word.startswith(("med", "half")):
        return 0.5
    if "par" in word:
        return 2
    return NUMBERS.get(word) or int(word)


def unit_of(group: Group) -> str:
    """The unit of "hace tres semanas", as the table names it."""
    return next(name for name in UNITS if said(group.day, "unit").startswith(name))


def is_short(unit: str) -> bool:
    """Minutes and hours are counted back to the minute; the rest to a day."""
    return UNITS[unit] == 0


def _ago(group: Group, local: datetime) -> Span:
    """A moment for minutes and hours, a whole day for the rest."""
    unit, count = unit_of(group), count_of(said(group.day, "count"))
    if is_short(unit):
        back = timedelta(minutes=count) if unit.startswith("min") else timedelta(hours=count)
        if said(group.day, "fraction"):
            back += timedelta(minutes=30)
        return Span(local - back, local - back)
    start = local - timedelta(days=count * UNITS[unit])
    return whole(beginning(start.date(), local))


def _weekday(group: Group, today: datetime) -> Span:
    assert group.day is not None
    wanted = WEEKDAYS[said(group.day, "weekday")]
    if NEXT.search(group.day.group()):
        return whole(today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1))
    if "semana pasada" in group.day.group():
        return whole(_week(today, -1).start + timedelta(days=wanted))
    back = (today.weekday() - wanted - 1) % 7 + 1
    if "antepasado" in group.day.group():
        back += 7
    return whole(today - timedelta(days=back))


def _weekend(group: Group, today: datetime) -> Span:
    """The last one that has begun, the one before, or the next."""
    assert group.day is not None
    weeks = -1 if "antepasado" in group.day.group() else 1 if NEXT.search(group.day.group()) else 0
    start = today - timedelta(days=(today.weekday() - 5) % 7) + timedelta(weeks=weeks)
    return Span(start, start + timedelta(days=2))


def _week(today: datetime, shift: int) -> Span:
    start = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
    return Span(start, start + timedelta(weeks=1))


def _month_before(today: datetime) -> datetime:
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def _month_from(start: datetime) -> Span:
    return Span(start, (start + timedelta(days=32)).replace(day=1))


def _last_year(today: datetime) -> Span:
    start = today.replace(year=today.year - 1, month=1, day=1)
    return Span(start, today.replace(month=1, day=1))


def _date(match: re.Match[str] | None, today: datetime) -> Span:
    """The last such day that is not in the future, unless the year is said."""
    number, month_said, year_said = (said(match, name) for name in ("day", "month", "year"))
    year = int(year_said or today.year)
    year += 2000 if year < 100 else 0
    month = _month_number(month_said) or today.month
    start = today.replace(year=year, month=month, day=int(number) if number.isdigit() else 1)
    if start > today and not year_said:
        start = start.replace(year=year - 1) if month_said else _month_before(start).replace(day=start.day)
    return whole(start)


def _month_number(word: str | None) -> int | None:
    if not word:
        return None
    return int(word) if word.isdigit() else MONTHS[word[:3]]


def _month(match: re.Match[str] | None, today: datetime) -> Span:
    month = MONTHS[said(match, "month")[:3]]
    return _month_from(today.replace(year=today.year - (month > today.month), month=month, day=1))


def _from_to(match: re.Match[str] | None, today: datetime) -> Span:
    """An absence to come: "del 5 al 9" is in this month or the next."""
    first, last = int(said(match, "first")), int(said(match, "last"))
    start = today.replace(month=_month_number(said(match, "month")) or today.month, day=first)
    if start < today - timedelta(days=15):
        start = _month_from(start.replace(day=1)).end.replace(day=first)
    end = start.replace(day=last)
    if end < start:
        end = _month_from(end.replace(day=1)).end.replace(day=last)
    return Span(start, end + timedelta(days=1))
