"""Proximity rounds on foot and their stops. What was told stands sealed; the counts name nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, bindparam, func, or_, select, update

from bot.domain.errors import Changed
from bot.domain.walk import Did, Stop, Walk
from storage.schema import media, walk, walk_stop

if TYPE_CHECKING:
    from storage.store import Transaction

_START = walk.insert()
_END = (
    update(walk)
    .where(walk.c.id == bindparam("which"), walk.c.ended_at.is_(None))
    .values(ended_at=bindparam("moment"))
)
_ONE = select(walk).where(walk.c.id == bindparam("which"))
_RUNNING_OF = (
    select(walk)
    .where(walk.c.officer_id == bindparam("who"), walk.c.ended_at.is_(None))
    .order_by(walk.c.started_at.desc())
    .limit(1)
)
_RUNNING_IN = (
    select(walk)
    .where(walk.c.colonia == bindparam("where"), walk.c.ended_at.is_(None))
    .order_by(walk.c.started_at)
)
_LAST = (  # a round without a stop was none
    select(walk.c.colonia, func.max(walk.c.ended_at))
    .where(walk.c.ended_at.is_not(None), walk.c.id.in_(select(walk_stop.c.walk_id)))
    .group_by(walk.c.colonia)
)
_OVER = (
    select(walk)
    .where(walk.c.ended_at.is_not(None), walk.c.id.in_(select(walk_stop.c.walk_id)))
    .order_by(walk.c.started_at, walk.c.id)
)
_WITHOUT_WORDS = select(*(column for column in walk_stop.c if column.name != "text")).order_by(walk_stop.c.at)
_STOP = walk_stop.insert()
_STOPS = (
    select(walk_stop)
    .where(walk_stop.c.walk_id == bindparam("which"))
    .order_by(walk_stop.c.at, walk_stop.c.id)
)
_SPOKEN_BEFORE = (  # of a report's own file the report says how long it is kept
    select(walk_stop.c.media_id)
    .join(media, media.c.id == walk_stop.c.media_id)
    .where(walk_stop.c.at < bindparam("before"), media.c.report_id.is_(None))
)
_FORGET_WORDS = (
    update(walk_stop)
    .where(
        walk_stop.c.at < bindparam("before"),
        or_(walk_stop.c.text.is_not(None), walk_stop.c.media_id.is_not(None)),
    )
    .values(text=None, media_id=None)
)
_ONE_STOP = select(walk_stop).where(walk_stop.c.id == bindparam("which"))


class Walks:
    """Every round, by officer, by colonia."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def start(self, new: Walk) -> None:
        """A round begins."""
        row = dict(
            id=new.id,
            officer_id=new.officer_id,
            colonia=new.colonia,
            sector=new.sector,
            started_at=new.started_at,
            ended_at=None,
        )
        self._tx.connection.execute(_START, row)

    def end(self, now: Walk) -> None:
        """It is over. Raises Changed when it was over already."""
        if not self._tx.connection.execute(_END, {"which": now.id, "moment": now.ended_at}).rowcount:
            raise Changed

    def get(self, walk_id: str) -> Walk | None:
        """The round of that id."""
        return self._first(_ONE, which=walk_id)

    def running_of(self, person_id: str) -> Walk | None:
        """The round that an officer is on."""
        return self._first(_RUNNING_OF, who=person_id)

    def running_in(self, colonia: str) -> list[Walk]:
        """The rounds under way in a colonia."""
        return [Walk(**row) for row in self._rows(_RUNNING_IN, where=colonia)]

    def last(self) -> dict[str, datetime]:
        """When each colonia was last walked."""
        return {row[0]: row[1] for row in self._tx.connection.execute(_LAST).all()}

    def over(self) -> Iterator[tuple[Walk, list[Stop]]]:
        """Every round that met somebody and has ended, the oldest first; its stops without what was heard."""
        stops: dict[str, list[Stop]] = defaultdict(list)
        for row in self._tx.connection.execute(_WITHOUT_WORDS).mappings():
            stops[row["walk_id"]].append(Stop(**{**row, "did": Did(row["did"])}))
        for one in self._rows(_OVER):
            yield Walk(**one), stops[one["id"]]

    def add_stop(self, new: Stop) -> None:
        """Somebody was met."""
        row = dict(
            id=new.id,
            walk_id=new.walk_id,
            at=new.at,
            met=new.met,
            kind=new.kind,
            did=new.did.value,
            text=self._tx.sealer.seal("walk_stop", "text", new.id, new.text.encode()) if new.text else None,
            media_id=new.media_id,
            report_id=new.report_id,
        )
        self._tx.connection.execute(_STOP, row)

    def met(self, stop_id: str, people: int) -> None:
        """How many they were."""
        self._set(stop_id, met=people)

    def about(self, stop_id: str, kind: str) -> None:
        """What was heard is of that kind; "" of none."""
        self._set(stop_id, kind=kind)

    def hush(self, stop_id: str) -> None:
        """What was heard there stays no longer; that somebody was met does."""
        self._set(stop_id, text=None, media_id=None)

    def forget_words(self, before: datetime) -> list[str]:
        """What was heard before then: only the numbers stay. Returns the files that nothing else needs."""
        files = self._tx.connection.execute(_SPOKEN_BEFORE, {"before": before}).scalars().all()
        self._tx.connection.execute(_FORGET_WORDS, {"before": before})
        return list(files)

    def became(self, stop_id: str, report_id: str) -> None:
        """What was heard there is a report now."""
        self._set(stop_id, report_id=report_id)

    def stop(self, stop_id: str) -> Stop | None:
        """The stop of that id."""
        found = self._rows(_ONE_STOP, which=stop_id)
        return self._stop(found[0]) if found else None

    def stops(self, walk_id: str) -> list[Stop]:
        """All stops of a round, in order."""
        return [self._stop(row) for row in self._rows(_STOPS, which=walk_id)]

    def _set(self, stop_id: str, **values: Any) -> None:
        self._tx.connection.execute(update(walk_stop).where(walk_stop.c.id == stop_id).values(**values))

    def _first(self, statement: Any, **key: Any) -> Walk | None:
        found = self._rows(statement, **key)
        return Walk(**found[0]) if found else None

    def _rows(self, statement: Any, **key: Any) -> list[RowMapping]:
        return list(self._tx.connection.execute(statement, key).mappings().all())

    def _stop(self, row: RowMapping) -> Stop:
        sealed = row["text"]
        text = self._tx.sealer.open("walk_stop", "text", row["id"], sealed).decode() if sealed else ""
        return Stop(**{**row, "did": Did(row["did"]), "text": text})
