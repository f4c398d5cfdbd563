"""The replay: a flow runs from its top at every turn, fed with the stored raw replies by question name.

The first question without an answer takes the new reply, or is asked. Nothing else is remembered, so restart,
back, correction and a new release in mid-talk are all the same thing: run it again.

Running it again is what a turn costs most, so a caller may keep the flow that stands at its question (`Turn.standing`)
and give it back: where the answers are those that led there, it goes on from there, to the same end as a replay.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

from bot.questions import Besides, Forget, LookUp, NotUnderstood, Question, Reply

T = TypeVar("T")
Flow: TypeAlias = Generator[Any, Any, T]
MakeFlow: TypeAlias = Callable[[frozenset[str]], Flow[T]]  # given the names that the person wants to say anew
Waits: TypeAlias = dict[str, Any]  # fields of a turn whose step has no answer
Answers: TypeAlias = dict[str, Any]  # question name -> raw reply, or a list of them; JSON-able

AGAIN = "_again"  # names of fields that the person corrected: asked even when the first sentence told them
MISSES = "_misses"  # how often in a row the waiting question was not understood
EXTRAS = "_extras"  # files that came while a question wanted something else
SAID = "_said"  # words that answered nothing but must not be lost
RESERVED = frozenset({AGAIN, MISSES, EXTRAS, SAID})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing(Generic[T]):
    """A flow that stands at a step nobody has answered yet. Good for one use: it can't be run twice."""

    flow: Flow[T]
    step: Question[Any] | LookUp
    answers: Answers  # those that led here
    path: tuple[str, ...]
    undoes: int

    def led_here_by(self, answers: Answers) -> bool:
        """Are these the answers, with or without one to the step itself?"""
        name = self.step.name
        known = {**self.answers, name: answers[name]} if name in answers else self.answers
        return known == answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(Generic[T]):
    """What one reply led to: a question to ask, something to look up, or the end."""

    answers: Answers
    path: tuple[str, ...] = ()  # names answered on the way here, in order
    undoes: int = 0  # `back` forgets the path from here on: the last question, and what was looked up since
    question: Question[Any] | None = None
    look_up: LookUp | None = None
    result: T | None = None
    finished: bool = False
    misses: int = 0
    hint: str = ""  # why the reply was not understood, in words for the person
    received: int = 0  # files that a gathering question just took
    standing: Standing[T] | None = field(default=None, compare=False, repr=False)  # where the flow waits


@dataclass(slots=True)
class _Replay:
    """One run from the top."""

    answers: Answers
    reply: Reply | None
    path: list[str] = field(default_factory=list)
    undoes: int = 0
    misses: int = 0
    hint: str = ""
    received: int = 0


def advance(
    make: MakeFlow[T],
    answers: Mapping[str, Any],
    reply: Reply | None = None,
    standing: Standing[T] | None = None,
) -> Turn[T]:
    """Replay `answers`, give `reply` to the first open question, and say what comes next. Pure.

    `standing` spares the replay where it is of the same flow and these answers led to it; it is used up.
    """
    run = _Replay(dict(answers), reply)
    if standing is not None and standing.led_here_by(run.answers):
        run.path.extend(standing.path)
        run.undoes = standing.undoes
        turn = _run(standing.flow, run, standing.step)
        if turn is not None:
            return turn
    while True:
        again = frozenset(run.answers.get(AGAIN, ()))
        run.path.clear()
        run.undoes = 0
        turn = _run(make(again), run)
        if turn is not None:
            return turn


def answered(answers: Mapping[str, Any], name: str, reply: Reply) -> Answers:
    """The answers with what the shell looked up under `name`."""
    return {**answers, name: reply.as_dict()}


def with_words(answers: Mapping[str, Any], text: str) -> Answers:
    """The answers with what was written beside the question."""
    return {**answers, SAID: [*answers.get(SAID, ()), text]}


def back(make: MakeFlow[T], answers: Mapping[str, Any]) -> Turn[T]:
    """One question back on the path that the last replay took; at the first one it is asked again."""
    here = advance(make, answers)
    kept = dict(answers)
    for name in (*here.path[here.undoes :], MISSES):
        kept.pop(name, None)
    return advance(make, kept)


def _run(flow: Flow[T], run: _Replay, step: Question[Any] | LookUp | None = None) -> Turn[T] | None:
    """Until a question has no answer, the flow ends, or (None) something was forgotten: start over.

    `step`: where the flow stands; a fresh one has yet to begin.
    """
    value: Any = None
    while True:
        try:
            step = flow.send(value) if step is None else step
        except StopIteration as end:
            return _turn(run, result=end.value, finished=True)
        if isinstance(step, Forget):
            _forget(step, run)
            return None
        if isinstance(step, Besides):
            value, step = tuple(run.answers.get(SAID, ())), None
            continue
        waits, value = _answer(step, run)
        if waits is not None:
            return _turn(run, **waits, standing=_standing(flow, step, run))
        step = None


def _standing(flow: Flow[T], step: Question[Any] | LookUp, run: _Replay) -> Standing[T]:
    return Standing(flow=flow, step=step, answers=run.answers, path=tuple(run.path), undoes=run.undoes)


def _answer(step: Question[Any] | LookUp, run: _Replay) -> tuple[Waits | None, Any]:
    """The value of one step from what is stored or just came; or what is to be said of the turn that waits for it."""
    if step.name in run.answers:
        try:
            value = step.replay(run.answers[step.name])
        except NotUnderstood:
            run.answers.pop(step.name)  # a rule was tightened since: ask again instead of crashing
        else:
            _passed(step, run)
            return None, value
    if isinstance(step, LookUp):
        return {"look_up": step}, None
    return _fresh(step, run)


def _fresh(question: Question[Any], run: _Replay) -> tuple[Waits | None, Any]:
    if run.reply is not None:
        reply, run.reply = run.reply, None
        try:
            stored, value, more = question.take(reply, run.answers.get(question.partial))
        except NotUnderstood as miss:
            run.misses = int(run.answers.get(MISSES, 0)) + 1
            run.answers[MISSES] = run.misses
            run.hint = miss.hint
        else:
            run.answers.pop(MISSES, None)
            if not more:
                run.answers.pop(question.partial, None)
                run.answers[question.name] = stored
                _passed(question, run)
                return None, value
            run.answers[question.partial] = stored
            run.received = len(reply.media)
    return {
        "question": question,
        "misses": run.misses,
        "hint": run.hint,
        "received": run.received,
    }, None


def _turn(run: _Replay, **what: Any) -> Turn[Any]:
    return Turn(answers=run.answers, path=tuple(run.path), undoes=run.undoes, **what)


def _passed(step: Question[Any] | LookUp, run: _Replay) -> None:
    """An answered step; `back` undoes from the last question on, but nothing that a look-up has done."""
    if isinstance(step, Question):
        run.undoes = len(run.path)
    run.path.append(step.name)
    if isinstance(step, LookUp) and step.acts:
        run.undoes = len(run.path)


def _forget(step: Forget, run: _Replay) -> None:
    for name in step.names:
        run.answers.pop(name, None)
    again = {*run.answers.get(AGAIN, ()), *step.ask_again}
    run.answers[AGAIN] = sorted(again)
