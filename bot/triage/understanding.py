"""What triage makes of one message: the values the rest of the project sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from bot.triage.slugs import INTENTS, KINDS

THRESHOLD = 0.35
"""Below this a guess is a hint for the buttons, not something to fill a report with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """Someone is in danger now, and which words of the message say so."""

    words: tuple[str, ...]
    plain: bool = (
        True  # the lexicon says it; else only the learned weights, and the words are those that tell most
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One kind of concern or intent, how likely (0 to 1), and the words that speak for it."""

    kind: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePhrase:
    """A place as written; for a recognised colonia, its official name."""

    text: str
    what: str
    """colonia, street, crossing or landmark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """What happens again and again: on which weekdays (0 is Monday; none said: empty), in which part, at what hours."""

    days: tuple[int, ...]
    part: str
    """madrugada, manana, mediodia, tarde, noche, or nothing."""
    start: str
    """23:00, or nothing."""
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePhrase:
    """When: absolute moments, or what repeats; a phrase such as "el otro día" has neither."""

    text: str
    start: datetime | None
    end: datetime | None
    every: Every | None
    said: str
    """In clean Spanish, to be shown: "anoche (jueves 26 de noviembre)"."""
    undated: str = ""
    """The same when nobody named a day and the nearest one past was taken: "en la noche". Else nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """Everything read out of one message. It proposes; the person confirms."""

    danger: Danger | None
    guesses: tuple[Guess, ...]
    also: tuple[str, ...]
    sensitive: bool
    places: tuple[PlacePhrase, ...]
    times: tuple[TimePhrase, ...]
    masked: str

    @property
    def kind(self) -> str | None:
        """The best guess, when it is a report kind and likely enough."""
        best = self._best()
        return best if best in KINDS else None

    @property
    def intent(self) -> str | None:
        """The best guess, when it is one of the eight intents."""
        best = self.guesses[0].kind if self.guesses else None
        return best if best in INTENTS else None

    def _best(self) -> str | None:
        if not self.guesses or self.guesses[0].score < THRESHOLD:
            return None
        return self.guesses[0].kind

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values: this is stored when the talk starts."""
        plain = asdict(self)
        for time in plain["times"]:
            time["start"] = _iso(time["start"])
            time["end"] = _iso(time["end"])
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """The same understanding again, from what `as_dict` gave (also after a trip through JSON)."""
        danger = plain["danger"]
        return cls(
            danger=None
            if danger is None
            else Danger(words=tuple(danger["words"]), plain=danger.get("plain", True)),
            guesses=tuple(_guess(guess) for guess in plain["guesses"]),
            also=tuple(plain["also"]),
            sensitive=plain["sensitive"],
            places=tuple(PlacePhrase(**place) for place in plain["places"]),
            times=tuple(_time(time) for time in plain["times"]),
            masked=plain["masked"],
        )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _guess(plain: Mapping[str, Any]) -> Guess:
    return Guess(kind=plain["kind"], score=plain["score"], reasons=tuple(plain["reasons"]))


def _time(plain: Mapping[str, Any]) -> TimePhrase:
    return TimePhrase(
        text=plain["text"],
        start=_moment(plain["start"]),
        end=_moment(plain["end"]),
        every=_every(plain["every"]),
        said=plain["said"],
        undated=plain.get("undated", ""),  # written down by an older release
    )


def _every(plain: Mapping[str, Any] | None) -> Every | None:
    return None if plain is None else Every(**{**plain, "days": tuple(plain["days"])})
