"""kill -9 in the middle of a talk, providers that are down, webhooks that never arrived."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

from tests.e2e.people import folio_in
from tests.e2e.server import until
from tests.e2e.street import LAMP, Street
from tests.fakes.twilio_api import Fault


async def test_killed_at_any_moment_the_talk_goes_on(street: Street) -> None:
    """The plug is pulled some milliseconds after each thing said: before, while or after it is committed."""
    neighbour = street.neighbour
    moments = random.Random(7)

    async def struck() -> None:
        await asyncio.sleep(moments.uniform(0, 0.03))
        await street.server.restart()

    await neighbour.says("hola")
    await struck()
    await neighbour.hears("Soy el asistente")
    await neighbour.says(LAMP)
    await struck()
    await neighbour.hears("acepte el aviso")
    await neighbour.taps("Acepto")
    await struck()
    await neighbour.hears("¿Está bien?")
    await neighbour.taps("Enviar")
    await struck()
    folio = folio_in(await neighbour.hears("Su folio es"))
    assert street.server.count("report") == 1
    await street.canul.hears(folio)
    await street.poot.hears(folio)
    await street.canul.taps("Tomar")
    await struck()
    await street.canul.hears("Es suyo")
    await neighbour.hears("ya tiene su reporte")


async def test_committed_and_never_said(street: Street) -> None:
    """Killed while the provider holds the answer back: the folio exists, and is told at the next start."""
    neighbour = street.neighbour
    await neighbour.says(LAMP, "acepte el aviso")
    await neighbour.taps("Acepto", "¿Está bien?")
    street.api.fail("hang", times=100)
    await neighbour.taps("Enviar")
    await until(lambda: street.server.count("report") == 1)
    await street.server.kill()
    street.api.recover()
    await street.server.serve()
    folio = folio_in(await neighbour.hears("Su folio es"))
    await street.canul.hears(folio)
    await street.poot.hears(folio)
    await neighbour.taps("Enviar", "Esa opción ya")
    assert street.server.count("report") == 1


async def test_accepted_by_twilio_and_not_noted_it_is_not_said_twice(street: Street) -> None:
    neighbour = street.on_whatsapp()
    street.twilio.faults.append(Fault(hang=30))
    await neighbour.says("hola")
    await until(lambda: neighbour.texts)
    await street.server.restart()
    state = "SELECT state FROM outbox WHERE provider_id = ?"
    sid = neighbour.messages[0].sid
    await until(lambda: street.server.rows(state, sid))
    assert len(neighbour.texts) == 1


async def test_a_stop_and_a_start_say_nothing_twice(street: Street) -> None:
    await street.neighbour.says("hola", "Soy el asistente")
    assert await street.server.stop() == 0
    street.neighbour.api.say(street.neighbour.chat, "menú")
    await street.server.serve()
    await street.neighbour.hears("¿En qué le ayudo?")
    assert len(street.neighbour.texts) == 2


async def test_down_for_a_while_then_alerts_first(street: Street) -> None:
    neighbour, other = street.neighbour, street.on_telegram(102)
    await neighbour.says(LAMP, "acepte el aviso")
    await neighbour.taps("Acepto", "¿Está bien?")
    street.api.fail(502, times=10_000)
    await other.says("hola")
    await neighbour.taps("Enviar")
    await until(lambda: street.server.count("report") == 1)
    await asyncio.sleep(3)  # an outage takes its time
    before = len(street.api.calls)
    street.api.recover()
    await street.canul.hears("Col. Italia")
    await street.poot.hears("Col. Italia")
    await other.hears("Soy el asistente")
    await neighbour.hears("Su folio es")
    said = [call.params["chat_id"] for call in street.api.calls[before:] if call.method == "sendMessage"]
    assert set(said[:2]) == {street.canul.chat, street.poot.chat}


async def test_a_webhook_lost_while_we_were_down_is_found_by_listing(street: Street) -> None:
    neighbour = street.on_whatsapp()
    await neighbour.says("hola", "Soy el asistente")
    await street.server.kill()
    street.twilio.now = lambda: datetime.now(UTC) - timedelta(seconds=20)
    await street.twilio.arrives(neighbour.number, "consejos", lost=True)
    await street.server.serve()
    await neighbour.hears("¿De qué quiere consejos?")
