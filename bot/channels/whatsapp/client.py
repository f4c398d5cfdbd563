"""The few calls that leave for Twilio on the hot way: one aiohttp session, a time limit on each.

Rare ones go through Twilio's own library in a thread (library.py): its asynchronous client is broken upstream
(it sends JSON bodies as forms), and importing it costs half a second.
"""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.channels import Failure, SendError
from bot.channels.whatsapp.errors import refusal

log = logging.getLogger(__name__)

LIMIT = aiohttp.ClientTimeout(total=15, connect=5)
MAX_ANSWER = 1024 * 1024
# Nothing was sent: no name, no route, nobody listening, no handshake.
_NEVER_LEFT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.ClientConnectorCertificateError,
)


class TwilioApi:
    """Twilio's REST, as much of it as a conversation needs."""

    def __init__(
        self, account_sid: str, auth_token: str, api_url: str, limit: aiohttp.ClientTimeout = LIMIT
    ) -> None:
        self.account_sid = account_sid
        self.account_url = f"{api_url.rstrip('/')}/2010-04-01/Accounts/{account_sid}"
        basic = b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        self.credentials = {"Authorization": f"Basic {basic}"}
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None

    def __repr__(self) -> str:
        return "TwilioApi(***)"

    @property
    def session(self) -> aiohttp.ClientSession:
        """Opened by the first call. No cookies, no credentials of its own."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=self._limit)
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def create_message(self, form: Mapping[str, str]) -> str:
        """Hand a message over; its sid. Raises SendError."""
        status, body = await self._post(f"{self.account_url}/Messages.json", form)
        sid = _sid(body)
        if not sid:  # accepted, by the status; but by whom, and as what?
            raise SendError(Failure.UNKNOWN, str(status))
        return sid

    async def delete_media(self, message_sid: str, media_sid: str) -> None:
        """Remove a file at Twilio; one that is gone already is as good. Raises SendError."""
        url = f"{self.account_url}/Messages/{message_sid}/Media/{media_sid}.json"
        try:
            async with self.session.delete(url, headers=self.credentials) as answer:
                if answer.status not in (200, 204, 404):
                    raise refusal(answer.status, await answer.content.read(MAX_ANSWER))
        except (aiohttp.ClientError, TimeoutError):
            raise SendError(Failure.RETRY, "connection") from None

    async def _post(self, url: str, form: Mapping[str, str]) -> tuple[int, bytes]:
        headers = self.credentials | {"Content-Type": "application/x-www-form-urlencoded"}
        # `from None`: aiohttp's exceptions may carry the request, and with it the credentials.
        try:
            async with self.session.post(
                url, data=urlencode(form).encode(), headers=headers, allow_redirects=False
            ) as answer:
                body = await answer.content.read(MAX_ANSWER)
                if answer.status not in (200, 201, 202):
                    raise refusal(answer.status, body, answer.headers.get("Retry-After", ""))
                return answer.status, body
        except _NEVER_LEFT:
            raise SendError(Failure.RETRY, "connection") from None
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            raise SendError(Failure.UNKNOWN, "no answer") from None


def _sid(body: bytes) -> str:
    try:
        told: Any = json.loads(body)
    except ValueError:
        return ""
    sid = told.get("sid") if isinstance(told, dict) else None
    return sid if isinstance(sid, str) else ""
