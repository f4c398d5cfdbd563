"""A neighbour on WhatsApp, officers on Telegram."""

from __future__ import annotations

import io
import sqlite3
from datetime import UTC, datetime, timedelta

from PIL import Image

from tests.e2e.people import OnWhatsApp, folio_in
from tests.e2e.server import until
from tests.e2e.street import Street

SECRET = "Felipe Carrillo Puerto 123"


async def test_by_numbers_and_words_alone(street: Street) -> None:
    neighbour = street.on_whatsapp()
    await neighbour.says("hola", "Soy el asistente")
    await neighbour.says("1", "acepte el aviso")
    await neighbour.says("acepto", "¿De qué se trata?")
    await neighbour.says("la 8", "¿Cuál se parece más?")
    await neighbour.says("alumbrado", "¿Dónde es?")
    await neighbour.says("colonia italia, atrás del domo", "¿qué pasa?")
    await neighbour.says("no prende", "¿Es una lámpara o son varias?")
    await neighbour.says("1", "Si el poste tiene número")
    await neighbour.says("no sé", "¿Está bien?")
    folio = folio_in(await neighbour.says("uno", "Su folio es"))
    await street.canul.hears(folio)
    await street.canul.taps("Tomar", "Es suyo")
    await neighbour.hears("ya tiene su reporte")
    await neighbour.says(f"estado {folio}", "En atención")


async def test_by_taps_and_statuses_in_any_order(street: Street) -> None:
    neighbour = street.on_whatsapp()
    await neighbour.says("hola", "Soy el asistente")
    await neighbour.taps("Reportar", "acepte el aviso")
    await neighbour.taps("Acepto", "¿De qué se trata?")
    await neighbour.taps("Calle, luz y tránsito", "¿Cuál se parece más?")
    await neighbour.taps("Alumbrado", "¿Dónde es?")
    assert await street.twilio.share_location(neighbour.number, 18.50742, -88.30868) == 200
    await neighbour.hears("¿qué pasa?")
    await neighbour.says("no prende", "¿Es una lámpara o son varias?")
    await neighbour.taps("Varias", "¿Está bien?")
    await neighbour.taps("Enviar", "Su folio es")
    receipt = neighbour.messages[-1]
    for status in ("read", "delivered", "sent", "read"):
        assert await street.twilio.report(receipt, status) == 204
    query = "SELECT state FROM outbox WHERE provider_id = ?"
    await until(lambda: street.server.rows(query, receipt.sid) == [("read",)])
    assert await street.twilio.report(receipt, "failed", "63016") == 204
    assert street.server.rows(query, receipt.sid) == [("read",)]


async def test_photo_and_voice_reach_the_officer_clean(street: Street) -> None:
    neighbour = street.on_whatsapp()
    await neighbour.says("hay una lámpara fundida atrás del domo en la colonia italia", "acepte el aviso")
    await neighbour.taps("Acepto", "¿Está bien?")
    assert await street.twilio.send_media(neighbour.number, photo(), "image/jpeg") == 200
    voice = b"OggS" + bytes(60) + b"ronca voz"
    assert await street.twilio.send_media(neighbour.number, voice, "audio/ogg") == 200
    await neighbour.hears("Recibí 2 archivos")
    await neighbour.taps("Enviar", "Su folio es")
    await until(lambda: street.server.count("media", "state = 'kept'") == 2)
    await until(
        lambda: not any(held.media for held in street.twilio.messages.values())
    )  # only our copies stay
    assert street.api.requests("sendPhoto") == []
    await street.canul.taps("Tomar", "Es suyo")

    assert [call.method for call in street.api.calls if call.files] == ["sendPhoto", "sendVoice"]
    sent_photo, sent_voice = (next(iter(call.files.values())) for call in street.api.calls if call.files)
    assert Image.open(io.BytesIO(sent_photo)).size == (320, 240)
    assert SECRET.encode() not in sent_photo
    assert sent_voice == voice
    assert street.twilio.shown_to_cdn == []
    kept = b"".join(file.read_bytes() for file in (street.server.folder / "data").iterdir())
    assert b"ronca voz" not in kept, "sealed"
    assert b"domo" not in kept


async def test_news_outside_the_window_wait_or_go_as_a_template(asleep: Street) -> None:
    approved = asleep.twilio.add_content(
        {
            "types": {"twilio/text": {"body": "Hay una novedad en su reporte {{1}}. Responda para verla."}},
            "variables": {"1": "1234-5678"},
        },
        approved=True,
    )
    templates = asleep.server.folder / "municipio" / "plantillas.yaml"
    text = templates.read_text().replace('content_sid: ""', f'content_sid: "{approved}"', 1)
    templates.write_text(text)
    await asleep.server.serve()
    neighbour, canul = asleep.on_whatsapp(), asleep.canul
    folio = await asleep.report(neighbour)
    await canul.taps("Tomar", "Es suyo")
    await neighbour.hears("ya tiene su reporte")
    await a_day_passes(asleep, neighbour)

    await canul.taps("Voy", "En camino")
    await neighbour.hears(f"Hay una novedad en su reporte {folio}")
    await canul.taps("Necesito", "¿Qué necesita?")
    await canul.taps("Preguntar", "¿Qué le pregunta?")
    await canul.says("¿Entre cuáles calles es?", "Preguntado")  # no template of its own is approved: it waits
    await until(lambda: asleep.server.count("outbox", "state = 'waiting'") == 2)
    assert not any("Entre cuáles" in text for text in neighbour.texts)

    await neighbour.says("hola")
    await neighbour.hears("va en camino")
    await neighbour.hears("Entre cuáles")
    assert asleep.server.actions() == []


async def test_a_window_that_only_twilio_knows_to_be_closed(street: Street) -> None:
    neighbour = street.on_whatsapp()
    await street.report(neighbour)
    street.twilio.window_opened[neighbour.number] = datetime.now(UTC) - timedelta(hours=25)
    await street.canul.taps("Tomar", "Es suyo")
    await until(lambda: street.server.count("outbox", "state = 'waiting'") == 1)
    await neighbour.says("gracias")
    await neighbour.hears("ya tiene su reporte")


async def a_day_passes(street: Street, neighbour: OnWhatsApp) -> None:
    """For the window only: in the database and at Twilio."""
    await street.server.kill()
    with sqlite3.connect(street.server.folder / "data" / "proximidad.db") as database:
        database.execute(
            "UPDATE vault_address SET window_closes_at = ? WHERE window_closes_at IS NOT NULL",
            (int((datetime.now(UTC) - timedelta(hours=1)).timestamp() * 1_000_000),),
        )
    database.close()
    street.twilio.window_opened[neighbour.number] = datetime.now(UTC) - timedelta(hours=25)
    await street.server.serve()


def photo() -> bytes:
    """A picture that tells where it was taken."""
    tags = Image.Exif()
    tags[0x010F] = SECRET
    out = io.BytesIO()
    Image.new("RGB", (320, 240), "teal").save(out, "JPEG", exif=tags)
    return out.getvalue()
