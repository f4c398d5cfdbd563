"""Flows kept between two turns: they spare the replay, and never decide anything."""

from __future__ import annotations

from pathlib import Path

from bot.conversation import advance
from bot.questions import Reply
from handlers.standing import MOST, Flows
from tests.support import replayed
from tests.support.talker import town
from tests.test_conversation import order


async def test_a_report_is_told_without_a_replay(tmp_path: Path) -> None:
    before = replayed.spared
    async with town(tmp_path) as here:
        await here.vecina.reports("hay una lámpara fundida")
    assert replayed.spared - before >= 4


async def test_a_turn_that_was_rolled_back_is_taken_anew(tmp_path: Path) -> None:
    """The flow went on, the commit did not: the next reply is heard as an answer to what is stored."""
    async with town(tmp_path) as here:
        await here.vecina.says("hay una lámpara fundida")
        flows = here.demo.app.here.flows
        [talk] = flows._kept
        kept = flows._kept[talk]
        ahead = advance(order, {}, Reply(text="pera"))  # as after a turn that nobody committed
        flows._kept[talk] = (*kept[:2], ahead.standing)  # type: ignore[assignment]
        assert "consent" not in here.vecina.last
        assert "¿Dónde" in await here.vecina.says("acepto")


def test_only_the_last_talks_are_kept_and_one_is_taken_once() -> None:
    flows, turn = Flows(), advance(order, {})
    for number in range(MOST + 1):
        flows.keep(str(number), "es", {"n": number}, turn.standing)
    assert flows.take("0", "es", {"n": 0}) is None
    assert flows.take("1", "en", {"n": 1}) is None, "another language, other words"
    assert flows.take("2", "es", {"n": 3}) is None, "it began with other arguments"
    assert flows.take("3", "es", {"n": 3}) is turn.standing
    assert flows.take("3", "es", {"n": 3}) is None
