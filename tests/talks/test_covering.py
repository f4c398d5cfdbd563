"""An officer whom the roster laid into another sector for a shift: what waits is what waits there."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.domain.duty_plan import PlannedShift
from tests.support.talker import Town, town

ELSEWHERE = "mesa-central"


async def covers_elsewhere(place: Town) -> None:
    """The officer goes off duty, and comes in again as the roster says: in a sector that is not theirs."""
    now = place.demo.clock.now()
    plan = PlannedShift(
        badge="E-105", starts_at=now, ends_at=now + timedelta(hours=8), sectors=(ELSEWHERE,), mode=None
    )
    await place.oficial.says("terminar turno")
    await place.run(lambda tx: tx.plans.add([plan]))
    await place.oficial.says("iniciar turno")
    await place.oficial.taps("A pie")


async def test_what_waits_is_of_the_sector_that_is_covered(tmp_path: Path) -> None:
    async with town(tmp_path) as place:
        await place.vecina.reports("ay una lampara fundida en la italia")
        await covers_elsewhere(place)
        assert "Sin tomar en su sector" not in await place.oficial.says("pendientes")
        sector = place.demo.app.here.municipality.territory.sector(ELSEWHERE)
        assert sector is not None
        assert sector.name in await place.oficial.says("turno")
