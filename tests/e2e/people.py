"""Somebody with a phone. Each message of the bot is heard once: what is awaited is always news."""

from __future__ import annotations

import re
from typing import Any

from tests.e2e.server import PATIENCE, until
from tests.fakes.bot_api import BotApi
from tests.fakes.twilio_api import FakeTwilio
from tests.fakes.twilio_people import Message

FOLIO = re.compile(r"\b\d{4}-\d{4}\b")


class OnTelegram:
    """A person, or an officer, on Telegram."""

    def __init__(self, api: BotApi, chat: int) -> None:
        self.api, self.chat = api, chat
        self._heard: set[tuple[int, str]] = set()
        api.join(chat)

    async def says(self, text: str, *answers: str) -> str:
        """Write, and hear the answers; the text of the last."""
        self.api.say(self.chat, text)
        return await self.hears_all(*answers)

    async def taps(self, label: str, *answers: str) -> str:
        """Tap the newest button that begins with these words, and hear the answers."""
        card, token = await until(lambda: self._button(label), what=f"button «{label}»: {self.screen}")
        self.api.tap(self.chat, card, token)
        return await self.hears_all(*answers)

    async def hears(self, words: str, *, within: float = PATIENCE) -> str:
        """Wait for a message with these words that was not heard before."""
        return str((await self.card(words, within=within))["text"])

    async def hears_all(self, *answers: str) -> str:
        """One message for each."""
        return [await self.hears(words) for words in answers][-1] if answers else ""

    async def card(self, words: str, *, within: float = PATIENCE) -> dict[str, Any]:
        """The same, as the whole message."""
        what = f"{self.chat} hears «{words}»; on the screen:\n{self.screen}"
        message: dict[str, Any] = await until(lambda: self._news(words), within=within, what=what)
        self._heard.add((message["message_id"], message["text"]))
        return message

    def sees(self, label: str) -> bool:
        """A button that begins with these words stands there."""
        return self._button(label) is not None

    def hears_nothing(self, words: str) -> bool:
        """No news with these words stands there."""
        return self._news(words) is None

    def forgets(self) -> None:
        """What was said so far is old."""
        self._heard |= {(m["message_id"], m.get("text", "")) for m in self.messages}

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What the bot said, oldest first."""
        everything = self.api.screens[self.chat].values()
        return [message for message in everything if message["from"]["id"] == self.api.bot_id]

    @property
    def texts(self) -> list[str]:
        """The texts of it."""
        return [message["text"] for message in self.messages if "text" in message]

    @property
    def screen(self) -> str:
        """The end of the chat, for a failing test."""
        return "\n---\n".join(self.texts[-6:])

    def _news(self, words: str) -> dict[str, Any] | None:
        for message in self.messages:
            text = message.get("text", "")
            if words in text and (message["message_id"], text) not in self._heard:
                return message
        return None

    def _button(self, label: str) -> tuple[int, str] | None:
        for message in reversed(self.messages):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if button["text"].startswith(label) and "callback_data" in button:
                        return message["message_id"], button["callback_data"]
        return None


class OnWhatsApp:
    """A person on WhatsApp."""

    def __init__(self, twilio: FakeTwilio, number: str) -> None:
        self.twilio, self.number = twilio, f"whatsapp:{number}"
        self._heard: set[str] = set()

    async def says(self, text: str, *answers: str) -> str:
        """Write, and hear the answers."""
        assert await self.twilio.say(self.number, text) == 200
        return await self.hears_all(*answers)

    async def taps(self, label: str, *answers: str) -> str:
        """Tap a button or a row, and hear the answers."""
        assert await self.twilio.tap(self.number, label) == 200
        return await self.hears_all(*answers)

    async def hears(self, words: str, *, within: float = PATIENCE) -> str:
        """Wait for news with these words."""
        return (await self.card(words, within=within)).body

    async def hears_all(self, *answers: str) -> str:
        """One message for each."""
        return [await self.hears(words) for words in answers][-1] if answers else ""

    async def card(self, words: str, *, within: float = PATIENCE) -> Message:
        """The same, as the whole message."""
        what = f"{self.number} hears «{words}»; heard: {self.texts[-5:]}"
        message: Message = await until(lambda: self._news(words), within=within, what=what)
        self._heard.add(message.sid)
        return message

    @property
    def messages(self) -> list[Message]:
        """What reached the phone."""
        return [m for m in self.twilio.to.get(self.number, []) if m.status not in ("failed", "undelivered")]

    @property
    def texts(self) -> list[str]:
        """The texts of it."""
        return [message.body for message in self.messages]

    def _news(self, words: str) -> Message | None:
        return next((m for m in self.messages if words in m.body and m.sid not in self._heard), None)


def folio_in(text: str) -> str:
    """The number that the person keeps."""
    found = FOLIO.search(text)
    assert found, text
    return found[0]
