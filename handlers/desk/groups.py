"""Group chats of sectors: bound by a supervisor's one-time code, told of reports without anything of a person.

What is shown there is a card for each report, edited in place. A card that changes faster than a group may be
written to (20 messages a minute) is sent once, as it stands at last: `handlers/delivery/` drops the older ones.
Confidential reports are never told there; delivery refuses them too.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.errors import BadCode, NotPermitted, TooMany
from bot.domain.notices import Lane, Notice
from bot.domain.report import Report, Status
from bot.domain.roster import Officer, Role
from handlers.here import Here
from storage.groups import Group
from storage.store import Transaction

NOTICE = "group_card"
CODE_LIVES = timedelta(minutes=15)
TRIES = 5
AN_HOUR = 3600.0


def invite(tx: Transaction, here: Here, sector: str, by: Officer, at: datetime) -> str:
    """A one-time code for a group of that sector."""
    code = here.code()
    tx.groups.invite(here.new_id(), sector, code, by.person_id, at + CODE_LIVES)
    tx.audit.add("group_invited", sector, by.person_id, at)
    return code


def bind(tx: Transaction, chat: str, code: str, by: Officer | None, at: datetime) -> Group:
    """A supervisor writes the code in the group. Raises NotPermitted, BadCode (wrong, used, expired), TooMany."""
    if by is None or by.role is not Role.SUPERVISOR:
        raise NotPermitted
    if tx.people.counted(chat, "wrong_code", at, within_seconds=AN_HOUR) >= TRIES:
        raise TooMany
    found = tx.groups.of_code(code)
    if found is None or found.code_expires_at is None or at >= found.code_expires_at:
        tx.people.count(chat, "wrong_code", at, within_seconds=AN_HOUR)
        raise BadCode
    _end(tx, chat, by.person_id, at)
    tx.groups.bind(found.id, chat, at)
    tx.audit.add("group_bound", found.sector, by.person_id, at)
    return found


def unbind(tx: Transaction, group_id: str, by: Officer, at: datetime) -> str | None:
    """Nothing is told there any more; the sector, or None when it was not bound."""
    found = next((one for one in tx.groups.bound() if one.id == group_id), None)
    if found is None or found.person_id is None:
        return None
    _end(tx, found.person_id, by.person_id, at)
    return found.sector


def lost(tx: Transaction, chat: str, at: datetime) -> None:
    """The bot was put out of a group that was bound: the supervisors hear of it."""
    sector = _end(tx, chat, None, at)
    if sector is None:
        return
    told = [
        Notice(
            person_id=person.person_id,
            name="group_lost",
            facts={"sector": sector},
            lane=Lane.UPDATE,
            dedupe_key=f"group_lost:{chat}:{at.isoformat()}:{person.person_id}",
        )
        for person in tx.staff.roster(at).supervisors()
    ]
    tx.outbox.put(told, at)


def _end(tx: Transaction, chat: str, by: str | None, at: datetime) -> str | None:
    found = tx.groups.of_chat(chat)
    if found is None:
        return None
    tx.groups.end(found.id, at)
    tx.audit.add("group_ended", found.sector, by, at)
    return found.sector


def tell(tx: Transaction, report: Report, at: datetime) -> None:
    """How the report stands, to the groups of its sectors; of a confidential one nothing."""
    if report.listed:
        return
    chats = tx.groups.chats_of(report.sectors)
    if not chats:
        return
    handler = tx.staff.officer(report.handler_id or "")
    facts = {
        "folio": report.folio,
        "kind": report.kind,
        "priority": int(report.priority),
        "colonia": report.place.colonia,
        "opened_at": report.opened_at.isoformat(),
        "status": report.status.value,
        "handler": handler.name if handler else "",
        "office": (report.referred_to or "") if report.status is Status.REFERRED else "",
        "at": report.updated_at.isoformat(),
        "known": True,  # edited in place where it stands already
    }
    notices = [
        Notice(
            person_id=chat,
            name=NOTICE,
            facts=facts,
            lane=Lane.ALERT if report.priority.urgent else Lane.UPDATE,
            report_id=report.id,
            card=f"group:{report.id}",
            dedupe_key=f"group:{report.id}:{report.version}:{chat}",
        )
        for chat in chats
    ]
    tx.outbox.put(notices, at)
