"""Counts, messages kept back, pauses, on both engines."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from storage import Store, Transaction
from storage.schema import usage
from storage.usage import ALL, MESSAGES, Count, Pause
from tests.support.reports import NOON


def somebody(tx: Transaction) -> str:
    return tx.people.add(at=NOON, locale="es").id


async def test_one_statement_counts_several_and_each_begins_anew_by_itself(store: Store) -> None:
    def work(tx: Transaction) -> list[list[int]]:
        who, later = somebody(tx), NOON + timedelta(hours=1)
        found = [
            tx.usage.count(Count(ALL, "r", at), Count(who, "r", at), Count(who, "day", NOON))
            for at in (NOON, NOON, later)
        ]
        assert (
            tx.connection.execute(select(usage.c.since).where(usage.c.what == "r")).scalars().all()
            == [later] * 2
        )
        assert tx.usage.forget(NOON + timedelta(minutes=1)) == 1
        return found

    assert await store.run(work) == [[1, 1, 1], [2, 2, 2], [1, 1, 3]]


async def test_what_came_in_and_was_not_counted_is_found_again(store: Store) -> None:
    """Of this minute and not of the one before; a count of another minute is none of this one."""

    def work(tx: Transaction) -> bool:
        ana, luz, nobody = somebody(tx), somebody(tx), None
        for n, who in enumerate((ana, ana, ana, luz, nobody)):
            tx.inbox.new(f"k{n}", who, b"", NOON + timedelta(seconds=n))
        tx.inbox.new("before", luz, b"", NOON - timedelta(seconds=1))
        tx.usage.count(Count(ana, MESSAGES, NOON))
        tx.usage.count(Count(luz, MESSAGES, NOON - timedelta(minutes=1)))
        return tx.usage.uncounted(NOON) == {ana: 2, luz: 1}

    assert await store.run(work)


async def test_a_message_is_kept_sealed_in_its_order_and_let_go(store: Store) -> None:
    def work(tx: Transaction) -> list[object]:
        who = somebody(tx)
        for n in range(3):
            tx.usage.hold(f"{n}" * 32, who, f"hola {n}".encode(), NOON + timedelta(seconds=n))
        kept = [one.said for one in tx.usage.held_of(who, most=2)]
        tx.usage.let_go("0" * 32)
        return [
            kept,
            tx.usage.holding() == [(who, 2, NOON + timedelta(seconds=1))],
            tx.usage.forget_held(NOON),
        ]

    assert await store.run(work) == [[b"hola 0", b"hola 1"], True, 0]


async def test_a_pause_is_read_with_the_person_and_appealed_once(store: Store) -> None:
    def work(tx: Transaction) -> list[object]:
        who, until = somebody(tx), NOON + timedelta(days=7)
        one = Pause(person_id=who, by="b" * 32, at=NOON, until=until, appealed_at=None, reason="bromas")
        tx.usage.pause(one)
        person = tx.people.get(who)
        assert person is not None
        seen = [tx.usage.pause_of(who) == one, person.paused(NOON), person.paused(until)]
        appeals = [tx.usage.appeal(who, NOON), tx.usage.appeal(who, NOON)]
        ended = [tx.usage.unpause(who), tx.usage.unpause(who), tx.usage.pause_of(who)]
        again = tx.people.get(who)
        return [*seen, *appeals, *ended, again is not None and again.paused_until]

    assert await store.run(work) == [True, True, False, True, False, True, False, None, None]
