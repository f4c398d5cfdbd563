"""python-telegram-bot's requests over our own session and our own table of errors."""

from __future__ import annotations

from collections.abc import Awaitable
from io import BytesIO
from typing import TypeVar

import aiohttp
import msgspec
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from bot.channels import Failure, SendError
from bot.channels.telegram.client import Client
from bot.channels.telegram.errors import result_of

T = TypeVar("T")


class Carried(TelegramError):
    """Our own SendError on its way through python-telegram-bot, which lets only its own errors pass."""

    def __init__(self, failed: SendError) -> None:
        super().__init__(str(failed))
        self.failed = failed


class Request(BaseRequest):
    """What `telegram.Bot` speaks through. The session belongs to the client."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def read_timeout(self) -> float | None:
        """Never none: a call without a limit can stand for ever."""
        return self._client.limit

    async def initialize(self) -> None:
        """Nothing to open: the session opens with the first call."""

    async def shutdown(self) -> None:
        """Nothing to close: the channel closes its client."""

    async def do_request(  # type: ignore[override]  # the four timeouts are ours to set, not the caller's
        self, url: str, method: str, request_data: RequestData | None = None, **timeouts: object
    ) -> tuple[int, bytes]:
        """One call; a refusal leaves as `Carried` and never meets the library's own reading of it."""
        try:
            if request_data is not None and request_data.contains_files:
                status, body = await self._client.upload(url, _form(request_data))
            else:
                given = request_data.parameters if request_data is not None else {}
                status, body = await self._client.post(url, msgspec.json.encode(given))
            result_of(status, body)
        except SendError as error:
            carried = Carried(error)
        else:
            return status, body
        raise carried


async def ask(call: Awaitable[T]) -> T:
    """Await one call of `telegram.Bot`. Raises SendError."""
    try:
        return await call
    except TelegramError as error:
        failed = getattr(error, "failed", None) or SendError(Failure.PERMANENT, type(error).__name__)
    raise failed


def _form(data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, content_type) in data.multipart_data.items():
        file = BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, file, filename=filename, content_type=content_type)
    return form
