"""What is to be said: leases, order, one writing a key, statuses that only move up. On both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import select, update

from bot.domain.notices import Lane, Notice
from bot.messages import Address
from storage import Store, Transaction
from storage.outbox import LEASE, Lost, Row, Turn
from storage.schema import outbox
from storage.sqlite import SqliteStore
from tests.faults.evidence import Campaign

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WORDS = "¿Sigue el ruido en la calle Roma?"


def person(tx: Transaction, name: str = "rosa") -> str:
    """Somebody who wrote, at the address of that name."""
    found = tx.vault.person_at(Address("simulator", name))
    if found is None:
        found = tx.people.add(at=NOON, locale="es").id
        tx.vault.add(found, Address("simulator", name))
    return found


def put(tx: Transaction, at: datetime = NOON, *, to: str = "rosa", **more: Any) -> int:
    """Write one notice; its row's id, or -1 when its key was known."""
    notice = Notice(person_id=person(tx, to), name="report_claimed", facts={"text": WORDS}, **more)
    before = len(tx.outbox.written)
    wrote = tx.outbox.put([notice], at)
    if not wrote:
        return -1
    if len(tx.outbox.written) > before:
        return tx.outbox.written[-1].id
    return max(tx.connection.execute(select(outbox.c.id)).scalars())


def look(tx: Transaction, row_id: int) -> Any:
    return tx.connection.execute(select(outbox).where(outbox.c.id == row_id)).one()


async def lease(store: Store, at: datetime, most: int = 64) -> list[Row]:
    return await store.run(lambda tx: tx.outbox.lease(at, most))


# ---- writing ----


async def test_what_is_due_now_is_handed_out_already_leased(store: Store) -> None:
    """Nothing is read back on the fast way, and nobody else takes it meanwhile."""
    handed: list[Row] = []
    store.on_commit = handed.extend
    row_id = await store.run(put)
    assert [(row.id, row.state, row.facts) for row in handed] == [(row_id, "leased", {"text": WORDS})]
    assert await lease(store, NOON + SECOND) == []


async def test_what_is_handed_out_is_what_the_store_would_say(store: Store) -> None:
    """Nothing gets lost on the way that reads nothing back; due at this very moment is due now."""
    handed: list[Row] = []
    store.on_commit = handed.extend

    def work(tx: Transaction) -> list[Row | None]:
        put(tx)
        put(tx, lane=Lane.ALERT, report_id="r" * 32, card="c", due_at=NOON, expires_at=NOON + SECOND)
        put(tx, due_at=NOON - SECOND)
        return [tx.outbox.of_receipt("", row.ref) for row in tx.outbox.written]

    read = await store.run(work)
    assert len(handed) == 3
    assert handed == read


async def test_who_just_spoke_is_answered_without_looking_them_up(store: Store) -> None:
    """The row carries how they are reached; a notice to somebody else does not."""
    handed: list[Row] = []
    store.on_commit = handed.extend

    def work(tx: Transaction) -> None:
        tx.vault.wrote(person(tx), Address("simulator", "rosa"), None)
        put(tx)
        put(tx, to="otro")

    await store.run(work)
    assert [row.reach and row.reach.address.id for row in handed] == ["rosa", None]


async def test_a_known_key_is_not_written_again(store: Store) -> None:
    """Neither in the same unit nor later; rows without a key are never the same."""

    def twice(tx: Transaction) -> list[int]:
        return [put(tx, dedupe_key="k"), put(tx, dedupe_key="k"), put(tx), put(tx)]

    first, again, *free = await store.run(twice)
    assert (first > 0, again, -1 in free) == (True, -1, False)
    assert await store.run(lambda tx: put(tx, dedupe_key="k")) == -1


async def test_a_unit_that_fails_says_nothing(store: Store) -> None:
    handed: list[Row] = []
    store.on_commit = handed.extend

    def broken(tx: Transaction) -> None:
        put(tx)
        raise KeyError

    with pytest.raises(KeyError):
        await store.run(broken)
    assert (handed, await lease(store, NOON + 2 * LEASE)) == ([], [])


