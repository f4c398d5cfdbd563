"""The page where another office answers: shows nothing of the neighbour, is used up only by an answer, says how it stands."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import pytest_asyncio

from bot.domain.report import Disposition
from bot.messages import StoreUnavailable
from bot.municipality import load
from bot.municipality.municipality import Directory
from bot.web import HEADERS
from handlers.desk import referrals
from handlers.desk import reports as desk
from handlers.pages.office.page import LONGEST
from tests.support.log_book import open_reports
from tests.support.office import Browser, path_of, words_of
from tests.support.talker import Town, town

OFFICE = "servicios_publicos"
TOLD = "canario: la vecina Rosa Chan, 983 123 4567, dice que no prende"


@pytest_asyncio.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as found:
        yield found


async def referred(place: Town, asked: str = "Cambiar la lámpara <del> domo") -> str:
    """A neighbour's report is referred; the link that the office got."""
    await place.vecina.says(f"lampara apagada en la leona vicario. {TOLD}")
    await place.vecina.taps("Acepto")
    for _ in range(8):
        if "folio es" in place.vecina.last:
            break
        await place.vecina.says("1")
    await place.oficial.taps("Tomar")
    for tap in ("Necesito", "Canalizar", "Servicios Públicos"):
        await place.oficial.taps(tap)
    await place.oficial.says(asked)
    for tap in ("Sin nota", "Enviar", "Texto para mandar"):
        await place.oficial.taps(tap)
    return place.oficial.last.rpartition("\n")[2]


async def states(place: Town) -> list[tuple[str, str]]:
    """Everything that an answer would change."""
    report = (await place.read(open_reports))[:1]
    found = await place.read(lambda tx: [one for r in report for one in tx.referrals.of_report(r.id)])
    return [(one.state.value, one.answer.text if one.answer else "") for one in found]


async def test_the_page_shows_what_is_asked_and_nothing_of_the_neighbour(place: Town) -> None:
    page = await Browser(place.demo.app).opens(await referred(place))
    assert page.status_code == 200
    assert "Cambiar la lámpara &lt;del&gt; domo" in page.text
    for word in ("canario", "Rosa", "983", "prende", "<del>", "<script"):
        assert word not in page.text
    assert "Leona Vicario" in page.text
    for name, value in HEADERS.items():
        assert page.headers[name] == value
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])
async def test_whoever_only_opens_the_link_uses_nothing_up(place: Town, method: str) -> None:
    """A scanner of a mail server, a preview of a chat: a hundred times, and it can still be answered."""
    link, browser = await referred(place), Browser(place.demo.app)
    before = await place.read(lambda tx: tx.audit.head())
    for _ in range(100 if method in ("GET", "HEAD") else 2):
        found = await browser.opens(link, method)
        assert found.status_code == (200 if method in ("GET", "HEAD") else 405)
    assert await states(place) == [("open", "")]
    assert await place.read(lambda tx: tx.audit.head()) == before
    assert (await browser.answers(link, "done")).status_code == 200
    assert await states(place) == [("passed_on", "")]


async def test_it_is_answered_once(place: Town) -> None:
    """The second time, by the same link or another, it says that it was received, and nothing changes."""
    link, browser = await referred(place), Browser(place.demo.app)
    await place.oficial.taps("Texto para mandar")
    other = place.oficial.last.rpartition("\n")[2]
    assert other != link
    old_form = await browser.opens(other)
    page = await browser.answers(link, "will_do", "  El jueves\x00\u202e \r\n a las 9  ")
    assert "Gracias, quedó registrada" in page.text
    assert await states(place) == [("passed_on", "El jueves \n a las 9")]
    assert "«El jueves \n a las 9»" in place.vecina.last
    heard = len(place.vecina.heard)
    seal = old_form.text.partition('name="sello" value="')[2].partition('"')[0]
    for again in (link, other):
        late = await browser.answers(again, "not_ours", "no", sello=seal)
        assert "Gracias, quedó registrada" in late.text
        assert "<form" not in late.text
    assert len(place.vecina.heard) == heard


WRONG = [
    ("", "", "Elija una de las respuestas."),
    ("hackeo", "x", "Elija una de las respuestas."),
    ("other", "", "Escriba unas palabras"),
    ("not_ours", " x ", "Escriba unas palabras"),
    ("done", "á" * (LONGEST + 1), f"Son {LONGEST + 1} letras y caben {LONGEST}"),
]


@pytest.mark.parametrize(("outcome", "text", "said"), WRONG)
async def test_what_is_wrong_is_said_and_what_was_written_stays(
    place: Town, outcome: str, text: str, said: str
) -> None:
    link = await referred(place)
    page = await Browser(place.demo.app).answers(link, outcome, text)
    assert page.status_code == 422
    assert said in words_of(page.text)
    assert text.strip() in page.text
    assert await states(place) == [("open", "")]


async def test_a_form_from_elsewhere_is_refused(place: Town) -> None:
    """Without the seal of the page, or when the browser says that another site sent it."""
    link, browser = await referred(place), Browser(place.demo.app)
    for seal in ("", "0" * 32, "ñ"):
        assert (await browser.answers(link, "done", sello=seal)).status_code == 403
    browser.client.headers["Sec-Fetch-Site"] = "cross-site"
    assert (await browser.answers(link, "done")).status_code == 403
    assert await states(place) == [("open", "")]
    browser.client.headers["Sec-Fetch-Site"] = "same-origin"
    assert (await browser.answers(link, "done")).status_code == 200


