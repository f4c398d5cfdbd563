"""Who may hear a thing is asked again just before it leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from bot.domain.notices import Notice
from bot.domain.roster import Role
from handlers import wording
from handlers.delivery import Delivery
from handlers.delivery.sender import Ready, permitted
from storage import Store, Transaction
from tests.handlers.conftest import NOON, FakeChannel, HastyClock, officer, resident
from tests.support.outgoing import alert, say, states
from tests.support.reports import opened


async def test_a_revoked_officer_hears_nothing_more(
    store: Store, delivery: Delivery, channel: FakeChannel
) -> None:
    def work(tx: Transaction) -> None:
        officer(tx)
        alert(tx, "canul")
        tx.staff.revoke("canul", None, NOON)

    await store.run(work)
    await delivery.idle()
    assert channel.sent == []
    assert await states(store) == [("dropped", "revoked")]


@dataclass
class SlowTurn:
    """A line before the provider in which so much time passes, and meanwhile something happens."""

    store: Store
    clock: HastyClock
    seconds: float
    meanwhile: Any

    @asynccontextmanager
    async def turn(self, lane: int, chat: str) -> AsyncIterator[None]:
        await self.store.run(self.meanwhile)
        self.clock.skip(seconds=self.seconds)
        yield


@pytest.mark.parametrize("seconds", [3, 5, 600])
async def test_revoked_while_an_alert_waits_for_its_turn_the_officer_hears_nothing(
    store: Store, delivery: Delivery, channel: FakeChannel, clock: HastyClock, seconds: int
) -> None:
    """Silent within five seconds, however long the line before the provider is (P15)."""

    def work(tx: Transaction) -> None:
        officer(tx)
        alert(tx, "canul")

    line = SlowTurn(store, clock, seconds, lambda tx: tx.staff.revoke("canul", None, NOON))
    delivery._pacers["simulator"] = line  # type: ignore[assignment]
    await store.run(work)
    await delivery.idle()
    assert (channel.sent, await states(store)) == ([], [("dropped", "revoked")])


async def test_what_somebody_else_sent_while_we_stood_still_is_not_sent_again(
    store: Store, delivery: Delivery, channel: FakeChannel, clock: HastyClock
) -> None:
    """A machine that swaps, or a process that was stopped, between the asking and the call."""

    def sent(tx: Transaction) -> None:
        tx.outbox.sent(1, "M1", NOON)

    def work(tx: Transaction) -> None:
        officer(tx)
        alert(tx, "canul")

    delivery._pacers["simulator"] = SlowTurn(store, clock, 6, sent)  # type: ignore[assignment]
    await store.run(work)
    await delivery.idle()
    assert (channel.sent, await states(store)) == ([], [("sent", None)])


async def test_alerts_go_to_who_is_on_duty_and_to_supervisors(
    store: Store, delivery: Delivery, channel: FakeChannel
) -> None:
    def work(tx: Transaction) -> None:
        officer(tx, "canul", on_duty=False)
        officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)
        alert(tx, "canul")
        alert(tx, "aguilar", report={"number": 2})

    await store.run(work)
    await delivery.idle()
    assert {to for to, *_ in channel.sent} == {"aguilar"}
    assert await states(store) == [("dropped", "off duty"), ("sent", None)]


@pytest.mark.parametrize(("lists", "sent"), [(("geavig",), True), ((), False), (("otra",), False)])
async def test_a_confidential_alert_reaches_its_list_only(
    store: Store, delivery: Delivery, channel: FakeChannel, lists: tuple[str, ...], sent: bool
) -> None:
    """Whatever put the row there, and whatever the rank."""

    def work(tx: Transaction) -> None:
        officer(tx, "aguilar", role=Role.SUPERVISOR, lists=lists, on_duty=False)
        alert(tx, "aguilar", report={"named_list": "geavig"})

    await store.run(work)
    await delivery.idle()
    assert bool(channel.sent) is sent


def asked_of(tx: Transaction, notice: str, **report: Any) -> Any:
    """`permitted` for a row of that notice about a report, to Rosa."""
    about = opened(tx, person_id=resident(tx), **report)
    if notice in wording.COALESCED and tx.groups.of_chat(resident(tx)) is None:  # only to a sector's group
        tx.groups.invite("g", "norte", "ABCDE12345", resident(tx), NOON)
        tx.groups.bind("g", resident(tx), NOON)
    tx.outbox.put([Notice(person_id=resident(tx), name=notice, facts={}, report_id=about.id)], NOON)
    return permitted(tx, structs.replace(tx.outbox.written[-1], reach=None), NOON)


@pytest.mark.parametrize("notice", sorted(wording.TO_RESIDENTS))
async def test_nothing_of_our_own_motion_about_a_confidential_report(store: Store, notice: str) -> None:
    """Refused by its name, whatever made it; the same about an ordinary report goes."""
    assert isinstance(await store.run(lambda tx: asked_of(tx, notice)), Ready)
    refused = await store.run(lambda tx: asked_of(tx, notice, number=2, named_list="geavig"))
    assert refused.why == "confidential"


@pytest.mark.parametrize("notice", sorted(wording.FOR_STAFF))
async def test_what_is_for_staff_is_not_said_to_a_resident(store: Store, notice: str) -> None:
    assert (await store.run(lambda tx: asked_of(tx, notice))).why == "revoked"


async def test_after_baja_only_one_s_own_reports_are_spoken_of(store: Store) -> None:
    def work(tx: Transaction) -> list[Any]:
        tx.people.opt_out(resident(tx), NOON)
        names = ("report_closed", "draft_waits")
        return [asked_of(tx, name, number=n) for n, name in enumerate(names)]

    closed, nudge = await store.run(work)
    assert isinstance(closed, Ready)
    assert nudge.why == "opted out"


async def test_an_erased_or_stopped_person_is_not_written_to(store: Store) -> None:
    def work(tx: Transaction) -> list[str]:
        tx.outbox.put([Notice(person_id=tx.people.add(at=NOON, locale="es").id, name="say")], NOON)
        nobody = permitted(tx, tx.outbox.written[-1], NOON)
        say(tx, "hola")
        tx.vault.stop(resident(tx), NOON)
        stopped = permitted(tx, tx.outbox.written[-1], NOON)
        tx.outbox.dropped(tx.outbox.written[-1].id, "x")
        return [one.why for one in (nobody, stopped, permitted(tx, tx.outbox.written[-1], NOON))]

    assert await store.run(work) == ["erased", "stopped", "withdrawn"]


async def test_what_is_too_old_is_not_said(
    store: Store, delivery: Delivery, channel: FakeChannel, clock: HastyClock
) -> None:
    await store.run(lambda tx: say(tx, "vieja", expires_at=NOON - timedelta(seconds=1)))
    await store.run(lambda tx: say(tx, "a tiempo", expires_at=NOON))
    await delivery.idle()
    assert channel.to("rosa") == ["a tiempo"]
    assert (await states(store))[0] == ("dropped", "expired")
