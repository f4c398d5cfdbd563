"""A report in the store, with what a test changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from bot.domain import folio as folios
from bot.domain.concern import Priority
from bot.domain.report import Report
from bot.domain.territory import Place
from storage import Transaction

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def a_report(number: int = 1, **changes: Any) -> Report:
    """A received report of nobody in particular."""
    plain = Report(
        id=uuid4().hex,
        folio=folios.make(number),
        draft_id=uuid4().hex,
        person_id=None,
        kind="ruido",
        priority=Priority.P3,
        place=Place(colonia="centro", street="Roma 12"),
        sectors=("norte",),
        text="Música desde anoche",
        opened_at=NOON,
        updated_at=NOON,
    )
    return replace(plain, **changes)


def opened(tx: Transaction, number: int = 1, **changes: Any) -> Report:
    """The same, written down."""
    report = a_report(number, **changes)
    tx.reports.add(Report.open(report))
    return report
