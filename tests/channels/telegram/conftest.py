"""A bot, a Bot API and a store that can be out of order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest

from bot.channels import StoreUnavailable
from bot.channels.telegram import TelegramChannel, polling
from bot.messages import Inbound, Receipt
from tests.fakes.bot_api import BotApi


class Store:
    """Where messages are committed: once each, as the real inbox does."""

    def __init__(self) -> None:
        self.kept: dict[str, Inbound] = {}
        self.asked = 0
        self.down = 0  # how many more times it refuses
        self.trips = 0  # how many more times the code behind it has a bug
        self._news = asyncio.Event()

    async def receive(self, inbound: Inbound) -> None:
        """Commit, or say that it can't."""
        self.asked += 1
        if self.down:
            self.down -= 1
            raise StoreUnavailable
        if self.trips:
            self.trips -= 1
            raise ZeroDivisionError
        self.kept.setdefault(inbound.id, inbound)
        self._news.set()

    async def noted(self, receipt: Receipt) -> None:
        """Telegram never tells."""
        raise AssertionError

    async def holds(self, number: int, *, within: float = 5.0) -> list[Inbound]:
        """What is kept, as soon as it is so many."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while len(self.kept) < number:
                    self._news.clear()
                    await self._news.wait()
        assert len(self.kept) == number
        return list(self.kept.values())


async def until(condition: Callable[[], bool], *, within: float = 5.0) -> None:
    """Wait for what nobody announces."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110  # there is no event to wait for
            await asyncio.sleep(0.005)


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """A Bot API on this machine."""
    async with BotApi() as server:
        yield server


@pytest.fixture
def store() -> Store:
    """A store in good order."""
    return Store()


@pytest.fixture
async def channel(api: BotApi) -> AsyncIterator[TelegramChannel]:
    """A polling channel that was not started: it can send."""
    telegram = TelegramChannel(api.token, api_url=api.url)
    yield telegram
    await telegram.stop()


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of hundredths of a second."""
    monkeypatch.setattr(polling, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(polling, "LONGEST_PAUSE", 0.02)
    monkeypatch.setattr(polling, "SLOW", 0.03)
