"""Finds the lexicon's ideas (named sets of phrases) in the words of a message.

A phrase is words in order. Between two of them up to two small words may stand ("no se me prende"); `..` allows
three more of any kind. `rob*` is the beginning of a word, `*ando` its end (not as the first word of a phrase),
`=coma` the word itself, `a|b` either, anything else a stem.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
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
MOST_KNOWN = 8_000
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
    """A phrase of an idea, without its first word; each further element by its number, and whether words may stand before it."""

    idea: str
    rest: tuple[tuple[int, bool], ...]


class Known(NamedTuple):
    """What the lexicon makes of one word: phrases are told apart by their second element, each with its rank."""

    fits: frozenset[int]
    alone: tuple[tuple[int, str], ...]
    seconds: frozenset[int]
    begun: Mapping[int, tuple[tuple[int, Phrase], ...]]


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
                    (numbers.setdefault(one._replace(gap=False), len(numbers)), one.gap) for one in others
                )
                self._begin.add(first._replace(endings=()), Phrase(idea, rest))
        for element, number in numbers.items():
            self._follow.add(element, number)
        self._known = lru_cache(MOST_KNOWN)(self._look_up)

    def find(self, words: Sequence[Word]) -> list[Hit]:
        """Every idea in the words, in order of appearance, once a place."""
        known = [self._known(word.key) for word in words]
        hits: dict[Hit, None] = {}
        for at, here in enumerate(known):
            ends = [(rank, idea, at) for rank, idea in here.alone]
            for number in _near(known, at):
                for rank, phrase in here.begun[number]:
                    last = _end_of(phrase, words, known, at)
                    if last is not None:
                        ends.append((rank, phrase.idea, last))
            if ends:
                denied = _denied(words, at)
                hits.update((Hit(idea, at, last, denied), None) for _, idea, last in sorted(ends))
        return list(hits)

    def _look_up(self, key: str) -> Known:
        alone: list[tuple[int, str]] = []
        begun: dict[int, list[tuple[int, Phrase]]] = defaultdict(list)
        for rank, phrase in enumerate(self._begin.of(key)):
            if phrase.rest:
                begun[phrase.rest[0][0]].append((rank, phrase))
            else:
                alone.append((rank, phrase.idea))
        fits = frozenset(self._follow.of(key))
        seconds = {number: tuple(phrases) for number, phrases in begun.items()}
        return Known(fits, tuple(alone), frozenset(seconds), seconds)


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

    def of(self, key: str) -> Iterator[T]:
        """What fits a word of this sound."""
        yield from self._by_stem.get(stem(key), ())
        yield from self._by_key.get(key, ())
        for length in range(1, len(key) + 1):
            yield from self._by_beginning.get(key[:length], ())
            yield from self._by_ending.get(key[-length:], ())


def _near(known: Sequence[Known], at: int) -> Iterable[int]:
    """The second elements of phrases begun here for which a word stands close enough."""
    seconds = known[at].seconds
    if not seconds:
        return ()
    return {number for one in known[at + 1 : at + FARTHEST + 1] for number in one.fits & seconds}


def _end_of(phrase: Phrase, words: Sequence[Word], known: Sequence[Known], at: int) -> int | None:
    """The last word of the phrase that begins there, if its other words follow closely."""
    for number, gap in phrase.rest:
        fillers = between = 0
        for index in range(at + 1, min(at + FARTHEST + 1, len(known))):
            if number in known[index].fits:
                break
            between += 1
            fillers += words[index].key in FILLERS
        else:
            return None
        others = between - fillers + max(0, fillers - MOST_FILLERS)
        if others > (WIDE_GAP if gap else 0):
            return None
        at = index
    return at


def _denied(words: Sequence[Word], first: int) -> bool:
    """A denial stands up to two words before, in the same clause; "no solo" and "no se si" deny nothing."""
    for index in range(max(0, first - 2), first):
        if words[index].key in NEGATIONS and words[index].clause == words[first].clause:
            return words[index + 1].key not in ("solo", "se", "mas")
    return False
