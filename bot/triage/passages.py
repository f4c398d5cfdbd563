"""A long message in passages of the length that the weights know: an emergency in the middle of a rant must not drown in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONG = 220
"""Characters; nearly every message learned from is shorter."""
SHORT_PASSAGE, LONG_PASSAGE = 20, 200
END = re.compile(r"[.;!?\n]+\s*")


def passages(text: str) -> list[str]:
    """Sentences, short ones together with the next, long ones cut between words."""
    found: list[str] = []
    open_ = ""
    for sentence in _sentences(text):
        if open_ and len(open_) + len(sentence) > LONG_PASSAGE:
            found.append(open_)
            open_ = ""
        open_ += sentence
        if len(open_) >= SHORT_PASSAGE:
            found.append(open_)
            open_ = ""
    return [*found, open_] if open_.strip() else found


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for end in (*(match.end() for match in END.finditer(text)), len(text)):
        while end - start > LONG_PASSAGE:
            cut = text.rfind(" ", start + SHORT_PASSAGE, start + LONG_PASSAGE) + 1 or start + LONG_PASSAGE
            yield text[start:cut]
            start = cut
        yield text[start:end]
        start = end
