"""The one way out: order for each person, alerts on their own, every failure by its name, the right read again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot.channels import Failure, SendError, StoreUnavailable
from bot.channels.whatsapp import statuses
from bot.domain.notices import Lane, Notice
from bot.domain.roster import Role
from bot.messages import WHATSAPP, Address, Outgoing, Receipt
from handlers.delivery import Delivery, receipts
from handlers.delivery.sender import POLL_SECONDS
from handlers.here import Here
from storage import Store, Transaction
from storage.outbox import LEASE, Row
from tests.handlers.conftest import NOON, FakeChannel, HastyClock, officer, resident
from tests.support.log_book import open_reports
from tests.support.outgoing import alert, say, states
from tests.support.reports import opened

# ---- order ----


async def test_one_person_s_messages_leave_in_the_order_of_writing(
    store: Store, delivery: Delivery, channel: FakeChannel
) -> None:
    def work(tx: Transaction) -> None:
        for n in range(5):
            say(tx, f"{n}")
            say(tx, f"otro {n}", "otro")

    await store.run(work)
    await delivery.idle()
    assert channel.to("rosa") == list("01234")
    assert channel.to("otro") == [f"otro {n}" for n in range(5)]
    assert {state for state, _ in await states(store)} == {"sent"}
    assert delivery.in_memory == 0


async def test_a_provider_that_makes_us_wait_changes_no_order(
    store: Store, delivery: Delivery, channel: FakeChannel, clock: HastyClock
) -> None:
    """What comes after waits behind it, in place, as long as the provider said; another person does not."""
    channel.fails["rosa"] = [SendError(Failure.RETRY, "429", retry_after=90), SendError(Failure.RETRY, "500")]
    await store.run(lambda tx: [say(tx, "1"), say(tx, "2"), say(tx, "otra", "otro")])
    await delivery.idle()
    assert channel.to("rosa") == ["1", "2"]
    assert channel.sent[0][0] == "otro"
    assert clock.waits[0] == 90
    assert 1 <= clock.waits[1] <= 2


async def test_while_it_waits_nobody_else_takes_it(
    store: Store, delivery: Delivery, channel: FakeChannel, clock: HastyClock
) -> None:
    """A pause longer than the lease prolongs it, for all that stand in the queue."""
    channel.fails["rosa"] = [SendError(Failure.RETRY, "429", retry_after=3600)]
    taken: list[Any] = []

    async def another_replica(seconds: float) -> None:
        taken.extend(await store.run(lambda tx: tx.outbox.lease(clock.at + timedelta(seconds=seconds))))
        clock.at += timedelta(seconds=seconds)

    clock.wait = another_replica  # type: ignore[method-assign]
    await store.run(lambda tx: [say(tx, "1"), say(tx, "2")])
    await delivery.idle()
    assert (taken, channel.to("rosa")) == ([], ["1", "2"])


async def test_what_was_sent_late_is_not_taken_again_before_it_is_noted(
    store: Store, delivery: Delivery, channel: FakeChannel, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a broadcast a message waits for its place longer than its lease."""
    written, write = asyncio.Event(), delivery._write

    async def write_later(batch: Any) -> None:
        await written.wait()
        await write(batch)

    monkeypatch.setattr(delivery, "_write", write_later)
    await store.run(lambda tx: say(tx, "1"))
    await asyncio.gather(*delivery._tasks)
    assert channel.to("rosa") == ["1"]
    clock.at += 2 * LEASE
    await delivery._pick_up()
    assert delivery.in_memory == 0
    written.set()
    assert delivery._noting is not None
    await delivery._noting
    await delivery.idle()
    assert channel.to("rosa") == ["1"]
    assert [state for state, _ in await states(store)] == ["sent"]


