"""What else helps: at most three questions of the municipality, those that the text has not answered."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from bot.domain.concern import ConcernKind
from bot.domain.questions import AnswerOption, FollowUp
from bot.questions import DENIALS, Option, choose_or, fold, write
from bot.texts import Texts
from handlers.here import Here
from handlers.resident.kind import label
from handlers.resident.telling import shorter, words_of
from handlers.resident.told import Told

MOST = 3


@dataclass(frozen=True, slots=True)
class Answered:
    """What the questions of a kind brought."""

    answers: tuple[tuple[str, str], ...] = ()  # question and answer, as the team reads them
    chosen: dict[str, str] = field(default_factory=dict)  # question -> option: what the priority hangs on
    named_list: str = ""  # when an answer made it confidential
    to_correct: dict[str, str] = field(default_factory=dict)  # name of a question in the talk -> its words


def follow_ups(
    t: Texts, here: Here, kind: ConcernKind, told: Told, text: str, again: frozenset[str] = frozenset()
) -> Generator[Any, Any, Answered]:
    """Ask what is left to ask, and what is to be corrected."""
    answers: list[tuple[str, str]] = []
    chosen: dict[str, str] = {}
    to_correct: dict[str, str] = {}
    named_list = ""
    for question in here.municipality.questions.get(kind.slug, ())[:MOST]:
        if not question.asked_after(chosen):
            continue
        corrected = question_name(kind, question) in again
        told_already = None if corrected else option_told(question, text)
        if told_already is not None:
            said, slug = label(t, told_already.label, told_already.label_en), told_already.slug
        elif not corrected and answered(question, told, text):
            continue
        else:
            said, slug = yield from follow_up(t, kind, question)
        answers.append((question.text, said))
        chosen[question.slug] = slug
        to_correct[question_name(kind, question)] = words_asked(t, question)
        option = question.option(slug)
        named_list = option.named_list if option and option.named_list else named_list
    return Answered(tuple(answers), chosen, named_list, to_correct)


def option_told(question: FollowUp, text: str) -> AnswerOption | None:
    """The one option whose words stand in what was written; a bare yes or no is never taken from a sentence."""
    named = [o for o in question.options if says(text, o.told_by)]
    if not named:
        named = [o for o in question.options if o.slug not in YES_NO and says(text, (o.label,))]
    return named[0] if len(named) == 1 else None


YES_NO = frozenset({"si", "no", "no_se"})


def says(text: str, phrases: tuple[str, ...]) -> bool:
    """Does one of the phrases stand in the text, without a "no" just before it?"""
    said = fold(text)
    for phrase in phrases:
        begins, pattern = _pattern(phrase)
        if begins not in said:  # most phrases of most questions
            continue
        for found in pattern.finditer(said):
            if not DENIALS & set(said[: found.start()].split()[-1:]):
                return True
    return False


@lru_cache(maxsize=1024)
def _pattern(phrase: str) -> tuple[str, re.Pattern[str]]:
    """How it begins, and all of it: `*` ends a word, or stands for one."""
    stems = [fold(word.rstrip("*")) for word in phrase.split()]
    words = (
        re.escape(stem) + (r"\w*" if "*" in word else "")
        for stem, word in zip(stems, phrase.split(), strict=True)
    )
    return "".join(stems[:1]), re.compile(rf"\b{' '.join(words)}\b")


FULL_TELLING = 8  # words after which an open question would only ask for more of the same


def answered(question: FollowUp, told: Told, text: str) -> bool:
    """Did the first sentence say when, or enough to spare an open question?"""
    if question.told_when:
        return says(text, question.told_when)
    if question.slug in WHEN:
        return bool(told.when) and fold(told.when) not in VAGUE
    return not question.options and len(text.split()) >= FULL_TELLING


WHEN = frozenset({"ahora", "cuando", "desde_cuando", "horario"})
VAGUE = frozenset({"ahorita", "orita", "ahora", "horita"})  # now, or later: it is asked


def follow_up(t: Texts, kind: ConcernKind, question: FollowUp) -> Generator[Any, Any, tuple[str, str]]:
    """Ask it: what was answered, and the slug of the option."""
    text, name = words_asked(t, question), question_name(kind, question)
    if not question.options:
        skip: Option[str] = Option("no sé", "unknown", t("No sé"))
        said = yield from write(name, (text,), options=(skip,), files=True, too_long=shorter(t))
        return words_of(t, said), ""
    options = [Option(o, o.slug, label(t, o.label, o.label_en)) for o in question.options]
    picked = yield from choose_or(
        name, (text,), options, lambda reply: option_told(question, reply.text), as_rows=len(options) > 3
    )
    return picked.label, picked.slug


def question_name(kind: ConcernKind, question: FollowUp) -> str:
    """As the talk keeps its answer; at most 40 characters."""
    return f"q_{kind.slug}_{question.slug}"[:40]


def words_asked(t: Texts, question: FollowUp) -> str:
    """The question, in the person's language as far as the municipality has it."""
    return question.text_en if t.locale != "es" and question.text_en else question.text
