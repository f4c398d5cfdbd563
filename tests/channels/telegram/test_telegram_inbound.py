"""Raw updates in, Inbounds out; python-telegram-bot reads the same updates and must agree."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Update

from bot.channels.telegram.inbound import read
from bot.channels.telegram.updates import SERVICE_FIELDS
from bot.domain.territory import Point
from bot.messages import Address, Attachment, AttachmentKind, Inbound, InboundKind

BOT = "123456789"
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
SENT = datetime(2026, 11, 23, 14, 59, 0, tzinfo=UTC)
DATE = int(SENT.timestamp())
LUPITA = {"id": 101, "is_bot": False, "first_name": "Lupita", "language_code": "es"}
CHAT = {"id": 101, "type": "private", "first_name": "Lupita"}
GROUP = {"id": -900, "type": "group", "title": "Vecinos"}
FILE = {"file_id": "F1", "file_unique_id": "u1"}
SIZES = [
    {**FILE, "file_id": "S", "width": 90, "height": 60, "file_size": 900},
    {**FILE, "file_id": "L", "width": 1280, "height": 960, "file_size": 90_000},
    {**FILE, "file_id": "M", "width": 320, "height": 240, "file_size": 9_000},
]
PIN = {"latitude": 18.5036, "longitude": -88.3055}
POINT = Point(18.5036, -88.3055)


def message(**content: Any) -> dict[str, Any]:
    """A message of Lupita in her private chat."""
    return {"message": {"message_id": 7, "date": DATE, "chat": CHAT, "from": LUPITA, **content}}


def edited(**content: Any) -> dict[str, Any]:
    return {"edited_message": {**message(**content)["message"], "edit_date": DATE + 60}}


def tap(**fields: Any) -> dict[str, Any]:
    card = {"message_id": 5, "date": DATE, "chat": CHAT, "from": {**LUPITA, "id": int(BOT), "is_bot": True}}
    query = {"id": "q1", "from": LUPITA, "chat_instance": "1", "message": card, "data": "tok", **fields}
    return {"callback_query": {key: value for key, value in query.items() if value is not None}}


def member(status: str, chat: dict[str, Any] = CHAT) -> dict[str, Any]:
    bot = {**LUPITA, "id": int(BOT), "is_bot": True}
    change = {"chat": chat, "from": LUPITA, "date": DATE}
    sides = {
        "old_chat_member": {"user": bot, "status": "member"},
        "new_chat_member": {"user": bot, "status": status},
    }
    if status == "kicked":
        sides["new_chat_member"]["until_date"] = 0
    return {"my_chat_member": {**change, **sides}}


def file(kind: AttachmentKind, content_type: str, **more: Any) -> dict[str, Any]:
    return {"attachments": (Attachment(kind=kind, reference="F1", content_type=content_type, **more),)}


def photo(**more: Any) -> dict[str, Any]:
    large = Attachment(
        kind=AttachmentKind.PHOTO, reference="L", content_type="image/jpeg", size=90_000, **more
    )
    return {"attachments": (large,)}


OTHER = {"attachments": (Attachment(kind=AttachmentKind.OTHER, reference=""),)}
MP4 = {"width": 1, "height": 1, "duration": 4, "mime_type": "video/mp4"}

# label, raw update, what differs from an empty private message of Lupita; None = asks nothing of us
UPDATES: list[tuple[str, dict[str, Any], dict[str, Any] | None]] = [
    ("text", message(text="hola"), {"text": "hola"}),
    ("text keeps its lines", message(text=" a\n b "), {"text": " a\n b "}),
    ("NUL goes", message(text="a\x00b"), {"text": "ab"}),
    ("emoji stay", message(text="🚓 ñ"), {"text": "🚓 ñ"}),
    ("command", message(text="/mis_reportes"), {"text": "/mis_reportes"}),
    ("command for this bot", message(text="/menu@proximidad_bot"), {"text": "/menu"}),
    ("command with words", message(text="/anotar@x_bot poste caído"), {"text": "/anotar poste caído"}),
    ("an address in a text is none", message(text="vea /a@b"), {"text": "vea /a@b"}),
    ("start", message(text="/start"), {"text": "/start"}),
    ("deep link", message(text="/start s7-Ab_c"), {"text": "/start", "start": "s7-Ab_c"}),
    ("start with no payload's words", message(text="/start ¿qué?"), {"text": "/start ¿qué?"}),
    ("photo: the largest", message(photo=SIZES), photo()),
    ("photo with caption", message(photo=SIZES, caption="aquí"), {"text": "aquí", **photo()}),
    ("album", message(photo=SIZES, media_group_id="g1"), photo(album="g1")),
    (
        "a caption is no command",
        message(photo=SIZES, caption="/start x"),
        {"text": "/start", "start": "x", **photo()},
    ),
    (
        "voice",
        message(voice={**FILE, "duration": 3, "mime_type": "audio/ogg", "file_size": 12}),
        file(AttachmentKind.VOICE, "audio/ogg", size=12, seconds=3),
    ),
    (
        "voice without a type",
        message(voice={**FILE, "duration": 3}),
        file(AttachmentKind.VOICE, "audio/ogg", seconds=3),
    ),
    (
        "audio",
        message(audio={**FILE, "duration": 9, "mime_type": "audio/mpeg"}),
        file(AttachmentKind.AUDIO, "audio/mpeg", seconds=9),
    ),
    ("video", message(video={**FILE, **MP4}), file(AttachmentKind.VIDEO, "video/mp4", seconds=4)),
    (
        "video note",
        message(video_note={**FILE, "length": 240, "duration": 4}),
        file(AttachmentKind.VIDEO, "video/mp4", seconds=4),
    ),
    (
        "animation, not its document twin",
        message(animation={**FILE, **MP4}, document={**FILE, "file_id": "F2"}),
        file(AttachmentKind.VIDEO, "video/mp4", seconds=4),
    ),
    (
        "document",
        message(document={**FILE, "mime_type": "application/pdf", "file_name": "x.pdf"}),
        file(AttachmentKind.DOCUMENT, "application/pdf"),
    ),
    (
        "sticker",
        message(
            sticker={
                **FILE,
                "type": "regular",
                "width": 1,
                "height": 1,
                "is_animated": False,
                "is_video": False,
            }
        ),
        file(AttachmentKind.STICKER, ""),
    ),
    (
        "contact: its words are the text",
        message(contact={"phone_number": "+5219830000000", "first_name": "Don", "last_name": "Beto"}),
        {
            "text": "Don Beto +5219830000000",
            "attachments": (Attachment(kind=AttachmentKind.CONTACT, reference=""),),
        },
    ),
    ("pin", message(location=PIN), {"point": POINT}),
    ("live location: the first fix", message(location={**PIN, "live_period": 900}), {"point": POINT}),
    (
        "venue, not its location twin twice",
        message(location=PIN, venue={"location": PIN, "title": "Parque", "address": "Av. Héroes"}),
        {"point": POINT, "place_name": "Parque, Av. Héroes"},
    ),
    (
        "forwarded",
        message(text="lea", forward_origin={"type": "hidden_user", "date": DATE, "sender_user_name": "x"}),
        {"text": "lea", "forwarded": True},
    ),
    (
        "answer to our card",
        message(text="sí", reply_to_message={**tap()["callback_query"]["message"], "text": "¿?"}),
        {"text": "sí", "card_id": "5"},
    ),
    (
        "answer to oneself",
        message(text="sí", reply_to_message={**message(text="a")["message"], "message_id": 6}),
        {"text": "sí"},
    ),
    ("dice: somebody waits for an answer", message(dice={"emoji": "🎲", "value": 3}), OTHER),
    ("what nobody knows yet", message(hologram={"a": 1}), OTHER),
    ("pinned message", message(pinned_message={**message(text="x")["message"]}), None),
    (
        "group",
        message(text="hola", chat=GROUP),
        {"text": "hola", "address": -900, "private": False, "sender": str(LUPITA["id"])},
    ),
    (
        "anonymous administrator",
        message(text="/vincular x", chat=GROUP, sender_chat=GROUP),
        {
            "text": "/vincular x",
            "address": -900,
            "private": False,
            "sender": str(LUPITA["id"]),
            "anonymous": True,
        },
    ),
    (
        "added to a group",
        message(chat=GROUP, new_chat_members=[LUPITA]),
        {**OTHER, "address": -900, "private": False, "sender": str(LUPITA["id"])},
    ),
    (
        "group moved, said in the old one",
        message(chat=GROUP, migrate_to_chat_id=-1009),
        {"address": -1009, "other_ids": ("-900",), "private": False, "locale": ""},
    ),
    (
        "group moved, said in the new one",
        message(chat={**GROUP, "id": -1009, "type": "supergroup"}, migrate_from_chat_id=-900),
        {"address": -1009, "other_ids": ("-900",), "private": False, "locale": ""},
    ),
    (
        "no language",
        message(text="a", **{"from": {**LUPITA, "language_code": ""}}),
        {"text": "a", "locale": ""},
    ),
    ("edit", edited(text="era aquí"), {"kind": InboundKind.EDIT, "text": "era aquí", "at": 60}),
    (
        "live location moves",
        edited(location=PIN),
        {"kind": InboundKind.MOVE, "point": POINT, "at": 60, "raw": b""},
    ),
    ("tap", tap(), {"kind": InboundKind.TAP, "token": "tok", "tap_id": "q1", "card_id": "5", "at": NOW}),
    (
        "tap on a card too old to be seen",
        tap(message={"message_id": 5, "date": 0, "chat": CHAT}),
        {"kind": InboundKind.TAP, "token": "tok", "tap_id": "q1", "card_id": "5", "at": NOW},
    ),
    (
        "tap without a card",
        tap(message=None, inline_message_id="i"),
        {"kind": InboundKind.TAP, "token": "tok", "tap_id": "q1", "at": NOW},
    ),
    (
        "tap in a group",
        tap(message={"message_id": 5, "date": 0, "chat": GROUP}),
        {
            "kind": InboundKind.TAP,
            "token": "tok",
            "tap_id": "q1",
            "card_id": "5",
            "at": NOW,
            "address": -900,
            "private": False,
            "sender": str(LUPITA["id"]),
        },
    ),
    ("blocked", member("kicked"), {"kind": InboundKind.BLOCKED}),
    ("unblocked says nothing", member("member"), None),
    (
        "put out of a group",
        member("kicked", GROUP),
        {"kind": InboundKind.BLOCKED, "address": -900, "private": False},
    ),
    (
        "left a group",
        member("left", GROUP),
        {"kind": InboundKind.BLOCKED, "address": -900, "private": False},
    ),
    (
        "a kind that we do not ask for",
        {"poll_answer": {"poll_id": "1", "user": LUPITA, "option_ids": [0], "option_persistent_ids": ["a"]}},
        None,
    ),
]
LABELS = [row[0] for row in UPDATES]


def raw(update: dict[str, Any]) -> bytes:
    return json.dumps({"update_id": 42, **update}).encode()


def expected(update: dict[str, Any], fields: dict[str, Any]) -> Inbound:
    given = {"at": SENT, "locale": "es", "address": 101, **fields}
    if isinstance(given["at"], int):
        given["at"] = datetime.fromtimestamp(DATE + given["at"], UTC)
    given["address"] = Address("telegram", str(given["address"]))
    own = update.get("message") or update.get("edited_message")
    if own is not None and "other_ids" not in fields:  # a message of the person can be taken away again
        given["message_id"] = str(own["message_id"])
    return Inbound(**{"id": f"tg:{BOT}:42", "raw": raw(update), **given})


@pytest.mark.parametrize(("label", "update", "fields"), UPDATES, ids=LABELS)
def test_each_update_says_what_the_person_did(
    label: str, update: dict[str, Any], fields: dict[str, Any] | None
) -> None:
    assert read(raw(update), BOT, NOW) == (fields and expected(update, fields))


@pytest.mark.parametrize(("label", "update", "fields"), UPDATES, ids=LABELS)
def test_the_library_reads_the_same(
    label: str, update: dict[str, Any], fields: dict[str, Any] | None
) -> None:
    """python-telegram-bot is the reference of our own, faster reading."""
    theirs = Update.de_json(json.loads(raw(update)), None)
    ours = read(raw(update), BOT, NOW)
    if ours is None or ours.other_ids:
        return
    assert ours.id.endswith(f":{theirs.update_id}")
    if theirs.effective_chat is not None:
        assert ours.address.id == str(theirs.effective_chat.id)
    assert ours.locale == (theirs.effective_user.language_code or "")
    if theirs.callback_query:
        assert (ours.token, ours.tap_id) == (theirs.callback_query.data, theirs.callback_query.id)
    elif theirs.effective_message:
        _same_message(ours, theirs.effective_message)


def _same_message(ours: Inbound, theirs: Any) -> None:
    assert ours.at == (theirs.edit_date or theirs.date)
    assert ours.message_id == str(theirs.message_id)
    assert ours.forwarded == (theirs.forward_origin is not None)
    if theirs.location:
        assert ours.point == Point(theirs.location.latitude, theirs.location.longitude)
    files = theirs.effective_attachment
    if ours.attachments and ours.attachments[0].reference:
        known = {size.file_id for size in files} if isinstance(files, tuple) else {files.file_id}
        assert ours.attachments[0].reference in known


@pytest.mark.parametrize("field", sorted(SERVICE_FIELDS))
def test_what_telegram_itself_says_asks_nothing_of_us(field: str) -> None:
    assert read(raw(message(**{field: True})), BOT, NOW) is None


def test_a_rich_message_is_read_as_its_words() -> None:
    blocks = [
        {"type": "paragraph", "text": ["Hay un ", {"type": "bold", "text": "bache"}]},
        {"type": "list", "items": [{"blocks": [{"type": "paragraph", "text": "hondo"}]}]},
    ]
    found = read(raw(message(rich_message={"blocks": blocks})), BOT, NOW)
    assert found is not None
    assert found.text == "Hay un bache\nhondo"


UNREADABLE: list[tuple[str, bytes, str, str]] = [
    ("no JSON", b"\xff\xfe{", "x", ""),
    ("nothing", b"", "x", ""),
    ("a list", b"[1]", "x", ""),
    ("a text", b'"hola"', "x", ""),
    ("no update_id", b'{"message":{}}', "x", ""),
    ("update_id of the wrong type", b'{"update_id":"a"}', "x", ""),
    (
        "message without a date",
        raw({"message": {"message_id": 1, "chat": CHAT, "from": LUPITA}}),
        "42",
        "101",
    ),
    ("date beyond time", raw(message(text="a", date=10**17)), "42", "101"),
    ("text that is a number", raw(message(text=5)), "42", "101"),
    ("chat that is a list", raw(message(text="a", chat=[])), "42", "101"),
    ("tap of nobody", raw({"callback_query": {"id": "1", "data": "x"}}), "42", ""),
    ("cut off", raw(message(text="a"))[:-9], "42", ""),
    ("too deep", b'{"update_id":42,"message":' + b"[" * 100_000, "42", ""),
    ("deep and closed", b'{"update_id":42,"message":' + b"[" * 90_000 + b"]" * 90_000 + b"}", "42", ""),
]


@pytest.mark.parametrize(
    ("label", "given_", "number", "chat"), UNREADABLE, ids=[row[0] for row in UNREADABLE]
)
def test_what_cannot_be_read_is_kept_whole(label: str, given_: bytes, number: str, chat: str) -> None:
    found = read(given_, BOT, NOW)
    assert found is not None
    assert (found.kind, found.raw, found.at) == (InboundKind.UNREADABLE, given_, NOW)
    assert found.id.startswith(f"tg:{BOT}:{number}")
    assert found.address.id == chat
    assert read(given_, BOT, NOW) == found, "the same thing twice has the same id"


@pytest.mark.parametrize(
    ("label", "text", "expected_text"),
    [
        ("half a pair, escaped", rb"\ud83d hola", " hola"),
        ("the wrong half first", rb"a\ude00\ud83db", "ab"),
        ("a whole pair stays", rb"\ud83d\ude00", "😀"),
        ("stray byte", b"a\xffb", "a\ufffdb"),
        ("NUL and half a pair", rb"\u0000x\udc00", "x"),
    ],
)
def test_broken_letters_do_not_hide_a_message(label: str, text: bytes, expected_text: str) -> None:
    update = raw(message(text="@@")).replace(b"@@", text)
    found = read(update, BOT, NOW)
    assert found is not None
    assert (found.kind, found.text, found.raw) == (InboundKind.MESSAGE, expected_text, update)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "text",
    "caption",
    "photo",
    "voice",
    "location",
    "venue",
    "contact",
    "chat",
    "from",
    "date",
    "rich_message",
]


@given(field=st.sampled_from(FIELDS), value=anything)
@settings(max_examples=150, deadline=None)
def test_no_update_raises_whatever_stands_in_it(field: str, value: Any) -> None:
    update = json.dumps({"update_id": 42, **message(**{"text": "hola", field: value})}).encode()
    found = read(update, BOT, NOW)
    assert found is None or found.id == f"tg:{BOT}:42"


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise(given_: bytes) -> None:
    found = read(given_, BOT, NOW)
    assert found is None or found.raw == given_
