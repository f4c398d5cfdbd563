"""Finds the lexicon's ideas (named sets of phrases) in the words of a message.

A phrase is words in order. Between two of them up to two small words may stand ("no se me prende"); `..` allows
three more of any kind. `rob*` is the beginning of a word, `*ando` its end (not as the first word of a phrase),
`=coma` the word itself, `a|b` either, anything else a stem.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from bot.triage.normal import Word
from bot.triage.spelling import fold, sound, stem

FILLERS = frozenset(
    map(
        sound,
        [
            "el",
            "la",
            "los",
            "las",
            "un",
            "una",
            "unos",
            "unas",
            "me",
            "te",
            "se",
            "lo",
            "le",
            "les",
            "nos",
            "mi",
            "mis",
            "su",
            "sus",
            "al",
            "del",
            "de",
            "a",
            "ya",
            "por",
            "en",
            "que",
            "es",
            "ahi",
            "pues",
        ],
    )
)
NEGATIONS = frozenset(
    map(sound, ["no", "sin", "nunca", "ni", "nadie", "ningun", "ninguna", "tampoco", "jamas"])
)
WIDE_GAP = 4
MOST_FILLERS = 2


class Element(NamedTuple):
    """What one word of a phrase may be."""

    stems: frozenset[str]
    beginnings: tuple[str, ...]
    endings: tuple[str, ...]
    keys: frozenset[str]
    gap: bool


class Hit(NamedTuple):
    """An idea found: from which word to which (inclusive), and whether it is denied."""

    idea: str
    first: int
    last: int
    denied: bool


def compile_phrase(phrase: str) -> tuple[Element, ...]:
    """The phrase of a lexicon file, ready to be matched."""
    elements: list[Element] = []
    gap = False
    for part in phrase.split():
        if part == "..":
            gap = True
            continue
        elements.append(_element(part, gap))
        gap = False
    return tuple(elements)


def _element(part: str, gap: bool) -> Element:
    stems: set[str] = set()
    beginnings: list[str] = []
    endings: list[str] = []
    keys: set[str] = set()
    for choice in part.split("|"):
        if choice.endswith("*"):
            beginnings.extend(_beginnings(fold(choice[:-1])))
        elif choice.startswith("*"):
            endings.append(sound(fold(choice[1:])))
        elif choice.startswith("="):
            keys.add(sound(fold(choice[1:])))
        else:
            key = sound(fold(choice))
            stems.add(stem(key)) if len(key) > 3 else keys.add(key)
    return Element(frozenset(stems), tuple(beginnings), tuple(endings), frozenset(keys), gap)


def _beginnings(part: str) -> list[str]:
    """How a word that begins so may sound: what follows c, g, ll or y is not known yet."""
    return sorted({sound(part + vowel)[:-1] for vowel in "ae"})


class Matcher:
    """All ideas of a lexicon, indexed by how their phrases begin."""

    def __init__(self, ideas: Mapping[str, Iterable[str]]) -> None:
        self._by_stem: dict[str, list[Phrase]] = defaultdict(list)
        self._by_key: dict[str, list[Phrase]] = defaultdict(list)
        self._by_beginning: dict[str, list[Phrase]] = defaultdict(list)
        self._elements: dict[Element, int] = {}
        for idea, phrases in ideas.items():
            for phrase in phrases:
                self._index(idea, compile_phrase(phrase))
        self._lengths = sorted({len(beginning) for beginning in self._by_beginning})

    def _index(self, idea: str, elements: tuple[Element, ...]) -> None:
        rest = [
            (self._elements.setdefault(element, len(self._elements)), element) for element in elements[1:]
        ]
        phrase = Phrase(idea, tuple(rest))
        for key in elements[0].stems:
            self._by_stem[key].append(phrase)
        for key in elements[0].keys:
            self._by_key[key].append(phrase)
        for key in elements[0].beginnings:
            self._by_beginning[key].append(phrase)

    def find(self, words: Sequence[Word]) -> list[Hit]:
        """Every idea in the words, in order of appearance, once a place."""
        hits: dict[Hit, None] = {}
        message = Positions(words)
        for at in range(len(words)):
            for phrase in message.whole(words[at], self._starting):
                last = message.end_of(phrase, at)
                if last is not None:
                    hits[Hit(phrase.idea, at, last, _denied(words, at))] = None
        return list(hits)

    def _starting(self, word: Word) -> Iterable[Phrase]:
        yield from self._by_stem.get(word.stem, ())
        yield from self._by_key.get(word.key, ())
        for length in self._lengths:
            if length <= len(word.key):
                yield from self._by_beginning.get(word.key[:length], ())


class Phrase(NamedTuple):
    """A phrase of an idea, without its first word; each further element with its number in the lexicon."""

    idea: str
    rest: tuple[tuple[int, Element], ...]


class Positions:
    """Where each element of the lexicon fits in one message: looked up once, however many phrases ask."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._by_stem: dict[str, list[int]] = defaultdict(list)
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._fillers_before = [0]
        for index, word in enumerate(words):
            self._by_stem[word.stem].append(index)
            self._by_key[word.key].append(index)
            self._fillers_before.append(self._fillers_before[-1] + (word.key in FILLERS))
        self._stems, self._keys = frozenset(self._by_stem), frozenset(self._by_key)
        self._known: dict[int, list[int]] = {}
        self._whole: dict[str, list[Phrase]] = {}

    def whole(self, word: Word, starting: Callable[[Word], Iterable[Phrase]]) -> list[Phrase]:
        """The phrases that begin with this word and whose other words all occur somewhere in the message."""
        phrases = self._whole.get(word.key)
        if phrases is None:
            phrases = self._whole[word.key] = [
                phrase
                for phrase in starting(word)
                if all(self._fits_at(number, element) for number, element in phrase.rest)
            ]
        return phrases

    def _fits_at(self, number: int, element: Element) -> list[int]:
        places = self._known.get(number)
        if places is None:
            places = self._known[number] = self._places(element)
        return places

    def end_of(self, phrase: Phrase, at: int) -> int | None:
        """The last word of the phrase (one of `whole`) that begins there, if the others follow closely."""
        for number, element in phrase.rest:
            at = self._next(self._known[number], at, WIDE_GAP if element.gap else 0)
            if at < 0:
                return None
        return at

    def _next(self, places: Sequence[int], at: int, wide: int) -> int:
        """The first fit, when no more than two small words and so many others stand between; else -1."""
        rank = bisect_right(places, at)
        if rank == len(places):
            return -1
        index = places[rank]
        between = index - at - 1
        fillers = self._fillers_before[index] - self._fillers_before[at + 1]
        others = between - fillers + max(0, fillers - MOST_FILLERS)
        return index if others <= wide else -1

    def _places(self, element: Element) -> list[int]:
        found = {index for stem in element.stems & self._stems for index in self._by_stem[stem]}
        found.update(index for key in element.keys & self._keys for index in self._by_key[key])
        for beginning in element.beginnings:
            found.update(self._by_beginning.get(beginning, ()))
        for ending in element.endings:
            found.update(self._by_ending.get(ending, ()))
        return sorted(found)

    @cached_property
    def _by_beginning(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for key, indexes in self._by_key.items():
            for length in range(1, len(key) + 1):
                found[key[:length]].extend(indexes)
        return found

    @cached_property
    def _by_ending(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for key, indexes in self._by_key.items():
            for start in range(len(key)):
                found[key[start:]].extend(indexes)
        return found


def _denied(words: Sequence[Word], first: int) -> bool:
    """A denial stands up to two words before, in the same clause; "no solo" and "no se si" deny nothing."""
    for index in range(max(0, first - 2), first):
        if words[index].key in NEGATIONS and words[index].clause == words[first].clause:
            return words[index + 1].key not in ("solo", "se", "mas")
    return False