async def test_the_words_are_sealed(store: Store) -> None:
    row_id = await store.run(put)
    assert b"Roma" not in (await store.read(lambda tx: look(tx, row_id))).facts


# ---- leases ----


async def test_a_later_row_is_free_when_its_moment_comes(store: Store) -> None:
    due = NOON + timedelta(minutes=5)
    row_id = await store.run(lambda tx: put(tx, due_at=due))
    assert await store.read(lambda tx: tx.outbox.next_at()) == due
    assert await lease(store, due - SECOND) == []
    (row,) = await lease(store, due)
    assert (row.id, row.state, row.facts) == (row_id, "ready", {"text": WORDS})
    assert await store.read(lambda tx: tx.outbox.next_at()) is None


async def test_the_next_moment_is_the_first_of_what_nobody_holds(store: Store) -> None:
    def work(tx: Transaction) -> datetime | None:
        put(tx)
        tx.outbox.wait_for_window(put(tx))
        for minutes in (3, 2):
            put(tx, due_at=NOON + timedelta(minutes=minutes))
        return tx.outbox.next_at()

    assert await store.run(work) == NOON + timedelta(minutes=2)


async def test_a_lease_holds_until_it_ends_and_then_tells_that_it_may_have_been_sent(store: Store) -> None:
    """`state` says in which state it was found: only "ready" was surely never tried."""
    row_id = await store.run(put)
    assert await lease(store, NOON + LEASE) == []
    (row,) = await lease(store, NOON + LEASE + SECOND)
    assert (row.id, row.state) == (row_id, "leased")
    assert await lease(store, NOON + LEASE + 2 * SECOND) == []


async def test_alerts_are_taken_first_then_the_order_of_writing(store: Store) -> None:
    due = NOON + SECOND

    def work(tx: Transaction) -> list[int]:
        lanes = (Lane.BULK, Lane.UPDATE, Lane.REPLY, Lane.ALERT, Lane.ALERT)
        return [put(tx, lane=lane, due_at=due) for lane in lanes]

    bulk, news, reply, alert, alert2 = await store.run(work)
    assert [row.id for row in await lease(store, due, most=3)] == [alert, alert2, reply]
    assert [row.id for row in await lease(store, due)] == [news, bulk]


async def test_only_so_many_are_taken_at_once(store: Store) -> None:
    await store.run(lambda tx: [put(tx, due_at=NOON + SECOND) for _ in range(65)])
    taken = [await store.run(lambda tx: tx.outbox.lease(NOON + SECOND)) for _ in range(2)]
    assert [len(rows) for rows in taken] == [64, 1]


async def test_what_a_unit_hands_over_was_never_tried(store: Store) -> None:
    """Whoever serves takes it at once, and need not ask the provider first."""

    def work(tx: Transaction) -> int:
        row_id = put(tx)
        tx.outbox.hand_over()
        return row_id

    row_id = await store.run(work)
    assert [(row.id, row.state) for row in await lease(store, NOON)] == [(row_id, "ready")]


async def test_what_was_tried_or_taken_back_is_not_left_to_others_as_if_it_were_new(store: Store) -> None:
    def work(tx: Transaction) -> list[str]:
        left, tried, doubtful, kept = [put(tx) for _ in range(4)]
        revoked = put(tx, report_id="r" * 32)
        tx.outbox.again(tried, NOON)
        tx.outbox.doubtful(doubtful, NOON)
        assert [row.id for row in tx.outbox.lease(NOON)] == [tried]
        tx.outbox.silence(person(tx))
        tx.outbox.leave([left, tried, doubtful, revoked])
        return [look(tx, row).state for row in (left, tried, doubtful, revoked, kept)]

    assert await store.run(work) == ["ready", "leased", "unknown", "dropped", "leased"]


