"""The week's rounds: proposed with their reasons, confirmed by a supervisor, told the day before and the day after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from bot.domain.notices import Notice
from bot.domain.rotation import A_DAY, Need, PlannedWalk, State, moment, ranked
from bot.domain.walk import summary
from handlers.here import Here
from storage.store import Transaction

BEFORE, AFTER = "walk_before", "walk_after"
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
    """This is the sector's plan from tomorrow on; an older one for those days is void."""
    zone, rules = here.municipality.time_zone, here.municipality.service.rounds
    tomorrow = at.astimezone(zone).date() + A_DAY
    for old in tx.rotation.ahead(tomorrow):
        if old.sector == sector:
            _settle(tx, old, State.DROPPED)
    made = [
        PlannedWalk(id=here.short_id(), sector=sector, colonia=colonia, day=day, planned_by=by, planned_at=at)
        for day, colonia in plan
    ]
    for one in made:
        tx.rotation.add(one)
        tx.due.set(
            BEFORE, one.id, max(at, moment(one.day - A_DAY, rules.tell_at, zone).astimezone(at.tzinfo))
        )
        tx.due.set(AFTER, one.id, moment(one.day + A_DAY, rules.after_at, zone).astimezone(at.tzinfo))
    return made


def before(tx: Transaction, here: Here, planned_id: str, at: datetime) -> None:
    """The day before: who asked is told; no hour, and no promise of whose door."""
    tx.due.clear(BEFORE, planned_id)
    one = tx.rotation.get(planned_id)
    if one is None or one.state is not State.PLANNED:
        return
    facts = {"colonia": one.colonia, "day": one.day.isoformat()}
    over = moment(one.day + A_DAY, time(0), here.municipality.time_zone).astimezone(at.tzinfo)
    _tell(tx, one, "walk_tomorrow", tx.rotation.who_asked(one.colonia), facts, at, expires_at=over)


def after(tx: Transaction, here: Here, planned_id: str, at: datetime) -> None:
    """The day after: what was done, in numbers, or that it could not be; then the supervisors know it too."""
    tx.due.clear(AFTER, planned_id)
    one = tx.rotation.get(planned_id)
    if one is None or one.state is not State.PLANNED:
        return
    asked = tx.rotation.who_asked(one.colonia)
    facts = done(tx, here, one)
    if facts["stops"]:
        _settle(tx, one, State.WALKED)
        _tell(tx, one, "walk_told", asked, facts, at)
        tx.rotation.answered(one.colonia, asked)
        return
    _settle(tx, one, State.MISSED)
    _tell(tx, one, "walk_missed", asked, facts, at)
    above = [supervisor.person_id for supervisor in tx.staff.roster(at).supervisors()]
    _tell(tx, one, "walk_not_made", above, facts, at)


def done(tx: Transaction, here: Here, one: PlannedWalk) -> dict[str, Any]:
    """Everything that was done in the colonia on its day, by whoever walked it."""
    zone = here.municipality.time_zone
    start = datetime.combine(one.day, datetime.min.time(), zone)
    walks = tx.rotation.walks_in(one.colonia, start, start + A_DAY)
    came_to = summary(stop for walk in walks for stop in tx.walks.stops(walk))
    return {
        "colonia": one.colonia,
        "day": one.day.isoformat(),
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
    one: PlannedWalk,
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
            dedupe_key=f"{notice}:{one.id}:{person}",
        )
        for person in people
    ]
    tx.outbox.put(notices, at)
