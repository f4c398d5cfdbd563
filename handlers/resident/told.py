"""What a talk starts with: the first sentence as triage understood it, kept as it was that day."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from bot.domain.territory import Place
from bot.questions import MediaRef, fold
from bot.triage import Triage, Understanding, say_times
from handlers.here import Here
from handlers.resident.concerns import in_order

NOWHERE = Place()
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # kind and place don't hang on the day, and a flow has no clock
LANDMARK = frozenset({"street", "crossing", "landmark"})


@lru_cache(256)
def read_again(triage: Triage, text: str, at: datetime | None = None) -> Understanding:
    """What words say: read once when they come, and found again where a flow needs them, at every replay.

    `at` is when they were said; without it nothing they say of the time is to be believed.
    """
    return triage.read(text, at or SOME_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known before the first question."""

    text: str = ""
    kind: str | None = None
    also: tuple[tuple[str, str], ...] = ()  # further kinds, each with its own words
    place: Place = NOWHERE
    when: str = ""
    consented: bool = False
    on_behalf: bool = False  # an officer notes it down for a neighbour
    channel: str = ""
    over: bool = False  # all that was told is past: no 911 card for what once was
    danger: tuple[str, ...] = ()  # words that speak of danger now

    def as_arguments(self, media: tuple[MediaRef, ...] = ()) -> dict[str, Any]:
        """As the talk keeps it."""
        point = self.place.point
        return {
            "text": self.text,
            "kind": self.kind,
            "also": [list(one) for one in self.also],
            "colonia": self.place.colonia,
            "street": self.place.street,
            "point": [point.lat, point.lon] if point else None,
            "when": self.when,
            "consented": self.consented,
            "on_behalf": self.on_behalf,
            "channel": self.channel,
            "over": self.over,
            "danger": list(self.danger),
            "media": [item.id for item in media],
        }

    @classmethod
    def from_arguments(cls, kept: dict[str, Any]) -> Told:
        """What `as_arguments` wrote."""
        from bot.domain.territory import Point

        point = Point(*kept["point"]) if kept.get("point") else None
        return cls(
            text=kept["text"],
            kind=kept["kind"],
            also=tuple(
                (one[0], one[1]) for one in kept["also"] if len(one) == 2
            ),  # older talks kept only slugs
            place=Place(colonia=kept["colonia"], street=kept["street"], point=point),
            when=kept["when"],
            consented=kept["consented"],
            on_behalf=kept["on_behalf"],
            channel=kept["channel"],
            over=kept.get("over", False),
            danger=tuple(kept.get("danger", ())),
        )


def heard(here: Here, text: str, understood: Understanding | None, **more: Any) -> Told:
    """What the first sentence tells."""
    if understood is None:
        return Told(text=text, **more)
    told = {} if _only_a_place(text, understood) else in_order(here, text, understood, SOME_DAY)
    kinds = [slug for slug in told if here.municipality.kinds.get(slug)]
    return Told(
        text=text,
        kind=kinds[0] if kinds else None,
        also=tuple((slug, told[slug]) for slug in kinds[1:]),
        place=_place_of_first(here, told, kinds, understood),
        when=when_heard(understood, kinds[0] if kinds else None),
        danger=understood.danger.words if understood.danger else (),
        **more,
    )


def with_more(here: Here, told: Told, more: Told) -> Told:
    """What was told, and what was said besides before any of it was settled.

    What only a named list may know stays out of something ordinary, and waits as a concern of its own.
    """
    if told.kind is not None and not here.kind(told.kind).listed and in_confidence_only(here, more):
        return replace(told, also=(*told.also, (str(more.kind), more.text)))
    return replace(
        told,
        text=f"{told.text}\n{more.text}".strip(),
        kind=told.kind or more.kind,
        also=told.also or more.also,
        place=told.place if told.place.known else more.place,
        when=told.when or more.when,
        danger=(*told.danger, *more.danger),
    )


def with_asides(here: Here, told: Told, text: str, asides: Sequence[str]) -> tuple[Told, str]:
    """The description with what was said beside later questions; what is graver waits as a concern of its own."""
    for words in asides:
        graver = in_confidence_only(here, heard(here, words, read_again(here.triage, words)))
        if graver is None:
            text = f"{text}\n{words}"
        else:
            told = replace(told, also=(*told.also, (str(graver.kind), words)))
    return told, text


def in_confidence_only(here: Here, told: Told) -> Told | None:
    """What only a named list may know, told where something ordinary was begun: it takes its own path."""
    return told if told.kind is not None and here.kind(told.kind).listed else None


def _place_of_first(
    here: Here, words: Mapping[str, str], kinds: list[str], understood: Understanding
) -> Place:
    """Where; beside another concern, a confidential one takes no place that was said of the other."""
    if len(kinds) > 1 and here.kind(kinds[0]).listed:
        return place_heard(here, read_again(here.triage, words[kinds[0]]))
    return place_heard(here, understood)


ASK_FOR_WHAT_IS_TO_COME = frozenset({"rondin", "vecino_vigilante"})


def when_heard(understood: Understanding, kind: str | None) -> str:
    """When, said back in clean words; what triage can't put on a calendar stays as it was written.

    Who asks that somebody passes "en la noche" means no night that is over.
    """
    times = understood.times
    if kind in ASK_FOR_WHAT_IS_TO_COME:
        times = tuple(replace(one, said=one.undated or one.said) for one in times)
    return say_times(times) or ", ".join(dict.fromkeys(phrase.text for phrase in times))


def _only_a_place(text: str, understood: Understanding) -> bool:
    """The name of a colonia or a street says nothing of what happens there."""
    places = {word for phrase in understood.places for word in fold(phrase.text).split()}
    return bool(places) and not set(fold(text).split()) - places - PLACE_WORDS


DANGLING = re.compile(r"(?:\s+(?:de|del|en|la|el|los|las|y|por|con))+$", re.IGNORECASE)
PLACE_WORDS = frozenset({"la", "el", "las", "los", "en", "de", "col", "colonia", "fracc", "fraccionamiento"})


def place_heard(here: Here, understood: Understanding) -> Place:
    """Colonia and landmark as far as the sentence names them; a name that may mean two places is asked."""
    colonia = ""
    for phrase in understood.places:
        if phrase.what == "colonia" and (only := here.finder.find(phrase.text).only):
            colonia = only.slug
    marks = [phrase.text for phrase in understood.places if phrase.what in LANDMARK]
    if not colonia:
        colonia, marks = _at_the_end(here, marks)
    whole = (DANGLING.sub("", mark).strip() for mark in marks)
    return Place(colonia=colonia, street=", ".join(dict.fromkeys(mark for mark in whole if mark)))


def _at_the_end(here: Here, marks: list[str]) -> tuple[str, list[str]]:
    """The colonia that a street is followed by, "calle roma 23 italia", and the marks without its name."""
    for n, mark in enumerate(marks):
        if (address := here.finder.after_a_street(mark)) is not None:
            return address[0].slug, [*marks[:n], address[1], *marks[n + 1 :]]
    return "", marks
