"""A card -> the calls of the Bot API that show it, in their order.

Pin, contact and files go first and the text last, so that the buttons stand at the bottom of the chat; the id of that
last message is the card's id. One message carries either buttons or the "send my location" keyboard. Buttons
win: a line tells then where the phone keeps its own way to send a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.channels.telegram.keyboards import ASK_LOCATION, REMOVE, Markup, inline
from bot.channels.telegram.texts import Line, as_html, as_plain, clean, parts_of
from bot.domain.territory import Point
from bot.messages import Action, Attachment, ContactCard, Outgoing

LOCATION_HINT = "📎 Para enviar su ubicación, toque el clip y elija «Ubicación»."
FILE_LOST = "(Un archivo de este mensaje ya no está disponible.)"
MAX_TOAST = 200
MAX_NAME = 64
EDITABLE = ("chat_id", "text", "parse_mode", "link_preview_options", "reply_markup")
NO_PREVIEW = {"is_disabled": True}


@dataclass(slots=True)
class Call:
    """One call. `plain` is the text without markup; `file` is sent as multipart, in whatever way suits it."""

    method: str
    params: dict[str, Any] = field(default_factory=dict)
    plain: str = ""
    file: Attachment | None = None


def calls_for(chat: str, card: Outgoing, *, keyboard_shown: bool = False) -> list[Call]:
    """Everything that shows this card, except the answer to a tap. Raises ValueError for too long a token.

    `keyboard_shown`: our location keyboard stands in this chat; the first card without buttons takes it away.
    """
    markup = inline(card)
    calls = [*_pin(card), *_contact(card), *_files(card), *_texts(card, hint=markup is not None)]
    _put_markup(calls, markup or _reply_markup(chat, card, keyboard_shown))
    loud = next((call for call in calls if call.method == "sendMessage"), calls[0] if calls else None)
    for call in calls:
        call.params = {"chat_id": _chat(chat), **call.params, **_manners(card, loud=call is loud)}
    return calls


def edit_of(call: Call, message_id: int) -> Call:
    """The same text, put in the place of an earlier card."""
    kept = {key: value for key, value in call.params.items() if key in EDITABLE}
    return Call("editMessageText", {**kept, "message_id": message_id}, plain=call.plain)


def toast_of(card: Outgoing) -> dict[str, Any]:
    """What stops the spinner of a tapped button, and the short word shown over the chat."""
    text = clean(card.toast)[:MAX_TOAST]
    return {"callback_query_id": card.tap_id, **({"text": text} if text else {})}


def _texts(card: Outgoing, *, hint: bool) -> Iterator[Call]:
    for part in parts_of(_lines(card, hint=hint)):
        yield Call(
            "sendMessage",
            {"text": as_html(part), "parse_mode": "HTML", "link_preview_options": NO_PREVIEW},
            plain=as_plain(part),
        )


def _lines(card: Outgoing, *, hint: bool) -> Iterator[Line]:
    """Title, lines, what the rows say beyond their labels, and the hint."""
    if card.title:
        yield Line(card.title, bold=True)
    yield from (Line(text) for text in card.lines if text)
    yield from (Line(_described(row)) for row in card.rows if row.description)
    if card.asks_location and hint:
        yield Line(LOCATION_HINT)


def _described(row: Action) -> str:
    return f"▸ {row.label}: {row.description}"


def _pin(card: Outgoing) -> Iterator[Call]:
    if card.pin is None:
        return
    place = {"latitude": card.pin.lat, "longitude": card.pin.lon}
    if label := clean(card.pin_label).strip():
        yield Call("sendVenue", {**place, "title": label, "address": _degrees(card.pin)})
    else:
        yield Call("sendLocation", place)


def _contact(card: Outgoing) -> Iterator[Call]:
    if card.contact is not None:
        who = card.contact
        name = clean(who.name).strip()[:MAX_NAME]
        yield Call("sendContact", {"phone_number": who.phone, "first_name": name, "vcard": vcard(who)})


def vcard(who: ContactCard) -> str:
    """RFC 6350, version 3.0 as phones read it: commas, semicolons and backslashes are escaped."""
    name, hours = (_ESCAPED.sub(r"\\\g<0>", " ".join(clean(text).split())) for text in (who.name, who.hours))
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{name}", f"N:{name};;;;", f"ORG:{name}"]
    lines += [f"TEL;TYPE=WORK,VOICE:{who.phone}", *([f"NOTE:{hours}"] if hours else []), "END:VCARD"]
    return "\r\n".join(lines)


_ESCAPED = re.compile(r"[\\;,]")


def _degrees(point: Point) -> str:
    return f"{point.lat:.5f}, {point.lon:.5f}"


def _files(card: Outgoing) -> Iterator[Call]:
    for attachment in card.attachments:
        yield Call("sendDocument", plain=FILE_LOST, file=attachment)


def _reply_markup(chat: str, card: Outgoing, keyboard_shown: bool) -> Markup | None:
    """The location keyboard, only where there are no buttons; groups refuse it (their ids are negative)."""
    if card.asks_location and not chat.startswith("-"):
        return ASK_LOCATION
    return REMOVE if keyboard_shown and not card.replaces else None  # an edit can't carry it


def _put_markup(calls: list[Call], markup: Markup | None) -> None:
    if calls and markup is not None:
        calls[-1].params["reply_markup"] = markup


def _manners(card: Outgoing, *, loud: bool) -> dict[str, bool]:
    """Of a card in several messages one makes the sound: the first with words."""
    quiet = {"disable_notification": True} if card.quiet or not loud else {}
    return {**quiet, **({"protect_content": True} if card.protected else {})}


def _chat(chat: str) -> int | str:
    return int(chat) if chat.lstrip("-").isdigit() else chat
