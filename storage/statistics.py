"""Counts for the people who run the programme. No identities, no texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Table, func, select

from bot.domain.notices import Lane
from storage.schema import OUTBOX_GOES, dead_letter, due, event, held_message, inbox, outbox, person, report

if TYPE_CHECKING:
    from storage.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a monitor reads of the store at one moment; nothing in it names anybody."""

    inbox: dict[str, int]  # events kept, by state: received = done + held + dead
    messages_held: int
    reports_held: int
    dead_letters: int
    outbox_open: dict[str, int]  # by lane
    oldest: dict[str, datetime]  # when the oldest of each lane was due
    obligations: int
    obligations_overdue: int
    on_duty: int
    audit_lines: int


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

    def figures(self, at: datetime) -> Figures:
        """All that `/metrics` says of the store."""
        lanes = self._open_by_lane(at)
        waiting = self._due("obligation")
        return Figures(
            inbox=self._inbox(),
            messages_held=self._count(held_message),
            reports_held=self._due("held"),
            dead_letters=self._count(dead_letter, dead_letter.c.resolved_at.is_(None)),
            outbox_open={lane: n for lane, (n, _) in lanes.items()},
            oldest={lane: since for lane, (_, since) in lanes.items()},
            obligations=waiting,
            obligations_overdue=self._due("obligation", due.c.due_at <= at),
            on_duty=len(self._tx.staff.roster(at).on_duty(at)),
            audit_lines=self._tx.audit.head().lines,
        )

    def _inbox(self) -> dict[str, int]:
        """The few that are not done by their own index; the rest is a count."""
        other = select(inbox.c.state, func.count()).where(inbox.c.state != "done").group_by(inbox.c.state)
        found = {row[0]: int(row[1]) for row in self._tx.connection.execute(other).all()}
        return {"held": 0, "dead": 0} | found | {"done": self._count(inbox) - sum(found.values())}

    def _open_by_lane(self, at: datetime) -> dict[str, tuple[int, datetime]]:
        statement = (
            select(outbox.c.lane, func.count(), func.min(outbox.c.due_at))
            .where(OUTBOX_GOES)
            .group_by(outbox.c.lane)
        )
        found = {
            Lane(row[0]).name.lower(): (int(row[1]), row[2]) for row in self._tx.connection.execute(statement)
        }
        return {lane.name.lower(): (0, at) for lane in Lane} | found

    def _due(self, kind: str, *where: ColumnElement[bool]) -> int:
        return self._count(due, due.c.kind == kind, *where)

    def _count(self, table: Table, *where: ColumnElement[bool]) -> int:
        return int(
            self._tx.connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()
        )

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
