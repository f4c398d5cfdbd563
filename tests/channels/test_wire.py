"""The wire: connections are kept, and what fails says whether the request had left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from yarl import URL

from bot.channels import wire
from bot.channels.wire import Answer, NeverLeft, NoAnswer, Wire

Act = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nsi"


class Peer:
    """A server that answers each request as told."""

    def __init__(self) -> None:
        self.answers: list[bytes | Act] = []
        self.heard: list[bytes] = []
        self.connections = 0
        self.serving: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        while head := await self._head(reader):
            length = int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0])
            self.heard.append(head + await reader.readexactly(length))
            answer = self.answers.pop(0) if self.answers else OK
            if callable(answer):
                await answer(reader, writer)
                break
            writer.write(answer)
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    async def _head(self, reader: asyncio.StreamReader) -> bytes:
        try:
            return await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""


@pytest.fixture
async def peer() -> AsyncIterator[tuple[Peer, Wire]]:
    other = Peer()
    server = await asyncio.start_server(other.serve, "127.0.0.1", 0)
    ours = Wire(URL(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"))
    yield other, ours
    ours.close()
    await asyncio.gather(*other.serving, return_exceptions=True)
    server.close()


async def post(ours: Wire, within: float = 30.0) -> Answer:
    return await ours.post("/x?y=1", b"Content-Type: text/plain\r\n", "¿qué?".encode(), within)


async def test_a_connection_is_kept_and_the_request_is_whole(peer: tuple[Peer, Wire]) -> None:
    other, ours = peer
    answers = [await post(ours) for _ in range(3)]
    assert {(answer.status, answer.body) for answer in answers} == {(200, b"si")}
    assert other.connections == 1
    head, _, body = other.heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert body.decode() == "¿qué?"


async def test_many_at_once_each_have_their_own_and_are_kept(peer: tuple[Peer, Wire]) -> None:
    other, ours = peer
    await asyncio.gather(*(post(ours) for _ in range(200)))
    assert len(other.heard) == 200
    assert other.connections <= wire.CONNECTIONS


async def test_pieces_and_headers_are_read(peer: tuple[Peer, Wire]) -> None:
    other, ours = peer
    other.answers = [
        b"HTTP/1.1 429 No\r\nRetry-After: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    ]
    assert await post(ours) == Answer(429, {"retry-after": "3", "transfer-encoding": "chunked"}, b"abc")


async def test_an_answer_may_end_with_the_connection(peer: tuple[Peer, Wire]) -> None:
    other, ours = peer

    async def old_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nsi,")
        await writer.drain()
        writer.write(b" gracias")

    other.answers = [old_server, OK]
    assert (await post(ours)).body == b"si, gracias"
    assert (await post(ours)).body == b"si"


async def test_an_answer_cut_short_is_none(peer: tuple[Peer, Wire]) -> None:
    other, ours = peer

    async def dies(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nsi,")

    other.answers = [dies]
    with pytest.raises(NoAnswer):
        await post(ours)


async def test_who_says_close_is_not_asked_again(peer: tuple[Peer, Wire]) -> None:
    other, ours = peer
    other.answers = [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"]
    await post(ours)
    await post(ours)
    assert other.connections == 2


async def _hangs_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _half(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")


async def _silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.mark.parametrize("answer", [_hangs_up, _half, b"nonsense\r\n\r\n"])
async def test_what_breaks_after_the_request_left_is_doubtful(
    peer: tuple[Peer, Wire], answer: bytes | Act
) -> None:
    other, ours = peer
    other.answers = [answer]
    with pytest.raises(NoAnswer):
        await post(ours)
    assert (await post(ours)).status == 200, "the next one has a new connection"


async def test_nobody_waits_for_ever(peer: tuple[Peer, Wire]) -> None:
    other, ours = peer
    other.answers = [_silent]
    with pytest.raises(NoAnswer):
        await post(ours, within=0.2)
    assert (await post(ours)).status == 200


async def test_a_server_that_hangs_up_when_called_was_asked_nothing(peer: tuple[Peer, Wire]) -> None:
    _, ours = peer
    connection = await ours._connected(asyncio.get_running_loop().time() + 5)
    transport = connection._transport
    assert transport is not None
    transport.abort()
    while connection.usable:  # noqa: ASYNC110
        await asyncio.sleep(0)
    with pytest.raises(NeverLeft):
        await connection.ask(b"GET / HTTP/1.1\r\n\r\n", asyncio.get_running_loop().time() + 5)


async def test_an_endless_answer_is_cut_off(peer: tuple[Peer, Wire]) -> None:
    other, ours = peer
    ours._longest = 10
    other.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n" + 11 * b"x"]
    with pytest.raises(NoAnswer):
        await post(ours)


async def test_where_nobody_listens_nothing_left() -> None:
    server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(NeverLeft):
        await post(Wire(URL(f"http://127.0.0.1:{port}")))


async def test_a_certificate_of_nobody_is_no_connection(peer: tuple[Peer, Wire]) -> None:
    """A server without TLS behind an https address never sees the request, nor the token in it."""
    other, plain = peer
    with pytest.raises(NeverLeft):
        await post(Wire(URL(f"https://127.0.0.1:{plain._port}")))
    assert other.heard == []


@pytest.mark.parametrize("address", ["ftp://x", "nonsense", "http://"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Wire(URL(address))
