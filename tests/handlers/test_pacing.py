"""How fast we speak: never faster than the provider lets through, alerts first. Time is virtual."""

from __future__ import annotations

import asyncio
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.delivery.pacing import COUNTED_FOR, FAR, MOST_CHATS, RATES, Bucket, Pacer, Rates, Window
from tests.support.virtual_time import most_in_a_second, virtually

SLOW = Rates(a_second=10, chat_a_second=1.0, chat_burst=2.0)
HARDLY = 1e-6


def turns(
    waits: list[tuple[float, int, str]], rates: Rates = SLOW, takes: float = 0.0
) -> list[tuple[float, int, str]]:
    """When each of (arrives after, lane, chat) had its turn, in the order of turns; a call takes so long."""

    async def work(loop: asyncio.AbstractEventLoop) -> list[tuple[float, int, str]]:
        pacer, begun, done = Pacer(rates), loop.time(), []

        async def one(after: float, lane: int, chat: str) -> None:
            await asyncio.sleep(after)
            async with pacer.turn(lane, chat):
                done.append((loop.time() - begun, lane, chat))
                await asyncio.sleep(takes)

        await asyncio.gather(*(one(*wait) for wait in waits))
        return done

    found: list[tuple[float, int, str]] = virtually(work)
    return found


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 3), st.integers(0, 3), st.sampled_from(["ana", "eva", "leo", "paz"])),
        max_size=40,
    )
)
def test_the_rate_is_never_exceeded(waits: list[tuple[float, int, str]]) -> None:
    """Of the channel, and of each chat; and everybody has a turn."""
    done = turns(waits)
    assert sorted(lane for _, lane, _ in done) == sorted(lane for _, lane, _ in waits)
    assert most_in_a_second([moment for moment, *_ in done]) <= SLOW.a_second
    for chat in {chat for *_, chat in done}:
        own = [moment for moment, _, whose in done if whose == chat]
        # a chat's turn comes before the channel's: what waited there may leave together
        assert len(own) <= SLOW.chat_burst + (own[-1] + HARDLY) * SLOW.chat_a_second


def test_replies_go_at_once_while_half_of_the_places_are_free_then_evenly() -> None:
    done = [moment for moment, *_ in turns([(0, 1, f"chat{n}") for n in range(12)])]
    assert done[4] < 0.001
    assert done[6] > 0.05
    assert COUNTED_FOR < done[-1] < COUNTED_FOR + 0.3


def test_news_go_evenly_from_the_first_on() -> None:
    done = [moment for moment, *_ in turns([(0, 2, f"chat{n}") for n in range(10)])]
    assert done == [pytest.approx(n / SLOW.a_second, abs=0.01) for n in range(10)]


def test_the_pipe_is_kept_full() -> None:
    """Places are taken for a second and the way there and back: 30 and 40 ms are 28.8 a second."""
    rates, way = Rates(a_second=30, chat_a_second=1.0, chat_burst=1.0), 0.04
    done = [moment for moment, *_ in turns([(0, 3, f"chat{n}") for n in range(600)], rates, way)]
    assert most_in_a_second(done) <= 30
    assert 599 / done[-1] > 0.98 * 30 / (1 + way)


def test_an_alert_steps_ahead_of_all_that_waits() -> None:
    """A hundred news stand in line; an alert that comes later has the next place."""
    done = turns([*((0, 2, f"n{n}") for n in range(100)), (1.0, 0, "canul")], takes=0.04)
    moment = next(moment for moment, lane, _ in done if lane == 0)
    assert moment < 1.0 + 2 / SLOW.a_second
    assert done[-1][0] > 9


def test_nothing_goes_while_nothing_is_answered() -> None:
    window = Window(2, now=0.0)
    assert [window.take(0.0, steadily=False), window.take(0.5, steadily=False)] == [0.0, 0.0]
    assert window.take(9.0, steadily=False) == FAR
    window.answered(9.0)
    assert window.take(9.5, steadily=False) == pytest.approx(0.5 + COUNTED_FOR - 1)
    assert window.take(9.0 + COUNTED_FOR, steadily=False) == 0.0