async def test_an_alert_does_not_stand_behind_what_is_stuck(
    store: Store, delivery: Delivery, channel: FakeChannel, clock: HastyClock
) -> None:
    """Alerts to a person have their own lane: a reply that is tried again holds no alert up."""
    stuck = asyncio.Event()

    async def wait(seconds: float) -> None:
        await stuck.wait()

    clock.wait = wait  # type: ignore[method-assign]
    channel.fails["canul"] = [SendError(Failure.RETRY, "500")]
    await store.run(lambda tx: [officer(tx), say(tx, "reply", "canul")])
    while channel.fails["canul"]:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await store.run(lambda tx: alert(tx, "canul"))
    for _ in range(200):
        await asyncio.sleep(0.005)
        if channel.sent:
            break
    assert "P3" in channel.to("canul")[0]
    stuck.set()
    await delivery.idle()
    assert channel.to("canul")[1] == "reply"


async def test_what_was_left_over_is_picked_up(
    store: Store, here: Here, clock: HastyClock, channel: FakeChannel
) -> None:
    """Written before a crash: after the lease, by whoever runs then, after asking the provider."""
    await store.run(lambda tx: say(tx, "before"))
    fresh = Delivery(store, here, clock, {"simulator": channel})  # type: ignore[dict-item]
    await fresh.idle()
    assert channel.sent == []
    clock.skip(seconds=LEASE.total_seconds() + 1)
    await fresh.idle()
    assert (channel.to("rosa"), channel.looked) == (["before"], 1)


async def test_what_was_found_at_the_provider_is_not_sent_again(
    store: Store, here: Here, clock: HastyClock, channel: FakeChannel
) -> None:
    await store.run(lambda tx: say(tx, "before"))
    clock.skip(seconds=LEASE.total_seconds() + 1)
    channel.found = "M77"
    await Delivery(store, here, clock, {"simulator": channel}).idle()  # type: ignore[dict-item]
    assert channel.sent == []
    assert await states(store) == [("sent", None)]


async def test_what_was_only_due_later_is_not_looked_up_and_no_repeat(
    store: Store, delivery: Delivery, channel: FakeChannel, clock: HastyClock
) -> None:
    """Nobody tried it before, so the alert does not say "(reintento)"."""
    await store.run(lambda tx: [officer(tx), alert(tx, "canul", due_at=NOON + timedelta(minutes=2))])
    await delivery.idle()
    assert channel.sent == []
    clock.skip(minutes=2)
    await delivery.idle()
    assert "(reintento)" not in channel.to("canul")[0]
    assert channel.looked == 0


async def test_the_same_row_offered_twice_is_sent_once(
    store: Store, delivery: Delivery, channel: FakeChannel
) -> None:
    store.on_commit = lambda rows: (delivery.offer(rows), delivery.offer(rows))[0]
    await store.run(lambda tx: say(tx, "once"))
    await delivery.idle()
    assert channel.to("rosa") == ["once"]


# ---- every failure by its name ----


async def test_gone_stops_the_address_until_they_write(
    store: Store, delivery: Delivery, channel: FakeChannel, clock: HastyClock
) -> None:
    """Not tried again meanwhile; news of a report wait and go when they come back."""
    channel.fails["rosa"] = [SendError(Failure.GONE, "403")]
    news: dict[str, Any] = {}

    def work(tx: Transaction) -> None:
        news["report"] = opened(tx, person_id=resident(tx))
        facts = {"folio": news["report"].folio, "officer": "oficial Canul"}
        for name in ("officer_on_the_way", "report_claimed"):
            notice = Notice(person_id=resident(tx), name=name, facts=facts, report_id=news["report"].id)
            tx.outbox.put([notice], NOON)

    await store.run(work)
    await delivery.idle()
    assert channel.sent == []
    assert await states(store) == [("waiting", "403"), ("waiting", "stopped")]

    def back(tx: Transaction) -> None:
        assert tx.vault.wrote(resident(tx), Address("simulator", "rosa"), None)
        tx.outbox.window_opened(resident(tx), clock.now())

    await store.run(back)
    await delivery.idle()
    assert [text.split()[0] for text in channel.to("rosa")] == ["Folio", "Folio"]
    assert "va en camino" in channel.to("rosa")[0]


