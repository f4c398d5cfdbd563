"""T16, T17. Whatever is posted to the two doors is answered, never with a 5xx; and whoever is not the provider gets 403.

Genuine payloads of both providers are mutated: bytes, fields, depth, numbers, encodings. The fuzz is signed, so that it
passes the gate and reaches the readers; forgeries are the same payloads with a mark that is not theirs.
"""

from __future__ import annotations

import asyncio
import json
import random
import string
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest

from tests.channels.telegram.test_telegram_webhook import FORGED as TELEGRAM_FORGED
from tests.channels.whatsapp.test_whatsapp_gate import FORGED as TWILIO_FORGED
from tests.fakes.twilio_people import FORM, sid, signature
from tests.faults.evidence import Campaign
from tests.faults.premises import SECRET, Premises, premises

FUZZ = Campaign("T16", "Mutated webhooks at both doors")
FORGERY = Campaign("T17", "Forged webhooks at both doors")
SLOWEST = 10.0  # seconds that one may take
AT_ONCE = 32

NAUGHTY = (
    *("", " ", "\x00", "\n", "a" * 5000, "‮", "﷽", "Z̷̢͔a̴l̶", "👩‍👩‍👧‍👦", "\ud83d", "\udfff", "NaN", "null"),
    *(
        "-1",
        "1e309",
        "9" * 400,
        "0x10",
        "../../etc/passwd",
        "<b>",
        "{{1}}",
        "%s%n",
        "'; DROP TABLE report; --",
    ),
    *(
        "911",
        "menú",
        "acepto",
        "enviar",
        "/start",
        "/start AAAAA-BBBBB",
        "estado 1234-5678",
        "\u2028",
        "Ⅷ",
        "٣",
    ),
)
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**63, 2**70, -(2**70), 1.5, float("nan"), float("inf"), [], {}, [[]], ""),
    *({"id": 1}, [1, 2], {"": None}, "x", {"id": "x"}, {"id": {"id": {}}}, 10**400),
)


def telegram_seeds() -> list[dict[str, Any]]:
    """Every kind of update that we ask for, and some that we don't."""
    chat = {"id": 101, "type": "private", "first_name": "Ana", "username": "ana"}
    person = {"id": 101, "is_bot": False, "first_name": "Ana", "language_code": "es"}
    base = {"message_id": 5, "date": 1_795_000_000, "chat": chat, "from": person}
    file = {"file_id": "f", "file_unique_id": "u", "file_size": 10, "mime_type": "image/jpeg"}
    place = {"latitude": 18.5, "longitude": -88.3}
    bodies: list[dict[str, Any]] = [
        {
            "text": "hay una lámpara fundida en la italia",
            "entities": [{"type": "bold", "offset": 0, "length": 3}],
        },
        {"photo": [{**file, "width": 9, "height": 9}], "caption": "la lámpara"},
        {"voice": {**file, "duration": 3}},
        {"video": {**file, "duration": 3, "width": 9, "height": 9}},
        {"document": {**file, "file_name": "a.pdf"}, "media_group_id": "7"},
        {"location": {**place, "live_period": 60}},
        {"venue": {"location": place, "title": "Domo", "address": "Italia"}},
        {
            "sticker": {
                **file,
                "width": 1,
                "height": 1,
                "type": "regular",
                "is_animated": False,
                "is_video": False,
            }
        },
        {"contact": {"phone_number": "+529831234567", "first_name": "Ana"}},
        {"text": "sí", "reply_to_message": {**base, "text": "¿Está bien?"}},
        {"text": "hola", "forward_origin": {"type": "user", "date": 1, "sender_user": person}},
        {"migrate_to_chat_id": -100500},
    ]
    member = {"user": person, "status": "member"}
    kicked = {"chat": chat, "from": person, "date": 1, "old_chat_member": member}
    return [
        *({"message": {**base, **body}} for body in bodies),
        {"edited_message": {**base, "edit_date": 1_795_000_100, "text": "no, dos"}},
        {"callback_query": {"id": "9", "from": person, "chat_instance": "1", "message": base, "data": "m.menu.abc"}},
        {"my_chat_member": {**kicked, "new_chat_member": {**member, "status": "kicked"}}},
        {"channel_post": {**base, "text": "x"}},
        {"poll_answer": {"poll_id": "1", "user": person, "option_ids": [0]}},
    ]  # fmt: skip


