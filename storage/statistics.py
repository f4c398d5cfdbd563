"""Counts for the people who run the programme. No identities, no texts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from storage.schema import OUTBOX_GOES, event, outbox, person, report

if TYPE_CHECKING:
    from storage.store import Transaction


class Statistics:
    """What the log says when it is counted."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def by_status(self) -> dict[str, int]:
        """How many reports stand where; the confidential ones are not among them."""
        statement = (
            select(report.c.status, func.count()).where(report.c.listed.is_(False)).group_by(report.c.status)
        )
        return {row[0]: row[1] for row in self._tx.connection.execute(statement).all()}

    def outbox_states(self) -> dict[str, int]:
        """How many messages are in which state."""
        statement = select(outbox.c.state, func.count()).group_by(outbox.c.state)
        return {row[0]: row[1] for row in self._tx.connection.execute(statement).all()}

    def oldest_waiting(self) -> datetime | None:
        """Since when the oldest message that should be gone waits."""
        statement = select(func.min(outbox.c.due_at)).where(OUTBOX_GOES)
        oldest: datetime | None = self._tx.connection.execute(statement).scalar_one()
        return oldest

    def people(self) -> int:
        """How many people ever wrote."""
        return int(self._tx.connection.execute(select(func.count()).select_from(person)).scalar_one())

    def log(self) -> Iterator[dict[str, Any]]:
        """A line a report, oldest first: codes and moments only; confidential ones are left out."""
        columns = (
            report.c.folio,
            report.c.kind,
            report.c.priority,
            report.c.colonia,
            report.c.sectors,
            report.c.pilot,
            report.c.status,
            report.c.disposition,
            report.c.referred_to,
            report.c.solved,
            report.c.opened_at,
            report.c.claimed_at,
            report.c.closed_at,
        )
        statement = select(*columns).where(report.c.listed.is_(False)).order_by(report.c.opened_at)
        for row in self._tx.connection.execute(statement).mappings().all():
            yield dict(row)

    def confidential_moments(self) -> list[datetime]:
        """When confidential reports came in: all that the log says of them is how many a month."""
        statement = select(report.c.opened_at).where(report.c.listed).order_by(report.c.opened_at)
        return list(self._tx.connection.execute(statement).scalars().all())

    def reopened(self) -> dict[str, int]:
        """How often each report was opened again, by folio."""
        statement = (
            select(report.c.folio, func.count())
            .join(event, event.c.report_id == report.c.id)
            .where(event.c.kind == "ReportReopened")
            .group_by(report.c.folio)
        )
        return {row[0]: row[1] for row in self._tx.connection.execute(statement).all()}
