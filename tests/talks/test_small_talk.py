"""Small talk: what ends a talk is no concern, who speaks and whose number it is are told."""

from __future__ import annotations

import pytest

from handlers.resident.closing import closes
from tests.support.talker import Town

ENDS = """
ok · Ok gracias · va · vale · listo · es todo · ya es todo por ahora · de acuerdo · órale pues
perfecto, gracias oficial · 👍 · 🙏🏽 · enterada, muchas gracias · nada más · adiós
hasta luego, que tenga buena noche · Dios los bendiga · thank you officer · ok, see you
"""
GOES_ON = """
sí · no · ya quedó · bueno es que hay un bache · ok pero nadie vino · gracias a Dios ya se fue el ladrón
listo el que vende droga · nada funciona en el parque · todo mal · va un señor con un cuchillo · 🔥
buenas noches · hasta luego mundo, ya no quiero vivir · 911
"""


def lines(text: str) -> list[str]:
    return [one.strip() for line in text.split("\n") for one in line.split("·") if one.strip()]


@pytest.mark.parametrize("text", lines(ENDS))
def test_the_end_of_a_talk(text: str) -> None:
    assert closes(text)


@pytest.mark.parametrize("text", [*lines(GOES_ON), ""])
def test_more_than_the_end_of_a_talk(text: str) -> None:
    assert not closes(text)


@pytest.mark.parametrize("text", ["listo", "de acuerdo", "ok gracias", "👍"])
async def test_after_something_was_added_the_last_word_is_answered_kindly(place: Town, text: str) -> None:
    phone = place.vecina
    await phone.reports("no prende la lámpara de la calle roma 23 colonia italia")
    await phone.taps("Agregar algo")
    await phone.says("es la del poste verde")
    assert await phone.says(text) == "De acuerdo. Aquí estamos cuando nos necesite."


async def test_who_speaks_is_told_whenever_it_is_asked(place: Town) -> None:
    await place.vecina.says("hola")
    assert "Soy un programa, no una persona" in await place.vecina.says("¿eres un robot?")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("qué número es el de bomberos", "911"),
        ("cuál es el teléfono de la policía de mi colonia", "¿En qué colonia"),
    ],
)
async def test_whoever_s_number_is_asked_for_is_the_one_that_is_given(
    place: Town, asked: str, told: str
) -> None:
    assert told in await place.vecina.says(asked)


async def test_who_asks_for_a_patrol_at_night_means_no_night_that_is_over(place: Town) -> None:
    await place.vecina.says(
        "quiero que pase una patrulla por mi casa en la noche, calle roma 12 colonia italia"
    )
    assert "🕒 en la noche\n" in await place.vecina.taps("Acepto")
    await place.vecina.taps("Corregir")
    await place.vecina.taps("Cuándo")
    assert "🕒 en la tarde\n" in await place.vecina.says("mejor por la tarde")
    await place.vecina.taps("Corregir")
    await place.vecina.taps("Cuándo")
    assert "🕒 el viernes en la noche\n" in await place.vecina.says("viernes en la noche")  # the one to come