def twilio_seeds(place: Premises) -> list[tuple[str, dict[str, str]]]:
    """Messages of every kind, and statuses."""
    plain = place.twilio.inbound_fields("whatsapp:+5219831234567", "hay una lámpara fundida en la italia")
    media = f"{place.twilio.url}/2010-04-01/Accounts/{place.twilio.account_sid}/Messages/{sid('MM')}/Media/{sid('ME')}"
    status = {"AccountSid": plain["AccountSid"], "From": place.twilio.sender, "To": plain["From"]}
    return [
        ("/twilio/whatsapp", plain),
        ("/twilio/whatsapp", plain | {"NumMedia": "1", "MediaUrl0": media, "MediaContentType0": "image/jpeg"}),
        ("/twilio/whatsapp", plain | {"Latitude": "18.5", "Longitude": "-88.3", "MessageType": "location"}),
        ("/twilio/whatsapp", plain | {"ButtonPayload": "m.menu.abc", "ButtonText": "Menú", "MessageType": "button"}),
        ("/twilio/whatsapp", plain | {"ListId": "m.menu.abc", "ListTitle": "Menú", "MessageType": "interactive"}),
        ("/twilio/whatsapp", plain | {"From": "whatsapp:MX.abcdef", "ExternalUserId": "MX.abcdef"}),
        ("/twilio/status?ref=abc", status | {"MessageSid": sid("SM"), "MessageStatus": "delivered"}),
        ("/twilio/status", status | {"MessageSid": sid("SM"), "MessageStatus": "failed", "ErrorCode": "63016"}),
    ]  # fmt: skip


