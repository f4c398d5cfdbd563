"""Who is alerted first, and who next when nobody answers: the ladder, as pure rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.concern import Priority
from bot.domain.report import Report
from bot.domain.roster import Officer, Role, Roster
from bot.domain.service_level import Hearer


def may_attend(report: Report, officer: Officer) -> bool:
    """May this person ever see and take this report? A confidential one never leaves its list.

    An ordinary report may be taken by any officer of the programme: who is next in line is of another sector.
    """
    if report.listed:
        return report.named_list in officer.lists
    return officer.role in (Role.OFFICER, Role.SUPERVISOR)


def on_duty_for(report: Report, officer: Officer, roster: Roster, at: datetime) -> bool:
    """Is this the hour in which this person acts on such a report? Supervisors and lists have no shift."""
    return officer.role is Role.SUPERVISOR or report.listed or officer in roster.on_duty(at)


def shares(report: Report, officer: Officer, roster: Roster, at: datetime, whose: str = "") -> bool:
    """Is what hangs on the report, a promise or a visit of `whose`, this person's to see and to settle?

    An alert climbs to other sectors when nobody answers; what was said or arranged stays with who said it, with who has
    the report in hand, with the shift of its own sector, and with supervisors.
    """
    if not may_attend(report, officer) or not on_duty_for(report, officer, roster, at):
        return False
    everywhere = officer.role is Role.SUPERVISOR or report.listed or not report.sectors
    mine = officer.person_id in (whose, report.handler_id)
    return everywhere or mine or officer in roster.on_duty(at, report.sectors)


UNKNOWN_M = 2_000  # how far somebody counts to be who shared no place: across a sector
CASE_M = 500  # how much farther away each case in hand makes somebody


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How many hear first of what can wait, how loaded each one is, and how far a danger is heard."""

    most: int = 0  # 0: all of the sector
    claims: Mapping[str, int] = field(default_factory=dict)  # cases in hand, by person
    danger_m: int = 0


ALL = Reach()


def best_placed(
    people: Iterable[Officer], report: Report, roster: Roster, at: datetime, claims: Mapping[str, int]
) -> list[Officer]:
    """Those who would get there soonest first: by distance where it was shared, each case in hand counting as 500 m."""
    spots, there = roster.spots(at), report.place.point

    def away(officer: Officer) -> float:
        spot = spots.get(officer.person_id)
        metres = spot.metres_to(there) if spot and there else UNKNOWN_M
        return metres + CASE_M * claims.get(officer.person_id, 0)

    return sorted(people, key=away)  # and as they came on duty where it makes no difference


def _in_earshot(report: Report, roster: Roster, at: datetime, danger_m: int) -> list[Officer]:
    """Of any sector, near a danger: whoever is round the corner hears it too."""
    there = report.place.point
    if report.priority is not Priority.P0 or there is None:
        return []
    spots = roster.spots(at)
    hearing = roster.hearing(at)
    return [o for o in hearing if (spot := spots.get(o.person_id)) and spot.metres_to(there) <= danger_m]


def first_alerted(report: Report, roster: Roster, at: datetime, reach: Reach = ALL) -> tuple[Officer, ...]:
    """The team of the sectors that is on duty and on no pause; of a confidential one, the first of the list (on duty first)."""
    if report.listed:
        return _of_list(report, roster, at)[:1]
    if report.priority is Priority.P0 and not report.place.known:
        return roster.hearing(at)  # danger, nobody knows where: everyone on shift hears
    team = roster.hearing(at, report.sectors)
    if report.priority.urgent or not reach.most or len(team) <= reach.most:
        return tuple(dict.fromkeys((*team, *_in_earshot(report, roster, at, reach.danger_m))))
    return tuple(best_placed(team, report, roster, at, reach.claims)[: reach.most])


def climb_to(
    who: Hearer | None,
    report: Report,
    roster: Roster,
    at: datetime,
    holders: frozenset[str],
    claims: Mapping[str, int] | None = None,
) -> tuple[Officer, ...]:
    """Who hears at a step of the ladder; None is beyond its end: everybody again."""
    if report.listed:
        return _climb_list(who, report, roster, at, holders)
    on_duty = roster.hearing(at)
    if who is Hearer.NEXT_OFFICER:
        own = roster.hearing(at, report.sectors)
        left = [officer for officer in on_duty if officer.person_id not in holders]
        ordered = best_placed(left, report, roster, at, claims or {})
        return tuple(sorted(ordered, key=lambda officer: officer not in own))[:1]
    if who is Hearer.SUPERVISOR:
        return roster.supervisors()
    return tuple(dict.fromkeys((*on_duty, *roster.supervisors())))


def _of_list(report: Report, roster: Roster, at: datetime) -> tuple[Officer, ...]:
    people = roster.of_list(report.named_list)
    on_duty = roster.hearing(at)
    return tuple(sorted(people, key=lambda person: person not in on_duty))


def _climb_list(
    who: Hearer | None, report: Report, roster: Roster, at: datetime, holders: frozenset[str]
) -> tuple[Officer, ...]:
    people = _of_list(report, roster, at)
    if who is Hearer.NEXT_OFFICER:
        return tuple(person for person in people if person.person_id not in holders)[:1]
    if who is Hearer.SUPERVISOR:
        return tuple(person for person in people if person.role is Role.SUPERVISOR) or people
    return people
