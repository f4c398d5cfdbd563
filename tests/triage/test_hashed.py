"""A table of hashes answers as the dictionary that it stands for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.triage.hashed import Hashed

WORDS = st.lists(st.text(max_size=4), max_size=40)


@given(WORDS, WORDS)
def test_as_a_dictionary_in_which_the_first_counts(words: list[str], asked: list[str]) -> None:
    plain: dict[str, int] = {}
    for number, word in enumerate(words):
        plain.setdefault(word, number)
    found = Hashed(words, range(len(words)), missing=99).of(asked)
    assert found.tolist() == [plain.get(word, 99) for word in asked]
