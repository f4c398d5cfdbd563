"""Danger in every state, by whoever says it: 911 first, one card, nothing lost."""

from __future__ import annotations

import pytest

from bot.channels.simulator import Manner
from bot.domain.events import ReportOpened
from bot.messages import Address, Inbound, InboundKind
from tests.support.log_book import open_reports
from tests.support.talker import Phone, Town, text_of

CALL = "Llame al 911 AHORA"
SAID = "estan adentro de mi casa ayudenme"


async def test_every_question_of_a_talk_gives_way_to_danger(place: Town) -> None:
    """Before consent, at the place, the street, the follow-up, the identity, the review, on both networks."""
    words = ("mi vecino pone musica", "acepto", "leona vicario", "calle roma", "no sé", "con reserva")
    for manner in Manner:
        for n in range(len(words) + 1):
            who = place.somebody(f"{manner}-{n}", manner)
            for said in words[:n]:
                await who.says(said)
            assert (await who.says(SAID)).startswith(CALL), words[:n]
            await who.taps("Ya estoy a salvo")
            asked = who.heard[-1]
            assert n == 0 or "Seguimos con su reporte" in text_of(asked)  # the draft waited, whole
    assert place.demo.channel.problems == []


@pytest.mark.parametrize("said", ["no", "todavía no", "no estoy a salvo", "no estoy bien", "aun no"])
async def test_who_is_not_safe_is_never_taken_for_safe(place: Town, said: str) -> None:
    """The card stays, and what was said goes with the alert."""
    await place.vecina.says(SAID)
    assert (await place.vecina.says(said)).startswith(CALL)
    await place.vecina.taps("Avisar al turno")
    (report,) = await place.read(open_reports)
    assert said in report.text


@pytest.mark.parametrize("said", ["ya estoy a salvo", "estoy bien", "2", "falsa alarma", "no hay peligro"])
async def test_who_is_safe_can_say_so(place: Town, said: str) -> None:
    await place.vecina.says(SAID)
    await place.vecina.says(said)
    assert text_of(place.vecina.heard[-2]).startswith("Qué bueno.")


async def test_what_was_told_before_one_was_safe_need_not_be_told_again(place: Town) -> None:
    """It becomes a report of what is over: no 911 card once more, and no P0."""
    await place.vecina.says("estan adentro de mi casa ayudenme, calle roma 23 italia")
    await place.vecina.says("son dos y traen machetes")
    await place.vecina.taps("Ya estoy a salvo")
    assert "¿Quiere que quede reportado?" in place.vecina.last
    assert "acepte el aviso" in await place.vecina.taps("Sí, reportarlo")
    await place.vecina.says("acepto")
    await place.vecina.reports("1")
    (report,) = await place.read(open_reports)
    assert "machetes" in report.text
    assert report.reason != "danger"


async def test_of_what_is_delicate_nothing_is_asked_once_one_is_safe(place: Town) -> None:
    await place.vecina.says("mi esposo me esta golpeando ahorita auxilio")
    assert (await place.vecina.taps("Ya estoy a salvo")).startswith("Qué bueno.")


async def test_where_told_later_changes_the_card_that_is_there(place: Town) -> None:
    """Never two live cards of one folio in an officer's chat."""
    await place.vecina.says(SAID)
    await place.vecina.taps("Avisar al turno")
    await place.vecina.says("calle bugambilias en la italia")
    for phone in (place.oficial, place.oficial2):
        assert [text_of(b).split("\n")[0] for b in cards(phone)] == [text_of(cards(phone)[0]).split("\n")[0]]
        assert "Col. Italia" in text_of(cards(phone)[0])
        assert "P0: pidió ayuda por un peligro de ahora" in text_of(cards(phone)[0])


def cards(phone: Phone) -> list:
    """Bubbles that offer to take a report."""
    return [b for b in phone.heard if any(a.label == "Tomar" for a in b.form.buttons)]


async def test_the_words_of_danger_are_kept_with_the_report(place: Town) -> None:
    await place.vecina.says(SAID)
    await place.vecina.taps("Avisar al turno")
    (report,) = await place.read(open_reports)
    assert (report.priority, report.reason) == (0, "danger")
    opened = (await place.read(lambda tx: tx.reports.history(report.id)))[0]
    assert isinstance(opened, ReportOpened)
    assert "ayudenme" in opened.words
    assert "«ayudenme»" in await place.oficial.taps("Tomar")


async def test_what_happens_is_no_place(place: Town) -> None:
    """Asked where, they tell what goes on: the team reads it, and where is asked again."""
    await place.vecina.says(SAID)
    await place.vecina.taps("Avisar al turno")
    await place.oficial.taps("Tomar")
    answer = await place.vecina.says("estan rompiendo la puerta ayuda")
    assert "¿Dónde está?" in answer
    assert "«estan rompiendo la puerta ayuda»" in place.oficial.last
    await place.vecina.says("calle roma en la italia")
    (report,) = await place.read(open_reports)
    assert report.place.colonia == "italia"


async def test_danger_in_an_answer_reaches_who_asked(place: Town) -> None:
    """Without a tap: the officer has the report and asked."""
    await place.vecina.says("mi vecino de la calle roma en la italia pone musica hasta las 4 los viernes")
    for said in ("acepto", "con reserva", "enviar"):
        await place.vecina.says(said)
    await place.oficial.taps("Tomar")
    await place.oficial.taps("Necesito")
    await place.oficial.taps("Preguntar")
    await place.oficial.taps("¿Sigue el ruido?")
    assert (await place.vecina.says("vino con un machete, me quiere matar, auxilio")).startswith(CALL)
    assert "me quiere matar" in place.oficial.last


