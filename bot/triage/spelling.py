"""How people here write, brought to one form: sound instead of letters, stem instead of ending."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"[cs]h", "C"),
        (r"ph", "f"),
        (r"h", ""),
        (r"w", "gu"),
        (r"qu(?=[ei])", "k"),
        (r"q", "k"),
        (r"c(?=[ei])", "s"),
        (r"c", "k"),
        (r"[zx]", "s"),
        (r"gu(?=[ei])", "G"),
        (r"g(?=[ei])", "j"),
        (r"G", "g"),
        (r"ll", "y"),
        (r"(?<=[aeou])y(?![aeiou])", "i"),
        (r"v", "b"),
        (r"n(?=[bp])", "m"),
        (r"([a-zC])\1+", r"\1"),
        (r"C", "ch"),
    )
)
"""Letters that sound alike in the Spanish of the Caribbean become one (b/v, s/c/z, ll/y, silent h)."""

CLITIC = re.compile(r"(?<=[aei]r|do|en|an)(?:me|te|se|nos|les?|l[ao]s?)$")
ENDINGS = tuple(
    sorted(
        (
            "aron ieron iero aran eran iran aban ando iendo endo adas ados ada ado idas idos ida ido aba "
            "amos emos imos aste iste aria eria iria arian ian ia are ara era ar er ir an en as es os io "
            "iendose andose ases sion siones mente adora ador adores aje ona on ones ito ita itos itas "
            "a e i o s"
        ).split(),
        key=len,
        reverse=True,
    )
)
SHORTEST_STEM = 3
VOWELS = str.maketrans("", "", "aeiou")


def fold(text: str) -> str:
    """Lower case, no accents, no compatibility forms (𝐛𝐨𝐥𝐝 letters become plain ones)."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """The folded word as it sounds."""
    for pattern, replacement in SOUNDS:
        word = pattern.sub(replacement, word)
    return word


@lru_cache(maxsize=50_000)
def stem(key: str) -> str:
    """The sound without clitics and without its longest known ending."""
    bare = CLITIC.sub("", key)
    key = bare if len(bare) >= SHORTEST_STEM else key
    for ending in ENDINGS:
        if key.endswith(ending) and len(key) - len(ending) >= SHORTEST_STEM:
            return key[: -len(ending)]
    return key


class Speller:
    """Knows a vocabulary of sounds and brings a mistyped one back to it, in constant time a word."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._shortened: dict[str, str] = {}
        self._skeletons: dict[str, str] = {}
        for key in sorted(self._known, key=lambda key: (len(key), key)):
            self._learn(key)

    def _learn(self, key: str) -> None:
        if len(key) >= 5:
            for short in (key, *_one_letter_less(key)):
                self._shortened.setdefault(short, key)
        skeleton = key.translate(VOWELS)
        if len(skeleton) >= 3:
            self._skeletons.setdefault(skeleton, key)

    def __contains__(self, key: str) -> bool:
        return key in self._known

    def correct(self, key: str) -> str:
        """The known sound one slip away (or without its vowels), else the key itself."""
        if key in self._known or not key.isalpha():
            return key
        if len(key) >= 3 and key == key.translate(VOWELS):
            return self._skeletons.get(key, key)
        return self._one_slip(key) if 5 <= len(key) <= 20 else key

    def _one_slip(self, key: str) -> str:
        for short in (key, *_one_letter_less(key)):
            found = self._shortened.get(short)
            if found is not None and found[0] == key[0] and abs(len(found) - len(key)) <= 1:
                return found
        return key

    def split(self, key: str) -> tuple[str, ...]:
        """Two known words written as one ("ayudaporfavor" is tried piece by piece), else the key alone."""
        for cut in range(3, len(key) - 2):
            head, tail = key[:cut], key[cut:]
            if head in self._known and tail in self._known:
                return head, tail
        return (key,)


def _one_letter_less(key: str) -> tuple[str, ...]:
    return tuple(key[:i] + key[i + 1 :] for i in range(len(key)))