async def test_what_the_process_before_left_half_sent_is_free_at_once(sqlite: SqliteStore) -> None:
    """Not what was never taken, nor what this one holds itself. Only on SQLite: nobody else can be alive."""
    due = NOON + 5 * LEASE

    def work(tx: Transaction) -> list[int]:
        rows = [put(tx), put(tx, due_at=due)]
        tx.connection.execute(update(outbox).where(outbox.c.id == rows[0]).values(lease_by="f" * 32))
        put(tx)
        return rows

    left, later = await sqlite.run(work)
    assert await sqlite.run(lambda tx: tx.outbox.take_over(NOON + SECOND)) == 1
    assert [(row.id, row.state) for row in await lease(sqlite, NOON + SECOND)] == [(left, "leased")]
    assert (await sqlite.read(lambda tx: look(tx, later))).due_at == due


async def test_a_held_row_stays_mine(store: Store) -> None:
    row_id = await store.run(put)
    until = NOON + timedelta(minutes=10)
    await store.run(lambda tx: tx.outbox.hold([row_id], until))
    assert await lease(store, until) == []
    assert [row.id for row in await lease(store, until + SECOND)] == [row_id]


async def test_a_doubtful_row_is_looked_at_when_its_time_comes(store: Store) -> None:
    row_id = await store.run(put)
    look_at = NOON + timedelta(seconds=15)
    await store.run(lambda tx: tx.outbox.doubtful(row_id, look_at, "timeout"))
    assert await lease(store, look_at) == []
    (row,) = await lease(store, look_at + SECOND)
    assert (row.id, row.state, row.attempts) == (row_id, "unknown", 1)


async def test_again_means_later_and_as_never_sent(store: Store) -> None:
    row_id = await store.run(put)
    later = NOON + timedelta(minutes=1)
    await store.run(lambda tx: tx.outbox.again(row_id, later, "429"))
    assert await lease(store, later - SECOND) == []
    (row,) = await lease(store, later)
    assert (row.id, row.state) == (row_id, "ready")


@pytest.mark.parametrize("end", ["sent", "failed", "dropped"])
async def test_what_is_over_is_never_taken_again(store: Store, end: str) -> None:
    def work(tx: Transaction) -> int:
        row_id = put(tx)
        ends = {
            "sent": lambda: tx.outbox.sent(row_id, "SM1", NOON),
            "failed": lambda: tx.outbox.failed(row_id, "21211"),
            "dropped": lambda: tx.outbox.dropped(row_id, "expired"),
        }
        ends[end]()
        return row_id

    row_id = await store.run(work)
    assert (await store.read(lambda tx: look(tx, row_id))).state == end
    assert await lease(store, NOON + timedelta(days=1)) == []


@pytest.mark.parametrize("end", ["failed", "dropped", "wait_for_window", "again", "doubtful"])
async def test_what_a_provider_says_at_length_is_noted_on_both_engines(store: Store, end: str) -> None:
    """Telegram's longest refusals have more letters than the column; the note must not break over them."""
    said = "403 bot is not a member of the supergroup chat"

    def work(tx: Transaction) -> str:
        row_id = put(tx)
        ends = {
            "again": lambda: tx.outbox.again(row_id, NOON, said),
            "doubtful": lambda: tx.outbox.doubtful(row_id, NOON, said),
        }
        ends.get(end, lambda: getattr(tx.outbox, end)(row_id, said))()
        return str(look(tx, row_id).error)

    assert said.startswith(await store.run(work))


async def test_a_message_that_was_given_up_goes_again_as_if_it_were_new(store: Store) -> None:
    """Once, with its dead letter; another that was given up stays so."""
    at = NOON + timedelta(days=1)

    def work(tx: Transaction) -> tuple[int, list[bool]]:
        one, other = put(tx, expires_at=NOON + SECOND), put(tx)
        for row in (one, other):
            tx.outbox.failed(row, "400")
        ref = look(tx, one).ref
        letter = tx.inbox.bury(source="outbox", key=ref, reason="400", raw=b"", at=NOON)
        nothing = tx.outbox.revive("nothing", letter, at)
        assert len(tx.inbox.dead_letters()) == 1
        return one, [nothing, *(tx.outbox.revive(ref, letter, at) for _ in range(2))]

    row_id, went = await store.run(work)
    assert went == [False, True, False]
    assert await lease(store, at - SECOND) == []
    rows = await lease(store, at)
    assert [(row.id, row.state, row.attempts, row.expires_at) for row in rows] == [(row_id, "ready", 0, None)]


