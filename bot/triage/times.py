"""When: "anoche", "hace como dos horas", "los viernes tipo 11" become moments, or a recurring phrase.

Day, clock and part of the day are found one by one; neighbours are joined; the joined phrase is put on the calendar.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from bot.triage.calendar_words import CLOCKS, DAYS, PARTS, RECURRING, Piece
from bot.triage.clocks import at_clock
from bot.triage.days import day_of
from bot.triage.normal import ends, fold_with_origin, words_said
from bot.triage.saying import every, say, without_a_date
from bot.triage.spans import ONE_DAY, Group, Span, in_part, part_name
from bot.triage.understanding import TimePhrase

ZONE = ZoneInfo("America/Cancun")
"""The zone of Quintana Roo: no daylight saving."""
HEAD, TAIL = 1_000, 500
"""Of a longer text times are sought at its two ends only."""
MOST_TIMES = 5
PIECES = (*RECURRING, *DAYS, *CLOCKS, *PARTS)
NEEDING = {
    word: sum(1 << at for at, piece in enumerate(PIECES) if word in piece.needs)
    for word in frozenset().union(*(piece.needs for piece in PIECES))
}
"""For each word the pieces that need it, as the bits of a number: four messages of five name no time."""
JOINS = re.compile(
    r"(?:[ ,]|\b(?:en|de|del|a|la|el|las|los|por|como|y|x|tipo|eso|hrs|horas|que|me|nos|se|fue)\b){0,9}"
)
SINCE = re.compile(r"\b(?:desde|since)(?: el)? $")
MISSING_H = re.compile(r"\b(?:ase|ace)\b")


def find_times(text: str, at: datetime, zone: tzinfo = ZONE) -> tuple[TimePhrase, ...]:
    """The times named in the text, seen from the moment `at`."""
    return on_calendar(times_named(text), at, zone)


def times_named(text: str) -> tuple[tuple[str, Group], ...]:
    """What in the text is a time, as written and as found, whatever the moment."""
    text = ends(text, HEAD, TAIL)
    folded, origin = fold_with_origin(text)
    return tuple((text[origin[group.start] : origin[group.end - 1] + 1], group) for group in _groups(folded))


def on_calendar(
    named: Iterable[tuple[str, Group]], at: datetime, zone: tzinfo = ZONE
) -> tuple[TimePhrase, ...]:
    """The same, seen from the moment `at`."""
    local = at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)
    phrases = []
    for written, group in named:
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
            yield _since(group, folded)
        group = joined or single
    if group:
        yield _since(group, folded)


def _since(group: Group, folded: str) -> Group:
    """The group with the "desde" that stands before it or begins it."""
    before = SINCE.search(folded, max(0, group.start - 12), group.start)
    if before:
        return group._replace(start=before.start(), since=True)
    return group._replace(since=folded.startswith(("desde", "since"), group.start))


def _join(one: Group, other: Group, folded: str) -> Group | None:
    """One phrase of the two, when only small words stand between and neither says the same part twice."""
    if not JOINS.fullmatch(folded[one.end : other.start]):
        return None
    if (one.day and other.day) or (one.clock and other.clock):
        return None
    if one.part and other.part and part_name(one) != part_name(other):
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
    possible = 0
    for word in words_said(folded):
        possible |= NEEDING.get(word, 0)
    taken: list[tuple[Piece, re.Match[str]]] = []
    for piece in (piece for at, piece in enumerate(PIECES) if possible >> at & 1) if possible else ():
        for match in piece.pattern.finditer(folded):
            if not any(match.start() < other.end() and other.start() < match.end() for _, other in taken):
                taken.append((piece, match))
    return sorted(taken, key=lambda pair: pair[1].start())


def _phrase(written: str, group: Group, local: datetime) -> TimePhrase | None:
    if group.kind.startswith("each"):
        repeated, words = every(group)
        return TimePhrase(text=written, start=None, end=None, every=repeated, said=words)
    try:
        span = _span(group, local)
    except (ValueError, OverflowError):
        return None
    if span is None:
        return (
            TimePhrase(text=written, start=None, end=None, every=None, said=_vague(written))
            if group.kind
            else None
        )
    if group.since and span.start < local:
        span = Span(span.start, local)
    return TimePhrase(
        text=written,
        start=span.start,
        end=span.end,
        every=None,
        said=say(group, span, local),
        undated=without_a_date(group, span),
    )


def _vague(written: str) -> str:
    """ "El otro día" has no date: it is said back as written, with its h."""
    return MISSING_H.sub("hace", written.lower())


def _span(group: Group, local: datetime) -> Span | None:
    day = day_of(group, local) if group.day else None
    if group.clock:
        return at_clock(group, day, local)
    if group.part and (day is None or day.end - day.start == ONE_DAY):
        return in_part(part_name(group), day, local)
    return day
