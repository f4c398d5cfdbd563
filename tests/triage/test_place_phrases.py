"""Where: colonias by their official name, streets, crossings and the landmarks people give."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.triage import Triage

CASES = [
    (
        "una lampara fundida en la leona atras del domo",
        {("colonia", "Leona Vicario"), ("landmark", "atras del domo")},
    ),
    ("robaron mi moto en casitas", {("colonia", "Venustiano Carranza")}),
    ("la colonia benito juares", {("colonia", "Benito Juárez")}),
    ("vivo en la Italia", {("colonia", "Italia")}),
    ("col. leona bicario", {("colonia", "Leona Vicario")}),
    ("en sian ka'an", {("colonia", "Sian Ka'an")}),
    (
        "calle Bugambilias entre Roma y Milán, colonia Italia",
        {("colonia", "Italia"), ("crossing", "calle Bugambilias entre Roma y Milán")},
    ),
    ("av benito juarez con heroes", {("crossing", "av benito juarez con heroes")}),
    ("calle palermo #45", {("street", "calle palermo #45")}),
    ("atrás de la tortillería", {("landmark", "atrás de la tortillería")}),
    ("por el tanque", {("landmark", "por el tanque")}),
    ("frente a la cancha", {("landmark", "frente a la cancha")}),
    ("la tienda de doña Mary", {("landmark", "la tienda de doña Mary")}),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_places_are_found(triage: Triage, now: datetime, text: str, expected: set[tuple[str, str]]) -> None:
    assert {(place.what, place.text) for place in triage.read(text, now).places} == expected


def test_an_avenue_named_like_a_colonia_is_a_street(triage: Triage, now: datetime) -> None:
    assert {place.what for place in triage.read("chocaron en la avenida Constituyentes", now).places} == {
        "street"
    }


@pytest.mark.parametrize("text", ["me gusta la comida italiana", "hola", "se metieron a mi casa"])
def test_no_place_is_made_up(triage: Triage, now: datetime, text: str) -> None:
    assert triage.read(text, now).places == ()
