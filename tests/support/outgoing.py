"""What is put into the outbox in tests, and how it stands there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.domain.notices import Lane, Notice
from storage import Store, Transaction
from storage.schema import outbox
from tests.handlers.conftest import NOON, resident
from tests.support.reports import opened


def say(tx: Transaction, text: str, to: str = "rosa", *, at: Any = NOON, **more: Any) -> None:
    """A card for a resident."""
    notice = Notice(
        person_id=resident(tx, to), name="say", facts={"lines": [text]}, **{"lane": Lane.REPLY, **more}
    )
    tx.outbox.put([notice], at)


def alert(tx: Transaction, to: str, **more: Any) -> None:
    """The alert of a report to an officer."""
    report = opened(tx, **more.pop("report", {}))
    facts = dict(
        folio=report.folio, kind=report.kind, priority=3, colonia="centro", opened_at=NOON.isoformat(),
        version=0, level=0, nobody=False, listed=report.listed,
    )  # fmt: skip
    notice = Notice(
        person_id=resident(tx, to), name="alert", facts=facts, lane=Lane.ALERT, report_id=report.id,
        card=f"alert:{report.id}", **more,
    )  # fmt: skip
    tx.outbox.put([notice], NOON)


async def states(store: Store) -> list[tuple[str, str | None]]:
    """State and error of every row, in the order of writing."""

    def work(tx: Transaction) -> list[tuple[str, str | None]]:
        rows = tx.connection.execute(select(outbox.c.state, outbox.c.error).order_by(outbox.c.id)).all()
        return [(row.state, row.error) for row in rows]

    return await store.read(work)
