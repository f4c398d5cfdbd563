"""One update of the Bot API -> one Inbound."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.channels.telegram.texts import clean
from bot.channels.telegram.updates import (
    SERVICE_FIELDS,
    Chat,
    Contact,
    File,
    Location,
    Membership,
    Message,
    Photo,
    Tap,
    Update,
    User,
    Venue,
)
from bot.domain.territory import Point
from bot.messages import Address, Attachment, AttachmentKind, Inbound, InboundKind

# Everything that bytes of the wrong shape can raise here.
BAD_SHAPES = (
    msgspec.MsgspecError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    OSError,
    RecursionError,
)

log = logging.getLogger(__name__)

COMMAND_FOR = re.compile(r"\A(/[A-Za-z0-9_]{1,32})@\w+")
START = re.compile(r"/start\s+([A-Za-z0-9_-]{1,64})\s*")
UPDATE_ID = re.compile(rb'"update_id"\s*:\s*(\d{1,18})')

# Field of the message -> what it is for us, and its type where the Bot API names none. An animation comes
# with a `document` twin for old bots, so it stands before it and the first that is there wins.
FILES: tuple[tuple[str, AttachmentKind, str], ...] = (
    ("voice", AttachmentKind.VOICE, "audio/ogg"),
    ("audio", AttachmentKind.AUDIO, ""),
    ("video", AttachmentKind.VIDEO, "video/mp4"),
    ("video_note", AttachmentKind.VIDEO, "video/mp4"),
    ("animation", AttachmentKind.VIDEO, "video/mp4"),
    ("document", AttachmentKind.DOCUMENT, ""),
    ("sticker", AttachmentKind.STICKER, ""),
)

_update = msgspec.json.Decoder(Update)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every Inbound of one update carries, whatever it says."""

    id: str
    raw: bytes
    bot_id: str
    now: datetime


def read(raw: bytes, bot_id: str, now: datetime) -> Inbound | None:
    """What the update says; None when it asks nothing of us; UNREADABLE, never an exception, else."""
    try:
        update = decode(raw)
        return _inbound(update, Stamp(f"tg:{bot_id}:{update.update_id}", raw, bot_id, now))
    except BAD_SHAPES as error:
        log.warning("unreadable update: %s", type(error).__name__, extra={"action": "telegram.unreadable"})
        return unreadable(raw, bot_id, now)


def decode(raw: bytes) -> Update:
    """The update; what strict UTF-8 refuses (half a pair, stray bytes) is cleaned and read a second time."""
    try:
        return _update.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return msgspec.convert(_cleaned(_loose(raw)), Update)


def unreadable(raw: bytes, bot_id: str, now: datetime) -> Inbound:
    """Kept whole. Its id is the same at each repetition, so that it is kept once."""
    number = update_id_of(raw)
    name = str(number) if number is not None else "x" + hashlib.sha256(raw).hexdigest()[:24]
    return Inbound(
        id=f"tg:{bot_id}:{name}",
        address=Address("telegram", _chat_of(raw)),
        at=now,
        kind=InboundKind.UNREADABLE,
        raw=raw,
    )


def update_id_of(raw: bytes) -> int | None:
    """The number of an update, even of one that can't be read."""
    found = UPDATE_ID.search(raw)
    return int(found[1]) if found else None


def _inbound(update: Update, stamp: Stamp) -> Inbound | None:
    if update.message is not None:
        return _message(update.message, stamp)
    if update.edited_message is not None:
        return _edit(update.edited_message, stamp)
    if update.callback_query is not None:
        return _tap(update.callback_query, stamp)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, stamp)
    _note_other_kind(stamp.raw)
    return None


def _message(message: Message, stamp: Stamp) -> Inbound | None:
    old, new = message.migrate_from_chat_id, message.migrate_to_chat_id
    if old is not None or new is not None:
        return _migration(message, stamp, old=old or message.chat.id, new=new or message.chat.id)
    text, start = _words(message)
    files = tuple(_attachments(message))
    place = message.venue.location if message.venue else message.location
    if not (text or files or place):
        if _is_service(stamp.raw):
            return None
        files = (
            Attachment(kind=AttachmentKind.OTHER, reference=""),
        )  # a poll, a dice, next year's invention
    return Inbound(
        id=stamp.id,
        raw=stamp.raw,
        address=_address(message.chat.id),
        at=_moment(message.date),
        text=text,
        start=start,
        attachments=files,
        point=_point(place),
        place_name=_place_name(message.venue),
        forwarded=message.forward_origin is not None,
        message_id=str(message.message_id),
        card_id=_answered_card(message, stamp.bot_id),
        locale=_locale(message.sender),
        private=message.chat.type == "private",
        sender=_sender(message.sender, message.chat),
        anonymous=message.sender_chat is not None and message.sender_chat.id == message.chat.id,
    )


def _sender(person: User | None, chat: Chat) -> str:
    """Who it was, in a group."""
    return str(person.id) if person and chat.type != "private" else ""


def _edit(message: Message, stamp: Stamp) -> Inbound | None:
    """A corrected message, or the next place of one that is shared live."""
    found = _message(message, stamp)
    at = _moment(message.edit_date or message.date)
    if found is not None and message.location is not None:
        return msgspec.structs.replace(found, kind=InboundKind.MOVE, at=at, raw=b"")
    return found and msgspec.structs.replace(found, kind=InboundKind.EDIT, at=at)