class Mutator:
    """Makes something odd of something genuine."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def tree(self, tree: Any, depth: int = 0) -> Any:
        """JSON with one or more places changed."""
        if self.chance.random() < 0.06 or depth > 12:
            return self.odd()
        if isinstance(tree, dict):
            found = {
                key: self.tree(value, depth + 1) for key, value in tree.items() if self.chance.random() > 0.03
            }
            if self.chance.random() < 0.05:
                found[self.chance.choice(NAUGHTY)] = self.odd()
            return found
        if isinstance(tree, list):
            return [
                self.tree(value, depth + 1)
                for value in tree
                for _ in range(self.chance.choice((1, 1, 1, 0, 2)))
            ]
        return tree

    def odd(self) -> Any:
        """A value that nobody expects there."""
        pick = self.chance.random()
        if pick < 0.5:
            return self.chance.choice(NAUGHTY)
        if pick < 0.95:
            return self.chance.choice(ODD)
        return "".join(self.chance.choices(string.printable, k=self.chance.randrange(50)))

    def raw(self, body: bytes) -> bytes:
        """Bytes cut, doubled, flipped or deepened."""
        pick, n = self.chance.randrange(7), len(body)
        at = self.chance.randrange(n + 1)
        if pick == 0:
            return body[:at]
        if pick == 1:
            return body + body
        if pick == 2:
            return body[:at] + bytes([self.chance.randrange(256)]) + body[at + 1 :]
        if pick == 3:
            return b"[" * self.chance.choice((10, 1000, 50_000)) + body
        if pick == 4:
            return body.replace(b'"', b"'")
        if pick == 5:
            return body[: at // 2] + bytes(self.chance.randrange(256) for _ in range(9)) + body[at // 2 :]
        return b"\xef\xbb\xbf" + body

    def fields(self, fields: dict[str, str]) -> dict[str, str]:
        """A form with some fields changed, dropped, added."""
        found = {k: v for k, v in fields.items() if self.chance.random() > 0.03}
        for name in list(found):
            if self.chance.random() < 0.08:
                found[name] = self.chance.choice(NAUGHTY)
        if self.chance.random() < 0.1:
            found[self.chance.choice(NAUGHTY) or "X"] = self.chance.choice(NAUGHTY)
        if self.chance.random() < 0.9:
            found.setdefault("MessageSid", sid("SM"))
        return found


class Door:
    """Posts straight into the application: what a server would hand over, without a socket in between."""

    def __init__(self, place: Premises) -> None:
        self._place = place

    async def __call__(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        where, _, query = path.partition("?")
        sent: list[int] = []
        given = [body]

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": given.pop() if given else b"", "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                sent.append(message["status"])

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": where,
            "raw_path": where.encode(),
            "root_path": "",
            "query_string": query.encode("latin-1", "replace"),
            "headers": [(k.lower().encode(), v.encode("latin-1", "replace")) for k, v in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        await self._place.asgi(scope, receive, send)
        return sent[0]


def signed(place: Premises, path: str, fields: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """A form as Twilio would sign it, half letters and all."""
    pairs = {
        k: v.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape") for k, v in fields.items()
    }
    pairs = {
        k.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"): v for k, v in pairs.items()
    }
    mark = signature(place.twilio.auth_token, place.twilio.public_url + path, pairs)
    body = "&".join(
        f"{quote_plus(k.encode('utf-8', 'surrogateescape'))}={quote_plus(v.encode('utf-8', 'surrogateescape'))}"
        for k, v in pairs.items()
    )
    return body.encode(), {"X-Twilio-Signature": mark, "Content-Type": FORM}


def fuzz(place: Premises, chance: random.Random, number: int) -> tuple[str, bytes, dict[str, str]]:
    """One input: path, body, headers."""
    mutator = Mutator(chance)
    if chance.random() < 0.5:
        update = mutator.tree(chance.choice(telegram_seeds()))
        if isinstance(update, dict) and chance.random() < 0.95:
            update["update_id"] = number
        body = json.dumps(update).encode("utf-8", "surrogatepass")
        if chance.random() < 0.15:
            body = mutator.raw(body)
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
        if chance.random() < 0.02:
            headers["Content-Type"] = chance.choice(NAUGHTY)
        return "/telegram/webhook", body, headers
    path, fields = chance.choice(twilio_seeds(place))
    body, headers = signed(place, path, mutator.fields(fields | {"MessageSid": sid("SM")}))
    if chance.random() < 0.15:
        body = mutator.raw(body)
    return path, body, headers


async def tried(door: Door, one: tuple[str, bytes, dict[str, str]]) -> tuple[int, float]:
    """Its status, 0 when nobody answered for it; and how long it took."""
    began = time.monotonic()
    try:
        return await door(*one), time.monotonic() - began
    except Exception as unhandled:
        print(one[0], type(unhandled).__name__, one[1][:500])
        return 0, time.monotonic() - began


async def test_no_webhook_breaks_us(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """All are posted from the outside of the application; what it answers, and how long it takes, is counted."""
    wanted = FUZZ.size(ci=3_000, whole=100_000)
    chance = FUZZ.random()
    answers: Counter[int] = Counter()
    slow = 0
    async with premises(f"sqlite:///{tmp_path}/p.db") as place:
        place.store.on_commit = None  # what would be said is not the matter here
        door = Door(place)
        for start in range(0, wanted, AT_ONCE):
            inputs = [fuzz(place, chance, number) for number in range(start, min(start + AT_ONCE, wanted))]
            for status, seconds in await asyncio.gather(*(tried(door, one) for one in inputs)):
                answers[status] += 1
                slow += seconds > SLOWEST
        letters = [one.reason for one in await place.store.read(lambda tx: tx.inbox.dead_letters())]
        received = await place.store.read(lambda tx: tx.inbox.count())
    bugs = [reason for reason in letters if reason != "unreadable"]
    broken = sum(count for status, count in answers.items() if status >= 500)
    FUZZ.record(
        inputs=wanted, answers_5xx=broken, unhandled=answers[0], slower_than_10_s=slow, taken=received,
        set_aside=len(letters), bugs=len(bugs), refused=sum(n for s, n in answers.items() if 400 <= s < 500),
    )  # fmt: skip
    assert (broken, answers[0], slow, bugs) == (0, 0, 0, [])
    assert received > wanted / 4  # else the fuzz never got past the doors


def forged(place: Premises, chance: random.Random) -> tuple[str, bytes, dict[str, str]]:
    """A genuine payload with a mark that is nobody's, or somebody else's."""
    if chance.random() < 0.5:
        secret = _near(SECRET, chance)
        body = json.dumps({"update_id": chance.randrange(10**9), **chance.choice(telegram_seeds())}).encode()
        return (
            "/telegram/webhook",
            body,
            {"X-Telegram-Bot-Api-Secret-Token": secret, "Content-Type": "application/json"},
        )
    path, fields = chance.choice(twilio_seeds(place))
    body, headers = signed(place, path, fields)
    if chance.random() < 0.5:
        return path, body, headers | {"X-Twilio-Signature": _near(headers["X-Twilio-Signature"], chance)}
    name = chance.choice(sorted(fields))
    other = urlencode(fields | {name: fields[name] + chance.choice("x1 ")}).encode()
    return path, other, headers


def _near(mark: str, chance: random.Random) -> str:
    at = chance.randrange(len(mark))
    changes: tuple[Callable[[], str], ...] = (
        lambda: mark[:at] + ("A" if mark[at] != "A" else "B") + mark[at + 1 :],
        lambda: mark[:at],
        lambda: mark + mark[at],
        lambda: mark.swapcase(),
        lambda: "".join(chance.choices(string.ascii_letters + "+/=", k=28)),
    )
    return chance.choice(changes)()


async def test_no_forgery_is_taken(tmp_path: Path) -> None:
    """The two tables of forgeries are played at the channels' own tests; here chance makes more of them."""
    wanted = FORGERY.size(ci=1_000, whole=100_000)
    chance = FORGERY.random()
    answers: Counter[int] = Counter()
    async with premises(f"sqlite:///{tmp_path}/p.db") as place:
        door = Door(place)
        for _ in range(wanted):
            answers[await door(*forged(place, chance))] += 1
        taken = await place.store.read(lambda tx: tx.inbox.count())
    by_table = len(TWILIO_FORGED) + len(TELEGRAM_FORGED)
    FORGERY.record(by_table=by_table, at_random=wanted, accepted=taken, not_403=wanted - answers[403])
    assert by_table >= 90
    assert (taken, dict(answers)) == (0, {403: wanted})
