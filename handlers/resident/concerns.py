"""Two concerns in one message: which comes first, and which words belong to which.

What only a named list may know goes first, and none of its words into the other report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.triage import Understanding
from handlers.here import Here

SEAM = re.compile(
    r"[.;\n]+\s*(?:y\s+)?|,\s*(?:y\s+)?|\s+(?:y|e|and)\s+(?:además|ademas|también|tambien|aparte|otra cosa|also)\b\s*"
    r"|\s+(?:además|ademas|aparte|también|tambien|pero|also|but)\s+|\s+(?:y|and)\s+",
    re.IGNORECASE,
)
MOST_PIECES = 12
SURE, FEWEST_WORDS = 0.9, 3
"""In fewer words, or less sure, nobody is told of a second concern: most of those heard so were none."""


def in_order(here: Here, text: str, understood: Understanding, at: datetime) -> Mapping[str, str]:
    """The kinds that the message tells of, confidential ones first, each with its own words.

    A further kind counts only when a part of the message says it by itself:
    "a dog tied up without water" is no complaint about the water.
    """
    first = understood.kind
    if first is None:
        return {}
    others = [slug for slug in understood.also if slug != first and here.municipality.kinds.get(slug)]
    if not others:
        return {first: text}
    pieces = [(piece, here.triage.read(piece, at)) for piece in _pieces(text)]
    candidates = [first, *(slug for slug in others if any(_says(one, slug) for one in pieces))]
    if len(candidates) == 1:
        return {first: text}
    listed = [slug for slug in candidates if here.kind(slug).listed]
    words = _words(pieces, candidates, listed)
    told = [slug for slug in candidates if slug in words] or [first]
    told.sort(key=lambda slug: slug not in listed)
    return {slug: words.get(slug, text) for slug in told}


def _says(piece: tuple[str, Understanding], slug: str) -> bool:
    """Plainly, by itself."""
    text, reading = piece
    return reading.kind == slug and reading.guesses[0].score >= SURE and len(text.split()) >= FEWEST_WORDS


def _words(
    pieces: Sequence[tuple[str, Understanding]], candidates: Sequence[str], listed: Sequence[str]
) -> dict[str, str]:
    """The parts of a message by the kind they tell of; a part that says none belongs to the one before it.

    What is delicate belongs to the confidential kind, whatever it seems to say.
    """
    found: dict[str, list[str]] = {}
    last = ""
    waiting: list[str] = []
    for piece, reading in pieces:
        kind = reading.kind if reading.kind in candidates else None
        if listed and reading.sensitive and kind not in listed:
            kind = listed[0]
        last = kind or last
        if last:
            found.setdefault(last, []).extend([*waiting, piece])
            waiting = []
        else:
            waiting.append(piece)
    return {slug: ", ".join(pieces) for slug, pieces in found.items()}


def _pieces(text: str) -> list[str]:
    pieces = [piece.strip(" ,.;") for piece in SEAM.split(text) if piece]
    return [piece for piece in pieces if piece][:MOST_PIECES]
