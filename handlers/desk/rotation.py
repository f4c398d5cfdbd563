"""The week's rounds: proposed with their reasons, confirmed by a supervisor, told the day before and the day after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from bot.domain.notices import Notice
from bot.domain.rotation import A_DAY, Need, PlannedWalk, State, moment, ranked
from bot.domain.walk import Walk, summary
from handlers.here import Here
from storage.store import Transaction

BEFORE, AFTER, UNPLANNED = "walk_before", "walk_after", "walk_unplanned"
Plan = Sequence[tuple[date, str]]  # day, colonia


def needs(tx: Transaction, here: Here, sector: str, at: datetime) -> list[Need]:
    """The colonias of a sector, those that need a round most first."""
    found = here.municipality.territory.sector(sector)
    zone = here.municipality.time_zone
    last, asked, unsettled = tx.walks.last(), tx.requests.visits_wanted(), tx.rotation.open_concerns()
    today = at.astimezone(zone).date()
    return ranked(
        Need(
            colonia=slug,
            days=(today - last[slug].astimezone(zone).date()).days if slug in last else None,
            asked=asked.get(slug, 0),
            open=unsettled.get(slug, 0),
        )
        for slug in (found.colonias if found else ())
    )


def confirm(tx: Transaction, here: Here, sector: str, plan: Plan, by: str, at: datetime) -> list[PlannedWalk]:
    """This is the sector's plan from tomorrow on; an older one for those days is void.

    What stands in both stays as it is, so that nobody is told twice; a day that is over meanwhile is left out.
    """
    zone, rules = here.municipality.time_zone, here.municipality.service.rounds
    tomorrow = at.astimezone(zone).date() + A_DAY
    wanted = [(day, colonia) for day, colonia in plan if day >= tomorrow]
    kept = {}
    for old in tx.rotation.ahead(tomorrow):
        if old.sector != sector:
            continue
        if (old.day, old.colonia) in wanted:
            kept[old.day, old.colonia] = old
        else:
            _drop(tx, old, at)
    made = [
        kept.get((day, colonia))
        or PlannedWalk(
            id=here.short_id(), sector=sector, colonia=colonia, day=day, planned_by=by, planned_at=at
        )
        for day, colonia in wanted
    ]
    for one in made:
        if one in kept.values():
            continue
        tx.rotation.add(one)
        tx.due.set(
            BEFORE, one.id, max(at, moment(one.day - A_DAY, rules.tell_at, zone).astimezone(at.tzinfo))
        )
        tx.due.set(AFTER, one.id, moment(one.day + A_DAY, rules.after_at, zone).astimezone(at.tzinfo))
    return made


def _drop(tx: Transaction, old: PlannedWalk, at: datetime) -> None:
    """Another plan took its place; who was told of the day already is told that it is off."""
    if tx.due.get(BEFORE, old.id) is None:
        facts = {"colonia": old.colonia, "day": old.day.isoformat(), "dropped": True}
        _tell(tx, old.id, "walk_missed", tx.rotation.who_asked(old.colonia, at), facts, at)
    _settle(tx, old, State.DROPPED)


def before(tx: Transaction, here: Here, planned_id: str, at: datetime) -> None:
    """The day before: who asked is told; no hour, and no promise of whose door."""
    tx.due.clear(BEFORE, planned_id)
    one = tx.rotation.get(planned_id)
    if one is None or one.state is not State.PLANNED:
        return
    facts = {"colonia": one.colonia, "day": one.day.isoformat()}
    over = _midnight(here, one.day + A_DAY).astimezone(at.tzinfo)
    _tell(tx, one.id, "walk_tomorrow", tx.rotation.who_asked(one.colonia, at), facts, at, expires_at=over)


def after(tx: Transaction, here: Here, planned_id: str, at: datetime) -> None:
    """The day after: what was done, in numbers, or that it could not be; then the supervisors know it too."""
    tx.due.clear(AFTER, planned_id)
    one = tx.rotation.get(planned_id)
    if one is None or one.state is not State.PLANNED:
        return
    asked = tx.rotation.who_asked(one.colonia, _midnight(here, one.day + A_DAY))
    facts = done(tx, here, one.colonia, one.day)
    if not facts["stops"]:  # the evening before, when it was announced already
        facts = done(tx, here, one.colonia, one.day - A_DAY)
    if facts["stops"]:
        _settle(tx, one, State.WALKED)
        _tell(tx, one.id, "walk_told", asked, facts, at)
        tx.rotation.answered(one.colonia, asked)
        return
    _settle(tx, one, State.MISSED)
    facts = {"colonia": one.colonia, "day": one.day.isoformat()}
    _tell(tx, one.id, "walk_missed", asked, facts, at)
    above = [supervisor.person_id for supervisor in tx.staff.roster(at).supervisors()]
    _tell(tx, one.id, "walk_not_made", above, facts, at)


def walked(tx: Transaction, here: Here, walk: Walk, at: datetime) -> None:
    """A round met somebody on a day that no plan named: who asked hears of it too, and what was planned for later is done."""
    zone = here.municipality.time_zone
    day = walk.started_at.astimezone(zone).date()
    ahead = [one for one in tx.rotation.ahead(day) if one.colonia == walk.colonia]
    if any(one.day == day or tx.due.get(BEFORE, one.id) is None for one in ahead):
        return  # the day after the planned one speaks of it
    for early in ahead:
        _settle(tx, early, State.WALKED)
    tell = moment(day + A_DAY, here.municipality.service.rounds.after_at, zone).astimezone(at.tzinfo)
    tx.due.set(UNPLANNED, walk.id, max(at, tell))


def unplanned(tx: Transaction, here: Here, walk_id: str, at: datetime) -> None:
    """The day after it: who had asked by then is told the same as after a planned one. A second round finds nobody."""
    tx.due.clear(UNPLANNED, walk_id)
    walk = tx.walks.get(walk_id)
    if walk is None:
        return
    day = walk.started_at.astimezone(here.municipality.time_zone).date()
    asked = tx.rotation.who_asked(walk.colonia, _midnight(here, day + A_DAY))
    _tell(tx, walk.id, "walk_told", asked, done(tx, here, walk.colonia, day), at)
    tx.rotation.answered(walk.colonia, asked)


def _midnight(here: Here, day: date) -> datetime:
    return moment(day, time(0), here.municipality.time_zone)


def done(tx: Transaction, here: Here, colonia: str, day: date) -> dict[str, Any]:
    """Everything that was done in a colonia on a day, by whoever walked it."""
    walks = tx.rotation.walks_in(colonia, _midnight(here, day), _midnight(here, day + A_DAY))
    came_to = summary(stop for walk in walks for stop in tx.walks.stops(walk))
    return {
        "colonia": colonia,
        "day": day.isoformat(),
        "stops": came_to.stops,
        "met": came_to.met,
        "kinds": [list(kind) for kind in came_to.kinds],
        "did": [[did.value, n] for did, n in came_to.did],
    }


def _settle(tx: Transaction, one: PlannedWalk, state: State) -> None:
    tx.rotation.settle(one.settle(state))
    for kind in (BEFORE, AFTER):
        tx.due.clear(kind, one.id)


def _tell(
    tx: Transaction,
    subject: str,
    notice: str,
    people: Iterable[str],
    facts: dict[str, Any],
    at: datetime,
    *,
    expires_at: datetime | None = None,
) -> None:
    notices = [
        Notice(
            person_id=person,
            name=notice,
            facts=facts,
            expires_at=expires_at,
            dedupe_key=f"{notice}:{subject}:{person}",
        )
        for person in people
    ]
    tx.outbox.put(notices, at)
