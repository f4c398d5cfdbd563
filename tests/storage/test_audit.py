"""The audit is a chain: whatever is changed, removed, swapped or cut off afterwards is found (T30).

Whole: CAMPAIGN=whole uv run pytest tests/storage/test_audit.py
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from storage import Store, Transaction
from storage.audit import BrokenChain, Head
from storage.schema import audit
from tests.faults.evidence import Campaign
from tests.support.reports import NOON

LINES = 40
Tamper = Callable[[Transaction, random.Random], object]


def written(tx: Transaction) -> Head:
    """A chain of forty lines, some of them alike."""
    for n in range(LINES):
        tx.audit.add("case_read", f"folio-{n % 5}", "a" * 32 if n % 3 else None, NOON + timedelta(seconds=n))
    return tx.audit.head()


def some_line(dice: random.Random) -> int:
    return dice.randint(1, LINES)


def edited(tx: Transaction, dice: random.Random) -> object:
    new = dice.choice(
        [
            {"at": NOON - timedelta(seconds=1)},
            {"actor_id": "b" * 32},
            {"action": "revoked"},
            {"subject": "another"},
            {"hash": dice.randbytes(32)},
            {"id": LINES + 1 + dice.randrange(100)},
        ]
    )
    return tx.connection.execute(update(audit).where(audit.c.id == some_line(dice)).values(**new))


def removed(tx: Transaction, dice: random.Random) -> object:
    return tx.connection.execute(delete(audit).where(audit.c.id == some_line(dice)))


def swapped(tx: Transaction, dice: random.Random) -> object:
    one, other = dice.sample(range(1, LINES + 1), 2)
    for old, new in ((one, 0), (other, one), (0, other)):
        tx.connection.execute(update(audit).where(audit.c.id == old).values(id=new))
    return None


def cut_off(tx: Transaction, dice: random.Random) -> object:
    return tx.connection.execute(delete(audit).where(audit.c.id > LINES - dice.randint(1, LINES)))


def doubled(tx: Transaction, dice: random.Random) -> object:
    row = tx.connection.execute(select(audit).where(audit.c.id == some_line(dice))).mappings().one()
    return tx.connection.execute(audit.insert(), {**row, "id": LINES + 1})


async def test_an_untouched_chain_is_whole_and_its_head_can_be_noted(store: Store) -> None:
    def work(tx: Transaction) -> tuple[Head, Head, Head]:
        empty = tx.audit.verify()
        noted = written(tx)
        tx.audit.add("revoked", "E-1", None, NOON)
        return empty, tx.audit.verify(noted), tx.audit.head()

    empty, found, head = await store.run(work)
    assert empty == Head(0, "")
    assert found == head
    assert head.lines == LINES + 1


async def test_every_tampering_is_found(store: Store) -> None:
    """Each on its own, over the same chain; what is cut off at the end shows against the head noted elsewhere."""
    engine = await store.read(lambda tx: tx.connection.dialect.name)
    campaign = Campaign("T30", "Lines of the audit edited, removed, swapped, cut off, added", part=engine)
    each = campaign.size(ci=80, whole=2_000)

    def work(tx: Transaction) -> int:
        noted, found = written(tx), 0
        for tamper in TAMPERINGS:
            dice = campaign.random(tamper.__name__)
            for _ in range(each):
                with tx.connection.begin_nested() as savepoint:
                    tamper(tx, dice)
                    found += _broken(tx, noted)
                    savepoint.rollback()
        return found

    found = await store.run(work)
    campaign.record(tamperings=each * len(TAMPERINGS), found=found)
    assert found == each * len(TAMPERINGS)


def _broken(tx: Transaction, noted: Head) -> bool:
    try:
        tx.audit.verify(noted)
    except BrokenChain:
        return True
    return False


TAMPERINGS: tuple[Tamper, ...] = (edited, removed, swapped, cut_off, doubled)


async def test_another_key_makes_another_chain(store: Store) -> None:
    """Who has the database and not the key ring can't write a line that fits."""

    def work(tx: Transaction) -> None:
        written(tx)
        row = tx.connection.execute(select(audit).where(audit.c.id == LINES)).mappings().one()
        forged = tx.sealer.mac("chain", b"anything")
        tx.connection.execute(audit.insert(), {**row, "id": LINES + 1, "hash": forged})
        tx.audit.verify()

    with pytest.raises(BrokenChain, match=f"line {LINES + 1}"):
        await store.run(work)
