"""HTTP/1.1 as far as both sides of the benchmark need it: much cheaper than what is measured, and no more."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol, cast

LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:\s*chunked", re.IGNORECASE)
HANGS_UP = re.compile(rb"\r\nconnection:\s*close", re.IGNORECASE)


class Message(NamedTuple):
    """A request or an answer: everything before the blank line, and the body."""

    head: bytes
    body: bytes

    @property
    def path(self) -> bytes:
        """Of a request."""
        return self.head.split(b" ", 2)[1]

    @property
    def status(self) -> int:
        """Of an answer."""
        return int(self.head[9:12])


Answered = Callable[[Message], None]


def take(buffer: bytes) -> tuple[Message, bytes] | None:
    """The first whole message and what follows it; None while it is not all here."""
    head, blank, rest = buffer.partition(b"\r\n\r\n")
    if not blank:
        return None
    if length := LENGTH.search(head):
        size = int(length[1])
        return (Message(head, rest[:size]), rest[size:]) if len(rest) >= size else None
    return _chunks(head, rest) if CHUNKED.search(head) else (Message(head, b""), rest)


def _chunks(head: bytes, rest: bytes) -> tuple[Message, bytes] | None:
    body = b""
    while True:
        line, end, after = rest.partition(b"\r\n")
        if not end:
            return None
        size = int(line.split(b";")[0], 16)
        if len(after) < size + 2:
            return None
        body, rest = body + after[:size], after[size + 2 :]
        if size == 0:
            return Message(head, body), rest


def answer(status: int, body: bytes) -> bytes:
    """A whole JSON answer."""
    head = b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % (status, len(body)) + body


class Server(Protocol):
    """What answers, and how many seconds later the answer leaves."""

    delay: float

    def reply(self, request: Message) -> bytes:
        """The bytes of an answer."""


class Served(asyncio.Protocol):
    """One connection of a client of ours."""

    def __init__(self, server: Server) -> None:
        self._server, self._buffer = server, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready."""
        self._transport = cast(asyncio.Transport, transport)
        self._loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        """Answer every whole request."""
        self._buffer += data
        while (taken := take(self._buffer)) is not None:
            request, self._buffer = taken
            said = self._server.reply(request)
            if self._server.delay:
                self._loop.call_later(self._server.delay, self._transport.write, said)
            else:
                self._transport.write(said)


class Pool:
    """Kept-alive connections to the bot; a request waits until one is free."""

    def __init__(self, host: str, port: int, size: int) -> None:
        self.address, self._size = (host, port), size
        self._free: list[_Connection] = []
        self._waiting: deque[tuple[bytes, Answered]] = deque()
        self._open = 0

    def send(self, request: bytes, answered: Answered) -> None:
        """Send now, or as soon as a connection is free."""
        if self._free:
            self._free.pop().send(request, answered)
            return
        self._waiting.append((request, answered))
        if self._open < self._size:
            self._open += 1
            asyncio.get_running_loop().create_task(self._connect())

    def give_up(self) -> int:
        """Forget what no connection was free for; how many requests that was."""
        never_sent = len(self._waiting)
        self._waiting.clear()
        return never_sent

    async def _connect(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: _Connection(self), *self.address)
        except OSError:
            self._open -= 1
            await asyncio.sleep(0.05)  # in which another one may have taken what waits
            if self._waiting:
                self.send(*self._waiting.popleft())

    def free(self, connection: _Connection) -> None:
        """This one has its answer."""
        if self._waiting:
            connection.send(*self._waiting.popleft())
        else:
            self._free.append(connection)

    def lost(self, connection: _Connection, unanswered: tuple[bytes, Answered] | None) -> None:
        """Hung up; what was under way goes again on another one."""
        self._open -= 1
        if connection in self._free:
            self._free.remove(connection)
        if unanswered is not None:
            self.send(*unanswered)


class _Connection(asyncio.Protocol):
    def __init__(self, pool: Pool) -> None:
        self._pool, self._buffer = pool, b""
        self._under_way: tuple[bytes, Answered] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._pool.free(self)

    def send(self, request: bytes, answered: Answered) -> None:
        self._under_way = request, answered
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        taken = take(self._buffer + data)
        if taken is None or self._under_way is None:
            self._buffer += data
            return
        message, self._buffer = taken
        (_, answered), self._under_way = self._under_way, None
        if HANGS_UP.search(message.head):
            self._transport.close()
        else:
            self._pool.free(self)
        answered(message)

    def connection_lost(self, _: Exception | None) -> None:
        self._pool.lost(self, self._under_way)
