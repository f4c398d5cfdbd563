"""An emergency told somewhere in a long message is heard; a long complaint alone is none."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.triage import Triage
from bot.triage.passages import LONG_PASSAGE, SHORT_PASSAGE, passages

RANT = (
    "Buenas tardes, llevo veinte años en esta colonia y nunca había visto tanto descuido. La lámpara de mi esquina se fundió"
    " en octubre. Ya hablé tres veces y me dan un número distinto cada vez. El bache frente a la escuela crece con cada lluvia."
    " Los del camión de la basura pasan cuando quieren. En el parque ya no hay columpios, se los llevó el municipio para"
    " pintarlos y no volvieron. Mi vecina opina lo mismo. Hace un mes le abrieron el coche a mi yerno y tampoco pasó nada."
    " El domingo el ruido del salón no dejó dormir ni a los pájaros. Yo pago mi predial puntual desde que había que ir a la caja."
)
EMERGENCIES = (
    "hay un hombre con pistola adentro de la tienda",
    "mi esposo me está pegando, ayúdenme",
    "se metió alguien a mi casa, estoy escondida en el baño",
    "mi hijo se cayó y no respira",
    "se está quemando la casa de junto con gente adentro",
)


@pytest.mark.parametrize("emergency", EMERGENCIES)
@pytest.mark.parametrize("at", [0, 2, 5, 8])
def test_an_emergency_is_heard_wherever_it_stands(
    triage: Triage, now: datetime, emergency: str, at: int
) -> None:
    sentences = RANT.split(". ")
    danger = triage.read(". ".join([*sentences[:at], emergency, *sentences[at:]]), now).danger
    assert danger is not None
    assert danger.words


def test_a_long_complaint_is_no_emergency(triage: Triage, now: datetime) -> None:
    assert triage.read(RANT, now).danger is None
    assert triage.read(RANT * 4, now).danger is None


def test_passages_are_the_whole_text_in_readable_pieces() -> None:
    parts = passages(RANT * 4)
    assert "".join(parts) == RANT * 4
    assert all(SHORT_PASSAGE <= len(part) <= 2 * LONG_PASSAGE for part in parts[:-1])


@pytest.mark.parametrize("text", ["", " ", "a" * 5_000, "." * 5_000, "\n" * 700, "palabra " * 900])
def test_nothing_is_lost_of_any_text(text: str) -> None:
    assert "".join(passages(text)).strip() == text.strip()
