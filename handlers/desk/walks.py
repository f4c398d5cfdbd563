"""Proximity rounds on foot: begun in a colonia, noted stop by stop, and told in numbers when they end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.domain.errors import AlreadyWalking, NotOnDuty, NotWalking
from bot.domain.notices import Notice
from bot.domain.roster import Officer, Role
from bot.domain.territory import Place
from bot.domain.walk import LONGEST, Did, Stop, Walk, summary
from handlers.desk import rotation
from handlers.here import Here
from storage.store import Transaction

END = "walk_end"


def start(
    tx: Transaction, here: Here, officer: Officer, colonia: str, at: datetime
) -> tuple[Walk, list[str]]:
    """The officer sets out; with the names of who walks the same colonia. Raises NotOnDuty, AlreadyWalking."""
    if officer.role is not Role.SUPERVISOR and tx.staff.shift_of(officer.person_id, at) is None:
        raise NotOnDuty
    if tx.walks.running_of(officer.person_id) is not None:
        raise AlreadyWalking
    beside = [tx.staff.officer(other.officer_id) for other in tx.walks.running_in(colonia)]
    sectors = here.municipality.territory.sectors_of(Place(colonia=colonia))
    new = Walk(
        id=here.short_id(),
        officer_id=officer.person_id,
        colonia=colonia,
        sector=sectors[0].slug if sectors else "",
        started_at=at,
    )
    tx.walks.start(new)
    tx.due.set(END, new.id, at + LONGEST)
    return new, [one.name for one in beside if one is not None]


def running(tx: Transaction, officer: Officer) -> Walk:
    """The round that the officer is on. Raises NotWalking."""
    found = tx.walks.running_of(officer.person_id)
    if found is None:
        raise NotWalking
    return found


def round_of(tx: Transaction, officer: Officer, walk_id: str) -> Walk:
    """That round of this officer, over or not; else the one under way. Raises NotWalking."""
    found = tx.walks.get(walk_id) if walk_id else None
    mine = found is not None and found.officer_id == officer.person_id
    return found if found is not None and mine else running(tx, officer)


def stop(
    tx: Transaction,
    here: Here,
    officer: Officer,
    at: datetime,
    *,
    text: str = "",
    media_id: str | None = None,
    kind: str = "",
    did: Did = Did.LISTENED,
    begun_in: str = "",
) -> Stop:
    """Somebody was met: what was heard, what was done at once.

    `begun_in`: the round in which it was begun to be told, over by now or not. Raises NotWalking.
    """
    walk = round_of(tx, officer, begun_in)
    new = Stop(
        id=here.short_id(),
        walk_id=walk.id,
        at=min(at, walk.ended_at or at),
        kind=kind,
        did=did,
        text=text,
        media_id=media_id,
    )
    tx.walks.add_stop(new)
    return new


def own_stop(tx: Transaction, officer: Officer, stop_id: str) -> tuple[Walk, Stop]:
    """A stop of a round of this officer, over or not. Raises NotWalking."""
    found = tx.walks.stop(stop_id)
    walk = tx.walks.get(found.walk_id) if found is not None else None
    if found is None or walk is None or walk.officer_id != officer.person_id:
        raise NotWalking
    return walk, found


def end(tx: Transaction, here: Here, officer: Officer, at: datetime) -> dict[str, Any]:
    """It is over: its summary, which the supervisors get too. Raises NotWalking."""
    return _end(tx, here, running(tx, officer), at)


def expire(tx: Transaction, here: Here, walk_id: str, at: datetime) -> None:
    """Nobody ended it: it ends by itself, and its officer reads the summary too."""
    tx.due.clear(END, walk_id)
    walk = tx.walks.get(walk_id)
    if walk is None or walk.ended_at is not None:
        return
    facts = _end(tx, here, walk, at)
    tx.outbox.put([_told(walk, walk.officer_id, facts)], at)


def _end(tx: Transaction, here: Here, walk: Walk, at: datetime) -> dict[str, Any]:
    now = walk.end(at)
    tx.walks.end(now)
    tx.due.clear(END, walk.id)
    facts = facts_of(tx, now)
    if facts["stops"]:
        rotation.walked(tx, here, now, at)
        above = [one.person_id for one in tx.staff.roster(at).supervisors()]
        tx.outbox.put([_told(now, person, facts) for person in above if person != walk.officer_id], at)
    return facts


def facts_of(tx: Transaction, walk: Walk) -> dict[str, Any]:
    """A round in numbers, as it is told: no names but the officer's."""
    officer = tx.staff.officer(walk.officer_id)
    came_to = summary(tx.walks.stops(walk.id))
    return {
        "officer": officer.name if officer else "",
        "colonia": walk.colonia,
        "started_at": walk.started_at.isoformat(),
        "ended_at": (walk.ended_at or walk.started_at).isoformat(),
        "stops": came_to.stops,
        "met": came_to.met,
        "kinds": [list(one) for one in came_to.kinds],
        "did": [[did.value, n] for did, n in came_to.did],
        "reports": came_to.reports,
    }


def _told(walk: Walk, person_id: str, facts: dict[str, Any]) -> Notice:
    return Notice(
        person_id=person_id, name="walk_done", facts=facts, dedupe_key=f"walk:{walk.id}:{person_id}"
    )
