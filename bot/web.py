"""HTTP plumbing only: mounts routes, says whether we live, sets the headers, serves."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.provider_route import ProviderRoute
from bot.messages import StoreUnavailable

Endpoint = Callable[[Request], Awaitable[Response]]
Health = Callable[[], Awaitable[tuple[bool, Mapping[str, object]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What we say about ourselves to who runs us."""

    health: Health
    alive: Callable[[], Awaitable[bool]] | None = None
    figures: Callable[[], Awaitable[bytes]] | None = None  # raises StoreUnavailable
    token: str = ""  # of who reads the figures from elsewhere; "": from this machine only


LOCAL_HOSTS = ("127.0.0.1", "localhost")
GRACE = 5  # seconds that a request under way may still take when we stop
CSP = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "media-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
))  # fmt: skip
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Strict-Transport-Security": "max-age=31536000",
    "Cache-Control": "no-store",
}
FIGURES = "text/plain; version=1.0.0; charset=utf-8"  # Prometheus' text format
FORWARDED = ("forwarded", "x-forwarded-for", "via", "x-real-ip")  # through a proxy: not from this machine
NO_DETAILS = {
    404: "No existe.",
    405: "Aquí no se puede.",
    500: "Algo falló de nuestro lado.",
    503: "Ahora no.",
}
_ENCODED = tuple((name.lower().encode(), value.encode()) for name, value in HEADERS.items())


def build_app(
    routes: Sequence[BaseRoute], inside: Inside | Health, *, allowed_hosts: Sequence[str] | None = None
) -> App:
    """Our routes as they are, two health checks, the figures; no pages that explain us to strangers."""
    if not isinstance(inside, Inside):
        inside = Inside(health=inside)
    app = App(routes=[*routes, *_routes_inside(inside)])
    app.router.redirect_slashes = False
    app.state.stopping = asyncio.Event()  # a stream that never ends by itself looks at it
    app.add_exception_handler(HTTPException, _answer_http_error)
    app.add_exception_handler(Exception, _answer_failure)
    if allowed_hosts is not None:  # against DNS rebinding: a foreign page must not reach a local demo
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts), www_redirect=False)
    app.add_middleware(SecurityHeaders)
    return app


def _routes_inside(inside: Inside) -> tuple[Route, ...]:
    async def alive(_: Request) -> Response:
        ok = inside.alive is None or await inside.alive()
        return JSONResponse({"ok": ok}, status_code=200 if ok else 503)

    async def ready(_: Request) -> Response:
        ok, details = await inside.health()
        return JSONResponse({"ok": ok, **details}, status_code=200 if ok else 503)

    async def figures(request: Request) -> Response:
        if inside.figures is None or not _may_read(request, inside.token):
            raise HTTPException(404)
        try:
            return Response(await inside.figures(), media_type=FIGURES)
        except StoreUnavailable:
            return PlainTextResponse(NO_DETAILS[503], status_code=503)

    return Route("/salud/vivo", alive), Route("/salud/listo", ready), Route("/metrics", figures)


def _may_read(request: Request, token: str) -> bool:
    """With the token from anywhere; without one only from this machine, and not through its proxy."""
    if token:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    near = request.client is not None and request.client.host in ("127.0.0.1", "::1")
    return near and not any(name in request.headers for name in FORWARDED)


class App(Starlette):
    """Starlette, but a provider's POST goes straight to its endpoint: every message comes so."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        super().__init__(routes=routes)
        provided = (route for route in routes if isinstance(route, ProviderRoute))
        self._endpoints: dict[str, Endpoint] = {route.path: route.endpoint for route in provided}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Anything but a POST to such a path goes the usual way, and is refused there."""
        endpoint = self._endpoints.get(scope["path"]) if scope.get("method") == "POST" else None
        if endpoint is None:
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await endpoint(request)
        except Exception as error:
            await (await _answer_failure(request, error))(scope, receive, send)
            raise
        await response(scope, receive, _with_headers(send))


class SecurityHeaders:
    """Every answer carries the headers; a route may set its own value before."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass through, adding the headers to the start of an answer (streams stay streams)."""

        await self._app(scope, receive, _with_headers(send) if scope["type"] == "http" else send)


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _ in message["headers"]}
            ours = [pair for pair in _ENCODED if pair[0] not in own]
            message = {**message, "headers": [*message["headers"], *ours]}
        await send(message)

    return send_with_headers


async def _answer_http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # registered for this class alone
    text = NO_DETAILS.get(error.status_code, "No se pudo.")
    return PlainTextResponse(text, status_code=error.status_code, headers=error.headers)


async def _answer_failure(_: Request, error: Exception) -> Response:
    # This answer is made outside of every middleware, so it brings the headers itself.
    return PlainTextResponse(NO_DETAILS[500], status_code=500, headers=HEADERS)


class _Uvicorn(uvicorn.Server):
    """uvicorn inside our own loop: signals belong to the composition root."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Served:
    """A server that is up."""

    def __init__(self, app: Starlette, server: _Uvicorn, task: asyncio.Task[None], host: str) -> None:
        self._app, self._server, self._task = app, server, task
        port = server.servers[0].sockets[0].getsockname()[1]
        self.port = port
        self.url = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"

    async def wait(self) -> None:
        """Until it ends; raises what ended it."""
        await self._task

    async def stop(self) -> None:
        """No new requests; those under way may finish within the grace."""
        self._app.state.stopping.set()
        self._server.should_exit = True
        await self._task


async def serve(app: Starlette, host: str, port: int) -> Served:
    """Serve in this loop; returns once connections are accepted. Raises OSError when the port is taken."""
    listening = socket.create_server((host, port), family=_family(host), backlog=2048)
    server = _Uvicorn(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE,
        )
    )
    task = asyncio.create_task(server.serve(sockets=[listening]), name="web")
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        ready.cancel()
        await task  # raises what went wrong
    return Served(app, server, task, host)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