async def test_a_caption_and_a_corrected_message_are_heard_too(place: Town) -> None:
    who = place.somebody("pie")
    await place.demo.channel.photo(who.id, photo(), caption=SAID)
    await place.demo.app.settle()
    assert who.last.startswith(CALL)


def photo() -> bytes:
    from tests.transcripts.test_transcripts import picture

    return picture()


async def event(place: Town, who: Phone, **particulars: object) -> None:
    """Something that the page's phones can't do."""
    inbound = Inbound(
        id=f"x:{who.id}",
        address=Address("simulator", who.id),
        at=place.demo.clock.now(),
        text=SAID,
        **particulars,
    )
    await place.demo.app.reception.receive(inbound)
    await place.demo.app.settle()


async def test_a_message_that_was_corrected_is_heard(place: Town) -> None:
    who = place.somebody("corrige")
    await who.says("hay mucho ruido en mi calle")
    await event(place, who, kind=InboundKind.EDIT)
    assert who.last.startswith(CALL)


async def test_in_a_group_the_911_line_comes_before_the_hint(place: Town) -> None:
    """Every time, while the hint alone comes once an hour."""
    who = place.somebody("grupo")
    await event(place, who, private=False)
    assert who.last.startswith(CALL)
    assert "Escríbame en privado" in who.last


async def test_an_officer_who_writes_of_danger_notes_it_down_as_such(place: Town) -> None:
    """No card about a safe place for who is on duty: radio first, and the report is P0."""
    first = await place.oficial.says(
        "estan adentro de la casa de un vecino, auxilio, calle roma en la italia"
    )
    assert first.startswith("Si el peligro es ahora: radio y 911 primero.")
    for _ in range(4):
        if "Entendí esto" not in place.oficial.last:
            await place.oficial.says("1")
    await place.oficial.taps("Enviar")
    (report,) = await place.read(open_reports)
    assert (report.priority, report.reason) == (0, "danger")


async def test_a_fire_that_is_out_gets_the_usual_talk(place: Town) -> None:
    """A kind that is danger by itself, told as past: no 911 card."""
    answer = await place.vecina.says("hace dos dias hubo una fuga de gas en la italia, ya la arreglaron")
    assert CALL not in answer


async def test_what_is_over_gets_the_usual_talk(place: Town) -> None:
    answer = await place.vecina.says("hace un mes se metieron a mi casa en la italia y se llevaron la tele")
    assert CALL not in answer


async def test_the_letters_of_a_code_are_no_danger(place: Town) -> None:
    """One code in five hundred holds letters that resemble a word of danger."""
    who = place.somebody("recluta")
    for code in ("K4GAS-KBXS5", "WK911-P59CE", "A7FYX-AY74Y"):
        assert not (await who.says(code)).startswith(CALL), code
    assert (await who.says("911")).startswith(CALL)


INN = (18.5036, -88.3055)  # in the Italia


@pytest.mark.parametrize("text", [SAID, f"{SAID} en la colonia 5 de abril"])
async def test_a_pin_before_the_tap_goes_with_the_alert(place: Town, text: str) -> None:
    """Who is in danger sends where they are at once; nobody asks for it again."""
    await place.vecina.says(text)
    assert (await place.vecina.locates(*INN)).startswith("Recibí su ubicación.\n" + CALL)
    answer = await place.vecina.taps("Avisar al turno")
    assert answer.startswith("Ya avisamos.")
    (report,) = await place.read(open_reports)
    assert report.place.point is not None
    assert report.sectors


async def test_a_map_link_beside_the_words_is_the_place(place: Town) -> None:
    await place.vecina.says(f"{SAID} https://maps.google.com/?q={INN[0]},{INN[1]}")
    assert (await place.vecina.taps("Avisar al turno")).startswith("Ya avisamos.")
    (report,) = await place.read(open_reports)
    assert report.place.point is not None


async def test_a_pin_from_elsewhere_leaves_the_question(place: Town) -> None:
    await place.vecina.says(SAID)
    await place.vecina.locates(19.43, -99.13)
    assert "¿Dónde está?" in await place.vecina.taps("Avisar al turno")


async def test_the_tap_on_an_earlier_911_card_alerts_too(place: Town) -> None:
    """Each word shows the card anew; whichever of them is tapped means the same."""
    await place.vecina.says(SAID)
    bubble, token = place.vecina.button("Avisar al turno")
    await place.vecina.says("son dos y traen machetes")
    await place.vecina.taps_token(token, bubble)
    (report,) = await place.read(open_reports)
    assert "machetes" in report.text


@pytest.mark.parametrize("said", ["debajo del puente", "pegado al canal", "llegando al boulevard"])
async def test_a_place_where_one_is_asked_for_is_no_danger(place: Town, said: str) -> None:
    """The weights have heard such places told with accidents; asked where the lamp is, they are only places."""
    await place.vecina.says("hola")
    await place.vecina.says("no prende una lampara en la leona vicario")
    await place.vecina.says("acepto")
    assert not (await place.vecina.says(said)).startswith(CALL)
    assert said in text_of(place.vecina.heard[-1]) or said in (await place.vecina.says("una"))


@pytest.mark.parametrize("said", ["estan adentro", "por favor ayuda me sigue", "en la calle hay balazos"])
async def test_danger_told_where_a_place_is_asked_for_is_danger(place: Town, said: str) -> None:
    await place.vecina.says("hola")
    await place.vecina.says("no prende una lampara en la leona vicario")
    await place.vecina.says("acepto")
    assert (await place.vecina.says(said)).startswith(CALL)
