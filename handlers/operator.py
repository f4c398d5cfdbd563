"""What the people who run the programme must look at reaches them through the supervisors: a code, never a text."""

from __future__ import annotations

from datetime import datetime

from bot.domain.notices import Notice
from storage.store import Transaction


def tell_held(tx: Transaction, at: datetime) -> None:
    """Every supervisor hears, once an hour, that something waits for a decision."""
    told = [
        Notice(
            person_id=supervisor.person_id,
            name="held_report",
            facts={"folio": "", "urgent": False},
            dedupe_key=f"held:{at:%Y%m%d%H}:{supervisor.person_id}",
        )
        for supervisor in tx.staff.roster(at).supervisors()
    ]
    tx.outbox.put(told, at)


def tell(tx: Transaction, what: str, key: str, at: datetime) -> None:
    """Every supervisor hears it, once for each key."""
    told = [
        Notice(
            person_id=supervisor.person_id,
            name="operator",
            facts={"what": what},
            dedupe_key=f"operator:{key}:{supervisor.person_id}",
        )
        for supervisor in tx.staff.roster(at).supervisors()
    ]
    tx.outbox.put(told, at)
