"""How fast we speak: never faster than the provider lets through, alerts first. Time is virtual."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.delivery.pacing import RATES, Bucket, Pacer, Rates

SLOW = Rates(a_second=10.0, burst=2.0, chat_a_second=1.0, chat_burst=2.0)
FAR = 1e-6


class Hurried(selectors.DefaultSelector):
    """Instead of sleeping it moves the clock of its loop."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> Any:
        self.now += max(timeout or 0.0, 1e-9)  # never quite still, as real time
        return super().select(0)


def virtually(work: Callable[[asyncio.AbstractEventLoop], Awaitable[Any]]) -> Any:
    """Run on a loop whose time costs nothing."""
    selector = Hurried()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign]
    try:
        return loop.run_until_complete(work(loop))
    finally:
        loop.close()


def turns(waits: list[tuple[float, int, str]], rates: Rates = SLOW) -> list[tuple[float, int, str]]:
    """When each of (arrives after, lane, chat) had its turn, in the order of turns."""

    async def work(loop: asyncio.AbstractEventLoop) -> list[tuple[float, int, str]]:
        pacer, begun, done = Pacer(rates), loop.time(), []

        async def one(after: float, lane: int, chat: str) -> None:
            await asyncio.sleep(after)
            await pacer.turn(lane, chat)
            done.append((loop.time() - begun, lane, chat))

        await asyncio.gather(*(one(*wait) for wait in waits))
        return done

    found: list[tuple[float, int, str]] = virtually(work)
    return found


def within(moments: list[float], rate: float, burst: float) -> bool:
    """In no stretch of time more than its burst and what the rate gives."""
    return all(
        count <= burst + (end - start) * rate + FAR
        for first, start in enumerate(moments)
        for count, end in enumerate(moments[first:], start=1)
    )


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
    assert within([moment for moment, *_ in done], SLOW.a_second, SLOW.burst)
    for chat in {chat for *_, chat in done}:
        own = [moment for moment, _, whose in done if whose == chat]
        # a chat's turn comes before the channel's: what waited there may leave together
        assert len(own) <= SLOW.chat_burst + (own[-1] + FAR) * SLOW.chat_a_second


def test_a_burst_goes_at_once_and_the_rest_at_the_rate() -> None:
    done = turns([(0, 2, f"chat{n}") for n in range(12)])
    assert max(moment for moment, *_ in done[:2]) < 0.001
    assert done[-1][0] == pytest.approx(1.0)


def test_an_alert_steps_ahead_of_all_that_waits() -> None:
    """A hundred news stand in line; an alert that comes later goes next."""
    done = turns([*((0, 2, f"n{n}") for n in range(100)), (1.0, 0, "canul")])
    moment = next(moment for moment, lane, _ in done if lane == 0)
    assert moment < 1.0 + 2 / SLOW.a_second
    assert done[-1][0] > 9


def test_within_a_lane_who_came_first_goes_first() -> None:
    done = turns([(n / 1000, 1, f"chat{n}") for n in range(30)])
    assert [chat for *_, chat in done] == [f"chat{n}" for n in range(30)]


def test_who_gives_up_waiting_holds_nobody_up() -> None:
    async def work(loop: asyncio.AbstractEventLoop) -> list[str]:
        pacer, done = Pacer(SLOW), []

        async def one(chat: str) -> None:
            await pacer.turn(1, chat)
            done.append(chat)

        tasks = [asyncio.create_task(one(f"chat{n}")) for n in range(5)]
        await asyncio.sleep(0)
        tasks[2].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return done

    assert virtually(work) == ["chat0", "chat1", "chat3", "chat4"]


def test_chats_that_are_quiet_are_forgotten() -> None:
    """Ten thousand chats are remembered; then those that wrote nothing lately make room."""

    async def work(loop: asyncio.AbstractEventLoop) -> int:
        pacer = Pacer(Rates(a_second=1e9, burst=1e9, chat_a_second=1.0, chat_burst=1.0))
        for n in range(10_001):
            await pacer.turn(1, f"chat{n}")
        busy = len(pacer._chats)
        await asyncio.sleep(60)
        for bucket in pacer._chats.values():
            bucket.wait(loop.time())
            bucket._tokens = 1.0
        await pacer.turn(1, "new")
        return busy - len(pacer._chats)

    assert virtually(work) == 10_000


def test_a_bucket_says_how_long_to_wait() -> None:
    bucket = Bucket(2.0, 1.0, now=0.0)
    assert (bucket.full, bucket.wait(0.0), bucket.full) == (True, 0.0, False)
    assert bucket.wait(0.0) == 0.5
    assert bucket.wait(0.25) == 0.25
    assert bucket.wait(0.5) == 0.0


def test_we_stay_below_what_the_networks_let_through() -> None:
    """Telegram: 30 a second, one a second in a chat."""
    assert RATES["telegram"].a_second < 30
    assert RATES["telegram"].chat_a_second <= 1