def test_replicas_share_the_places() -> None:
    async def work(loop: asyncio.AbstractEventLoop) -> int:
        pacer = Pacer(Rates(a_second=30, chat_a_second=1.0, chat_burst=1.0))
        pacer.share(4)
        return pacer._window.places

    assert virtually(work) == 7


def test_within_a_lane_who_came_first_goes_first() -> None:
    done = turns([(n / 1000, 1, f"chat{n}") for n in range(30)])
    assert [chat for *_, chat in done] == [f"chat{n}" for n in range(30)]


def test_who_gives_up_waiting_holds_nobody_up() -> None:
    async def work(loop: asyncio.AbstractEventLoop) -> list[str]:
        pacer, done = Pacer(SLOW), []

        async def one(chat: str) -> None:
            async with pacer.turn(1, chat):
                done.append(chat)

        tasks = [asyncio.create_task(one(f"chat{n}")) for n in range(9)]
        await asyncio.sleep(0)
        tasks[6].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return done

    assert virtually(work) == [f"chat{n}" for n in range(9) if n != 6]


def test_chats_that_are_quiet_are_forgotten() -> None:
    """Ten thousand chats are remembered; then those that wrote nothing lately make room."""

    async def work(loop: asyncio.AbstractEventLoop) -> list[int]:
        pacer, kept = Pacer(Rates(a_second=1_000_000_000, chat_a_second=1.0, chat_burst=3.0)), []

        async def one(chat: str) -> None:
            async with pacer.turn(1, chat):
                kept.append(len(pacer._chats))

        for n in range(MOST_CHATS):
            await one(f"chat{n}")
        await asyncio.sleep(0.5)
        await one("chat7")
        await one("chat7")
        await asyncio.sleep(0.75)
        await one("new")
        return kept[-2:]

    assert virtually(work) == [MOST_CHATS, 2]  # the new one, and the one that spoke just now


def test_a_bucket_says_how_long_to_wait() -> None:
    bucket = Bucket(2.0, 1.0, now=0.0)
    assert (bucket.full(0.0), bucket.wait(0.0), bucket.full(0.0)) == (True, 0.0, False)
    assert bucket.wait(0.0) == 0.5
    assert bucket.wait(0.25) == 0.25
    assert bucket.wait(0.5) == 0.0
    assert [bucket.full(moment) for moment in (0.9, 1.0)] == [False, True]


def test_we_stay_below_what_the_networks_let_through() -> None:
    """Telegram: 30 in a second, one a second in a chat."""
    assert RATES["telegram"].a_second <= 30
    assert RATES["telegram"].chat_a_second <= 1


def test_a_group_is_told_at_most_twenty_times_a_minute() -> None:
    """However many cards change there, in any minute; a person's chat beside it is not slower for it."""
    waits = [(0.0, 2, "-100900")] * 70 + [(0.0, 2, "ana")] * 20
    done = turns(waits, RATES["telegram"])
    group = [moment for moment, _, chat in done if chat == "-100900"]
    assert len(group) == 70
    assert max(sum(start <= one < start + 60 for one in group) for start in group) <= 20
    assert max(moment for moment, _, chat in done if chat == "ana") < 25


def test_no_place_is_given_that_nobody_took() -> None:
    """Whatever the rounding, who need not wait has taken a place, or the pace wears out for ever."""
    differently = 0
    for n in range(20_000):
        answered = 30_000 + n * 0.37
        due = answered + COUNTED_FOR
        for moment in (math.nextafter(due, 0.0), due, math.nextafter(due, math.inf)):
            window = Window(1, answered)
            assert window.take(answered, steadily=False) == 0
            window.answered(answered)
            if window.take(moment, steadily=False) == 0:
                assert window._calling == 1
            differently += (moment - answered < COUNTED_FOR) is not (due > moment)
    assert differently > 0, "the case is not met any more"
