"""What else helps: at most three questions of the municipality, those that the text has not answered."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from bot.domain.concern import ConcernKind
from bot.domain.questions import AnswerOption, FollowUp
from bot.questions import Option, choose, fold, write
from bot.texts import Texts
from handlers.here import Here
from handlers.resident.kind import label
from handlers.resident.telling import words_of
from handlers.resident.told import Told


def follow_ups(
    t: Texts, here: Here, kind: ConcernKind, told: Told, text: str
) -> Generator[Any, Any, tuple[tuple[tuple[str, str], ...], dict[str, str], str]]:
    """At most three questions of the municipality, those that the text has not answered."""
    answers: list[tuple[str, str]] = []
    chosen: dict[str, str] = {}
    named_list = ""
    for question in here.municipality.questions.get(kind.slug, ())[:3]:
        if question.asked_after(chosen) and not _answered(question, told, text):
            told_already = _option_told(question, text)
            if told_already is not None:
                said, slug = label(t, told_already.label, told_already.label_en), told_already.slug
            else:
                said, slug = yield from follow_up(t, question)
            answers.append((question.text, said))
            chosen[question.slug] = slug
            option = question.option(slug)
            named_list = option.named_list if option and option.named_list else named_list
    return tuple(answers), chosen, named_list


def _option_told(question: FollowUp, text: str) -> AnswerOption | None:
    """The option whose words stand in what was written; a bare yes or no is never taken from a sentence."""
    said = f" {fold(text)} "
    named = [o for o in question.options if o.slug not in YES_NO and f" {fold(o.label)} " in said]
    return named[0] if len(named) == 1 else None


YES_NO = frozenset({"si", "no", "no_se"})


FULL_TELLING = 8  # words after which an open question would only ask for more of the same


def _answered(question: FollowUp, told: Told, text: str) -> bool:
    """Did the first sentence say when, or enough to spare an open question?"""
    if question.slug in WHEN and told.when:
        return True
    return not question.options and len(text.split()) >= FULL_TELLING


WHEN = frozenset({"ahora", "cuando", "desde_cuando", "horario"})


def follow_up(t: Texts, question: FollowUp) -> Generator[Any, Any, tuple[str, str]]:
    text = question.text_en if t.locale != "es" and question.text_en else question.text
    name = f"q_{question.slug}"
    if not question.options:
        skip: Option[str] = Option("no sé", "unknown", t("No sé"))
        said = yield from write(name, (text,), options=(skip,), files=True)
        return words_of(t, said), ""
    options = [Option(o, o.slug, label(t, o.label, o.label_en)) for o in question.options]
    picked = yield from choose(name, (text,), options, as_rows=len(options) > 3)
    return picked.label, picked.slug
