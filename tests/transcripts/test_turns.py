"""How many turns it takes from the first words to the folio, by somebody new who reads and taps."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

import pytest

from tests.support.talker import Phone, text_of, town

FOLIO = re.compile(r"\b\d{4}-\d{4}\b")
MOST = 12  # a talk longer than this has lost its way

WHOLE = {
    "alumbrado": "ay una lampara fundida en la leona vicario atras del domo ya tiene una semana",
    "servicios": "hay un bache muy grande en la calle milan de la colonia italia frente a la escuela",
    "ruido": "mi vecino de la calle roma en la italia pone musica hasta las 4 todos los viernes",
    "robo_vehiculo": "anoche me robaron la moto afuera de mi casa, calle roma 12 colonia italia",
    "mascotas": "desde ayer hay un perro amarrado sin agua en la calle milan de la italia, lo maltratan",
}


async def turns(phone: Phone, first: str) -> int:
    """Send the first words, then take the first offered answer until the folio is read."""
    said, answer = 1, await phone.says(first)
    while not folio_read(phone) and said < MOST:
        answer = await phone.says(next_words(answer))
        said += 1
    assert folio_read(phone), answer
    return said


def folio_read(phone: Phone) -> bool:
    """Did any card say it?"""
    return any(FOLIO.search(text_of(bubble)) for bubble in phone.heard)


def next_words(question: str) -> str:
    """What somebody who wants to be done answers."""
    if "¿En qué calle" in question or "¿Dónde es?" in question:
        return "calle roma, en la italia"
    return "1"


@pytest.mark.parametrize("kind", WHOLE)
async def test_a_whole_sentence_leads_to_the_folio_in_five_turns(kind: str, tmp_path: Path) -> None:
    """Consent included; who already accepted needs one less."""
    async with town(tmp_path) as place:
        assert await turns(place.vecina, WHOLE[kind]) <= 5


async def test_the_median_is_four(tmp_path: Path) -> None:
    """Half of the five kinds need four turns or fewer."""
    counted = []
    for kind, words in WHOLE.items():
        (tmp_path / kind).mkdir()
        async with town(tmp_path / kind) as place:
            counted.append(await turns(place.vecina, words))
    print("turns from first sentence to folio:", dict(zip(WHOLE, counted, strict=True)))
    assert median(counted) <= 4


async def test_a_single_word_needs_six(tmp_path: Path) -> None:
    """ "lampara"."""
    async with town(tmp_path) as place:
        assert await turns(place.vecina, "lampara") <= 6


@pytest.mark.parametrize("kind", WHOLE)
async def test_from_hola_it_takes_seven(kind: str, tmp_path: Path) -> None:
    """The menu costs a greeting and a tap."""
    async with town(tmp_path) as place:
        await place.vecina.says("hola")
        await place.vecina.taps("Reportar")
        await place.vecina.taps("Acepto")
        assert 3 + await turns(place.vecina, WHOLE[kind]) <= 8
