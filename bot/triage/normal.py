"""From a raw message to words: each with its sound, its stem, its place in the text and its clause."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from bot.triage.spelling import Speller, fold, sound, stem

HEAD, TAIL = 3_000, 1_000
"""A longer message is read at its beginning and its end: nobody reports in 100 kB, and time is bounded."""
MOST_WORDS = 1_200
MOST_REPAIRS = 60
LONGEST_WORD = 30
MOST_KEPT = 4_000
"""So many pieces are remembered as heard: people use the same few thousand words."""

UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u200b-\u200f\ufe0f]")
REPEATED = re.compile(r"(.)\1{2,}")
PIECE = re.compile(r"([a-z]+|[0-9]+)|([.;!?\n:])|[^\sa-z0-9]")
A_WORD, CLAUSE_END = 1, 2
UNACCENTED = str.maketrans("áéíóúüñÁÉÍÓÚÜÑ", "aeiouunAEIOUUN")
LETTERS, DIGIT = re.compile(r"[a-z]+"), re.compile(r"\d")
A_DIGIT, A_NUMBER, AN_AT = "#", "##", "@"
SHORTEST_NUMBER = 6
"""Digits in all; with fewer there is no telephone, no key of identity and no card in a text."""
PLAIN = re.compile(r"[\x00-\x7f¿¡]*")
"""Nearly every message is made of these and the letters above: sign by sign they are folded where they stand."""


class Word(NamedTuple):
    """One word as understood."""

    text: str
    key: str
    stem: str
    start: int
    end: int
    clause: int


class Spoken(NamedTuple):
    """A message as words."""

    text: str
    words: tuple[Word, ...]
    asks: bool


def readable(text: str) -> str:
    """The text without what no keyboard types, cut to what is read."""
    return UNREADABLE.sub(" ", ends(text, HEAD, TAIL))


def ends(text: str, head: int, tail: int) -> str:
    """The beginning and the end of a text longer than both."""
    return text if len(text) <= head + tail else f"{text[:head]}\n{text[-tail:]}"


class Ear:
    """Splits a message, expands short forms and emoji, repairs slips; what became of a piece is kept."""

    def __init__(self, short_forms: Mapping[str, str], signs: Mapping[str, str], speller: Speller) -> None:
        self._short_forms = short_forms
        self._signs = signs
        self._speller = speller
        self._heard = lru_cache(MOST_KEPT)(self._hear)

    def listen(self, text: str) -> Spoken:
        """The message as words."""
        text = readable(text)
        words: list[Word] = []
        repairs = MOST_REPAIRS
        for raw, start, end, clause in _pieces(text, self._signs):
            for part, key, root, meant in self._heard(raw):
                if meant and repairs:
                    repairs -= 1
                    words += [Word(part, one, stem(one), start, end, clause) for one in meant]
                else:
                    words.append(Word(part, key, root, start, end, clause))
            if len(words) >= MOST_WORDS:
                break
        return Spoken(text, tuple(words), "?" in text or "¿" in text)

    def _hear(self, raw: str) -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
        """Each word of a piece: as written, its sound, its stem, and if it is not known, the sounds that may have been meant."""
        found = []
        raw = REPEATED.sub(r"\1", raw)
        for part in self._short_forms.get(raw, raw).split():
            key = sound(part)
            found.append((part, key, stem(key), () if key in self._speller else self._repair(key)))
        return tuple(found)

    def _repair(self, key: str) -> tuple[str, ...]:
        corrected = self._speller.correct(key)
        if corrected == key and 7 <= len(key) <= 24:
            return self._speller.split(key)
        return (corrected,)


def _pieces(text: str, signs: Mapping[str, str]) -> Iterator[tuple[str, int, int, int]]:
    """Folded words and known signs, with where they stand in the text and the clause they belong to."""
    clause = 0
    folded, origin = fold_with_origin(text)
    for match in PIECE.finditer(folded):
        kind = match.lastindex
        if kind == CLAUSE_END:
            clause += 1
            continue
        piece, (first, behind) = match.group(), match.span()
        if kind == A_WORD:
            word = piece if len(piece) <= LONGEST_WORD else _shortened(piece)
            yield word, origin[first], origin[behind - 1] + 1, clause
        elif piece in signs:
            yield signs[piece], origin[first], origin[behind - 1] + 1, clause


def _shortened(piece: str) -> str:
    return REPEATED.sub(r"\1", piece)[:LONGEST_WORD]


@lru_cache(maxsize=4096)
def _fold_sign(sign: str) -> str:
    return fold(sign)


@lru_cache(maxsize=8)
def fold_with_origin(text: str) -> tuple[str, list[int] | range]:
    """The folded text, and for each of its characters the index in the original; words, places and times ask in turn."""
    plain = text.translate(UNACCENTED)
    if PLAIN.fullmatch(plain):
        return plain.casefold(), range(len(text))
    pieces = list(map(_fold_sign, text))
    origin = [index for index, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), origin


@lru_cache(maxsize=8)
def words_said(folded: str) -> frozenset[str]:
    """The words of a folded text, and signs for digits and an @: a pattern none of whose words is there need not be searched."""
    said = set(LETTERS.findall(folded))
    digits = len(DIGIT.findall(folded))
    if digits:
        said.add(A_DIGIT)
    if digits >= SHORTEST_NUMBER:
        said.add(A_NUMBER)
    if AN_AT in folded:
        said.add(AN_AT)
    return frozenset(said)
