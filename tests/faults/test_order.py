"""T8. What people say is handled, and what they hear leaves, in its order, whoever is killed in between."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from pathlib import Path

from sqlalchemy import select

from bot.messages import Address, Inbound
from handlers.delivery import Delivery
from handlers.reception import Reception
from storage import Transaction
from storage.schema import outbox
from tests.faults.evidence import Campaign
from tests.faults.premises import HERE, opened_store, taken_over
from tests.handlers.conftest import NOON, FakeChannel, HastyClock

ORDER = Campaign("T8", "Order of what people say and hear, with kills in between")


async def test_what_people_say_and_hear_keeps_its_order_through_kills(tmp_path: Path) -> None:
    """Messages of each person are handled in the order in which they came; answers reach each chat in their order."""
    people, messages = ORDER.size(ci=(40, 10), whole=(200, 10))
    kills, chance = ORDER.size(ci=5, whole=30), ORDER.random()
    store, channel, clock = await opened_store(tmp_path), FakeChannel(), HastyClock()
    reception = Reception(store, HERE, clock)
    delivery = Delivery(store, HERE, clock, {"simulator": channel})  # type: ignore[dict-item]
    store.on_commit = delivery.offer

    async def one(name: str) -> None:
        for n in range(messages):
            await reception.receive(said(name, n))

    async def kill() -> Delivery:
        for task in list(delivery._tasks):
            task.cancel()
        await asyncio.gather(*delivery._tasks, return_exceptions=True)
        fresh = Delivery(store, HERE, clock, {"simulator": channel})  # type: ignore[dict-item]
        store.on_commit = fresh.offer
        await store.run(lambda tx: taken_over(tx, clock.now()))
        return fresh

    talking = asyncio.gather(*(one(f"n{i}") for i in range(people)))
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.05, 0.3))
        delivery = await kill()
    await talking
    await delivery.idle()
    wrong, repeated, heard = 0, 0, defaultdict(list)
    for to, _, reference in channel.sent:
        heard[to].append(reference)
    rows = await store.read(written)
    for name, refs in rows.items():
        firsts = list(dict.fromkeys(heard[name]))
        repeated += len(heard[name]) - len(firsts)
        wrong += firsts != refs
    await store.close()
    ORDER.record(
        people=people, messages=people * messages, kills=kills, chats_out_of_order=wrong, said_twice=repeated
    )
    assert set(rows) == {f"n{i}" for i in range(people)}
    assert wrong == 0


def said(name: str, n: int) -> Inbound:
    """One message; each gets at least one answer."""
    return Inbound(
        id=f"{name}:{n}", address=Address("simulator", name), at=NOON, text="menú" if n else "hola"
    )


def written(tx: Transaction) -> dict[str, list[str]]:
    """What each person was to hear, in the order of the commits."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in tx.connection.execute(select(outbox.c.person_id, outbox.c.ref).order_by(outbox.c.id)).all():
        reach = tx.vault.reach(row.person_id)
        assert reach is not None
        found[reach.address.id].append(row.ref)
    return found
