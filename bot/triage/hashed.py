"""Many words and a number for each, in two tables: as a dictionary of strings they would take ten times the memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

BEHIND = np.iinfo(np.int64).max


class Hashed:
    """Words are found by their hash of 64 bits: that two of them share one is not to be expected in this universe."""

    def __init__(self, words: Iterable[str], numbers: Iterable[int], missing: int = -1) -> None:
        """`numbers` has one for each word, in their order; of a word that comes twice the first counts."""
        hashes = np.fromiter(map(hash, words), np.int64)
        order = np.argsort(hashes, kind="stable")
        self._hashes = np.append(hashes[order], BEHIND)  # where a larger one would stand
        self._numbers = np.append(np.fromiter(numbers, np.int32)[order], np.int32(missing))
        self._missing = missing

    def of(self, words: Collection[str]) -> NDArray[np.int32]:
        """The number of each; `missing` of one that is not there."""
        hashes = np.fromiter(map(hash, words), np.int64, len(words))
        at = self._hashes.searchsorted(hashes)
        found: NDArray[np.int32] = self._numbers.take(at)
        found[self._hashes.take(at) != hashes] = self._missing
        return found
