"""An office with a browser: opens the link of a message, reads the page, sends the form."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx

from bot.app import App
from bot.web import build_app
from handlers.pages import office

SEAL = re.compile(r'name="sello" value="([0-9a-f]+)"')
TAGS = re.compile(r"<(head|textarea)>?.*?</\1>|<[^>]+>", re.DOTALL)


class Browser:
    """Asks our own web application, without a network."""

    def __init__(self, app: App) -> None:
        async def health() -> tuple[bool, dict[str, object]]:
            return True, {}

        asgi = build_app(office.routes(app.store, app.here, app.clock), health)
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=asgi), base_url="http://oficina.example", follow_redirects=True
        )

    async def opens(self, link: str, method: str = "GET") -> httpx.Response:
        """What comes back for the address of a link."""
        return await self.client.request(method, path_of(link))

    async def answers(self, link: str, outcome: str, text: str = "", **more: Any) -> httpx.Response:
        """Open, fill in, send; follows to where it is led. `more` replaces fields."""
        shown = await self.opens(link)
        found = SEAL.search(shown.text)
        form = {"sello": found[1] if found else "", "respuesta": outcome, "texto": text, **more}
        return await self.client.post(path_of(link), data=form)


def path_of(link: str) -> str:
    """The address without the host."""
    return "/oficina/" + link.rpartition("/oficina/")[2]


def words_of(html: str) -> str:
    """What is read on a page, a line for each piece."""
    pieces = (unescape(piece).strip() for piece in TAGS.sub("\n", html).split("\n"))
    return "\n".join(piece for piece in pieces if piece)
