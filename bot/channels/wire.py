"""Posting on kept-alive connections: the few calls that every message makes, for a fifth of what a full client costs.

It knows HTTP/1.1, TLS, time limits and nothing else: no redirects (the address may hold a token), no cookies, no
compression. What failed says whether the request left, because only then may it be sent again at once.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from typing import NamedTuple, cast

import httptools
from yarl import URL

KEEP_ALIVE = 30.0  # seconds; shorter than the server's, or it hangs up on a request that is just leaving
CONNECTIONS = 64
CONNECT_SECONDS = 5.0
MAX_ANSWER = 1024 * 1024
TOO_LONG = "answer too long"


class NeverLeft(Exception):
    """Nothing was sent: no name, no route, no handshake, no free connection in time."""


class NoAnswer(Exception):
    """It was sent, and nobody knows what became of it."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes


class Wire:
    """Connections to one server, as many as are needed at the same time, up to a limit."""

    def __init__(self, base: URL, longest: int = MAX_ANSWER) -> None:
        """`longest`: bytes of an answer that are taken. Raises ValueError for an address that is none."""
        if base.scheme not in ("http", "https") or not base.host or not base.port:
            raise ValueError("not an address of a web server")
        self._host, self._port, self._longest = base.host, base.port, longest
        self._head = f"HTTP/1.1\r\nHost: {base.host_port_subcomponent}\r\nAccept: */*\r\n".encode()
        self._tls = ssl.create_default_context() if base.scheme == "https" else None
        self._idle: list[tuple[float, _Connection]] = []
        self._open: set[_Connection] = set()
        self._free = asyncio.Semaphore(CONNECTIONS)

    async def post(self, path: str, headers: bytes, body: bytes, within: float) -> Answer:
        """The answer to one request; `headers` are whole lines. Raises NeverLeft, NoAnswer."""
        head = b"POST %b %bContent-Length: %d\r\n%b\r\n" % (
            path.encode("ascii"),
            self._head,
            len(body),
            headers,
        )
        until = asyncio.get_running_loop().time() + within
        connection: _Connection | None = None
        await self._take_place(within)
        try:
            connection = self._kept() or await self._connected(until)
            return await connection.ask(head + body, until)
        finally:
            self._free.release()
            if connection is not None:
                self._done_with(connection)

    def close(self) -> None:
        """Hang up."""
        for connection in tuple(self._open):
            connection.hang_up()
        self._idle.clear()

    async def _take_place(self, within: float) -> None:
        if not self._free.locked():
            await self._free.acquire()  # at once: a time limit costs more than all the rest of this
            return
        try:
            async with asyncio.timeout(within):
                await self._free.acquire()
        except TimeoutError:
            raise NeverLeft("timeout") from None

    def _kept(self) -> _Connection | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            since, connection = self._idle.pop()
            if connection.usable and now - since < KEEP_ALIVE:
                return connection
            connection.hang_up()
        return None

    async def _connected(self, until: float) -> _Connection:
        loop, host, port = asyncio.get_running_loop(), self._host, self._port
        try:
            async with asyncio.timeout_at(min(until, loop.time() + CONNECT_SECONDS)):
                _, made = await loop.create_connection(
                    lambda: _Connection(self._open, self._longest), host, port, ssl=self._tls
                )
        except (OSError, TimeoutError, ValueError) as error:
            raise NeverLeft(type(error).__name__) from None
        return made

    def _done_with(self, connection: _Connection) -> None:
        if connection.usable:
            self._idle.append((asyncio.get_running_loop().time(), connection))
        else:
            connection.hang_up()


class _Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self, open_ones: set[_Connection], longest: int) -> None:
        self._open, self._longest = open_ones, longest
        self._headers: dict[str, str] = {}
        self._all_headers = False
        self._answer: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)  # of one answer after the other

    @property
    def usable(self) -> bool:
        """For another request."""
        return self._transport is not None and self._answer is None

    async def ask(self, request: bytes, until: float) -> Answer:
        """Send, and wait for the whole answer, until a moment of the loop's clock. Raises NeverLeft, NoAnswer."""
        if self._transport is None:  # the server hung up as soon as it was called
            raise NeverLeft("closed")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._answer = answer
        limit = loop.call_at(until, self._broken, "timeout")
        self._headers = {}
        self._all_headers = False
        self._body = bytearray()
        self._transport.write(request)
        try:
            return await answer
        finally:
            limit.cancel()

    def hang_up(self) -> None:
        """No more of this one."""
        if self._transport is not None:
            self._transport.abort()
        self._transport = None

    # ---- what the event loop calls ----

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._open.add(self)

    def data_received(self, data: bytes) -> None:
        if self._answer is None:  # nobody asked
            self.hang_up()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._broken(type(error).__name__)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._open.discard(self)
        if error is None and self._ends_with_the_connection():
            self.on_message_complete()
        else:
            self._broken("closed")

    def _ends_with_the_connection(self) -> bool:
        """An old server says how long its answer is by hanging up."""
        bounded = {"content-length", "transfer-encoding"} & self._headers.keys()
        return self._answer is not None and self._all_headers and not bounded

    # ---- what the parser calls ----

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._all_headers = True

    def on_body(self, piece: bytes) -> None:
        self._body += piece
        if len(self._body) > self._longest:
            self._broken(TOO_LONG)

    def on_message_complete(self) -> None:
        found = Answer(self._parser.get_status_code(), self._headers, bytes(self._body))
        answer, self._answer = self._answer, None
        if not self._parser.should_keep_alive():
            self.hang_up()
        if answer is not None and not answer.done():
            answer.set_result(found)

    def _broken(self, why: str) -> None:
        answer, self._answer = self._answer, None
        self.hang_up()
        if answer is not None and not answer.done():
            answer.set_exception(NoAnswer(why))