# ---- what providers say later ----

ORDER = {"sent": 1, "failed": 2, "delivered": 3, "read": 4}
SIX = ("accepted", "queued", "sent", "failed", "delivered", "read")


async def test_whatever_the_order_of_statuses_the_highest_stands(store: Store) -> None:
    """All 720 orders, each with our own note of "accepted by the provider" before, amid or after them.

    The state never goes down on the way, and ends at read: a failure never overwrites a delivery.
    """

    def work(tx: Transaction) -> list[tuple[Any, ...]]:
        wrong = []
        for n, order in enumerate(permutations(SIX)):
            row_id = put(tx)
            ref, level = look(tx, row_id).ref, 0
            for step, status in enumerate(order):
                if step == n % 7:
                    tx.outbox.sent(row_id, f"SM{n}", NOON)
                tx.outbox.status(f"SM{n}", status, "", NOON, ref if n % 2 else "")
                now = ORDER.get(look(tx, row_id).state, 0)
                if now < level:
                    wrong.append((order, step))
                level = now
            if n % 7 == 6:
                tx.outbox.sent(row_id, f"SM{n}", NOON)
            end = look(tx, row_id)
            if (end.state, end.provider_id) != ("read", f"SM{n}"):
                wrong.append((order, n % 7, end.state))
        return wrong

    wrong = await store.run(work)
    engine = "sqlite" if isinstance(store, SqliteStore) else "postgres"
    Campaign("T10", "All orders of six statuses", part=engine).record(orders=720, wrong=len(wrong))
    assert wrong == []


@pytest.mark.parametrize(
    ("first", "then", "stands"),
    [
        ("sent", "failed", "failed"),
        ("failed", "sent", "failed"),
        ("failed", "delivered", "delivered"),
        ("delivered", "failed", "delivered"),
        ("read", "delivered", "read"),
        ("sent", "queued", "sent"),
        ("sent", "nonsense", "sent"),
    ],
)
async def test_a_status_only_moves_up(store: Store, first: str, then: str, stands: str) -> None:
    def work(tx: Transaction) -> tuple[str, str]:
        row_id = put(tx)
        tx.outbox.sent(row_id, "SM1", NOON)
        tx.outbox.status("SM1", first, "", NOON)
        return tx.outbox.status("SM1", then, "30003", NOON), look(tx, row_id).state

    assert await store.run(work) == (stands, stands)


@pytest.mark.parametrize("status", ORDER)
async def test_what_is_told_by_our_reference_stands_before_we_noted_anything(
    store: Store, status: str
) -> None:
    def work(tx: Transaction) -> tuple[str, Any]:
        row_id = put(tx)
        return tx.outbox.status("SM1", status, "", NOON, look(tx, row_id).ref), look(tx, row_id)

    said, row = await store.run(work)
    assert (said, row.state, row.provider_id, row.error) == (status, status, "SM1", None)


async def test_no_status_brings_back_what_was_dropped(store: Store) -> None:
    def work(tx: Transaction) -> tuple[str, str]:
        row_id = put(tx)
        tx.outbox.dropped(row_id, "expired")
        return tx.outbox.status("SM1", "read", "", NOON, look(tx, row_id).ref), look(tx, row_id).state

    assert await store.run(work) == ("dropped", "dropped")


@pytest.mark.parametrize("noted", [True, False])
async def test_the_first_reason_of_a_failure_stands(store: Store, noted: bool) -> None:
    """Also when it is told before we note that the provider took the message, and when it is told twice."""

    def work(tx: Transaction) -> tuple[str, str]:
        row_id = put(tx)
        if noted:
            tx.outbox.sent(row_id, "SM1", NOON)
        for error in ("30003", "30008"):
            tx.outbox.status("SM1", "failed", error, NOON, look(tx, row_id).ref)
        tx.outbox.sent(row_id, "SM1", NOON)
        row = look(tx, row_id)
        return row.state, row.error

    assert await store.run(work) == ("failed", "30003")