@pytest.mark.parametrize("body", [b"x" * 20_000, b"&".join([b"a=1"] * 50), b"\xff\xfe%ff", b"respuesta=done"])
async def test_no_body_trips_it(place: Town, body: bytes) -> None:
    link = await referred(place)
    answer = await Browser(place.demo.app).client.post(path_of(link), content=body)
    assert answer.status_code == (413 if len(body) > 10_000 else 403)
    assert await states(place) == [("open", "")]


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "..%2f", "a" * 4000])
async def test_a_guessed_link_leads_nowhere(place: Town, token: str) -> None:
    browser = Browser(place.demo.app)
    for method in ("GET", "POST"):
        assert (await browser.client.request(method, f"/oficina/{token}")).status_code == 404


async def test_after_its_time_and_after_the_end_it_says_so(place: Town) -> None:
    link, browser = await referred(place), Browser(place.demo.app)
    await place.later(days=31)
    for page in (await browser.opens(link), await browser.answers(link, "done")):
        assert page.status_code == 410
        assert "Este enlace venció" in page.text


async def test_when_the_report_was_closed_no_answer_is_needed(place: Town) -> None:
    link, browser = await referred(place), Browser(place.demo.app)

    def close(tx) -> None:
        report = open_reports(tx)[0]
        handler = tx.staff.officer(report.handler_id)
        desk.close(tx, report.folio, handler, Disposition.ATTENDED, "Ya prende.", place.demo.clock.now())

    await place.run(close)
    for page in (await browser.opens(link), await browser.answers(link, "done")):
        assert page.status_code == 410
        assert "Ya no hace falta contestar" in page.text


async def test_of_a_report_that_became_confidential_nothing_is_shown(place: Town) -> None:
    link, browser = await referred(place), Browser(place.demo.app)

    def list_it(tx) -> None:
        report = open_reports(tx)[0]
        from storage.schema import report as table

        named = table.update().where(table.c.id == report.id).values(listed=True, named_list="mando")
        tx.connection.execute(named)

    await place.run(list_it)
    page = await browser.opens(link)
    assert page.status_code == 410
    assert "lámpara" not in page.text


async def test_without_a_store_it_says_later(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    link, browser = await referred(place), Browser(place.demo.app)

    async def gone(work):
        raise StoreUnavailable

    monkeypatch.setattr(place.demo.app.store, "run", gone)
    page = await browser.answers(link, "done")
    assert page.status_code == 503
    assert "Ahora no se pudo" in page.text
    monkeypatch.undo()
    assert await states(place) == [("open", "")]


async def test_without_a_public_address_there_is_no_link_and_it_is_said(place: Town) -> None:
    await referred(place)

    def text(tx) -> dict:
        here = replace(place.demo.app.here, public_url="")
        report = open_reports(tx)[0]
        handler = tx.staff.officer(report.handler_id)
        return referrals.written(tx, here, report.folio, handler, place.demo.clock.now())

    assert (await place.run(text))["link"] == ""


# ---- sending it from one's own phone ----


async def test_the_officer_s_mail_opens_with_the_text_written_and_the_link_is_not_used_up(
    place: Town,
) -> None:
    link, browser = await referred(place), Browser(place.demo.app)
    (way,) = [a for b in place.oficial.heard for a in b.form.buttons if a.label == "Por correo"]
    assert way.url == f"{link}/mandar"
    page = await browser.opens(way.url)
    assert page.status_code == 200
    for name, value in HEADERS.items():
        assert page.headers[name] == value
    mail, chat = re.findall(r'class="boton" href="([^"]+)"', page.text)
    to = urlsplit(unescape(mail))
    assert (to.scheme, to.path) == ("mailto", "servicios.publicos@municipio.example")
    written = dict(parse_qsl(to.query))
    assert written["subject"].startswith("Proximidad Chetumal: folio ")
    assert written["body"].split("\r\n")[-1] == link
    assert "«Cambiar la lámpara <del> domo»" in written["body"]
    assert unescape(chat).startswith("https://wa.me/?text=")
    for word in ("canario", "Rosa", "983", "prende", "<del>", "<script"):
        assert word not in page.text
        assert word not in written["body"] or word == "<del>"
    assert await states(place) == [("open", "")]
    assert (await browser.answers(link, "done")).status_code == 200
    assert "Gracias, quedó registrada" in (await browser.opens(way.url)).text
    assert (await browser.opens("/oficina/nothing/mandar")).status_code == 404


async def test_an_office_with_whatsapp_is_written_to_by_hand_in_one_tap(tmp_path: Path) -> None:
    """Nobody may be written to first there without an approved template: it is not sent by itself."""
    municipality = load()
    contacts = tuple(
        replace(one, chat="whatsapp:+529831234567", email="") if one.slug == OFFICE else one
        for one in municipality.directory.contacts
    )
    served = replace(municipality, directory=Directory(contacts))
    async with town(tmp_path, served) as place:
        link = await referred(place)
        texts = ["\n".join(bubble.lines) for bubble in place.oficial.heard]
        assert any("Falta mandarlo" in text and "+529831234567" in text for text in texts)
        (way,) = [a for b in place.oficial.heard for a in b.form.buttons if a.label == "Por WhatsApp"]
        to = urlsplit(way.url)
        assert (to.scheme, to.netloc, to.path) == ("https", "wa.me", "/529831234567")
        assert dict(parse_qsl(to.query))["text"].endswith(link)
