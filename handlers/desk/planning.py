"""The roster of shifts to come: kept as a proposal; nobody is on duty before their own tap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from bot.domain.duty_plan import PlannedShift
from bot.municipality.roster_sheet import Mistake, RosterSheet
from storage.store import Transaction


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a sheet."""

    new: int
    replaced: int


def checked(tx: Transaction, sheet: RosterSheet, zone: tzinfo) -> RosterSheet:
    """The same sheet, with what it would lay over shifts of another sheet that stay."""
    mistakes = []
    for badge, window in _windows(sheet.planned).items():
        around = tx.plans.of_badge(badge, *window)
        staying = [one for one in around if not window[0] <= one.starts_at <= window[1]]
        for row, shift in sheet.shifts:
            clash = next((one for one in staying if one.overlaps(shift)), None)
            if clash is not None:
                when = clash.starts_at.astimezone(zone)
                text = f"{badge} se encima con un turno ya guardado: {when:%d/%m/%Y %H:%M}"
                mistakes.append(Mistake(row, text))
    return replace(sheet, mistakes=tuple(sorted({*sheet.mistakes, *mistakes})))


def load(tx: Transaction, shifts: Sequence[PlannedShift], at: datetime) -> Loaded:
    """All of them; what was planned for the same places between their first and last day goes."""
    replaced = sum(tx.plans.forget(badge, *window) for badge, window in _windows(shifts).items())
    tx.plans.add(shifts)
    tx.audit.add("roster_loaded", "roster", None, at)
    return Loaded(len(shifts), replaced)


def _windows(shifts: Iterable[PlannedShift]) -> dict[str, tuple[datetime, datetime]]:
    """From the first beginning to the last one, by badge."""
    found: dict[str, tuple[datetime, datetime]] = {}
    for one in shifts:
        first, last = found.get(one.badge, (one.starts_at, one.starts_at))
        found[one.badge] = (min(first, one.starts_at), max(last, one.starts_at))
    return found
