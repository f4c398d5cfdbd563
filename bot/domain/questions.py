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
    named_list: str = ""  # makes the report confidential: from now on it belongs to that list


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A question about a kind; without options it is answered in one's own words."""

    slug: str
    text: str  # at most 300 characters
    text_en: str = ""
    options: tuple[AnswerOption, ...] = ()
    when: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # earlier question -> answers that lead here

    def asked_after(self, answers: Mapping[str, str]) -> bool:
        """Do the answers so far (question -> option) lead to this question?"""
        return all(answers.get(question) in wanted for question, wanted in self.when.items())

    def option(self, slug: str) -> AnswerOption | None:
        """The option of that slug."""
        return next((option for option in self.options if option.slug == slug), None)


def priority_after(start: Priority, questions: tuple[FollowUp, ...], answers: Mapping[str, str]) -> Priority:
    """The priority once the answers are known: the most urgent of what was and what was answered."""
    chosen = (question.option(answers.get(question.slug, "")) for question in questions)
    return min([start, *(option.priority for option in chosen if option and option.priority is not None)])
