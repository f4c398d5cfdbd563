"""People who go on talking while something is broken around them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from tests.e2e.people import OnTelegram, folio_in
from tests.e2e.server import until
from tests.e2e.street import LAMP, Street

CHATS = 50_000


@dataclass
class Load:
    """Neighbours, each new to the bot: a report, then a burst of words that different replicas answer."""

    street: Street
    at_once: int = 4
    folios: dict[int, str] = field(default_factory=dict)
    over: bool = False
    _next: int = CHATS

    async def run(self) -> None:
        """So many at a time, until it is over; each plays to the end."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self.at_once):
                group.create_task(self._one_after_another())

    async def _one_after_another(self) -> None:
        while not self.over:
            self._next += 1
            await self.play(self.street.on_telegram(self._next))

    async def play(self, who: OnTelegram) -> None:
        """One neighbour, from the first word on."""
        await who.says(LAMP, "acepte el aviso")
        await who.taps("Acepto")
        await until(lambda: who.sees("Enviar") or who.sees("Es otra cosa"), what=who.screen)
        if who.sees("Es otra cosa"):  # others told of a lamp there
            await who.taps("Es otra cosa")
        await who.hears("¿Está bien?")
        self.folios[who.chat] = folio_in(await who.taps("Enviar", "Su folio es"))
        for word in ("menú", "consejos", "menú"):
            who.api.say(who.chat, word)
        await who.hears_all("¿En qué le ayudo?", "¿De qué quiere consejos?", "¿En qué le ayudo?")
