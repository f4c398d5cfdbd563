"""The road between us and a provider, where a campaign lets things go wrong: at which moment, and how.

A TCP relay on the loopback that understands just enough of HTTP to know when a request begins, is half here, is whole,
and when its answer is there.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

FAULTS = (
    *("refuse", "reset", "hang", "200 lost", "400", "403"),
    *("404", "409", "429", "500", "502", "garbage"),
)
HANG = 1.0  # seconds; longer than the caller waits

ANSWERS = {
    "400": b'{"ok":false,"error_code":400,"description":"Bad Request: message text is empty"}',
    "403": b'{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}',
    "404": b'{"ok":false,"error_code":404,"description":"Not Found"}',
    "409": b'{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request"}',
    "429": b'{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 1","parameters":{"retry_after":1}}',
    "500": b'{"ok":false,"error_code":500,"description":"Internal Server Error"}',
    "502": b"<html><h1>502 Bad Gateway</h1></html>",
    "garbage": b'{"ok":tru\x00\xff e, "sid": ',
}


class Broken(Exception):
    """The connection ends here."""


@dataclass
class Hit:
    """What goes wrong with the next requests that are meant."""

    fault: str
    phase: str  # "connect", "mid-body", "after accept"
    times: int


class Road:
    """One relay to one provider."""

    def __init__(self, target: str, meant: Callable[[bytes], bool]) -> None:
        split = urlsplit(target)
        self._host, self._port = split.hostname or "", split.port or 80
        self._meant = meant  # by the request's first line
        self.hit: Hit | None = None
        self.struck = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def wrong(self, fault: str, phase: str, times: int = 1) -> None:
        """From now on, so many times."""
        self.hit = Hit(fault, phase, times)

    def right(self) -> None:
        """From now on all is well."""
        self.hit = None

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            while await self._one(reader, writer):
                pass
        except (Broken, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; False when the caller hung up."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return False
        hit = self._take(head)
        if hit is not None and hit.phase == "connect":
            await self._strike(hit.fault, writer)
            await reader.readexactly(_length(head))
            return True
        body = await self._body(head, reader, hit, writer)
        if body is None:
            return True
        answer = await self._ask(head, body)
        if hit is not None and hit.phase == "after accept":
            await self._strike(hit.fault, writer)
            return True
        writer.write(answer)
        await writer.drain()
        return True

    def _take(self, head: bytes) -> Hit | None:
        hit = self.hit
        if hit is None or hit.times <= 0 or not self._meant(head.split(b"\r\n", 1)[0]):
            return None
        hit.times -= 1
        self.struck += 1
        return hit

    async def _body(
        self, head: bytes, reader: asyncio.StreamReader, hit: Hit | None, writer: asyncio.StreamWriter
    ) -> bytes | None:
        length = _length(head)
        if hit is not None and hit.phase == "mid-body":
            await reader.readexactly(length // 2)
            rest = length - length // 2
            await self._strike(hit.fault, writer)
            await reader.readexactly(rest)
            return None
        return await reader.readexactly(length)

    async def _ask(self, head: bytes, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(_alone(head) + body)
            await writer.drain()
            return _kept_open(await reader.read())
        finally:
            writer.close()

    async def _strike(self, fault: str, writer: asyncio.StreamWriter) -> None:
        if fault in ("reset", "200 lost"):
            raise Broken
        if fault == "refuse":
            self._server.close()  # nobody listens for a moment
            task = asyncio.create_task(self._listen_again())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            raise Broken
        if fault == "hang":
            await asyncio.sleep(HANG)
            raise Broken
        writer.write(_answer(fault))
        await writer.drain()

    async def _listen_again(self) -> None:
        await asyncio.sleep(0.05)
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _alone(head: bytes) -> bytes:
    """The provider closes after its answer, so that we know where it ends."""
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([lines[0], b"Connection: close", *lines[1:]])


def _kept_open(answer: bytes) -> bytes:
    return answer.replace(b"Connection: close\r\n", b"", 1)


def _answer(fault: str) -> bytes:
    status = int(fault) if fault.isdigit() else 200
    body = ANSWERS[fault]
    kind = b"text/html" if fault == "502" else b"application/json"
    more = b"Retry-After: 1\r\n" if fault == "429" else b""
    head = b"HTTP/1.1 %d X\r\nContent-Type: %b\r\nContent-Length: %d\r\n%b\r\n" % (
        status,
        kind,
        len(body),
        more,
    )
    return head + body
