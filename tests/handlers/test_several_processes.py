"""Two processes on one PostgreSQL, each with its own delivery, before one provider: the order of a chat, take-over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from bot.clock import Clock
from bot.messages import Address
from handlers.delivery import Delivery
from handlers.here import Here
from storage import Transaction
from storage.postgres import PostgresStore
from storage.sealing import KeyRing
from tests.handlers.conftest import FakeChannel, resident
from tests.storage.test_replicas import falls_silent
from tests.support.outgoing import say, states
from tests.support.postgres import postgres, postgres_template, postgres_url

__all__ = ["postgres", "postgres_template", "postgres_url"]

PATIENCE = 30.0
Process = tuple[PostgresStore, Delivery]


class SlowChannel(FakeChannel):
    """A provider that holds the first message back until it is let go."""

    def __init__(self) -> None:
        super().__init__(before=self.hold)
        self.entered, self.go = asyncio.Event(), asyncio.Event()

    async def hold(self) -> None:
        if not self.entered.is_set():
            self.entered.set()
            await self.go.wait()


@pytest_asyncio.fixture
async def slow() -> SlowChannel:
    return SlowChannel()


@pytest_asyncio.fixture
async def two(postgres_url: str, here: Here, slow: SlowChannel) -> AsyncIterator[list[Process]]:
    """Both live, and both have a round over what nobody holds."""
    ring, made, rounds = KeyRing.throwaway(), [], []
    for _ in range(2):
        store = await PostgresStore.open(postgres_url, ring)
        await store.beat()
        delivery = Delivery(store, here, Clock(), {"simulator": slow})  # type: ignore[dict-item]
        store.on_commit = delivery.offer
        made.append((store, delivery))
        rounds.append(asyncio.create_task(delivery.run()))
    yield made
    slow.go.set()
    for task in rounds:
        task.cancel()
    await asyncio.gather(*rounds, return_exceptions=True)
    for store, delivery in made:
        await delivery.stop()
        await store.close()


def notice(tx: Transaction, text: str) -> None:
    """Something that concerns the person."""
    say(tx, text, at=Clock().now())


def reply(tx: Transaction, text: str) -> None:
    """To who just wrote: nothing is looked up again before it goes."""
    tx.vault.wrote(resident(tx), Address("simulator", "rosa"), None)
    notice(tx, text)


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110  two processes' tasks
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("writes", [notice, reply])
async def test_what_two_processes_say_to_a_chat_arrives_in_the_order_of_writing(
    two: list[Process], slow: SlowChannel, writes: Callable[[Transaction, str], None]
) -> None:
    (one, _), (other, theirs) = two
    await one.run(lambda tx: writes(tx, "uno"))
    await slow.entered.wait()
    for store, text in ((other, "dos"), (one, "tres"), (other, "cuatro")):
        await store.run(lambda tx, t=text: writes(tx, t))
    await asyncio.sleep(0.5)  # time enough to do it wrong
    assert slow.sent == []
    assert theirs.in_memory == 2
    slow.go.set()
    await until(lambda: len(slow.sent) == 4)
    assert slow.to("rosa") == ["uno", "dos", "tres", "cuatro"]


async def test_what_a_dead_process_held_goes_first_by_the_hand_of_another(
    two: list[Process], slow: SlowChannel
) -> None:
    (one, dying), (other, _) = two
    await one.run(lambda tx: notice(tx, "uno"))
    await slow.entered.wait()
    await one.run(lambda tx: notice(tx, "dos"))
    await other.run(lambda tx: notice(tx, "tres"))
    dying._stopping = True
    for task in dying._tasks:
        task.cancel()
    await falls_silent(one, by=other)
    await until(lambda: len(slow.sent) == 3)
    assert slow.to("rosa") == ["uno", "dos", "tres"]
    async with asyncio.timeout(PATIENCE):
        while {state for state, _ in await states(other)} != {"sent"}:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_process_that_was_given_up_sends_nothing_of_what_it_held(
    two: list[Process], slow: SlowChannel
) -> None:
    """It wakes up, and looks first."""
    (one, _), (other, theirs) = two
    await one.run(lambda tx: notice(tx, "uno"))
    await slow.entered.wait()
    await one.run(lambda tx: notice(tx, "dos"))
    await falls_silent(one, by=other)
    await until(lambda: len(slow.sent) == 2)
    assert slow.to("rosa") == ["uno", "dos"], "by the other"
    slow.go.set()
    await until(lambda: theirs.in_memory == two[0][1].in_memory == 0)
    assert slow.to("rosa") == ["uno", "dos", "uno"], "the call that was under way can't be called back"
