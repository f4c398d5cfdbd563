"""What residents say: one report from the first word to the folio, in six turns, three of them taps.

A step is what the person does next, given the last message they got. Ours and the peers' talk have the same turns;
only the words on the buttons differ.
"""

from __future__ import annotations

import base64
import hmac
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha1
from itertools import count
from urllib.parse import urlencode

from tests.bench.providers import buttons

BOT_SECRET = "un-secreto-de-prueba-0123456789"
PEER_SECRET = "s3cret"
ACCOUNT, TOKEN, SENDER = f"AC{0:032x}", "authtoken", "whatsapp:+14155238886"

TOLD = (
    "Hay varias luminarias apagadas desde hace tres noches frente a la primaria, la calle está muy oscura y ya nadie"
    " quiere pasar."
)
# Nobody writes what somebody else wrote: a bot that remembers texts must not be flattered.
SINCE = ("noches", "días", "semanas", "meses")
CORNERS = ("la primaria", "la tienda", "el parque", "la clínica", "la iglesia", "el domo", "la cancha")
SPREAD = 0.009  # degrees around the middle of a colonia: neighbours rarely report the same lamp
_updates = count(1)


@dataclass(slots=True)
class Person:
    """Somebody with a phone, in the middle of a talk."""

    id: int
    place: tuple[float, float]
    turn: int = 0
    told: bytes = b""  # the body of the last message to them


Step = Callable[[Person], bytes]  # -> the body of the next webhook


@dataclass(frozen=True, slots=True)
class Talk:
    """Steps in their order, and what is done instead when the bot asks something else in between."""

    steps: tuple[Step, ...]
    detour: tuple[bytes, Step] | None  # words in the last message, and what one does then
    headers: Callable[[str, bytes], dict[str, str]]  # of a webhook: its address and body
    ends: bytes = b"olio"  # stands in the last message

    def next(self, person: Person) -> tuple[bytes, bool]:
        """The next webhook, and whether it is the last: after a detour the same step comes again."""
        if self.detour is not None and self.detour[0] in person.told:
            return self.detour[1](person), person.turn == len(self.steps)
        step = self.steps[person.turn]
        person.turn += 1
        return step(person), person.turn == len(self.steps)


def people(places: Sequence[tuple[float, float]], first: int, seed: int) -> Callable[[], Person]:
    """New people, each with a place of which to tell."""
    chance, numbers = random.Random(seed), count(first)

    def somebody() -> Person:
        lat, lon = chance.choice(places)
        near = lat + chance.uniform(-SPREAD, SPREAD), lon + chance.uniform(-SPREAD, SPREAD)
        return Person(next(numbers), near)

    return somebody


# ---- Telegram ----


