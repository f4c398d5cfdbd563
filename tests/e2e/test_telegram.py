"""The whole path on Telegram."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.conftest import street_in
from tests.e2e.people import folio_in
from tests.e2e.street import LAMP, Street


async def whole_path(street: Street) -> None:
    """hola, consent, report, folio; alert, claim, question, answer, on the way, closed; still the same."""
    neighbour, canul, poot = street.neighbour, street.canul, street.poot
    await neighbour.says("hola", "Soy el asistente")
    await neighbour.says(LAMP, "acepte el aviso")
    await neighbour.taps("Acepto", "¿Está bien?")
    folio = folio_in(await neighbour.taps("Enviar", "Su folio es"))
    await canul.hears(folio)
    free = await poot.card("Alumbrado · Col. Italia")
    assert "domo" not in free["text"], "before the claim: no place, no words"

    case = await canul.taps("Tomar", "Es suyo")
    assert "domo" in case
    taken = await poot.card("Tomado por la oficial Canul")
    assert taken["message_id"] == free["message_id"], "edited in place"
    assert "reply_markup" not in taken
    await neighbour.hears("ya tiene su reporte")

    await canul.taps("Necesito", "¿Qué necesita?")
    await canul.taps("Preguntar", "¿Qué le pregunta?")
    await canul.says("¿Es el poste de la esquina?", "Preguntado")
    await neighbour.hears("«¿Es el poste de la esquina?»")
    await neighbour.says("sí, el de la esquina", "ya se lo pasé")
    await canul.hears("«sí, el de la esquina»")

    await canul.taps("Voy", "En camino")
    await neighbour.hears("va en camino")
    await canul.taps("Hecho", "¿Cómo terminó?")
    await canul.taps("Atendido", "Una frase para la persona")
    await canul.says("Quedó reportado a alumbrado", "Le llegará así")
    await canul.taps("Enviar", "Cerrado y avisado")
    await neighbour.hears("¿Quedó resuelto?")
    await neighbour.taps("Sigue igual", "Lo abrimos de nuevo")
    await canul.hears("sigue igual")
    assert "reply_markup" in await canul.card("Alumbrado · Col. Italia")
    assert "reply_markup" in await poot.card("Alumbrado · Col. Italia")
    assert street.server.count("report") == 1


async def test_the_whole_path_by_polling(street: Street) -> None:
    await whole_path(street)
    log = street.server.log()
    assert "domo" not in log
    assert "poste" not in log
    assert street.api.token not in log
    assert await street.server.stop() == 0


async def test_the_whole_path_by_webhook(tmp_path: Path) -> None:
    async with street_in(tmp_path, mode="webhook") as street:
        assert (await street.server.command("init", "municipio"))[0] == 0
        await street.enrol()
        await whole_path(street)
        assert street.api.requests("getUpdates") == []
        assert {status for _, status in street.api.webhook.answers if status} == {200}
        assert street.server.actions() == []
