"""Does a sentence of the team promise something, and until when? "Pasaremos hoy y mañana de 7 a 10".

It only asks: a person decides whether it is a promise, and for when.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo

from bot.domain.promise import Window
from bot.triage.calendar_words import MONTHS, NUMBERS, WEEKDAYS
from bot.triage.spelling import fold
from bot.triage.times import ZONE, find_times
from bot.triage.understanding import TimePhrase

WILL = re.compile(
    r"\b(?:\w{2,}(?:are|ere|ire|aremos|eremos|iremos|dre|dremos)"  # pasaremos, vendré
    r"|pasaran?|iran?|volveran?|vamos a|voy a|van a|va a|paso|pasamos|vuelvo|volvemos|regreso|regresamos|aviso"
    r"|reviso|queda de|quedamos en)\b"  # not revisamos, avisamos: what was done reads the same
)
WITHIN = re.compile(
    r"\b(?:en|dentro de) (\d{1,2}|media|" + "|".join(NUMBERS) + r") (minuto|hora|dia|semana)s?\b"
)
UNITS = {
    "minuto": timedelta(minutes=1),
    "hora": timedelta(hours=1),
    "dia": timedelta(days=1),
    "semana": timedelta(weeks=1),
}
SAID_WHICH_HALF = re.compile(r"\b(?:noche|tarde|madrugada|mediodia|a ?m|p ?m|de la manana|por la manana)\b")
PAST = re.compile(r"\b(?:ayer|anteayer|antier|anoche|hace|pasad[oa])\b")
HALF_A_DAY = timedelta(hours=12)
MIDNIGHT = time(0, 0)
A_BARE_DAY = re.compile(  # "paso domingo": to come, where a report would hardly mean the one that is over
    r"(?<!\bel )(?<!\blos )(?<!\bcada )\b(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)\b"
)
A_DAY, A_WEEK = timedelta(days=1), timedelta(weeks=1)


def plain(text: str) -> str:
    """Small letters without accents or punctuation."""
    return " ".join(re.sub(r"[^\w\s]+", " ", fold(text)).split())


def promised(text: str, at: datetime, zone: tzinfo = ZONE) -> tuple[Window, ...]:
    """The times that a promising sentence may mean, the likeliest first; empty: it promises nothing timed."""
    return windows(text, at, zone) if WILL.search(plain(text)) else ()


def promising_part(text: str) -> str:
    """Of several sentences those that promise, as they were written; all of them when none does by itself."""
    found = [part for part in re.split(r"(?<=[.!?;])\s+", text.strip()) if WILL.search(plain(part))]
    return " ".join(found) or text


def windows(text: str, at: datetime, zone: tzinfo = ZONE) -> tuple[Window, ...]:
    """The times ahead that a text names, joined into one window; at an hour of either half of the day, both."""
    phrases = find_times(text, at, zone)
    if any(phrase.every is not None for phrase in phrases):
        return ()  # "los viernes" has no end: a habit is no promise
    found = _windows(text, phrases, at, zone)
    named, bare = A_BARE_DAY.subn(r"el \g<0>", plain(text), count=1) if not found else ("", 0)
    return _windows(named, find_times(named, at, zone), at, zone) if bare else found


def _windows(text: str, phrases: Iterable[TimePhrase], at: datetime, zone: tzinfo) -> tuple[Window, ...]:
    ahead = [span for span in (_ahead(phrase, at) for phrase in phrases) if span]
    within = _within(plain(text), at)
    if within is not None:
        ahead.append(within)
    if not ahead:
        return ()
    first = min((span.starts_at for span in ahead if span.starts_at), default=None)
    due_at = max(span.due_at for span in ahead)
    if due_at.astimezone(zone).time() == MIDNIGHT:
        due_at -= timedelta(minutes=1)  # "mañana" ends with its last minute
    whole = Window(starts_at=first if first and first < due_at else None, due_at=due_at)
    return (whole, *_other_half(text, whole, at, zone))


def _ahead(phrase: TimePhrase, at: datetime) -> Window | None:
    """Times are read as what already happened; a promise means the next such time."""
    if phrase.start is None or phrase.end is None:
        return None
    said = plain(phrase.text)
    if PAST.search(said):
        return None
    start, end = phrase.start, phrase.end
    words = set(said.split())
    if end <= at and any(word[:3] in MONTHS for word in words - set(WEEKDAYS) if len(word) > 3):
        return Window(starts_at=_next_year(start), due_at=_next_year(end))
    if words & set(WEEKDAYS):
        weeks = (at - end) // A_WEEK + 1 if end <= at else 0  # the next such day, however the last one lies
        start, end = start + weeks * A_WEEK, end + weeks * A_WEEK
    elif end <= at and at - end < A_DAY:
        start, end = start + A_DAY, end + A_DAY
    if end <= at:
        return None
    return Window(starts_at=start if start < end else None, due_at=end)


def _next_year(moment: datetime) -> datetime:
    day = min(moment.day, 28) if moment.month == 2 else moment.day
    return moment.replace(year=moment.year + 1, day=day)


def _within(said: str, at: datetime) -> Window | None:
    found = WITHIN.search(said)
    if found is None:
        return None
    if found[1] == "media":
        return Window(starts_at=None, due_at=at + UNITS[found[2]] / 2)
    number = int(found[1]) if found[1].isdigit() else NUMBERS[found[1]]
    return Window(starts_at=None, due_at=at + number * UNITS[found[2]])


def _other_half(text: str, window: Window, at: datetime, zone: tzinfo) -> tuple[Window, ...]:
    """ "de 7 a 10" may be morning or night: who promised says which."""
    local = window.due_at.astimezone(zone)
    clear = SAID_WHICH_HALF.search(plain(text)) or re.search(r"\b(?:1[3-9]|2[0-4])\b|\d:\d\d", text)
    if (
        clear
        or not re.search(r"\d|" + r"\b(?:" + "|".join(NUMBERS) + r")\b", plain(text))
        or local.hour <= 12
    ):
        return ()
    earlier = window.due_at - HALF_A_DAY
    if earlier <= at:
        return ()
    start = window.starts_at
    moved = start - HALF_A_DAY if start and earlier - HALF_A_DAY < start - HALF_A_DAY else start
    return (replace(window, due_at=earlier, starts_at=moved if moved and moved < earlier else None),)
