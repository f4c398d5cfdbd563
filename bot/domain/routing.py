"""Who is alerted first, and who next when nobody answers: the ladder, as pure rules."""

from __future__ import annotations

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


def first_alerted(report: Report, roster: Roster, at: datetime) -> tuple[Officer, ...]:
    """The team of the sectors that is on duty and on no pause; of a confidential one, the first of the list (on duty first)."""
    if report.listed:
        return _of_list(report, roster, at)[:1]
    if report.priority is Priority.P0 and not report.place.known:
        return roster.hearing(at)  # danger, nobody knows where: everyone on shift hears
    return roster.hearing(at, report.sectors)


def climb_to(
    who: Hearer | None, report: Report, roster: Roster, at: datetime, holders: frozenset[str]
) -> tuple[Officer, ...]:
    """Who hears at a step of the ladder; None is beyond its end: everybody again."""
    if report.listed:
        return _climb_list(who, report, roster, at, holders)
    on_duty = roster.hearing(at)
    if who is Hearer.NEXT_OFFICER:
        return tuple(officer for officer in on_duty if officer.person_id not in holders)[:1]
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
