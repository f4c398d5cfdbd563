"""What residents ask for besides reports: a person to talk to, a walk through their colonia."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Select, bindparam, delete, func, select, update

from storage.schema import help_request, meta, visit_request
from storage.upsert import Upsert

if TYPE_CHECKING:
    from storage.store import Transaction

_HELP = select(
    help_request.c.id,
    help_request.c.person_id,
    help_request.c.opened_at,
    help_request.c.taken_by,
    help_request.c.closed_at,
)
_OPEN_HELP = _HELP.where(help_request.c.person_id == bindparam("who"), help_request.c.closed_at.is_(None))
_HELP_BY_ID = _HELP.where(help_request.c.id == bindparam("which"))
_FORGET_VISITS = delete(visit_request).where(visit_request.c.at < bindparam("before"))
_SET = Upsert(meta, ["key"], ["value"])


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpRequest:
    """Somebody wants to talk to a person."""

    id: str
    person_id: str
    opened_at: datetime
    taken_by: str | None
    closed_at: datetime | None


class Requests:
    """Requests for people and rounds, and settings kept in the store."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def ask_for_person(self, person_id: str, at: datetime) -> tuple[HelpRequest, bool]:
        """The open request of a person, and whether it is new."""
        known = self.open_help_of(person_id)
        if known is not None:
            return known, False
        new = HelpRequest(id=uuid4().hex, person_id=person_id, opened_at=at, taken_by=None, closed_at=None)
        row = dict(id=new.id, person_id=person_id, opened_at=at, taken_by=None, closed_at=None, said=None)
        self._tx.connection.execute(help_request.insert(), row)
        return new, True

    def open_help_of(self, person_id: str) -> HelpRequest | None:
        """The talk with a person that is not over."""
        return self._help(_OPEN_HELP, who=person_id)

    def help(self, request_id: str) -> HelpRequest | None:
        """The request of that id."""
        return self._help(_HELP_BY_ID, which=request_id)

    def help_starting(self, short: str) -> str | None:
        """The id of the open request whose id begins so: a button has no room for all of it."""
        statement = select(help_request.c.id).where(
            help_request.c.id.like(f"{short}%"), help_request.c.closed_at.is_(None)
        )
        found = self._tx.connection.execute(statement).scalars().all()
        return found[0] if len(found) == 1 and len(short) >= 12 and short.isalnum() else None

    def take_help(self, request_id: str, by: str) -> bool:
        """Whoever answers first has it; False when somebody else has."""
        free = help_request.c.taken_by.is_(None) | (help_request.c.taken_by == by)
        statement = (
            update(help_request)
            .where(help_request.c.id == request_id, help_request.c.closed_at.is_(None), free)
            .values(taken_by=by)
        )
        return bool(self._tx.connection.execute(statement).rowcount)

    def free_help(self, request_id: str) -> None:
        """Nobody has it: whoever answers first will."""
        statement = update(help_request).where(help_request.c.id == request_id).values(taken_by=None)
        self._tx.connection.execute(statement)

    def help_taken_by(self, person_id: str) -> list[HelpRequest]:
        """The talks that somebody of the team has and that are not over."""
        mine = _HELP.where(help_request.c.taken_by == person_id, help_request.c.closed_at.is_(None))
        return [HelpRequest(**row) for row in self._tx.connection.execute(mine).mappings().all()]

    def end_help(self, request_id: str, at: datetime) -> None:
        """The talk is over."""
        statement = update(help_request).where(help_request.c.id == request_id).values(closed_at=at)
        self._tx.connection.execute(statement)

    def ask_for_visit(self, person_id: str, colonia: str, at: datetime) -> int:
        """Count who wants the team to come by their colonia, each person once; returns how many do."""
        mine = (visit_request.c.person_id == person_id, visit_request.c.colonia == colonia)
        again = update(visit_request).where(*mine).values(at=at)
        if not self._tx.connection.execute(again).rowcount:
            row = dict(id=uuid4().hex, person_id=person_id, colonia=colonia, at=at)
            self._tx.connection.execute(visit_request.insert(), row)
        count = select(func.count()).where(visit_request.c.colonia == colonia)
        return int(self._tx.connection.execute(count).scalar_one())

    def visits_wanted(self) -> dict[str, int]:
        """How many people want the team to come by, by colonia."""
        statement = select(visit_request.c.colonia, func.count()).group_by(visit_request.c.colonia)
        return {row[0]: row[1] for row in self._tx.connection.execute(statement).all()}

    def forget_visits(self, before: datetime) -> None:
        """Who asked before then and was never told of a round asks no more."""
        self._tx.connection.execute(_FORGET_VISITS, {"before": before})

    def setting(self, key: str) -> str | None:
        """Something that the programme remembers about itself."""
        return self._tx.connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()

    def set_setting(self, key: str, value: str) -> None:
        """Remember something about ourselves."""
        _SET.run(self._tx.connection, dict(key=key, value=value))

    def _help(self, statement: Select[Any], **given: str) -> HelpRequest | None:
        row = self._tx.connection.execute(statement, given).mappings().first()
        return None if row is None else HelpRequest(**row)
