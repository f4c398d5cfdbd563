"""Finds the lexicon's ideas (named sets of phrases) in the words of a message.

A phrase is words in order. Between two of them up to two small words may stand ("no se me prende"); `..` allows
three more of any kind. `rob*` is the beginning of a word, `*ando` its end (not as the first word of a phrase),
`=coma` the word itself, `a|b` either, anything else a stem.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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


class Element(NamedTuple):
    """What one word of a phrase may be."""

    stems: frozenset[str]
    beginnings: tuple[str, ...]
    endings: tuple[str, ...]
    keys: frozenset[str]
    gap: bool

    def fits(self, word: Word) -> bool:
        if word.stem in self.stems or word.key in self.keys:
            return True
        return word.key.startswith(self.beginnings) or word.key.endswith(self.endings)

    @property
    def plain(self) -> frozenset[str] | None:
        """All stems and sounds that it can be; None when it may be more than can be listed."""
        return None if self.beginnings or self.endings else self.stems | self.keys


class Phrase(NamedTuple):
    """Words in order that mean an idea; `second` lists what its second word can be, when that can be listed."""

    idea: str
    elements: tuple[Element, ...]
    second: frozenset[str] | None


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
        for idea, phrases in ideas.items():
            for phrase in phrases:
                self._index(idea, compile_phrase(phrase))
        self._lengths = sorted({len(beginning) for beginning in self._by_beginning})

    def _index(self, idea: str, elements: tuple[Element, ...]) -> None:
        phrase = Phrase(idea, elements, elements[1].plain if len(elements) > 1 else None)
        for key in elements[0].stems:
            self._by_stem[key].append(phrase)
        for key in elements[0].keys:
            self._by_key[key].append(phrase)
        for key in elements[0].beginnings:
            self._by_beginning[key].append(phrase)

    def find(self, words: Sequence[Word]) -> list[Hit]:
        """Every idea in the words, in order of appearance, once a place."""
        hits: dict[Hit, None] = {}
        present = {part for word in words for part in (word.stem, word.key)}
        for at in range(len(words)):
            for idea, elements, second in self._starting(words[at]):
                if second is not None and second.isdisjoint(present):
                    continue  # most second words of a phrase stand nowhere in the message
                last = _match(words, at, elements)
                if last is not None:
                    hits[Hit(idea, at, last, _denied(words, at))] = None
        return list(hits)

    def _starting(self, word: Word) -> Iterable[Phrase]:
        yield from self._by_stem.get(word.stem, ())
        yield from self._by_key.get(word.key, ())
        for length in self._lengths:
            if length <= len(word.key):
                yield from self._by_beginning.get(word.key[:length], ())


def _match(words: Sequence[Word], at: int, elements: tuple[Element, ...]) -> int | None:
    for element in elements[1:]:
        following = _next(words, at, element)
        if following is None:
            return None
        at = following
    return at


def _next(words: Sequence[Word], at: int, element: Element) -> int | None:
    fillers = 2
    wide = WIDE_GAP if element.gap else 0
    for index in range(at + 1, min(at + 2 + fillers + wide, len(words))):
        if element.fits(words[index]):
            return index
        if words[index].key in FILLERS and fillers:
            fillers -= 1
        elif wide:
            wide -= 1
        else:
            return None
    return None


def _denied(words: Sequence[Word], first: int) -> bool:
    """A denial stands up to two words before, in the same clause; "no solo" and "no se si" deny nothing."""
    for index in range(max(0, first - 2), first):
        if words[index].key in NEGATIONS and words[index].clause == words[first].clause:
            return words[index + 1].key not in ("solo", "se", "mas")
    return False
