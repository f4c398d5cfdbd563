"""A supervisor gives a report to somebody else: whoever is chosen from is somebody else, and there is always a way on."""

from __future__ import annotations

from pathlib import Path

from tests.support.log_book import open_reports
from tests.support.talker import town


async def test_when_only_who_has_it_is_on_duty_the_others_are_offered(tmp_path: Path) -> None:
    async with town(tmp_path) as place:
        await place.oficial2.says("terminar turno")
        await place.vecina.reports("ay una lampara fundida en la italia")
        await place.oficial.taps("Tomar")
        (report,) = await place.read(open_reports)
        await place.supervisora.says(f"ver {report.folio}")
        said = await place.supervisora.taps("Reasignar")
        assert "¿A quién se le pasa?" in said
        assert any("Canul" in label for label in place.supervisora.buttons)
        assert not any("Dzul" in label for label in place.supervisora.buttons)
