"""A tester that talks like a person: each phone says, taps and reads; behind it the whole programme is real."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.channels.simulator import Manner, SimulatorChannel
from bot.channels.simulator.screens import Owner
from bot.channels.simulator.screens import Phone as Screen
from bot.clock import MovableClock
from bot.demo import Demo, demonstration, unhurried
from bot.municipality import Municipality, load
from tests.support.replayed import every_turn_as_replayed

MORNING = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # Monday, ten o'clock in Chetumal


MOST_TURNS = 12  # a report that takes longer has lost its way


@dataclass
class Phone:
    """Somebody's phone."""

    town: Town
    id: str

    @property
    def channel(self) -> SimulatorChannel:
        return self.town.demo.channel

    @property
    def heard(self) -> list:
        """What the bot said on this phone, oldest first."""
        return [b for b in self.channel.phone(self.id).bubbles if b.side.value == "theirs"]

    @property
    def last(self) -> str:
        """The newest card, as it is read."""
        return text_of(self.heard[-1]) if self.heard else ""

    @property
    def buttons(self) -> list[str]:
        """Labels on the newest card."""
        form = self.heard[-1].form
        return [action.label for action in (*form.buttons, *form.rows)]

    async def says(self, text: str) -> str:
        """Write, and read the answer."""
        await self.channel.say(self.id, text)
        await self.town.demo.app.settle()
        return self.last

    async def reports(self, text: str) -> str:
        """From the first words to the folio, taking the first offered answer; returns the receipt."""
        before = len(self.heard)
        answer = await self.says(text)
        for _ in range(MOST_TURNS):
            receipts = [text_of(bubble) for bubble in self.heard[before:] if "folio es" in text_of(bubble)]
            if receipts:
                return receipts[-1]
            asks_place = "¿En qué calle" in answer or "¿Dónde" in answer
            answer = await self.says("calle roma, en la italia" if asks_place else "1")
        raise AssertionError(answer)

    async def taps(self, label: str) -> str:
        """Tap the newest button with that label (its beginning is enough), and read the answer."""
        bubble_id, token = self.button(label)
        return await self.taps_token(token, bubble_id)

    def button(self, label: str) -> tuple[str, str]:
        """The newest card with that button, and what the button carries. Raises AssertionError."""
        for bubble in reversed(self.heard):
            for action in (*bubble.form.buttons, *bubble.form.rows):
                if action.label.startswith(label):
                    return bubble.id, action.token
        raise AssertionError(f"no button {label!r} on {self.id}: {[text_of(b) for b in self.heard[-3:]]}")

    async def taps_token(self, token: str, bubble_id: str) -> str:
        """Tap a button by what it carries."""
        await self.channel.tap(self.id, token, bubble_id)
        await self.town.demo.app.settle()
        return self.last

    async def locates(self, lat: float, lon: float) -> str:
        """Share a pin, and read the answer."""
        await self.channel.locate(self.id, lat, lon)
        await self.town.demo.app.settle()
        return self.last

    async def sends_photo(self, content: bytes) -> str:
        """Send a picture, and read the answer."""
        await self.channel.photo(self.id, content, "image/jpeg")
        await self.town.demo.app.settle()
        return self.last

    async def sends_voice(self) -> str:
        """Send a voice note, and read the answer."""
        await self.channel.voice(self.id, 14, b"OggS" + bytes(60))
        await self.town.demo.app.settle()
        return self.last


def text_of(bubble) -> str:
    """All words of a bubble."""
    return "\n".join(part for part in (bubble.title, *bubble.lines) if part)


@dataclass
class Town:
    """The demonstration with named phones."""

    demo: Demo

    def __post_init__(self) -> None:
        self.vecina = Phone(self, "vecina")
        self.oficial = Phone(self, "oficial")
        self.oficial2 = Phone(self, "oficial2")
        self.supervisora = Phone(self, "supervisora")

    def group(self, name: str, speaks: str = "supervisora") -> Phone:
        """A group chat, in which one of the phones speaks."""
        owner = Owner(id=name, name=name, role="group", speaks=speaks)
        self.demo.channel.screens.phones[name] = Screen(owner, Manner.TELEGRAM)
        return Phone(self, name)

    def somebody(self, name: str, manner: Manner = Manner.TELEGRAM) -> Phone:
        """One more resident, who never wrote before: many talks in one town."""
        owner = Owner(id=name, name=name, role="resident", switchable=True)
        self.demo.channel.screens.phones[name] = Screen(owner, manner)
        return Phone(self, name)

    async def later(self, **span: float) -> None:
        """Let time pass, and everything happen that falls due."""
        self.demo.clock.skip(timedelta(**span))
        await self.demo.app.settle()

    async def read(self, work):
        """Look into the store."""
        return await self.demo.app.store.read(work)

    async def run(self, work):
        """Change the store."""
        return await self.demo.app.store.run(work)


@contextlib.asynccontextmanager
async def town(folder: Path, municipality: Municipality | None = None) -> AsyncIterator[Town]:
    """A whole town in a temporary folder; people in tests write faster than any limit allows, unless it is given."""
    clock = MovableClock(MORNING)
    here = municipality or unhurried(load())
    with every_turn_as_replayed():
        async with demonstration(here, folder, clock) as demo:
            yield Town(demo)
