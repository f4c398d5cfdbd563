"""What one process alone may do is done while it leads, and not a moment longer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.channels import StoreUnavailable
from handlers.replica import Replica
from storage.replicas import Standing


class Server:
    """What the beats are answered with."""

    standing: Standing | None = Standing(leads=False, live=2)

    async def beat(self) -> Standing:
        if self.standing is None:
            raise StoreUnavailable
        return self.standing


class Work:
    """A loop that never ends; counts how often it was begun and broken off."""

    def __init__(self) -> None:
        self.begun = self.ended = 0

    async def run(self) -> None:
        self.begun += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.ended += 1


async def soon() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def told() -> list[int]:
    return []


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def replica(server: Any, told: list[int]) -> Replica:
    return Replica(server, told.append)


async def test_work_goes_on_while_it_leads_and_begins_again_when_it_leads_again(
    server: Server, replica: Replica, told: list[int]
) -> None:
    work = Work()
    task = asyncio.create_task(replica.while_leading(work.run))
    seen = []
    for standing in (
        Standing(leads=False, live=2),
        Standing(leads=True, live=2),
        Standing(leads=True, live=1),
        None,  # it can't say that it lives: another may lead
        Standing(leads=False, live=2),
        Standing(leads=True, live=3),
    ):
        server.standing = standing
        await replica.beat()
        await soon()
        seen.append((replica.leads, work.begun, work.ended))
    task.cancel()
    await asyncio.wait({task})
    assert seen == [(False, 0, 0), (True, 1, 0), (True, 1, 0), (False, 1, 1), (False, 1, 1), (True, 2, 1)]
    assert work.ended == 2
    assert told == [2, 2, 1, 2, 3]


async def test_what_breaks_is_not_swallowed(server: Server, replica: Replica) -> None:
    server.standing = Standing(leads=True, live=1)
    await replica.beat()

    async def breaks() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await replica.while_leading(breaks)
