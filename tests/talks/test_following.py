"""The hand-over on the pavement: what was noted down becomes one neighbour's own, and nobody else's."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
import segno
from PIL import Image

from bot import qr
from bot.channels.simulator import Manner
from bot.demo import unhurried
from bot.domain import follow_code as codes
from bot.municipality import load
from bot.municipality.municipality import ChatLinks
from tests.support.talker import Phone, Town, text_of, town

NOTED = "lampara fundida en la calle roma 12 colonia italia"
HURT = "mi vecina dice que su marido le pega, colonia italia"


@pytest_asyncio.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    linked = replace(unhurried(load()), links=ChatLinks(telegram="Ejemplo_bot", whatsapp="983 000 0003"))
    async with town(tmp_path, linked) as made:
        yield made


async def noted(place: Town, text: str = NOTED) -> str:
    """An officer notes it down; returns the folio."""
    await place.oficial.says("anotar")
    before = len(place.oficial.heard)
    await place.oficial.says(text)
    for _ in range(8):
        said = "\n".join(text_of(bubble) for bubble in place.oficial.heard[before:])
        found = re.search(r"(?:folio es:\n|Número: )(\d{4}-\d{4})", said)
        if found:
            return found[1]
        await place.oficial.says("1")
    raise AssertionError(said)


async def code_for(place: Town, folio: str) -> str:
    said = await place.oficial.says(f"codigo {folio}")
    found = re.search(r"\b\d{3} \d{3}\b", said)
    assert found, said
    return found[0].replace(" ", "")


async def takes(phone: Phone, words: str) -> str:
    """From the code to the answer, accepting everything."""
    answer = await phone.says(words)
    for label in ("Acepto", "Sí, seguirlo"):
        if any(button.startswith(label) for button in phone.buttons):
            answer = await phone.taps(label)
    return answer


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        (Manner.TELEGRAM, "/start s{code}"),
        (Manner.TELEGRAM, "{code}"),
        (Manner.WHATSAPP, "Seguir mi reporte: {code}"),
        (Manner.WHATSAPP, "codigo {code}"),
    ],
)
async def test_by_link_by_words_and_by_digits_the_report_becomes_theirs(
    place: Town, manner: Manner, words: str
) -> None:
    folio = await noted(place)
    code = await code_for(place, folio)
    rosa = place.somebody("rosa", manner)

    assert "ya es suyo" in await takes(rosa, words.format(code=code))
    assert folio in await rosa.says("mis reportes") or folio in str(rosa.buttons)
    await place.oficial2.says(f"tomar {folio}")
    assert "ya tiene su reporte" in rosa.last
    assert place.demo.channel.problems == []


async def test_a_code_serves_one_person_once(place: Town) -> None:
    folio = await noted(place)
    code = await code_for(place, folio)
    await takes(place.somebody("rosa"), code)

    assert "ya se usó" in await place.somebody("luis").says(code)
    assert "ya lo sigue la persona" in await place.oficial.says(f"codigo {folio}")


async def test_who_was_slower_between_the_code_and_the_yes_hears_it(place: Town) -> None:
    """Two phones show the same question: the first yes is the one that counts."""
    folio = await noted(place)
    code = await code_for(place, folio)
    rosa, luis = place.somebody("rosa"), place.somebody("luis")
    for phone in (rosa, luis):
        await phone.says(code)
        await phone.taps("Acepto")

    assert "ya es suyo" in await rosa.taps("Sí, seguirlo")
    assert "ya se usó" in await luis.taps("Sí, seguirlo")


async def test_a_newer_code_voids_the_one_before(place: Town) -> None:
    folio = await noted(place)
    old = await code_for(place, folio)
    new = await code_for(place, folio)

    assert "No encuentro ese código" in await place.somebody("rosa").says(old)
    assert "ya es suyo" in await takes(place.somebody("luis"), new)


async def test_after_a_day_it_has_expired(place: Town) -> None:
    code = await code_for(place, await noted(place))
    await place.later(hours=24)

    assert "ya venció" in await place.somebody("rosa").says(code)


async def test_five_wrong_ones_and_even_the_right_one_rests_for_an_hour(place: Town) -> None:
    code = await code_for(place, await noted(place))
    rosa = place.somebody("rosa")
    for n in range(codes.TRIES):
        assert "No encuentro ese código" in await rosa.says(f"10000{n}")

    assert "Espere una hora" in await rosa.says(code)
    await place.later(minutes=61)
    assert "ya es suyo" in await takes(rosa, code)


async def test_a_draft_half_done_waits(place: Town) -> None:
    code = await code_for(place, await noted(place))
    rosa = place.somebody("rosa")
    await rosa.says("hay mucho ruido con mi vecino")
    await rosa.taps("Acepto")
    await takes(rosa, f"/start s{code}")

    await rosa.says("menu")
    assert "Seguir mi reporte" in rosa.buttons


async def test_without_consent_nothing_is_tied_and_the_code_stays_good(place: Town) -> None:
    folio = await noted(place)
    code = await code_for(place, folio)
    rosa = place.somebody("rosa")
    await rosa.says(code)

    assert "sigue sirviendo" in await rosa.taps("Ahora no")
    report = await place.read(lambda tx: tx.reports.by_folio(folio.replace("-", "")))
    assert report.person_id is None
    assert "ya es suyo" in await takes(rosa, code)


async def test_an_officer_who_scans_it_is_told_whose_it_is(place: Town) -> None:
    code = await code_for(place, await noted(place))

    assert "para la persona que reportó" in await place.oficial2.says(f"/start s{code}")


async def test_of_a_confidential_one_the_screen_says_nothing_and_nothing_follows(place: Town) -> None:
    """No kind, no colonia before or after; no word on our own motion; it is in no list."""
    folio = await noted(place, HURT)
    report = await place.read(lambda tx: tx.reports.by_folio(folio.replace("-", "")))
    assert report.listed
    await place.oficial.taps("Dar código")
    found = re.search(r"\b\d{3} \d{3}\b", place.oficial.last)
    assert found
    rosa = place.somebody("rosa")
    await takes(rosa, found[0])

    said = "\n".join(line for bubble in rosa.heard for line in bubble.lines)
    assert "Violencia" not in said
    assert "Italia" not in said
    heard = len(rosa.heard)
    await place.supervisora.says(f"tomar {folio}")
    assert len(rosa.heard) == heard
    assert "No tiene reportes" in await rosa.says("mis reportes")


async def test_the_picture_leads_where_the_words_say(place: Town) -> None:
    """Each network's own link, with the code in it and nothing of a person."""
    folio = await noted(place)
    for network, link in (
        ("WhatsApp", r"https://wa\.me/529830000003\?text=Seguir%20mi%20reporte%3A%20\d{6}"),
        ("Telegram", r"https://t\.me/Ejemplo_bot\?start=s\d{6}"),
    ):
        await place.oficial.says(f"codigo {folio}")
        await place.oficial.taps(f"QR de {network}")
        (picture,) = place.oficial.heard[-1].files
        assert re.fullmatch(link, picture.reference.removeprefix(qr.REFERENCE))


