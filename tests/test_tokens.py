"""A button works for the person it was shown to, as it was shown, and fits the narrowest channel."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.keyed import Keyed
from bot.tokens import LONGEST, Tokens

TOKENS = Tokens(b"k" * 32)
BODY = "claim.12345670.3"
BODIES = st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1, max_size=52)
ANYTHING = st.text(max_size=80)


@given(BODIES, ANYTHING)
def test_what_was_signed_for_somebody_opens_for_them(body: str, person: str) -> None:
    token = TOKENS.sign(person, body)
    assert TOKENS.open(person, token) == body
    assert len(token.encode()) <= LONGEST


@given(BODIES, ANYTHING, ANYTHING)
def test_nobody_else_s_button_opens(body: str, person: str, other: str) -> None:
    if person.encode("utf-8", "replace") != other.encode("utf-8", "replace"):
        assert TOKENS.open(other, TOKENS.sign(person, body)) is None


@given(st.integers(0, len(TOKENS.sign("p", BODY)) - 1), st.characters(codec="utf-8"))
def test_a_changed_sign_is_noticed(where: int, sign: str) -> None:
    token = TOKENS.sign("p", BODY)
    changed = token[:where] + sign + token[where + 1 :]
    assert TOKENS.open("p", changed) == (BODY if changed == token else None)


@pytest.mark.parametrize("kept", range(len(TOKENS.sign("p", BODY))))
def test_a_truncated_token_does_not_open(kept: int) -> None:
    assert TOKENS.open("p", TOKENS.sign("p", BODY)[:kept]) is None


@given(ANYTHING)
def test_no_token_that_was_not_ours_opens_or_breaks(token: str) -> None:
    assert TOKENS.open("p", token) is None


def test_another_key_opens_nothing() -> None:
    assert Tokens(b"x" * 32).open("p", TOKENS.sign("p", BODY)) is None


@pytest.mark.parametrize(("length", "fits"), [(52, True), (53, False)])
def test_a_button_that_telegram_would_refuse_is_refused_here(length: int, fits: bool) -> None:
    if fits:
        assert len(TOKENS.sign("p", "x" * length)) == LONGEST
    else:
        with pytest.raises(ValueError, match="too long"):
            TOKENS.sign("p", "x" * length)


def test_the_limit_counts_bytes() -> None:
    with pytest.raises(ValueError, match="too long"):
        TOKENS.sign("p", "ñ" * 27)


def test_the_key_is_not_printed() -> None:
    assert repr(TOKENS) == "Tokens(***)"


@given(st.binary(max_size=64), st.binary(max_size=200))
def test_our_keyed_code_is_hmac(key: bytes, message: bytes) -> None:
    code = Keyed(key)
    assert code(message) == code(message) == hmac.digest(key, message, "sha256")


def test_a_key_is_kept_short_and_never_printed() -> None:
    assert repr(Keyed(b"k")) == "Keyed(***)"
    with pytest.raises(ValueError, match="longer"):
        Keyed(b"k" * 65)
