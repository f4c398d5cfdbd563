"""Nothing a person can send makes triage fail, or stand still."""

from __future__ import annotations

import base64
import gc
import logging
import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.triage import Triage, Understanding, load_lexicon

HOSTILE = {
    "empty": "",
    "nul": "hola\x00\x00se metieron\x00a mi casa",
    "surrogates": "robo \ud83d de \udc00 moto",
    "100 kB of words": "me robaron la moto en la calle palermo " * 2600,
    "100 kB of one letter": "a" * 100_000,
    "100 kB without vowels": "bcdfg" * 20_000,
    "emoji only": "😭🔥🆘" * 400,
    "base64": base64.b64encode(bytes(range(256)) * 40).decode(),
    "arabic": "مرحبا كيف حالك أريد المساعدة " * 50,
    "chinese": "你好我需要帮助" * 100,
    "markup": "<b>*_[x](y)_*</b> {{7*7}} ${jndi:ldap://x} '; DROP TABLE reportes; --" * 40,
    "command": "/start /911 /cancelar",
    "digits": "9" * 10_000,
    "digits apart": "9 8 3 " * 2_000,
    "regex bomb": "a-a." * 5_000 + "@",
    "dates": "el 31 de febrero del 0000 a las 99:99 " * 100,
    "names": "se llama juan de la juan de la juan de la " * 200,
    "entre": "entre entre entre y y y calle calle con con " * 200,
    "spaces": " " * 50_000,
    "newlines": "\n" * 50_000,
    "combining": "a" + "\u0301" * 20_000,
    "ligatures": "ﷺ" * 5_000,
    "clocks": "a las " * 2_000,
    "who": "hay alguien " * 1_000,
    "zero width": "ay\u200bu\u200dda\ufeff " * 10_000,
    "repeated letters": "ayudaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa " * 2_500,
    "right to left": "\u202eadlanoitar \u202c" * 5_000,
    "what begins every phrase": "esta hay se me no la mi " * 4_000,
    "times without end": "los viernes y sabados y domingos y " * 3_000,
    "numbers of a phone": "983 12 " * 15_000,
    "long words": ("desafortunadamente" * 5 + " ") * 1_000,
}
SLOWEST = 0.5
"""Seconds of processor time, for a text no person writes; what others do on the machine does not count."""


@pytest.fixture
def no_sweeping() -> Iterator[None]:
    """The memory of all tests before is not swept while one reading is timed."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_sweeping")
@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_text_is_read_in_bounded_time(triage: Triage, now: datetime, label: str) -> None:
    start = time.thread_time()
    understood = triage.read(HOSTILE[label], now)
    assert time.thread_time() - start < SLOWEST
    assert isinstance(understood, Understanding)
    assert len(understood.guesses) >= 3


LONG_RANT = (
    "llevo veinte años aquí y nunca vi que la lámpara, el bache y los perros anduvieran así, ni con el otro "
)


@pytest.mark.usefixtures("no_sweeping")
def test_a_rant_of_3000_characters_is_read_quickly(triage: Triage, now: datetime) -> None:
    """10 ms is the promise on a quiet machine; a shared one gets five times that. The texts differ: no memory helps."""
    spent = []
    for number in range(5):
        text = f"{number} {LONG_RANT}" * 24
        start = time.thread_time()
        triage.read(text[:3_000], now)
        spent.append(time.thread_time() - start)
    assert min(spent) < 0.05


def test_danger_at_either_end_of_a_huge_message_is_heard(triage: Triage, now: datetime) -> None:
    filler = "bla bla cosas de la vida " * 4_000
    assert triage.read("están adentro de mi casa ayúdenme. " + filler, now).danger
    assert triage.read(filler + ". están adentro de mi casa ayúdenme", now).danger


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=400))
def test_any_text_is_read(text: str) -> None:
    when = datetime(2024, 2, 29, 12)  # noqa: DTZ001  a moment without zone is taken as local
    assert SHARED.read(text, when).guesses


SHARED = Triage(load_lexicon(), ())


def test_nothing_is_logged(triage: Triage, now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        triage.read("me llamo Ana y me robaron", now)
    assert not caplog.records
