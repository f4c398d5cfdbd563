"""The staff: who is expected, who was enrolled and approved, who is on duty."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, bindparam, or_, select, update

from bot.domain.roster import Mode, Officer, Role, Roster, Shift
from bot.domain.territory import Point
from storage.schema import shift, staff
from storage.upsert import Upsert

if TYPE_CHECKING:
    from storage.store import Transaction

RECENT = timedelta(days=2)  # ended shifts that are still of interest


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place in the staff, by badge: expected, invited, pending approval, active or revoked."""

    badge: str
    name: str
    role: Role
    sectors: tuple[str, ...]
    lists: tuple[str, ...]
    person_id: str | None
    state: str
    check_number: str | None
    code_expires_at: datetime | None


_EXPECT = Upsert(staff, ["badge"], ["name", "role", "sectors", "lists"], also=["state", "changed_at"])
_ACTIVE = (
    select(staff).where(staff.c.state == "active", staff.c.person_id.is_not(None)).order_by(staff.c.badge)
)
_BY_BADGE = select(staff).where(staff.c.badge == bindparam("which"))
_BY_PERSON = select(staff).where(staff.c.person_id == bindparam("who"))
_BY_CODE = select(staff).where(staff.c.code == bindparam("which"))
_ALL = select(staff).order_by(staff.c.badge)
_SHIFTS = select(shift).where(
    or_(shift.c.ended_at.is_(None), shift.c.ended_at > bindparam("since")),
    shift.c.ends_at > bindparam("since"),
)
_SHIFT_OF = (
    select(shift)
    .where(
        shift.c.person_id == bindparam("who"),
        shift.c.ended_at.is_(None),
        shift.c.ends_at > bindparam("moment"),
    )
    .order_by(shift.c.starts_at.desc())
    .limit(1)
)
_END = (
    update(shift)
    .where(shift.c.id == bindparam("which"))
    .values(ended_at=bindparam("moment"), spot=None, spot_at=None)
)
_SPOT = (
    update(shift)
    .where(shift.c.id == bindparam("which"), shift.c.ended_at.is_(None))
    .values(spot=bindparam("sealed"), spot_at=bindparam("moment"))
)
_PAUSE = update(shift).where(shift.c.id == bindparam("which")).values(paused_at=bindparam("moment"))
_MODE = update(shift).where(shift.c.id == bindparam("which")).values(mode=bindparam("how"))


