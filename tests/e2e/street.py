"""The cast: a commander, two officers, neighbours; and the stretches of talk that every story begins with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.e2e.people import OnTelegram, OnWhatsApp, folio_in
from tests.e2e.server import SECRET, Server
from tests.fakes.bot_api import BotApi
from tests.fakes.twilio_api import FakeTwilio

SUPERVISOR, CANUL, POOT, NEIGHBOUR = 11, 21, 22, 101
CODE = re.compile(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b")
LAMP = "hay una lámpara fundida atrás del domo en la colonia italia, ya tiene una semana"


@dataclass
class Street:
    """Everybody, and what they talk to."""

    server: Server
    api: BotApi
    twilio: FakeTwilio
    commander: OnTelegram = field(init=False)
    canul: OnTelegram = field(init=False)
    poot: OnTelegram = field(init=False)
    neighbour: OnTelegram = field(init=False)

    def __post_init__(self) -> None:
        self.commander = OnTelegram(self.api, SUPERVISOR)
        self.canul = OnTelegram(self.api, CANUL)
        self.poot = OnTelegram(self.api, POOT)
        self.neighbour = OnTelegram(self.api, NEIGHBOUR)

    def on_telegram(self, chat: int) -> OnTelegram:
        """One more neighbour."""
        return OnTelegram(self.api, chat)

    def on_whatsapp(self, number: str = "+5219831234567") -> OnWhatsApp:
        """A neighbour on WhatsApp."""
        return OnWhatsApp(self.twilio, number)

    async def enrol(self) -> None:
        """The commander with the printed code, two officers by invitation; both begin their shift."""
        code, said, complained = await self.server.command(
            "supervisor", "add", "la comandante", "--badge", "M-01"
        )
        assert code == 0, complained
        await self.server.serve()
        await self.commander.says("/start")
        await self.commander.says(code_in(said), "Ya tiene alta como mando.")
        await self.recruit(self.canul, "E-101")
        await self.recruit(self.poot, "E-102")

    async def recruit(self, officer: OnTelegram, badge: str) -> None:
        """Invited, both see the same number, approved, on duty."""
        await self.commander.says("invitar", "¿Para quién es el código?")
        told = await self.commander.says(badge, f"Código para {badge}")
        number = re.search(r"\b\d{4}\b", await officer.says(code_in(told), "Su número de control es"))
        assert number
        await self.commander.hears(number[0])
        await self.commander.taps("Sí, dar de alta", "ya tiene alta")
        await officer.hears("Ya tiene alta")
        await officer.taps("Iniciar turno", "En turno hasta")

    async def report(self, who: OnTelegram | OnWhatsApp, text: str = LAMP) -> str:
        """From the first sentence to the folio."""
        await who.says(text, "acepte el aviso")
        await who.taps("Acepto", "¿Está bien?")
        return folio_in(await who.taps("Enviar", "Su folio es"))


def providers(api: BotApi, twilio: FakeTwilio, mode: str) -> dict[str, str]:
    """The settings of an installation that talks to these two."""
    return {
        "TELEGRAM_TOKEN": api.token,
        "TELEGRAM_API_URL": api.url,
        "TELEGRAM_MODE": mode,
        "TELEGRAM_SECRET": SECRET,
        "TWILIO_ACCOUNT_SID": twilio.account_sid,
        "TWILIO_AUTH_TOKEN": twilio.auth_token,
        "TWILIO_FROM": twilio.sender,
        "TWILIO_API_URL": twilio.url,
        "TWILIO_CONTENT_URL": twilio.url,
    }


def code_in(text: str) -> str:
    """The one-time code."""
    found = CODE.search(text)
    assert found, text
    return found[0]
