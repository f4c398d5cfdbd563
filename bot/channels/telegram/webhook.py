"""POST /telegram/webhook: the secret first, then the bytes, and 200 only after the commit."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from bot.channels import Failure, SendError, StoreUnavailable
from bot.channels.provider_route import ProviderRoute

PATH = "/telegram/webhook"
MAX_BODY = 4 * 1024 * 1024  # 100,000 characters, escaped, and everything around them
SECRET_HEADER = b"x-telegram-bot-api-secret-token"
SECRET_SHAPE = re.compile(r"[A-Za-z0-9_-]{8,256}")
PUBLIC_SHAPE = re.compile(r"https://[^\s/]+(/\S*)?")
LOOPBACK_SHAPE = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/\S*)?")  # tests only
RETRY_AFTER = {"Retry-After": "2"}
TAKEN = Response(status_code=200)  # always the same
_any = msgspec.json.Decoder(msgspec.Raw)  # reads to the end, and builds nothing

Take = Callable[[bytes], Awaitable[None]]  # one raw update; raises StoreUnavailable


def check_settings(secret: str, public_url: str) -> None:
    """An endpoint without a secret would take anybody's word. Raises SendError."""
    if not SECRET_SHAPE.fullmatch(secret):
        raise SendError(Failure.MISCONFIGURED, "webhook secret: 8 to 256 of A-Z a-z 0-9 _ -")
    if not (PUBLIC_SHAPE.fullmatch(public_url) or LOOPBACK_SHAPE.fullmatch(public_url)):
        raise SendError(Failure.MISCONFIGURED, "webhook public_url: must be https")


def route(secret: str, take: Take) -> ProviderRoute:
    """The endpoint. An empty secret lets nobody in."""

    async def endpoint(request: Request) -> Response:
        if not _authentic(request, secret.encode()):
            return Response(status_code=403)
        if not _is_json(request):
            return Response(status_code=415)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        if not _well_formed(body):
            return Response(status_code=400)
        return await _taken(take, body)

    return ProviderRoute(PATH, endpoint, methods=["POST"])


async def _taken(take: Take, body: bytes) -> Response:
    try:
        await take(body)
    except StoreUnavailable:
        return Response(status_code=503, headers=RETRY_AFTER)
    return TAKEN


def _authentic(request: Request, secret: bytes) -> bool:
    """Exactly one header, compared as bytes (any byte may come) in constant time."""
    given = [value for name, value in request.scope["headers"] if name.lower() == SECRET_HEADER]
    return len(given) == 1 and bool(secret) and hmac.compare_digest(given[0], secret)


def _is_json(request: Request) -> bool:
    content_type = request.headers.get("content-type", "")
    return content_type.partition(";")[0].strip().lower() == "application/json"


async def _body(request: Request) -> bytes | None:
    """None when it is too long, noticed before it is all here."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MAX_BODY:
        return None
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


def _well_formed(body: bytes) -> bool:
    """Whether it is JSON at all. Authentic JSON that we can't read is kept, and answered 200."""
    try:
        _any.decode(body)
    except msgspec.DecodeError:
        return _loosely_formed(body)
    except RecursionError:
        pass
    return True


def _loosely_formed(body: bytes) -> bool:
    """Half a pair of surrogates stops the strict parser, and is no reason to refuse a message."""
    try:
        json.loads(body.decode("utf-8", "replace"))
    except ValueError:
        return False
    return True
