"""What a case costs an officer: taps counted on the phones, seconds by the keystroke-level model, both bounded.

The seconds are a model, not people with a stopwatch: 1.3 s to point and press (Card, Moran and Newell 1983: P 1.1,
K 0.2), 1.35 s to decide where there is more than one button (M), and 25 characters read a second on a card that
asks for something.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.talker import Phone, Town, text_of, town

PRESS, DECIDE, READ = 1.3, 1.35, 25.0
NOISE = "mi vecino de la calle roma en la italia pone musica hasta las 4 todos los viernes"


@dataclass
class Cost:
    """Taps of an officer, and what they take by the model."""

    phone: Phone
    taps: int = 0
    hand: float = 0.0
    reading: float = 0.0
    read: set[str] = field(default_factory=set)

    async def tap(self, label: str) -> str:
        """Read the card that holds the button, once, decide, press."""
        card = next(b for b in reversed(self.phone.heard) if label in [a.label for a in b.form.choices])
        if card.id not in self.read:
            self.read.add(card.id)
            self.reading += len(text_of(card)) / READ
        self.taps += 1
        self.hand += PRESS + (DECIDE if len(card.form.choices) > 1 else 0)
        return await self.phone.taps(label)


async def reported(place: Town) -> Cost:
    """A neighbour tells of noise; the officer's phone holds the alert."""
    await place.vecina.says(NOISE)
    await place.vecina.taps("Acepto")
    await place.vecina.says("con reserva")
    await place.vecina.says("sí")
    return Cost(place.oficial)


# what is done -> the taps for it, and the most seconds of hands alone
WAYS = {
    "attended": (("Tomar", "Voy", "Llegué", "Bajaron el volumen", "Enviar"), 14.0),
    "not found": (("Tomar", "Voy", "Llegué", "No encontré", "Enviar"), 14.0),
    "attended on passing by": (("Tomar", "Hecho", "Bajaron el volumen", "Enviar"), 11.0),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_whole_case_takes_five_taps_and_less_than_twenty_seconds(way: str, tmp_path: Path) -> None:
    """From the alert to the message that the neighbour reads."""
    labels, most = WAYS[way]
    async with town(tmp_path) as place:
        cost = await reported(place)
        for label in labels:
            await cost.tap(label)
        assert "¿Quedó resuelto?" in place.vecina.last
    print(f"{way}: {cost.taps} taps, {cost.hand:.1f} s hands, {cost.reading:.1f} s reading")
    assert cost.taps == len(labels) <= 5
    assert cost.hand <= most
    assert cost.hand + cost.reading < 40  # reading the neighbour's own words included


STANDING = {
    "Voy": ("Voy",),
    "Llegué": ("Llegué",),
    "apoyo": ("Necesito", "Apoyo"),
    "soltar": ("Necesito", "Soltar"),
    "terminar": ("Bajaron el volumen", "Enviar"),
    "no encontré": ("No encontré", "Enviar"),
}


@pytest.mark.parametrize("what", STANDING)
async def test_standing_on_the_spot_nothing_takes_more_than_two_taps(what: str, tmp_path: Path) -> None:
    """Whatever the last card shows."""
    async with town(tmp_path) as place:
        cost = await reported(place)
        for before in () if what == "Voy" else ("Voy",) if what == "Llegué" else ("Voy", "Llegué"):
            if not cost.taps:
                await cost.tap("Tomar")
            await cost.tap(before)
        if not cost.taps:
            await cost.tap("Tomar")
        cost.taps = 0
        for label in STANDING[what]:
            await cost.tap(label)
        assert cost.taps <= 2


async def test_a_button_pressed_twice_does_it_once(tmp_path: Path) -> None:
    """The neighbour hears each thing once, whatever a thumb or a bad network repeats."""
    async with town(tmp_path) as place:
        await reported(place)
        for label in ("Tomar", "Voy", "Llegué", "No encontré", "Enviar"):
            bubble, token = place.oficial.button(label)
            for _ in range(3):
                await place.oficial.taps_token(token, bubble)
        heard = [text_of(b) for b in place.vecina.heard]
        assert sum("ya tiene su reporte" in text for text in heard) == 1
        assert sum("va en camino" in text for text in heard) == 1
        assert sum("¿Quedó resuelto?" in text for text in heard) == 1


async def test_no_case_no_note_and_nothing_lost(tmp_path: Path) -> None:
    """A voice note with nothing in hand begins a concern of its own; a word or two shows the menu."""
    async with town(tmp_path) as place:
        assert "Anotar lo que le contaron" in text_of((await _voice(place)).heard[-1])
        await place.oficial.says("cancelar")
        assert "En turno" in await place.oficial.says("qué onda")


async def _voice(place: Town) -> Phone:
    await place.oficial.says("menu")
    await place.oficial.sends_voice()
    if "Asunto nuevo" in place.oficial.buttons:
        await place.oficial.taps("Asunto nuevo")
    return place.oficial


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("x" * 601, "¿Cómo terminó?"),  # one word, however long, ends nothing
        ("palabra " * 100, "Más corta"),
        ("no", "No le entendí"),
        ("99", "No le entendí"),
        ("atendido", "Una frase para la persona"),
        ("7", "Lo resolvió otro"),
    ],
)
async def test_what_does_not_end_a_case_is_asked_again(typed: str, answer: str, tmp_path: Path) -> None:
    """And the neighbour hears nothing of it."""
    async with town(tmp_path) as place:
        cost = await reported(place)
        await cost.tap("Tomar")
        before = len(place.vecina.heard)
        await cost.tap("Hecho")
        said = await place.oficial.says(typed)
        assert answer in said or (typed == "7" and "Una frase para la persona" in said)
        assert len(place.vecina.heard) == before


async def test_who_does_not_have_it_cannot_end_it(tmp_path: Path) -> None:
    """Typed verbs ask for the same right as buttons; an unknown folio says so."""
    async with town(tmp_path) as place:
        cost = await reported(place)
        await cost.tap("Tomar")
        folio = next(line for line in place.vecina.heard[-2].lines if line.replace("-", "").isdigit())
        for word in ("hecho", "necesito", "llegue", "voy", "apoyo", "soltar", "nota"):
            assert await place.oficial2.says(f"{word} {folio}") in ("Ese reporte no lo tiene usted.",), word
        assert "No encuentro ese folio" in await place.oficial.says("hecho 1234-5674")
        await place.oficial.taps("Necesito")
        await place.oficial.taps("Soltar")
        assert any("Suelto" in text_of(bubble) for bubble in place.oficial.heard[-2:])
