"""The two addresses that Twilio calls. Verify first, commit second, answer last."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from bot.channels import Noted, Receive
from bot.channels.provider_route import ProviderRoute
from bot.channels.whatsapp import inbound, numbers, statuses
from bot.channels.whatsapp.signature import MAX_BODY, Gate, Posted, Refused
from bot.messages import Inbound, Receipt

log = logging.getLogger(__name__)
_T = TypeVar("_T")

MESSAGE_PATH = "/twilio/whatsapp"
STATUS_PATH = "/twilio/status"
RETRY_AFTER = "2"
ALWAYS_IN_A_MESSAGE = ("Body", "From")  # perhaps empty, but there
BODY_SECONDS = 10


@dataclass(slots=True, kw_only=True)
class Webhook:
    """Both routes, and how many requests were turned away."""

    gate: Gate
    sender: str
    now: Callable[[], datetime]
    seen: Callable[[Receipt], Awaitable[Receipt]]  # the channel looks at it first
    receive: Receive | None = None  # given when the channel starts
    noted: Noted | None = None
    refused: int = field(default=0)

    def routes(self) -> list[ProviderRoute]:
        """To be mounted by the web layer."""
        return [
            ProviderRoute(MESSAGE_PATH, self.message, methods=["POST"]),
            ProviderRoute(STATUS_PATH, self.status, methods=["POST"]),
        ]

    async def message(self, request: Request) -> Response:
        """A person wrote. 200 means: committed."""
        try:
            fields, body = await self._verified(request, MESSAGE_PATH, ALWAYS_IN_A_MESSAGE)
            if not numbers.same(fields["To"], self.sender):
                raise Refused("recipient")
        except Exception as error:
            return self._turned_away(error)
        if self.receive is None or not await _kept(self.receive, self._inbound(fields, body)):
            return _later()
        return Response("<Response/>", media_type="text/xml")

    async def status(self, request: Request) -> Response:
        """Twilio says what became of a message."""
        try:
            fields, _ = await self._verified(request, STATUS_PATH)
            if not numbers.same(fields.get("From", self.sender), self.sender):
                raise Refused("sender")
            receipt = statuses.read(fields, _query(request))
        except Exception as error:
            return self._turned_away(error)
        if receipt is None:
            log.warning("status without meaning for us", extra={"action": "whatsapp.status"})
            return Response(status_code=204)
        if self.noted is None or not await _kept(self.noted, await self.seen(receipt)):
            return _later()
        return Response(status_code=204)

    async def _verified(
        self, request: Request, path: str, always: tuple[str, ...] = ()
    ) -> tuple[Mapping[str, str], bytes]:
        """The fields of a genuine request, and the bytes they came in."""
        posted = Posted(
            path=path,  # ours by routing: `request.url` would follow whatever Host header came along
            query=_query(request),
            content_type=request.headers.get("Content-Type", ""),
            body=await _body(request),
            signature=request.headers["X-Twilio-Signature"],
        )
        return self.gate.fields(posted, always=always), posted.body

    def _inbound(self, fields: Mapping[str, str], body: bytes) -> Inbound:
        at = self.now()
        try:
            return inbound.read(fields, body, at)
        except Exception as error:  # genuine, so never dropped, whatever it is
            log.error("unreadable message: %s", type(error).__name__, extra={"action": "whatsapp.unreadable"})
            return inbound.unreadable(fields, body, at)

    def _turned_away(self, error: Exception) -> Response:
        """403 and nothing else; the log says which rule, never what came."""
        self.refused += 1
        reason = str(error) if isinstance(error, Refused) else type(error).__name__
        log.warning("webhook refused: %s", reason, extra={"action": "whatsapp.refused"})
        return Response(status_code=403)


async def _kept(keep: Callable[[_T], Awaitable[None]], what: _T) -> bool:
    """Was it committed? Whatever went wrong, an answer of success would be a lie."""
    try:
        await keep(what)
    except Exception as error:
        log.error("webhook not kept: %s", type(error).__name__, extra={"action": "whatsapp.not_kept"})
        return False
    return True


async def _body(request: Request) -> bytes:
    """The body, read no further than it may be long, and not for ever."""
    received = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        async for chunk in request.stream():
            received += chunk
            if len(received) > MAX_BODY:
                raise Refused("size")
    return bytes(received)


def _query(request: Request) -> str:
    return bytes(request.scope["query_string"]).decode("latin-1")


def _later() -> Response:
    return Response(status_code=503, headers={"Retry-After": RETRY_AFTER})
