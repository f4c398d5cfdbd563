"""What is asked about a kind of concern once it is known, and what the answers change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.concern import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOption:
    """One of the answers that can be tapped."""

    slug: str
    label: str  # at most 20 characters: it is a button
    label_en: str = ""
    priority: Priority | None = None  # raises the report to it; never lowers
    told_by: tuple[str, ...] = ()  # words of a first sentence that say it; `*` ends or stands for a word
    because: str = ""  # why it raises the priority, as the officer reads it; at most 60 characters
    named_list: str = ""  # makes the report confidential: from now on it belongs to that list


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A question about a kind; without options it is answered in one's own words."""

    slug: str
    text: str  # at most 300 characters
    text_en: str = ""
    options: tuple[AnswerOption, ...] = ()
    told_when: tuple[str, ...] = ()  # without options: words of a first sentence that answer it
    when: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # earlier question -> answers that lead here

    def asked_after(self, answers: Mapping[str, str]) -> bool:
        """Do the answers so far (question -> option) lead to this question?"""
        return all(answers.get(question) in wanted for question, wanted in self.when.items())

    def option(self, slug: str) -> AnswerOption | None:
        """The option of that slug."""
        return next((option for option in self.options if option.slug == slug), None)


BY_KIND = "kind"  # the priority is that of the kind
BY_DANGER = "danger"  # words of danger
BY_ANSWER = "answer:"  # then question.option


def priority_after(start: Priority, questions: tuple[FollowUp, ...], answers: Mapping[str, str]) -> Priority:
    """The priority once the answers are known: the most urgent of what was and what was answered."""
    chosen = (question.option(answers.get(question.slug, "")) for question in questions)
    return min([start, *(option.priority for option in chosen if option and option.priority is not None)])


def reason_of(start: Priority, questions: tuple[FollowUp, ...], answers: Mapping[str, str]) -> str:
    """The code of what made the priority: its kind, or the first answer that is as urgent as it became."""
    after = priority_after(start, questions, answers)
    for question in questions if after < start else ():
        option = question.option(answers.get(question.slug, ""))
        if option is not None and option.priority == after:
            return f"{BY_ANSWER}{question.slug}.{option.slug}"
    return BY_KIND


def answer_behind(reason: str, questions: tuple[FollowUp, ...]) -> tuple[FollowUp, AnswerOption] | None:
    """The question and the answer that a reason's code names, while the municipality still has them."""
    slug, _, chosen = reason.removeprefix(BY_ANSWER).partition(".")
    question = next((one for one in questions if one.slug == slug), None)
    option = question.option(chosen) if question is not None and reason.startswith(BY_ANSWER) else None
    return (question, option) if question is not None and option is not None else None
