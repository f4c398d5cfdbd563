"""The log of the programme, as tests look at it."""

from __future__ import annotations

from bot.domain.report import Report
from storage.store import Transaction


def open_reports(tx: Transaction) -> list[Report]:
    """Everything that is not closed, whole, the oldest first; the confidential ones are in no list."""
    return [tx.reports.by_folio(one.folio) for one in tx.reports.every_open()]
