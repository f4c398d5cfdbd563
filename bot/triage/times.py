"""When: "anoche", "hace como dos horas", "los viernes tipo 11" become moments, or a recurring phrase.

Day, clock and part of the day are found one by one; neighbours are joined; the joined phrase is put on the calendar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.triage.calendar_words import (
    CLOCKS,
    DAYS,
    MONTHS,
    NUMBERS,
    PARTS,
    RECURRING,
    UNITS,
    WEEKDAYS,
    Piece,
)
from bot.triage.normal import fold_with_origin
from bot.triage.understanding import TimePhrase

ZONE = ZoneInfo("America/Cancun")
"""The zone of Quintana Roo: no daylight saving."""
MOST_READ = 4_000
MOST_TIMES = 5
JOINS = re.compile(
    r"(?:[ ,]|\b(?:en|de|del|a|la|el|las|los|por|como|y|x|tipo|eso|hrs|horas|que|me|nos|se|fue)\b){0,9}"
)
HOURS = {"madrugada": (0, 6), "manana": (6, 12), "mediodia": (12, 14), "tarde": (12, 19), "noche": (19, 24)}
NIGHT_ENDS = 6
UNTIL = ("hasta", "asta", "until")
LATEST_PARTY = 6
"""What lasts "hasta las 4" lasts until four in the morning."""
RECENT = timedelta(hours=3)


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


def find_times(text: str, at: datetime, zone: tzinfo = ZONE) -> tuple[TimePhrase, ...]:
    """The times named in the text, seen from the moment `at`."""
    local = at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)
    folded, origin = fold_with_origin(text[:MOST_READ])
    phrases = []
    for group in _groups(folded):
        written = text[origin[group.start] : origin[group.end - 1] + 1]
        phrase = _phrase(written, group, local)
        if phrase is not None:
            phrases.append(phrase)
        if len(phrases) == MOST_TIMES:
            break
    return tuple(phrases)


def _groups(folded: str) -> Iterator[Group]:
    group: Group | None = None
    for piece, match in _pieces(folded):
        single = Group(
            match if piece.slot == "day" else None,
            match if piece.slot == "clock" else None,
            match if piece.slot == "part" else None,
            piece.name if piece.slot == "day" else "",
            match.start(),
            match.end(),
        )
        joined = _join(group, single, folded) if group else None
        if group and joined is None:
            yield group
        group = joined or single
    if group:
        yield group


def _join(one: Group, other: Group, folded: str) -> Group | None:
    """One phrase of the two, when only small words stand between and neither says the same part twice."""
    if not JOINS.fullmatch(folded[one.end : other.start]):
        return None
    if (one.day and other.day) or (one.clock and other.clock) or (one.part and other.part):
        return None
    return Group(
        one.day or other.day,
        one.clock or other.clock,
        one.part or other.part,
        one.kind or other.kind,
        one.start,
        other.end,
    )


def _pieces(folded: str) -> list[tuple[Piece, re.Match[str]]]:
    """All pieces in order of appearance; where two overlap, the earlier in the table wins."""
    taken: list[tuple[Piece, re.Match[str]]] = []
    for piece in (*RECURRING, *DAYS, *CLOCKS, *PARTS):
        for match in piece.pattern.finditer(folded):
            if not any(match.start() < other.end() and other.start() < match.end() for _, other in taken):
                taken.append((piece, match))
    return sorted(taken, key=lambda pair: pair[1].start())


def _phrase(written: str, group: Group, local: datetime) -> TimePhrase | None:
    if group.kind.startswith("each"):
        return TimePhrase(text=written, start=None, end=None, recurring=_recurring(group))
    try:
        span = _span(group, local)
    except (ValueError, OverflowError):
        return None
    if span is None:
        return TimePhrase(text=written, start=None, end=None, recurring="") if group.kind else None
    return TimePhrase(text=written, start=span.start, end=span.end, recurring="")


def _recurring(group: Group) -> str:
    """The day words as said, and the hour: "los viernes, 23:00"."""
    assert group.day is not None
    words = " ".join(group.day.group().split())
    if group.clock:
        hour, minute = _clock(group.clock, _part_name(group))
        return f"{words}, {hour % 24:02d}:{minute:02d}"
    return f"{words}, {group.part.group()}" if group.part else words


def _said(match: re.Match[str], name: str) -> str:
    """What a named group found; alternatives of one pattern number theirs (hour, hour2, hour3)."""
    named = match.groupdict()
    return next((named[key] for key in (name, f"{name}2", f"{name}3") if named.get(key)), "") or ""


def _part_name(group: Group) -> str:
    said = (group.part.group() if group.part else "") + " " + (group.day.group() if group.day else "")
    own = _said(group.clock, "part") if group.clock else ""
    for name in HOURS:
        if name in (own or said):
            return name
    return "noche" if "noche" in said or "anoche" in said else ""


def _clock(match: re.Match[str], part: str) -> tuple[int, int]:
    """Hour (24 may mean midnight) and minute; without a hint, an hour up to eleven is of the afternoon or night."""
    noon = _said(match, "noon")
    if noon:
        return (12, 0) if noon.endswith("dia") else (24, 0)
    hour = NUMBERS.get(_said(match, "hour")) or int(_said(match, "hour"))
    minute = _minute(_said(match, "minute"), _said(match, "fraction"))
    half = _half(match)
    if "menos" in _said(match, "fraction"):
        hour -= 1
    if match.group().startswith(UNTIL) and hour <= LATEST_PARTY and not half and not part:
        return hour, minute
    return _of_day(hour, half, part), minute


def _half(match: re.Match[str]) -> str:
    return _said(match, "half").replace(".", "").replace(" ", "")


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


def _span(group: Group, local: datetime) -> Span | None:
    day = _day(group, local) if group.day else None
    if group.clock:
        return _at_clock(group, day, local)
    if group.part and (day is None or day.end - day.start == timedelta(days=1)):
        return _in_part(_part_name(group), day, local)
    return day


def _at_clock(group: Group, day: Span | None, local: datetime) -> Span | None:
    assert group.clock is not None
    part = _part_name(group)
    hour, minute = _clock(group.clock, part)
    base = _midnight((day.start if day else local).date(), local)
    moment = base + timedelta(hours=hour, minutes=minute)
    if part == "noche" and group.day and hour <= 4:
        moment += timedelta(days=1)
    moment = _sooner(moment, group, day, local, hour, part)
    until = _until(group.clock, part)
    if until is None:
        return Span(moment, moment)
    end = _midnight(moment.date(), local) + timedelta(hours=until)
    return Span(moment, end if end > moment else end + timedelta(days=1))


def _sooner(
    moment: datetime, group: Group, day: Span | None, local: datetime, hour: int, part: str
) -> datetime:
    """Today, an hour without a hint is the last one that has passed; without a day, yesterday's if need be."""
    assert group.clock is not None
    hinted = part or _half(group.clock)
    today = day is None or day.start.date() == local.date()
    if not today or moment <= local or group.kind == "tomorrow":
        return moment
    if not hinted and 12 < hour < 24 and not _by_24(group.clock) and moment - timedelta(hours=12) <= local:
        return moment - timedelta(hours=12)
    return moment - timedelta(days=1) if day is None else moment


