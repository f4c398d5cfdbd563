"""Somebody of the team asks to be forgotten: who decides is told what can't be erased, and what comes first."""

from __future__ import annotations

from pathlib import Path

from tests.support.talker import town


async def test_the_supervisor_reads_the_way_and_no_refusal_of_their_own_rights(tmp_path: Path) -> None:
    async with town(tmp_path) as place:
        await place.oficial.says("borrar mis datos")
        await place.oficial.taps("Sí, solicitar")
        said = await place.supervisora.taps("Ver solicitud")
        assert "dé de baja" in said
        assert "no le corresponde" not in said
