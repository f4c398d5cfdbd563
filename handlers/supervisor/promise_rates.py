"""How many promises are kept, by month and by sector: for supervisors, never of single officers."""

from __future__ import annotations

from datetime import datetime

from bot.domain.promise import Kept, tally
from bot.domain.roster import Role
from handlers.desk.promises import kept_by_sector
from handlers.speaker import Speaker


def lines(who: Speaker) -> list[str]:
    """This month and the one before, then this month by sector; nothing for officers."""
    if who.role is not Role.SUPERVISOR:
        return []
    this = month_of(who.at.astimezone(who.here.municipality.time_zone))
    before = earlier(this)
    until = later(this)
    by_sector = kept_by_sector(who.tx, this, until)
    spans = ((before, this), (this, until))
    said = [_line(who, who.t.month(since), _all(who, since, until)) for since, until in spans]
    return said + [_line(who, _name(who, slug), kept) for slug, kept in sorted(by_sector.items())]


def month_of(local: datetime) -> datetime:
    """The beginning of its month."""
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def later(month: datetime) -> datetime:
    """The beginning of the month after."""
    return (
        month.replace(year=month.year + 1, month=1)
        if month.month == 12
        else month.replace(month=month.month + 1)
    )


def earlier(month: datetime) -> datetime:
    """The beginning of the month before."""
    return (
        month.replace(year=month.year - 1, month=12)
        if month.month == 1
        else month.replace(month=month.month - 1)
    )


def _all(who: Speaker, since: datetime, until: datetime) -> Kept:
    return tally(state for _, state in who.tx.promises.due_between(since, until))


def _name(who: Speaker, slug: str) -> str:
    sector = who.here.municipality.territory.sector(slug)
    return sector.name if sector else who.t("sin sector")


def _line(who: Speaker, name: str, kept: Kept) -> str:
    if kept.percent is None:
        return who.t("{name}: ninguna vencía", name=name)
    return who.t(
        "{name}: {kept} de {due} cumplidas a tiempo ({percent} %)",
        name=name,
        kept=kept.kept,
        due=kept.due,
        percent=kept.percent,
    )
