"""Who stands in line comes in by turns, and not too late."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels import StoreUnavailable
from handlers import door
from handlers.door import Door


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Door:
    """Two at once, one in line."""
    monkeypatch.setattr(door, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(door, "LONGEST_LINE", 3)
    return Door()


async def full(narrow: Door) -> None:
    await narrow.enter()
    await narrow.enter()


async def in_line(narrow: Door) -> asyncio.Task[None]:
    """Somebody more, who has taken their place in it."""
    waiting = asyncio.create_task(narrow.enter())
    await asyncio.sleep(0)
    return waiting


async def test_the_first_in_line_comes_in_and_not_who_just_left(narrow: Door) -> None:
    await full(narrow)
    first, second = await in_line(narrow), await in_line(narrow)
    narrow.leave()
    again = await in_line(narrow)
    assert (first.done(), second.done(), again.done()) == (True, False, False)
    narrow.leave()
    await asyncio.wait_for(second, 10)
    narrow.leave()
    await asyncio.wait_for(again, 10)
    assert narrow.inside == 2


async def test_who_waits_too_long_is_asked_to_come_again(
    narrow: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their place in line is nobody's: the next one goes in."""
    await full(narrow)
    monkeypatch.setattr(door, "PATIENCE", 0.01)
    late = await in_line(narrow)
    monkeypatch.setattr(door, "PATIENCE", 60.0)
    patient = await in_line(narrow)
    with pytest.raises(StoreUnavailable):
        await late
    narrow.leave()
    await asyncio.wait_for(patient, 10)
    narrow.leave()
    narrow.leave()
    assert narrow.inside == 0


async def test_a_line_has_an_end(narrow: Door) -> None:
    await full(narrow)
    waiting = [await in_line(narrow) for _ in range(door.LONGEST_LINE)]
    with pytest.raises(StoreUnavailable):
        await narrow.enter()
    for one in waiting:
        one.cancel()


async def test_who_gives_up_takes_no_place_with_them(narrow: Door) -> None:
    """Whether they were still waiting, or had been let in at that very moment."""
    await full(narrow)
    waits, let_in = await in_line(narrow), await in_line(narrow)
    waits.cancel()
    await asyncio.sleep(0)
    narrow.leave()
    let_in.cancel()
    await asyncio.gather(waits, let_in, return_exceptions=True)
    assert narrow.inside == 1
    narrow.leave()
    assert narrow.inside == 0
