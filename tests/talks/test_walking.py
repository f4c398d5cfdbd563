"""A round on foot as the officer's thumb feels it: how many taps, and what goes another way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from storage.schema import walk as walk_table
from tests.support.talker import Phone, Town, town

LAMP = "la lampara de la esquina lleva un mes fundida"


@pytest_asyncio.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as made:
        await made.oficial.says("recorrido")
        await made.oficial.says("italia")
        yield made


@dataclass
class Counted:
    """A phone whose taps are counted."""

    phone: Phone
    taps: int = 0

    async def taps_on(self, label: str) -> str:
        self.taps += 1
        return await self.phone.taps(label)


@pytest.mark.parametrize(
    ("by", "most"), [("voice", 1), ("words", 1), ("button", 2), ("greeting", 2)], ids=lambda v: str(v)
)
async def test_a_stop_takes_two_taps_at_most(place: Town, by: str, most: int) -> None:
    hand = Counted(place.oficial)
    if by in ("button", "greeting"):
        await hand.taps_on("Parada")
    if by == "voice":
        await place.oficial.sends_voice()
    elif by == "greeting":
        await hand.taps_on("Solo saludé")
    else:
        await place.oficial.says(LAMP)
    if by != "greeting":
        await hand.taps_on("Di un consejo")
    assert "Parada anotada" in place.oficial.last
    assert hand.taps == most


async def test_danger_is_no_stop_of_a_round(place: Town) -> None:
    """By itself or as the answer to what was told: radio and 911 first, and a report."""
    said = await place.oficial.says("hay un hombre herido con un cuchillo aqui en la esquina, ayuda")
    assert "911" in said or "radio" in said
    await place.oficial.says("cancelar")
    await place.oficial.taps("Parada")
    said = await place.oficial.says("hay un hombre herido con un cuchillo aqui en la esquina, ayuda")
    assert "radio y 911 primero" in said


async def test_what_is_told_in_confidence_leaves_no_word_in_the_round(place: Town) -> None:
    await place.oficial.says("me dijo que su esposo le pega y tiene miedo")
    await place.oficial.taps("Enviar")
    folio = [bubble for bubble in place.oficial.heard if "Número:" in "\n".join(bubble.lines)]
    assert folio
    summary = await place.oficial.says("terminar recorrido")
    assert "Violencia" not in summary
    assert "Reportes abiertos" not in summary
    assert "1 parada" in summary
    assert "Violencia" not in place.supervisora.last


async def test_a_reply_to_a_case_s_card_stays_with_the_case(place: Town) -> None:
    """Walking does not take what answers a card of a case in hand."""
    await place.vecina.says("hay mucho ruido con mi vecino, calle roma 12 colonia italia")
    await place.vecina.taps("Acepto")
    for _ in range(8):
        if "folio es" in place.vecina.last:
            break
        await place.vecina.says("1")
    await place.oficial.taps("Tomar")
    card = place.oficial.heard[-1]
    await place.demo.channel._do("oficial", lines=("ya hable con los de la casa azul",), card_id=card.id)
    await place.demo.app.settle()
    assert "Nota guardada" in place.oficial.last


async def test_a_promise_outside_of_one_s_sector_is_said_not_to_stand(place: Town) -> None:
    await place.oficial.says("terminar recorrido")
    await place.oficial.says("recorrido")
    await place.oficial.says("centro")
    await place.oficial.says(LAMP)
    await place.oficial.taps("Prometí algo")
    said = await place.oficial.says("mañana a las 6 de la tarde")
    assert "La promesa no quedó apuntada" in said
    assert "Anotar reporte" in place.oficial.buttons
    assert await place.read(lambda tx: tx.promises.open()) == []


async def test_no_time_that_can_be_understood_leaves_the_stop_without_a_promise(place: Town) -> None:
    await place.oficial.says(LAMP)
    await place.oficial.taps("Prometí algo")
    for _ in range(3):
        said = await place.oficial.says("luego")
    assert "La promesa no quedó apuntada" in said


@pytest.mark.parametrize(
    ("said", "answer"), [("12", "12 personas"), ("0", "De 1 a 200"), ("999", "De 1 a 200")]
)
async def test_how_many_they_were_is_a_number(place: Town, said: str, answer: str) -> None:
    await place.oficial.says(LAMP)
    await place.oficial.taps("Escuché")
    await place.oficial.taps("Fueron más")
    assert answer in await place.oficial.says(said)


async def test_too_much_is_asked_again_and_nothing_is_lost(place: Town) -> None:
    await place.oficial.taps("Parada")
    assert "Más corto" in await place.oficial.says("a" * 1001)
    assert "¿Qué se hizo" in await place.oficial.says(LAMP)


async def test_a_colonia_that_does_not_exist_is_asked_again(place: Town) -> None:
    await place.oficial.says("terminar recorrido")
    await place.oficial.says("recorrido")
    assert "No le entendí" in await place.oficial.says("xyzzy qwerty")


async def test_a_stop_becomes_one_report_only(place: Town) -> None:
    await place.oficial.says(LAMP)
    await place.oficial.taps("Escuché")
    token = place.oficial.button("Anotar reporte")
    await place.oficial.taps("Anotar reporte")
    for _ in range(6):
        if any("folio es" in "\n".join(bubble.lines) for bubble in place.oficial.heard):
            break
        await place.oficial.says("1")
    assert "ya es el reporte" in await place.oficial.taps_token(token[1], token[0])


async def heard_of(place: Town) -> list[tuple[str, str]]:
    """Kind and words of each stop, as they are kept."""
    walk = select(walk_table.c.id)
    ids = await place.read(lambda tx: tx.connection.execute(walk).scalars().all())
    stops = await place.read(lambda tx: [stop for one in ids for stop in tx.walks.stops(one)])
    return [(stop.kind, stop.text) for stop in stops]


async def test_what_the_words_only_hint_at_is_counted_under_no_kind_before_the_officer_says_which(
    place: Town,
) -> None:
    """ "Tienda" alone is no robbery in the numbers of the supervisors."""
    await place.oficial.says("entregue volantes en la tienda")
    said = await place.oficial.taps("Escuché")
    assert "Parada anotada: escuchar" in said
    assert (await heard_of(place))[0][0] == ""
    await place.oficial.taps("Poner asunto")
    assert "Parada anotada: Ruido" in await place.oficial.says("ruido")
    assert await heard_of(place) == [("ruido", "entregue volantes en la tienda")]


async def test_a_kind_that_was_read_wrong_is_taken_off(place: Town) -> None:
    await place.oficial.says(LAMP)
    assert "Alumbrado" in await place.oficial.taps("Escuché")
    await place.oficial.taps("Otro asunto")
    await place.oficial.says("otra cosa")
    assert "Parada anotada: escuchar" in await place.oficial.says("que su hijo ya se casó")
    assert (await heard_of(place))[0][0] == ""


@pytest.mark.parametrize("way", ["Poner asunto", "Anotar reporte"])
async def test_what_turns_out_to_be_confidential_leaves_the_round(place: Town, way: str) -> None:
    """Its words, its file and its kind; that somebody was met stays."""
    await place.oficial.says("visité a la señora del 8")
    await place.oficial.taps("Escuché")
    await place.oficial.taps(way)
    said = await place.oficial.says("violencia en casa")
    assert "¿De qué se trata?" not in said
    for _ in range(6):
        if any("Número:" in "\n".join(bubble.lines) for bubble in place.oficial.heard):
            break
        await place.oficial.says("1")
    assert await heard_of(place) == [("", "")]


async def test_a_corner_that_was_told_lies_in_the_colonia_of_the_round(place: Town) -> None:
    """Nobody is asked where it is who walks there."""
    await place.oficial.says("hay un bache grande en la esquina de roma y milan")
    await place.oficial.taps("Llamé a servicios")
    card = await place.oficial.taps("Anotar reporte")
    assert "¿Dónde es?" not in card
    for _ in range(3):
        if "¿Está bien?" not in card:
            card = await place.oficial.says("no")
    assert "📍 Col. Italia, esquina de roma y milan" in card


@pytest.mark.parametrize("how", ["by itself", "by hand"])
async def test_a_stop_told_when_its_round_has_ended_stays_on_it(place: Town, how: str) -> None:
    """Six hours went by, or the round was ended, between the words and what was done: nothing is lost, and it is said."""
    await place.oficial.says(LAMP)
    assert "¿Qué se hizo" in place.oficial.last
    if how == "by itself":
        await place.later(hours=6, minutes=1)
    else:
        await place.oficial.says("terminar recorrido")
    said = await place.oficial.taps("Di un consejo")
    assert "Parada anotada" in said
    assert "ya había terminado" in said
    (walk,) = await place.read(lambda tx: [one for one, _ in tx.walks.over()])
    (stop,) = await place.read(lambda tx: tx.walks.stops(walk.id))
    assert stop.text == LAMP
    assert stop.at <= walk.ended_at
    assert "Menú" in place.oficial.buttons


async def test_a_long_note_of_a_stop_is_kept_whole(place: Town) -> None:
    words = "la vecina cuenta que la lampara " + "no prende " * 150
    await place.oficial.says(words)
    await place.oficial.taps("Di un consejo")
    stops = await place.read(
        lambda tx: tx.walks.stops(tx.connection.execute(select(walk_table.c.id)).scalar_one())
    )
    assert [stop.text for stop in stops] == [words.strip()]