async def test_an_early_status_waits_for_its_message(store: Store) -> None:
    """Known by the provider's id only: kept, the highest of them, and applied once we note the sending."""

    def work(tx: Transaction) -> Any:
        row_id = put(tx)
        said = [tx.outbox.status("SM1", status, "", NOON) for status in ("queued", "delivered", "sent")]
        assert said == ["", "", ""]
        tx.outbox.sent(row_id, "SM1", NOON)
        return look(tx, row_id)

    assert (await store.run(work)).state == "delivered"


@pytest.mark.parametrize("failure", ["window_closed", ""])
async def test_who_notes_a_message_learns_that_it_was_lost_already(store: Store, failure: str) -> None:
    """With the first reason, and what kind of failure it was, if that was told."""

    def work(tx: Transaction) -> tuple[Lost | None, str, str]:
        row_id = put(tx)
        tx.outbox.status("SM1", "failed", "63016", NOON, failure=failure)
        tx.outbox.status("SM1", "failed", "30008", NOON, failure="gone")
        gone = tx.outbox.sent(row_id, "SM1", NOON)
        return gone, look(tx, row_id).state, look(tx, row_id).error

    assert await store.run(work) == (Lost("63016", failure), "failed", "63016")


async def test_what_arrived_before_we_noted_it_is_not_lost(store: Store) -> None:
    def work(tx: Transaction) -> list[Lost | None]:
        tx.outbox.status("SM1", "delivered", "", NOON)
        return [tx.outbox.sent(put(tx), provider, NOON) for provider in ("SM1", "SM2")]

    assert await store.run(work) == [None, None]


async def test_a_channel_that_tells_nothing_later_is_not_asked_what_it_told(store: Store) -> None:
    def work(tx: Transaction) -> tuple[Lost | None, str, str]:
        row_id = put(tx)
        tx.outbox.status("1", "failed", "63016", NOON)
        gone = tx.outbox.sent(row_id, "1", NOON, told_later=False)
        return gone, look(tx, row_id).state, look(tx, row_id).provider_id

    assert await store.run(work) == (None, "sent", "1")


async def test_early_statuses_are_forgotten_from_before_a_moment(store: Store) -> None:
    """What was told at that moment is kept."""

    def work(tx: Transaction) -> list[Lost | None]:
        for provider, at in (("SM1", NOON), ("SM2", NOON + SECOND)):
            tx.outbox.status(provider, "failed", "30003", at)
        tx.outbox.forget_early(NOON + SECOND)
        return [tx.outbox.sent(put(tx), provider, NOON) for provider in ("SM1", "SM2")]

    assert await store.run(work) == [None, Lost("30003", "")]


async def test_a_receipt_is_about_the_row_of_its_reference_or_else_the_newest_of_its_message(
    store: Store,
) -> None:
    """A card that was edited in place is one message of several rows."""

    def work(tx: Transaction) -> list[bool]:
        rows = [put(tx) for _ in range(3)]
        for row_id, provider in zip(rows, ("M1", "M1", "M2"), strict=True):
            tx.outbox.sent(row_id, provider, NOON)
        first, second = rows[:2]
        by_ref = tx.outbox.of_receipt("M1", look(tx, first).ref)
        newest = tx.outbox.of_receipt("M1")
        unknown = tx.outbox.of_receipt("M3"), tx.outbox.of_receipt("M1", "nothing")
        assert by_ref is not None
        assert newest is not None
        return [by_ref.id == first, newest.id == second, unknown == (None, None)]

    assert await store.run(work) == [True, True, True]


async def test_a_delivery_reported_while_it_is_sent_is_not_undone_by_our_own_note(store: Store) -> None:
    """The callback names our reference and overtakes the answer of the call."""

    def work(tx: Transaction) -> list[tuple[str, str]]:
        seen = []
        for note in (
            lambda row: tx.outbox.sent(row, "SM1", NOON),
            lambda row: tx.outbox.dropped(row, "withdrawn"),
            lambda row: tx.outbox.doubtful(row, NOON),
            lambda row: tx.outbox.failed(row, "bug"),
        ):
            row_id = put(tx)
            assert tx.outbox.status("SM1", "delivered", "", NOON, look(tx, row_id).ref) == "delivered"
            note(row_id)
            row = look(tx, row_id)
            seen.append((row.state, row.provider_id))
        return seen

    assert set(await store.run(work)) == {("delivered", "SM1")}


