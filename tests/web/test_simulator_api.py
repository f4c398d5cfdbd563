"""The page's small API: who may post, what it refuses, how its stream of events goes on."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.channels import StoreUnavailable
from bot.channels.simulator.screens import Side
from bot.domain.territory import Point
from bot.messages import InboundKind
from tests.web.conftest import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
OWN = {"X-Simulador": "1"}


@pytest_asyncio.fixture(loop_scope="module")
async def client(site: Site) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(site.url) as session:
        yield session


async def post(client: aiohttp.ClientSession, name: str, body: object, headers: dict[str, str] = OWN) -> int:
    async with client.post(f"/api/{name}", json=body, headers=headers) as answer:
        return answer.status


def said(text: str = "hola", phone: str = "vecina") -> dict[str, str]:
    return {"phone": phone, "text": text}


async def test_a_post_without_our_header_is_refused(client: aiohttp.ClientSession, site: Site) -> None:
    assert await post(client, "decir", said(), headers={}) == 403
    assert site.core.heard == []


async def test_a_form_of_a_foreign_page_is_refused(client: aiohttp.ClientSession, site: Site) -> None:
    async with client.post("/api/decir", data={"phone": "vecina"}, headers=OWN) as answer:
        assert answer.status == 415
    assert site.core.heard == []


REFUSED = {
    "no JSON": ("decir", "{", 400),
    "a phone that is not there": ("decir", said(phone="alcalde"), 404),
    "an empty message": ("decir", said(text=""), 400),
    "too long a message": ("decir", said(text="a" * 100_001), 400),
    "a word too much": ("decir", {**said(), "otro": 1}, 400),
    "a place beyond the pole": ("ubicar", {"phone": "vecina", "lat": 91, "lon": 0}, 400),
    "no base64": ("foto", {"phone": "vecina", "content": "ñ", "content_type": "image/png"}, 400),
    "a type that is none": ("foto", {"phone": "vecina", "content": "", "content_type": "x\r\ny: z"}, 400),
    "back in time": ("adelantar", {"minutes": -1}, 400),
    "two months": ("adelantar", {"minutes": 90_000}, 400),
    "a third network": ("canal", {"phone": "vecina", "manner": "fax"}, 400),
    "an officer on WhatsApp": ("canal", {"phone": "oficial", "manner": "whatsapp"}, 400),
    "more than we take": ("decir", said(text="a" * 13_000_000), 413),
}


@pytest.mark.parametrize(("name", "body", "status"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_is_refused(
    client: aiohttp.ClientSession, site: Site, name: str, body: Any, status: int
) -> None:
    text = io.BytesIO((body if isinstance(body, str) else json.dumps(body)).encode())
    headers = {**OWN, "Content-Type": "application/json"}
    async with client.post(f"/api/{name}", data=text, headers=headers) as answer:
        assert answer.status == status
    assert site.core.heard == []


async def test_a_message_that_could_not_be_kept_is_503_and_shown_as_failed(
    client: aiohttp.ClientSession, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(site.core.channel, "_receive", full)
    assert await post(client, "decir", said()) == 503
    async with client.get("/api/pantallas") as answer:
        vecina = (await answer.json())["phones"][0]
    assert vecina["bubbles"][0]["fate"] == "failed"


async def test_the_screens_hold_what_a_page_needs(client: aiohttp.ClientSession) -> None:
    await post(client, "decir", said())
    async with client.get("/api/pantallas") as answer:
        screens = await answer.json()
    assert [phone["id"] for phone in screens["phones"]] == ["vecina", "oficial", "oficial2", "supervisora"]
    mine, theirs = screens["phones"][0]["bubbles"]
    assert (mine["side"], mine["lines"], mine["fate"]) == ("mine", ["hola"], "stored")
    assert [button["label"] for button in theirs["form"]["buttons"]] == ["Reportar", "Mi policía", "Más"]


async def test_a_file_is_given_as_what_it_is_and_never_as_a_page(
    client: aiohttp.ClientSession, site: Site
) -> None:
    for content_type, shown in (
        ("image/png", "image/png"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
    ):
        content = base64.b64encode(b"<script>").decode()
        body = {"phone": "vecina", "content": content, "content_type": content_type}
        assert await post(client, "foto", body) == 204
        reference = site.core.heard[-1].attachments[0].reference
        async with client.get(f"/api/archivo/{reference}") as answer:
            assert answer.headers["Content-Type"] == shown
            assert await answer.read() == b"<script>"
    async with client.get("/api/archivo/nada") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("path", ["/simulador/../routes.py", "/simulador/%2e%2e/wire.py", "/simulador/js"])
async def test_nothing_but_the_static_files_is_served(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(path) as answer:
        assert answer.status == 404


async def read_events(answer: aiohttp.ClientResponse, count: int) -> list[tuple[str, dict[str, Any]]]:
    """The next events of a stream: id and data."""
    events, event_id = [], ""
    while len(events) < count:
        line = (await asyncio.wait_for(answer.content.readline(), 5)).decode().rstrip()
        if line.startswith("id: "):
            event_id = line[4:]
        elif line.startswith("data: "):
            events.append((event_id, json.loads(line[6:])))
    return events


async def test_the_stream_goes_on_after_the_last_event_that_was_seen(client: aiohttp.ClientSession) -> None:
    async with client.get("/api/pantallas") as answer:
        seen = (await answer.json())["seen"]
    async with client.get("/api/eventos", params={"desde": seen}) as stream:
        await post(client, "decir", said("uno"))
        first = await read_events(stream, 4)
    assert [event["what"] for _, event in first] == ["bubble", "phone", "bubble", "bubble"]
    last_id = first[1][0]
    async with client.get(
        "/api/eventos", params={"desde": seen}, headers={"Last-Event-ID": last_id}
    ) as stream:
        again = await read_events(stream, 2)
    assert [(event_id, event["bubble"]) for event_id, event in again] == [
        (event_id, event["bubble"]) for event_id, event in first[2:]
    ]


async def test_a_stream_of_an_earlier_run_begins_with_a_reset(client: aiohttp.ClientSession) -> None:
    async with client.get("/api/eventos", headers={"Last-Event-ID": "antes-17"}) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        ((_, event),) = await read_events(stream, 1)
    assert event["what"] == "reset"


async def test_an_open_stream_does_not_hold_up_the_end(client: aiohttp.ClientSession, site: Site) -> None:
    async with client.get("/api/eventos", params={"desde": site.core.channel.screens.last_change}) as stream:
        assert await stream.content.readline() == b"retry: 1000\n"
        await asyncio.wait_for(site.served.stop(), 3)


async def test_the_streams_end_when_the_channel_stops(client: aiohttp.ClientSession, site: Site) -> None:
    async with client.get("/api/eventos", params={"desde": site.core.channel.screens.last_change}) as stream:
        assert await stream.content.readline() == b"retry: 1000\n"
        await site.core.channel.stop()
        assert await asyncio.wait_for(stream.read(), 5) == b"\n"


async def test_a_place_shared_live_moves_without_a_bubble_and_only_on_telegram(
    client: aiohttp.ClientSession, site: Site
) -> None:
    await post(client, "ubicar", {"phone": "vecina", "lat": 18.5, "lon": -88.3})
    assert await post(client, "mover", {"phone": "vecina", "lat": 18.51, "lon": -88.31}) == 204
    moved = site.core.heard[-1]
    assert (moved.kind, moved.point) == (InboundKind.MOVE, Point(18.51, -88.31))
    mine = [one for one in site.core.channel.phone("vecina").bubbles if one.side is Side.MINE]
    assert len(mine) == 1, "where it was shared first"
    await post(client, "canal", {"phone": "vecina", "manner": "whatsapp"})
    heard = len(site.core.heard)
    await post(client, "mover", {"phone": "vecina", "lat": 18.52, "lon": -88.32})
    assert len(site.core.heard) == heard
