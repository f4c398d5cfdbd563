"""Finds the lexicon's ideas (named sets of phrases) in the words of a message.

A phrase is words in order. Between two of them up to two small words may stand ("no se me prende"); `..` allows
three more of any kind. `rob*` is the beginning of a word, `*ando` its end (not as the first word of a phrase),
`=coma` the word itself, `a|b` either, anything else a stem.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from operator import or_
from typing import Generic, NamedTuple, TypeVar

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
FARTHEST = WIDE_GAP + MOST_FILLERS + 1
"""The next word of a phrase stands no more than so many words further on."""
MOST_KNOWN = 4_000
"""So many words are remembered with what they may mean; about 2 kB each."""


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


@cache
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


T = TypeVar("T")


class Phrase(NamedTuple):
    """A phrase of an idea, without its first word; each further element by its number, and how many words may stand before it."""

    idea: str
    rest: tuple[tuple[int, int], ...]


class Begun(NamedTuple):
    """A phrase begun and gone on: how many words may stand between its first two, and what is still to come."""

    rank: int
    idea: str
    most_between: int
    further: tuple[tuple[int, int], ...]


class Known(NamedTuple):
    """What the lexicon makes of one word: phrases are told apart by their second element, each with its rank.

    Sets of elements are also kept as the bits of one number: those of seven words are joined and compared at once.
    """

    fits: frozenset[int]
    fits_bits: int
    alone: tuple[tuple[int, str], ...]
    seconds_bits: int
    begun: Mapping[int, tuple[Begun, ...]]
    filler: bool
    denies: bool


class Matcher:
    """All ideas of a lexicon. What it knows of a word is looked up once and kept: people use the same few thousand words."""

    def __init__(self, ideas: Mapping[str, Iterable[str]]) -> None:
        self._begin: Index[Phrase] = Index()
        self._follow: Index[int] = Index()
        numbers: dict[Element, int] = {}
        for idea, phrases in ideas.items():
            for phrase in phrases:
                first, *others = compile_phrase(phrase)
                rest = tuple(
                    (numbers.setdefault(one._replace(gap=False), len(numbers)), WIDE_GAP if one.gap else 0)
                    for one in others
                )
                self._begin.add(first._replace(endings=()), Phrase(idea, rest))
        for element, number in numbers.items():
            self._follow.add(element, number)
        self._known = lru_cache(MOST_KNOWN)(self._look_up)
        _element.cache_clear()  # 3 MB: nothing compiles a phrase once the lexicon is read

    def find(self, words: Sequence[Word]) -> list[Hit]:
        """Every idea in the words, in order of appearance, once a place."""
        known = [self._known(word.key) for word in words]
        after = _after(known)
        denials = any(word.denies for word in known)
        hits: list[Hit] = []
        for at, here in enumerate(known):
            ends = [(rank, idea, at) for rank, idea in here.alone]
            near = here.seconds_bits & after[at]
            if near:
                ends.extend(_ends_of(here, near, known, at))
            if ends:
                denied = denials and _denied(words, at)
                found = dict.fromkeys([(idea, last) for _, idea, last in sorted(ends)])
                hits += [Hit(idea, at, last, denied) for idea, last in found]
        return hits

    def _look_up(self, key: str) -> Known:
        alone: list[tuple[int, str]] = []
        begun: dict[int, list[Begun]] = defaultdict(list)
        for rank, phrase in enumerate(self._begin.of(key)):
            if phrase.rest:
                (second, most), *further = phrase.rest
                begun[second].append(Begun(rank, phrase.idea, most, tuple(further)))
            else:
                alone.append((rank, phrase.idea))
        fits = frozenset(self._follow.of(key))
        seconds = {number: tuple(phrases) for number, phrases in begun.items()}
        return Known(
            fits, _bits(fits), tuple(alone), _bits(seconds), seconds, key in FILLERS, key in NEGATIONS
        )


class Index(Generic[T]):
    """Things under the elements that a word can fit."""

    def __init__(self) -> None:
        self._by_stem: dict[str, list[T]] = defaultdict(list)
        self._by_key: dict[str, list[T]] = defaultdict(list)
        self._by_beginning: dict[str, list[T]] = defaultdict(list)
        self._by_ending: dict[str, list[T]] = defaultdict(list)

    def add(self, element: Element, thing: T) -> None:
        for index, names in (
            (self._by_stem, element.stems),
            (self._by_key, element.keys),
            (self._by_beginning, element.beginnings),
            (self._by_ending, element.endings),
        ):
            for name in names:
                index[name].append(thing)

    def of(self, key: str) -> list[T]:
        """What fits a word of this sound."""
        found = [*self._by_stem.get(stem(key), ()), *self._by_key.get(key, ())]
        for length in range(1, len(key) + 1):
            if key[:length] in self._by_beginning:
                found += self._by_beginning[key[:length]]
            if key[-length:] in self._by_ending:
                found += self._by_ending[key[-length:]]
        return found


def _bits(numbers: Iterable[int]) -> int:
    """The set of small numbers as one number."""
    return sum(1 << number for number in numbers)


def _after(known: Sequence[Known]) -> list[int]:
    """For each word, what the words that stand close enough behind it fit: twos are joined to fours, fours to sevens."""
    one = [0] * (len(known) + FARTHEST + 1)
    one[: len(known)] = [word.fits_bits for word in known]
    two = list(map(or_, one, one[1:]))
    four = list(map(or_, two, two[2:]))
    return list(map(or_, four[1:], four[4:]))


def _ends_of(here: Known, near: int, known: Sequence[Known], at: int) -> Iterator[tuple[int, str, int]]:
    """The phrases begun there that go on to their end: rank, idea and last word."""
    while near:
        lowest = near & -near
        near ^= lowest
        number = lowest.bit_length() - 1
        second, between = _next(number, known, at)
        for rank, idea, most, further in here.begun[number]:
            if between <= most:
                last = _end_of(further, known, second) if further else second
                if last is not None:
                    yield rank, idea, last


def _end_of(further: Iterable[tuple[int, int]], known: Sequence[Known], at: int) -> int | None:
    """The last word of the phrase that has come so far, if its further words follow closely."""
    for number, most in further:
        at, between = _next(number, known, at)
        if between > most:
            return None
    return at


def _next(number: int, known: Sequence[Known], at: int) -> tuple[int, int]:
    """The next word that fits, and how many words that count stand between; too many if none does."""
    fillers = 0
    for index in range(at + 1, min(at + FARTHEST + 1, len(known))):
        here = known[index]
        if number in here.fits:
            return index, index - at - 1 - min(fillers, MOST_FILLERS)
        fillers += here.filler
    return at, FARTHEST


def _denied(words: Sequence[Word], first: int) -> bool:
    """A denial stands up to two words before, in the same clause; "no solo" and "no se si" deny nothing."""
    for index in range(max(0, first - 2), first):
        if words[index].key in NEGATIONS and words[index].clause == words[first].clause:
            return words[index + 1].key not in ("solo", "se", "mas")
    return False
