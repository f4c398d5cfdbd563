"""A pin or a map link that comes first is the place: it is not asked for again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.talker import Town, town

HERE = (18.5036, -88.3055)


@pytest_asyncio.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as one:
        yield one


async def test_a_pin_alone_begins_a_report_at_that_place(place: Town) -> None:
    await place.vecina.locates(*HERE)
    await place.vecina.says("acepto")
    assert "¿Dónde" not in await place.vecina.says("lámpara apagada")
    await place.vecina.reports("ya no prende la lampara del parque desde hace una semana")
    (report,) = await place.read(lambda tx: tx.reports.open())
    assert report.place.point is not None


async def test_a_map_link_in_the_first_sentence_is_read(place: Town) -> None:
    await place.vecina.says(f"no prende la lampara de aqui https://maps.google.com/?q={HERE[0]},{HERE[1]}")
    assert "¿Dónde" not in await place.vecina.says("acepto")


async def test_of_a_place_elsewhere_they_hear_whose_it_is_and_nothing_else_is_lost(place: Town) -> None:
    link = "https://maps.google.com/?q=18.6765,-88.3952"
    assert "Bacalar" in await place.vecina.says(f"no prende la lampara de la esquina {link}")
    assert "¿Dónde" in await place.vecina.says("acepto")
