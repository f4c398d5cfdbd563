"""GET shows, only POST answers: whoever merely opens the link (a scanner, a preview) changes and uses up nothing.

The address is the only key: 256 random bits, kept as a keyed hash. There is no cookie and no session, so there is
nothing for another site to ride on; the form carries a seal all the same, and a browser that says that the form came
from elsewhere is refused.
"""

from __future__ import annotations

import contextlib
import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels import StoreUnavailable
from bot.clock import Clock
from bot.domain import folio as folios
from bot.domain.errors import DomainError
from bot.domain.referral import Outcome, Referral, State
from bot.domain.report import Report
from handlers import ready_links
from handlers.desk import referrals
from handlers.here import Here
from handlers.pages.office import page
from handlers.referral_words import office_name, written
from storage.store import Store, Transaction

STYLE = Path(__file__).parent / "static" / "oficina.css"
MAX_BODY = 16_384
MOST_FIELDS = 8
SHORTEST = 3
FROM_HERE = ("", "same-origin", "none")  # Sec-Fetch-Site, where the browser says it
OUTCOMES = {outcome.value: outcome for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class Found:
    """What a link leads to, and the seal of its form."""

    referral: Referral
    report: Report
    seal: str

    def over(self, at: datetime) -> bool:
        """Can it no longer be answered?"""
        waits = self.referral.state is State.OPEN and at < self.referral.expires_at
        return not (waits and self.report.status.open and not self.report.listed)


@dataclass(frozen=True, slots=True)
class Said:
    """What a form brought."""

    outcome: Outcome | None
    text: str
    seal: str

    @property
    def wrong(self) -> str:
        """Why it can't be taken, in words; "" when it can."""
        if self.outcome is None:
            return "Elija una de las respuestas."
        if len(self.text) > page.LONGEST:
            return (
                f"Son {len(self.text)} letras y caben {page.LONGEST}. Acórtelo, por favor; no se perdió nada."
            )
        if self.outcome.needs_words and len(self.text) < SHORTEST:
            return "Escriba unas palabras: qué pasa, o a quién le toca."
        return ""


def routes(store: Store, here: Here, clock: Clock) -> list[BaseRoute]:
    """The page of one question, and its style."""

    async def show(request: Request) -> Response:
        try:
            return await _shown(store, here, clock, request.path_params["token"])
        except StoreUnavailable:
            return _later(here)

    async def send(request: Request) -> Response:
        try:
            return await _ready(store, here, clock, request.path_params["token"])
        except StoreUnavailable:
            return _later(here)

    async def answer(request: Request) -> Response:
        try:
            return await _taken(store, here, clock, request)
        except StoreUnavailable:
            return _later(here)

    async def style(_: Request) -> Response:
        return FileResponse(STYLE, headers={"Cache-Control": "no-cache"})

    address = referrals.PATH + "{token}"
    return [
        Route("/oficina.css", style),
        Route(address, show, methods=["GET"]),
        Route(address + referrals.SEND, send, methods=["GET"]),
        Route(address, answer, methods=["POST"]),
    ]


async def _shown(store: Store, here: Here, clock: Clock, token: str) -> Response:
    now = clock.now()
    found = await store.read(partial(_find, token=token))
    if found is None:
        return _unknown(here)
    if found.over(now):
        return _over(here, found)
    return HTMLResponse(page.form(_question(here, found), found.seal))


async def _ready(store: Store, here: Here, clock: Clock, token: str) -> Response:
    """For who follows it: the text with this very link, ready in their own mail. It says nothing that the office may not read."""
    found = await store.read(partial(_find, token=token))
    if found is None:
        return _unknown(here)
    if found.over(clock.now()):
        return _over(here, found)
    t, office = here.t("es"), found.referral.office
    facts = referrals.facts_of(found.report, found.referral, f"{here.public_url}{referrals.PATH}{token}")
    title, *more = written(t, here, facts)
    text = "\n".join((title, *more))
    contact = here.municipality.directory.get(office)
    ways = [("Abrir WhatsApp", ready_links.by_whatsapp(contact.whatsapp if contact else "", text))]
    if contact is not None and contact.email:
        ways.insert(0, ("Abrir mi correo", ready_links.by_mail(contact.email, title, text)))
    return HTMLResponse(page.send(here.municipality.programme, office_name(here, office), text, ways))


async def _taken(store: Store, here: Here, clock: Clock, request: Request) -> Response:
    """Read the form, answer once, and lead back to the page, which now says that it was received."""
    token, now = request.path_params["token"], clock.now()
    found = await store.read(partial(_find, token=token))
    if found is None:
        return _unknown(here)
    said = await _read(request)
    if said is None:
        return _said(here, 413, "No cupo", f"Escriba hasta {page.LONGEST} letras, por favor.")
    if found.over(now):
        return _over(here, found)
    elsewhere = request.headers.get("sec-fetch-site", "") not in FROM_HERE
    if elsewhere or not hmac.compare_digest(said.seal.encode(), found.seal.encode()):
        return _said(here, 403, "No se guardó", "Abra otra vez el enlace del mensaje y conteste ahí.")
    if said.wrong or said.outcome is None:
        shown = page.form(
            _question(here, found), found.seal, outcome=said.outcome, said=said.text, wrong=said.wrong
        )
        return HTMLResponse(shown, status_code=422)
    outcome, text = said.outcome, said.text

    def work(tx: Transaction) -> None:
        still = _find(tx, token)
        if still is not None and not still.over(now):
            referrals.answer(tx, here, still.referral, outcome, text, now)

    with contextlib.suppress(DomainError):  # somebody was faster by a hair: the page says how it stands
        await store.run(work)
    return RedirectResponse(referrals.PATH + token, status_code=303)


def _find(tx: Transaction, token: str) -> Found | None:
    referral = tx.referrals.of_link(token)
    if referral is None:
        return None
    seal = tx.sealer.keyed("page", f"office-form|{token}")[:16].hex()
    return Found(referral, tx.reports.get(referral.report_id), seal)


async def _read(request: Request) -> Said | None:
    """The form; None when it is larger than any answer. What is missing in it is said later."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            return None
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError:
        pairs = []
    form = dict(pairs)
    return Said(OUTCOMES.get(form.get("respuesta", "")), _clean(form.get("texto", "")), form.get("sello", ""))


def _clean(text: str) -> str:
    """Without what nobody can see: control signs, marks that turn the direction of writing."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs")).strip()