async def test_moved_goes_to_the_new_id(store: Store, delivery: Delivery, channel: FakeChannel) -> None:
    channel.fails["rosa"] = [SendError(Failure.MOVED, new_id="rosa-2")]
    await store.run(lambda tx: say(tx, "hola"))
    await delivery.idle()
    assert channel.to("rosa-2") == ["hola"]
    reach = await store.read(lambda tx: tx.vault.person_at(Address("simulator", "rosa-2")))
    assert reach is not None


async def test_a_move_onto_somebody_else_s_id_buries_that_message_only(
    store: Store, delivery: Delivery, channel: FakeChannel
) -> None:
    """The outcome can't be written: the others in its batch are kept, and nothing hangs."""
    channel.fails["rosa"] = [SendError(Failure.MOVED, new_id="otro")]
    await store.run(lambda tx: [say(tx, "a"), say(tx, "b", "otro"), say(tx, "c", "tres")])
    await asyncio.wait_for(delivery.idle(), 10)
    assert await states(store) == [("failed", "bug"), ("sent", None), ("sent", None)]


@pytest.mark.parametrize("code", ["21211", ""])
async def test_what_will_never_work_is_kept_and_a_supervisor_is_told_the_code(
    store: Store, delivery: Delivery, channel: FakeChannel, code: str
) -> None:
    """A dead letter without the words, one notice, and no notice about that notice."""
    channel.fails = {
        "rosa": [SendError(Failure.PERMANENT, code)],
        "aguilar": [SendError(Failure.PERMANENT, "400")],
    }
    await store.run(lambda tx: [officer(tx, "aguilar", role=Role.SUPERVISOR), say(tx, "hola")])
    await delivery.idle()
    assert [state for state, _ in await states(store)] == ["failed", "failed"]
    letters = await store.read(lambda tx: tx.inbox.dead_letters())
    assert [(letter.source, letter.reason, letter.raw) for letter in letters] == [
        ("outbox", code, b""),
        ("outbox", "400", b""),
    ]


async def test_a_channel_that_is_not_there_is_tried_again_later(
    store: Store, here: Here, clock: HastyClock, channel: FakeChannel
) -> None:
    """A message for a channel that is not configured today waits; it is not lost."""
    delivery = Delivery(store, here, clock, {})
    store.on_commit = delivery.offer

    async def comes_back(seconds: float) -> None:
        delivery._channels = {"simulator": channel}  # type: ignore[dict-item]

    clock.wait = comes_back  # type: ignore[method-assign]
    await store.run(lambda tx: say(tx, "hola"))
    await delivery.idle()
    assert channel.to("rosa") == ["hola"]


@pytest.mark.parametrize(("found", "texts"), [(None, 1), ("M99", 0)])
async def test_nobody_knows_whether_it_went_so_the_provider_is_asked_first(
    store: Store, delivery: Delivery, channel: FakeChannel, found: str | None, texts: int
) -> None:
    channel.fails["rosa"] = [SendError(Failure.UNKNOWN, "timeout")]
    channel.found = found
    await store.run(lambda tx: say(tx, "hola"))
    await delivery.idle()
    assert (len(channel.sent), channel.looked) == (texts, 1)
    assert await states(store) == [("sent", None)]


async def test_an_alert_that_may_come_twice_says_so(
    store: Store, delivery: Delivery, channel: FakeChannel, clock: HastyClock
) -> None:
    """After five seconds: a repeated alert is better than a lost one."""
    channel.fails["canul"] = [SendError(Failure.UNKNOWN, "timeout")]
    await store.run(lambda tx: [officer(tx), alert(tx, "canul")])
    await delivery.idle()
    assert "(reintento)" in channel.to("canul")[0]
    assert clock.waits == [5.0]


