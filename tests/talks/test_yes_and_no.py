"""A bare yes or no answers the newest card, and nothing that was asked long ago."""

from __future__ import annotations

import pytest

from bot.domain.report import Status
from tests.support.log_book import open_reports
from tests.support.talker import Town

LAMP = "no prende la lampara de la calle roma 23 italia"


async def attended(place: Town) -> str:
    """A report that ended; its folio. Its person has not said whether it is solved."""
    await place.vecina.reports(LAMP)
    (report,) = await place.read(open_reports)
    await place.oficial.taps("Tomar")
    await place.oficial.taps("Hecho")
    await place.oficial.says("1")
    await place.oficial.taps("Enviar")
    assert "¿Quedó resuelto?" in place.vecina.last
    return report.folio


async def stands(place: Town, folio: str) -> tuple[Status, str | None]:
    report = await place.read(lambda tx: tx.reports.by_folio(folio))
    return report.status, report.solved


@pytest.mark.parametrize(
    ("said", "status", "solved"),
    [
        ("sí", Status.CLOSED, "yes"),
        ("no", Status.RECEIVED, "no"),
        ("no sé", Status.CLOSED, "unsure"),
        ("ok", Status.CLOSED, None),
    ],
)
async def test_after_the_end_it_says_whether_it_is_solved(
    place: Town, said: str, status: Status, solved: str | None
) -> None:
    folio = await attended(place)
    await place.vecina.says(said)
    assert await stands(place, folio) == (status, solved)


@pytest.mark.parametrize("said", ["sí", "no"])
async def test_it_is_no_answer_to_what_was_asked_before_the_newest_card(place: Town, said: str) -> None:
    """Nobody is sent out again because somebody said no to something else."""
    folio = await attended(place)
    await place.later(days=3)
    assert "¿Quiere reportar algo" in await place.vecina.says("asdf")
    await place.vecina.says(said)
    assert await stands(place, folio) == (Status.CLOSED, None)


async def test_whether_it_is_a_report_can_be_answered_in_one_word(place: Town) -> None:
    vague = "vivo en la italia desde hace años"
    assert "¿Es para reportarlo?" in await place.vecina.says(vague)
    assert "Aquí estamos" in await place.vecina.says("no")
    assert "¿Es para reportarlo?" in await place.vecina.says(vague)
    assert "acepte el aviso" in await place.vecina.says("sí")


async def test_an_old_no_takes_nothing_back_that_was_begun(place: Town) -> None:
    await place.vecina.says("vivo en la italia desde hace años")
    bubble, no = place.vecina.button("No es eso")
    await place.vecina.taps("Sí, reportarlo")
    await place.vecina.says("acepto")
    asked = place.vecina.last
    assert await place.vecina.taps_token(no, bubble) == asked
    await place.vecina.says("cancelar")
    assert "ya no está activa" in await place.vecina.taps_token(no, bubble)