class Staff:
    """Officers and supervisors, by badge, and their shifts."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def expect(
        self,
        *,
        badge: str,
        name: str,
        role: Role,
        sectors: Sequence[str],
        lists: Sequence[str],
        at: datetime,
    ) -> bool:
        """A place that the municipality wrote down; who already fills it stays, with the new rights.

        Returns whether the place, its role, its sectors or its lists are new.
        """
        known = self.slot(badge)
        row = dict(
            badge=badge,
            name=self._tx.sealer.seal("staff", "name", badge, name.encode()),
            role=role.value,
            sectors=json.dumps(list(sectors)),
            lists=json.dumps(list(lists)),
            state="expected",
            changed_at=at,
        )
        _EXPECT.run(self._tx.connection, row)
        rights = (role, tuple(sectors), tuple(lists))
        return known is None or (known.role, known.sectors, known.lists) != rights

    def slots(self) -> list[Slot]:
        """Everybody, by badge."""
        return [self._slot(row) for row in self._tx.connection.execute(_ALL).mappings().all()]

    def slot(self, badge: str) -> Slot | None:
        """The place with that badge."""
        row = self._tx.connection.execute(_BY_BADGE, {"which": badge}).mappings().one_or_none()
        return None if row is None else self._slot(row)

    def slot_of(self, person_id: str) -> Slot | None:
        """The place that a person fills."""
        row = self._tx.connection.execute(_BY_PERSON, {"who": person_id}).mappings().one_or_none()
        return None if row is None else self._slot(row)

    def invite(self, badge: str, code: str, expires_at: datetime, by: str | None, at: datetime) -> None:
        """A one-time code for a place; the one before is void, and so is who filled it."""
        self._set(
            badge,
            state="invited",
            person_id=None,
            code=self._tx.sealer.keyed("code", code),
            code_expires_at=expires_at,
            check_number=None,
            changed_by=by,
            changed_at=at,
        )

    def of_code(self, code: str) -> Slot | None:
        """The place that a one-time code belongs to."""
        key = {"which": self._tx.sealer.keyed("code", code)}
        row = self._tx.connection.execute(_BY_CODE, key).mappings().one_or_none()
        return None if row is None else self._slot(row)

    def enrol(self, badge: str, person_id: str, check_number: str, at: datetime) -> None:
        """Somebody used the code: both sides see the number, a supervisor approves."""
        self._set(
            badge,
            state="pending",
            person_id=person_id,
            code=None,
            code_expires_at=None,
            check_number=check_number,
            changed_at=at,
        )

    def approve(self, badge: str, by: str | None, at: datetime) -> None:
        """Who filled the place now has its rights."""
        self._set(badge, state="active", check_number=None, changed_by=by, changed_at=at)

    def revoke(self, badge: str, by: str | None, at: datetime) -> None:
        """No rights from this moment."""
        self._set(badge, state="revoked", person_id=None, code=None, changed_by=by, changed_at=at)

    def officer(self, person_id: str) -> Officer | None:
        """The active officer or supervisor with that id."""
        row = self._tx.connection.execute(_BY_PERSON, {"who": person_id}).mappings().one_or_none()
        return None if row is None or row["state"] != "active" else self._officer(row)

    def roster(self, at: datetime) -> Roster:
        """Everybody active, and the shifts around a moment."""
        people = self._tx.connection.execute(_ACTIVE).mappings().all()
        shifts = self._tx.connection.execute(_SHIFTS, {"since": at}).mappings().all()
        return Roster(
            officers=tuple(self._officer(row) for row in people),
            shifts=tuple(self._shift(row) for row in shifts),
        )

    def shift_of(self, person_id: str, at: datetime) -> tuple[str, Shift] | None:
        """The running shift of an officer and its id."""
        key = {"who": person_id, "moment": at}
        row = self._tx.connection.execute(_SHIFT_OF, key).mappings().one_or_none()
        return None if row is None else (row["id"], self._shift(row))

    def sectors_of(self, officer: Officer, at: datetime) -> tuple[str, ...]:
        """The sectors of the running shift, which the roster may have laid elsewhere; off duty those of the place."""
        running = self.shift_of(officer.person_id, at)
        return running[1].sectors if running is not None else officer.sectors

    def shift(self, shift_id: str) -> Shift | None:
        """The shift of that id."""
        statement = select(shift).where(shift.c.id == shift_id)
        row = self._tx.connection.execute(statement).mappings().one_or_none()
        return None if row is None else self._shift(row)

    def start_shift(self, shift_id: str, new: Shift) -> None:
        """An officer is on duty."""
        row = dict(
            id=shift_id,
            person_id=new.person_id,
            sectors=json.dumps(new.sectors),
            starts_at=new.starts_at,
            ends_at=new.ends_at,
            ended_at=None,
            mode=new.mode.value if new.mode else None,
            paused_at=new.paused_at,
            spot=None,
            spot_at=None,
        )
        self._tx.connection.execute(shift.insert(), row)

    def pause_shift(self, shift_id: str, at: datetime | None) -> None:
        """No alerts from that moment; None: alerts again."""
        self._tx.connection.execute(_PAUSE, {"which": shift_id, "moment": at})

    def share_spot(self, shift_id: str, spot: Point, at: datetime) -> None:
        """Where the officer is, until the shift ends; nothing of where they were."""
        sealed = self._tx.sealer.seal_json("shift", "spot", shift_id, [spot.lat, spot.lon])
        self._tx.connection.execute(_SPOT, {"which": shift_id, "sealed": sealed, "moment": at})

    def get_about(self, shift_id: str, mode: Mode) -> None:
        """On foot, by car or by motorcycle."""
        self._tx.connection.execute(_MODE, {"which": shift_id, "how": mode.value})

    def end_shift(self, shift_id: str, at: datetime) -> None:
        """Off duty."""
        self._tx.connection.execute(_END, {"which": shift_id, "moment": at})

    def _set(self, badge: str, **values: Any) -> None:
        self._tx.connection.execute(update(staff).where(staff.c.badge == badge).values(**values))

    def _name(self, row: RowMapping) -> str:
        return self._tx.sealer.open("staff", "name", row["badge"], row["name"]).decode()

    def _officer(self, row: RowMapping) -> Officer:
        return Officer(
            person_id=row["person_id"],
            badge=row["badge"],
            name=self._name(row),
            role=Role(row["role"]),
            sectors=tuple(json.loads(row["sectors"])),
            lists=tuple(json.loads(row["lists"])),
        )

    def _slot(self, row: RowMapping) -> Slot:
        return Slot(
            badge=row["badge"],
            name=self._name(row),
            role=Role(row["role"]),
            sectors=tuple(json.loads(row["sectors"])),
            lists=tuple(json.loads(row["lists"])),
            person_id=row["person_id"],
            state=row["state"],
            check_number=row["check_number"],
            code_expires_at=row["code_expires_at"],
        )

    def _shift(self, row: RowMapping) -> Shift:
        spot = row["spot"]
        return Shift(
            person_id=row["person_id"],
            sectors=tuple(json.loads(row["sectors"])),
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            ended_at=row["ended_at"],
            mode=Mode(row["mode"]) if row["mode"] else None,
            paused_at=row["paused_at"],
            spot=Point(*self._tx.sealer.open_json("shift", "spot", row["id"], spot)) if spot else None,
            spot_at=row["spot_at"],
        )
