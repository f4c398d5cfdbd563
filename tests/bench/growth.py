"""What grows with the number of reports: every list and every look of the rounds, timed on a town with a past.

uv run python -m tests.bench.growth FOLDER 1000000      makes the town if there is none, and times it
uv run python -m tests.bench --data FOLDER --bots ours  what a turn costs there
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import func, select

from bot.domain.territory import Point
from storage.schema import report
from storage.sealing import KeyRing
from storage.store import Transaction, open_store
from tests.bench import town

TALKS = 10_000
TIMES = 5


def looks(tx: Transaction) -> dict[str, Callable[[Transaction], Any]]:
    """What people and rounds ask of the store."""
    now = datetime.now(UTC)
    who, folio = tx.connection.execute(select(report.c.person_id, report.c.folio).limit(1)).one()
    cells = tx.reports.cells_around(Point(18.5, -88.3))
    return {
        "one report by its folio": lambda tx: tx.reports.by_folio(folio),
        "mine": lambda tx: tx.reports.of_person(who),
        "all that is open (the board)": lambda tx: tx.reports.every_open(),
        "in an officer's hands": lambda tx: tx.reports.handled_by(who),
        "near, of one kind, 30 days": lambda tx: tx.reports.near(
            cells, "alumbrado", now - timedelta(days=30)
        ),
        "due now": lambda tx: tx.due.arrived(now),
        "talks to end": lambda tx: tx.conversations.expired(now),
        "talks to remind": lambda tx: tx.conversations.to_nudge(now - timedelta(days=1)),
        "oldest that waits": lambda tx: tx.statistics.oldest_waiting(),
        "to be sent": lambda tx: tx.outbox.next_at(),
    }


async def main(folder: Path, reports: int) -> None:
    """Make, look, print."""
    if not (folder / "llavero.json").exists():
        await town.found(folder)
        await town.fill(folder, reports, TALKS)
    began = time.perf_counter()
    store = await open_store(town.store_url(folder), KeyRing.load(folder / "llavero.json"))
    print(f"opened in {time.perf_counter() - began:.2f} s")
    there = await store.read(
        lambda tx: tx.connection.execute(select(func.count()).select_from(report)).scalar_one()
    )
    print(f"| {there:,} reports | ms |\n|---|---|")
    for name, look in (await store.read(looks)).items():
        print(f"| {name} | {1000 * median([await timed(store, look) for _ in range(TIMES)]):.1f} |")
    print(f"| what is due and free, leased | {1000 * await timed_write(store):.1f} |")
    await store.close()


async def timed(store: Any, look: Callable[[Transaction], Any]) -> float:
    """Seconds that one look takes, with everything around it."""
    began = time.perf_counter()
    await store.read(look)
    return time.perf_counter() - began


async def timed_write(store: Any) -> float:
    """Seconds that the outbox needs to say that nothing is due: once a second, on the writer's thread."""
    now = datetime.now(UTC)
    spent = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await store.run(lambda tx: tx.outbox.lease(now))
        spent.append(time.perf_counter() - began)
    return median(spent)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
