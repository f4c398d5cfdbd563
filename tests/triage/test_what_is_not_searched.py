"""Patterns are searched only in texts that have one of their words: nothing they would find may be lost by it."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.triage.calendar_words import Piece
from bot.triage.evaluate import read_labelled
from bot.triage.masking import NAMES, PATTERNS
from bot.triage.normal import fold_with_origin, words_said
from bot.triage.places import CROSSINGS, LANDMARK, LANDMARK_WORDS, ROADS, STREET
from bot.triage.times import PIECES
from tests.triage.corpus_files import CORPUS

Searched = tuple[str, frozenset[str], re.Pattern[str]]
FOLDED: tuple[Searched, ...] = (
    *((piece.name, piece.needs, piece.pattern) for piece in PIECES),
    *((f"crossing {at}", needs, re.compile(way)) for at, (needs, way) in enumerate(CROSSINGS)),
    ("street", ROADS, STREET),
    ("landmark", LANDMARK_WORDS, LANDMARK),
)
AS_WRITTEN: tuple[Searched, ...] = (
    *((cover, needs, pattern) for needs, pattern, cover in PATTERNS),
    *((f"name {at}", needs, pattern) for at, (pattern, needs) in enumerate(NAMES)),
)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [row["text"] for file in CORPUS.rglob("*.jsonl") for row in read_labelled(file)]


@pytest.mark.parametrize("searched", [*FOLDED, *AS_WRITTEN], ids=lambda searched: searched[0])
def test_no_message_of_the_corpus_loses_anything(texts: list[str], searched: Searched) -> None:
    _, needs, pattern = searched
    for text in texts:
        folded, _ = fold_with_origin(text)
        found = pattern.search(folded if searched in FOLDED else text)
        assert found is None or not needs.isdisjoint(words_said(folded))


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.name)
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_whatever_a_pattern_of_time_can_find_has_a_word_it_needs(piece: Piece, data: st.DataObject) -> None:
    found = piece.pattern.search(data.draw(st.from_regex(re.compile(piece.pattern.pattern, re.ASCII))))
    if found is not None:
        folded, _ = fold_with_origin(found.group())
        assert not piece.needs.isdisjoint(words_said(folded))
