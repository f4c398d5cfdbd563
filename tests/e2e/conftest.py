"""One enrolment for all: each test plays on in its own copy of the folder."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.e2e.server import Server
from tests.e2e.street import Street, providers
from tests.fakes.bot_api import BotApi
from tests.fakes.twilio_api import FakeTwilio

LATER = 50_000  # numbers of updates and messages go on after those of the enrolment


@asynccontextmanager
async def street_in(folder: Path, *, first: int = 1000, mode: str = "polling") -> AsyncIterator[Street]:
    """Both providers, and an installation that knows them, not yet started."""
    async with BotApi(first=first) as api, FakeTwilio(reports=("sent", "delivered")) as twilio:
        server = Server(folder, **providers(api, twilio, mode))
        twilio.webhook_url = twilio.public_url = server.url
        try:
            yield Street(server, api, twilio)
        finally:
            await server.stop()


@pytest.fixture(scope="session")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the enrolment was played, by polling."""
    folder = tmp_path_factory.mktemp("enrolled")

    async def play() -> None:
        async with street_in(folder) as street:
            code, _, complained = await street.server.command("init", "municipio")
            assert code == 0, complained
            await street.enrol()
            assert {("chat11", ""), ("chat21", ""), ("chat22", "")} <= street.api.commands.keys()
            assert await street.server.stop() == 0
            assert street.server.actions() == []

    with asyncio.Runner() as runner:
        runner.run(play())
    (folder / "log.jsonl").unlink()
    return folder


@pytest.fixture
async def asleep(enrolled: Path, tmp_path: Path) -> AsyncIterator[Street]:
    """After the enrolment; the server is not started."""
    folder = tmp_path / "here"
    shutil.copytree(enrolled, folder)
    async with street_in(folder, first=LATER) as street:
        yield street


@pytest.fixture
async def street(asleep: Street) -> AsyncIterator[Street]:
    """After the enrolment, served by polling. At the end the log holds no error."""
    await asleep.server.serve()
    yield asleep
    assert asleep.server.actions() == []
