"""Two concerns in one message: both named, two drafts, nothing retyped; what is confidential stays apart."""

from __future__ import annotations

import pytest

from tests.support.log_book import open_reports
from tests.support.talker import Phone, Town, text_of


async def to_the_end(phone: Phone, most: int = 8) -> None:
    """Take the first answer until the receipt."""
    for _ in range(most):
        if any(action.label == "Sí, también" for action in phone.heard[-1].form.buttons):
            return
        await phone.says("1")
    raise AssertionError([text_of(b) for b in phone.heard[-3:]])


async def test_both_are_named_and_the_second_needs_no_retyping(place: Town) -> None:
    who = place.vecina
    await who.says(
        "hay un bache enorme en la calle roma de la italia y ademas mi vecino pone musica toda la noche los viernes"
    )
    await who.taps("Acepto")
    await who.says("con reserva")
    assert "➕ También mencionó: servicios públicos" in who.last
    await who.taps("Enviar")
    assert "También mencionó: servicios públicos. ¿Lo reportamos? No tiene que repetirlo." in who.last
    await who.taps("Sí, también")
    await who.says("no")
    assert "📍 Col. Italia, calle roma" in who.last  # said once, of both
    assert "✏️ hay un bache enorme en la calle roma de la italia\n" in who.last
    await who.taps("Enviar")
    reports = await place.read(open_reports)
    assert {one.kind for one in reports} == {"ruido", "servicios"}


def answer(who: Phone) -> str:
    """What somebody who wants to be done says."""
    if "¿Está bien?" in who.last:
        return "enviar"
    return "calle roma en la italia" if "¿Dónde es?" in who.last else "2"


MIXED = {
    "mi esposo me pega y tambien no sirve la lampara de la calle milan en la italia": ("pega", "alumbrado"),
    "hay un bache enorme en la calle roma de la italia y en la casa de al lado venden droga": (
        "droga",
        "servicios",
    ),
    "hay mucha basura tirada en la calle roma de la italia. y un policia de la patrulla me pidio mordida": (
        "dinero",
        "servicios",
    ),
}


@pytest.mark.parametrize("said", MIXED)
async def test_what_is_confidential_goes_first_and_none_of_it_into_the_other(place: Town, said: str) -> None:
    """Whatever stood first in the sentence; no officer of the sector reads a word of it."""
    secret, ordinary = MIXED[said]
    who = place.vecina
    await who.says(said)
    await to_the_end(who)
    assert await place.read(open_reports) == []  # the first is on its list
    await who.taps("Sí, también")
    for _ in range(6):
        if not await place.read(open_reports):
            await who.says(answer(who))
    (report,) = await place.read(open_reports)
    assert report.kind == ordinary
    assert secret not in report.text
    for officer in (place.oficial, place.oficial2):
        assert not [b for b in officer.heard if secret in text_of(b) or "confidencial" in text_of(b)]


async def test_a_second_that_is_not_wanted_is_forgotten(place: Town) -> None:
    await place.vecina.says(
        "hay un bache en la calle roma de la italia y ademas mi vecino pone musica los viernes"
    )
    await to_the_end(place.vecina)
    await place.vecina.taps("No, gracias")
    assert "Tiene un reporte a medias" not in await place.vecina.says("menu")


async def test_one_concern_in_two_words_is_one(place: Town) -> None:
    """No water for a dog is no broken pipe."""
    await place.vecina.says("hay un perro amarrado sin agua en la calle milan de la italia")
    await place.vecina.taps("Acepto")
    await place.vecina.says("con reserva")
    assert "También mencionó" not in place.vecina.last


async def test_a_secret_told_in_an_ordinary_talk_takes_its_own_path(place: Town) -> None:
    """A street light was chosen from the menu, and then more is told."""
    who = place.vecina
    for said in ("reportar", "acepto", "8", "1", "leona vicario", "calle 5"):
        await who.says(said)
    await who.says("no prende la lampara y en esa casa venden cristal")
    assert await place.read(open_reports) == []
    await to_the_end(who)
    assert await place.read(open_reports) == []
