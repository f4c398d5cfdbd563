"""How many turns it takes from the first words to the folio, by somebody new who reads and taps."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

import pytest

from bot.channels.simulator import Manner
from tests.support.talker import Phone, Town, text_of, town

FOLIO = re.compile(r"\b\d{4}-\d{4}\b")
MOST = 12  # a talk longer than this has lost its way

WHOLE = {
    "alumbrado": "ay una lampara fundida en la leona vicario atras del domo ya tiene una semana",
    "servicios": "hay un bache muy grande en la calle milan de la colonia italia frente a la escuela",
    "ruido": "mi vecino de la calle roma en la italia pone musica hasta las 4 todos los viernes",
    "robo_vehiculo": "anoche me robaron la moto afuera de mi casa, calle roma 12 colonia italia",
    "mascotas": "desde ayer hay un perro amarrado sin agua en la calle milan de la italia, lo maltratan",
    "robo_casa": "el martes se metieron a mi casa en la calle palermo de la italia y se llevaron la television",
    "robo_persona": "ayer en la noche me asaltaron en la calle bugambilias de casitas y me quitaron el celular",
    "robo_negocio": "antier se metieron a robar a mi tienda de la calle roma en la italia, rompieron el candado",
    "sospechoso": "todas las noches un carro gris da vueltas y se asoma a las casas de la calle milan de la italia",
    "amenazas_rina": "el sabado hubo una pelea de pandillas en la cancha de la leona vicario, ya paso",
    "pleito_vecinal": "mi vecina de la calle roma en la italia tira su basura en mi patio y no quiere entender",
    "consumo_via_publica": "todos los viernes se juntan a tomar caguamas en la esquina de roma con milan en la italia",
    "vandalismo": "anoche rayaron con grafiti la barda de la escuela en la calle milan de la italia",
    "espacio_abandonado": "hay un terreno baldio lleno de monte en la calle roma de la italia y se mete gente de noche",
    "velocidad": "los sabados en la noche hacen arrancones de motos en la calle roma de la italia",
    "vialidad": "un carro abandonado lleva un mes en la calle milan de la italia y no deja pasar",
    "rondin": "pueden pasar mas seguido por la calle roma de la italia los viernes en la noche",
    "vecino_vigilante": "queremos formar un comite de vecinos en la calle milan de la italia",
    "felicitacion": "muchas gracias a la oficial canul que ayudo a mi mama ayer en la calle roma de la italia",
}
SHORT = ("lampara", "ruido", "bache", "perros sueltos", "me robaron la moto", "grafiti", "basura")


async def turns(phone: Phone, first: str) -> int:
    """Send the first words, then take the first offered answer until the folio is read."""
    said, answer = 1, await phone.says(first)
    while not folio_read(phone) and said < MOST:
        answer = await phone.says(next_words(answer))
        said += 1
    assert folio_read(phone), answer
    return said


def folio_read(phone: Phone) -> bool:
    """Did any card say it?"""
    return any(FOLIO.search(text_of(bubble)) for bubble in phone.heard)


def next_words(question: str) -> str:
    """What somebody who wants to be done answers."""
    if question.startswith(("¿En qué calle", "¿Dónde es?")):
        return "calle roma, en la italia"
    if question.startswith(("¿Qué hizo", "Cuénteme")):
        return "toca las puertas y se asoma a las ventanas"
    return "2" if question.startswith(("¿Está pasando ahora?", "¿Hubo golpes")) else "1"


@pytest.mark.parametrize("manner", Manner)
async def test_a_whole_sentence_needs_four_turns_on_either_network(place: Town, manner: Manner) -> None:
    """Half of the kinds need four or fewer, consent included, and none more than six.

    Who already accepted needs one less. Each neighbour is another street: nobody is asked whether it is the same.
    """
    counted = {}
    for n, (kind, words) in enumerate(WHOLE.items()):
        counted[kind] = await turns(place.somebody(f"{manner}-{n}", manner), words)
    print("turns from first sentence to folio:", manner.value, counted)
    assert median(counted.values()) <= 4
    assert max(counted.values()) <= 6, counted
    assert place.demo.channel.problems == []


@pytest.mark.parametrize("manner", Manner)
async def test_a_single_word_needs_six(place: Town, manner: Manner) -> None:
    """ "lampara": kind told, place and street and one question asked."""
    counted = {}
    for n, word in enumerate(SHORT):
        counted[word] = await turns(place.somebody(f"{manner}-{n}", manner), word)
    print("turns from one word to folio:", manner.value, counted)
    assert counted["lampara"] <= 6
    assert median(counted.values()) <= 6


async def test_from_hola_it_takes_eight(place: Town) -> None:
    """The menu costs a greeting and a tap."""
    for n, (kind, words) in enumerate(list(WHOLE.items())[:5]):
        who = place.somebody(f"hola-{n}")
        await who.says("hola")
        await who.taps("Reportar")
        await who.taps("Acepto")
        assert 3 + await turns(who, words) <= 8, kind


async def test_anoche_told_where_the_kind_is_asked_is_the_night_before_the_talk(place: Town) -> None:
    """A flow has no clock; what it reads of the time hangs on when its talk began."""
    vecina = place.somebody("rosa")
    for label in ("hola", "reportar", "acepto"):
        await vecina.says(label)
    await vecina.says("anoche se metieron a robar a la tienda de mi mamá en la colonia italia, calle roma")
    for _ in range(MOST):
        if "Entendí esto" in vecina.last:
            break
        await vecina.says("1")
    assert "anoche (domingo 22 de noviembre)" in vecina.last


async def test_a_sentence_of_an_officer_is_no_command_because_a_folio_is_in_it(tmp_path: Path) -> None:
    """ "Voy" begins it; what is asked is how the case ended, and that is the answer, word for word."""
    async with town(tmp_path) as place:
        await place.vecina.reports("ay una lampara fundida en la italia")
        await place.oficial.taps("Tomar")
        await place.oficial.taps("Hecho")
        said = await place.oficial.says("Voy avisando a alumbrado, como en el 4172-0853 de la otra cuadra.")
        assert "Voy avisando a alumbrado" in said
        assert "Le llegará así" in said