@pytest.mark.parametrize(
    ("failure", "then"),
    [
        ("gone", ("waiting", "stopped")),
        ("window_closed", ("waiting", "window")),
        ("permanent", ("failed", "63013")),
    ],
)
async def test_a_loss_told_before_we_noted_the_acceptance_is_handled(
    store: Store,
    delivery: Delivery,
    channel: FakeChannel,
    clock: HastyClock,
    failure: str,
    then: tuple[str, str],
) -> None:
    """A template had announced the words, so the row carries its id and the receipt of the words comes too early."""
    send = channel.send
    delivery._here = replace(delivery._here, capabilities_of=lambda _: WHATSAPP)

    async def lost_at_once(to: Address, message: Outgoing, *, reference: str = "") -> str:
        sent = await send(to, message, reference=reference)
        channel.send = send  # type: ignore[method-assign]
        told = Receipt(
            provider_id=sent, status="failed", error="63013", raw={"ref": reference, "failure": failure}
        )
        await store.run(lambda tx: receipts.take(tx, told, clock.now()))
        return sent

    def work(tx: Transaction) -> None:
        person = resident(tx)
        tx.vault.wrote(person, Address("simulator", "rosa"), NOON + timedelta(hours=1))
        tx.vault.known.clear()
        report = opened(tx, person_id=person)
        facts = {"folio": report.folio, "officer": "oficial Canul"}
        tx.outbox.put(
            [Notice(person_id=person, name="report_claimed", facts=facts, report_id=report.id)], NOON
        )
        row = tx.outbox.written[0]
        tx.outbox.wait_for_window(row.id, "template", "T1")
        tx.outbox.window_opened(person, NOON)
        tx.outbox.written.clear()

    delivery._approved = lambda name: False  # type: ignore[method-assign]
    channel.send = lost_at_once  # type: ignore[method-assign]
    await store.run(work)
    await delivery.idle()
    await delivery.idle()
    assert (await states(store))[0] == then


@pytest.mark.parametrize(("error", "hours", "tries"), [("63010", 2.0, 13), ("63038", 7.0, 4)])
async def test_a_provider_s_trouble_told_later_is_outlasted(
    store: Store,
    delivery: Delivery,
    channel: FakeChannel,
    clock: HastyClock,
    error: str,
    hours: float,
    tries: int,
) -> None:
    """Twilio takes every message, and says a moment later that WhatsApp is down, or takes no more today."""
    delivery._here = replace(delivery._here, capabilities_of=lambda _: WHATSAPP)
    await store.run(lambda tx: say(tx, "hola"))
    await delivery.idle()
    while clock.now() < NOON + timedelta(hours=hours):
        status = {"MessageSid": f"M{len(channel.sent)}", "MessageStatus": "undelivered", "ErrorCode": error}
        told = statuses.read(status, f"ref={channel.sent[-1][2]}")
        assert told is not None
        await store.run(partial(receipts.take, receipt=told, at=clock.now()))
        due = await store.read(lambda tx: tx.outbox.next_at())
        assert due is not None
        clock.at = due
        await delivery.idle()
    assert (await states(store), len(channel.sent)) == ([("sent", None)], tries)
    assert await store.read(lambda tx: tx.inbox.dead_letters()) == []


async def test_a_look_up_that_fails_decides_nothing(
    store: Store, delivery: Delivery, channel: FakeChannel
) -> None:
    asked: list[Outgoing] = []

    async def find(to: Address, message: Outgoing, since_seconds: float) -> str | None:
        asked.append(message)
        if len(asked) == 1:
            raise SendError(Failure.PERMANENT, "400")
        return "M9"

    channel.find = find  # type: ignore[method-assign]
    channel.fails["rosa"] = [SendError(Failure.UNKNOWN, "timeout")]
    await store.run(lambda tx: say(tx, "hola"))
    await delivery.idle()
    assert (len(asked), channel.sent, await states(store)) == (2, [], [("sent", None)])


async def test_words_that_can_not_be_rendered_bury_their_row_and_stop_nothing(
    store: Store, delivery: Delivery, channel: FakeChannel, clock: HastyClock
) -> None:
    def work(tx: Transaction) -> None:
        tx.outbox.put([Notice(person_id=resident(tx), name="no_such_notice", lane=Lane.REPLY)], NOON)
        say(tx, "after")

    await store.run(work)
    await asyncio.gather(*delivery._tasks)
    assert (channel.to("rosa"), channel.looked, clock.now()) == (["after"], 0, NOON)
    await delivery.idle()
    assert [state for state, _ in await states(store)] == ["failed", "sent"]


