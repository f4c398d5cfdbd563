"""A verified webhook becomes an Inbound: fields in, value out, nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from math import isfinite

from bot.channels.whatsapp import numbers
from bot.channels.whatsapp.signature import Refused, form
from bot.domain.territory import Point
from bot.messages import Address, Attachment, AttachmentKind, Inbound, InboundKind

NAME = "whatsapp"
MAX_MEDIA = 10
REFERENCE = re.compile(r"((?:SM|MM)[0-9a-fA-F]{32})/(ME[0-9a-fA-F]{32})")
_MEDIA_PATH = re.compile(r"/Messages/((?:SM|MM)[0-9a-fA-F]{32})/Media/(ME[0-9a-fA-F]{32})(?:\.json)?$")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_KINDS = {
    "image/webp": AttachmentKind.STICKER,
    "audio/ogg": AttachmentKind.VOICE,
    "text/vcard": AttachmentKind.CONTACT,
    "text/x-vcard": AttachmentKind.CONTACT,
    "text/directory": AttachmentKind.CONTACT,
}
_FAMILIES = {
    "image": AttachmentKind.PHOTO,
    "audio": AttachmentKind.AUDIO,
    "video": AttachmentKind.VIDEO,
    "application": AttachmentKind.DOCUMENT,
    "text": AttachmentKind.DOCUMENT,
}


class Unreadable(ValueError):
    """Genuine, but not in a form that we know."""


def inbound_id(sid: str) -> str:
    """The key of de-duplication."""
    return f"tw:{sid}"


def clean(text: str) -> str:
    """Without what no database or terminal can hold: NUL, lone surrogates."""
    return text if text.isascii() and "\x00" not in text else _UNSTORABLE.sub("", text)


def read(fields: Mapping[str, str], raw: bytes, at: datetime) -> Inbound:
    """What the person did. Raises Unreadable."""
    told = {name: clean(value) for name, value in fields.items()}
    token = _token(told)
    return Inbound(
        id=inbound_id(told["MessageSid"]),
        address=Address(NAME, _sender(told)),
        at=at,
        kind=_kind(told, token),
        text=told.get("Body") or told.get("ButtonText") or told.get("ListTitle") or "",
        token=token,
        card_id=told.get("OriginalRepliedMessageSid", ""),
        point=_point(told),
        place_name=", ".join(dict.fromkeys(filter(None, (told.get("Label"), told.get("Address"))))),
        attachments=_attachments(told),
        forwarded="true" in (told.get("Forwarded"), told.get("FrequentlyForwarded")),
        other_ids=numbers.other_ids(told["From"], told.get("WaId", ""), told.get("ExternalUserId", "")),
        raw=raw,
    )


def read_kept(raw: bytes, at: datetime) -> Inbound | None:
    """The same from the bytes that were kept: a webhook's form, or what a listing told. None: not understood."""
    try:
        fields = json.loads(raw) if raw.startswith(b"{") else form(raw)
        return read(fields, raw, at)
    except (Unreadable, Refused, ValueError, LookupError):
        return None


def unreadable(fields: Mapping[str, str], raw: bytes, at: datetime) -> Inbound:
    """The same message when we can't read it: kept whole, so that a person can."""
    return Inbound(
        id=inbound_id(fields["MessageSid"]),
        address=Address(NAME, clean(fields.get("From", ""))),
        at=at,
        kind=InboundKind.UNREADABLE,
        raw=raw,
    )


def _sender(told: Mapping[str, str]) -> str:
    """Exactly as received: a phone, or the business-scoped id of who has a user name and hides the phone."""
    sender = told.get("From", "")
    if not sender.removeprefix(numbers.PREFIX):
        raise Unreadable("no sender")
    return sender


def _kind(told: Mapping[str, str], token: str) -> InboundKind:
    # Twilio has already stopped this address by itself: what we send would come back as 21610.
    if told.get("OptOutType") == "STOP":
        return InboundKind.BLOCKED
    return InboundKind.TAP if token else InboundKind.MESSAGE


def _token(told: Mapping[str, str]) -> str:
    """The token of the tapped button or row. The row's field is not documented: first found."""
    return told.get("ButtonPayload") or told.get("ListId") or _interactive_id(told.get("InteractiveData", ""))


def _interactive_id(data: str) -> str:
    """The id in WhatsApp's own JSON: `{"list_reply": {"id": …}}`, or the id at the top."""
    if not data:
        return ""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict):
        return ""
    candidates = [told, *(each for each in told.values() if isinstance(each, dict))]
    return next((clean(each["id"]) for each in candidates if isinstance(each.get("id"), str)), "")


def _point(told: Mapping[str, str]) -> Point | None:
    written = told.get("Latitude", ""), told.get("Longitude", "")
    if written == ("", ""):
        return None
    try:
        lat, lon = float(written[0]), float(written[1])
    except ValueError:
        raise Unreadable("coordinates") from None
    if not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise Unreadable("coordinates")
    return Point(lat, lon)


def _attachments(told: Mapping[str, str]) -> tuple[Attachment, ...]:
    count = told.get("NumMedia") or "0"
    if not (count.isascii() and count.isdigit()) or int(count) > MAX_MEDIA:
        raise Unreadable("media count")
    return tuple(_attachment(told, number) for number in range(int(count)))


def _attachment(told: Mapping[str, str], number: int) -> Attachment:
    """Two ids, never the address that came with them: what is fetched later is rebuilt from these."""
    found = _MEDIA_PATH.search(told.get(f"MediaUrl{number}", ""))
    if not found:
        raise Unreadable("media address")
    content_type = told.get(f"MediaContentType{number}", "").partition(";")[0].strip().lower()
    return Attachment(
        kind=kind_of(content_type, told.get("MessageType", "")),
        reference=f"{found[1]}/{found[2]}",
        content_type=content_type,
    )


def kind_of(content_type: str, message_type: str = "") -> AttachmentKind:
    """What kind of file it is. WhatsApp's stickers are WebP; its photos are not, unless it says so itself."""
    if content_type == "image/webp" and message_type == "image":
        return AttachmentKind.PHOTO
    family = content_type.partition("/")[0]
    return _KINDS.get(content_type) or _FAMILIES.get(family, AttachmentKind.OTHER)
