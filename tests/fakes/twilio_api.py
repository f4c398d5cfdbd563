"""Twilio as it behaves, on 127.0.0.1: Messages, Content, Media, and the webhooks that it calls.

    async with FakeTwilio(webhook_url="http://127.0.0.1:8080") as twilio:
        ...  # the bot is configured with twilio.url, twilio.account_sid, twilio.auth_token, twilio.sender
        await twilio.say("whatsapp:+5219831234567", "hola")
        twilio.last("whatsapp:+5219831234567").body

It holds what the documents say: limits, error codes, the 24-hour window (accepted first, failed by callback),
opt-out, signatures over the public address. It shares no code with the bot.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout, encode_basic_auth, web

from tests.fakes.twilio_people import Message, TwilioPeople, sid
from tests.fakes.twilio_rules import Refusal, check_content, check_message, fill, parse_form, refuse_if

WINDOW = timedelta(hours=24)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to the next call instead of its answer."""

    status: int = 0
    code: int = 0  # 0: a gateway's HTML page
    retry_after: str = ""
    reset: bool = False  # the connection breaks before anything is accepted
    silent: bool = False  # accepted, then the connection breaks
    hang: float = 0  # accepted, then no answer for so many seconds


class FakeTwilio(TwilioPeople):
    """One account with one WhatsApp sender."""

    def __init__(
        self,
        *,
        webhook_url: str = "",
        public_url: str = "https://bot.example",
        sender: str = "whatsapp:+5219990000000",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        reports: tuple[str, ...] = (),
    ) -> None:
        self.account_sid, self.auth_token = sid("AC"), uuid4().hex
        self.sender, self.now = sender, now
        self.webhook_url = webhook_url  # where the bot really listens
        self.public_url = public_url  # what it was told that it is called
        self.reports = reports  # statuses called back by themselves after each accepted message
        self.messages: dict[str, Message] = {}  # in order
        self.to: dict[str, list[Message]] = {}  # what the bot sent, by recipient
        self.contents: dict[str, dict[str, Any]] = {}
        self.approved: set[str] = set()  # contents that go outside the window
        self.opted_out: set[str] = set()
        self.window_opened: dict[str, datetime] = {}
        self.faults: deque[Fault] = deque()  # of creating messages
        self.content_faults: deque[Fault] = deque()
        self.refuse_contents = 0  # a code: every message made of a content is refused with it
        self.media_404s = 0  # so many times a file is not there yet
        self.redirect_to = ""  # where media lead, instead of our own second port
        self.calls: list[tuple[str, str]] = []  # method and last part of the path of all that was asked
        self.shown_to_cdn: list[str] = []  # credentials that reached the second host: must stay empty
        self.callbacks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> FakeTwilio:
        self.runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.1)
        await self.runner.setup()
        for _ in range(2):  # the second port plays the CDN: another host, as far as credentials go
            await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url, self.cdn_url = (f"http://127.0.0.1:{address[1]}" for address in self.runner.addresses)
        self.session = ClientSession(timeout=ClientTimeout(total=15))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self.callbacks:
            task.cancel()
        await asyncio.gather(*self.callbacks, return_exceptions=True)
        await self.session.close()
        await self.runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=1 << 20)
        account = f"/2010-04-01/Accounts/{self.account_sid}/Messages"
        app.router.add_post(f"{account}.json", self._answer(self._create))
        app.router.add_get(f"{account}.json", self._answer(self._list))
        app.router.add_get(account + "/{message}/Media.json", self._answer(self._list_media))
        app.router.add_get(account + "/{message}/Media/{media}", self._answer(self._media))
        app.router.add_delete(account + "/{message}/Media/{media}.json", self._answer(self._delete_media))
        app.router.add_post("/v1/Content", self._answer(self._create_content))
        app.router.add_get("/v1/Content/{content}", self._answer(self._fetch_content))
        app.router.add_get("/cdn/{message}/{media}", self._cdn)
        return app

    def _answer(self, work: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        """With credentials only, and with Twilio's error page where it is refused."""

        async def answered(request: web.Request) -> web.StreamResponse:
            self.calls.append((request.method, request.path.rpartition("/")[2]))
            try:
                known = encode_basic_auth(self.account_sid, self.auth_token)
                if request.headers.get("Authorization") != known:
                    raise Refusal(20003, 401)
                return await work(request)
            except Refusal as refusal:
                return error_page(refusal.code, refusal.status)

        return answered

    # What a test asks

    @property
    def sent(self) -> list[Message]:
        """Everything the bot sent, in order."""
        return [each for each in self.messages.values() if each.direction == "outbound-api"]

    def last(self, to: str) -> Message:
        """The last message to somebody."""
        return self.to[to][-1]

    def add_content(self, content: dict[str, Any], *, approved: bool = False) -> str:
        """Store a content; its sid. An approved one is a template and goes outside the window."""
        made = sid("HX")
        self.contents[made] = {"sid": made, "account_sid": self.account_sid, **content}
        if approved:
            self.approved.add(made)
        return made

    async def settled(self) -> None:
        """When every callback that was under way has been answered."""
        while self.callbacks:
            await asyncio.gather(*self.callbacks)

    # Messages

    async def _create(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.popleft() if self.faults else Fault()
        if fault.status or fault.reset:
            return _broken(request, fault)
        message = self._accept(parse_form(await request.text()))
        await asyncio.sleep(fault.hang)
        if fault.silent or fault.hang:
            _hang_up(request)
        return web.json_response(message.as_json(), status=201)

    def _accept(self, form: dict[str, str]) -> Message:
        check_message(form, sender=self.sender)
        refuse_if(form["To"] in self.opted_out, 21610)
        message = Message(
            sid=sid("SM"),
            from_=form["From"],
            to=form["To"],
            body=form.get("Body", ""),
            at=self.now(),
            form=form,
        )
        if "ContentSid" in form:
            self._fill(message)
        if "MediaUrl" in form:
            message.sid, message.media = sid("MM"), {sid("ME"): (b"", "image/jpeg")}
        self.messages[message.sid] = message
        self.to.setdefault(message.to, []).append(message)
        self._call_back_later(message)
        return message

    def _fill(self, message: Message) -> None:
        content = self.contents.get(message.form["ContentSid"])
        if content is None:
            raise Refusal(21655)
        refuse_if(self.refuse_contents != 0, self.refuse_contents)
        shown = fill(*content["types"].values(), message.form.get("ContentVariables", "{}"))
        message.body = shown["body"]
        message.buttons = [(each["title"], each["id"]) for each in shown.get("actions", ())]
        message.rows = [
            (each["item"], each["id"], each.get("description", "")) for each in shown.get("items", ())
        ]

    def _call_back_later(self, message: Message) -> None:
        """Outside the window Twilio accepts a message all the same, and says by callback that it failed."""
        opened = self.window_opened.get(message.to, LONG_AGO)
        closed = self.now() - opened > WINDOW and message.form.get("ContentSid") not in self.approved
        fates = [("failed", "63016")] if closed else [(status, "") for status in self.reports]

        async def call_back() -> None:
            with suppress(ClientError):  # nobody there: a status is not told twice
                for status, error in fates:
                    await self.report(message, status, error)

        if fates:
            task = asyncio.create_task(call_back())
            self.callbacks.add(task)
            task.add_done_callback(self.callbacks.discard)

    async def _list(self, request: web.Request) -> web.Response:
        query, found = request.query, list(reversed(self.messages.values()))
        if "To" in query:
            found = [each for each in found if each.to == query["To"]]
        if "From" in query:
            found = [each for each in found if each.from_ == query["From"]]
        if "DateSent>" in query:
            since = datetime.fromisoformat(query["DateSent>"].replace("Z", "+00:00"))
            found = [each for each in found if each.at.date() >= since.date()]  # by whole days
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        further = request.url.update_query(Page=page + 1).path_qs if len(found) > size * (page + 1) else None
        listed = [each.as_json() for each in found[size * page : size * (page + 1)]]
        return web.json_response(
            {"messages": listed, "next_page_uri": further, "page": page, "page_size": size}
        )

    # Content

    async def _create_content(self, request: web.Request) -> web.StreamResponse:
        if self.content_faults:
            return _broken(request, self.content_faults.popleft())
        content = json.loads(await request.text())
        check_content(content)
        return web.json_response(self.contents[self.add_content(content)], status=201)

    async def _fetch_content(self, request: web.Request) -> web.Response:
        if request.match_info["content"] not in self.contents:
            raise Refusal(20404, 404)
        return web.json_response(self.contents[request.match_info["content"]])

    # Media

    async def _media(self, request: web.Request) -> web.Response:
        if self.media_404s or self._file(request) is None:
            self.media_404s = max(0, self.media_404s - 1)
            raise Refusal(20404, 404)
        there = self.cdn_url + "/cdn/{message}/{media}".format(**request.match_info)
        return web.Response(status=307, headers={"Location": self.redirect_to or there})

    async def _cdn(self, request: web.Request) -> web.Response:
        """Like the real one, it refuses who shows credentials that are not for it."""
        if "Authorization" in request.headers:
            self.shown_to_cdn.append(request.headers["Authorization"])
            return web.Response(status=400)
        found = self._file(request)
        return web.Response(body=found[0], content_type=found[1]) if found else web.Response(status=404)

    async def _list_media(self, request: web.Request) -> web.Response:
        held = self.messages[request.match_info["message"]]
        return _page(media_list=[{"sid": each, "content_type": held.media[each][1]} for each in held.media])

    async def _delete_media(self, request: web.Request) -> web.Response:
        if self._file(request) is None:
            raise Refusal(20404, 404)
        del self.messages[request.match_info["message"]].media[request.match_info["media"]]
        return web.Response(status=204)

    def _file(self, request: web.Request) -> tuple[bytes, str] | None:
        held = self.messages.get(request.match_info["message"])
        return held.media.get(request.match_info["media"]) if held else None


def _broken(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.reset:
        _hang_up(request)
    headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
    if fault.code:
        return error_page(fault.code, fault.status, headers)
    html = "<html>Bad Gateway</html>"
    return web.Response(status=fault.status or 502, text=html, content_type="text/html", headers=headers)


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def error_page(code: int, status: int, headers: dict[str, str] | None = None) -> web.Response:
    """As Twilio words its errors."""
    told = {"code": code, "message": "refused by the fake", "status": status, "more_info": ""}
    return web.json_response(told, status=status, headers=headers)


def _page(**listed: list[dict[str, Any]]) -> web.Response:
    return web.json_response({**listed, "next_page_uri": None, "page": 0, "page_size": 1000})
