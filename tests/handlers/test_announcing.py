"""Outside of WhatsApp's window: a template says that there is news, and the words wait for the person to write."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot.channels import Failure, SendError
from bot.channels.whatsapp import statuses
from bot.domain.notices import Notice
from bot.domain.roster import Role
from bot.messages import Address, Outgoing, Receipt
from handlers.delivery import Delivery, receipts
from handlers.here import Here
from storage import Store, Transaction
from tests.handlers.conftest import NOON, FakeChannel, HastyClock, officer, resident
from tests.support.outgoing import say, states
from tests.support.reports import opened


def news_outside_the_window(tx: Transaction) -> None:
    """An officer took Rosa's report, and her window has shut."""
    person = resident(tx)
    tx.vault.wrote(person, Address("simulator", "rosa"), NOON)
    tx.vault.known.clear()
    report = opened(tx, person_id=person)
    facts = {"folio": report.folio, "officer": "oficial Canul"}
    news = Notice(person_id=person, name="report_claimed", facts=facts, report_id=report.id)
    tx.outbox.put([news], NOON)


@pytest.mark.parametrize("approved", [True, False])
async def test_outside_the_window_a_template_says_that_there_is_news(
    store: Store, delivery: Delivery, channel: FakeChannel, here: Here, clock: HastyClock, approved: bool
) -> None:
    """One for all that waits; without an approved one it just waits. The words go when the person writes."""
    if not approved:
        delivery._channels = {"fake": channel}  # type: ignore[dict-item]  # no simulator: ids are needed

    def work(tx: Transaction) -> None:
        person = resident(tx) if approved else tx.people.add(at=NOON, locale="es").id
        address = Address("simulator" if approved else "fake", "rosa")
        if not approved:
            tx.vault.add(person, address)
        tx.vault.wrote(person, address, NOON)
        tx.vault.known.clear()
        report = opened(tx, person_id=person)
        for name in ("report_claimed", "officer_on_the_way"):
            facts = {"folio": report.folio, "officer": "oficial Canul"}
            tx.outbox.put([Notice(person_id=person, name=name, facts=facts, report_id=report.id)], NOON)

    clock.skip(minutes=1)
    await store.run(work)
    await delivery.idle()
    used = [message.template.name for _, message, _ in channel.sent if message.template]
    assert used == (["novedad_reporte"] if approved else [])
    assert [state for state, _ in await states(store)] == ["waiting", "waiting"]


@pytest.mark.parametrize("approved", [True, False])
async def test_who_writes_while_their_news_are_being_announced_hears_them_now(
    store: Store, delivery: Delivery, channel: FakeChannel, clock: HastyClock, approved: bool
) -> None:
    """The window opened between the look at it and the note that it was shut: nothing else would wake the words."""

    def writes(tx: Transaction) -> None:
        tx.vault.wrote(resident(tx), Address("simulator", "rosa"), clock.now() + timedelta(days=1))
        tx.outbox.window_opened(resident(tx), clock.now())

    note = delivery._note

    def overtaken(outcome: Any, *, first: bool = False) -> Any:
        delivery._note = note  # type: ignore[method-assign]
        note(writes)
        return note(outcome, first=first)

    delivery._approved = lambda name: approved  # type: ignore[method-assign]
    delivery._note = overtaken  # type: ignore[method-assign]
    clock.skip(minutes=1)
    await store.run(news_outside_the_window)
    await delivery.idle()
    clock.skip(minutes=1)
    await delivery.idle()
    assert await states(store) == [("sent", None)]
    assert "oficial Canul" in channel.to("rosa")[-1]


@pytest.mark.parametrize(
    ("error", "stands", "operators", "announced"),
    [
        ("63049", ("waiting", "63049"), 1, 2),  # withheld by Meta: the next news try again
        ("63018", ("waiting", "template"), 0, 2),  # no more at this moment: the same template again
        ("63024", ("waiting", "63024"), 0, 1),  # not on WhatsApp any more
    ],
)
async def test_an_announcement_that_did_not_arrive_is_not_taken_for_one(
    store: Store,
    delivery: Delivery,
    channel: FakeChannel,
    clock: HastyClock,
    error: str,
    stands: tuple[str, str],
    operators: int,
    announced: int,
) -> None:
    """Or the person would hear of nothing any more, and nobody of that."""

    def told(tx: Transaction, name: str) -> None:
        report = opened(tx, len(name), person_id=resident(tx))
        facts = {"folio": report.folio, "officer": "oficial Canul"}
        news = Notice(person_id=resident(tx), name=name, facts=facts, report_id=report.id)
        tx.outbox.put([news], clock.now())

    def shut(tx: Transaction) -> None:
        officer(tx, "aguilar", role=Role.SUPERVISOR)
        tx.vault.wrote(resident(tx), Address("simulator", "rosa"), NOON)
        tx.vault.known.clear()

    clock.skip(minutes=1)
    await store.run(shut)
    await store.run(partial(told, name="report_claimed"))
    await delivery.idle()
    status = {"MessageSid": "M1", "MessageStatus": "undelivered", "ErrorCode": error}
    receipt = statuses.read(status, f"ref={channel.sent[0][2]}")
    assert receipt is not None
    for _ in range(2):  # told twice, as providers do
        await store.run(partial(receipts.take, receipt=receipt, at=clock.now()))
    clock.skip(minutes=2)
    await delivery.idle()
    await store.run(partial(told, name="officer_on_the_way"))
    await delivery.idle()
    templates = [message for to, message, _ in channel.sent if to == "rosa" and message.template]
    first, *_ = [one for one in await states(store) if one[0] == "waiting"]
    assert (len(templates), len(channel.to("aguilar"))) == (announced, operators)
    assert first == stands


async def test_a_stop_waits_for_the_announcement_that_is_under_way(
    store: Store, delivery: Delivery, channel: FakeChannel, clock: HastyClock
) -> None:
    """Otherwise every restart would announce it a second time."""
    called, answered = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        called.set()
        await answered.wait()

    channel.before = slow
    clock.skip(minutes=1)
    await store.run(news_outside_the_window)
    await called.wait()
    stopping = asyncio.create_task(delivery.stop())
    await asyncio.sleep(0)
    answered.set()
    await stopping
    assert [message.template is not None for _, message, _ in channel.sent] == [True]
    assert await states(store) == [("waiting", "template")]


async def test_what_is_told_of_the_template_before_it_is_noted_says_nothing_of_the_words(
    store: Store, delivery: Delivery, channel: FakeChannel, clock: HastyClock
) -> None:
    """The receipt overtakes the answer of the call; the words still wait for the person to write."""
    send = channel.send

    async def told_at_once(to: Address, message: Outgoing, *, reference: str = "") -> str:
        sent = await send(to, message, reference=reference)
        told = Receipt(provider_id=sent, status="delivered", error="", raw={"ref": reference})
        await store.run(lambda tx: receipts.take(tx, told, NOON))
        return sent

    channel.send = told_at_once  # type: ignore[method-assign]
    clock.skip(minutes=1)
    await store.run(news_outside_the_window)
    await delivery.idle()
    assert channel.sent[0][1].template is not None
    assert await states(store) == [("waiting", "template")]


async def test_a_window_that_was_closed_after_all_makes_it_wait(
    store: Store, delivery: Delivery, channel: FakeChannel
) -> None:
    channel.fails["rosa"] = [SendError(Failure.WINDOW_CLOSED, "63016")]
    await store.run(lambda tx: say(tx, "hola"))
    await delivery.idle()
    assert await states(store) == [("waiting", "63016")]
