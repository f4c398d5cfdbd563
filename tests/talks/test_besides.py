"""Words that choose nothing are of the report all the same: kept, said to be kept, and not asked for again."""

from __future__ import annotations

import pytest

from tests.support.log_book import open_reports
from tests.support.talker import Phone, Town, text_of

LAMP = "ay una lampara fundida en la leona vicario"
PLACES = ("¿En qué calle", "¿Dónde")


async def to_the_end(who: Phone, most: int = 10) -> list[str]:
    """Take the first answer to all that is asked, and send; everything that stood on the screen."""
    for _ in range(most):
        if "folio es" in who.last or "Número:" in who.last:
            return [text_of(bubble) for bubble in who.heard]
        await who.says("calle roma, en la italia" if any(ask in who.last for ask in PLACES) else "1")
    raise AssertionError([text_of(bubble) for bubble in who.heard[-3:]])


async def told(place: Town) -> str:
    """The words of the one open report."""
    (report,) = await place.read(open_reports)
    return report.text


def asked(screens: list[str], question: str) -> int:
    return sum(question in screen for screen in screens)


async def test_a_sentence_at_the_consent_is_the_description(place: Town) -> None:
    """Who tapped «Reportar» and tells at once, without having read the card."""
    who = place.vecina
    await who.says("reportar")
    assert "acepte el aviso" in who.last
    answer = await who.says("no prende la lampara de la calle roma 23 italia, desde hace una semana")
    assert answer.startswith("Lo anoté.")
    assert "acepte el aviso" in answer
    screens = await to_the_end(who)
    assert not asked(screens, "¿De qué se trata?")
    assert not asked(screens, "¿qué pasa?")
    assert not asked(screens, "¿Dónde es?")
    assert asked(screens, "🕒 desde hace una semana")
    assert "roma 23" in await told(place)


async def test_more_at_the_consent_goes_with_what_was_told_first(place: Town) -> None:
    who = place.vecina
    await who.says(LAMP)
    assert (await who.says("es el poste de atras del domo")).startswith("Lo anoté.")
    assert (await who.says("es el poste de atras del domo")).startswith("Lo anoté.")  # said twice, kept once
    await to_the_end(who)
    assert await told(place) == f"{LAMP}\nes el poste de atras del domo"


async def test_more_while_the_notice_is_read_is_kept(place: Town) -> None:
    who = place.vecina
    await who.says(LAMP)
    await who.taps("Leer aviso")
    assert "Lo anoté." in await who.says("el poste tiene el numero 4512 y esta oxidado")
    await to_the_end(who)
    assert "4512" in await told(place)


async def test_words_without_a_kind_at_the_menu_of_kinds_are_the_description(place: Town) -> None:
    who = place.vecina
    await who.says("reportar")
    await who.says("acepto")
    assert "¿De qué se trata?" in who.last
    answer = await who.says("es aqui en la esquina de mi casa desde ayer")
    assert "Lo anoté." in answer
    assert "¿De qué se trata?" in answer
    screens = await to_the_end(who)
    assert not asked(screens, "¿qué pasa?")
    assert "es aqui en la esquina de mi casa desde ayer" in await told(place)


async def test_words_at_a_later_question_join_the_description(place: Town) -> None:
    """Where a choice is asked: the kind's own questions, whether it is the same as another, what to correct."""
    who = place.vecina
    await who.reports("no prende la lampara de la calle roma 23 italia")
    await who.says("no prende la lampara de la calle roma 23 italia")
    assert "¿Volvió a pasar?" in who.last
    assert "Lo anoté." in await who.says("desde ayer tampoco sirve la de enfrente")
    await who.taps("Es otra cosa")
    for _ in range(4):
        if "¿Está bien?" not in who.last:
            await who.says("1")
    await who.taps("Corregir")
    assert "Lo anoté." in await who.says("el numero de la casa es el veinticinco")
    await who.taps("Cuándo")
    await who.says("desde el lunes")
    assert "¿Está bien?" in who.last
    await who.taps("Enviar")
    words = max((r.text for r in await place.read(open_reports)), key=len)
    assert "tampoco sirve la de enfrente" in words
    assert "el numero de la casa es el veinticinco" in words


async def test_what_is_told_anew_forgets_what_was_said_besides(place: Town) -> None:
    who = place.vecina
    await who.says(LAMP)
    await who.says("acepto")
    for _ in range(4):
        if "¿Está bien?" not in who.last:
            await who.says("1")
    await who.taps("Corregir")
    await who.says("el poste tiene el numero 4512 y esta oxidado")
    await who.taps("Lo que pasa")
    await who.says("son dos lamparas apagadas frente a la escuela")
    assert "4512" not in who.last
    await who.taps("Enviar")
    assert await told(place) == "son dos lamparas apagadas frente a la escuela"


async def test_a_place_that_nobody_knows_by_name_stays_as_it_was_written(place: Town) -> None:
    who = place.vecina
    await who.says("hay un perro amarrado sin agua")
    await who.says("acepto")
    assert "¿Dónde" in who.last
    await who.says("por el rumbo de los mangos grandes donde vivia don chucho")
    assert "colonia" in who.last
    await who.says("queda adelante de la tienda de abarrotes")
    for _ in range(8):
        if "folio es" not in who.last:
            await who.says("1")
    (report,) = await place.read(open_reports)
    assert "don chucho" in report.place.street
    assert "tienda de abarrotes" in report.place.street


