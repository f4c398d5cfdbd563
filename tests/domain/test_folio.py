"""The public number catches the mistakes that people make."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import folio as folios

NUMBERS = st.integers(0, folios.NUMBERS - 1)


@given(NUMBERS, st.integers(0, 7), st.integers(1, 9))
def test_every_wrong_digit_is_caught(number: int, where: int, more: int) -> None:
    right = folios.make(number)
    wrong = right[:where] + str((int(right[where]) + more) % 10) + right[where + 1 :]
    assert folios.valid(right)
    assert not folios.valid(wrong)


@given(NUMBERS, st.integers(0, 6))
def test_every_swap_of_neighbours_is_caught(number: int, where: int) -> None:
    right = folios.make(number)
    swapped = right[:where] + right[where + 1] + right[where] + right[where + 2 :]
    assert folios.valid(swapped) is (swapped == right)


@given(NUMBERS)
def test_what_is_shown_is_found_again(number: int) -> None:
    folio = folios.make(number)
    assert folios.find(f"estado {folios.show(folio)}, por favor") == folio
    assert int(folio[:7]) == number


@pytest.mark.parametrize("number", [-1, folios.NUMBERS])
def test_a_number_beyond_seven_digits_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="seven digits"):
        folios.make(number)


@pytest.mark.parametrize("text", ["", "0000000", "000000000", "1234567a", "０００００００0", "1234-5678"])
def test_what_is_not_eight_plain_digits_is_no_folio(text: str) -> None:
    assert not folios.valid(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12345678", "12345678"),
        ("1234 5678", "12345678"),
        ("1234–5678", "12345678"),
        ("mi folio es 1234.5678 gracias", "12345678"),
        ("9831234567", None),  # a phone number
        ("1234-567", None),
        ("hola", None),
    ],
)
def test_a_folio_is_found_as_people_write_it(text: str, found: str | None) -> None:
    assert folios.find(text) == found
