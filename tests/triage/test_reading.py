"""What one message gives: danger, kind, intent, delicacy; and what comes of it when it is stored."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from bot.triage import INTENTS, KINDS, Triage, Understanding


def test_there_are_29_kinds_and_8_intents() -> None:
    assert (len(set(KINDS)), len(set(INTENTS))) == (29, 8)


@pytest.mark.parametrize(
    "text",
    [
        "estan adentro de mi casa ayudenme",
        "mi esposo me está pegando",
        "se perdió mi niño en el malecón",
        "hay un hombre con pistola en el parque",
        "huele a gas en toda la casa",
        "me quiero matar",
        "AUXILIO",
        "somebody is breaking into my house",
        "atropellaron a una señora y no se mueve",
    ],
)
def test_who_is_in_danger_now_is_heard(triage: Triage, now: datetime, text: str) -> None:
    assert triage.read(text, now).danger is not None


def test_danger_tells_the_words_that_say_so(triage: Triage, now: datetime) -> None:
    danger = triage.read("ay dios ESTÁN ADENTRO de mi casa", now).danger
    assert danger is not None
    assert any("ADENTRO" in words for words in danger.words)


@pytest.mark.parametrize(
    "text",
    [
        "hace un mes se metieron a mi casa",
        "ya pasó, ayer me asaltaron pero estoy bien",
        "qué hago si un día se meten a mi casa",
        "falsa alarma, ya apareció mi hijo",
        "la lámpara de mi calle no prende",
        "jaja me muero de risa con este bot",
        "truenan cuetes toda la noche por la feria",
        "hola buenas tardes",
    ],
)
def test_what_is_over_feared_or_in_jest_raises_no_alarm(triage: Triage, now: datetime, text: str) -> None:
    assert triage.read(text, now).danger is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ay una lampara fundida en la leona atras del domo", "alumbrado"),
        ("me robaron la moto afuera del trabajo", "robo_vehiculo"),
        ("mi vecino pone música hasta las 4 todos los viernes", "ruido"),
        ("venden droga en la esquina", "venta_droga"),
        ("un policía me pidió mordida", "queja_policia"),
        ("hay un bache enorme", "servicios"),
    ],
)
def test_the_kind_is_proposed_with_its_reasons(triage: Triage, now: datetime, text: str, kind: str) -> None:
    understood = triage.read(text, now)
    assert understood.kind == kind
    assert understood.intent is None
    assert understood.guesses[0].reasons


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hola", "saludo"),
        ("ya quedó la lámpara, gracias", "estado_folio"),
        ("cómo reporto un robo", "consejos"),
        ("es anónimo?", "privacidad"),
    ],
)
def test_an_intent_is_no_kind(triage: Triage, now: datetime, text: str, intent: str) -> None:
    understood = triage.read(text, now)
    assert (understood.intent, understood.kind) == (intent, None)


@pytest.mark.parametrize(
    "text",
    [
        "mi esposo me pega",
        "venden droga ahí",
        "me cobran piso",
        "mi jefe me acosa",
        "me amenazaron de muerte",
    ],
)
def test_delicate_matters_are_marked(triage: Triage, now: datetime, text: str) -> None:
    assert triage.read(text, now).sensitive


def test_the_corner_shop_is_no_drug_point(triage: Triage, now: datetime) -> None:
    assert triage.read("robaron en la tiendita de abarrotes de mi mamá", now).kind == "robo_negocio"


def test_a_second_concern_is_named_too(triage: Triage, now: datetime) -> None:
    understood = triage.read("la lámpara de mi calle no sirve y tampoco ha pasado la basura", now)
    assert {understood.guesses[0].kind, *understood.also} == {"alumbrado", "servicios"}


def test_an_understanding_survives_storage(triage: Triage, now: datetime) -> None:
    understood = triage.read(
        "anoche se metieron a casa de don Chucho en la Leona, los viernes a las 11 igual", now
    )
    assert Understanding.from_dict(json.loads(json.dumps(understood.as_dict()))) == understood


def test_reading_twice_gives_the_same(triage: Triage, now: datetime) -> None:
    text = "me robaron mi bici ayer en casitas"
    assert triage.read(text, now) == triage.read(text, now)
