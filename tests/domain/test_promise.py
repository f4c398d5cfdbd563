"""A promise: made ahead, reminded before, kept, moved, called off or broken; and how many are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.errors import DomainError, PastMoment, PromiseOver, TooFarAhead
from bot.domain.promise import Kept, Promise, Rules, State, Window, require_ahead, tally

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = Rules()


def promise(due: timedelta = 4 * HOUR, starts: timedelta | None = None, state: State = State.OPEN) -> Promise:
    window = Window(starts_at=None if starts is None else NOON + starts, due_at=NOON + due)
    return Promise(
        id="p", report_id="r", owner_id="canul", sector="norte", text="Pasamos", window=window,
        made_at=NOON, state=state,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("due", "starts", "reminded"),
    [
        (4 * HOUR, None, 3 * HOUR),  # by nine: at eight
        (4 * HOUR, 2 * HOUR, HOUR),  # from seven to nine: at six
        (31 * HOUR, 7 * HOUR, 15 * HOUR),  # tomorrow, a whole day: in its morning
    ],
)
def test_its_owner_is_reminded_before_it_begins(
    due: timedelta, starts: timedelta | None, reminded: timedelta
) -> None:
    assert promise(due, starts).remind_at(RULES) == NOON + reminded


def test_it_lapses_half_an_hour_after_its_hour() -> None:
    assert promise().lapses_at(RULES) == NOON + 4 * HOUR + timedelta(minutes=30)


Act = Callable[[Promise], Promise]
ACTS: dict[str, Act] = {
    "keep": lambda p: p.keep(NOON),
    "call_off": lambda p: p.call_off(NOON),
    "lapse": lambda p: p.lapse(NOON),
    "drop": lambda p: p.drop(NOON),
    "move": lambda p: p.move(Window(starts_at=None, due_at=NOON + DAY), NOON, RULES),
}
# what may be done in each state, and where it leads; "-" is refused
TABLE = """
            keep  call_off    lapse   drop     move
open        kept  called_off  broken  dropped  open
kept        -     -           -       -        -
late        -     -           -       -        -
called_off  -     -           -       -        -
broken      late  -           -       -        -
dropped     -     -           -       -        -
"""
HEAD, *ROWS = (line.split() for line in TABLE.strip().splitlines())
CELLS = [(state, act, to) for state, *cells in ROWS for act, to in zip(HEAD, cells, strict=True)]


@pytest.mark.parametrize(("state", "act", "to"), CELLS)
def test_the_life_of_a_promise(state: str, act: str, to: str) -> None:
    """A promise that lapsed cannot be moved or called off any more; it can be kept late."""
    before = promise(state=State(state))
    if to == "-":
        with pytest.raises(PromiseOver):
            ACTS[act](before)
        return
    after = ACTS[act](before)
    assert after.state == State(to)
    assert after.moved == (act == "move")
    assert (after.settled_at is None) == (act == "move")


@pytest.mark.parametrize(
    ("due", "refusal"),
    [(timedelta(0), PastMoment), (-DAY, PastMoment), (31 * DAY, TooFarAhead)],
)
def test_nothing_is_promised_for_yesterday_or_for_next_year(
    due: timedelta, refusal: type[DomainError]
) -> None:
    window = Window(starts_at=None, due_at=NOON + due)
    with pytest.raises(refusal):
        require_ahead(window, NOON, RULES)
    with pytest.raises(refusal):
        promise().move(window, NOON, RULES)


def test_the_rate_counts_what_fell_due_and_says_how_many() -> None:
    states = [State.KEPT] * 6 + [State.LATE, State.BROKEN, State.CALLED_OFF, State.OPEN, State.DROPPED]
    kept = tally(states)
    assert kept == Kept(kept=6, late=1, called_off=1, broken=1)
    assert (kept.due, kept.percent) == (9, 67)
    assert tally([State.OPEN]).percent is None
