"""The people behind the fake Twilio, and the signed webhooks that tell the bot of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from aiohttp import ClientSession
from yarl import URL

ORDER = ("queued", "sent", "delivered", "read")
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


def sid(prefix: str) -> str:
    """A new id of that kind."""
    return prefix + uuid4().hex


def signature(token: str, url: str, fields: Mapping[str, str]) -> str:
    """As Twilio documents it."""
    text = url + "".join(name + fields[name] for name in sorted(fields))
    signed = text.encode("utf-8", "surrogateescape")  # half a letter travels as the byte it is
    return base64.b64encode(hmac.new(token.encode(), signed, hashlib.sha1).digest()).decode()


@dataclass(kw_only=True)
class Message:
    """One message, ours or a person's, as the account holds it."""

    sid: str
    from_: str
    to: str
    body: str
    at: datetime
    direction: str = "outbound-api"
    status: str = "queued"
    error: str = ""
    form: dict[str, str] = field(default_factory=dict)  # as the bot posted it
    buttons: list[tuple[str, str]] = field(default_factory=list)  # title, id
    rows: list[tuple[str, str, str]] = field(default_factory=list)  # item, id, description
    media: dict[str, tuple[bytes, str]] = field(default_factory=dict)  # ME… -> content, type

    @property
    def labels(self) -> list[str]:
        """What can be tapped."""
        return [each[0] for each in (*self.buttons, *self.rows)]

    @property
    def reference(self) -> str:
        """The bot's outbox reference, from its callback address."""
        return parse_qs(urlsplit(self.form.get("StatusCallback", "")).query).get("ref", [""])[0]

    def as_json(self) -> dict[str, Any]:
        """The resource, with the fields that matter. Like the real one, it does not name its content."""
        at = format_datetime(self.at.astimezone(UTC))
        return {
            "sid": self.sid,
            "body": self.body,
            "from": self.from_,
            "to": self.to,
            "status": self.status,
            "direction": self.direction,
            "num_media": str(len(self.media)),
            "num_segments": "1",
            "date_created": at,
            "date_updated": at,
            "date_sent": at,
            "api_version": "2010-04-01",
            "error_code": int(self.error) if self.error else None,
            "error_message": None,
            "price": None,
        }


class TwilioPeople:
    """What a person can do on a phone, and what Twilio makes of it."""

    account_sid: str
    auth_token: str
    sender: str
    url: str
    webhook_url: str
    public_url: str
    now: Callable[[], datetime]
    messages: dict[str, Message]
    to: dict[str, list[Message]]
    window_opened: dict[str, datetime]
    session: ClientSession

    async def say(self, from_: str, text: str, **more: str) -> int:
        """Write a text; the HTTP status that the bot answered."""
        return await self.arrives(from_, text, **more)

    async def tap(self, from_: str, label: str, payload: str = "") -> int:
        """Press a button or a row of the latest message that shows it (or, with a payload, any button)."""
        card = next((each for each in reversed(self.to.get(from_, ())) if label in each.labels), None)
        assert card or payload, f"nothing to tap with the label {label!r}"
        replied = {"OriginalRepliedMessageSid": card.sid} if card else {}
        rows = {item: token for item, token, _ in card.rows} if card else {}
        if label in rows:
            row = {"ListId": payload or rows[label], "ListTitle": label, "MessageType": "interactive"}
            return await self.arrives(from_, label, **replied, **row)
        token = payload or (dict(card.buttons)[label] if card else "")
        button = {"ButtonPayload": token, "ButtonText": label, "MessageType": "button"}
        return await self.arrives(from_, label, **replied, **button)

    async def share_location(self, from_: str, lat: float, lon: float, label: str = "") -> int:
        """Send a pin."""
        named = {"Label": label} if label else {}
        pin = {"Latitude": str(lat), "Longitude": str(lon), "MessageType": "location"}
        return await self.arrives(from_, "", **pin, **named)

    async def send_media(self, from_: str, content: bytes, content_type: str, text: str = "") -> int:
        """Send a file."""
        message, media = sid("MM"), sid("ME")
        url = f"{self.url}/2010-04-01/Accounts/{self.account_sid}/Messages/{message}/Media/{media}"
        told = {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": content_type}
        self.receive(Message(sid=message, from_=from_, to=self.sender, body=text, at=self.now()))
        self.messages[message].media[media] = (content, content_type)
        kind = content_type.partition("/")[0]
        return await self.arrives(from_, text, **told, MessageSid=message, MessageType=kind)

    async def arrives(self, from_: str, text: str, *, lost: bool = False, **more: str) -> int:
        """A message reaches Twilio, which opens the window and calls the bot (or can't: `lost`)."""
        fields = self.inbound_fields(from_, text) | more
        fields |= {"SmsMessageSid": fields["MessageSid"], "SmsSid": fields["MessageSid"]}
        if fields["MessageSid"] not in self.messages:
            arrived = Message(sid=fields["MessageSid"], from_=from_, to=self.sender, body=text, at=self.now())
            self.receive(arrived)
        return 0 if lost else await self.post("/twilio/whatsapp", fields)

    def receive(self, message: Message) -> None:
        """The account holds a person's message."""
        message.direction, message.status = "inbound", "received"
        self.messages[message.sid] = message
        self.window_opened[message.from_] = message.at

    def inbound_fields(self, from_: str, text: str) -> dict[str, str]:
        """What Twilio posts for a plain text."""
        bare = from_.removeprefix("whatsapp:")
        who = {"WaId": bare[1:]} if bare.startswith("+") else {"ExternalUserId": bare}
        return {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "MessageSid": sid("SM"),
            "Body": text,
            "From": from_,
            "To": self.sender,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsStatus": "received",
            "ProfileName": "Vecina de prueba",
            "MessageType": "text",
            "ReferralNumMedia": "0",
            **who,
        }

    async def report(self, message: Message, status: str, error: str = "") -> int:
        """Call the status callback of a message; any order, any number of times."""
        if status not in ORDER or ORDER.index(status) > ORDER.index(message.status):
            message.status, message.error = status, error
        callback = urlsplit(message.form.get("StatusCallback", ""))
        if not callback.path:
            return 0
        fields = {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "ChannelPrefix": "whatsapp",
            "From": message.from_,
            "To": message.to,
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageStatus": status,
            "SmsStatus": status,
            **({"ErrorCode": error} if error else {}),
        }
        return await self.post(callback.path + (f"?{callback.query}" if callback.query else ""), fields)

    async def post(self, path: str, fields: Mapping[str, str]) -> int:
        """A signed webhook: signed for the address that the bot is known by, posted to where it listens."""
        signed = signature(self.auth_token, self.public_url + path, fields)
        headers = {"X-Twilio-Signature": signed, "Content-Type": FORM}
        body = urlencode(fields, errors="surrogateescape").encode()
        url = URL(self.webhook_url + path, encoded=True)  # to the letter: it is signed
        async with self.session.post(url, data=io.BytesIO(body), headers=headers) as answer:
            await answer.read()
            return answer.status
