"""Who hears first of what can wait: near and not loaded; of what is urgent everybody, and who is round the corner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.concern import Priority
from bot.domain.report import Report
from bot.domain.roster import Officer, Roster, Shift
from bot.domain.routing import Reach, best_placed, climb_to, first_alerted
from bot.domain.service_level import Hearer
from bot.domain.territory import Place, Point
from tests.domain.conftest import NOON

THERE = Point(18.5074, -88.3087)
HOUR = timedelta(hours=1)


def point(metres_north: float) -> Point:
    """So far to the north of where it happens."""
    return Point(THERE.lat + metres_north / 111_195, THERE.lon)


def town(*people: tuple[str, float | None], sector: str = "norte", minutes_ago: int = 5) -> Roster:
    """Officers of a sector, each so many metres away; None shared no place."""
    officers = tuple(Officer(person_id=n, badge=n, name=n, sectors=(sector,)) for n, _ in people)
    shifts = tuple(
        Shift(
            person_id=name,
            sectors=(sector,),
            starts_at=NOON - HOUR + timedelta(seconds=n),
            ends_at=NOON + HOUR,
            spot=None if metres is None else point(metres),
            spot_at=None if metres is None else NOON - timedelta(minutes=minutes_ago),
        )
        for n, (name, metres) in enumerate(people)
    )
    return Roster(officers=officers, shifts=shifts)


@pytest.fixture
def report(make_report: Callable[..., Report]) -> Report:
    """Something that can wait, at a known place."""
    return make_report(place=Place(colonia="centro", point=THERE))


def badges(people: object) -> list[str]:
    return [officer.badge for officer in people]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, ["near", "far", "silent"]),
        ({"near": 1}, ["near", "far", "silent"]),  # 100 m and a case are less than 900 m
        ({"near": 2}, ["far", "near", "silent"]),
        ({"near": 2, "far": 4}, ["near", "silent", "far"]),
    ],
)
def test_a_case_in_hand_counts_as_half_a_kilometre(
    report: Report, claims: dict[str, int], expected: list[str]
) -> None:
    """Who shared no place counts as two kilometres away."""
    roster = town(("silent", None), ("far", 900), ("near", 100))
    assert badges(best_placed(roster.hearing(NOON), report, roster, NOON, claims)) == expected


def test_of_what_can_wait_the_best_placed_hear_first(report: Report) -> None:
    """As many as the municipality says; nought is everybody."""
    roster = town(("silent", None), ("far", 900), ("near", 100))
    assert badges(first_alerted(report, roster, NOON, Reach(most=2))) == ["near", "far"]
    assert badges(first_alerted(report, roster, NOON, Reach(most=3))) == ["silent", "far", "near"]
    assert len(first_alerted(report, roster, NOON)) == 3


@pytest.mark.parametrize("priority", [Priority.P0, Priority.P1])
def test_of_what_is_urgent_the_whole_sector_hears(
    make_report: Callable[..., Report], priority: Priority
) -> None:
    """Nobody is spared a danger."""
    roster = town(("silent", None), ("far", 900), ("near", 100))
    filed = make_report(priority=priority, place=Place(point=THERE))
    assert len(first_alerted(filed, roster, NOON, Reach(most=1))) == 3


def test_a_place_of_an_hour_ago_says_nothing(report: Report) -> None:
    """Nor one that the report does not have."""
    roster = town(("silent", None), ("near", 100), minutes_ago=61)
    assert badges(first_alerted(report, roster, NOON, Reach(most=1))) == ["silent"]


@pytest.mark.parametrize(
    ("metres", "priority", "hears"),
    [(400, Priority.P0, True), (600, Priority.P0, False), (10, Priority.P1, False)],
)
def test_a_danger_is_heard_round_the_corner_whatever_the_sector(
    make_report: Callable[..., Report], metres: int, priority: Priority, *, hears: bool
) -> None:
    """Of another sector, near, and on duty."""
    roster = town(("visitor", metres), sector="sur")
    filed = make_report(priority=priority, place=Place(point=THERE))
    assert badges(first_alerted(filed, roster, NOON, Reach(danger_m=500))) == (["visitor"] if hears else [])


def test_the_next_in_line_is_of_the_sector_and_the_best_placed(report: Report) -> None:
    """Then of the others."""
    near, far = town(("mate", 900), ("mine", 1200)), town(("other", 10), sector="sur")
    roster = Roster(officers=(*near.officers, *far.officers), shifts=(*near.shifts, *far.shifts))
    order = []
    for _ in range(3):
        (heard,) = climb_to(Hearer.NEXT_OFFICER, report, roster, NOON, frozenset(order), {"mate": 3})
        order.append(heard.badge)
    assert order == ["mine", "mate", "other"]