async def test_who_attends_it_hands_it_over_and_can_then_ask(place: Town) -> None:
    """Until somebody follows it there is nobody to ask; afterwards there is."""
    folio = await noted(place)
    await place.oficial.says(f"tomar {folio}")
    await place.oficial.says(f"necesito {folio}")
    assert "Preguntar" not in place.oficial.buttons
    said = await place.oficial.taps("Dar código")
    found = re.search(r"\b\d{3} \d{3}\b", said)
    assert found
    await takes(place.somebody("rosa"), found[0])
    await place.oficial.says(f"necesito {folio}")
    assert "Preguntar" in place.oficial.buttons
    assert "Dar código" not in place.oficial.buttons


async def test_only_its_hash_is_kept(place: Town) -> None:
    code = await code_for(place, await noted(place))

    found = await place.read(lambda tx: tx.follow_codes.of_code(code))
    assert found is not None
    assert found.expires_at - found.made_at == timedelta(hours=24)
    assert code not in str(found)


def test_what_is_drawn_is_the_code_with_its_quiet_zone() -> None:
    text = "https://wa.me/529830000003?text=Seguir%20mi%20reporte%3A%20482913"
    image = Image.open(io.BytesIO(qr.png(text))).convert("1")
    step, border = qr.PIXELS_A_MODULE, 4
    matrix = segno.make(text, error="m", micro=False).matrix
    n = len(matrix)
    assert image.size == ((n + 2 * border) * step,) * 2

    def dark(row: int, column: int) -> int:
        return int(image.getpixel(((column + border) * step + 1, (row + border) * step + 1)) == 0)

    assert [[dark(r, c) for c in range(n)] for r in range(n)] == [list(row) for row in matrix]
    assert not any(dark(-1, c) for c in range(-border, n + border))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("482913", "482913"),
        ("482 913", "482913"),
        ("482-913", "482913"),
        ("4829134", ""),
        ("48291", ""),
        ("casa 482913", ""),
    ],
)
def test_six_digits_alone_are_a_code(text: str, code: str) -> None:
    assert codes.alone_in(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Seguir mi reporte: 482 913", "482913"),
        ("quiero seguir el reporte 482913.", "482913"),
        ("Código 482-913", "482913"),
        ("mi codigo es 482913", "482913"),
        ("seguir 4172-0853", ""),  # a folio
        ("me quieren seguir, placas 482913 y otras", ""),
        ("seguir", ""),
    ],
)
def test_words_that_ask_to_follow(text: str, code: str) -> None:
    assert codes.asked_in(text) == code
