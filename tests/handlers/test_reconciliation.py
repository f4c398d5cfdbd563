"""What a provider holds and never reached us: asked for from where we were last, and no bug of it ends the service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.channels import Failure, SendError, StoreUnavailable
from bot.messages import Address, Inbound
from handlers.reconciliation import OVERLAP, STILL_COMING, Reconciliation
from storage import Store
from tests.handlers.conftest import NOON, HastyClock


class Listing:
    """A channel that can list, and what it was asked."""

    def __init__(self, *ages: float) -> None:
        self.ages, self.now = ages, NOON
        self.asked: list[datetime] = []
        self.error: Exception | None = None

    async def list_inbound(self, since: datetime) -> AsyncIterator[Inbound]:
        self.asked.append(since)
        for seconds in self.ages:
            at = self.now - timedelta(seconds=seconds)
            yield Inbound(id=f"tw:{seconds}", address=Address("whatsapp", "rosa"), at=at, text="hola")
        if self.error is not None:
            raise self.error


def reconciling(
    store: Store, clock: HastyClock, channels: dict[str, Any], heard: list[str]
) -> Reconciliation:
    async def receive(inbound: Inbound) -> None:
        heard.append(inbound.id)

    return Reconciliation(store, clock, channels, receive)


async def test_it_asks_from_where_it_was_and_leaves_what_may_still_come(
    store: Store, clock: HastyClock
) -> None:
    """Before the first start nothing was meant for us; of the last seconds the webhook may be under way."""
    heard: list[str] = []
    channel = Listing(60, 5)
    look = reconciling(store, clock, {"whatsapp": channel, "telegram": object()}, heard)
    await look.look()
    assert (channel.asked, heard) == ([], [])
    channel.now = clock.skip(minutes=2)
    await look.look()
    assert (channel.asked, heard) == ([NOON - STILL_COMING - OVERLAP], ["tw:60"])


@pytest.mark.parametrize(
    "error", [SendError(Failure.RETRY, "500"), StoreUnavailable("full"), RuntimeError("a bug of ours")]
)
async def test_what_breaks_in_one_channel_is_asked_again_and_stops_nothing(
    store: Store, clock: HastyClock, error: Exception
) -> None:
    heard: list[str] = []
    broken, well = Listing(60), Listing(30)
    look = reconciling(store, clock, {"one": broken, "two": well}, heard)
    await look.look()
    broken.now = well.now = clock.skip(minutes=2)
    broken.error = error
    await look.look()
    assert heard == ["tw:60", "tw:30"]
    broken.error, broken.now = None, clock.skip(minutes=2)
    await look.look()
    assert broken.asked == [NOON - STILL_COMING - OVERLAP] * 2, "what it could not finish is asked from there"
