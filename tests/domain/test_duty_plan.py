"""The roster's rules: what each pattern makes, what is proposed, what nobody covers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.duty_plan import Gap, Pattern, PlannedShift, gaps, proposed, spans
from bot.domain.report import Report
from bot.domain.roster import Officer, Roster, Shift
from bot.domain.routing import climb_to, first_alerted
from bot.domain.service_level import Hearer

CANCUN = ZoneInfo("America/Cancun")
NINE = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("pattern", "starts", "hours"),
    [
        (Pattern.ON_24_OFF_24, ["01 07", "03 07", "05 07"], 24),
        (Pattern.ON_12_OFF_12, ["01 07", "02 07", "03 07", "04 07", "05 07"], 12),
        (Pattern.ON_12_OFF_24, ["01 07", "02 19", "04 07", "05 19"], 12),
        (Pattern.ON_24_OFF_48, ["01 07", "04 07"], 24),
    ],
)
def test_a_pattern_makes_its_shifts(pattern: Pattern, starts: list[str], hours: int) -> None:
    """Those that begin from the first day to the last, both included."""
    made = list(spans(pattern, date(2026, 12, 1), date(2026, 12, 5), time(7), None, CANCUN))
    assert [f"{start:%d %H}" for start, _ in made] == starts
    assert {end - start for start, end in made} == {timedelta(hours=hours)}


def test_a_free_shift_may_pass_midnight_and_needs_an_end() -> None:
    """One a day, each with its own end."""
    made = list(spans(Pattern.FREE, date(2026, 12, 1), date(2026, 12, 2), time(19), time(3), CANCUN))
    assert [(f"{a:%d %H}", f"{b:%d %H}") for a, b in made] == [("01 19", "02 03"), ("02 19", "03 03")]
    with pytest.raises(ValueError, match="an end"):
        list(spans(Pattern.FREE, date(2026, 12, 1), date(2026, 12, 1), time(19), None, CANCUN))


def planned(start: float, end: float, badge: str = "E-1", *sectors: str) -> PlannedShift:
    """A shift, in hours from nine o'clock."""
    return PlannedShift(
        badge=badge, starts_at=NINE + start * HOUR, ends_at=NINE + end * HOUR, sectors=sectors
    )


@pytest.mark.parametrize(
    ("shifts", "expected"),
    [
        ([planned(-2, 10)], 0),  # it runs
        ([planned(1, 13)], 0),  # within reach
        ([planned(3, 15)], None),  # too early
        ([planned(-12, 0.2), planned(0.2, 12)], 1),  # what is nearly over is not begun any more
        ([planned(-12, 0), planned(14, 26)], None),
        ([], None),
    ],
)
def test_the_shift_that_runs_or_comes_next_is_proposed(
    shifts: list[PlannedShift], expected: int | None
) -> None:
    """Two hours before at the earliest."""
    found = proposed(shifts, NINE, 2 * HOUR, HOUR / 2)
    assert found == (None if expected is None else shifts[expected])


HOURS = st.integers(0, 48)


@given(st.lists(st.tuples(st.sampled_from(["norte", "sur"]), HOURS, st.integers(1, 30)), max_size=8))
def test_every_moment_is_covered_or_in_a_gap(shifts: list[tuple[str, int, int]]) -> None:
    """Never both, never neither, whatever the shifts are."""
    covered = [((where,), NINE + n * HOUR, NINE + (n + long) * HOUR) for where, n, long in shifts]
    found = gaps(["norte", "sur"], covered, NINE, NINE + 24 * HOUR)
    for sector in ("norte", "sur"):
        for n in range(24):
            moment = NINE + n * HOUR + HOUR / 2
            there = any(where == (sector,) and a <= moment < b for where, a, b in covered)
            open_ = [g for g in found if g.sector == sector and g.starts_at <= moment < g.ends_at]
            assert len(open_) == (0 if there else 1)


def test_gaps_are_told_in_the_order_of_time() -> None:
    """With their own ends."""
    covered = [(("norte",), NINE, NINE + 2 * HOUR), (("norte", "sur"), NINE + 5 * HOUR, NINE + 9 * HOUR)]
    assert gaps(["norte", "sur"], covered, NINE, NINE + 8 * HOUR) == [
        Gap("sur", NINE, NINE + 5 * HOUR),
        Gap("norte", NINE + 2 * HOUR, NINE + 5 * HOUR),
    ]


def on_shift(person: str, **more: object) -> Shift:
    return Shift(person_id=person, sectors=("norte",), starts_at=NINE - HOUR, ends_at=NINE + HOUR, **more)  # type: ignore[arg-type]


def test_a_pause_takes_somebody_out_of_every_step_of_the_ladder(make_report: Callable[..., Report]) -> None:
    """And not off duty: what is in hand goes on."""
    people = tuple(Officer(person_id=p, badge=p, name=p, sectors=("norte",)) for p in ("canul", "poot"))
    roster = Roster(officers=people, shifts=(on_shift("canul", paused_at=NINE), on_shift("poot")))
    filed = make_report(sectors=("norte",))
    assert [o.badge for o in first_alerted(filed, roster, NINE)] == ["poot"]
    for hearer in Hearer:
        heard = climb_to(hearer, filed, roster, NINE, frozenset())
        assert "canul" not in [o.badge for o in heard]
    assert [o.badge for o in roster.on_duty(NINE)] == ["canul", "poot"]
