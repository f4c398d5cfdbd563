"""The way to the Bot API: one wire for our own fast calls and for python-telegram-bot's, a session for files.

aiohttp and python-telegram-bot are imported where they are used: together 26 MB and half a second, for files and rare calls.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from yarl import URL

from bot.channels import Failure, MediaGone, SendError
from bot.channels.telegram.errors import result_of, trouble
from bot.channels.wire import NeverLeft, NoAnswer, Wire

if TYPE_CHECKING:
    import aiohttp
    from telegram import Bot

TOTAL = 20.0  # seconds that a call may take
FILE_SECONDS = 90.0  # for one that is fetched
UPLOAD_SECONDS = 50.0  # less than the lease of a message (storage/outbox.py), or two processes would send it
CONNECT_SECONDS = 5.0
KEEP_ALIVE = 30  # seconds; shorter than the server's, or it hangs up on a request that is just leaving
CONNECTIONS = 64
JSON = b"Content-Type: application/json\r\n"
PIECE = 64 * 1024
LONGEST_ANSWER = 16 * 1024 * 1024  # a hundred updates: letters beyond ASCII are six to twelve bytes each

T = TypeVar("T")


class Client:
    """Calls methods of the Bot API. Knows the token and never shows it."""

    def __init__(self, token: str, api_url: str) -> None:
        self._token = token
        # A malformed address fails here, before the token is in it. Some write it as libraries do, with /bot.
        self._api_url = str(URL(api_url)).rstrip("/").removesuffix("/bot")
        self.limit = TOTAL
        self._session: aiohttp.ClientSession | None = None  # for files
        self._wire: Wire | None = None  # for all else
        self._bot: Bot | None = None
        self._paths: dict[str, str] = {}
        self._encode = msgspec.json.Encoder().encode

    async def call(self, method: str, params: Mapping[str, Any]) -> msgspec.Raw:
        """The result of one method, straight over the wire. Raises SendError."""
        return result_of(*await self.ask(method, params))

    async def told(self, method: str, params: Mapping[str, Any], kind: type[T]) -> T:
        """The result of one method that asks something. Raises SendError, also for what is no such answer."""
        try:
            return msgspec.json.decode(await self.call(method, params), type=kind)
        except msgspec.MsgspecError:
            raise SendError(Failure.RETRY, "200 unreadable") from None

    async def ask(
        self, method: str, params: Mapping[str, Any], *, within: float | None = None
    ) -> tuple[int, bytes]:
        """Status and body of one method's answer, in so many seconds. Raises SendError when there is none."""
        return await self._post(self._path(method), self._encode(params), within)

    async def with_bot(self, call: Callable[[Bot], Awaitable[T]]) -> T:
        """One of the rarer calls, through python-telegram-bot. Raises SendError."""
        from bot.channels.telegram.ptb import ask

        return await ask(call(self.bot))

    async def upload(self, url: str | URL, form: aiohttp.FormData) -> tuple[int, bytes]:
        """Status and body of the answer. Redirects are not followed: the address holds the token."""
        import aiohttp

        try:
            async with self._open().post(
                url,
                data=form,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=UPLOAD_SECONDS, sock_connect=CONNECT_SECONDS),
            ) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            failed = trouble(error)
        raise failed  # outside of the except: nothing of the request hangs on this error

    async def post(self, url: str | URL, body: bytes, *, within: float | None = None) -> tuple[int, bytes]:
        """Status and body of the answer, on our own wire. Raises SendError."""
        return await self._post(URL(url).raw_path_qs, body, within)

    async def _post(self, path: str, body: bytes, within: float | None) -> tuple[int, bytes]:
        try:
            answer = await self._wired().post(path, JSON, body, within or self.limit)
        except ValueError:
            failed = SendError(Failure.MISCONFIGURED, "api_url")
        except NeverLeft as error:
            failed = SendError(Failure.RETRY, str(error))
        except NoAnswer as error:
            failed = SendError(Failure.UNKNOWN, str(error))
        else:
            return answer.status, answer.body
        raise failed

    async def download(self, path: str, limit: int) -> tuple[bytes, str]:
        """A file's bytes and content type, never more than `limit`. Raises MediaGone, SendError."""
        import aiohttp

        if not path.startswith(self.files_url):
            raise MediaGone("not a file of the Bot API")
        try:
            async with self._open().get(path, allow_redirects=False) as answer:
                _check_download(answer.status)
                return await _up_to(answer.content, limit), answer.content_type
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            code = type(error).__name__
        raise SendError(Failure.RETRY, code)

    @property
    def files_url(self) -> str:
        """Where files of this bot are downloaded."""
        return f"{self._api_url}/file/bot{self._token}/"

    @property
    def bot(self) -> Bot:
        """python-telegram-bot's Bot over our session; imported here, because it costs a third of a second."""
        if self._bot is None:
            from telegram import Bot

            from bot.channels.telegram.ptb import Request

            logging.getLogger("telegram").setLevel(
                logging.WARNING
            )  # at DEBUG it logs the token and every text
            request = Request(self)
            self._bot = Bot(
                self._token,
                base_url=f"{self._api_url}/bot",
                base_file_url=f"{self._api_url}/file/bot",
                request=request,
                get_updates_request=request,
            )
        return self._bot

    async def close(self) -> None:
        """Hang up; a later call opens anew."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _wired(self) -> Wire:
        if self._wire is None:
            self._wire = Wire(URL(self._api_url), LONGEST_ANSWER)
        return self._wire

    def _open(self) -> aiohttp.ClientSession:
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE),
                timeout=aiohttp.ClientTimeout(total=FILE_SECONDS, sock_connect=CONNECT_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    def _path(self, method: str) -> str:
        if method not in self._paths:
            self._paths[method] = URL(f"{self._api_url}/bot{self._token}/{method}", encoded=True).raw_path_qs
        return self._paths[method]


def _check_download(status: int) -> None:
    if status == 429 or status >= 500:
        raise SendError(Failure.RETRY, str(status))
    if status != 200:
        raise MediaGone(f"status {status}")


async def _up_to(stream: aiohttp.StreamReader, limit: int) -> bytes:
    content = bytearray()
    async for piece in stream.iter_chunked(PIECE):
        content += piece
        if len(content) > limit:
            raise MediaGone("larger than we take")
    return bytes(content)
