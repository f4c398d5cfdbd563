"""Reports and their events. A version guards every change; each event is chained to the one before."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from math import ceil, cos, radians
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import ColumnElement, LargeBinary, RowMapping, Select, bindparam, func, select, update

from bot.domain import events
from bot.domain.concern import Identity, Priority
from bot.domain.errors import Changed, UnknownFolio
from bot.domain.events import Event
from bot.domain.place_memory import Repeat
from bot.domain.questions import BY_KIND
from bot.domain.report import Change, Disposition, Report, Status
from bot.domain.territory import Place, Point
from storage.errors import Unreadable
from storage.schema import event, follower, report

if TYPE_CHECKING:
    from storage.store import Transaction

CELL_DEGREES = 0.00135  # about 150 m of latitude
DEGREE_M = 111_000.0  # of latitude
MOST_AROUND = 200
MOST_NEAR_IN = 50  # of a colonia
MOST_NEAR = 20  # of them the asker looks for one within the radius

_INSERT = report.insert()
_UPDATE = (
    update(report)
    .where(report.c.id == bindparam("which"), report.c.version == bindparam("was"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "person_id",
                "handler_id",
                "kind",
                "listed",
                "named_list",
                "priority",
                "reason",
                "status",
                "disposition",
                "referred_to",
                "solved",
                "version",
                "claimed_at",
                "closed_at",
                "updated_at",
                "sectors",
                "colonia",
                "place",
                "cell",
            )
        }
    )
)
_BY_ID = select(report).where(report.c.id == bindparam("which"))
_LIST = select(report.c.named_list).where(report.c.id == bindparam("which"))
_BY_FOLIO = select(report).where(report.c.folio == bindparam("which"))
_BY_DRAFT = select(report).where(report.c.draft_id == bindparam("which"))
_HAS_FOLIO = select(report.c.id).where(report.c.folio == bindparam("which"))
_LAST_EVENT = (
    select(event.c.seq, event.c.hash)
    .where(event.c.report_id == bindparam("which"))
    .order_by(event.c.seq.desc())
    .limit(1)
)
_EVENT = event.insert()
_EVENT_ANEW = (
    update(event)
    .where(event.c.report_id == bindparam("which"), event.c.seq == bindparam("n"))
    .values(actor_id=bindparam("actor"), facts=bindparam("sealed"), hash=bindparam("mark"))
)
_EVENTS = select(event).where(event.c.report_id == bindparam("which")).order_by(event.c.seq)
_OF_PERSON = (
    select(report)
    .where(report.c.person_id == bindparam("who"), report.c.listed.is_(False))
    .order_by(report.c.opened_at.desc())
    .limit(bindparam("most"))
)
_ALL_OF = select(report).where(report.c.person_id == bindparam("who")).order_by(report.c.opened_at)
_STILL_OPEN = [
    status.value for status in Status if status is not Status.CLOSED
]  # an index finds only what is named
_EVERY_OPEN = (
    select(report.c.folio, report.c.kind, report.c.status, report.c.opened_at, report.c.claimed_at)
    .where(report.c.status.in_(_STILL_OPEN), report.c.listed.is_(False))
    .order_by(report.c.opened_at)
)
_WAITING = (
    select(report)
    .where(report.c.status == Status.RECEIVED.value, report.c.listed.is_(False))
    .order_by(report.c.opened_at)
    .limit(bindparam("most"))
)
_HANDLED_BY = (
    select(report)
    .where(report.c.handler_id == bindparam("who"), report.c.status != Status.CLOSED.value)
    .order_by(report.c.opened_at)
)
_CLOSED_BY = (
    select(report)
    .where(
        report.c.handler_id == bindparam("who"),
        report.c.status == Status.CLOSED.value,
        report.c.closed_at >= bindparam("since"),
    )
    .order_by(report.c.closed_at.desc())
    .limit(1)
)
_CLAIMS = (
    select(report.c.handler_id, func.count())
    .where(
        report.c.status.in_([Status.CLAIMED.value, Status.AWAITING_RESIDENT.value]),
        report.c.handler_id.is_not(None),
    )
    .group_by(report.c.handler_id)
)
_FOLLOWERS = select(follower.c.person_id).where(follower.c.report_id == bindparam("which"))
_WAITING_ON = (
    select(report)
    .where(
        report.c.person_id == bindparam("who"),
        report.c.status == Status.AWAITING_RESIDENT.value,
    )
    .order_by(report.c.updated_at.desc())
)


_HELD_AGAINST = [
    report.c[name] for name in ("id", "folio", "person_id", "opened_at", "colonia", "place")
]  # of what is near: it may be many


def _open_alike(where: ColumnElement[bool], most: int) -> Select[Any]:
    """Open reports of one kind at a place, the newest first."""
    return (
        select(*_HELD_AGAINST)
        .where(
            where,
            report.c.kind == bindparam("what"),
            report.c.opened_at >= bindparam("since"),
            report.c.listed.is_(False),
            report.c.status != Status.CLOSED.value,
        )
        .order_by(report.c.opened_at.desc())
        .limit(most)
    )


def _in_cells(cells: int) -> ColumnElement[bool]:
    """So many cells are as many parameters."""
    return report.c.cell.in_([bindparam(f"cell{number}", type_=LargeBinary) for number in range(cells)])


@cache
def _near(cells: int) -> Select[Any]:
    """Built once for each radius that a kind has."""
    return _open_alike(_in_cells(cells), MOST_NEAR)


_NEAR_IN = _open_alike(report.c.colonia == bindparam("where"), MOST_NEAR_IN)


@cache
def _around(cells: int) -> Select[Any]:
    """What happened in so many cells, over or not."""
    return (
        select(report)
        .where(
            _in_cells(cells),
            report.c.opened_at >= bindparam("since"),
            report.c.listed.is_(False),
        )
        .order_by(report.c.opened_at.desc())
        .limit(MOST_AROUND)
    )


_REPEATS = (
    select(report.c.colonia, report.c.kind, func.count().label("n"))
    .where(
        report.c.status.in_([status.value for status in Status]),  # an index finds only what is named
        report.c.opened_at >= bindparam("since"),
        report.c.cell.is_not(None),
        report.c.listed.is_(False),
    )
    .group_by(report.c.cell, report.c.kind, report.c.colonia)
    .having(func.count() >= bindparam("least"))
    .order_by(func.count().desc(), report.c.colonia)
    .limit(MOST_AROUND)
)


class Nearby(msgspec.Struct, frozen=True):
    """Of an open report, what a new one is held against."""

    folio: str
    person_id: str
    opened_at: datetime
    place: Place


class OpenOne(msgspec.Struct, frozen=True):
    """Of an open report, what it is counted by; nothing sealed is opened for it."""

    folio: str
    kind: str
    status: Status
    opened_at: datetime
    claimed_at: datetime | None


class Reports:
    """The log of the programme."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def free_folio(self, folio: str) -> bool:
        """Is nobody's report called so?"""
        return self._tx.connection.execute(_HAS_FOLIO, {"which": folio}).one_or_none() is None

    def add(self, change: Change) -> Sequence[Event]:
        """Write a new report and its first events; hands out the events."""
        new = change.report
        row = {
            **_clear(new),
            "id": new.id,
            "folio": new.folio,
            "draft_id": new.draft_id,
            "filed_by": new.filed_by,
            "identity": new.identity.value,
            **self._where(new),
            "pilot": new.pilot,
            "opened_at": new.opened_at,
            "told": self._seal("told", new.id, _told(new)),
        }
        self._tx.connection.execute(_INSERT, row)
        self._log(change)
        return change.events

    def save(self, change: Change) -> Sequence[Event]:
        """Write a change down; hands out the events. Raises Changed when somebody was faster."""
        new = change.report
        values = {f"new_{key}": value for key, value in {**_clear(new), **self._where(new)}.items()}
        key = {"which": new.id, "was": new.version - 1}
        if not self._tx.connection.execute(_UPDATE, {**key, **values}).rowcount:
            raise Changed
        self._log(change)
        return change.events

    def get(self, report_id: str) -> Report:
        """The report of that id. Raises UnknownFolio."""
        return self._one(_BY_ID, report_id)

    def named_list(self, report_id: str) -> str:
        """Whose alone a report is, "" for an ordinary one; nothing of it is opened. Raises UnknownFolio."""
        found = self._tx.connection.execute(_LIST, {"which": report_id}).one_or_none()
        if found is None:
            raise UnknownFolio
        return str(found.named_list)

    def by_folio(self, folio: str) -> Report:
        """The report of that folio. Raises UnknownFolio."""
        return self._one(_BY_FOLIO, folio)

    def of_draft(self, draft_id: str) -> Report | None:
        """The report that a confirmed draft became, if it did."""
        row = self._tx.connection.execute(_BY_DRAFT, {"which": draft_id}).mappings().one_or_none()
        return None if row is None else self._read(row)

    def of_person(self, person_id: str, most: int = 10) -> list[Report]:
        """Somebody's own reports, newest first; the confidential ones are in no list."""
        return self._many(_OF_PERSON, who=person_id, most=most)

    def every_open(self) -> list[OpenOne]:
        """Everything that is not closed, oldest first, as far as a count needs it; the confidential ones are in no list."""
        rows = self._tx.connection.execute(_EVERY_OPEN).all()
        return [OpenOne(row[0], row[1], Status(row[2]), row[3], row[4]) for row in rows]

    def waiting(self, most: int = 200) -> list[Report]:
        """What nobody took yet, oldest first; not behind what others have, however much that is."""
        return self._many(_WAITING, most=most)

    def handled_by(self, person_id: str) -> list[Report]:
        """What an officer has in hand."""
        return self._many(_HANDLED_BY, who=person_id)

    def closed_by(self, person_id: str, since: datetime) -> list[Report]:
        """What an officer closed last, if that was since a moment."""
        return self._many(_CLOSED_BY, who=person_id, since=since)

    def claims(self) -> dict[str, int]:
        """How many cases each officer has in hand."""
        return {row[0]: row[1] for row in self._tx.connection.execute(_CLAIMS).all()}

    def waiting_on(self, person_id: str) -> list[Report]:
        """Reports in which an officer asked this resident something."""
        return self._many(_WAITING_ON, who=person_id)

    def near(self, cells: Sequence[bytes], kind: str, since: datetime) -> list[Nearby]:
        """Open reports of a kind in some cells of 150 m, the newest few; never confidential ones."""
        given = {f"cell{number}": cell for number, cell in enumerate(cells)}
        rows = self._tx.connection.execute(_near(len(cells)), {**given, "what": kind, "since": since})
        return [self._nearby(row) for row in rows.all()]

    def around(self, cells: Sequence[bytes], since: datetime) -> list[Report]:
        """Everything that happened in some cells of 150 m, the newest first; never confidential ones."""
        given = {f"cell{number}": cell for number, cell in enumerate(cells)}
        rows = self._tx.connection.execute(_around(len(cells)), {**given, "since": since})
        return [self._read(row) for row in rows.mappings().all()]

    def repeats(self, since: datetime, least: int) -> list[Repeat]:
        """Kinds that came back in one cell, the most frequent first; never confidential ones."""
        rows = self._tx.connection.execute(_REPEATS, {"since": since, "least": least}).all()
        return [Repeat(row.colonia, row.kind, row.n) for row in rows]

    def near_in(self, colonia: str, kind: str, since: datetime) -> list[Nearby]:
        """Open reports of a kind in a colonia, newest first; never confidential ones."""
        given = {"where": colonia, "what": kind, "since": since}
        return [self._nearby(row) for row in self._tx.connection.execute(_NEAR_IN, given).all()]

    def follow(self, report_id: str, person_id: str, at: datetime) -> bool:
        """Another neighbour hears the same news; False when they already do."""
        if person_id in self.followers(report_id):
            return False
        row = dict(report_id=report_id, person_id=person_id, at=at)
        self._tx.connection.execute(follower.insert(), row)
        return True

    def followed_by(self, person_id: str) -> list[Report]:
        """The reports of others that somebody joined, newest first."""
        statement = (
            select(report)
            .join(follower, follower.c.report_id == report.c.id)
            .where(follower.c.person_id == person_id, report.c.listed.is_(False))
            .order_by(report.c.opened_at.desc())
            .limit(10)
        )
        return [self._read(row) for row in self._tx.connection.execute(statement).mappings().all()]

    def followers(self, report_id: str) -> list[str]:
        """The neighbours who joined a report."""
        return list(self._tx.connection.execute(_FOLLOWERS, {"which": report_id}).scalars().all())

    def history(self, report_id: str) -> list[Event]:
        """Everything that happened to a report, in order."""
        rows = self._tx.connection.execute(_EVENTS, {"which": report_id}).mappings().all()
        return [self._event(row) for row in rows]

    def chain_holds(self, report_id: str) -> bool:
        """Is every event of a report as it was written, none missing in between?"""
        rows = self._tx.connection.execute(_EVENTS, {"which": report_id}).mappings().all()
        before = b""
        for seq, row in enumerate(rows, start=1):
            try:
                facts = self._tx.sealer.open("event", "facts", f"{report_id}/{seq}", row["facts"])
            except Unreadable:
                return False
            wanted = self._hash(before, report_id, seq, row["kind"], row["at"], row["actor_id"], facts)
            if row["seq"] != seq or row["hash"] != wanted:
                return False
            before = row["hash"]
        return True

    def cell(self, point: Point) -> bytes:
        """The keyed hash of the 150 m cell of a point."""
        return self._cell(*_cell_of(point))

    def cells_around(self, point: Point, radius_m: float = 100) -> list[bytes]:
        """The cell of a point and as many around it as a radius may reach into: at least eight."""
        row, column = _cell_of(point)
        width_m = CELL_DEGREES * DEGREE_M * cos(radians(point.lat))  # the narrower side
        reach = range(-ceil(radius_m / width_m), ceil(radius_m / width_m) + 1)
        return [self._cell(row + i, column + j) for i in reach for j in reach]

    def all_of(self, person_id: str) -> list[Report]:
        """Every report of a person, confidential ones too: for their rights, never to be shown."""
        return self._many(_ALL_OF, who=person_id)

    def write_anew(
        self, report_id: str, *, kept: Callable[[dict[str, Any]], dict[str, Any]], nobody: str | None
    ) -> None:
        """The history chained anew with what is kept of its facts, without the person; only an erasure does this."""
        before = b""
        for row in self._tx.connection.execute(_EVENTS, {"which": report_id}).mappings().all():
            seq, actor = row["seq"], None if row["actor_id"] == nobody else row["actor_id"]
            key = f"{report_id}/{seq}"
            facts = self._tx.sealer.open_json("event", "facts", key, row["facts"])
            said = msgspec.json.encode(kept(facts))
            sealed = self._tx.sealer.seal("event", "facts", key, said)
            before = self._hash(before, report_id, seq, row["kind"], row["at"], actor, said)
            new = {"which": report_id, "n": seq, "actor": actor, "sealed": sealed, "mark": before}
            self._tx.connection.execute(_EVENT_ANEW, new)

    def _where(self, new: Report) -> dict[str, Any]:
        return {
            "colonia": new.place.colonia,
            "place": self._seal("place", new.id, _place_facts(new.place)),
            "cell": self.cell(new.place.point) if new.place.point else None,
        }

    def _cell(self, row: int, column: int) -> bytes:
        return self._tx.sealer.keyed("cell", f"{row}|{column}")

    def _one(self, statement: Any, key: str) -> Report:
        row = self._tx.connection.execute(statement, {"which": key}).mappings().one_or_none()
        if row is None:
            raise UnknownFolio
        return self._read(row)

    def _many(self, statement: Any, **key: Any) -> list[Report]:
        return [self._read(row) for row in self._tx.connection.execute(statement, key).mappings().all()]

    def _log(self, change: Change) -> None:
        last = self._tx.connection.execute(_LAST_EVENT, {"which": change.report.id}).one_or_none()
        seq, before = (last.seq, last.hash) if last else (0, b"")
        for happened in change.events:
            seq += 1
            before = self._write(change.report.id, seq, before, happened)

    def _write(self, report_id: str, seq: int, before: bytes, happened: Event) -> bytes:
        facts = msgspec.json.encode(happened.facts())
        mark = self._hash(before, report_id, seq, happened.kind, happened.at, happened.actor_id, facts)
        row = dict(
            report_id=report_id,
            seq=seq,
            kind=happened.kind,
            at=happened.at,
            actor_id=happened.actor_id,
            facts=self._tx.sealer.seal("event", "facts", f"{report_id}/{seq}", facts),
            hash=mark,
        )
        self._tx.connection.execute(_EVENT, row)
        return mark

    def _hash(
        self,
        before: bytes,
        report_id: str,
        seq: int,
        kind: str,
        at: datetime,
        actor: str | None,
        facts: bytes,
    ) -> bytes:
        """Over the facts as said, not as sealed: a new key seals them anew and the chain stays."""
        head = json.dumps([report_id, seq, kind, at.timestamp(), actor]).encode()
        return self._tx.sealer.mac("chain", b"\x00".join((before, head, facts)))

    def _event(self, row: RowMapping) -> Event:
        key = f"{row['report_id']}/{row['seq']}"
        facts = self._tx.sealer.open_json("event", "facts", key, row["facts"])
        return events.of(row["kind"], row["at"], row["actor_id"], facts)

    def _seal(self, column: str, row: str, value: Any) -> bytes:
        return self._tx.sealer.seal_json("report", column, row, value)

    def _nearby(self, row: Any) -> Nearby:
        place = self._tx.sealer.open_json("report", "place", row.id, row.place)
        return Nearby(row.folio, row.person_id, row.opened_at, _place(row.colonia, place))

    def _read(self, row: RowMapping) -> Report:
        told = self._tx.sealer.open_json("report", "told", row["id"], row["told"])
        place = self._tx.sealer.open_json("report", "place", row["id"], row["place"])
        return Report(
            id=row["id"],
            folio=row["folio"],
            draft_id=row["draft_id"],
            person_id=row["person_id"],
            filed_by=row["filed_by"],
            kind=row["kind"],
            named_list=row["named_list"],
            priority=Priority(row["priority"]),
            reason=row["reason"] or BY_KIND,
            identity=Identity(row["identity"]),
            place=_place(row["colonia"], place),
            sectors=tuple(json.loads(row["sectors"])),
            pilot=row["pilot"],
            text=told["text"],
            when=told.get("when", ""),
            answers=tuple((question, answer) for question, answer in told["answers"]),
            status=Status(row["status"]),
            disposition=Disposition(row["disposition"]) if row["disposition"] else None,
            handler_id=row["handler_id"],
            referred_to=row["referred_to"],
            solved=row["solved"],
            version=row["version"],
            opened_at=row["opened_at"],
            claimed_at=row["claimed_at"],
            closed_at=row["closed_at"],
            updated_at=row["updated_at"],
        )


def _clear(new: Report) -> dict[str, Any]:
    return {
        "person_id": new.person_id,
        "handler_id": new.handler_id,
        "kind": new.kind,
        "listed": new.listed,
        "named_list": new.named_list,
        "priority": int(new.priority),
        "reason": new.reason,
        "status": new.status.value,
        "disposition": new.disposition.value if new.disposition else None,
        "referred_to": new.referred_to,
        "solved": new.solved,
        "version": new.version,
        "claimed_at": new.claimed_at,
        "closed_at": new.closed_at,
        "updated_at": new.updated_at,
        "sectors": json.dumps(new.sectors),
    }


def _told(new: Report) -> dict[str, Any]:
    return {"text": new.text, "when": new.when, "answers": new.answers}


def _place_facts(place: Place) -> dict[str, Any]:
    return {"street": place.street, "point": [place.point.lat, place.point.lon] if place.point else None}


def _place(colonia: str, facts: dict[str, Any]) -> Place:
    point = Point(*facts["point"]) if facts["point"] else None
    return Place(colonia=colonia, street=facts["street"], point=point)


def _cell_of(point: Point) -> tuple[int, int]:
    return int(point.lat // CELL_DEGREES), int(point.lon // CELL_DEGREES)
