"""The nuisance diary: on which days and at what hours the same came back, for who tells it and who attends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.events import Event, HappenedAgain, ReportOpened
from bot.texts import Texts

DAYS = 14
APART = timedelta(minutes=10)


def apart(history: Iterable[Event], at: datetime) -> bool:
    """Is it long enough since the last time, so that two taps are not two nights?"""
    times = [e.at for e in history if isinstance(e, HappenedAgain | ReportOpened)]
    return not times or at - max(times) >= APART


def table(t: Texts, history: Iterable[Event], at: datetime) -> tuple[str, ...]:
    """A line a weekday with its hours, of the last 14 days; nothing while it happened only once."""
    since = at - timedelta(days=DAYS)
    times = [
        e.at.astimezone(t.zone)
        for e in history
        if isinstance(e, HappenedAgain | ReportOpened) and e.at > since
    ]
    if len(times) < 2:
        return ()
    hours: dict[int, Counter[int]] = {day: Counter() for day in range(7)}
    for moment in times:
        hours[moment.weekday()][moment.hour] += 1
    days = {moment.weekday(): t.weekday(moment) for moment in times}
    head = t.many("En {days} días: {n} vez", "En {days} días: {n} veces", len(times), days=DAYS)
    return (head, *(f"{days[day]}: {_hours(hours[day])}" for day in sorted(days)))


def _hours(counted: Counter[int]) -> str:
    """ "22 h, 23 h ×2"."""
    return ", ".join(f"{hour} h" + (f" ×{n}" if n > 1 else "") for hour, n in sorted(counted.items()))
