"""Channel-neutral words: what comes in, what goes out, what a channel can carry.

Every message makes a dozen of these, so they are msgspec's structs: made, copied and turned into plain values without
running Python for each field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from bot.domain.territory import Point


class Address(msgspec.Struct, frozen=True):
    """A channel and the person's id there, exactly as the channel gave it (courier: URN)."""

    channel: str  # "telegram", "whatsapp", "simulator"
    id: str

    def __repr__(self) -> str:
        """Never the id: an address in a log or a traceback is a leak."""
        return f"Address({self.channel!r}, ***)"


class InboundKind(StrEnum):
    """What happened on the other side."""

    MESSAGE = "message"
    TAP = "tap"  # a button or a list row
    EDIT = "edit"  # the person corrected an earlier message
    MOVE = "move"  # a place shared live is elsewhere now: nothing is kept of it but, of who is on duty, the place
    BLOCKED = "blocked"  # the person stopped us; nothing is sent until they write again
    UNREADABLE = (
        "unreadable"  # the channel gave something that we can't read: kept whole, told to the operator
    )


class AttachmentKind(StrEnum):
    """What kind of file it is, as far as we care."""

    PHOTO = "photo"
    VOICE = "voice"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"
    CONTACT = "contact"
    OTHER = "other"


class Attachment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that stands at the provider until we fetch it, or in our own media store once fetched."""

    kind: AttachmentKind
    reference: str  # how its channel finds it again (file_id; MessageSid/MediaSid): never a URL
    content_type: str = ""
    size: int | None = None  # bytes, as declared
    seconds: int | None = None
    album: str = ""  # files sent together share it


class Inbound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing a person did, from any channel."""

    id: str  # unique per provider event: "tg:<bot>:<update_id>", "tw:<MessageSid>": the key of de-duplication
    address: Address
    at: datetime  # when the person did it, as the channel says (aware)
    kind: InboundKind = InboundKind.MESSAGE
    text: str = ""  # text or caption, as written; NUL and lone surrogates already removed
    token: str = ""  # of the tapped button or row
    tap_id: str = ""  # what the channel needs to stop the spinner (callback query id)
    message_id: str = ""  # provider's id of the person's own message, where the channel can take it away
    card_id: str = ""  # provider's id of our message that was tapped or replied to
    point: Point | None = None
    place_name: str = ""  # venue or pin label
    attachments: tuple[Attachment, ...] = ()
    start: str = ""  # payload of a deep link
    forwarded: bool = False
    locale: str = ""  # as the channel says; "" unknown
    other_ids: tuple[str, ...] = ()  # further ids of the same person there (BSUID, phone without the 1)
    private: bool = True  # False: a group; where it is none of a sector, reception says one line and leaves
    sender: str = ""  # in a group: the id that this person's own chat has there
    anonymous: bool = False  # in a group: an administrator who hides who they are
    raw: bytes = b""  # the provider's bytes, kept sealed for a few days


class Action(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A button or a row. The token says what it does; delivery signs it, reception checks it."""

    label: str  # at most 20 characters for a button, 24 for a row
    token: str
    description: str = ""  # at most 72; rows only
    style: str = ""  # "", "primary", "danger": where the channel has colours
    start: str = ""  # in a group: opens the private chat with this payload, where the channel has such links
    url: str = ""  # what the channel makes of `start`


class TemplateUse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An approved text for outside the WhatsApp window."""

    name: str  # of the municipality's table of templates -> ContentSid
    variables: tuple[str, ...] = ()


class ContactCard(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody to be saved in the phone's own list: an institution, never a private number."""

    name: str
    phone: str  # E.164, "+529830000001"
    hours: str = ""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A card: a notice rendered for one recipient. The channel decides the widgets, and drops aloud.

    Texts are plain: `title` is shown bold where the channel has bold, nothing else is marked up, so nothing
    that a person wrote can become markup.
    """

    title: str = ""
    lines: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()  # buttons: at most 3 on WhatsApp, any number up to 8 elsewhere
    rows: tuple[Action, ...] = ()  # a list to choose from: at most 10
    rows_label: str = ""  # the word that opens the list, at most 20
    pin: Point | None = None
    pin_label: str = ""
    asks_location: bool = False  # the channel may offer its own "share my location"
    contact: ContactCard | None = (
        None  # a card to save where the channel has one, else name and number in words
    )
    attachments: tuple[Attachment, ...] = ()  # of our own media store (`reference` = media id)
    copy: str = ""  # text of a copy button where the channel has one (a folio)
    quiet: bool = False  # without sound
    protected: bool = False  # can't be forwarded or saved where the channel can say so
    replaces: str = ""  # provider's id of our own message that this one edits in place, where the channel can
    toast: str = ""  # answer to a tap (tap_id of the Inbound); short, shown over the chat where possible
    tap_id: str = ""
    template: TemplateUse | None = None
    role: str = ""  # the person's new role: the channel shows its commands, where it has any
    erases: str = ""  # provider's id of the person's message that goes from the chat, where the channel can
    leaves: bool = False  # after this the bot leaves the group, where the channel has groups

    @property
    def text(self) -> str:
        """Everything that is read, in one piece, for channels without layout and for tests."""
        return "\n".join(part for part in (self.title, *self.lines) if part)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, without what is as usual: how a reply waits in the outbox."""
        kept: dict[str, Any] = msgspec.to_builtins(self)
        return kept

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Outgoing:
        """What `as_dict` wrote."""
        return msgspec.convert(stored, cls)

    def with_(self, **changes: object) -> Outgoing:
        """A copy with some fields changed."""
        return msgspec.structs.replace(self, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can carry; the same data drive rendering, the simulator and the tests."""

    max_text: int
    max_buttons: int
    button_label: int
    max_rows: int
    row_label: int = 24
    row_description: int = 72
    max_token: int = 64  # bytes
    edits: bool = False
    deletes: bool = False
    protects: bool = False
    asks_location: bool = False
    window: bool = False  # has a session window outside of which only templates go
    colours: bool = False
    receipts: bool = False  # tells delivered / read
    interactive_text: int = 1024  # longest body that may carry buttons or rows


TELEGRAM = Capabilities(
    max_text=4096,
    max_buttons=8,
    button_label=30,
    max_rows=10,
    edits=True,
    deletes=True,
    protects=True,
    asks_location=True,
    colours=True,
    interactive_text=4096,
)
WHATSAPP = Capabilities(
    max_text=1600, max_buttons=3, button_label=20, max_rows=10, max_token=200, window=True, receipts=True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a channel says later about a message it accepted."""

    provider_id: str
    status: str  # queued, sent, delivered, read, failed
    error: str = ""  # the provider's code
    raw: dict[str, str] = field(default_factory=dict)


class StoreUnavailable(Exception):
    """The message could not be committed: the provider must be told 503, never 200."""
