"""Somebody asks that their data be erased (ARCO rights, LGPDPPSO art. 37-50), a supervisor decides, it is done.

Asked in the chat, decided by one tap; what the law calls the identity check is the chat itself. Also from the
command line: by folio, for who comes to the counter or reported without their name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.domain import folio as folios
from bot.domain.errors import NotPermitted
from bot.domain.notices import Lane, Notice
from bot.domain.report import Report
from handlers.desk import reports as desk
from storage.due import DueItem
from storage.store import Transaction

ASKED = "erasure_asked"  # waits for a supervisor; sounds again until somebody decides
ERASE = "erasure"  # decided: done as soon as the last word has left
SCRUB = "scrub"  # what was erased leaves the engine's files too, also when we were stopped in between
REMIND_AFTER = timedelta(days=7)  # the law gives 20 working days
LAST_WORD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something that may be erased from the command line: a line about it, and how it is done."""

    told: str
    done: Callable[[Transaction, datetime], None]

    def unit(self, at: datetime) -> Callable[[Transaction], None]:
        """What the store runs to do it."""
        return lambda tx: self.done(tx, at)


def ask(tx: Transaction, person_id: str, at: datetime) -> None:
    """The request is logged, and every supervisor hears of it."""
    tx.audit.add("arco_erase_requested", person_id, person_id, at)
    remind(tx, person_id, 0, at)


def remind(tx: Transaction, person_id: str, level: int, at: datetime) -> None:
    """It waits: the supervisors are told, and again after a week."""
    told = [
        Notice(
            person_id=supervisor.person_id,
            name="erasure_wanted",
            facts={"person": person_id, "again": level > 0},
            lane=Lane.UPDATE,
        )
        for supervisor in tx.staff.roster(at).supervisors()
    ]
    tx.outbox.put(told, at)
    tx.due.set(ASKED, person_id, at + REMIND_AFTER, level=level + 1)


def asked(tx: Transaction, person_id: str) -> bool:
    """Does a request of that person wait for a decision?"""
    return tx.due.get(ASKED, person_id) is not None


def approve(tx: Transaction, person_id: str, by: str | None, at: datetime) -> None:
    """Open reports are withdrawn, the person hears a last word, then everything goes. Raises NotPermitted.

    Active staff can't be erased: their acts are the department's record.
    """
    if tx.staff.officer(person_id) is not None:
        raise NotPermitted
    tx.due.clear(ASKED, person_id)
    _withdraw_open(tx, person_id, at)
    tx.outbox.put([Notice(person_id=person_id, name="erased_soon", facts={}, lane=Lane.REPLY)], at)
    tx.audit.add("arco_erase_approved", person_id, by, at)
    tx.due.set(ERASE, person_id, at + LAST_WORD)


def erase(tx: Transaction, person_id: str, at: datetime) -> None:
    """Now. Afterwards nobody can tell who it was; the audit says that it was done."""
    _withdraw_open(tx, person_id, at)
    heads = tx.erasure.person(person_id)
    for kind in (ASKED, ERASE):
        tx.due.clear(kind, person_id)
    for head in heads:  # the history was chained anew: whoever kept the old head can tell why
        tx.audit.add("history_erased", head, None, at)
    _erased(tx, person_id, at)


def erase_report(tx: Transaction, report: Report, at: datetime) -> None:
    """By folio, for who reported without an address that we could answer. The person's, where there is one."""
    if report.person_id is not None:
        erase(tx, report.person_id, at)
        return
    if report.status.open:
        desk.withdraw(tx, report, at)
    tx.audit.add("history_erased", tx.erasure.report(report.id), None, at)
    _erased(tx, report.folio, at)


def wanted(tx: Transaction, folio: str) -> list[Wanted]:
    """The report of a folio, or every request that waits. Raises UnknownFolio; NotPermitted for active staff.

    A request of somebody with active rights waits until these are taken away: it is not among them.
    """
    if folio:
        return [_of_report(tx, tx.reports.by_folio(folios.find(folio) or folio))]
    asked_for = [item for item in tx.due.of_kind(ASKED) if tx.staff.officer(item.subject) is None]
    return [_of_person(tx, item) for item in asked_for]


def _of_report(tx: Transaction, report: Report) -> Wanted:
    if report.person_id is not None and tx.staff.officer(report.person_id) is not None:
        raise NotPermitted
    whole = "y todo lo de esa persona" if report.person_id else "sin persona a quien contestar"
    return Wanted(f"{folios.show(report.folio)}: el reporte, {whole}.", partial(_report_named, report.folio))


def _report_named(folio: str, tx: Transaction, at: datetime) -> None:
    erase_report(tx, tx.reports.by_folio(folio), at)


def _of_person(tx: Transaction, item: DueItem) -> Wanted:
    reports = len(tx.reports.all_of(item.subject))
    return Wanted(
        f"Solicitud {item.subject[:8]}: {reports} reporte(s).", partial(_person_named, item.subject)
    )


def _person_named(person_id: str, tx: Transaction, at: datetime) -> None:
    erase(tx, person_id, at)


def _withdraw_open(tx: Transaction, person_id: str, at: datetime) -> None:
    for report in tx.reports.all_of(person_id):
        if report.status.open:
            desk.withdraw(tx, report, at)


def _erased(tx: Transaction, subject: str, at: datetime) -> None:
    tx.audit.add("arco_erased", subject, None, at)
    tx.due.set(SCRUB, "store", at)
