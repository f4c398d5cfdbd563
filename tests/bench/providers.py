"""The Bot API and Twilio as a bot meets them: every call is counted, taken at once and answered like the real ones.

With `limit`, more than so many messages in any sliding second are refused, which is the strictest reading of
Telegram's rule.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable
from itertools import count
from time import perf_counter, time
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import msgspec

from tests.bench.wire import Message, answer

BOT = b'{"id":700000001,"is_bot":true,"first_name":"Reportes","username":"reportes_bot"}'
SENT = (
    b'{"ok":true,"result":{"message_id":%d,"from":' + BOT + b',"chat":{"id":%d,"first_name":"Mar\xc3\xada",'
    b'"last_name":"L\xc3\xb3pez","username":"maria","type":"private"},"date":1763800000,"text":"Gracias. Elija una '
    b'opci\xc3\xb3n para continuar con su reporte, por favor.","reply_markup":{"inline_keyboard":[[{"text":'
    b'"Confirmar","callback_data":"ok"},{"text":"Cancelar","callback_data":"no"}]]}}}'
)
ACCEPTED = (
    b'{"account_sid":"AC0","api_version":"2010-04-01","body":"Gracias","date_created":"Thu, 24 Aug 2023 05:01:45 '
    b'+0000","date_sent":null,"direction":"outbound-api","error_code":null,"error_message":null,"from":'
    b'"whatsapp:+529830000000","num_media":"0","num_segments":"1","price":null,"sid":"SM%032x","status":"queued",'
    b'"subresource_uris":{"media":"/x.json"},"to":"whatsapp:+5215512345678","uri":"/x.json"}'
)
CONTENT = (
    b'{"sid":"HX%032x","account_sid":"AC0","friendly_name":"x","language":"es","variables":{},"types":{}}'
)
TOO_MANY = b'{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 1","parameters":{"retry_after":1}}'
# Names of form fields in a multipart body too: python-telegram-bot sends keyboards in either way.
CHAT = re.compile(rb'chat_id(?:=|"\s*:\s*"?|"\r\n(?:[^\r\n]+\r\n)*\r\n)(-?\d+)')
RESULTS = {b"getme": BOT, b"getmydescription": b'{"description":""}'}
RESULTS[b"getmyshortdescription"] = b'{"short_description":""}'
MESSAGES = frozenset({b"sendMessage", b"editMessageText"})

Heard = Callable[[int, bytes], None]  # who is told what, at this moment


class Note(NamedTuple):
    """One message that reached the Bot API: when, for whom, accepted (200) or refused (429), its id."""

    at: float
    chat: int
    status: int
    id: str


class Providers:
    """Both of them. Who listens is told at once of every message that reaches somebody."""

    def __init__(self, *, limit: int = 0, notes: bool = False) -> None:
        self.calls: Counter[str] = Counter()
        self._listening: list[Heard] = []
        self.notes: list[Note] | None = [] if notes else None
        self.delay = 0.0  # seconds that each answer takes
        self._limit = limit
        self._lately: deque[float] = deque()
        self._numbers = count(1000)

    def listen(self, heard: Heard) -> None:
        """Hear of every message from now on."""
        self._listening.append(heard)

    def _told(self, chat: int, body: bytes) -> None:
        for heard in self._listening:
            heard(chat, body)

    def reply(self, request: Message) -> bytes:
        """The answer to one call."""
        path = request.path.partition(b"?")[0]
        method = path.rpartition(b"/")[2]
        self.calls[method.decode()] += 1
        if method in MESSAGES:
            return self._telegram(request.body)
        if method == b"Messages.json":
            return self._whatsapp(request.body)
        if method == b"Content":
            return answer(201, CONTENT % next(self._numbers))
        return answer(200, b'{"ok":true,"result":%b}' % RESULTS.get(method.lower(), b"true"))

    def _telegram(self, body: bytes) -> bytes:
        found = CHAT.search(body)
        chat = int(found[1]) if found else 0
        status = 429 if self._too_many() else 200
        number = next(self._numbers)
        if self.notes is not None:
            self.notes.append(Note(time(), chat, status, str(number)))
        if status == 429:
            return answer(429, TOO_MANY)
        self._told(chat, body)
        return answer(200, SENT % (number, chat))

    def _whatsapp(self, body: bytes) -> bytes:
        to = parse_qs(body.decode())["To"][0]
        self._told(int(to.rpartition("+")[2]), body)
        return answer(201, ACCEPTED % next(self._numbers))

    def _too_many(self) -> bool:
        if not self._limit:
            return False
        now = perf_counter()
        while self._lately and now - self._lately[0] >= 1.0:
            self._lately.popleft()
        if len(self._lately) >= self._limit:
            return True
        self._lately.append(now)
        return False


class Card(msgspec.Struct):
    """What we look at in a message sent as JSON."""

    reply_markup: dict[str, Any] = {}


_card = msgspec.json.Decoder(Card)


def buttons(body: bytes) -> dict[str, str]:
    """Label -> callback data of the inline buttons of a message sent as JSON."""
    rows = _card.decode(body).reply_markup.get("inline_keyboard", ())
    return {b["text"]: b["callback_data"] for row in rows for b in row if "callback_data" in b}
