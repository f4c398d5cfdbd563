"""People by a random id: what was agreed with them, never who they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
from sqlalchemy import bindparam, select, update

from bot.domain.roster import Role
from storage.schema import person, tally

if TYPE_CHECKING:
    from storage.store import Transaction


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who writes to us."""

    id: str
    role: Role
    locale: str
    consent_version: str | None
    consent_at: datetime | None
    opted_out_at: datetime | None
    greeted_at: datetime | None
    created_at: datetime
    seen_at: datetime
    paused_until: datetime | None = None  # a supervisor's decision: see `storage/usage.py`

    def paused(self, at: datetime) -> bool:
        """Are this person's reports kept for review?"""
        return self.paused_until is not None and at < self.paused_until


_BY_ID = select(person).where(person.c.id == bindparam("id"))
_INSERT = person.insert()
_CHANGE = {
    name: update(person).where(person.c.id == bindparam("who")).values({name: bindparam("value")})
    for name in ("role", "locale", "opted_out_at", "greeted_at", "seen_at")
}
_CONSENT = (
    update(person)
    .where(person.c.id == bindparam("who"))
    .values(consent_version=bindparam("version"), consent_at=bindparam("moment"))
)
_TALLY = select(tally).where(tally.c.person_id == bindparam("person_id"), tally.c.what == bindparam("what"))
_TALLY_INSERT = tally.insert()
_TALLY_SET = (
    update(tally)
    .where(tally.c.person_id == bindparam("who"), tally.c.what == bindparam("which"))
    .values(count=bindparam("n"), since=bindparam("moment"))
)


class People:
    """The table of people."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, *, at: datetime, locale: str, role: Role = Role.RESIDENT) -> Person:
        """Somebody new."""
        new = Person(
            id=uuid4().hex,
            role=role,
            locale=locale,
            consent_version=None,
            consent_at=None,
            opted_out_at=None,
            greeted_at=None,
            created_at=at,
            seen_at=at,
        )
        row = {name: getattr(new, name) for name in Person.__struct_fields__}
        self._tx.connection.execute(_INSERT, {**row, "role": role.value})
        return new

    def get(self, person_id: str) -> Person | None:
        """The person of that id."""
        row = self._tx.connection.execute(_BY_ID, {"id": person_id}).mappings().one_or_none()
        return None if row is None else person_of(row)

    def seen(self, person_id: str, at: datetime) -> None:
        """They wrote now."""
        self._set(person_id, "seen_at", at)

    def greeted(self, person_id: str, at: datetime) -> None:
        """They were told who speaks."""
        self._set(person_id, "greeted_at", at)

    def set_role(self, person_id: str, role: Role) -> None:
        """What they may do from now on."""
        self._set(person_id, "role", role.value)

    def set_locale(self, person_id: str, locale: str) -> None:
        """The language they want."""
        self._set(person_id, "locale", locale)

    def opt_out(self, person_id: str, at: datetime | None) -> None:
        """BAJA at a moment; None is ALTA."""
        self._set(person_id, "opted_out_at", at)

    def consent(self, person_id: str, version: str, at: datetime) -> None:
        """They accepted that version of the privacy notice."""
        self._tx.connection.execute(_CONSENT, {"who": person_id, "version": version, "moment": at})

    def count(self, person_id: str, what: str, at: datetime, *, within_seconds: float) -> int:
        """Count one more of something; the count begins anew after the given time. Returns the new count."""
        key = {"person_id": person_id, "what": what}
        row = self._tx.connection.execute(_TALLY, key).one_or_none()
        if row is None:
            self._tx.connection.execute(_TALLY_INSERT, {**key, "count": 1, "since": at})
            return 1
        fresh = (at - row.since).total_seconds() > within_seconds
        n, since = (
            (1, at) if fresh else (int(row._mapping["count"]) + 1, row.since)
        )  # a row has a method `count`
        self._tx.connection.execute(_TALLY_SET, {"who": person_id, "which": what, "n": n, "moment": since})
        return n

    def counted(self, person_id: str, what: str, at: datetime, *, within_seconds: float) -> int:
        """How many of something were counted lately."""
        row = self._tx.connection.execute(_TALLY, {"person_id": person_id, "what": what}).one_or_none()
        if row is None or (at - row.since).total_seconds() > within_seconds:
            return 0
        return int(row._mapping["count"])

    def _set(self, person_id: str, name: str, value: object) -> None:
        self._tx.connection.execute(_CHANGE[name], {"who": person_id, "value": value})


def person_of(row: Mapping[Any, Any]) -> Person:
    """The person that a row of the table says."""
    return Person(**{**row, "role": Role(row["role"])})
