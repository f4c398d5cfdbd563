"""What Twilio posts, over real HTTP, and what the core hears of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from bot.channels.whatsapp import WhatsAppChannel, webhook
from bot.domain.territory import Point
from bot.messages import Address, AttachmentKind, InboundKind, Outgoing
from tests.channels.whatsapp.conftest import PUBLIC_URL, VECINA, Core
from tests.fakes.twilio_api import FakeTwilio
from tests.fakes.twilio_people import sid, signature

OTHER = "SM" + "b" * 32


async def test_a_text_reaches_the_core(
    served: WhatsAppChannel, twilio: FakeTwilio, core: Core, clock
) -> None:
    assert await twilio.say(VECINA, "hay un coche abandonado") == 200
    (heard,) = core.inbound
    (message,) = twilio.messages
    assert heard.id == f"tw:{message}"
    assert (heard.kind, heard.text) == (InboundKind.MESSAGE, "hay un coche abandonado")
    assert clock() - heard.at < timedelta(seconds=1)
    assert heard.address.id == VECINA
    assert heard.raw.startswith(b"AccountSid=")


async def test_the_answer_is_an_empty_twiml(served: WhatsAppChannel, twilio: FakeTwilio) -> None:
    fields = twilio.inbound_fields(VECINA, "hola")
    headers = {"X-Twilio-Signature": signature(twilio.auth_token, f"{PUBLIC_URL}/twilio/whatsapp", fields)}
    url = f"{twilio.webhook_url}/twilio/whatsapp"
    async with twilio.session.post(url, data=fields, headers=headers) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/xml"
        assert await answer.text() == "<Response/>"


async def test_a_core_that_is_down_is_never_answered_with_success(
    served: WhatsAppChannel, twilio: FakeTwilio, core: Core, vecina: Address
) -> None:
    core.falls()
    assert await twilio.say(VECINA, "hola") == 503
    core.down = RuntimeError("bug")
    assert await twilio.say(VECINA, "hola") == 503


async def test_before_start_and_after_stop_nothing_is_taken(
    served: WhatsAppChannel, twilio: FakeTwilio, core: Core
) -> None:
    await served.stop()
    assert await twilio.say(VECINA, "hola") == 503
    assert core.inbound == []


async def test_both_tokens_are_good_while_one_replaces_the_other(
    twilio: FakeTwilio, served: WhatsAppChannel, core: Core
) -> None:
    served.webhook.gate = replace(served.webhook.gate, tokens=("new", twilio.auth_token))
    assert await twilio.say(VECINA, "con el viejo") == 200
    twilio.auth_token = "new"
    assert await twilio.say(VECINA, "con el nuevo") == 200
    twilio.auth_token = "older"
    assert await twilio.say(VECINA, "con otro") == 403
    assert [each.text for each in core.inbound] == ["con el viejo", "con el nuevo"]


IN = [  # what it is, Twilio's fields, what the core hears
    ("empty", {}, {"kind": InboundKind.MESSAGE, "text": "", "attachments": (), "point": None}),
    ("text", {"Body": "¡Auxilio! 🚨"}, {"text": "¡Auxilio! 🚨", "kind": InboundKind.MESSAGE}),
    ("NUL", {"Body": "a\x00b"}, {"text": "ab"}),
    (
        "button",
        {"Body": "Sí", "ButtonText": "Sí", "ButtonPayload": "t:1"},
        {"token": "t:1", "kind": "tap"},
    ),
    ("button without body", {"ButtonText": "Sí", "ButtonPayload": "t:1"}, {"token": "t:1", "text": "Sí"}),
    ("row", {"Body": "Robo", "ListId": "k:robo", "ListTitle": "Robo"}, {"token": "k:robo", "kind": "tap"}),
    (
        "row by Meta's JSON",
        {
            "Body": "Robo",
            "InteractiveData": '{"type":"list_reply","list_reply":{"id":"k:robo"}}',
        },
        {"token": "k:robo", "kind": "tap"},
    ),
    ("flat JSON", {"InteractiveData": '{"id":"k:1"}'}, {"token": "k:1", "kind": "tap"}),
    ("broken JSON", {"Body": "x", "InteractiveData": "{{{"}, {"token": "", "text": "x"}),
    ("deep JSON", {"Body": "x", "InteractiveData": "[" * 9000}, {"token": "", "kind": "message"}),
    (
        "JSON of another shape",
        {"Body": "x", "InteractiveData": '[{"id":"k"}]'},
        {"token": "", "kind": "message"},
    ),
    (
        "a typed label stays a message",
        {"Body": "Sí", "OriginalRepliedMessageSid": OTHER},
        {"kind": "message", "card_id": OTHER},
    ),
    ("reply to a card", {"Body": "ok", "OriginalRepliedMessageSid": OTHER}, {"card_id": OTHER}),
    ("pin", {"Latitude": "18.5", "Longitude": "-88.3"}, {"point": Point(18.5, -88.3), "place_name": ""}),
    (
        "named pin",
        {"Latitude": "18.5", "Longitude": "-88.3", "Label": "Parque", "Address": "Héroes 12"},
        {"point": Point(18.5, -88.3), "place_name": "Parque, Héroes 12"},
    ),
    ("forwarded", {"Body": "cadena", "Forwarded": "true"}, {"forwarded": True}),
    ("often forwarded", {"Body": "cadena", "FrequentlyForwarded": "true"}, {"forwarded": True}),
    ("not forwarded", {"Body": "hola", "Forwarded": "false"}, {"forwarded": False}),
    ("stopped at Twilio", {"Body": "STOP", "OptOutType": "STOP"}, {"kind": InboundKind.BLOCKED}),
    ("started again", {"Body": "START", "OptOutType": "START"}, {"kind": InboundKind.MESSAGE}),
    ("unknown field", {"Body": "hola", "SomethingNewIn2027": "x"}, {"text": "hola"}),
    ("phone", {"WaId": "5219831234567"}, {"other_ids": ("whatsapp:+529831234567",)}),
    (
        "phone with its BSUID",
        {"ExternalUserId": "MX.13491208655302741918"},
        {"other_ids": ("whatsapp:+529831234567", "whatsapp:MX.13491208655302741918")},
    ),
    ("pin out of the world", {"Latitude": "91", "Longitude": "0"}, {"kind": InboundKind.UNREADABLE}),
    ("pin of letters", {"Latitude": "x", "Longitude": "0"}, {"kind": InboundKind.UNREADABLE}),
    ("pin that is no number", {"Latitude": "nan", "Longitude": "0"}, {"kind": InboundKind.UNREADABLE}),
    ("half a pin", {"Latitude": "18.5"}, {"kind": InboundKind.UNREADABLE}),
    ("media without address", {"NumMedia": "1"}, {"kind": InboundKind.UNREADABLE}),
    (
        "media elsewhere",
        {"NumMedia": "1", "MediaUrl0": "http://10.0.0.1/"},
        {"kind": InboundKind.UNREADABLE},
    ),
    ("media without number", {"NumMedia": "many"}, {"kind": InboundKind.UNREADABLE}),
    ("too many media", {"NumMedia": "9999"}, {"kind": InboundKind.UNREADABLE}),
    ("a superscript as count", {"NumMedia": "²"}, {"kind": InboundKind.UNREADABLE}),
    ("nobody", {"From": "whatsapp:"}, {"kind": InboundKind.UNREADABLE}),
]


@pytest.mark.parametrize(("fields", "heard"), [case[1:] for case in IN], ids=[case[0] for case in IN])
async def test_in(served: WhatsAppChannel, twilio: FakeTwilio, core: Core, fields, heard) -> None:
    assert await twilio.arrives(VECINA, fields.get("Body", ""), **{"MessageSid": sid("SM"), **fields}) == 200
    (inbound,) = core.inbound
    assert {name: getattr(inbound, name) for name in heard} == heard
    assert inbound.raw
    assert inbound.id.startswith("tw:SM")


@pytest.mark.parametrize(
    ("content_type", "message_type", "kind"),
    [
        ("image/jpeg", "image", AttachmentKind.PHOTO),
        ("image/webp", "sticker", AttachmentKind.STICKER),
        ("image/webp", "image", AttachmentKind.PHOTO),
        ("audio/ogg; codecs=opus", "audio", AttachmentKind.VOICE),
        ("audio/mpeg", "audio", AttachmentKind.AUDIO),
        ("video/mp4", "video", AttachmentKind.VIDEO),
        ("text/vcard", "contacts", AttachmentKind.CONTACT),
        ("text/x-vcard", "contacts", AttachmentKind.CONTACT),
        ("application/pdf", "document", AttachmentKind.DOCUMENT),
        ("text/plain", "document", AttachmentKind.DOCUMENT),
        ("", "", AttachmentKind.OTHER),
        ("model/gltf", "", AttachmentKind.OTHER),
    ],
)
async def test_a_file_is_two_ids_and_a_kind(
    served: WhatsAppChannel,
    twilio: FakeTwilio,
    core: Core,
    content_type: str,
    message_type: str,
    kind: AttachmentKind,
) -> None:
    message, media = sid("MM"), sid("ME")
    url = f"https://evil.example/x/Accounts/ACx/Messages/{message}/Media/{media}"
    told = {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": content_type, "MessageType": message_type}
    assert await twilio.arrives(VECINA, "mire", MessageSid=message, **told) == 200
    (attachment,) = core.inbound[0].attachments
    assert attachment.reference == f"{message}/{media}"
    assert attachment.kind == kind
    assert core.inbound[0].text == "mire"


@pytest.mark.parametrize(
    ("from_", "others"),
    [
        ("whatsapp:+5219831234567", ("whatsapp:+529831234567",)),
        ("whatsapp:+529831234567", ()),
        ("whatsapp:MX.13491208655302741918", ()),
        ("whatsapp:+12025550123", ()),
        ("whatsapp:something-of-tomorrow", ("whatsapp:something-of-tomorrow-else",)),
    ],
)
async def test_an_address_is_kept_exactly_as_received(
    served: WhatsAppChannel, twilio: FakeTwilio, core: Core, from_: str, others: tuple[str, ...]
) -> None:
    more = {"ExternalUserId": f"{from_.removeprefix('whatsapp:')}-else"} if "tomorrow" in from_ else {}
    assert await twilio.say(from_, "hola", **more) == 200
    assert core.inbound[0].address.id == from_
    assert core.inbound[0].other_ids == others


async def test_half_a_letter_is_still_signed_and_not_lost(
    served: WhatsAppChannel, twilio: FakeTwilio, core: Core
) -> None:
    assert await twilio.say(VECINA, "ma\udcc3") == 200  # the single byte C3: no UTF-8
    assert core.inbound[0].text == "ma"


# Statuses


@pytest.mark.parametrize(
    ("said", "code", "status", "failure"),
    [
        ("queued", "", "queued", None),
        ("accepted", "", "queued", None),
        ("sending", "", "queued", None),
        ("sent", "", "sent", None),
        ("delivered", "", "delivered", None),
        ("read", "", "read", None),
        ("failed", "63016", "failed", "window_closed"),
        ("undelivered", "63024", "failed", "gone"),
        ("undelivered", "63018", "failed", "retry"),
        ("failed", "20003", "failed", "misconfigured"),
        ("failed", "99999", "failed", "permanent"),
        ("failed", "", "failed", "permanent"),
        ("canceled", "", "failed", "permanent"),
    ],
)
async def test_a_status_becomes_a_receipt(
    served: WhatsAppChannel,
    twilio: FakeTwilio,
    core: Core,
    vecina: Address,
    said: str,
    code: str,
    status: str,
    failure: str | None,
) -> None:
    sent = await served.send(vecina, Outgoing(lines=("hola",)), reference="ob:17.3")
    assert await twilio.report(twilio.messages[sent], said, code) == 204
    (receipt,) = core.receipts
    assert (receipt.provider_id, receipt.status, receipt.error) == (sent, status, code)
    assert receipt.raw["ref"] == "ob:17.3"
    assert receipt.raw.get("failure") == failure
    assert VECINA not in str(receipt)


async def test_statuses_may_come_in_any_order_and_twice(
    served: WhatsAppChannel, twilio: FakeTwilio, core: Core, vecina: Address
) -> None:
    sent = await served.send(vecina, Outgoing(lines=("hola",)))
    order = ["read", "sent", "delivered", "delivered", "queued"]
    assert [await twilio.report(twilio.messages[sent], each) for each in order] == [204] * 5
    assert [each.status for each in core.receipts] == order


async def test_a_status_that_says_nothing_to_us_is_taken_and_forgotten(
    served: WhatsAppChannel, twilio: FakeTwilio, core: Core
) -> None:
    fields = {"AccountSid": twilio.account_sid, "MessageSid": sid("SM"), "MessageStatus": "received"}
    assert await twilio.post("/twilio/status", fields) == 204
    assert core.receipts == []


async def test_a_status_that_could_not_be_kept_comes_again(
    served: WhatsAppChannel, twilio: FakeTwilio, core: Core
) -> None:
    core.falls()
    fields = {"AccountSid": twilio.account_sid, "MessageSid": sid("SM"), "MessageStatus": "sent"}
    assert await twilio.post("/twilio/status?ref=1", fields) == 503


async def test_a_body_that_never_ends_is_given_up(
    served: WhatsAppChannel, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "BODY_SECONDS", 0.05)
    address = urlsplit(twilio.webhook_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(b"POST /twilio/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nBody=")
    assert (await reader.readline()).split()[1] == b"403"
    writer.close()


async def test_statuses_come_by_themselves_where_a_test_wants_them(
    served: WhatsAppChannel, twilio: FakeTwilio, core: Core, vecina: Address
) -> None:
    twilio.reports = ("sent", "delivered", "read")
    await served.send(vecina, Outgoing(lines=("hola",)), reference="ob:1")
    await twilio.settled()
    assert [each.status for each in core.receipts] == ["sent", "delivered", "read"]
