"""A danger of a place, told where nobody had said where: the officer's pin answers the question that is asked."""

from __future__ import annotations

from pathlib import Path

from bot.domain.territory import Place
from tests.support.reports import opened
from tests.support.talker import town


async def test_a_pin_says_where_the_danger_is(tmp_path: Path) -> None:
    """Of a report without a place, where the officer has arrived: it is no proof of the visit, over and over."""
    async with town(tmp_path) as place:
        report = await place.run(lambda tx: opened(tx, place=Place(), sectors=("norte-poniente",)))
        await place.oficial.says(f"tomar {report.folio}")
        await place.oficial.says(f"llegue {report.folio}")
        await place.oficial.sends_voice()
        await place.oficial.taps("Avisar de un riesgo")
        assert "¿Dónde es?" in place.oficial.last
        italia = place.demo.app.here.municipality.territory.colonia("italia")
        assert italia is not None
        assert italia.point is not None
        said = await place.oficial.locates(italia.point.lat, italia.point.lon)
        assert "¿Dónde es?" not in said


async def test_the_only_one_in_command_is_told_that_a_second_one_must_agree(tmp_path: Path) -> None:
    async with town(tmp_path) as place:
        who = place.supervisora
        await who.says("riesgo")
        for said in ("calle roma, en la italia", "perro suelto", "casi me muerde"):
            await who.says(said)
        said = await who.taps("7 días")
        assert "lo tiene que aprobar otro mando" in said
        assert "proximidad supervisor add" in said
        assert "Se le preguntó" not in said