async def test_an_earlier_message_that_comes_meanwhile_is_not_buried_in_place_of_the_broken_one(
    store: Store, delivery: Delivery, channel: FakeChannel
) -> None:
    """Two processes may commit in another order than they number: the earlier row steps in front."""
    offered: list[Row] = []
    store.on_commit = offered.extend
    send = channel.send

    async def broken(to: Address, message: Outgoing, *, reference: str = "") -> str:
        channel.send = send  # type: ignore[method-assign]
        delivery.offer(offered[:1])
        raise ValueError("a token has 1 to 64 bytes")

    channel.send = broken  # type: ignore[method-assign]
    await store.run(lambda tx: [say(tx, "earlier"), say(tx, "broken")])
    delivery.offer(offered[1:])
    await asyncio.gather(*delivery._tasks)
    await delivery.idle()
    assert channel.to("rosa") == ["earlier"]
    assert [state for state, _ in await states(store)] == ["sent", "failed"]


# ---- the store away ----


class Away:
    """A store that is unavailable for a while."""

    shared = False

    def __init__(self, store: Store) -> None:
        self._store, self.reads, self.runs = store, 0, 0
        self.on_commit = None

    async def read(self, work: Any) -> Any:
        if self.reads:
            self.reads -= 1
            raise StoreUnavailable
        return await self._store.read(work)

    async def run(self, work: Any) -> Any:
        if self.runs:
            self.runs -= 1
            raise StoreUnavailable
        return await self._store.run(work)


async def test_a_store_that_is_away_while_the_outcome_is_noted_loses_none(
    store: Store, here: Here, clock: HastyClock, channel: FakeChannel
) -> None:
    """Sent once, noted as soon as it is back."""
    away = Away(store)
    delivery = Delivery(away, here, clock, {"simulator": channel})  # type: ignore[arg-type,dict-item]
    store.on_commit = delivery.offer

    async def breaks() -> None:
        away.runs = 3

    channel.before = breaks
    await store.run(lambda tx: say(tx, "hola"))
    await asyncio.gather(*delivery._tasks)
    await delivery._noting  # type: ignore[misc]
    assert (channel.to("rosa"), await states(store)) == (["hola"], [("sent", None)])
    assert clock.waits == [POLL_SECONDS] * 3