def _by_24(clock: re.Match[str]) -> bool:
    hour = _said(clock, "hour")
    return hour.isdigit() and int(hour) > 12


def _until(clock: re.Match[str], part: str) -> int | None:
    until = _said(clock, "until")
    if not until:
        return None
    return _of_day(NUMBERS.get(until) or int(until), _half(clock), part)


def _in_part(part: str, day: Span | None, local: datetime) -> Span | None:
    first, last = HOURS[part or "noche"]
    base = day.start if day else _midnight(local.date(), local)
    start = base + timedelta(hours=first)
    if day is None and start > local:
        start -= timedelta(days=1)
    end = start + timedelta(hours=last - first)
    if part == "noche":
        end += timedelta(hours=NIGHT_ENDS)
    return Span(start, end)


def _midnight(day: date, local: datetime) -> datetime:
    return datetime.combine(day, time(), tzinfo=local.tzinfo)


def _day(group: Group, local: datetime) -> Span | None:
    assert group.day is not None
    today = _midnight(local.date(), local)
    simple = {
        "today": 0,
        "yesterday": -1,
        "before_yesterday": -2,
        "tomorrow": 1,
        "after_tomorrow": 2,
    }
    if group.kind in simple:
        return _whole(today + timedelta(days=simple[group.kind]))
    ways: dict[str, Callable[[], Span | None]] = {
        "last_night": lambda: _night(today - timedelta(days=1)),
        "night_before": lambda: _night(today - timedelta(days=2)),
        "dawn": lambda: Span(today, today + timedelta(hours=6)),
        "this_part": lambda: _in_part(_part_name(group), _whole(today), local),
        "now": lambda: Span(local, local),
        "ago": lambda: _ago(group, local),
        "since_ago": lambda: _since(_ago(group, local), local),
        "recently": lambda: Span(local - RECENT, local),
        "weekday": lambda: _weekday(group, today),
        "since_day": lambda: _since(_weekday(group, today), local),
        "since_yesterday": lambda: Span(today - timedelta(days=1), local),
        "weekend": lambda: _weekend(today),
        "last_week": lambda: _week(today, -1),
        "this_week": lambda: _week(today, 0),
        "last_month": lambda: _last_month(today),
        "last_year": lambda: Span(
            today.replace(year=today.year - 1, month=1, day=1), today.replace(month=1, day=1)
        ),
        "date": lambda: _date(group.day, today),
        "month": lambda: _month(group.day, today),
        "from_to": lambda: _from_to(group.day, today),
    }
    way = ways.get(group.kind)
    return way() if way else None


