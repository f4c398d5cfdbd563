"""News waited for somebody to write: their words count for themselves when they are more than a look."""

from __future__ import annotations

import pytest

from bot.channels.simulator import Manner
from tests.support.talker import Phone, Town


async def with_news(place: Town) -> Phone:
    """A day after the report somebody takes it: on WhatsApp a template says only that there is news."""
    who = place.somebody("wa", Manner.WHATSAPP)
    await who.reports("ay un bache enorme en la calle roma de la colonia italia")
    await place.later(hours=25)
    await place.oficial.says("iniciar turno")
    await place.oficial.taps("Tomar")
    return who


async def test_a_look_is_answered_by_the_news(place: Town) -> None:
    who = await with_news(place)
    await who.says("ver")
    assert "ya tiene su reporte" in who.last


@pytest.mark.parametrize(
    ("said", "answer"), [("otro bache", "¿Dónde es?"), ("me robaron", "¿Es para reportarlo?")]
)
async def test_a_concern_in_two_words_is_heard(place: Town, said: str, answer: str) -> None:
    who = await with_news(place)
    await who.says(said)
    assert answer in "\n".join(line for bubble in who.heard[-2:] for line in bubble.lines)


async def test_a_voice_note_is_not_dropped(place: Town) -> None:
    who = await with_news(place)
    await who.sends_voice()
    await place.later(seconds=5)
    assert "Recibí" in "\n".join("\n".join(b.lines) for b in who.heard[-3:])
