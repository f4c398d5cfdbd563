"""What was understood is shown, and each field of it can be put right before it goes."""

from __future__ import annotations

from tests.support.log_book import open_reports
from tests.support.talker import Town

FIRST = "mi vecino de la calle roma en la italia pone musica hasta las 4 todos los viernes"
FIELDS = {
    "De qué se trata": (("8", "1"), "💡 Lámpara apagada o cables robados"),
    "El lugar": (("leona vicario", "atrás del domo"), "📍 Col. Leona Vicario, atrás del domo"),
    "Lo que pasa": (("es un bar con bocinas en la banqueta",), "✏️ es un bar con bocinas en la banqueta"),
    "Cuándo": (("anoche como a las 11",), "a las 11 de la noche (domingo 22 de noviembre)"),
    "Quién sabe de mí": (("con mi nombre", "Lupita"), "👤 Con su nombre: Lupita"),
}


async def test_the_card_says_what_was_understood_and_every_field_can_be_corrected(place: Town) -> None:
    who = place.vecina
    await who.says(FIRST)
    await who.says("acepto")
    await who.says("con reserva")
    assert "🔊 Ruido: música, fiestas o cohetes" in who.last
    assert "📍 Col. Italia, calle roma" in who.last
    assert "🕒 los viernes, hasta las 4 de la madrugada" in who.last
    for field, (words, line) in FIELDS.items():
        await who.taps("Corregir")
        assert set(FIELDS) <= set(who.buttons)
        await who.taps(field)
        for said in words:
            await who.says(said)
        for _ in range(3):
            if "¿Está bien?" not in who.last:
                await who.says("1")
        assert line in who.last, (field, who.last)
    await who.taps("Enviar")
    (report,) = await place.read(open_reports)
    assert (report.kind, report.place.colonia) == ("alumbrado", "leona-vicario")
    assert report.text.startswith("es un bar con bocinas")
    assert report.when.endswith("a las 11 de la noche (domingo 22 de noviembre)")


async def test_a_time_that_no_calendar_has_stays_as_it_was_said(place: Town) -> None:
    who = place.vecina
    for said in (FIRST, "acepto", "con reserva", "corregir"):
        await who.says(said)
    await who.taps("Cuándo")
    assert "🕒 cuando hay partido" in await who.says("cuando hay partido")


async def test_the_time_is_kept_with_the_report_and_read_by_who_attends(place: Town) -> None:
    who = place.vecina
    for said in (FIRST, "acepto", "con reserva", "enviar"):
        await who.says(said)
    (report,) = await place.read(open_reports)
    assert report.when == "los viernes, hasta las 4 de la madrugada"
    assert "🕒 los viernes, hasta las 4 de la madrugada" in await place.oficial.taps("Tomar")


async def test_the_answer_to_a_question_can_be_corrected_alone(place: Town) -> None:
    who = place.vecina
    await who.says("no prende la lampara de la calle roma 23 italia")
    await who.says("acepto")
    assert "¿Es una lámpara o son varias? Una" in who.last
    await who.taps("Corregir")
    await who.taps("¿Es una lámpara o son")
    await who.says("no, es toda la calle")
    assert "¿Es una lámpara o son varias? Varias" in who.last
    assert "📍 Col. Italia, calle roma 23\n" in who.last
