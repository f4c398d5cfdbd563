"""What the learned weights look at in a message: words, pairs of words, ideas and what the rules said."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from bot.triage.matching import Hit
from bot.triage.normal import Spoken, Word
from bot.triage.spelling import sound

EMPTY = frozenset(
    map(
        sound,
        [
            "el",
            "la",
            "los",
            "las",
            "un",
            "una",
            "de",
            "del",
            "al",
            "y",
            "o",
            "a",
            "en",
            "que",
            "lo",
            "se",
            "le",
            "su",
        ],
    )
)
MOST_FEATURES = 400
SURELY_CALM = 4.0
GRAM = 4


def features(
    spoken: Spoken,
    hits: Sequence[Hit],
    kinds: Mapping[str, float],
    danger: float,
    calm: float,
    delicate: bool,
) -> dict[str, float]:
    """Named numbers; words are scaled so that a long message does not shout."""
    words = dict.fromkeys(_words(spoken.words))
    found = list(words)
    scale = 1.0 / math.sqrt(max(len(found), 6) / 6)
    numbers = dict.fromkeys(found[:MOST_FEATURES], scale)
    ideas = dict.fromkeys((*_ideas(hits), *_ideas_in_calm(hits, calm)))
    weight = 1.0 / math.sqrt(max(len(ideas), 4) / 4)
    numbers.update(dict.fromkeys(ideas, weight))
    numbers.update((f"r:{kind}", min(points, 16.0) / 8) for kind, points in kinds.items())
    numbers.update(_manner(spoken, danger, calm))
    numbers["delicate"] = float(delicate)
    return numbers


def _words(words: Sequence[Word]) -> Iterable[str]:
    last = "^"
    for word in words:
        if word.key.isdigit():
            continue
        if word.key not in EMPTY:
            yield f"w:{word.stem}"
            yield from _grams(word.key)
        yield f"b:{last}_{word.stem}"
        last = word.stem


def _grams(key: str) -> Iterable[str]:
    """Pieces of the word, so that one never seen still resembles its family."""
    padded = f"<{key}>"
    for start in range(len(padded) - GRAM + 1):
        yield f"g:{padded[start : start + GRAM]}"


def _ideas(hits: Sequence[Hit]) -> Iterable[str]:
    for hit in hits:
        yield f"no:{hit.idea}" if hit.denied else f"i:{hit.idea}"


def _ideas_in_calm(hits: Sequence[Hit], calm: float) -> Iterable[str]:
    """The same ideas, told apart by whether something in the message says that it is over."""
    when = "over" if calm >= SURELY_CALM else "open"
    for hit in hits:
        if not hit.denied:
            yield f"i:{hit.idea}:{when}"


def _manner(spoken: Spoken, danger: float, calm: float) -> dict[str, float]:
    count = len(spoken.words)
    return {
        "always": 1.0,
        "asks": 1.0 if spoken.asks else 0.0,
        "short": 1.0 if count <= 3 else 0.0,
        "long": 1.0 if count >= 40 else 0.0,
        "danger": min(danger, 15.0) / 5,
        "calm": min(calm, 15.0) / 5,
        "danger_only": 1.0 if danger >= 5 and not calm else 0.0,
    }
