"""The routes of the simulator's page and of its small API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels import StoreUnavailable
from bot.channels.simulator import Happened, SimulatorChannel
from bot.clock import MovableClock
from handlers.pages.simulator import wire
from handlers.pages.simulator.control import MapColonia, MapSector, SectorsMap, SimulatorControl

__all__ = ["MapColonia", "MapSector", "SectorsMap", "SimulatorControl", "routes"]

STATIC = Path(__file__).parent / "static"
OWN_HEADER = "x-simulador"  # a foreign page can't send it without asking us first, and we never say yes
MAX_BODY = 12_000_000  # a photo of 8 MB in base64
FRESH = {"Cache-Control": "no-cache"}
SHOWN_TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif", "audio/")

C = TypeVar("C", bound=msgspec.Struct)
P = TypeVar("P", bound=wire.Command)
Doing = tuple[type[Any], Callable[[Any], Awaitable[None]]]  # what is told, and what it does


def routes(channel: SimulatorChannel, clock: MovableClock, control: SimulatorControl) -> list[BaseRoute]:
    """Everything that the demonstration serves besides its health."""
    return [
        Route("/", _page),
        Mount("/simulador", _Static(directory=STATIC)),
        *_readings(channel, clock, control),
        *_commands(channel, control),
    ]


class _Static(StaticFiles):
    """A new version of the page must not meet an old script: always asked, mostly answered 304."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers.update(FRESH)
        return answer


async def _page(_: Request) -> Response:
    return FileResponse(STATIC / "index.html", headers=FRESH)


def _readings(channel: SimulatorChannel, clock: MovableClock, control: SimulatorControl) -> list[BaseRoute]:
    async def screens(_: Request) -> Response:
        return _json(wire.screens_shown(channel, clock.now()))

    async def sectors(_: Request) -> Response:
        return JSONResponse(control.sectors_map(), headers=FRESH)

    async def events(request: Request) -> Response:
        seen = request.headers.get("last-event-id") or request.query_params.get("desde", "")
        stream = wire.events(channel.screens, clock, seen, request.app.state.stopping)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def file(request: Request) -> Response:
        found = channel.file(request.path_params["reference"])
        if found is None:
            raise HTTPException(404)
        shown = found.content_type.startswith(SHOWN_TYPES)
        return Response(found.content, media_type=found.content_type if shown else "application/octet-stream")

    return [
        Route("/api/pantallas", screens),
        Route("/api/mapa", sectors),
        Route("/api/eventos", events),
        Route("/api/archivo/{reference}", file),
    ]


def _commands(channel: SimulatorChannel, control: SimulatorControl) -> list[Route]:
    """One at a time: what is said while everything begins anew belongs to the new beginning."""
    alone = asyncio.Lock()
    commands = {**_phone_commands(channel), **_demo_commands(channel, control)}
    return [_command(name, kind, do, alone) for name, (kind, do) in commands.items()]


def _phone_commands(channel: SimulatorChannel) -> dict[str, Doing]:
    async def say(told: wire.Say) -> None:
        await channel.say(told.phone, told.text)

    async def tap(told: wire.Tap) -> None:
        await channel.tap(told.phone, told.token, told.bubble)

    async def locate(told: wire.Locate) -> None:
        await channel.locate(told.phone, told.lat, told.lon, told.name)

    async def move(told: wire.Move) -> None:
        await channel.move(told.phone, told.lat, told.lon)

    async def photo(told: wire.SendPhoto) -> None:
        await channel.photo(told.phone, told.content, told.content_type, caption=told.caption)

    async def voice(told: wire.SendVoice) -> None:
        await channel.voice(told.phone, told.seconds, told.content, told.content_type)

    async def switch(told: wire.Switch) -> None:
        if not channel.phone(told.phone).owner.switchable:
            raise HTTPException(400)
        channel.switch(told.phone, told.manner)

    def on_a_phone(do: Callable[[P], Awaitable[None]]) -> Callable[[P], Awaitable[None]]:
        async def checked(told: P) -> None:
            if told.phone not in channel.screens.phones:
                raise HTTPException(404)
            await do(told)

        return checked

    return {
        "decir": (wire.Say, on_a_phone(say)),
        "tocar": (wire.Tap, on_a_phone(tap)),
        "ubicar": (wire.Locate, on_a_phone(locate)),
        "mover": (wire.Move, on_a_phone(move)),
        "foto": (wire.SendPhoto, on_a_phone(photo)),
        "voz": (wire.SendVoice, on_a_phone(voice)),
        "canal": (wire.Switch, on_a_phone(switch)),
    }


def _demo_commands(channel: SimulatorChannel, control: SimulatorControl) -> dict[str, Doing]:
    async def skip(told: wire.Skip) -> None:
        await control.skip(told.minutes)
        channel.screens.tell(Happened.CLOCK)

    async def reset(_: wire.Nothing) -> None:
        await control.reset()

    return {"adelantar": (wire.Skip, skip), "reiniciar": (wire.Nothing, reset)}


def _command(name: str, kind: type[C], do: Callable[[C], Awaitable[None]], alone: asyncio.Lock) -> Route:
    """A POST that reads one command and does it; every refusal has its own status."""

    async def endpoint(request: Request) -> Response:
        told = await _read(request, kind)
        try:
            async with alone:
                await do(told)
        except StoreUnavailable:
            raise HTTPException(503) from None
        return Response(status_code=204)

    return Route(f"/api/{name}", endpoint, methods=["POST"])


async def _read(request: Request, kind: type[C]) -> C:
    if OWN_HEADER not in request.headers:
        raise HTTPException(403)
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise HTTPException(415)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise HTTPException(413)
    try:
        return msgspec.json.decode(bytes(body), type=kind)
    except msgspec.DecodeError:
        raise HTTPException(400) from None


def _json(content: bytes) -> Response:
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})
