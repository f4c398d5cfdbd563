"""What is counted in time, and what the answers to questions change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.concern import ConcernKind, Priority
from bot.domain.questions import FollowUp, priority_after
from bot.domain.service_level import DutyHours, Ladder, OpenHours, deadlines
from bot.municipality import Municipality

CANCUN = ZoneInfo("America/Cancun")
MONDAY = datetime(2026, 6, 1, tzinfo=CANCUN)


def at(hours: float, days: int = 0) -> datetime:
    return MONDAY + timedelta(days=days, hours=hours)


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (at(7), at(19)),
        (at(6.9), at(19)),  # six minutes before the handover: it is the next shift that begins
        (at(4.5), at(7)),
        (at(16.9), at(19)),
        (at(17.5), at(7, days=1)),
        (at(23), at(7, days=1)),
    ],
)
def test_a_shift_ends_at_the_first_handover_far_enough(starts: datetime, ends: datetime) -> None:
    assert DutyHours(handovers=(time(19), time(7))).ends_at(starts) == ends


def test_without_handovers_a_shift_has_a_length() -> None:
    assert DutyHours(length=timedelta(hours=8)).ends_at(at(10)) == at(18)


@given(st.integers(0, 60 * 24 * 400))
def test_a_shift_is_never_shorter_than_agreed_nor_longer_than_a_day(minutes: int) -> None:
    starts = MONDAY + timedelta(minutes=minutes)
    ends = DutyHours(handovers=(time(7), time(19))).ends_at(starts)

    assert timedelta(hours=2) <= ends - starts <= timedelta(hours=24)


@pytest.mark.parametrize(
    ("moment", "inside"),
    [(at(21.9), False), (at(22), True), (at(2, days=1), True), (at(7, days=1), False), (at(2), False)],
)
def test_hours_may_pass_midnight(moment: datetime, inside: bool) -> None:
    assert OpenHours(days=(0,), opens=time(22), closes=time(7)).hold(moment) is inside


@pytest.mark.parametrize(
    ("moment", "there"), [(at(9), True), (at(7.9), False), (at(20), False), (at(10, days=5), True)]
)
def test_the_desk_has_its_hours(chetumal: Municipality, moment: datetime, there: bool) -> None:
    assert chetumal.service.desk.open_at(moment) is there


def test_quiet_hours_hold_every_night(chetumal: Municipality) -> None:
    assert [chetumal.service.quiet_at(at(h, days=d)) for d in (0, 6) for h in (1, 12, 23)] == [
        True,
        False,
        True,
    ] * 2


def test_a_ladder_says_when_each_step_is_due_and_ends(chetumal: Municipality) -> None:
    ladder = chetumal.service.ladder(Priority.P0)
    due = [step[0] for n in range(5) if (step := ladder.step_at(n, MONDAY))]

    assert due == [MONDAY + timedelta(minutes=m) for m in (2, 5, 10)]
    assert Ladder(()).step_at(0, MONDAY) is None


def test_deadlines_count_from_the_opening(chetumal: Municipality) -> None:
    opened = datetime(2026, 6, 1, tzinfo=UTC)
    promised = deadlines(chetumal.kinds["robo_casa"], opened)

    assert promised.claim_at == opened + timedelta(hours=4)
    assert promised.close_at == opened + timedelta(hours=48)


def test_what_is_not_promised_has_no_deadline() -> None:
    kind = ConcernKind(slug="x", name="x", short="x", group="x")

    assert deadlines(kind, MONDAY).claim_at is None


@pytest.mark.parametrize(
    ("answers", "asked"),
    [({}, ["cuando"]), ({"cuando": "hoy"}, ["cuando", "adentro"]), ({"cuando": "antes"}, ["cuando"])],
)
def test_a_question_is_asked_only_after_the_answers_that_lead_to_it(
    chetumal: Municipality, answers: dict[str, str], asked: list[str]
) -> None:
    questions = chetumal.questions["robo_casa"]

    assert [question.slug for question in questions if question.asked_after(answers)] == asked


@pytest.mark.parametrize(
    ("answers", "priority"),
    [
        ({}, Priority.P1),
        ({"cuando": "ahora"}, Priority.P0),
        ({"cuando": "antes"}, Priority.P1),
        ({"cuando": "hoy", "adentro": "si"}, Priority.P0),
        ({"cuando": "lo que sea"}, Priority.P1),
    ],
)
def test_answers_raise_the_priority_and_never_lower_it(
    chetumal: Municipality, answers: dict[str, str], priority: Priority
) -> None:
    kind = chetumal.kinds["robo_casa"]

    assert priority_after(kind.priority, chetumal.questions["robo_casa"], answers) == priority


def test_a_threat_for_having_reported_belongs_to_the_list(chetumal: Municipality) -> None:
    option = chetumal.questions["amenazas_rina"][1].option("si")

    assert option is not None
    assert option.named_list == "mando"


def test_a_question_in_ones_own_words_has_no_options() -> None:
    assert FollowUp(slug="x", text="¿?").option("si") is None