async def test_a_refusal_reported_while_it_is_sent_is_not_forgotten_over_our_own_note(store: Store) -> None:
    """The callback overtakes the answer of the call: what it made of the row stands, and it is said anew."""

    def work(tx: Transaction) -> list[str]:
        row_id = put(tx)
        assert tx.outbox.status("SM1", "failed", "63016", NOON, look(tx, row_id).ref) == "failed"
        tx.outbox.say_again(row_id, NOON)
        tx.outbox.sent(row_id, "SM1", NOON)
        before = look(tx, row_id)
        (again,) = tx.outbox.lease(NOON)
        tx.outbox.sent(again.id, "SM2", NOON)
        after = look(tx, row_id)
        assert (before.attempts, after.attempts) == (1, 2)
        return [before.state, after.state, after.provider_id]

    assert await store.run(work) == ["ready", "sent", "SM2"]


async def test_the_fate_of_a_template_is_not_the_fate_of_the_words(store: Store) -> None:
    """The template carries the same reference: read before, while and after the words go, it moves nothing."""

    def work(tx: Transaction) -> list[tuple[str, str | None]]:
        row_id = put(tx)
        ref, seen = look(tx, row_id).ref, []

        def template(status: str) -> None:
            said = tx.outbox.status("TEMPLATE", status, "", NOON, ref)
            row = look(tx, row_id)
            assert said == row.state
            seen.append((row.state, row.provider_id))

        tx.outbox.wait_for_window(row_id, "template", "TEMPLATE")
        template("delivered")
        tx.outbox.window_opened(person(tx), NOON + SECOND)
        template("read")
        (row,) = tx.outbox.lease(NOON + SECOND)
        template("read")
        assert tx.outbox.turn(row.id, NOON + SECOND) is Turn.NOW
        tx.outbox.status("WORDS", "delivered", "", NOON, ref)  # overtakes the answer of the call
        tx.outbox.sent(row.id, "WORDS", NOON)
        template("failed")
        return seen

    seen = await store.run(work)
    assert seen == [
        ("waiting", "TEMPLATE"),
        ("ready", "TEMPLATE"),
        ("leased", "TEMPLATE"),
        ("delivered", "WORDS"),
    ]


# ---- the window ----


async def test_what_waits_goes_when_the_person_writes(store: Store) -> None:
    """Only that person's, in the order of writing."""

    def work(tx: Transaction) -> list[int]:
        rows = [put(tx), put(tx), put(tx, to="otro")]
        for row in rows:
            tx.outbox.wait_for_window(row, "window")
        return rows

    mine, also_mine, _ = await store.run(work)
    assert await lease(store, NOON + timedelta(days=3)) == []
    at = NOON + timedelta(days=3)
    assert await store.run(lambda tx: tx.outbox.window_opened(person(tx), at)) == 2
    assert [row.id for row in await lease(store, at)] == [mine, also_mine]


async def test_one_template_announces_all_that_waits(store: Store) -> None:
    def work(tx: Transaction) -> list[bool]:
        row = put(tx)
        seen = [tx.outbox.template_sent(person(tx))]
        tx.outbox.wait_for_window(row, "template", "TEMPLATE")
        tx.outbox.wait_for_window(put(tx), "template")
        seen.append(tx.outbox.template_sent(person(tx)))
        seen.append(tx.outbox.template_sent(person(tx, "otro")))
        tx.outbox.window_opened(person(tx), NOON)
        return [*seen, tx.outbox.template_sent(person(tx))]

    assert await store.run(work) == [False, True, False, False]


async def test_a_template_leads_to_the_words_that_it_announced_while_they_wait(store: Store) -> None:
    def work(tx: Transaction) -> list[Any]:
        row_id = put(tx)
        tx.outbox.wait_for_window(row_id, "template", "TEMPLATE")
        tx.outbox.wait_for_window(put(tx), "window", "OTHER")
        found = [tx.outbox.announced_by(provider) for provider in ("TEMPLATE", "OTHER", "NOTHING")]
        tx.outbox.window_opened(person(tx), NOON)
        after = tx.outbox.announced_by("TEMPLATE")
        return [found[0] and found[0].id == row_id, *found[1:], after]

    assert await store.run(work) == [True, None, None, None]


