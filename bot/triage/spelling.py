"""How people here write, brought to one form: sound instead of letters, stem instead of ending."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from bot.triage.hashed import Hashed


def listed(words: str) -> frozenset[str]:
    """The words of a line, as a set."""
    return frozenset(words.split())


BEFORE_E_I = tuple(
    (letter, re.compile(pattern), heard)
    for letter, pattern, heard in (("q", "qu(?=[ei])", "k"), ("c", "c(?=[ei])", "s"), ("g", "g(?=[ei])", "j"))
)
SAME = str.maketrans({"q": "k", "c": "k", "z": "s", "x": "s", "v": "b", "w": "gu"})
"""Letters that sound alike in the Spanish of the Caribbean become one (b/v, s/c/z; ll/y and the silent h below)."""
IN_PLACE = tuple(
    (letter, re.compile(pattern), heard)
    for letter, pattern, heard in (
        ("g", "gu(?=[ei])", "g"),
        ("y", "(?<=[aeou])y(?![aeiou])", "i"),
        ("n", "n(?=[bp])", "m"),
        ("r", "^rr", "r"),
    )
)
DOUBLED = re.compile(r"([b-df-hj-np-qs-tv-zC])\1+")

CLITIC = re.compile(r"(?<=[aei]r|do|en|an)(?:me|te|se|nos|les?|l[ao]s?)$")
PLURAL = re.compile(r"(?<=..[aeo])s$")
ENDINGS = listed(
    "iendose andose siones adores iendo ieron sione mente adora arian erian irian aria eria iria aron aran eran iran aban "
    "ando endo aste iste amos emos imos ador sion adas ados idas idos itas itos ada ado ida ido aba ian ita ito ona are ara "
    "era aje ar er ir an en as es os ia io on a e i o s"
)
LONGEST_ENDING = max(map(len, ENDINGS))
SHORTEST_STEM = 4
"""Shorter words keep their ending: "moto" is not "mota", nor "caso" "casa"."""
SHORTEST_REPAIRED, LONG_WORD, LONGEST_REPAIRED = 5, 7, 20
VOWELS = str.maketrans("", "", "aeiou")
MOST_KEPT = 4_000
"""So many words are remembered with their sound, and so many with their stem; about 180 B each."""


def fold(text: str) -> str:
    """Lower case, no accents, no compatibility forms (𝐛𝐨𝐥𝐝 letters become plain ones)."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(MOST_KEPT)
def sound(word: str) -> str:
    """The folded word as it sounds."""
    if "h" in word:
        word = word.replace("ch", "C").replace("sh", "C").replace("ph", "f").replace("h", "")
    for letter, pattern, heard in BEFORE_E_I:
        if letter in word:
            word = pattern.sub(heard, word)
    word = word.translate(SAME).replace("ll", "y")
    for letter, pattern, heard in IN_PLACE:
        if letter in word:
            word = pattern.sub(heard, word)
    return DOUBLED.sub(r"\1", word).replace("C", "ch")


@lru_cache(MOST_KEPT)
def stem(key: str) -> str:
    """The sound without clitics and without its longest known ending."""
    bare = CLITIC.sub("", key)
    key = bare if len(bare) >= SHORTEST_STEM + 1 else key
    if len(key) <= SHORTEST_STEM + 1:
        return PLURAL.sub("", key)
    for length in range(min(LONGEST_ENDING, len(key) - SHORTEST_STEM), 0, -1):
        if key[-length:] in ENDINGS:
            return key[:-length]
    return key


class Speller:
    """Knows a vocabulary of sounds and brings a mistyped one back to it, in constant time a word."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._stems = frozenset(map(stem, self._known))
        words = sorted(self._known, key=lambda key: (len(key), key))
        self._shortened = Shortened([key for key in words if len(key) >= SHORTEST_REPAIRED])
        self._skeletons: dict[str, str] = {}
        for key in words:
            skeleton = key.translate(VOWELS)
            if len(skeleton) >= 3:
                self._skeletons.setdefault(skeleton, key)

    def __contains__(self, key: str) -> bool:
        return key in self._known or stem(key) in self._stems

    def correct(self, key: str) -> str:
        """The known sound one slip away (or without its vowels), else the key itself."""
        if key in self or not key.isalpha():
            return key
        if len(key) >= 3 and key == key.translate(VOWELS):
            return self._skeletons.get(key, key)
        return self._one_slip(key) if SHORTEST_REPAIRED <= len(key) <= LONGEST_REPAIRED else key

    def _one_slip(self, key: str) -> str:
        for found in self._shortened.sharing((key, *_one_letter_less(key))):
            if found[0] == key[0] and _likely_slip(key, found):
                return found
        return key

    def split(self, key: str) -> tuple[str, ...]:
        """Two known words written as one ("ayudaporfavor" is tried piece by piece), else the key alone."""
        for cut in range(3, len(key) - 2):
            head, tail = key[:cut], key[cut:]
            if head in self._known and tail in self._known:
                return head, tail
        return (key,)


class Shortened:
    """Words by what is left of them without one of their letters, and by themselves."""

    def __init__(self, words: Sequence[str]) -> None:
        shorts = [(key, *_one_letter_less(key)) for key in words]
        owners = (owner for owner, all_ in enumerate(shorts) for _ in all_)
        self._words = words
        self._owners = Hashed(chain.from_iterable(shorts), owners)

    def sharing(self, shorts: Sequence[str]) -> Iterator[str]:
        """For each of these that is left of a word, the first such word."""
        return (self._words[owner] for owner in self._owners.of(shorts) if owner >= 0)


def _likely_slip(key: str, found: str) -> bool:
    """A letter too many, too few or swapped; another letter in its place only in a long word."""
    if len(key) != len(found):
        return abs(len(key) - len(found)) == 1
    return sorted(key) == sorted(found) or len(key) >= LONG_WORD


def _one_letter_less(key: str) -> tuple[str, ...]:
    return tuple(key[:i] + key[i + 1 :] for i in range(len(key)))
