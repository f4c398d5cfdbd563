"""The plumbing: health, headers, hosts, failures without details, a server that starts and stops."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.provider_route import ProviderRoute
from bot.messages import StoreUnavailable
from bot.web import HEADERS, LOCAL_HOSTS, Inside, Served, build_app, serve


class Condition:
    """What the application says about itself."""

    def __init__(self) -> None:
        self.ok = True

    async def __call__(self) -> tuple[bool, dict[str, object]]:
        return self.ok, {"outbox": 3}


async def hook(request: Request) -> Response:
    return PlainTextResponse((await request.body()).decode())


async def letter(request: Request) -> Response:
    return PlainTextResponse(request.path_params["name"])


async def broken(_: Request) -> Response:
    raise RuntimeError("the number of the resident is 9831234567")


@pytest.fixture
def condition() -> Condition:
    return Condition()


@pytest.fixture
async def server(condition: Condition) -> AsyncIterator[Served]:
    routes = [
        Route("/hook", hook, methods=["POST"]),
        ProviderRoute("/proveedor", hook, methods=["POST"]),
        ProviderRoute("/proveedor/roto", broken, methods=["POST"]),
        Route("/carta/{name}", letter, methods=["POST"]),
        Route("/roto", broken),
    ]
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


async def test_a_provider_s_post_goes_straight_to_its_endpoint(server: Served) -> None:
    status, text, _ = await ask(server, "proveedor", "POST", data=b"cuerpo")
    assert (status, text) == (200, "cuerpo")
    assert (await ask(server, "proveedor"))[0] == 405
    assert (await ask(server, "proveedor/otro", "POST"))[0] == 404


async def test_a_provider_s_endpoint_that_fails_tells_nothing(server: Served) -> None:
    status, text, headers = await ask(server, "proveedor/roto", "POST")
    assert (status, text) == (500, "Algo falló de nuestro lado.")
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["rosa", "{name}"])
async def test_an_address_with_a_part_that_varies_is_read_by_the_router(server: Served, name: str) -> None:
    assert (await ask(server, f"carta/{name}", "POST"))[:2] == (200, name)


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


# ---- for who runs it ----


async def figures() -> bytes:
    return b"proximidad_received_total 3.0\n"


async def unavailable() -> bytes:
    raise StoreUnavailable("SQLITE_FULL")


async def standing_still() -> bool:
    return False


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        ("", {}, 200),
        ("", {"X-Forwarded-For": "203.0.113.7"}, 404),
        ("", {"Via": "1.1 proxy"}, 404),
        ("0123456789abcdef", {}, 404),
        (
            "0123456789abcdef",
            {"Authorization": "Bearer 0123456789abcdef", "X-Forwarded-For": "203.0.113.7"},
            200,
        ),
        ("0123456789abcdef", {"Authorization": "Bearer 0123456789abcdeF"}, 404),
    ],
)
async def test_the_figures_are_for_this_machine_or_for_the_token(
    condition: Condition, token: str, headers: dict[str, str], status: int
) -> None:
    """A stranger hears that there is no such page."""
    served = await serve(
        build_app([], Inside(health=condition, figures=figures, token=token)), "127.0.0.1", 0
    )
    try:
        got, text, _ = await ask(served, "metrics", headers=headers)
        assert (got, "received" in text) == (status, status == 200)
    finally:
        await served.stop()


async def test_without_a_store_there_are_no_figures_and_a_process_that_stands_still_says_so(
    condition: Condition,
) -> None:
    inside = Inside(health=condition, figures=unavailable, alive=standing_still)
    served = await serve(build_app([], inside), "127.0.0.1", 0)
    try:
        assert (await ask(served, "metrics"))[0] == 503
        assert (await ask(served, "salud/vivo"))[0] == 503
    finally:
        await served.stop()


@pytest.mark.parametrize("path", ["hook", "roto", "salud/vivo", "salud/listo", "metrics", "nada"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
async def test_every_answer_has_every_header_and_no_cookie(server: Served, path: str, method: str) -> None:
    """T33: also of what does not exist, is refused, or breaks."""
    _, _, headers = await ask(server, path, method)
    assert [name for name in HEADERS if name not in headers] == []
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("host", ["malo.example", "127.0.0.1.malo.example", "malo.example:80", "", "a\tb"])
@pytest.mark.parametrize("path", ["hook", "salud/listo", "metrics", "nada"])
async def test_another_host_name_reaches_no_route(server: Served, path: str, host: str) -> None:
    """T33: whatever stands in Host, no route is run under it."""
    try:
        status, _, headers = await ask(server, path, headers={"Host": host})
    except (aiohttp.ClientError, ValueError):
        return  # not even a request
    assert status == 400
    assert headers["X-Frame-Options"] == "DENY"
