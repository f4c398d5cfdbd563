"""To which office: the likely ones are on the list, every other one answers to its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.municipality import load
from bot.questions import MOST_ROWS
from tests.support.talker import town


@pytest.mark.parametrize(
    ("kind", "first", "never"),
    [
        ("alumbrado", "servicios_publicos", {"linea_mujeres", "linea_vida", "busqueda_fge"}),
        ("pleito_vecinal", "juez_civico", {"linea_mujeres", "linea_vida", "capa"}),
    ],
)
def test_a_help_line_for_something_else_is_not_offered_before_an_office(
    kind: str, first: str, never: set[str]
) -> None:
    municipality = load()
    offices = [one.slug for one in municipality.directory.referable(municipality.kinds[kind])]
    assert offices[0] == first
    assert not never & set(offices[:MOST_ROWS])
    assert set(offices) == {one.slug for one in municipality.directory.contacts if not one.built_in}


async def test_an_office_that_is_not_on_the_list_is_chosen_by_its_name(tmp_path: Path) -> None:
    async with town(tmp_path) as place:
        await place.vecina.reports("no prende la lampara de la calle roma 23 italia")
        for label in ("Tomar", "Necesito", "Canalizar"):
            await place.oficial.taps(label)
        assert "Fichas de búsqueda" not in place.oficial.last
        assert "¿Qué se le pide a Fichas de búsqueda" in await place.oficial.says("fichas de busqueda")
