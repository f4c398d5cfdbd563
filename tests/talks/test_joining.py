"""Who says that it is the same brings words and pictures of their own: who attends has those too."""

from __future__ import annotations

from tests.support.log_book import open_reports
from tests.support.talker import Town
from tests.talks.test_albums import album

LAMP = "no prende la lampara de la calle roma 23 italia"


async def told(place: Town) -> tuple[str, int]:
    """All that was added to the one report, and its files."""
    (report,) = await place.read(open_reports)
    history = await place.read(lambda tx: tx.reports.history(report.id))
    files = await place.read(lambda tx: tx.media.of_report(report.id))
    return "\n".join(getattr(event, "text", "") for event in history), len(files)


async def test_a_neighbour_s_words_and_pictures_go_with_the_report_they_join(place: Town) -> None:
    await place.vecina.reports(LAMP)
    other = place.somebody("vecino")
    await album(other, "otra vez no prende la lampara de la calle roma 23 italia, ahi asaltan", n=2)
    await other.says("acepto")
    assert "¿Es lo mismo?" in other.last
    assert "sin su nombre" in await other.says("es lo mismo")
    words, files = await told(place)
    assert "ahi asaltan" in words
    assert files == 2
    await place.oficial.taps("Tomar")
    assert "ahi asaltan" in place.oficial.last


async def test_so_do_one_s_own_when_it_happened_again(place: Town) -> None:
    await place.vecina.reports(LAMP)
    await place.later(days=1)
    await place.vecina.says("otra vez no prende la lampara de la calle roma 23 italia, desde el lunes")
    assert "Volvió a pasar" in place.vecina.buttons
    await place.vecina.taps("Volvió a pasar")
    assert "desde el lunes" in (await told(place))[0]


async def test_whoever_joined_hears_that_it_was_withdrawn_and_can_say_that_it_goes_on(place: Town) -> None:
    """What somebody else gives up is not silently over for them; and nobody tells them that they did it."""
    folio = (await place.vecina.reports(LAMP)).split("\n")[1]
    other = place.somebody("vecino")
    for said in (LAMP, "acepto", "es lo mismo"):
        await other.says(said)
    await place.vecina.says(f"estado {folio}")
    await place.vecina.taps("Ya no hace falta")
    await place.vecina.says("sí")
    assert f"Folio {folio}: quien hizo el reporte lo retiró." in other.last
    assert "Estado: Lo retiró quien lo reportó" in await other.says(f"estado {folio}")
    await other.taps("Sigue igual")
    (report,) = await place.read(open_reports)
    assert report.status.open
    assert "lo retiró" not in "\n".join("\n".join(b.lines) for b in place.vecina.heard)
