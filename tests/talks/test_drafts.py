"""What somebody half told waits, also while another thing is told."""

from __future__ import annotations

from bot.messages import Address
from tests.support.log_book import open_reports
from tests.support.talker import Phone, Town

LAMP = "no prende la lampara de la calle roma 23 italia"
HOLE = "hay un bache enorme en la calle milan de la italia"


async def drafts(place: Town, who: Phone) -> list[str]:
    """The words of each draft of a person, the oldest first."""

    def work(tx) -> list[str]:
        person = tx.vault.person_at(Address("simulator", who.id))
        found = sorted(tx.conversations.of(person), key=lambda talk: talk.touched_at)
        return [talk.arguments["text"] for talk in found if talk.flow == "report"]

    return await place.read(work)


async def test_a_half_told_report_waits_while_another_one_is_told(place: Town) -> None:
    who = place.vecina
    for said in (LAMP, "acepto", "menú", HOLE):
        await who.says(said)
    assert await drafts(place, who) == [LAMP, HOLE]
    await who.reports("no")
    assert "Tiene un reporte a medias" in await who.says("menú")
    assert "lampara" in await who.taps("Seguir mi reporte")
    await who.taps("Enviar")
    kinds = {report.kind for report in await place.read(open_reports)}
    assert kinds == {"alumbrado", "servicios"}


async def test_unclear_words_while_a_draft_waits_are_asked_about(place: Town) -> None:
    who = place.vecina
    for said in (LAMP, "acepto", "menú"):
        await who.says(said)
    assert "¿Es para reportarlo?" in await who.says("asdf qwer zxcv tyui")
    await who.taps("No es eso")
    assert await drafts(place, who) == [LAMP]


async def test_the_same_words_again_are_one_draft_and_the_oldest_of_many_goes(place: Town) -> None:
    who = place.vecina
    for said in (LAMP, "acepto", "menú", LAMP, "menú"):
        await who.says(said)
    assert await drafts(place, who) == [LAMP]
    others = [f"hay un bache en la calle milan número {n} de la italia" for n in (1, 2, 3)]
    for said in others:
        await who.says(said)
        await who.says("menú")
    assert await drafts(place, who) == others


async def test_a_tap_on_the_card_of_what_waits_takes_it_up_again(place: Town) -> None:
    """Then the next words answer what that card asked, and not what was begun meanwhile."""
    who = place.vecina
    for said in ("no prende la lampara de la calle roma 23 italia", "acepto"):
        await who.says(said)
    bubble, correct = who.button("Corregir")
    assert "¿En qué colonia vive" in await who.says("mi policía")
    assert "¿Qué corregimos?" in await who.taps_token(correct, bubble)
    assert "¿Dónde es?" in await who.says("el lugar")


async def test_words_of_another_day_are_no_answer_to_what_is_no_draft(place: Town) -> None:
    """Days after «Agregar algo» a new concern is not added to the old report."""
    who = place.vecina
    await who.reports("no prende la lampara de la calle roma 23 italia")
    await who.taps("Agregar algo")
    await place.later(days=2)
    assert "¿Dónde" in await who.says("hay un bache enorme y ya se cayo una moto")