@pytest.mark.parametrize("words", ["??", "ola", "y quien lo ve?", "jaja"])
async def test_what_tells_nothing_is_said_not_to_be_understood(place: Town, words: str) -> None:
    await place.vecina.says(LAMP)
    answer = await place.vecina.says(words)
    assert "No le entendí bien" in answer
    assert "acepte el aviso" in answer


async def test_something_confidential_said_besides_stays_out_of_an_ordinary_report(place: Town) -> None:
    who = place.vecina
    await who.says(LAMP)
    await who.says("y en la casa de junto venden cristal")
    await who.says("acepto")
    for _ in range(4):
        if "¿Está bien?" not in who.last:
            await who.says("1")
    assert "un asunto en confianza" in who.last
    await who.taps("Enviar")
    assert await told(place) == LAMP
    assert not any("cristal" in str(bubble) for bubble in place.oficial.heard)


async def test_in_confidence_more_words_stay_with_it(place: Town) -> None:
    who = place.vecina
    await who.says("venden cristal en una casa de la calle roma en casitas")
    assert (await who.says("llegan motos en la madrugada a recoger")).startswith("Lo anoté.")
    await to_the_end(who)
    folio = who.last.split("Número: ")[1][:9].replace("-", "")
    assert "llegan motos" in (await place.read(lambda tx: tx.reports.by_folio(folio))).text


async def test_who_refuses_the_notice_leaves_nothing(place: Town) -> None:
    who = place.vecina
    await who.says(LAMP)
    await who.says("es el poste de atras del domo")
    await who.taps("Ahora no")
    assert await place.read(open_reports) == []
    kept = await place.read(lambda tx: tx.conversations.expired(place.demo.clock.now().replace(year=2030)))
    assert kept == []


async def test_words_besides_survive_a_question_back(place: Town) -> None:
    who = place.vecina
    await who.says(LAMP)
    await who.says("es el poste de atras del domo")
    await who.says("acepto")
    await who.says("atrás")
    await to_the_end(who)
    assert "atras del domo" in await told(place)


async def test_why_it_should_not_be_withdrawn_reaches_who_attends_it(place: Town) -> None:
    who = place.vecina
    await who.reports("no prende la lampara de la calle roma 23 italia")
    await who.says("mis reportes")
    await who.says("1")
    await who.taps("Ya no hace falta")
    answer = await who.says("no porque sigue igual y ahora hay dos apagadas")
    assert answer.startswith("Agregado.")
    assert "¿Retiramos su reporte?" in answer
    await who.says("no")
    (report,) = await place.read(open_reports)
    history = await place.read(lambda tx: tx.reports.history(report.id))
    assert any("hay dos apagadas" in getattr(event, "text", "") for event in history)


LATER = "Dejó un reporte a medias"


@pytest.mark.parametrize("when", ["at the consent", "at a question", "at the card"])
async def test_a_draft_with_something_in_confidence_beside_it_is_not_written_about(
    place: Town, when: str
) -> None:
    """Somebody else may read the screen: of an ordinary draft they are reminded, of this one never."""
    who = place.vecina
    await who.says(LAMP)
    if when != "at the consent":
        await who.says("acepto")
    if when == "at the card":
        for _ in range(4):
            if "¿Está bien?" not in who.last:
                await who.says("1")
    await who.says("y en la casa de junto venden cristal")
    assert "Lo a" in who.last  # noted, or added
    assert "cristal" not in who.last
    before = len(who.heard)
    await place.later(days=2)
    assert [text_of(bubble) for bubble in who.heard[before:]] == []


async def test_an_ordinary_draft_is_written_about(place: Town) -> None:
    await place.vecina.says(LAMP)
    await place.vecina.says("es el poste de atras del domo")
    await place.later(days=2)
    assert LATER in place.vecina.last


@pytest.mark.parametrize("question", ["street", "when", "place"])
async def test_what_is_told_in_confidence_where_a_street_is_asked_is_no_street(
    place: Town, question: str
) -> None:
    who = place.vecina
    await who.says("no prende la lampara" if question == "place" else LAMP)
    await who.says("acepto")
    if question == "when":
        for _ in range(4):
            if "¿Está bien?" not in who.last:
                await who.says("1")
        await who.taps("Corregir")
        await who.taps("Cuándo")
    asked_now = who.last
    answer = await who.says("y en la casa de junto venden cristal")
    assert answer == f"Lo anoté.\n{asked_now}"
    await who.says("no sé")
    for _ in range(5):
        if "¿Está bien?" not in who.last:
            await who.says("1")
    assert "un asunto en confianza" in who.last
    assert "cristal" not in who.last
    await who.taps("Enviar")
    (report,) = await place.read(open_reports)
    assert "cristal" not in f"{report.text} {report.place} {report.when} {report.answers}"
    assert "¿Lo reportamos?" in who.last
