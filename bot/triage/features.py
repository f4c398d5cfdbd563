"""What the learned weights look at in a message: words, pairs of words, pieces of words, ideas, and the manner.

The points of the rules are not among them: the rules were written in sight of the training messages, so there they
look better than they are, and weights that lean on them fail on the first new voice (docs/triage.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice

from bot.triage.matching import Hit
from bot.triage.normal import MOST_KEPT, Spoken, Word
from bot.triage.spelling import sound

EMPTY = frozenset(
    map(sound, "el la los las un una de del al y o a en que lo se le su".split())  # noqa: SIM905  read as one line
)
MOST_FEATURES = 300
SURELY_CALM = 4.0
GRAM = 4
FEWEST_WORDS, FEWEST_PIECES, FEWEST_IDEAS = 6, 12, 4
"""A message with fewer counts as this long: three words must not shout."""


def features(spoken: Spoken, hits: Sequence[Hit], calm: float) -> dict[str, float]:
    """Named numbers, scaled by how many there are of their sort, so that a long message does not shout."""
    read = [word for word in spoken.words if not word.key.isdigit()]
    numbers = _scaled(_words(read), FEWEST_WORDS)
    numbers.update(_scaled(_pieces(read), FEWEST_PIECES))
    numbers.update(_scaled((*_ideas(hits), *_ideas_in_calm(hits, calm)), FEWEST_IDEAS))
    numbers.update(_manner(spoken, calm))
    return numbers


def _scaled(names: Iterable[str], fewest: int) -> dict[str, float]:
    found = dict.fromkeys(names)
    scale = 1.0 / math.sqrt(max(len(found), fewest) / fewest)
    return dict.fromkeys(found if len(found) <= MOST_FEATURES else islice(found, MOST_FEATURES), scale)


def _words(words: Sequence[Word]) -> list[str]:
    found = []
    last = "^"
    for word in words:
        if word.key not in EMPTY:
            found.append(f"w:{word.stem}")
        found.append(f"b:{last}_{word.stem}")
        last = word.stem
    return found


def _pieces(words: Sequence[Word]) -> Iterable[str]:
    """Pieces of the words, so that one never seen still resembles its family."""
    return chain.from_iterable([_pieces_of(word.key) for word in words])


@lru_cache(MOST_KEPT)
def _pieces_of(key: str) -> tuple[str, ...]:
    padded = f"<{key}>"
    ends = () if key in EMPTY else range(GRAM, len(padded) + 1)
    return tuple(f"g:{padded[end - GRAM : end]}" for end in ends)


def _ideas(hits: Sequence[Hit]) -> Iterable[str]:
    for hit in hits:
        yield f"no:{hit.idea}" if hit.denied else f"i:{hit.idea}"


def _ideas_in_calm(hits: Sequence[Hit], calm: float) -> Iterable[str]:
    """The same ideas, told apart by whether something in the message says that it is over."""
    when = "over" if calm >= SURELY_CALM else "open"
    for hit in hits:
        if not hit.denied:
            yield f"i:{hit.idea}:{when}"


def _manner(spoken: Spoken, calm: float) -> Mapping[str, float]:
    count = len(spoken.words)
    return {
        "always": 1.0,
        "asks": 1.0 if spoken.asks else 0.0,
        "short": 1.0 if count <= 3 else 0.0,
        "long": 1.0 if count >= 40 else 0.0,
        "calm": min(calm, 15.0) / 5,
    }
