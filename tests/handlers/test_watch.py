"""A deaf channel and a stolen webhook are told to the supervisors within a minute, once, and not before they are sure."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from bot.channels import StoreUnavailable
from bot.domain.roster import Role
from handlers.watch import EVERY_SECONDS, PATIENCE, Watch
from storage import Store, Transaction
from storage.schema import outbox
from tests.handlers.conftest import HastyClock, officer


@dataclass
class Ear:
    """As much of a channel as the watch looks at."""

    trouble: str = ""
    happened: list[str] = field(default_factory=list)

    def alarms(self) -> list[str]:
        found, self.happened = self.happened, []
        return found


@pytest.fixture
async def told(store: Store) -> Store:
    await store.run(lambda tx: officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False))
    return store


async def count(store: Store) -> int:
    def work(tx: Transaction) -> int:
        return len(tx.connection.execute(select(outbox.c.id).where(outbox.c.notice == "operator")).all())

    return await store.read(work)


async def test_what_lasts_is_told_within_a_minute_and_once_an_hour(told: Store, clock: HastyClock) -> None:
    ear = Ear("409 conflict")
    watch = Watch(told, clock, {"telegram": ear})  # type: ignore[dict-item]
    await watch.look()
    assert await count(told) == 0  # it may pass
    began = clock.now()
    while not await count(told):
        clock.skip(seconds=EVERY_SECONDS)
        await watch.look()
    assert (clock.now() - began).total_seconds() <= 60
    await watch.look()
    assert await count(told) == 1
    clock.skip(hours=1)
    await watch.look()
    assert await count(told) == 2


async def test_what_passes_is_not_told(told: Store, clock: HastyClock) -> None:
    ear = Ear("502")
    watch = Watch(told, clock, {"telegram": ear})  # type: ignore[dict-item]
    for trouble in ("502", "", "502", ""):
        ear.trouble = trouble
        await watch.look()
        clock.at += PATIENCE / 2
    assert await count(told) == 0


async def test_a_stolen_webhook_is_told_also_when_the_store_was_away(
    told: Store, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = Ear(happened=["el webhook apuntaba a otro lado"])
    watch = Watch(told, clock, {"telegram": ear})  # type: ignore[dict-item]
    with monkeypatch.context() as away:

        async def nothing(work: object) -> None:
            raise StoreUnavailable

        away.setattr(told, "run", nothing)
        with pytest.raises(StoreUnavailable):
            await watch.look()
    await watch.look()
    assert await count(told) == 1