# ---- taking back ----


async def test_of_a_card_only_what_was_not_taken_yet_is_withdrawn(store: Store) -> None:
    def work(tx: Transaction) -> tuple[int, list[str]]:
        later = NOON + SECOND
        rows = [
            put(tx, card="c", due_at=later),
            put(tx, card="other", due_at=later),
            put(tx, card="c", due_at=later, to="otro"),
            put(tx, card="c"),
        ]
        taken = tx.outbox.withdraw(person(tx), "c")
        return taken, [look(tx, row).state for row in rows]

    assert await store.run(work) == (1, ["dropped", "ready", "ready", "leased"])


async def test_a_revoked_officer_s_waiting_rows_about_reports_are_dropped(store: Store) -> None:
    """Whatever they wait for; what is not about a report, and what was sent, stays."""

    def work(tx: Transaction) -> tuple[int, list[str]]:
        about: Callable[..., int] = lambda **more: put(tx, report_id="r" * 32, **more)  # noqa: E731
        rows = [about(), about(due_at=NOON + SECOND), about(), about(), about(), put(tx), about(to="otro")]
        tx.outbox.doubtful(rows[2], NOON)
        tx.outbox.wait_for_window(rows[3])
        tx.outbox.sent(rows[4], "SM1", NOON)
        return tx.outbox.silence(person(tx)), [look(tx, row).state for row in rows]

    dropped = ["dropped"] * 4
    assert await store.run(work) == (4, [*dropped, "sent", "leased", "leased"])


async def test_what_was_taken_back_says_why(store: Store) -> None:
    def work(tx: Transaction) -> list[str]:
        rows = [put(tx, card="c", due_at=NOON + SECOND), put(tx, report_id="r" * 32)]
        tx.outbox.withdraw(person(tx), "c")
        tx.outbox.silence(person(tx))
        return [look(tx, row).error for row in rows]

    assert await store.run(work) == ["withdrawn", "revoked"]


async def test_who_holds_a_row_sees_that_it_was_taken_back(store: Store) -> None:
    def work(tx: Transaction) -> list[Turn]:
        row = put(tx, report_id="r" * 32)
        before = tx.outbox.turn(row, NOON)
        tx.outbox.silence(person(tx))
        return [before, tx.outbox.turn(row, NOON), tx.outbox.turn(row + 99, NOON)]

    assert await store.run(work) == [Turn.NOW, Turn.WITHDRAWN, Turn.WITHDRAWN]


# ---- looking back ----


async def test_the_newest_message_of_a_card_is_the_one_that_is_edited(store: Store) -> None:
    def work(tx: Transaction) -> tuple[Any, ...]:
        for provider in ("M1", "M2"):
            tx.outbox.sent(put(tx, card="c"), provider, NOON)
        put(tx, card="c")  # not sent yet
        put(tx, card="c", to="otro")
        mine = person(tx)
        holders = set(tx.outbox.holders("c")) == {mine, person(tx, "otro")}
        return tx.outbox.shown_card(mine, "c"), tx.outbox.shown_card(person(tx, "otro"), "c"), holders

    assert await store.run(work) == ("M2", None, True)


async def test_a_card_is_newer_when_it_was_written_later_to_the_same_chat_and_is_still_to_go(
    store: Store,
) -> None:
    """However many there are. The newest itself goes, whatever still goes before it."""

    def work(tx: Transaction) -> list[bool]:
        put(tx, card="c")
        row = tx.outbox.written[-1]
        put(tx, card="other")
        put(tx, card="c", to="otro")
        tx.outbox.sent(put(tx, card="c"), "M1", NOON)
        seen = [tx.outbox.newer_waits(row)]
        for _ in range(2):
            put(tx, card="c")
            seen.append(tx.outbox.newer_waits(row))
        return [*seen, tx.outbox.newer_waits(tx.outbox.written[-1])]

    assert await store.run(work) == [False, True, True, False]


