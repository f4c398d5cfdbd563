"""The fields of a Bot API update that we read, and no others: reading them all costs twenty times as much."""

from __future__ import annotations

from typing import Any

import msgspec

# Always sent in full: omitted, Telegram would keep whatever an earlier release asked for.
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]

# What Telegram itself says in a chat: nobody wrote it, so nobody waits for an answer.
# fmt: off
SERVICE_FIELDS = frozenset(
    {
        "boost_added", "channel_chat_created", "chat_background_set", "chat_owner_changed",
        "chat_owner_left", "chat_shared", "checklist_tasks_added", "checklist_tasks_done",
        "connected_website", "delete_chat_photo", "direct_message_price_changed",
        "forum_topic_closed", "forum_topic_created", "forum_topic_edited", "forum_topic_reopened",
        "general_forum_topic_hidden", "general_forum_topic_unhidden", "gift", "gift_upgrade_sent",
        "giveaway_completed", "giveaway_created", "left_chat_member", "managed_bot_created",
        "message_auto_delete_timer_changed", "new_chat_photo", "new_chat_title",
        "paid_message_price_changed", "pinned_message", "poll_option_added", "poll_option_deleted",
        "proximity_alert_triggered", "refunded_payment", "successful_payment",
        "suggested_post_approval_failed", "suggested_post_approved", "suggested_post_declined",
        "suggested_post_paid", "suggested_post_refunded", "unique_gift", "users_shared",
        "video_chat_ended", "video_chat_participants_invited", "video_chat_scheduled",
        "video_chat_started", "web_app_data", "write_access_allowed",
    }
)
# fmt: on


class User(msgspec.Struct):
    """Who did it."""

    id: int
    language_code: str = ""


class Chat(msgspec.Struct):
    """Where; a private chat has the id of its person."""

    id: int
    type: str = "private"


class Photo(msgspec.Struct):
    """One size of a photo."""

    file_id: str
    width: int = 0
    height: int = 0
    file_size: int | None = None


class File(msgspec.Struct):
    """Any other file: voice, audio, video, document, sticker."""

    file_id: str
    mime_type: str = ""
    file_size: int | None = None
    duration: int | None = None


class Location(msgspec.Struct):
    """A pin; with a live period it will move."""

    latitude: float
    longitude: float
    live_period: int | None = None


class Venue(msgspec.Struct):
    """A place with a name."""

    location: Location
    title: str = ""
    address: str = ""


class Contact(msgspec.Struct):
    """A card of somebody, not necessarily of the sender."""

    phone_number: str = ""
    first_name: str = ""
    last_name: str = ""


class RepliedTo(msgspec.Struct):
    """The message that this one answers."""

    message_id: int
    sender: User | None = msgspec.field(default=None, name="from")


class Message(msgspec.Struct):
    """One message of a person."""

    message_id: int
    date: int
    chat: Chat
    sender: User | None = msgspec.field(default=None, name="from")
    sender_chat: Chat | None = None
    edit_date: int | None = None
    text: str = ""
    caption: str = ""
    media_group_id: str = ""
    photo: list[Photo] = []
    voice: File | None = None
    audio: File | None = None
    video: File | None = None
    video_note: File | None = None
    animation: File | None = None
    document: File | None = None
    sticker: File | None = None
    contact: Contact | None = None
    location: Location | None = None
    venue: Venue | None = None
    forward_origin: Any = None
    rich_message: Any = None
    reply_to_message: RepliedTo | None = None
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None


class Card(msgspec.Struct):
    """The message under a tapped button; it may be too old to be more than its id."""

    message_id: int
    chat: Chat


class Tap(msgspec.Struct):
    """A pressed inline button."""

    id: str
    sender: User = msgspec.field(name="from")
    data: str = ""
    message: Card | None = None


class Member(msgspec.Struct):
    """What the bot is in a chat now."""

    status: str = ""


class Membership(msgspec.Struct):
    """The bot was blocked, let in again, put out, promoted."""

    chat: Chat
    date: int
    new_chat_member: Member
    sender: User | None = msgspec.field(default=None, name="from")


class Update(msgspec.Struct):
    """One thing that happened."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Tap | None = None
    my_chat_member: Membership | None = None
