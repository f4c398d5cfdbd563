"""Which colonia a name means, as people write it: accents, nicknames, typos, names that two places share."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.domain.territory import Colonia

LONGEST = 80  # characters; a longer text is a story, not a name
SHORTEST = 3  # below it only an exact nickname counts
MISSPELT = 80  # ratio from which a whole name is a slip of the pen
SURE = 88  # score from which the first candidate may be proposed by itself...
MARGIN = 4  # ...if it leads the second by so much
WORTH_SHOWING = 80  # WRatio; lower, any sentence resembles something
MARKER = re.compile(r"\b(?:col|colonia|fracc|fraccionamiento|frac|unidad habitacional)\b")
LONGEST_NAME = 5  # words
STREET_WORDS = frozenset(
    [
        "calle",
        "c",
        "av",
        "avenida",
        "calzada",
        "boulevard",
        "blvd",
        "privada",
        "priv",
        "andador",
        "cerrada",
        "prolongacion",
        "esquina",
        "esq",
        "con",
        "y",
        "entre",
        "de",
    ]
)
NOT_TELLING = STREET_WORDS | {"la", "el", "las", "los", "en", "col", "colonia", "fracc", "frente", "a", "al"}
LEADING_TO_IT = re.compile(
    r"(?:[\s,.]+(?:en|de|la|el|los|las|col|colonia|fracc|frac|fraccionamiento|unidad habitacional))+[\s,.]*$",
    re.IGNORECASE,
)
LEADING = re.compile(r"^(?:(?:en|por|aqui|aca|soy|vivo|de|la|el|los|las)\s+)+")


@dataclass(frozen=True, slots=True)
class Match:
    """What a name may mean."""

    best: Colonia | None = None
    others: tuple[Colonia, ...] = ()  # at most 3
    exact: bool = False  # written as it is called, accents apart

    @property
    def only(self) -> Colonia | None:
        """The one colonia that is called so; None while another may be meant."""
        return self.best if self.exact and not self.others else None


NOTHING = Match()


def fold(text: str) -> str:
    """Lower case, without accents or punctuation, single spaces."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", re.sub(r"['’`´]", "", plain.lower())))


def same_street(one: str, other: str) -> bool:
    """Do two descriptions name the same street or landmark? At least half of their telling words are shared.

    A number alone is none: Roma 12 is not Milán 12.
    """
    a, b = (set(fold(text).split()) - NOT_TELLING for text in (one, other))
    shared = a & b
    return any(not word.isdecimal() for word in shared) and 2 * len(shared) >= min(len(a), len(b))


def bare(folded: str) -> str:
    """The name alone: what stands after the last "colonia", without leading articles."""
    after = MARKER.split(folded)[-1].strip() or MARKER.sub(" ", folded).strip()
    return LEADING.sub("", after)


def likelier_first(colonia: Colonia) -> tuple[bool, int]:
    """Of two with the same name: the pilot one, then the one whose place is better known."""
    return not colonia.pilot, colonia.precision_m or 1_000_000


class ColoniaFinder:
    """Prepared once for all colonias; a look-up then takes a tenth of a millisecond."""

    def __init__(self, colonias: Iterable[Colonia]) -> None:
        ordered = sorted(colonias, key=likelier_first)
        named: dict[str, dict[str, Colonia]] = defaultdict(dict)
        for colonia in ordered:
            for name in (colonia.name, *colonia.aliases):
                for key in (fold(name), bare(fold(name))):
                    named[key][colonia.slug] = colonia
        named.pop("", None)
        self._named = {key: tuple(found.values()) for key, found in named.items()}
        self._keys = [key for key in self._named if key == bare(key)]
        self._words = [(frozenset(bare(fold(colonia.name)).split()), colonia) for colonia in ordered]

    def find(self, text: str) -> Match:
        """The colonia of that name, or the nearest ones to choose from."""
        key = self._key(fold(text[:LONGEST]))
        if key in self._named:
            return self._exactly(key)
        if len(key) < SHORTEST:
            return NOTHING
        if longer := self._with_the_words_of(key):
            return Match(longer[0]) if len(longer) == 1 else Match(others=longer[:3])
        return self._nearest(key)

    def after_a_street(self, text: str) -> tuple[Colonia, str] | None:
        """The one colonia that an address ends with, as people write it, and the street before it.

        "calle roma 23 italia" is the colonia Italia and "calle roma 23".
        """
        words = fold(text[-LONGEST:]).split()
        for length in range(min(LONGEST_NAME, len(words) - 1), 0, -1):
            street, name = words[:-length], " ".join(words[-length:])
            only = self._exactly(self._key(name)).only  # nothing near is meant, and it costs most
            if only is not None and street[-1] not in STREET_WORDS and _is_street(street):
                return only, without_last_words(text, len(bare(name).split()))
        return None

    def _key(self, folded: str) -> str:
        return folded if folded in self._named else bare(folded)

    def _exactly(self, key: str) -> Match:
        """The colonia that is called so; nothing when none is."""
        same = self._named.get(key)
        if not same:
            return NOTHING
        return Match(same[0], without(same[0], (*same, *self._with_the_words_of(key))), exact=True)

    def _with_the_words_of(self, key: str) -> tuple[Colonia, ...]:
        """Colonias whose name holds every word of it: "infonavit", "caribe"."""
        words = frozenset(key.split())
        return tuple(colonia for name, colonia in self._words if words <= name)

    def _nearest(self, key: str) -> Match:
        """The best by similarity; it is only proposed by itself when it leads clearly."""
        ranked = self._ranked(key)
        if not ranked:
            return NOTHING
        (first, score), rest = ranked[0], tuple(colonia for colonia, _ in ranked[1:])
        lead = score - ranked[1][1] if rest else MARGIN
        if score >= SURE and lead >= MARGIN:
            return Match(first, rest[:3])
        return Match(others=(first, *rest)[:3])

    def _ranked(self, key: str) -> list[tuple[Colonia, float]]:
        """The nearest names, each colonia once; a whole name misspelt goes before a likeness of parts."""
        found = process.extract(key, self._keys, scorer=fuzz.ratio, score_cutoff=MISSPELT, limit=6)
        if not found:
            found = process.extract(key, self._keys, scorer=fuzz.WRatio, score_cutoff=WORTH_SHOWING, limit=6)
        best: dict[str, tuple[Colonia, float]] = {}
        for name, score, _ in found:
            for colonia in self._named[name]:
                best.setdefault(colonia.slug, (colonia, score))
        return list(best.values())


def _is_street(words: list[str]) -> bool:
    """A street is named, or a house number stands there: what follows is not the street's own name."""
    return len(words) > 1 and any(word in STREET_WORDS or word.isdecimal() for word in words)


def without_last_words(text: str, count: int) -> str:
    """What was written before its last words, and before the articles and "col." that lead to them."""
    ends = [word.start() for word in re.finditer(r"[\w'’`´]+", text)]
    before = text[: ends[-count]] if len(ends) > count else ""
    return LEADING_TO_IT.sub("", before).strip(" ,.;")


def without(best: Colonia, others: Iterable[Colonia]) -> tuple[Colonia, ...]:
    """The others, each once, at most three."""
    return tuple({other.slug: other for other in others if other.slug != best.slug}.values())[:3]
