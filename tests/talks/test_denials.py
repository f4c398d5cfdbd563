"""Who says no has said no, however near the words are to those of a yes."""

from __future__ import annotations

from tests.support.log_book import open_reports
from tests.support.talker import Town

LAMP = "no prende la lampara de la calle roma 23 italia"


async def test_no_acepto_is_no_consent(place: Town) -> None:
    await place.vecina.says(LAMP)
    assert "acepte el aviso" in await place.vecina.says("no acepto")
    assert "no guardamos su reporte" in await place.vecina.says("no")


async def test_no_enviar_sends_nothing(place: Town) -> None:
    await place.vecina.says(LAMP)
    await place.vecina.says("acepto")
    await place.vecina.says("no enviar")
    assert await place.read(open_reports) == []


async def test_who_can_not_write_now_is_asked_nothing_more(place: Town) -> None:
    """The yes would go on about it, on a screen that somebody else may see."""
    for n, said in enumerate(("no puedo", "no puedo ahora", "ahora no")):
        who = place.somebody(f"ella{n}")
        assert "¿Está a salvo" in await who.says("mi pareja me insulta y me cela mucho")
        await who.says(said)
        assert "acepte el aviso" not in who.last
