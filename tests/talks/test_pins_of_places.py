"""A pin or a map link that comes first is the place: it is not asked for again."""

from __future__ import annotations

from tests.support.log_book import open_reports
from tests.support.talker import Town

HERE = (18.5036, -88.3055)


async def test_a_pin_alone_begins_a_report_at_that_place(place: Town) -> None:
    await place.vecina.locates(*HERE)
    await place.vecina.says("acepto")
    assert "¿Dónde" not in await place.vecina.says("lámpara apagada")
    await place.vecina.reports("ya no prende la lampara del parque desde hace una semana")
    (report,) = await place.read(open_reports)
    assert report.place.point is not None


async def test_a_map_link_in_the_first_sentence_is_read(place: Town) -> None:
    await place.vecina.says(f"no prende la lampara de aqui https://maps.google.com/?q={HERE[0]},{HERE[1]}")
    assert "¿Dónde" not in await place.vecina.says("acepto")


async def test_of_a_place_elsewhere_they_hear_whose_it_is_and_nothing_else_is_lost(place: Town) -> None:
    link = "https://maps.google.com/?q=18.6765,-88.3952"
    assert "Bacalar" in await place.vecina.says(f"no prende la lampara de la esquina {link}")
    assert "¿Dónde" in await place.vecina.says("acepto")


async def test_after_a_pin_beside_the_mark_only_the_place_is_asked_again(place: Town) -> None:
    """What was told stays: the kind that was chosen, and the files."""
    for said in ("reportar", "acepto", "calle, luz y tránsito", "lámpara"):
        await place.vecina.says(said)
    assert "¿Dónde es?" in place.vecina.last
    await place.vecina.sends_voice()
    assert "Bacalar" in await place.vecina.locates(18.6765, -88.3952)
    assert "¿Dónde es?" in await place.vecina.taps("Corregir el lugar")
    assert "¿qué pasa?" in await place.vecina.locates(*HERE)
    await place.vecina.reports("ya no prende la del parque desde hace una semana")
    (report,) = await place.read(open_reports)
    assert report.kind == "alumbrado"
    assert len(await place.read(lambda tx: tx.media.of_report(report.id))) == 1


async def test_what_waits_for_another_place_is_no_draft_to_be_reminded_of(place: Town) -> None:
    await place.vecina.says("no prende la lampara de la esquina")
    await place.vecina.says("acepto")
    await place.vecina.locates(18.6765, -88.3952)
    await place.later(hours=5)
    assert "a medias" not in place.vecina.last
