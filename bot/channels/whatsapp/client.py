"""The few calls that leave for Twilio on the hot way: messages and contents on our own wire, a session for files.

Rare ones go through Twilio's own library in a thread (library.py): its asynchronous client is broken upstream
(it sends JSON bodies as forms), and importing it costs half a second and 15 MB.
"""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from yarl import URL

from bot.channels import Failure, SendError
from bot.channels.whatsapp.errors import refusal
from bot.channels.wire import NeverLeft, NoAnswer, Wire

if TYPE_CHECKING:
    import aiohttp

log = logging.getLogger(__name__)

LIMIT_SECONDS = 15.0
MAX_ANSWER = 1024 * 1024
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
JSON = "Content-Type: application/json\r\n"
_QUOTED = [quote_plus(bytes([byte])) for byte in range(256)]


class TwilioApi:
    """Twilio's REST, as much of it as a conversation needs."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        api_url: str,
        content_url: str,
        limit: float = LIMIT_SECONDS,
    ) -> None:
        self.account_sid = account_sid
        self.account_url = f"{api_url.rstrip('/')}/2010-04-01/Accounts/{account_sid}"
        self._content_url = f"{content_url.rstrip('/')}/v1/Content"
        basic = b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        self.credentials = {"Authorization": f"Basic {basic}"}
        self._limit = limit
        self._authorized = f"Authorization: Basic {basic}\r\n"
        self._lines = f"{self._authorized}{FORM}".encode()
        self._session: aiohttp.ClientSession | None = None  # for files
        self._wire: Wire | None = None  # for messages

    def __repr__(self) -> str:
        return "TwilioApi(***)"

    @property
    def session(self) -> aiohttp.ClientSession:
        """Opened by the first file. No cookies, no credentials of its own."""
        import aiohttp  # 7 MB, for files alone

        if self._session is None or self._session.closed:
            limit = aiohttp.ClientTimeout(total=self._limit, connect=5)
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=limit)
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None
        if self._session is not None:
            await self._session.close()

    async def create_message(self, form: Mapping[str, str]) -> str:
        """Hand a message over; its sid. Raises SendError."""
        status, body = await self._post(f"{self.account_url}/Messages.json", form)
        sid = _sid(body)
        if not sid:  # accepted, by the status; but by whom, and as what?
            raise SendError(Failure.UNKNOWN, str(status))
        return sid

    async def create_content(self, definition: Mapping[str, Any]) -> str:
        """Make a content, which happens a few times in the life of an account; its sid. Raises SendError."""
        lines = f"{self._authorized}{JSON}".encode()
        try:
            wire = Wire(URL(self._content_url))
            try:
                body = json.dumps(definition).encode()
                answer = await wire.post(URL(self._content_url).raw_path, lines, body, self._limit)
            finally:
                wire.close()
        except (NeverLeft, NoAnswer, ValueError):  # one made twice is not worse than one made once
            raise SendError(Failure.RETRY, "connection") from None
        if answer.status not in (200, 201):
            raise refusal(answer.status, answer.body, answer.headers.get("retry-after", ""))
        sid = _sid(answer.body)
        if not sid:
            raise SendError(Failure.RETRY, "unreadable")
        return sid

    async def delete_media(self, message_sid: str, media_sid: str) -> None:
        """Remove a file at Twilio; one that is gone already is as good. Raises SendError."""
        import aiohttp

        url = f"{self.account_url}/Messages/{message_sid}/Media/{media_sid}.json"
        try:
            async with self.session.delete(url, headers=self.credentials) as answer:
                if answer.status not in (200, 204, 404):
                    raise refusal(answer.status, await answer.content.read(MAX_ANSWER))
        except (aiohttp.ClientError, TimeoutError):
            raise SendError(Failure.RETRY, "connection") from None

    async def _post(self, url: str, form: Mapping[str, str]) -> tuple[int, bytes]:
        try:
            if self._wire is None:
                self._wire = Wire(URL(url))
            body = encoded(form)
            answer = await self._wire.post(URL(url).raw_path, self._lines, body, self._limit)
        except (NeverLeft, ValueError):  # no name, no route, nobody listening, no handshake, no address
            raise SendError(Failure.RETRY, "connection") from None
        except NoAnswer:
            raise SendError(Failure.UNKNOWN, "no answer") from None
        if answer.status not in (200, 201, 202):
            raise refusal(answer.status, answer.body, answer.headers.get("retry-after", ""))
        return answer.status, answer.body


def encoded(form: Mapping[str, str]) -> bytes:
    """What `urlencode` says, in a third of its time: buttons travel as JSON inside of a form, most of it to be quoted."""
    fields = [f"{name}={text.encode().decode('latin-1').translate(_QUOTED)}" for name, text in form.items()]
    return "&".join(fields).encode()


def _sid(body: bytes) -> str:
    try:
        told: Any = json.loads(body)
    except ValueError:
        return ""
    sid = told.get("sid") if isinstance(told, dict) else None
    return sid if isinstance(sid, str) else ""
