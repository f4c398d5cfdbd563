"""Who names a folio and says more: the words are of that report, and nobody has to find «Agregar algo» first."""

from __future__ import annotations

import pytest

from bot.domain.events import SomethingAdded
from bot.domain.report import Status
from tests.support.log_book import open_reports
from tests.support.talker import Phone, Town, text_of

LAMP = "no prende la lampara de la calle roma 23 italia"
MORE = "sigue igual, otra vez fundida"


async def reported(place: Town, who: Phone) -> str:
    return (await who.reports(LAMP)).split("\n")[1]


async def added(place: Town, folio: str) -> list[str]:
    """What was added to a report, in order."""

    def work(tx) -> list[str]:
        history = tx.reports.history(tx.reports.by_folio(folio.replace("-", "")).id)
        return [event.text for event in history if isinstance(event, SomethingAdded)]

    return await place.read(work)


async def closed(place: Town, who: Phone) -> str:
    folio = await reported(place, who)
    await place.oficial.taps("Tomar")
    for said in ("Hecho", "Atendido"):
        await place.oficial.taps(said)
    await place.oficial.says("La cambiaron hoy en la mañana")
    await place.oficial.taps("Enviar")
    assert (await status(place, folio)) is Status.CLOSED
    return folio


async def status(place: Town, folio: str) -> Status:
    return (await place.read(lambda tx: tx.reports.by_folio(folio.replace("-", "")))).status


@pytest.mark.parametrize("said", ["Folio {} {}", "folio {}: {}", "{}, {}", "otra vez lo del folio {}, {}"])
async def test_words_beside_one_s_own_folio_reach_who_attends_it(place: Town, said: str) -> None:
    folio = await reported(place, place.vecina)
    await place.oficial.taps("Tomar")
    words = said.format(folio, MORE)
    answer = await place.vecina.says(words)
    assert "Agregado" in answer
    assert "Estado: En atención" in answer
    assert await added(place, folio) == [words]
    assert MORE in place.oficial.last


@pytest.mark.parametrize(
    "said",
    [
        "estado {}",
        "Folio {}",
        "¿Y qué pasó con mi folio {}?",
        "Oiga, ¿se sabe algo nuevo del folio {}?",
        "hola, estado del folio {} por favor",
    ],
)
async def test_who_only_asks_how_it_stands_adds_nothing(place: Town, said: str) -> None:
    folio = await reported(place, place.vecina)
    assert "Estado: Recibido" in await place.vecina.says(said.format(folio))
    assert await added(place, folio) == []


async def test_words_beside_the_folio_answer_an_officer_s_question(place: Town) -> None:
    folio = await reported(place, place.vecina)
    await place.oficial.taps("Tomar")
    await place.oficial.says(f"necesito {folio}")
    await place.oficial.taps("Preguntar")
    await place.oficial.says("¿Qué poste es?")
    assert "se lo pasé" in await place.vecina.says(f"Folio {folio} es el poste 4512, frente a la tienda")
    assert "poste 4512" in place.oficial.last
    assert (await status(place, folio)) is Status.CLAIMED


async def test_a_closed_one_keeps_them_and_is_opened_with_one_tap(place: Town) -> None:
    folio = await closed(place, place.vecina)
    words = f"Folio {folio} {MORE}"
    assert "¿Quedó resuelto?" in await place.vecina.says(words)
    assert await added(place, folio) == [words]
    assert "Lo abrimos de nuevo" in await place.vecina.taps("Sigue igual")
    assert (await status(place, folio)) is Status.RECEIVED
    await place.oficial.says(f"tomar {folio}")
    assert any(f"Agregó: {words}" in text_of(bubble) for bubble in place.oficial.heard)


async def test_after_thirty_days_they_begin_a_new_one(place: Town) -> None:
    folio = await closed(place, place.vecina)
    await place.later(days=31)
    answer = await place.vecina.says(f"Folio {folio} {MORE}, la lampara de la calle roma 23 italia")
    assert "más de 30 días" in answer
    assert MORE in answer  # on the card of the new one


