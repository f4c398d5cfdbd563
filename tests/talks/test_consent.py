"""The privacy notice is accepted once a version, and which one is written down."""

from __future__ import annotations

import pytest

from tests.support.log_book import open_reports
from tests.support.talker import Town

LAMP = "no prende la lampara de la calle roma 23 italia"


async def test_a_newer_notice_that_was_accepted_is_not_asked_for_again(place: Town) -> None:
    """Who had accepted an older one accepts the one in force once, and that is written down."""
    await place.vecina.reports(LAMP)

    def of_last_year(tx) -> str:
        (report,) = open_reports(tx)
        tx.people.consent(report.person_id, "2025-01", place.demo.clock.now())
        return report.person_id

    vecina = await place.run(of_last_year)
    noise = "mi vecino pone musica muy fuerte en la calle chetumal de la leona vicario"
    assert "acepte el aviso" in await place.vecina.says(noise)
    await place.vecina.says("acepto")
    version = (await place.read(lambda tx: tx.people.get(vecina))).consent_version
    assert version == place.demo.app.here.municipality.privacy.notice_version
    await place.vecina.says("cancelar")
    assert "acepte el aviso" not in await place.vecina.says(noise)


@pytest.mark.parametrize("word", ["privacidad", "privacy"])
async def test_the_whole_notice_is_where_the_short_one_says(place: Town, word: str) -> None:
    """Also while the acceptance is asked; what was written waits behind the menu."""
    if word == "privacy":
        await place.vecina.says("english")
    await place.vecina.says(LAMP)
    asked = place.vecina.buttons
    short = await place.vecina.taps(asked[1])
    assert f"escriba {word}" in short or f"write {word}" in short
    await place.vecina.says(word)
    full = await place.vecina.taps(place.vecina.buttons[1])
    assert full.startswith("10. ")  # the last of its parts
    await place.vecina.taps(place.vecina.buttons[-1])
    assert place.vecina.buttons[0] in ("Seguir mi reporte", "Continue my report")


async def test_who_names_a_language_gets_that_one(place: Town) -> None:
    assert "seguimos en español" in await place.vecina.says("español")
    assert "in English" in await place.vecina.says("english")
    assert "in English" in await place.vecina.says("English")
    assert "seguimos en español" in await place.vecina.says("idioma")
