"""What a talk starts with: the first sentence as triage understood it, kept as it was that day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from bot.domain.territory import Place
from bot.questions import MediaRef, fold
from bot.triage import Triage, Understanding
from handlers.here import Here

NOWHERE = Place()
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # kind and place don't hang on the day, and a flow has no clock
LANDMARK = frozenset({"street", "crossing", "landmark"})


@lru_cache(512)
def read_again(triage: Triage, text: str) -> Understanding:
    """What a flow reads in the same words at every replay."""
    return triage.read(text, SOME_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known before the first question."""

    text: str = ""
    kind: str | None = None
    also: tuple[str, ...] = ()
    place: Place = NOWHERE
    when: str = ""
    consented: bool = False
    on_behalf: bool = False  # an officer notes it down for a neighbour
    channel: str = ""

    def as_arguments(self, media: tuple[MediaRef, ...] = ()) -> dict[str, Any]:
        """As the talk keeps it."""
        point = self.place.point
        return {
            "text": self.text,
            "kind": self.kind,
            "also": list(self.also),
            "colonia": self.place.colonia,
            "street": self.place.street,
            "point": [point.lat, point.lon] if point else None,
            "when": self.when,
            "consented": self.consented,
            "on_behalf": self.on_behalf,
            "channel": self.channel,
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
            also=tuple(kept["also"]),
            place=Place(colonia=kept["colonia"], street=kept["street"], point=point),
            when=kept["when"],
            consented=kept["consented"],
            on_behalf=kept["on_behalf"],
            channel=kept["channel"],
        )


def heard(here: Here, text: str, understood: Understanding | None, **more: Any) -> Told:
    """What the first sentence tells."""
    if understood is None:
        return Told(text=text, **more)
    kind = None if _only_a_place(text, understood) else understood.kind
    return Told(
        text=text,
        kind=kind if kind and here.municipality.kinds.get(kind) else None,
        also=tuple(slug for slug in understood.also if here.municipality.kinds.get(slug)),
        place=place_heard(here, understood),
        when=", ".join(dict.fromkeys(phrase.text for phrase in understood.times)),
        **more,
    )


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
        if phrase.what == "colonia":
            match = here.finder.find(phrase.text)
            if match.best is not None and match.exact and not match.others:
                colonia = match.best.slug
    marks = [phrase.text for phrase in understood.places if phrase.what in LANDMARK]
    whole = (DANGLING.sub("", mark).strip() for mark in marks)
    return Place(colonia=colonia, street=", ".join(dict.fromkeys(mark for mark in whole if mark)))