def _question(here: Here, found: Found) -> page.Question:
    t, report = here.t("es"), found.report
    return page.Question(
        programme=here.municipality.programme,
        office=office_name(here, found.referral.office),
        folio=folios.show(report.folio),
        kind=here.kind(report.kind).name,
        colonia=here.colonia_name(report.place.colonia),
        opened=t.day(report.opened_at),
        text=found.referral.text,
        until=t.day(found.referral.expires_at),
    )


def _over(here: Here, found: Found) -> Response:
    """Answered, expired, or no longer needed: each said as it is."""
    t, folio = here.t("es"), folios.show(found.report.folio)
    answer = found.referral.answer
    if answer is not None:
        lines = (f"Folio {folio}. Recibimos su respuesta: {t.day(answer.at)}.", NOTHING_MORE)
        return _said(here, 200, "Gracias, quedó registrada", *lines)
    if found.referral.state is State.DROPPED or not found.report.status.open:
        return _said(
            here, 410, "Ya no hace falta contestar", f"Folio {folio}: este asunto siguió por otro lado."
        )
    until = t.day(found.referral.expires_at)
    return _said(here, 410, "Este enlace venció", f"Folio {folio}: servía hasta el {until}.", ASK_AGAIN)


NOTHING_MORE = "No hay que hacer nada más. Si algo cambió, avíselo a quien le mandó el mensaje."
ASK_AGAIN = "Si todavía puede contestar, pida otro enlace a quien le mandó el mensaje."


def _unknown(here: Here) -> Response:
    return _said(here, 404, "No existe ese enlace", "Cópielo entero, como viene en el mensaje.")


def _later(here: Here) -> Response:
    return _said(
        here, 503, "Ahora no se pudo", "No se guardó nada. Regrese e inténtelo otra vez en un momento."
    )


def _said(here: Here, status: int, title: str, *lines: str) -> Response:
    return HTMLResponse(page.plain(here.municipality.programme, title, *lines), status_code=status)