async def test_who_was_given_a_card_from_a_moment_on(store: Store) -> None:
    """Each once, that moment included; not who was given another."""

    def work(tx: Transaction) -> list[list[str]]:
        names = {person(tx, name): name for name in ("rosa", "otro", "nadie")}
        put(tx, card="c")
        for _ in range(2):
            put(tx, NOON + SECOND, card="c", to="otro")
        put(tx, NOON + SECOND, card="d", to="nadie")
        since = (None, NOON, NOON + SECOND, NOON + 2 * SECOND)
        return [sorted(names[holder] for holder in tx.outbox.holders("c", moment)) for moment in since]

    assert await store.run(work) == [["otro", "rosa"], ["otro", "rosa"], ["otro"], []]


async def test_a_reply_to_a_message_leads_to_its_report_for_that_person_only(store: Store) -> None:
    def work(tx: Transaction) -> tuple[Any, ...]:
        tx.outbox.sent(put(tx, report_id="r" * 32), "M1", NOON)
        found = tx.outbox.report_of(person(tx), "M1")
        return found, tx.outbox.report_of(person(tx, "otro"), "M1"), tx.outbox.report_of(person(tx), "M2")

    assert await store.run(work) == ("r" * 32, None, None)


async def test_a_reply_to_a_card_that_was_edited_in_place_leads_to_the_newest_report_on_it(
    store: Store,
) -> None:
    """An answer that is about no report hides none."""

    def work(tx: Transaction) -> str | None:
        for report in ("a" * 32, "b" * 32, None):
            tx.outbox.sent(put(tx, report_id=report), "M1", NOON)
        return tx.outbox.report_of(person(tx), "M1")

    assert await store.run(work) == "b" * 32


async def test_what_was_shown_lately_is_found_by_its_notice(store: Store) -> None:
    def work(tx: Transaction) -> list[list[str]]:
        tx.outbox.sent(put(tx), "M1", NOON)
        tx.outbox.sent(put(tx, NOON + 2 * SECOND), "M2", NOON)
        put(tx)
        asked = [("report_claimed", NOON), ("report_claimed", NOON + SECOND), ("alert", NOON)]
        return [sorted(tx.outbox.shown_to(person(tx), notice, since)) for notice, since in asked]

    assert await store.run(work) == [["M1", "M2"], ["M2"], []]


async def test_the_newest_thing_said_is_not_one_that_was_dropped(store: Store) -> None:
    def work(tx: Transaction) -> tuple[Any, ...]:
        nothing = tx.outbox.newest(person(tx))
        said = put(tx)
        tx.outbox.dropped(put(tx), "expired")
        newest = tx.outbox.newest(person(tx))
        return nothing, newest.id == said if newest else None, newest.facts if newest else None

    assert await store.run(work) == (None, True, {"text": WORDS})


async def test_facts_moved_to_another_row_do_not_open(store: Store) -> None:
    """The seal is bound to the row: swapped ciphertext is refused, never shown to the wrong person."""
    from storage.errors import Unreadable

    due = NOON + SECOND

    def swapped(tx: Transaction) -> None:
        one, two = put(tx, due_at=due), put(tx, due_at=due, to="otro")
        other = look(tx, two).facts
        tx.connection.execute(update(outbox).where(outbox.c.id == one).values(facts=other))

    await store.run(swapped)
    with pytest.raises(Unreadable):
        await lease(store, due)


def test_a_row_keeps_what_delivery_needs() -> None:
    """Nothing of a row changes in place: delivery works on copies; and every value of one is named."""
    row = Row(
        id=1, ref="x", person_id="p", report_id=None, lane=0, notice="n", facts={}, card=None,
        created_at=NOON, due_at=NOON, expires_at=None, state="ready", attempts=0,
    )  # fmt: skip
    with pytest.raises(AttributeError):
        row.state = "sent"  # type: ignore[misc]
    assert structs.replace(row, state="unknown").state == "unknown"
    with pytest.raises(TypeError):
        Row(*structs.astuple(row))
