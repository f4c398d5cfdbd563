"""What goes over the wire between the page and the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

import msgspec

from bot.channels.simulator import Change, Manner, Phone, Screens, SimulatorChannel
from bot.clock import Clock

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=100_000)]
ContentType = Annotated[
    str, msgspec.Meta(pattern=r"^[a-z]+/[a-z0-9.+-]+(; ?[a-z0-9=.,\"-]+)?$", max_length=80)
]


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something done on a phone."""

    phone: str


class Say(Command, frozen=True):
    """Write."""

    text: Text


class Tap(Command, frozen=True):
    """Press a button or choose a row."""

    bubble: str
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Locate(Command, frozen=True):
    """Share a location."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    name: Annotated[str, msgspec.Meta(max_length=100)] = ""


class Move(Command, frozen=True):
    """A location shared live is elsewhere now."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class SendPhoto(Command, frozen=True):
    """Send a photo; bytes travel as base64."""

    content: bytes
    content_type: ContentType
    caption: Annotated[str, msgspec.Meta(max_length=1024)] = ""


class SendVoice(Command, frozen=True):
    """Send a voice note."""

    content: bytes
    content_type: ContentType
    seconds: Annotated[int, msgspec.Meta(ge=1, le=3600)]


class Switch(Command, frozen=True):
    """Move a phone to the other network."""

    manner: Manner


class Skip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Move the clock."""

    minutes: Annotated[int, msgspec.Meta(ge=1, le=60 * 24 * 31)]


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A command without particulars."""


def phone_shown(phone: Phone) -> dict[str, Any]:
    """Whose phone it is and which network it is on, without its bubbles."""
    return {
        "id": phone.owner.id,
        "name": phone.owner.name,
        "role": phone.owner.role,
        "switchable": phone.owner.switchable,
        "manner": phone.manner,
        "windowed": phone.manner is Manner.WHATSAPP,
        "window_closes_at": phone.window_closes_at,
    }


def screens_shown(channel: SimulatorChannel, now: datetime) -> bytes:
    """All that a page needs to begin; `seen` is where its events go on."""
    screens = channel.screens
    phones = [{**phone_shown(phone), "bubbles": phone.bubbles} for phone in screens.phones.values()]
    return msgspec.json.encode({"seen": screens.last_change, "now": now, "phones": phones})


def change_shown(change: Change, screens: Screens, now: datetime) -> bytes:
    """One change, as the data of an event."""
    phone = screens.phones.get(change.phone)
    shown = {"what": change.what, "phone": change.phone, "bubble": change.bubble, "text": change.text}
    return msgspec.json.encode({**shown, "owner": phone_shown(phone) if phone else None, "now": now})


async def events(screens: Screens, clock: Clock, seen: str, stopping: asyncio.Event) -> AsyncIterator[bytes]:
    """The stream of Server-Sent Events; a comment each second shows that both sides are alive."""
    yield b"retry: 1000\n\n"
    async for change in screens.watch(seen, idle=1.0):
        if stopping.is_set():
            return
        if change is None:
            yield b": \n\n"
        else:
            data = change_shown(change, screens, clock.now())
            yield b"id: " + change.id.encode() + b"\ndata: " + data + b"\n\n"