def _update(kind: str, said: dict[str, object]) -> bytes:
    return json.dumps({"update_id": next(_updates) + time.time_ns() // 1000, kind: said}).encode()


def _sender(who: Person) -> dict[str, object]:
    name = {"first_name": "María", "last_name": "López", "username": f"maria{who.id}"}
    return {"id": who.id, "is_bot": False, **name, "language_code": "es"}


def _chat(who: Person) -> dict[str, object]:
    name = {"first_name": "María", "last_name": "López", "username": f"maria{who.id}"}
    return {"id": who.id, **name, "type": "private"}


def _message(who: Person, **content: object) -> bytes:
    head = {"message_id": next(_updates), "from": _sender(who), "chat": _chat(who), "date": int(time.time())}
    return _update("message", {**head, **content})


def _tap(who: Person, data: str) -> bytes:
    """As Telegram sends it: with the whole card under the button."""
    rows = [
        [{"text": "Luminaria", "callback_data": "cat:luminaria"}, {"text": "Bache", "callback_data": "b"}]
    ]
    bot = {"id": 700000001, "is_bot": True, "first_name": "Reportes", "username": "reportes_bot"}
    card = {
        "message_id": 1000 + who.turn,
        "from": bot,
        "chat": _chat(who),
        "date": int(time.time()),
        "text": "¿Qué desea reportar? Elija una opción, por favor.",
        "reply_markup": {"inline_keyboard": rows + rows},
    }
    tap = {"id": str(next(_updates)), "from": _sender(who), "message": card, "chat_instance": "-45645645"}
    return _update("callback_query", {**tap, "data": data})


def telling(who: Person) -> str:
    """Like `TOLD`, in words of one's own."""
    corner, since = CORNERS[who.id % len(CORNERS)], SINCE[who.id % len(SINCE)]
    return (
        f"Hay varias luminarias apagadas desde hace {who.id % 29 + 2} {since} frente a {corner}, a {who.id % 997} pasos,"
        " la calle está muy oscura y ya nadie quiere pasar."
    )


def says(text: str) -> Step:
    """Write these words."""
    command = (
        {"entities": [{"offset": 0, "length": len(text), "type": "bot_command"}]} if text[0] == "/" else {}
    )
    return lambda who: _message(who, text=text, **command)


def tells(who: Person) -> bytes:
    """Describe what is wrong."""
    return _message(who, text=telling(who))


def sends_place(who: Person) -> bytes:
    """Send a pin."""
    return _message(who, location={"latitude": who.place[0], "longitude": who.place[1]})


def taps(data: str) -> Step:
    """Tap the button that carries this."""
    return lambda who: _tap(who, data)


def presses(label: str) -> Step:
    """Tap the button of the last message that begins so."""

    def press(who: Person) -> bytes:
        shown = buttons(who.told)
        return _tap(
            who, next((data for text, data in shown.items() if text.startswith(label)), f"no {label}")
        )

    return press


def _telegram_headers(secret: str) -> Callable[[str, bytes], dict[str, str]]:
    named = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": secret}
    return lambda address, body: named


# ---- WhatsApp ----


def _posted(who: Person, text: str, **more: str) -> bytes:
    sid = f"SM{time.time_ns() * 1000 + next(_updates) % 1000:032x}"
    ids = {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": ACCOUNT}
    phone = {"From": f"whatsapp:+{who.id}", "WaId": str(who.id), "ProfileName": "María", "To": SENDER}
    plain = {
        "NumMedia": "0",
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "MessageType": "text",
        "Body": text,
    }
    return urlencode(
        {**ids, **phone, **plain, "SmsStatus": "received", "ApiVersion": "2010-04-01", **more}
    ).encode()


def writes(text: str) -> Step:
    """Write these words."""
    return lambda who: _posted(who, text)


def writes_telling(who: Person) -> bytes:
    """Describe what is wrong."""
    return _posted(who, telling(who))


def writes_place(who: Person) -> bytes:
    """Send a pin."""
    lat, lon = who.place
    return _posted(who, "", Latitude=f"{lat:.6f}", Longitude=f"{lon:.6f}", MessageType="location")


def _twilio_headers(address: str, body: bytes) -> dict[str, str]:
    from urllib.parse import parse_qsl

    fields = parse_qsl(body.decode(), keep_blank_values=True)
    signed = address + "".join(name + value for name, value in sorted(fields))
    signature = base64.b64encode(hmac.digest(TOKEN.encode(), signed.encode(), sha1)).decode()
    form = "application/x-www-form-urlencoded; charset=UTF-8"
    return {"Content-Type": form, "X-Twilio-Signature": signature}


# ---- the talks ----

TALKS = {
    "hello": Talk((says("/start"),), None, _telegram_headers(BOT_SECRET), ends=b""),
    "ours": Talk(
        (says("/start"), presses("Reportar"), presses("Acepto"), tells, sends_place, presses("Enviar")),
        ("¿Es lo mismo?".encode(), presses("Es otra cosa")),
        _telegram_headers(BOT_SECRET),
    ),
    "peer": Talk(
        (says("/start"), taps("cat:luminaria"), tells, sends_place, taps("skip"), taps("ok")),
        None,
        _telegram_headers(PEER_SECRET),
    ),
    "ours-whatsapp": Talk(
        (
            writes("hola"),
            writes("reportar"),
            writes("acepto"),
            writes_telling,
            writes_place,
            writes("enviar"),
        ),
        (b"lo+mismo", writes("es otra cosa")),
        _twilio_headers,
    ),
    "peer-whatsapp": Talk(
        (writes("hola"), writes("1"), writes_telling, writes_place, writes("omitir"), writes("si")),
        None,
        _twilio_headers,
    ),
}
