"""An officer who writes the folio and what there is to say has said it all: it is a note, and nothing is asked."""

from __future__ import annotations

import pytest

from bot.domain.events import NoteAdded
from tests.support.reports import opened
from tests.support.talker import Phone, Town

LAMP = "no prende la lampara de la calle roma 23 italia"


async def notes(place: Town, folio: str) -> list[str]:
    def work(tx) -> list[str]:
        history = tx.reports.history(tx.reports.by_folio(folio.replace("-", "")).id)
        return [event.text for event in history if isinstance(event, NoteAdded)]

    return await place.read(work)


async def reported(place: Town) -> str:
    """In the officer's hands."""
    folio = (await place.vecina.reports(LAMP)).split("\n")[1]
    await place.oficial.says(f"tomar {folio}")
    return folio


@pytest.mark.parametrize(
    "said", ["nota {}: ya revise y no habia nadie", "folio {} ya revise y no habia nadie"]
)
@pytest.mark.parametrize("phone", ["oficial", "supervisora"])
async def test_words_beside_a_folio_are_its_note(place: Town, said: str, phone: str) -> None:
    folio = await reported(place)
    words = said.format(folio)
    who = Phone(place, phone)
    assert "Nota guardada" in await who.says(words)
    assert await notes(place, folio) == [words]


async def test_the_bare_word_and_a_folio_still_ask_for_the_note(place: Town) -> None:
    folio = await reported(place)
    assert "Escriba la nota" in await place.oficial.says(f"nota {folio}")
    assert "Escriba la nota" in await place.oficial.says(f"nota {folio.replace('-', '')}")


async def test_of_what_a_colleague_has_it_is_said_so(place: Town) -> None:
    folio = await reported(place)
    assert "no lo tiene usted" in await place.oficial2.says(f"folio {folio} ya revise y no habia nadie")
    assert await notes(place, folio) == []


async def test_of_what_is_not_theirs_nothing_is_noted(place: Town) -> None:
    report = await place.run(lambda tx: opened(tx, 5, named_list="no-such-list", kind="venta_droga"))
    await place.oficial.says(f"nota {report.folio} ya revise y no habia nadie")
    assert await notes(place, report.folio) == []


async def test_a_concern_written_with_nothing_in_hand_is_asked_about_and_not_let_go(place: Town) -> None:
    said = await place.oficial.says("la lampara de la esquina lleva un mes fundida")
    assert "¿Lo anoto como asunto nuevo?" in said
    card = await place.oficial.taps("Asunto nuevo")
    assert "Anotar lo que le contaron" in card
    assert "lampara de la esquina" in card or "¿Dónde" in card


async def test_a_greeting_shows_their_own_screen(place: Town) -> None:
    assert "En turno hasta" in await place.oficial.says("hola buenas tardes")
