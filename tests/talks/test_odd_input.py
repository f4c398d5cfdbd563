"""Whatever is typed or sent into the talk: a clear answer, nothing lost, no dead letter."""

from __future__ import annotations

import pytest

from bot.channels.simulator import Manner
from tests.support.talker import Town, text_of

ODD = {
    "empty": "",
    "spaces": "   \n\t  ",
    "NUL and half letters": "a\x00b\ud800c",
    "a hundred thousand letters": "hay un bache en la calle roma " * 3400,
    "one long word": "a" * 100_000,
    "only marks": "\u0301" * 5000,
    "right to left": "\u202eachab nu yah\u202c en la calle roma",
    "zero width": "ba\u200bche \u200d en la \ufeff italia",
    "emoji": "👮🏽\u200d♀️💡🐕" * 300,
    "full width": "ｈａｙ　ｕｎ　ｂａｃｈｅ",
    "markup": "<b>hay un bache</b> *grande* _en_ `la` [italia](http://x)",
    "template": "{folio} {0} %s ${x} {{1}}",
    "sql": "'; DROP TABLE report; --",
    "command": "/report@otherbot now",
    "base64": "aGF5IHVuIGJhY2hl" * 200,
    "other script": "в доме кто-то есть",
    "newlines": "\n".join(["bache"] * 2000),
    "numbers": "9" * 5000,
    "a formula": "=HYPERLINK(1)",
}


@pytest.mark.parametrize("manner", Manner)
async def test_odd_words_get_an_answer_at_every_question(place: Town, manner: Manner) -> None:
    """At the door, at the consent, at the place, at the description."""
    before = ((), ("hay un bache",), ("hay un bache", "acepto"), ("reportar", "acepto", "8", "1", "no sé"))
    for name, odd in ODD.items():
        for n, words in enumerate(before):
            if (list(ODD).index(name) + n) % 4 != (0 if manner is Manner.TELEGRAM else 1):
                continue
            who = place.somebody(f"{manner}-{name}-{n}", manner)
            for said in words:
                await who.says(said)
            heard = len(who.heard)
            await who.says(odd)
            assert len(who.heard) > heard, (name, words)
            assert "Tuvimos un problema" not in who.last, (name, words)
            assert "menú" in (await who.says("ayuda")), name
    assert place.demo.channel.problems == []


async def test_a_place_elsewhere_says_who_is_responsible(place: Town) -> None:
    await place.vecina.says("hay mucho ruido de cohetes todas las noches")
    await place.vecina.says("acepto")
    answer = await place.vecina.locates(20.9674, -89.5926)  # Mérida
    assert "Ese lugar parece ser de Yucatán: le toca a la policía de ese municipio de Yucatán." in answer
    at_sea = place.somebody("mar")
    await at_sea.says("hay mucho ruido de cohetes todas las noches")
    await at_sea.says("acepto")
    assert "fuera de Othón P. Blanco" in await at_sea.locates(17.0, -80.0)


async def test_a_place_elsewhere_is_known_by_its_name(place: Town) -> None:
    named = {"en cancun": "Benito Juárez (Cancún)", "Bacalar": "Bacalar", "belize": "Belice"}
    for said, responsible in named.items():
        who = place.somebody(said)
        await who.says("hay un bache muy grande")
        await who.says("acepto")
        assert responsible in await who.says(said)


LINKS = (
    "https://maps.google.com/?q=18.50742,-88.30868",
    "https://www.google.com/maps/@18.50742,-88.30868,17z",
    "https://maps.apple.com/?ll=18.50742,-88.30868",
    "https://waze.com/ul?ll=18.50742,-88.30868",
    "geo:18.50742,-88.30868",
)


async def test_a_map_link_is_a_pin(place: Town) -> None:
    for link in LINKS:
        who = place.somebody(link)
        for said in ("hay un grafiti", "acepto", link, "no", "con reserva"):
            await who.says(said)
        assert "📍 Col. Italia" in who.last, (link, who.last)


async def test_after_five_wrong_folios_there_is_no_answer_to_guess_from(place: Town) -> None:
    for n in range(5):
        assert "No encuentro ese folio" in await place.vecina.says(f"estado 1234-567{n}") or n
    later = {await place.vecina.says(f"estado 7654-321{n}") for n in range(10)}
    assert len(later) <= 2


async def test_a_button_of_an_old_card_says_where_things_stand(place: Town) -> None:
    await place.vecina.says("hay un bache en la calle roma de la italia")
    old = place.vecina.heard[-1]
    await place.vecina.says("acepto")
    token = next(a.token for a in old.form.buttons if a.label == "Acepto")
    answer = await place.vecina.taps_token(token, old.id)
    assert "Esa opción ya pasó" in answer
    assert "Vamos aquí" in text_of(place.vecina.heard[-1])


async def test_what_is_too_long_is_said_to_be(place: Town) -> None:
    """And not that it was not understood: the same words again would fare no better."""
    who = place.vecina
    for said in ("no prende la lampara de la colonia italia", "acepto"):
        await who.says(said)
    assert "¿En qué calle" in who.last
    assert (await who.says("atras del domo " * 30)).startswith("Es más largo de lo que cabe.")
    await who.says("atrás del domo")
    await who.says("corregir")
    await who.says("cuándo")
    assert (await who.says("los viernes en la noche " * 20)).startswith("Es más largo de lo que cabe.")