class Slow(Away):
    """The first look for more ends when something is about to be noted, and that takes longer."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._asked, self._noting = 0, asyncio.Event()

    async def run(self, work: Any) -> Any:
        self._asked += 1
        if self._asked == 1:
            await self._noting.wait()
        elif self._asked == 2:
            self._noting.set()
            await asyncio.sleep(0.1)
        return await super().run(work)


async def test_who_waits_until_everything_was_tried_waits_until_it_is_noted(
    store: Store, here: Here, clock: HastyClock, channel: FakeChannel
) -> None:
    """Also what is being noted while it is looked for more."""
    delivery = Delivery(Slow(store), here, clock, {"simulator": channel})  # type: ignore[arg-type,dict-item]
    store.on_commit = delivery.offer
    await store.run(lambda tx: say(tx, "hola"))
    await delivery.idle()
    assert (channel.to("rosa"), await states(store)) == (["hola"], [("sent", None)])


async def test_a_store_that_is_away_while_the_right_is_read_makes_the_message_wait(
    store: Store, here: Here, clock: HastyClock, channel: FakeChannel
) -> None:
    """It is our trouble: no dead letter, the message goes when the store is back."""
    away = Away(store)
    delivery = Delivery(away, here, clock, {"simulator": channel})  # type: ignore[arg-type,dict-item]
    store.on_commit = delivery.offer
    away.reads = 2
    await store.run(lambda tx: say(tx, "hola"))
    await delivery.idle()
    assert (channel.to("rosa"), await states(store)) == (["hola"], [("sent", None)])


# ---- what leaves ----


async def test_buttons_are_signed_for_who_reads_them(
    store: Store, delivery: Delivery, channel: FakeChannel, here: Here
) -> None:
    await store.run(lambda tx: [officer(tx), alert(tx, "canul")])
    await delivery.idle()
    person = await store.read(lambda tx: tx.vault.person_at(Address("simulator", "canul")))
    tokens = [action.token for _, message, _ in channel.sent for action in message.actions]
    assert {(here.tokens.open(person or "", token) or "").split(".")[0] for token in tokens} == {
        "claim",
        "decline",
    }
    assert {here.tokens.open("somebody else", token) for token in tokens} == {None}


async def test_the_card_of_an_alert_that_was_taken_is_edited_in_place(
    store: Store, delivery: Delivery, channel: FakeChannel
) -> None:
    await store.run(lambda tx: [officer(tx), alert(tx, "canul")])
    await delivery.idle()

    def taken(tx: Transaction) -> None:
        report = open_reports(tx)[0]
        facts = {"folio": report.folio, "handler": "Poot", "what": "ReportClaimed", "at": NOON.isoformat()}
        card = f"alert:{report.id}"
        notice = Notice(
            person_id=resident(tx, "canul"), name="alert_taken", facts=facts, report_id=report.id, card=card
        )
        tx.outbox.put([notice], NOON)

    await store.run(taken)
    await delivery.idle()
    assert channel.sent[-1][1].replaces == "M1"


async def test_the_language_is_the_one_of_who_reads(
    store: Store, delivery: Delivery, channel: FakeChannel
) -> None:
    def work(tx: Transaction) -> None:
        tx.people.set_locale(resident(tx), "en")
        notice = Notice(person_id=resident(tx), name="apology", facts={"id": "abc"}, lane=Lane.REPLY)
        tx.outbox.put([notice], NOON)

    await store.run(work)
    await delivery.idle()
    assert "911" in channel.to("rosa")[0]
    assert "problema" not in channel.to("rosa")[0]


async def test_too_much_in_memory_is_left_in_the_store(
    store: Store, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.delivery.sender.MOST_IN_MEMORY", 0)
    store.on_commit = None
    await store.run(lambda tx: say(tx, "hola", due_at=NOON + timedelta(seconds=-1)))
    assert await delivery._pick_up() is False


async def test_a_flood_waits_in_the_store_and_keeps_its_order(
    store: Store, here: Here, clock: HastyClock, channel: FakeChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only so much of it in memory; alerts always; and what is written later overtakes nothing."""
    monkeypatch.setattr("handlers.delivery.sender.MOST_IN_MEMORY", 3)
    delivery = Delivery(store, here, clock, {"simulator": channel})  # type: ignore[dict-item]
    store.on_commit, most = delivery.offer, 0
    gate = asyncio.Event()
    channel.before = gate.wait
    await store.run(lambda tx: officer(tx, "canul"))
    for n in range(20):
        await store.run(lambda tx, n=n: say(tx, f"{n}", to=("rosa", "tere")[n % 2]))  # type: ignore[misc]
        most = max(most, delivery.in_memory)
    await store.run(lambda tx: alert(tx, "canul"))
    assert (most, delivery.in_memory) == (3, 4)
    gate.set()
    loop = asyncio.create_task(delivery.run())
    while len(channel.to("tere")) < 5:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    for n in range(20, 30):
        await store.run(lambda tx, n=n: say(tx, f"{n}", to=("rosa", "tere")[n % 2]))  # type: ignore[misc]
    async with asyncio.timeout(20):
        while len(channel.sent) < 31 or delivery._full:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    loop.cancel()
    assert channel.to("rosa") == [f"{n}" for n in range(0, 30, 2)]
    assert channel.to("tere") == [f"{n}" for n in range(1, 30, 2)]
    await delivery.stop()


async def test_the_loop_goes_on_when_the_store_is_away(
    store: Store, here: Here, clock: HastyClock, channel: FakeChannel
) -> None:
    """Until it is cancelled; then what is under way ends."""
    away = Away(store)
    away.runs = 2
    delivery = Delivery(away, here, clock, {"simulator": channel})  # type: ignore[arg-type,dict-item]
    await store.run(lambda tx: say(tx, "hola", at=NOON - timedelta(hours=1)))
    loop = asyncio.create_task(delivery.run())
    while not channel.sent:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    loop.cancel()
    await delivery.stop()
    assert clock.waits[:2] == [POLL_SECONDS] * 2
