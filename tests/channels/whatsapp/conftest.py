"""A channel with a fake Twilio on one side and a listening core on the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import uvicorn
from starlette.applications import Starlette

from bot.channels import StoreUnavailable
from bot.channels.whatsapp import WhatsAppChannel
from bot.messages import Address, Inbound, Receipt
from tests.fakes.twilio_api import FakeTwilio

PUBLIC_URL = "https://bot.example"
VECINA = "whatsapp:+5219831234567"


@dataclass
class Memory:
    """The store of shells, for as long as a test lasts."""

    values: dict[str, str] = field(default_factory=dict)

    async def get(self, key: str) -> str | None:
        return self.values.get(key)

    async def put(self, key: str, value: str) -> None:
        self.values[key] = value


@dataclass
class Clock:
    """A moment that a test can move; like a real clock it never tells the same one twice."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __call__(self) -> datetime:
        self.at += timedelta(microseconds=1)
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Core:
    """What reception and delivery were told; a core that is down keeps nothing."""

    inbound: list[Inbound] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    down: Exception | None = None

    async def receive(self, inbound: Inbound) -> None:
        if self.down:
            raise self.down
        self.inbound.append(inbound)

    async def noted(self, receipt: Receipt) -> None:
        if self.down:
            raise self.down
        self.receipts.append(receipt)

    def falls(self) -> None:
        self.down = StoreUnavailable()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def core() -> Core:
    return Core()


@pytest.fixture
def shells() -> Memory:
    return Memory()


@pytest.fixture
async def twilio(clock: Clock) -> AsyncIterator[FakeTwilio]:
    async with FakeTwilio(public_url=PUBLIC_URL, now=clock) as fake:
        yield fake


@pytest.fixture
async def channel(
    twilio: FakeTwilio, clock: Clock, core: Core, shells: Memory
) -> AsyncIterator[WhatsAppChannel]:
    made = WhatsAppChannel(
        twilio.account_sid,
        twilio.auth_token,
        twilio.sender,
        public_url=PUBLIC_URL,
        api_url=twilio.url,
        content_url=twilio.url,
        media_url=lambda media: f"{PUBLIC_URL}/m/{media}",
        shells=shells,
        now=clock,
        strict=True,
    )
    made.media.pauses = (0, 0)
    await made.start(core.receive, core.noted)
    yield made
    await made.stop()


@pytest.fixture
async def served(channel: WhatsAppChannel, twilio: FakeTwilio) -> AsyncIterator[WhatsAppChannel]:
    """The channel behind a real HTTP server; the fake knows where."""
    app = Starlette(routes=channel.routes())
    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", ws="none", log_config=None)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()  # without its main loop, which would take signals and a tenth of a second
    port = server.servers[0].sockets[0].getsockname()[1]
    twilio.webhook_url = f"http://127.0.0.1:{port}"
    yield channel
    for listening in server.servers:
        listening.close()
    for connection in list(server.server_state.connections):
        connection.shutdown()
    await asyncio.sleep(0)


@pytest.fixture
def vecina(twilio: FakeTwilio, clock: Clock) -> Address:
    """A resident who has just written: her window is open."""
    twilio.window_opened[VECINA] = clock()
    return Address("whatsapp", VECINA)


@pytest.fixture(autouse=True)
def _logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
