"""A time said back in clean Spanish: "anoche (jueves 26 de noviembre)", "los viernes, como a las 11 de la noche"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.triage.calendar_words import WEEKDAYS
from bot.triage.clocks import clock, lasts_until, until
from bot.triage.days import NEXT, count_of, is_short, unit_of
from bot.triage.spans import Group, Span, part_name, said
from bot.triage.understanding import Every, TimePhrase

DAY_NAMES = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTH_NAMES = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
IN_PART = {
    "madrugada": "en la madrugada",
    "manana": "en la mañana",
    "mediodia": "a mediodía",
    "tarde": "en la tarde",
    "noche": "en la noche",
}
WHICH = re.compile(rf"{NEXT.pattern}|pasad|que paso|last")  # then the calendar day is no guess
DAY_WORDS = {
    "today": "hoy",
    "yesterday": "ayer",
    "before_yesterday": "antier",
    "last_night": "anoche",
    "night_before": "antenoche",
    "tomorrow": "mañana",
    "after_tomorrow": "pasado mañana",
    "dawn": "hoy en la madrugada",
    "recently": "hace rato",
    "now": "ahora mismo",
}
WHOLE = {
    "week_before_last": "la semana antepasada",
    "last_week": "la semana pasada",
    "this_week": "esta semana",
    "next_week": "la semana que viene",
}
EVERY = {
    "each_weekend": ("los fines de semana", (5, 6)),
    "each_workday": ("entre semana", (0, 1, 2, 3, 4)),
    "each_night": ("por las noches", (0, 1, 2, 3, 4, 5, 6)),
    "each_dawn": ("en las madrugadas", (0, 1, 2, 3, 4, 5, 6)),
    "each_morning": ("por las mañanas", (0, 1, 2, 3, 4, 5, 6)),
    "each_evening": ("por las tardes", (0, 1, 2, 3, 4, 5, 6)),
    "each_day": ("todos los días", (0, 1, 2, 3, 4, 5, 6)),
    "each_school": ("a la hora de la salida", (0, 1, 2, 3, 4)),
}
USUAL_PART = {
    "each_night": "noche",
    "each_dawn": "madrugada",
    "each_morning": "manana",
    "each_evening": "tarde",
}
NUMBER_NAMES = (
    "cero",
    "un",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
)
UNIT_NAMES = {
    "minut": ("minuto", "minutos"),
    "min": ("minuto", "minutos"),
    "hora": ("hora", "horas"),
    "ora": ("hora", "horas"),
    "hour": ("hora", "horas"),
    "dia": ("día", "días"),
    "day": ("día", "días"),
    "semana": ("semana", "semanas"),
    "week": ("semana", "semanas"),
    "mes": ("mes", "meses"),
    "month": ("mes", "meses"),
    "ano": ("año", "años"),
    "year": ("año", "años"),
    "quincena": ("quincena", "quincenas"),
    "noche": ("noche", "noches"),
    "night": ("noche", "noches"),
}
FEMININE = ("hora", "semana", "quincena", "noche")
ABOUT = re.compile(
    r"\b(?:como|tipo|eso|alrededor|cerca|sobre|pico|algo|about|around|mas o menos|unos|unas|casi|aprox\w*)\b"
)
EXACT_DAYS = 7
"""Beyond a week "hace 15 días" is no date, only near one."""


def say_times(times: Iterable[TimePhrase]) -> str:
    """All times of a message in clean Spanish, for the card and the report: "anoche (jueves 26 de noviembre)".

    Give it `Understanding.times`; empty when nothing was said of the time. It was worded when the message was read,
    so it says the same however late it is shown.
    """
    return "; ".join(dict.fromkeys(phrase.said for phrase in times if phrase.said))


def date_name(moment: datetime, local: datetime) -> str:
    """jueves 26 de noviembre, with the year when it is another."""
    name = f"{DAY_NAMES[moment.weekday()]} {moment.day} de {MONTH_NAMES[moment.month - 1]}"
    return name if moment.year == local.year else f"{name} de {moment.year}"


def hour_name(hour: int, minute: int) -> str:
    """11 de la noche, 1:30 de la tarde, 12 del día."""
    hour %= 24
    shown = f"{(hour - 1) % 12 + 1}" + (f":{minute:02d}" if minute else "")
    if hour == 12:
        return f"{shown} del día"
    part = (
        "madrugada"
        if 1 <= hour < 6
        else "mañana"
        if 6 <= hour < 12
        else "tarde"
        if 12 < hour < 19
        else "noche"
    )
    return f"{shown} de la {part}"


def _at(hour: int, minute: int) -> str:
    """With its article: "la 1 de la tarde", "las 11 de la noche"."""
    return ("la " if hour % 12 == 1 else "las ") + hour_name(hour, minute)


def _clock_words(match: re.Match[str], hour: int, minute: int, last: int | None) -> str:
    if last is not None:
        return _range_words(_at(hour, minute), _at(last, 0))
    if lasts_until(match):
        return f"hasta {_at(hour, minute)}"
    if match.group().startswith("desde"):
        return f"desde {_at(hour, minute)}"
    return ("como a " if ABOUT.search(match.group()) else "a ") + _at(hour, minute)


def _range_words(first: str, last: str) -> str:
    """The part of the day once, when it is the same: "de las 8 a las 10 de la noche"."""
    start, _, part = first.partition(" de")
    return f"de {start} a {last}" if last.endswith(f" de{part}") else f"de {first} a {last}"


def every(group: Group) -> tuple[Every, str]:
    """A repeated time as values and in words."""
    words, days = _every_day(group)
    part = part_name(group)
    start = end = ""
    if group.clock:
        hour, minute = clock(
            group.clock, said(group.clock, "first_part") or part or USUAL_PART.get(group.kind, "")
        )
        last = until(group.clock, part)
        words += ", " + _clock_words(group.clock, hour, minute, last)
        start = f"{hour % 24:02d}:{minute:02d}"
        end = "" if last is None else f"{last % 24:02d}:00"
        if lasts_until(group.clock):
            start, end = "", start
    elif group.part and part:
        words += " " + IN_PART[part]
    return Every(days=days, part=part, start=start, end=end), words


def _every_day(group: Group) -> tuple[str, tuple[int, ...]]:
    assert group.day is not None
    words = group.day.group()
    if group.kind == "each_school" and "entrada" in words:
        return "a la hora de la entrada", EVERY[group.kind][1]
    if group.kind in EVERY:
        return EVERY[group.kind]
    named = [WEEKDAYS[word] for word in re.findall(r"[a-z]+", words) if word in WEEKDAYS]
    named += [
        WEEKDAYS[word[:-1]]
        for word in re.findall(r"[a-z]+", words)
        if word[:-1] in WEEKDAYS and word not in WEEKDAYS
    ]
    if group.kind == "each_weekday_range":
        first, last = named[:2]
        days = tuple((first + step) % 7 for step in range((last - first) % 7 + 1))
        return f"de {DAY_NAMES[first]} a {DAY_NAMES[last]}", days
    if named:
        return "los " + _listed([_plural(DAY_NAMES[day]) for day in dict.fromkeys(named)]), tuple(
            sorted(set(named))
        )
    return words.replace("ano", "año").replace("dia", "día"), ()


def _plural(name: str) -> str:
    return name if name.endswith("s") else name + "s"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " y " + names[-1]


def say(group: Group, span: Span, local: datetime) -> str:
    """An absolute time in words, from what was said and where it lies on the calendar."""
    words = _absolute(group, span, local)
    if group.since and not words.startswith("desde"):
        return f"desde {words}"
    return words


def _absolute(group: Group, span: Span, local: datetime) -> str:
    if group.kind in ("ago", "since_ago"):
        return _ago_words(group, span, local)
    if group.kind == "weekend":
        return f"{_weekend_word(group)} ({_stretch(span)})"
    if group.kind in WHOLE:
        return f"{WHOLE[group.kind]} ({_stretch(span)})"
    if group.kind in ("last_month", "next_month", "month", "last_year", "from_to"):
        return _long_words(group, span, local)
    if group.kind in ("weekday", "date"):
        return f"el {date_name(_day_said(group, span), local)}" + _inside(group, span)
    if group.kind == "now":
        return f"ahora mismo ({date_name(local, local)}, {hour_name(local.hour, local.minute)})"
    if group.kind:
        word = DAY_WORDS.get(group.kind) or f"hoy {IN_PART[part_name(group) or 'noche']}"
        day = _near_day(span.start, local) if group.kind == "recently" else date_name(span.start, local)
        return f"{word}{_inside(group, span)} ({day})"
    return f"{within_a_day(group, span)} ({_near_day(span.start, local)})"


def without_a_date(group: Group, span: Span) -> str:
    """As far as it was said where only the calendar knew the day: "en la noche", "el viernes en la noche"; else nothing."""
    if not group.kind:
        return within_a_day(group, span)
    if group.day is None or group.kind != "weekday" or group.since or WHICH.search(group.day.group()):
        return ""
    return f"el {DAY_NAMES[_day_said(group, span).weekday()]}{_inside(group, span)}"


def within_a_day(group: Group, span: Span) -> str:
    """ "en la noche", "a las 8 de la noche": the hour or the part alone."""
    return _inside(group, span).removeprefix(",").strip()


def _weekend_word(group: Group) -> str:
    assert group.day is not None
    words = group.day.group()
    if "antepasado" in words:
        return "el fin de semana antepasado"
    return "el próximo fin de semana" if NEXT.search(words) else "el fin de semana"


def _day_said(group: Group, span: Span) -> datetime:
    """The day as named: one in the morning of "el sábado en la noche" still belongs to Saturday."""
    after_midnight = group.clock and part_name(group) == "noche" and span.start.hour <= 4
    return span.start - timedelta(days=1) if after_midnight else span.start


def _inside(group: Group, span: Span) -> str:
    """Hour or part within the day."""
    if group.clock:
        last = span.end.hour if said(group.clock, "until") else None
        return ", " + _clock_words(group.clock, span.start.hour, span.start.minute, last)
    part = part_name(group)
    return f" {IN_PART[part]}" if group.part and part else ""


def _near_day(moment: datetime, local: datetime) -> str:
    near = {0: "hoy, ", -1: "ayer, ", 1: "mañana, "}.get((moment.date() - local.date()).days, "")
    return near + date_name(moment, local)


def _ago_words(group: Group, span: Span, local: datetime) -> str:
    unit, count = unit_of(group), count_of(said(group.day, "count"))
    assert group.day is not None
    about = "como " if ABOUT.search(group.day.group()) else ""
    words = f"hace {about}{_counted(count, unit)}" + (" y media" if said(group.day, "fraction") else "")
    since = "desde " if group.kind == "since_ago" else ""
    if is_short(unit):
        when = hour_name(span.start.hour, span.start.minute)
        near = _near_day(span.start, local).split(",")[0]
        return f"{since}{words} ({near}, {when})"
    if (local - span.start).days <= EXACT_DAYS and not about:
        return f"{since}{words} ({date_name(span.start, local)})"
    return f"{since}{words} (hacia el {date_name(span.start, local).split(' ', 1)[1]})"


def _counted(count: float, unit: str) -> str:
    one, many = UNIT_NAMES[unit]
    if count == 0.5:
        return f"media {one}" if one in FEMININE else f"medio {one}"
    if count == 1:
        return f"una {one}" if one in FEMININE else f"un {one}"
    number = NUMBER_NAMES[int(count)] if count < len(NUMBER_NAMES) else str(int(count))
    return f"{number} {many}"


def _long_words(group: Group, span: Span, local: datetime) -> str:
    month = MONTH_NAMES[span.start.month - 1]
    year = "" if span.start.year == local.year else f" de {span.start.year}"
    return {
        "last_month": f"el mes pasado ({month}{year})",
        "next_month": f"el mes que viene ({month}{year})",
        "month": f"{'' if group.since else 'en '}{month}{year}",
        "last_year": f"el año pasado ({span.start.year})",
        "from_to": _stretch(span),
    }[group.kind]


def _stretch(span: Span) -> str:
    """del 16 al 22 de noviembre."""
    last = span.end - timedelta(days=1)
    end = f"{last.day} de {MONTH_NAMES[last.month - 1]}"
    start = f"{span.start.day}"
    if span.start.month != last.month:
        start += f" de {MONTH_NAMES[span.start.month - 1]}"
    return f"del {start} al {end}"