@pytest.mark.parametrize("talk", ["reportar", "mi policia"])
async def test_while_a_choice_or_a_place_is_asked_they_are_kept_and_the_talk_goes_on(
    place: Town, talk: str
) -> None:
    folio = await reported(place, place.vecina)
    asked = await place.vecina.says(talk)
    words = f"Folio {folio} {MORE}"
    answer = await place.vecina.says(words)
    assert "Agregado" in answer
    assert asked.split("\n")[-1] in answer
    assert await added(place, folio) == [words]


async def test_what_is_written_to_a_person_goes_to_that_person(place: Town) -> None:
    folio = await reported(place, place.vecina)
    await place.vecina.says("hablar con una persona")
    words = f"mi reporte es el {folio} y {MORE}"
    assert "Enviado" in await place.vecina.says(words)
    assert MORE in place.supervisora.last
    assert await added(place, folio) == []


@pytest.mark.parametrize("mistyped", [False, True])
async def test_of_a_folio_that_is_not_theirs_nothing_is_said_and_the_words_wait(
    place: Town, *, mistyped: bool
) -> None:
    """The same answer for somebody else's folio and for one that nobody has."""
    folio = await reported(place, place.vecina)
    other = place.somebody("otra")
    named = folio[:-1] + str((int(folio[-1]) + 1) % 10) if mistyped else folio
    answer = await other.says(f"Folio {named} nadie ha venido todavia a ver eso de la esquina")
    assert "No encuentro ese folio" in answer
    assert "¿Es para reportarlo?" in answer
    assert "lámpara" not in answer.lower()
    assert await added(place, folio) == []
    await other.taps("Sí, reportarlo")
    for said in ("acepto", "alumbrado", "calle verona, en la italia", *"111"):
        if "folio es" not in other.last:
            await other.says(said)
    opened = await place.read(open_reports)
    assert any("nadie ha venido todavia" in report.text for report in opened)


async def test_a_number_that_is_no_folio_is_not_looked_for(place: Town) -> None:
    answer = await place.vecina.says("ese senor anda dando el numero 9831 2345 a todos por aqui")
    assert "No encuentro ese folio" not in answer


async def test_what_is_told_in_confidence_stays_neutral(place: Town) -> None:
    who = place.vecina
    for said in ("venden cristal en una casa de la calle roma en casitas", "acepto", *"1111"):
        if "Número:" not in who.last:
            await who.says(said)
    folio = who.last.split("Número: ")[1][:9]
    words = f"Folio {folio} anoche llegaron dos motos mas a la casa"
    answer = await who.says(words)
    assert answer.startswith("Agregado.")
    assert "Estado:" not in answer
    assert "droga" not in answer.lower()
    assert await added(place, folio) == [words]


async def test_of_a_closed_one_in_the_middle_of_a_talk_they_are_kept_too(place: Town) -> None:
    folio = await closed(place, place.vecina)
    await place.vecina.says("mi policia")
    words = f"Folio {folio} {MORE}"
    assert "¿En qué colonia vive" in await place.vecina.says(words)
    assert await added(place, folio) == [words]


async def test_of_the_only_open_report_no_folio_is_needed(place: Town) -> None:
    folio = await reported(place, place.vecina)
    words = "ya reporte la lampara hace una semana y sigue igual, nadie ha venido"
    answer = await place.vecina.says(words)
    assert answer.startswith(f"Folio {folio}\nAgregado.")
    assert await added(place, folio) == [words]
    assert "Sus reportes:" in await place.vecina.says("quisiera saber en que va mi reporte")
    assert await added(place, folio) == [words]


async def test_who_has_several_chooses(place: Town) -> None:
    folio = await reported(place, place.vecina)
    await place.vecina.reports("mi vecino pone musica muy fuerte en la calle chetumal de la leona vicario")
    words = "ya reporte la lampara hace una semana y sigue igual, nadie ha venido"
    assert "Sus reportes:" in await place.vecina.says(words)
    assert await added(place, folio) == []
