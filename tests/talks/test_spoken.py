"""Who speaks or shows instead of writing: the file reaches the report, whatever was asked, or they hear that it does not."""

from __future__ import annotations

import re

import pytest

from tests.support.log_book import open_reports
from tests.support.talker import Phone, Town
from tests.talks.test_albums import album


async def to_the_end(who: Phone) -> None:
    """Whatever is asked: the first choice."""
    for _ in range(12):
        if any(words in who.last for words in ("folio es", "Número:")):
            return
        await who.says("calle roma en la italia" if "colonia" in who.last or "¿Dónde" in who.last else "1")
    raise AssertionError(who.last)


async def told_and_files(place: Town) -> tuple[str, int]:
    """What the report of the newest folio says, and how many files it has."""
    folio = re.findall(r"\d{4}-\d{4}", place.vecina.last)[-1].replace("-", "")
    report = await place.read(lambda tx: tx.reports.by_folio(folio))
    files = await place.read(lambda tx: tx.media.of_report(report.id))
    return f"{report.text} {report.answers}", len(files)


@pytest.mark.parametrize(
    "words",
    [
        ("reportar", "acepto", "avisar en confianza", "1"),  # what happens, in confidence
        ("venta de droga", "acepto"),  # a question of the municipality
        ("reportar", "acepto", "otra cosa"),  # in one's own words
    ],
)
async def test_what_was_spoken_is_in_the_report(place: Town, words: tuple[str, ...]) -> None:
    for said in words:
        await place.vecina.says(said)
    before = place.vecina.last
    await place.vecina.sends_voice()
    assert place.vecina.last != before
    await to_the_end(place.vecina)
    told, files = await told_and_files(place)
    assert "(nota de voz)" in told
    assert files == 1


async def test_a_voice_note_after_the_911_card_reaches_who_attends(place: Town) -> None:
    """Asked where, somebody in danger may only be able to speak: nobody waits for the written street."""
    await place.vecina.says("estan adentro de mi casa ayudenme")
    await place.vecina.taps("Avisar al turno")
    await place.oficial.taps("Tomar")
    heard = len(place.oficial.heard)
    await place.vecina.sends_voice()
    await place.later(seconds=5)
    (report,) = await place.read(open_reports)
    assert len(await place.read(lambda tx: tx.media.of_report(report.id))) == 1
    assert len(place.oficial.heard) > heard
    assert "Recibí 1 archivo." in place.vecina.last


async def test_words_after_many_pictures_are_kept(place: Town) -> None:
    await place.vecina.reports("no prende la lampara de la calle roma 23 italia")
    await place.vecina.taps("Agregar algo")
    await album(place.vecina, "", n=12)
    assert "Recibí 12 archivos." in place.vecina.last
    await place.vecina.says("son las placas del carro")
    await place.oficial.taps("Tomar")
    assert "son las placas del carro" in "\n".join(str(b.lines) for b in place.oficial.heard[-14:])


async def test_where_no_file_is_used_that_is_said(place: Town) -> None:
    """No receipt for what goes nowhere."""
    await place.vecina.says("es policía de verdad")
    await place.vecina.sends_voice()
    await place.later(seconds=5)
    assert "no se guardan fotos ni notas de voz" in place.vecina.last
    assert "Escriba el número de placa" in place.vecina.last


async def test_what_was_added_reaches_the_report_without_a_last_tap(place: Town) -> None:
    """Many send the pictures and put the telephone away."""
    who = place.vecina
    await who.reports("no prende la lampara de la calle roma 23 italia")
    await place.oficial.taps("Tomar")
    await who.taps("Agregar algo")
    await album(who, "aqui se ve", n=2)
    assert "Recibí 2 archivos." in who.last
    (report,) = await place.read(open_reports)
    assert len(await place.read(lambda tx: tx.media.of_report(report.id))) == 2
    assert "aqui se ve" in "\n".join("\n".join(b.lines) for b in place.oficial.heard[-3:])
    await who.says("listo")
    assert who.last.startswith("Agregado.")
    added = [
        e for e in await place.read(lambda tx: tx.reports.history(report.id)) if e.kind == "SomethingAdded"
    ]
    assert len(added) == 2  # nothing twice
