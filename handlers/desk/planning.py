"""The roster of shifts to come: kept as a proposal; nobody is on duty before their own tap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from bot.domain.duty_plan import PlannedShift
from bot.domain.notices import Notice
from bot.municipality.roster_sheet import Mistake, RosterSheet
from handlers.here import Here
from storage.store import Transaction

CALL, ABSENT = "shift_call", "shift_absent"


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
    replaced = [old for badge, window in _windows(shifts).items() for old in tx.plans.forget(badge, *window)]
    for old in replaced:
        tx.due.clear(CALL, old)
        tx.due.clear(ABSENT, old)
    for new, shift in zip(tx.plans.add(shifts), shifts, strict=True):
        tx.due.set(CALL, new, shift.starts_at)
    tx.audit.add("roster_loaded", "roster", None, at)
    return Loaded(len(shifts), len(replaced))


def call(tx: Transaction, here: Here, plan_id: str, at: datetime) -> None:
    """Its hour came: it is proposed to who is not on duty yet; and after a while looked at again."""
    tx.due.clear(CALL, plan_id)
    plan = tx.plans.get(plan_id)
    if plan is None or at >= plan.ends_at:
        return
    tx.due.set(ABSENT, plan_id, plan.starts_at + here.municipality.service.duty.absent_after)
    slot = tx.staff.slot(plan.badge)
    if slot is None or slot.person_id is None or tx.staff.shift_of(slot.person_id, at) is not None:
        return
    facts = {**_facts(plan), "sectors": plan.sectors or slot.sectors}
    _tell(tx, "shift_due", [slot.person_id], facts, plan_id, plan.ends_at, at)


def absent(tx: Transaction, plan_id: str, at: datetime) -> None:
    """It was to begin and nobody tapped: the supervisors hear it, once."""
    tx.due.clear(ABSENT, plan_id)
    plan = tx.plans.get(plan_id)
    slot = tx.staff.slot(plan.badge) if plan is not None else None
    if plan is None or slot is None:
        return
    if slot.person_id is not None and tx.staff.shift_of(slot.person_id, at) is not None:
        return
    people = [person.person_id for person in tx.staff.roster(at).supervisors()]
    facts = {**_facts(plan), "sectors": plan.sectors or slot.sectors, "name": slot.name}
    _tell(tx, "shift_not_begun", people, facts, plan_id, plan.ends_at, at)


def _facts(plan: PlannedShift) -> dict[str, Any]:
    return {
        "starts_at": plan.starts_at.isoformat(),
        "ends_at": plan.ends_at.isoformat(),
        "mode": plan.mode.value if plan.mode else "",
    }


def _tell(
    tx: Transaction,
    notice: str,
    people: Iterable[str],
    facts: dict[str, Any],
    plan_id: str,
    until: datetime,
    at: datetime,
) -> None:
    notices = [
        Notice(
            person_id=person,
            name=notice,
            facts=facts,
            expires_at=until,
            dedupe_key=f"{notice}:{plan_id}:{person}",
        )
        for person in people
    ]
    tx.outbox.put(notices, at)


def _windows(shifts: Iterable[PlannedShift]) -> dict[str, tuple[datetime, datetime]]:
    """From the first beginning to the last one, by badge."""
    found: dict[str, tuple[datetime, datetime]] = {}
    for one in shifts:
        first, last = found.get(one.badge, (one.starts_at, one.starts_at))
        found[one.badge] = (min(first, one.starts_at), max(last, one.starts_at))
    return found