def _whole(start: datetime) -> Span:
    return Span(start, start + timedelta(days=1))


def _night(start: datetime) -> Span:
    return Span(start + timedelta(hours=19), start + timedelta(days=1, hours=NIGHT_ENDS))


def _since(span: Span | None, local: datetime) -> Span | None:
    return None if span is None else Span(span.start, local)


def _number(word: str | None) -> float:
    if not word:
        return 1
    if word.startswith("med"):
        return 0.5
    if "par" in word:
        return 2
    return NUMBERS.get(word) or int(word)


def _ago(group: Group, local: datetime) -> Span | None:
    """A moment for minutes and hours, a whole day for days and weeks, a month or year for the rest."""
    assert group.day is not None
    unit = next(name for name in UNITS if _said(group.day, "unit").startswith(name))
    count = _number(_said(group.day, "count"))
    if unit in ("minut", "min", "hora", "hour"):
        back = timedelta(minutes=count) if unit.startswith("min") else timedelta(hours=count)
        if _said(group.day, "half"):
            back += timedelta(minutes=30)
        return Span(local - back, local - back)
    start = local - timedelta(days=count * UNITS[unit])
    return _whole(_midnight(start.date(), local))


def _weekday(group: Group, today: datetime) -> Span:
    assert group.day is not None
    wanted = WEEKDAYS[_said(group.day, "weekday")]
    said = group.day.group()
    if re.search(r"que viene|proximo|que entra|este \w+ que", said):
        return _whole(today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1))
    back = (today.weekday() - wanted - 1) % 7 + 1
    if "antepasado" in said:
        back += 7
    return _whole(today - timedelta(days=back))


def _weekend(today: datetime) -> Span:
    """The last one that has begun."""
    start = today - timedelta(days=(today.weekday() - 5) % 7)
    return Span(start, start + timedelta(days=2))


def _week(today: datetime, shift: int) -> Span:
    start = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
    return Span(start, start + timedelta(weeks=1))


def _last_month(today: datetime) -> Span:
    end = today.replace(day=1)
    return Span((end - timedelta(days=1)).replace(day=1), end)


def _date(match: re.Match[str] | None, today: datetime) -> Span:
    """The last such day that is not in the future, unless the year is said."""
    assert match is not None
    number, month_said, year_said = (_said(match, name) for name in ("day", "month", "year"))
    year = int(year_said or today.year)
    year += 2000 if year < 100 else 0
    month = _month_number(month_said) or today.month
    start = today.replace(year=year, month=month, day=int(number) if number.isdigit() else 1)
    if start > today and not year_said:
        start = start.replace(year=year - 1) if month_said else _month_back(start)
    return _whole(start)


def _month_back(moment: datetime) -> datetime:
    return (moment.replace(day=1) - timedelta(days=1)).replace(day=moment.day)


def _month_number(word: str | None) -> int | None:
    if not word:
        return None
    return int(word) if word.isdigit() else MONTHS[word[:3]]


def _month(match: re.Match[str] | None, today: datetime) -> Span:
    assert match is not None
    month = MONTHS[match["month"][:3]]
    start = today.replace(year=today.year - (month > today.month), month=month, day=1)
    return Span(start, (start + timedelta(days=32)).replace(day=1))


def _from_to(match: re.Match[str] | None, today: datetime) -> Span:
    """An absence to come: "del 5 al 9" is in this month or the next."""
    assert match is not None
    month = _month_number(match["month"]) or today.month
    start = today.replace(month=month, day=int(match["first"]))
    if start < today - timedelta(days=15):
        start = (start.replace(day=1) + timedelta(days=32)).replace(day=int(match["first"]))
    end = start.replace(day=int(match["last"]))
    if end < start:
        end = (end.replace(day=1) + timedelta(days=32)).replace(day=int(match["last"]))
    return Span(start, end + timedelta(days=1))
