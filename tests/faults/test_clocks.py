"""T11. However the clock is set, what is due is neither lost nor done twice; a shift ends once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from handlers.desk import duty
from handlers.desk import reports as desk
from handlers.here import Here
from handlers.rounds import Rounds
from storage import Transaction
from storage.schema import due, outbox
from tests.faults.evidence import Campaign
from tests.faults.premises import HERE, opened_store, reported
from tests.handlers.conftest import HastyClock, officer

CLOCKS = Campaign("T11", "Jumps of the clock")


JUMPS = (1, -1, 3600, -3600, 86_400, -86_400, 30, 0)


async def test_jumps_of_the_clock_neither_lose_nor_double_an_obligation(tmp_path: Path) -> None:
    """However the machine's clock is set, an untaken report climbs each step once, one a look, and never stops to wait."""
    runs, chance = CLOCKS.size(ci=15, whole=300), CLOCKS.random()
    doubled = lost = looks = 0
    for run in range(runs):
        (tmp_path / str(run)).mkdir()
        store, clock = await opened_store(tmp_path / str(run)), HastyClock()
        rounds = Rounds(store, HERE, clock)
        folio = await store.run(lambda tx, clock=clock: reported(tx, clock.now()))
        for _ in range(12):
            clock.skip(seconds=chance.choice(JUMPS))
            before = await store.read(levels)
            await rounds.look()
            looks += 1
            after = await store.read(levels)
            doubled += after - before > 1
            lost += await store.read(lambda tx, folio=folio: waiting(tx, folio)) != 1
        clock.skip(days=20)  # in the end time goes on, and it climbs
        before = await store.read(levels)
        await rounds.look()
        lost += await store.read(levels) <= before
        keys = await store.read(
            lambda tx: [k for k in tx.connection.execute(select(outbox.c.dedupe_key)).scalars() if k]
        )
        doubled += len(keys) != len(set(keys))
        await store.close()
    CLOCKS.record(runs=runs, looks=looks, lost=lost, doubled=doubled)
    assert (lost, doubled) == (0, 0)


def levels(tx: Transaction) -> int:
    """How far the obligation has climbed."""
    found = tx.connection.execute(select(due.c.level).where(due.c.kind == desk.OBLIGATION)).scalars().all()
    return sum(found)


def waiting(tx: Transaction, folio: str) -> int:
    return len(tx.due.of_kind(desk.OBLIGATION))


@pytest.mark.parametrize("zone", ["America/Cancun", "America/Tijuana", "America/Ojinaga"])
async def test_a_shift_over_a_change_of_hour_ends_once(zone: str, tmp_path: Path) -> None:
    """The night in which the hour is set back, and the one in which it is set forward."""
    here = replace(HERE, municipality=replace(HERE.municipality, time_zone=ZoneInfo(zone)))
    for n, evening in enumerate((datetime(2026, 11, 1, 5, tzinfo=UTC), datetime(2026, 3, 8, 8, tzinfo=UTC))):
        (tmp_path / str(n)).mkdir()
        store, clock = await opened_store(tmp_path / str(n)), HastyClock()
        clock.at = evening
        canul = await store.run(lambda tx: officer(tx, "canul", on_duty=False))
        started = partial(_starts, here=here, canul=canul, at=evening)
        shift = await store.run(started)
        rounds = Rounds(store, here, clock)
        while clock.now() < shift.ends_at + timedelta(hours=3):
            clock.skip(minutes=20)
            await rounds.look()
        ended = await store.read(
            lambda tx: list(
                tx.connection.execute(
                    select(outbox.c.notice).where(outbox.c.notice == "shift_ended")
                ).scalars()
            )
        )
        assert ended == ["shift_ended"]
        await store.close()


def _starts(tx: Transaction, *, here: Here, canul: str, at: datetime) -> Any:
    found = tx.staff.officer(canul)
    assert found is not None
    return duty.start(tx, here, found, at)
