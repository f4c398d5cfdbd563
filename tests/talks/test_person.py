"""Somebody who wants a person gets one: their words reach the team, and only those that are meant for it."""

from __future__ import annotations

from tests.support.log_book import open_reports
from tests.support.talker import Town, text_of

LAMP = "no prende la lampara de la calle roma 23 italia"
WANTED = "hablar con una persona"


def passed_on(place: Town) -> list[str]:
    """What the supervisor read of it."""
    read = [text_of(b) for b in place.supervisora.heard]
    return [text.split("\n")[1] for text in read if text.startswith("La persona escribe:")]


async def test_who_is_not_understood_three_times_reaches_a_person_and_the_draft_waits(place: Town) -> None:
    """The words after the card go to the team, and not once more to the question that did not understand them."""
    for said in (LAMP, "x", "x", "x"):
        await place.vecina.says(said)
    await place.vecina.taps("Hablar con alguien")
    assert await place.vecina.says("no le entiendo a esto del aviso") == "Enviado."
    assert passed_on(place) == ["«no le entiendo a esto del aviso»"]
    assert "Tiene un reporte a medias" in await place.vecina.says("menú")


async def test_after_the_menu_words_are_for_the_programme_again(place: Town) -> None:
    """As the card says; whoever of the team answers later has the talk again."""
    await place.vecina.says(WANTED)
    await place.vecina.says("menú")
    assert "acepte el aviso" in await place.vecina.says(LAMP)
    await place.vecina.says("cancelar")
    await place.supervisora.taps("Contestar")
    await place.supervisora.says("Dígame")
    assert await place.vecina.says("ya llevo esperando una semana") == "Enviado."
    assert passed_on(place) == ["«ya llevo esperando una semana»"]


async def test_what_can_not_be_opened_does_not_end_it(place: Town) -> None:
    """Nor do thanks, nor a no: they are for who asked."""
    await place.vecina.reports(LAMP)
    await place.oficial.taps("Tomar")
    await place.oficial.taps("Hecho")
    await place.oficial.says("1")
    await place.oficial.taps("Enviar")
    assert "¿Quedó resuelto?" in place.vecina.last
    await place.vecina.says(WANTED)
    await place.supervisora.taps("Contestar")
    await place.supervisora.says("¿Sigue usted en la oficina?")
    assert await place.vecina.says("no") == "Enviado."
    assert await place.vecina.says("ok gracias") == "Enviado."
    assert passed_on(place) == ["«no»", "«ok gracias»"]


async def test_the_911_card_still_alerts_after_the_menu(place: Town) -> None:
    await place.vecina.says("estan adentro de mi casa ayudenme")
    bubble, token = place.vecina.button("Avisar al turno")
    await place.vecina.says("menú")
    assert (await place.vecina.taps_token(token, bubble)).startswith("Avisado.")
    assert len(await place.read(open_reports)) == 1
