"""Photos that come together, with or without words: none is lost, and there is one receipt."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from tests.support.log_book import open_reports
from tests.support.talker import Phone, Town, text_of

LAMP = "no prende la lampara de la calle roma 23 italia"


async def album(phone: Phone, caption: str, n: int = 3) -> None:
    """On Telegram each picture is a message, and the first one has the words."""
    for i in range(n):
        picture = BytesIO()
        Image.new("RGB", (32, 32), (40 * i, 90, 90)).save(picture, "JPEG")
        await phone.channel.photo(phone.id, picture.getvalue(), caption=caption if i == 0 else "")
    await phone.town.demo.app.settle()
    await phone.town.later(seconds=5)


async def attached(place: Town) -> list[int]:
    """How many files each open report has."""
    reports = await place.read(open_reports)
    return [len(await place.read(lambda tx, r=one: tx.media.of_report(r.id))) for one in reports]


async def test_an_album_whose_words_tell_nothing_begins_a_report_with_all_of_it(place: Town) -> None:
    who = place.vecina
    await album(who, "así está esto")
    assert "acepte el aviso" in who.last
    for said in ("acepto", "lámpara"):
        await who.says(said)
    await who.reports("1")
    assert await attached(place) == [3]
    (report,) = await place.read(open_reports)
    assert "así está esto" in report.text


async def test_an_album_after_a_report_is_added_to_it_with_its_words_and_one_receipt(place: Town) -> None:
    who = place.vecina
    await who.reports(LAMP)
    await album(who, "así está la calle")
    assert await attached(place) == [3]
    receipts = [text_of(bubble) for bubble in who.heard if text_of(bubble).startswith("Agregado")]
    assert receipts == ["Agregado. Lo ve quien atiende su reporte."]
    await place.oficial.taps("Tomar")
    assert "así está la calle" in place.oficial.last


async def test_an_album_that_tells_a_concern_of_its_own_is_another_report(place: Town) -> None:
    who = place.vecina
    await who.reports(LAMP)
    await album(who, "hay un bache enorme en la calle milan de la italia")
    await who.reports("no")
    assert await attached(place) == [0, 3]