def _tap(tap: Tap, stamp: Stamp) -> Inbound:
    """A pressed button. Telegram does not say when: it drops taps after 150 s, so now is near enough."""
    card = tap.message
    return Inbound(
        id=stamp.id,
        raw=stamp.raw,
        kind=InboundKind.TAP,
        address=_address(card.chat.id if card else tap.sender.id),
        at=stamp.now,
        token=clean(tap.data),
        tap_id=tap.id,
        card_id=str(card.message_id) if card else "",
        locale=_locale(tap.sender),
        private=card is None or card.chat.type == "private",
        sender=_sender(tap.sender, card.chat) if card else "",
    )


def _membership(change: Membership, stamp: Stamp) -> Inbound | None:
    """Blocked, or put out of a group. Being let in again says nothing: the person's next message does."""
    private = change.chat.type == "private"
    if change.new_chat_member.status not in (("kicked",) if private else ("kicked", "left")):
        return None
    return Inbound(
        id=stamp.id,
        raw=stamp.raw,
        kind=InboundKind.BLOCKED,
        address=_address(change.chat.id),
        at=_moment(change.date),
        locale=_locale(change.sender),
        private=private,
    )


def _migration(message: Message, stamp: Stamp, *, old: int, new: int) -> Inbound:
    """A group became a supergroup: the new address, and the one it had. Said twice, once in each."""
    return Inbound(
        id=stamp.id,
        raw=stamp.raw,
        address=_address(new),
        at=_moment(message.date),
        other_ids=(str(old),),
        private=False,
    )


def _is_service(raw: bytes) -> bool:
    """Telegram's own notes in a chat; nobody waits for an answer to them."""
    said = _loose(raw)
    return not SERVICE_FIELDS.isdisjoint(said.get("message") or said.get("edited_message") or {})


def _note_other_kind(raw: bytes) -> None:
    """Not one of the kinds we ask for (queued before we asked, perhaps)."""
    kinds = sorted(_loose(raw).keys() - {"update_id"})
    log.info("update of another kind: %s", ", ".join(kinds)[:80], extra={"action": "telegram.ignored"})


def _words(message: Message) -> tuple[str, str]:
    """Text and payload of a deep link."""
    text = COMMAND_FOR.sub(r"\1", clean(message.text or message.caption))
    if start := START.fullmatch(text):
        return "/start", start[1]
    return text or clean("\n".join(_rich(message.rich_message))) or _contact(message.contact), ""


def _rich(content: Any) -> Iterator[str]:
    """The lines of a rich message, whatever its blocks are."""
    if isinstance(content, list):
        for block in content:
            yield from _rich(block)
    elif isinstance(content, dict):
        if "text" in content:
            yield _inline(content["text"])
        for key in ("summary", "blocks", "items", "cells"):
            yield from _rich(content.get(key))


def _inline(text: Any) -> str:
    """Words inside one line: plain, in pieces, or dressed."""
    if isinstance(text, list):
        return "".join(_inline(piece) for piece in text)
    return _inline(text.get("text")) if isinstance(text, dict) else text if isinstance(text, str) else ""


def _contact(contact: Contact | None) -> str:
    if contact is None:
        return ""
    return clean(
        " ".join(part for part in (contact.first_name, contact.last_name, contact.phone_number) if part)
    )


def _attachments(message: Message) -> Iterator[Attachment]:
    if message.photo:
        yield _photo(message)
    for name, kind, content_type in FILES:
        file = getattr(message, name)
        if file is not None:
            yield _file(file, kind, content_type, message.media_group_id)
            return
    if message.contact is not None:
        yield Attachment(kind=AttachmentKind.CONTACT, reference="")


def _photo(message: Message) -> Attachment:
    """The largest size: a number plate must stay readable."""
    largest: Photo = max(message.photo, key=lambda photo: photo.width * photo.height)
    return Attachment(
        kind=AttachmentKind.PHOTO,
        reference=largest.file_id,
        content_type="image/jpeg",
        size=largest.file_size,
        album=message.media_group_id,
    )


def _file(file: File, kind: AttachmentKind, content_type: str, album: str) -> Attachment:
    return Attachment(
        kind=kind,
        reference=file.file_id,
        content_type=clean(file.mime_type) or content_type,
        size=file.file_size,
        seconds=file.duration,
        album=album,
    )


def _place_name(venue: Venue | None) -> str:
    return clean(", ".join(part for part in (venue.title, venue.address) if part)) if venue else ""


def _answered_card(message: Message, bot_id: str) -> str:
    """The id of our own message that this one answers."""
    answered = message.reply_to_message
    ours = answered and answered.sender and str(answered.sender.id) == bot_id
    return str(answered.message_id) if answered and ours else ""


def _locale(person: User | None) -> str:
    return clean(person.language_code) if person else ""


def _address(chat: int) -> Address:
    return Address("telegram", str(chat))


def _point(location: Location | None) -> Point | None:
    return Point(location.latitude, location.longitude) if location else None


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _loose(raw: bytes) -> dict[str, Any]:
    found = json.loads(raw.decode("utf-8", "replace"))
    if not isinstance(found, dict):
        raise TypeError("not an object")
    return found


def _cleaned(value: Any) -> Any:
    """The same JSON value with clean texts."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): _cleaned(item) for key, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list) else value


def _chat_of(raw: bytes) -> str:
    """Who sent an unreadable update, as far as it can be told: the person hears an apology then."""
    try:
        return next(_chat_ids(_loose(raw).values()), "")
    except BAD_SHAPES:
        return ""


def _chat_ids(things: Iterable[Any]) -> Iterator[str]:
    for thing in things:
        if not isinstance(thing, dict):
            continue
        for person in (thing.get("chat"), thing.get("from")):
            if isinstance(person, dict) and type(person.get("id")) is int:
                yield str(person["id"])
