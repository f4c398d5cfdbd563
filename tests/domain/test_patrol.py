"""Visits are drawn where nobody can foresee them, and no word of ours says that a house is empty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import DomainError, PastMoment
from bot.domain.patrol import (
    LONGEST_STAY,
    MOST_DAYS,
    SHORTEST_STAY,
    DayPart,
    Visit,
    VisitState,
    plan,
    tells_of_an_empty_house,
)

ZONE = ZoneInfo("America/Cancun")
TEN = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
NIGHT, EARLY = DayPart(time(19), time(0)), DayPart(time(0), time(6))
MINUTE = timedelta(minutes=1)


@given(
    seed=st.integers(0, 10_000),
    days=st.integers(1, MOST_DAYS),
    part=st.sampled_from([NIGHT, EARLY, DayPart(time(6), time(12)), DayPart(time(12), time(19))]),
    minutes=st.integers(0, 24 * 60 - 1),
)
def test_every_visit_lies_ahead_inside_its_hours_and_long_enough(
    seed: int, days: int, part: DayPart, minutes: int
) -> None:
    """One a day, whatever the hour at which they are planned."""
    at = TEN.replace(hour=0) + minutes * MINUTE
    drawn = plan(part=part, days=days, at=at, zone=ZONE, chance=Random(seed).randrange)
    assert len(drawn) == days
    assert len({moment.date() for moment, _, _ in drawn}) == days
    for moment, closes, stay in drawn:
        opens, end = part.on(moment.astimezone(ZONE).date(), ZONE)
        assert max(opens, at) <= moment <= end - LONGEST_STAY * MINUTE
        assert closes == end
        assert SHORTEST_STAY <= stay <= LONGEST_STAY


def test_the_hours_are_spread_over_the_window() -> None:
    """Two hundred draws fall in every half hour of five: nobody learns when it comes."""
    chance = Random(20261123).randrange
    halves = [0] * 10
    for _ in range(200):
        ((moment, _, _),) = plan(part=NIGHT, days=1, at=TEN, zone=ZONE, chance=chance)
        halves[int((moment - NIGHT.on(date(2026, 11, 23), ZONE)[0]) / (30 * MINUTE))] += 1
    assert min(halves) > 5, halves


def test_a_window_that_is_almost_over_begins_tomorrow() -> None:
    late = TEN.replace(hour=23, minute=50)
    ((moment, _, _),) = plan(part=NIGHT, days=1, at=late, zone=ZONE, chance=lambda n: 0)
    assert moment == NIGHT.on(date(2026, 11, 24), ZONE)[0]


@pytest.mark.parametrize("days", [0, -1, MOST_DAYS + 1])
def test_not_for_no_days_nor_for_ever(days: int) -> None:
    with pytest.raises(PastMoment):
        plan(part=NIGHT, days=days, at=TEN, zone=ZONE, chance=lambda n: 0)


def visit(state: str) -> Visit:
    return Visit(
        id="v", report_id="r", sector="norte", planned_by="canul", planned_at=TEN, closes_at=TEN + 60 * MINUTE,
        stay=12, state=VisitState(state),
    )  # fmt: skip


NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
ACTS: dict[str, Callable[[Visit], Visit]] = {
    "call": lambda v: v.call(),
    "arrive": lambda v: v.arrive("canul", NOW),
    "leave": lambda v: v.leave(NOW),
    "miss": lambda v: v.miss(),
    "cancel": lambda v: v.cancel(),
}
TABLE = """
           call    arrive   leave miss    cancel
planned    called  arrived  -     missed  cancelled
called     -       arrived  -     missed  cancelled
arrived    -       -        done  -       -
done       -       -        -     -       -
missed     -       -        -     -       -
cancelled  -       -        -     -       -
"""
HEAD, *ROWS = (line.split() for line in TABLE.strip().splitlines())


@pytest.mark.parametrize(
    ("state", "act", "to"), [(s, act, to) for s, *cells in ROWS for act, to in zip(HEAD, cells, strict=True)]
)
def test_the_life_of_a_visit(state: str, act: str, to: str) -> None:
    if to == "-":
        with pytest.raises(DomainError):
            ACTS[act](visit(state))
    else:
        assert ACTS[act](visit(state)).state == VisitState(to)


@pytest.mark.parametrize(
    "said",
    [
        "La casa está sola, todo bien", "la casa sigue VACÍA", "No había nadie en la casa", "no hay nadie adentro",
        "La familia está de viaje y la puerta cerrada", "casa deshabitada", "Nadie en casa", "no estan en su casa",
        "Los dueños están de vacaciones", "la casa estaba abandonada",
    ],
)  # fmt: skip
def test_what_says_that_a_house_is_empty_is_heard(said: str) -> None:
    assert tells_of_an_empty_house(said)


@pytest.mark.parametrize(
    "said",
    [
        "Todo tranquilo.",
        "La luz del poste 3 está fundida, ya se pidió.",
        "Hablamos con la señora en su casa.",
    ],
)
def test_a_plain_sentence_is_let_through(said: str) -> None:
    assert not tells_of_an_empty_house(said)
