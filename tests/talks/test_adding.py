"""Who writes on at the card need not find «Corregir»: words join the draft, times and places find their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.resident.adding import CARDS
from tests.support.log_book import open_reports
from tests.support.talker import Phone, Town, town

LAMP = "ay una lampara fundida en la leona vicario"


async def at_the_card(who: Phone, first: str = LAMP) -> str:
    """Up to the card of a report."""
    await who.says(first)
    await who.says("acepto")
    for _ in range(4):
        if "¿Está bien?" in who.last or "¿Lo enviamos?" in who.last:
            return who.last
        await who.says("1")
    raise AssertionError(who.last)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("es desde el viernes", "🕒 desde el viernes"),
        ("atras del domo", "📍 Col. Leona Vicario, atras del domo"),
        ("el poste tiene el numero 4512 y esta oxidado", "el poste tiene el numero 4512"),
        ("anoche", "🕒 anoche"),
    ],
)
async def test_words_at_the_card_join_the_draft(place: Town, words: str, line: str) -> None:
    await at_the_card(place.vecina)
    card = await place.vecina.says(words)
    assert card.startswith("Lo agregué. Entendí esto:")
    assert line in card
    await place.vecina.taps("Enviar")
    (report,) = await place.read(open_reports)
    assert report.text == f"{LAMP}\n{words}"


@pytest.mark.parametrize("words", ["??", "ola", "como lo mando?", "que sigue", "jaja"])
async def test_what_tells_nothing_joins_nothing(place: Town, words: str) -> None:
    await at_the_card(place.vecina)
    assert "No le entendí bien" in await place.vecina.says(words)


async def test_a_time_told_beside_other_things_does_not_replace_the_one_that_is_known(place: Town) -> None:
    card = await at_the_card(place.vecina, f"{LAMP} desde hace una semana")
    assert "🕒 desde hace una semana" in card
    card = await place.vecina.says("ayer la vino a ver un vecino que es electricista")
    assert "🕒 desde hace una semana" in card
    assert "ayer la vino a ver" in card


async def test_who_may_know_can_be_said_at_the_card(place: Town) -> None:
    who = place.vecina
    await at_the_card(who)
    card = await who.says("con reserva")
    assert card.startswith("Entendí esto:")  # as it was, without a complaint
    assert "no podremos preguntarle" in await who.says("anonimo")  # what it means is said before
    assert "👤 Sin datos" in await who.taps("Sin datos")


async def test_what_is_corrected_afterwards_keeps_what_was_added(place: Town) -> None:
    who = place.vecina
    await at_the_card(who)
    await who.says("el poste tiene el numero 4512 y esta oxidado")
    await who.taps("Corregir")
    await who.taps("Cuándo")
    card = await who.says("desde el lunes")
    assert "🕒 desde el lunes" in card
    assert "numero 4512" in card
    await who.taps("Corregir")
    await who.taps("Lo que pasa")
    card = await who.says("son dos lamparas apagadas frente a la escuela")
    assert "numero 4512" not in card  # told anew


async def test_something_confidential_written_at_an_ordinary_card_stays_out_of_it(place: Town) -> None:
    who = place.vecina
    await at_the_card(who)
    card = await who.says("y mi esposo me pega cuando toma")
    assert "me pega" not in card
    assert "un asunto en confianza" in card
    await who.taps("Enviar")
    (report,) = await place.read(open_reports)
    assert report.text == LAMP
    assert not any("me pega" in str(bubble) for bubble in place.oficial.heard)


async def test_also_a_concern_in_confidence_takes_more_words(place: Town) -> None:
    who = place.vecina
    await at_the_card(who, "venden cristal en una casa de la calle roma en casitas")
    assert (await who.says("llegan motos en la madrugada a recoger")).startswith("Lo agregué. ¿Lo enviamos?")
    await who.taps("Enviar")
    assert "Lo recibió" in who.last


async def test_too_much_is_said_kindly_and_nothing_is_lost(place: Town) -> None:
    who = place.vecina
    await at_the_card(who)
    assert "Ya no cabe" in await who.says("la lampara sigue apagada " * 161)
    for _ in CARDS[:-1]:
        assert "Lo agregué" in await who.says("la lampara de la esquina tampoco prende")
    assert "Ya no cabe" in await who.says("la lampara de la esquina tampoco prende")
    assert "Su folio es" in await who.taps("Enviar")


async def test_back_takes_the_last_addition_away(place: Town) -> None:
    who = place.vecina
    await at_the_card(who)
    await who.says("el poste tiene el numero 4512 y esta oxidado")
    assert "numero 4512" not in await who.says("atrás")


async def test_a_telephone_number_is_an_answer_and_no_code_of_the_team(tmp_path: Path) -> None:
    """Ten figures look like a code of enrolment: whoever was asked for their number is not sent to a supervisor."""
    async with town(tmp_path) as place:
        await place.vecina.reports("ay una lampara fundida en la italia")
        await place.oficial.taps("Tomar")
        await place.oficial.taps("Necesito")
        await place.oficial.taps("Preguntar")
        await place.oficial.says("¿A qué número le marco?")
        said = await place.vecina.says("983 123 4567".replace(" ", ""))
        assert "código" not in said
        assert "9831234567" in place.oficial.last
