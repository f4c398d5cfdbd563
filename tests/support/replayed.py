"""Every turn that goes on from a standing flow is held against the replay from the top, in every talk of every test."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

from bot import conversation as kit
from bot.conversation import MakeFlow, Standing, Turn
from bot.questions import Reply

replay = kit.advance
spared = 0  # how many turns did not replay; a test looks whether it saw any


def told(turn: Turn[Any]) -> tuple[Any, ...]:
    """What a person and the store see of a turn."""
    question, look_up = turn.question, turn.look_up
    asked = question and (
        question.name,
        question.title,
        question.lines,
        [(option.key, option.label, option.description, option.shown) for option in question.options],
    )
    sought = look_up and (look_up.name, look_up.what, look_up.arguments)
    rest = turn.result, turn.finished, turn.misses, turn.hint, turn.received
    return asked, sought, turn.answers, turn.path, turn.undoes, *rest


def advance(
    make: MakeFlow[Any],
    answers: Mapping[str, Any],
    reply: Reply | None = None,
    standing: Standing[Any] | None = None,
) -> Turn[Any]:
    """`kit.advance`, twice where it may go on from a standing flow."""
    global spared
    turn = replay(make, answers, reply, standing)
    if standing is not None and standing.led_here_by(dict(answers)):
        spared += 1
        assert told(turn) == told(replay(make, answers, reply))
    return turn


@contextlib.contextmanager
def every_turn_as_replayed() -> Iterator[None]:
    """While a town of a test lives."""
    with mock.patch.object(kit, "advance", advance):
        yield
