"""Running talks and what falls due. On both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec import structs
from sqlalchemy import select

from storage import Store, Transaction
from storage.conversations import Conversation
from storage.schema import conversation
from tests.support.reports import NOON

HOUR = timedelta(hours=1)


def talk(tx: Transaction, name: str = "t1", *, of: str | None = None, **more: Any) -> Conversation:
    made = Conversation(
        **{
            "id": name, "person_id": of or tx.people.add(at=NOON, locale="es").id, "flow": "report", "version": 1,
            "active": True, "asked": "what", "arguments": {"text": "Música"}, "answers": {"what": {"text": "Roma"}},
            "started_at": NOON, "touched_at": NOON, "expires_at": NOON + 24 * HOUR, **more,
        }
    )  # fmt: skip
    tx.conversations.start(made)
    return made


async def test_a_talk_goes_on_where_it_was(store: Store) -> None:
    def work(tx: Transaction) -> tuple[Conversation, list[Conversation]]:
        begun = talk(tx)
        now = structs.replace(
            begun, version=2, asked="send", answers={"what": {"text": "Calle"}}, touched_at=NOON + HOUR,
            expires_at=NOON + 48 * HOUR, active=False,
        )  # fmt: skip
        tx.conversations.save(now)
        return now, tx.conversations.of(begun.person_id)

    now, found = await store.run(work)
    assert found == [now]


async def test_the_active_talk_comes_first_and_parking_lays_it_aside(store: Store) -> None:
    def work(tx: Transaction) -> list[list[tuple[str, bool]]]:
        first = talk(tx, "old", active=False, touched_at=NOON - HOUR)
        talk(tx, "now", of=first.person_id, flow="tips")

        def shown() -> list[tuple[str, bool]]:
            return [(t.id, t.active) for t in tx.conversations.of(first.person_id)]

        before = shown()
        tx.conversations.park(first.person_id)
        return [before, shown()]

    assert await store.run(work) == [[("now", True), ("old", False)], [("old", False), ("now", False)]]


async def test_a_talk_that_ended_leaves_nothing(store: Store) -> None:
    def work(tx: Transaction) -> list[Any]:
        begun = talk(tx)
        tx.conversations.end(begun.id)
        return list(tx.connection.execute(select(conversation)).all())

    assert await store.run(work) == []


async def test_what_was_said_is_sealed(store: Store) -> None:
    def work(tx: Transaction) -> str:
        talk(tx)
        return str(tx.connection.execute(select(conversation)).one())

    kept = await store.run(work)
    assert "Roma" not in kept
    assert "Música".encode().hex() not in kept


async def test_talks_expire_at_their_moment_and_are_named_once(store: Store) -> None:
    def work(tx: Transaction) -> list[list[str]]:
        talk(tx, "a")
        talk(tx, "b", expires_at=NOON + 48 * HOUR, touched_at=NOON + HOUR)
        expired = [[t.id for t in tx.conversations.expired(NOON + h * HOUR)] for h in (23, 24)]
        quiet = [t.id for t in tx.conversations.to_nudge(NOON)]
        tx.conversations.nudged("a", NOON + 3 * HOUR)
        return [*expired, quiet, [t.id for t in tx.conversations.to_nudge(NOON + HOUR)]]

    assert await store.run(work) == [[], ["a"], ["a"], ["b"]]


# ---- due ----


async def test_one_of_a_kind_for_a_subject(store: Store) -> None:
    """Setting it again moves it, with its level, and its tries begin anew."""

    def work(tx: Transaction) -> list[Any]:
        tx.due.set("obligation", "r1", NOON)
        tx.due.set("question", "r1", NOON)
        item = tx.due.get("obligation", "r1")
        assert item is not None
        tx.due.put_off(item, NOON + HOUR)
        later = tx.due.get("obligation", "r1")
        tx.due.set("obligation", "r1", NOON + 2 * HOUR, level=3)
        moved = tx.due.get("obligation", "r1")
        assert later is not None
        assert moved is not None
        return [
            (later.due_at, later.attempts),
            (moved.id == item.id, moved.due_at, moved.level, moved.attempts),
        ]

    assert await store.run(work) == [(NOON + HOUR, 1), (True, NOON + 2 * HOUR, 3, 0)]


async def test_what_arrived_comes_oldest_first(store: Store) -> None:
    def work(tx: Transaction) -> list[Any]:
        empty = tx.due.next_at()
        for n, minutes in enumerate((5, 1, 3, 9)):
            tx.due.set("k", f"s{n}", NOON + timedelta(minutes=minutes))
        at = NOON + timedelta(minutes=5)
        return [
            empty,
            tx.due.next_at(),
            [i.subject for i in tx.due.arrived(at)],
            [i.subject for i in tx.due.arrived(at, most=1)],
            [i.subject for i in tx.due.overdue("k", at)],
            tx.due.overdue("other", at),
        ]

    wanted = [None, NOON + timedelta(minutes=1), ["s1", "s2", "s0"], ["s1"], ["s1", "s2", "s0"], []]
    assert await store.run(work) == wanted


async def test_what_is_done_is_due_no_more(store: Store) -> None:
    def work(tx: Transaction) -> list[Any]:
        tx.due.set("k", "s", NOON)
        return [tx.due.clear("k", "s"), tx.due.clear("k", "s"), tx.due.get("k", "s")]

    assert await store.run(work) == [True, False, None]
