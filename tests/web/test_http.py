"""The plumbing: health, headers, hosts, failures without details, a server that starts and stops."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web import LOCAL_HOSTS, Served, build_app, serve


class Condition:
    """What the application says about itself."""

    def __init__(self) -> None:
        self.ok = True

    async def __call__(self) -> tuple[bool, dict[str, object]]:
        return self.ok, {"outbox": 3}


async def hook(request: Request) -> Response:
    return PlainTextResponse((await request.body()).decode())


async def broken(_: Request) -> Response:
    raise RuntimeError("the number of the resident is 9831234567")


@pytest.fixture
def condition() -> Condition:
    return Condition()


@pytest.fixture
async def server(condition: Condition) -> AsyncIterator[Served]:
    routes = [Route("/hook", hook, methods=["POST"]), Route("/roto", broken)]
    served = await serve(build_app(routes, condition, allowed_hosts=LOCAL_HOSTS), "127.0.0.1", 0)
    yield served
    await served.stop()


async def ask(
    server: Served, path: str, method: str = "GET", **more: object
) -> tuple[int, str, dict[str, str]]:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, server.url + path, **more) as answer,  # type: ignore[arg-type]
    ):
        return answer.status, await answer.text(), dict(answer.headers)


async def test_a_webhook_route_is_served_as_it_is(server: Served) -> None:
    status, text, _ = await ask(server, "hook", "POST", data=b"cuerpo")
    assert (status, text) == (200, "cuerpo")


async def test_health_says_alive_and_ready(server: Served, condition: Condition) -> None:
    assert (await ask(server, "salud/vivo"))[0] == 200
    assert (await ask(server, "salud/listo"))[:2] == (200, '{"ok":true,"outbox":3}')
    condition.ok = False
    assert (await ask(server, "salud/vivo"))[0] == 200
    assert (await ask(server, "salud/listo"))[:2] == (503, '{"ok":false,"outbox":3}')


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "nada", 404), ("GET", "hook", 405), ("GET", "docs", 404), ("GET", "openapi.json", 404)],
)
async def test_refusals_have_no_details_and_all_headers(
    server: Served, method: str, path: str, status: int
) -> None:
    got, text, headers = await ask(server, path, method)
    assert got == status
    assert "{" not in text
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_a_failure_tells_strangers_nothing(server: Served) -> None:
    status, text, headers = await ask(server, "roto")
    assert (status, text) == (500, "Algo falló de nuestro lado.")
    assert "default-src 'none'" in headers["Content-Security-Policy"]


async def test_a_foreign_host_name_is_refused(server: Served) -> None:
    status, _, headers = await ask(server, "salud/vivo", headers={"Host": "malo.example"})
    assert status == 400
    assert headers["Referrer-Policy"] == "no-referrer"


async def test_nothing_says_what_server_this_is(server: Served) -> None:
    assert "Server" not in (await ask(server, "salud/vivo"))[2]


async def test_a_taken_port_is_an_error_of_the_caller(server: Served) -> None:
    with pytest.raises(OSError, match="in use"):
        await serve(build_app([], Condition()), "127.0.0.1", server.port)


async def test_after_stop_nobody_listens() -> None:
    served = await serve(build_app([], Condition()), "127.0.0.1", 0)
    await served.stop()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", served.port)) != 0
