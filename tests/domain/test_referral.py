"""A question to another office: answered once, and what the scoreboard makes of many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.errors import ReferralOver
from bot.domain.referral import Answer, Asked, OfficeScore, Outcome, Referral, State, scores

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OPEN = Referral(
    id="q", report_id="r", office="cfe", asked_by="canul", text="La lámpara", asked_at=NOON, expires_at=NOON + 30 * DAY
)  # fmt: skip
SAID = Answer(outcome=Outcome.DONE, text="", at=NOON + DAY)

STEPS: dict[str, Callable[[Referral], Referral]] = {
    "answered": lambda one: one.answered(SAID),
    "passed_on": Referral.passed_on,
    "kept": Referral.kept,
    "silent": Referral.silent,
    "dropped": Referral.dropped,
}
ALLOWED = {
    State.OPEN: {"answered", "silent", "dropped"},
    State.ANSWERED: {"passed_on", "kept"},
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_taken_once_and_from_where_it_may(state: State, step: str) -> None:
    """Thirty cells: where it leads, or a refusal."""
    before = replace(OPEN, state=state)
    if step in ALLOWED.get(state, set()):
        assert STEPS[step](before).state.value == step
    else:
        with pytest.raises(ReferralOver):
            STEPS[step](before)


@pytest.mark.parametrize(("days", "taken"), [(0, True), (29.99, True), (30, False), (300, False)])
def test_an_answer_is_taken_until_the_link_expires(days: float, taken: bool) -> None:
    said = replace(SAID, at=NOON + days * DAY)
    if taken:
        assert OPEN.answered(said).answer == said
    else:
        with pytest.raises(ReferralOver):
            OPEN.answered(said)


def asked(office: str, state: State, days: float | None = None) -> Asked:
    return Asked(
        office=office, state=state, asked_at=NOON, answered_at=NOON + days * DAY if days is not None else None
    )


def test_the_scoreboard_counts_each_office() -> None:
    """What we took back counts for nobody; days are the median of what was answered."""
    many = [
        asked("cfe", State.OPEN),
        asked("cfe", State.PASSED_ON, 1),
        asked("cfe", State.KEPT, 2),
        asked("cfe", State.ANSWERED, 9),
        asked("capa", State.SILENT),
        asked("dif", State.DROPPED),
    ]
    assert list(scores(many)) == [
        OfficeScore(office="cfe", sent=4, answered=3, open=1, median_days=2.0),
        OfficeScore(office="capa", sent=1, answered=0, open=0, median_days=None),
    ]
    assert list(scores([])) == []
