"""The Bot API in this process: strict like the real one, with people who write, tap and block.

async with BotApi() as api:                      # 127.0.0.1, a free port
    channel = TelegramChannel(api.token, api_url=api.url)
    api.say(101, "hola")
    card = await api.seen(101, "¿De qué se trata?")
    api.press(101, "Alumbrado")
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Any, Self

import msgspec
from aiohttp import web

from tests.fakes.bot_api_people import People
from tests.fakes.bot_api_rules import Params, Refusal, bad, check_commands, check_markup, checked, read_text
from tests.fakes.bot_api_webhook import Webhook

TOKEN = "123456789:AAHfiqksKZ8WmR2zSjiQ7_v4TMAKdiHm9T0"
MAX_UPLOAD = 50 * 1024 * 1024
CAPTIONED = {"sendPhoto": "photo", "sendVoice": "voice", "sendAudio": "audio", "sendVideo": "video"}
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
HTML_502 = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass(slots=True)
class Call:
    """One request that arrived, whatever became of it."""

    method: str
    params: Params
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Fault:
    """What happens to the next calls: a status, or "hang", "drop" (before the work), "drop after" (it)."""

    what: int | str
    times: int
    method: str  # "" = any but getUpdates
    value: int  # seconds of a 429; the new id of a migration

    def hits(self, method: str) -> bool:
        """Whether it is meant for this call."""
        return self.times > 0 and (self.method == method if self.method else method != "getUpdates")


class BotApi(People):
    """One bot at one server."""

    def __init__(self, token: str = TOKEN, *, first: int = 1000) -> None:
        super().__init__(int(token.partition(":")[0]), first)
        self.token = token
        self.url = ""
        self.calls: list[Call] = []
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.texts: dict[tuple[str, str], str] = {}
        self.seconds_per_message = 0.0  # flood control of one chat; 0 = none
        self.webhook = Webhook(self.pending)
        self._faults: list[Fault] = []
        self._last_sent: dict[int, float] = {}
        self._poll = 0  # the number of the newest getUpdates; an older one is told to go
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        self._runner = web.ServerRunner(
            web.Server(self._answer, request_factory=_request, access_log=None), shutdown_timeout=0.2
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of everybody who waits, then close."""
        self._closing.set()
        self.changed.set()
        await self.webhook.close()
        await self._runner.cleanup()

    def fail(self, what: int | str, *, times: int = 1, method: str = "", value: int = 1) -> None:
        """Script a fault: 429, 403, 500, 502 (an HTML page), "migrate", "hang", "drop" ..."""
        self._faults.append(Fault(what, times, method, value))

    def recover(self) -> None:
        """From now on everything works again."""
        self._faults.clear()

    def arrived(self, number: int) -> None:
        """Brought at once when there is a webhook, else it waits to be asked for."""
        self.webhook.arrived(number)

    def requests(self, method: str) -> list[Params]:
        """Everything that this method was called with."""
        return [call.params for call in self.calls if call.method == method]

    # -- the wire ---------------------------------------------------------------------------------------

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        root, _, rest = request.path.removeprefix("/").partition("/")
        if root == "file":
            method, (params, files) = "file", ({}, {})
        elif root == f"bot{self.token}":
            method = rest
            try:
                params, files = await _params(request)
            except web.HTTPRequestEntityTooLarge:
                return _refused(Refusal(413, "Request Entity Too Large"))
        else:
            return _refused(_stranger(root))
        self.calls.append(Call(method, params, files))
        fault = next((fault for fault in self._faults if fault.hits(method)), None)
        if root == "file" and fault is None:
            return self._download(rest)
        return await self._fated(fault, request, method, params, files)

    async def _fated(
        self,
        fault: Fault | None,
        request: web.BaseRequest,
        method: str,
        params: Params,
        files: dict[str, bytes],
    ) -> web.StreamResponse:
        if fault is None:
            return await self._done(method, params, files)
        fault.times -= 1
        if fault.what == "drop after" and method != "file":
            await self._done(method, params, files)
        if fault.what in ("drop", "drop after"):
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if fault.what == "hang":
            await self._closing.wait()
        return _scripted(fault)

    async def _done(self, method: str, params: Params, files: dict[str, bytes]) -> web.Response:
        try:
            typed = checked(method, {**params, **files})
            act: Callable[[Params], Any] = getattr(self, f"_{method}", None) or self._send(method)
            result = act(typed)
            result = await result if isinstance(result, Awaitable) else result
        except Refusal as refusal:
            return _refused(refusal)
        body = result if isinstance(result, bytes) else msgspec.json.encode(result)
        return web.Response(body=b'{"ok":true,"result":%b}' % body, content_type="application/json")

    def _download(self, rest: str) -> web.Response:
        bot, _, path = rest.partition("/")
        content = self.files.get(path.removeprefix("files/"))
        if bot != f"bot{self.token}" or content is None:
            return _refused(Refusal(404, "Not Found"))
        return web.Response(body=content, content_type="application/octet-stream")

    # -- updates ----------------------------------------------------------------------------------------

    async def _getUpdates(self, params: Params) -> bytes:
        if self.webhook.url:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete "
                "the webhook first",
            )
        self._poll += 1
        mine = self._poll
        self.allowed = params.get("allowed_updates") or self.allowed
        self._confirm(params.get("offset", 0))
        await self._news(mine, min(params.get("timeout", 0), 50))
        if mine != self._poll:
            raise Refusal(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is "
                "running",
            )
        batch = islice(self.pending.values(), params.get("limit", 100))
        return b"[" + b",".join(batch) + b"]"

    def _confirm(self, offset: int) -> None:
        """An offset says that everything before it is in safe hands."""
        if offset < 0:
            offset = max(self.pending, default=0) + 1 + offset
        for number in list(takewhile(lambda number: number < offset, self.pending)):
            del self.pending[number]

    async def _news(self, mine: int, seconds: float) -> None:
        self.changed.set()  # an older question wakes up and sees that it is superseded
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.pending and mine == self._poll and not self._closing.is_set():
                    await self.changed_once()

    def _setWebhook(self, params: Params) -> bool:
        url = params["url"]
        if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if params.get("drop_pending_updates"):
            self.pending.clear()
        self.allowed = params.get("allowed_updates") or self.allowed
        self.webhook.set(url, params.get("secret_token", ""))
        return True

    def _deleteWebhook(self, params: Params) -> bool:
        if params.get("drop_pending_updates"):
            self.pending.clear()
        self.webhook.set("", "")
        return True

    def _getWebhookInfo(self, params: Params) -> dict[str, Any]:
        return {
            "url": self.webhook.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
            "allowed_updates": self.allowed,
        }

    # -- messages ---------------------------------------------------------------------------------------

    def _send(self, method: str) -> Callable[[Params], dict[str, Any]]:
        """sendMessage and its family."""

        def act(params: Params) -> dict[str, Any]:
            chat = self._open_chat(params["chat_id"])
            message = self._message_of(method, params)
            self._put_markup(message, params, private=chat["type"] == "private")
            self._count(params["chat_id"])
            return self.show(params["chat_id"], message)

        return act

    def _message_of(self, method: str, params: Params) -> dict[str, Any]:
        if method == "sendMessage":
            text, entities = read_text(params["text"], params.get("parse_mode", ""), 4096)
            return {"text": text, "entities": entities}
        if method in ("sendLocation", "sendVenue"):
            place = {"latitude": params["latitude"], "longitude": params["longitude"]}
            venue = {"location": place, "title": params.get("title"), "address": params.get("address")}
            return {"location": place, **({"venue": venue} if method == "sendVenue" else {})}
        if method == "sendContact":
            if len(params.get("vcard", "").encode()) > 2048:
                raise bad("CONTACT_VCARD_INVALID")
            return {"contact": {name: params[name] for name in ("phone_number", "first_name")}}
        kind = CAPTIONED.get(method, "document")
        file_id = self.keep(params[kind])
        file = {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(params[kind])}
        sizes = {**file, "width": 90, "height": 60}
        return {kind: [sizes] if kind == "photo" else {**sizes, "duration": 1}}

    def _put_markup(self, message: dict[str, Any], params: Params, *, private: bool) -> None:
        markup = params.get("reply_markup")
        if markup is not None:
            check_markup(markup, private=private)
            message["reply_markup" if "inline_keyboard" in markup else "_keyboard"] = markup

    def _open_chat(self, chat_id: int) -> dict[str, Any]:
        """The chat, when we may write there."""
        chat = self.chats.get(chat_id)
        if chat is None:
            raise bad("chat not found")
        if chat.get("moved_to"):
            moved = chat["moved_to"]
            raise Refusal(
                400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=moved
            )
        if chat.get("blocked"):
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return chat

    def _count(self, chat_id: int) -> None:
        """Flood control of one chat."""
        since = time.monotonic() - self._last_sent.get(chat_id, 0.0)
        if since < self.seconds_per_message:
            wait = max(1, round(self.seconds_per_message - since))
            raise Refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        self._last_sent[chat_id] = time.monotonic()

    def _editMessageText(self, params: Params) -> dict[str, Any]:
        message = self._editable(params)
        if "text" not in message:
            raise bad("there is no text in the message to edit")
        text, entities = read_text(params["text"], params.get("parse_mode", ""), 4096)
        return self._edited(message, {"text": text, "entities": entities}, params)

    def _editMessageReplyMarkup(self, params: Params) -> dict[str, Any]:
        return self._edited(self._editable(params), {}, params)

    def _editable(self, params: Params) -> dict[str, Any]:
        self._open_chat(params["chat_id"])
        message = self.screens[params["chat_id"]].get(params["message_id"])
        if message is None:
            raise bad("message to edit not found")
        if "_keyboard" in message or message["from"]["id"] != self.bot_id:
            raise bad("message can't be edited")
        return message

    def _edited(self, message: dict[str, Any], new: dict[str, Any], params: Params) -> dict[str, Any]:
        """An edit without markup takes the buttons away."""
        self._put_markup(new, params, private=True)
        old = {
            key: message.get(key)
            for key in ("text", "entities", "reply_markup")
            if key in {**new, "reply_markup": 0}
        }
        if old == {"reply_markup": None, **new}:
            raise bad(NOT_MODIFIED)
        message.pop("reply_markup", None)
        message.update(new)
        self.changed.set()
        return message

    def _deleteMessage(self, params: Params) -> bool:
        self._open_chat(params["chat_id"])
        if self.screens[params["chat_id"]].pop(params["message_id"], None) is None:
            raise bad("message to delete not found")
        self.changed.set()
        return True

    def _answerCallbackQuery(self, params: Params) -> bool:
        if params["callback_query_id"] not in self.taps:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if len(params.get("text", "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        self.toasts.append(params.get("text", ""))
        return True

    def _getFile(self, params: Params) -> dict[str, Any]:
        file_id = params["file_id"]
        if file_id not in self.files:
            raise bad("wrong file_id or the file is temporarily unavailable")
        size = len(self.files[file_id])
        if size > 20 * 1024 * 1024:
            raise bad("file is too big")
        path = f"files/{file_id}"
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": size, "file_path": path}

    def _leaveChat(self, params: Params) -> bool:
        self._open_chat(params["chat_id"])["blocked"] = True
        return True

    # -- the bot itself ---------------------------------------------------------------------------------

    def _getMe(self, params: Params) -> dict[str, Any]:
        return {**self.bot, "can_join_groups": True, "supports_inline_queries": False}

    def _setMyCommands(self, params: Params) -> bool:
        check_commands(params["commands"])
        scope = params.get("scope", {})
        if scope.get("type") == "chat" and int(scope["chat_id"]) not in self.chats:
            raise bad("chat not found")
        self.commands[_scope(params)] = params["commands"]
        return True

    def _deleteMyCommands(self, params: Params) -> bool:
        self.commands.pop(_scope(params), None)
        return True

    def _getMyCommands(self, params: Params) -> list[dict[str, str]]:
        return self.commands.get(_scope(params), [])

    def _setMyDescription(self, params: Params) -> bool:
        return self._set_text("description", params, 512)

    def _getMyDescription(self, params: Params) -> dict[str, str]:
        return {"description": self.texts.get(("description", params.get("language_code", "")), "")}

    def _setMyShortDescription(self, params: Params) -> bool:
        return self._set_text("short_description", params, 120)

    def _getMyShortDescription(self, params: Params) -> dict[str, str]:
        return {
            "short_description": self.texts.get(("short_description", params.get("language_code", "")), "")
        }

    def _set_text(self, name: str, params: Params, limit: int) -> bool:
        if len(params.get(name, "")) > limit:
            raise bad(f"{name} is too long")
        self.texts[name, params.get("language_code", "")] = params.get(name, "")
        return True


def _scope(params: Params) -> tuple[str, str]:
    scope = params.get("scope") or {"type": "default"}
    return f"{scope['type']}{scope.get('chat_id', '')}", params.get("language_code", "")


def _stranger(root: str) -> Refusal:
    """A token of the right shape is unauthorized; anything else is no address at all."""
    known_shape = root.startswith("bot") and ":" in root
    return Refusal(401, "Unauthorized") if known_shape else Refusal(404, "Not Found")


def _refused(refusal: Refusal) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return web.json_response(body, status=refusal.status)


def _scripted(fault: Fault) -> web.Response:
    if fault.what == "migrate":
        words = "Bad Request: group chat was upgraded to a supergroup chat"
        return _refused(Refusal(400, words, migrate_to_chat_id=fault.value))
    if fault.what == "rubbish":
        return web.Response(text="<html>portal cautivo</html>", content_type="text/html")
    if fault.what == 429:
        return _refused(
            Refusal(429, f"Too Many Requests: retry after {fault.value}", retry_after=fault.value)
        )
    if fault.what == 502:
        return web.Response(status=502, text=HTML_502, content_type="text/html")
    words = {403: "Forbidden: bot was blocked by the user", 401: "Unauthorized"}
    status = int(fault.what) if isinstance(fault.what, int) else 500
    return _refused(Refusal(status, words.get(status, "Internal Server Error")))


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    """A bot may upload 50 MB."""
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MAX_UPLOAD)


async def _params(request: web.BaseRequest) -> tuple[Params, dict[str, bytes]]:
    if request.content_type == "application/json":
        body = await request.read()
        return (msgspec.json.decode(body) if body else {}), {}
    params: Params = {}
    files: dict[str, bytes] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = value.file.read()
        else:
            params[name] = value
    return params, files
