"""What is to be said: the notice's name and facts, written with the change itself, worded when it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Label,
    RowMapping,
    Select,
    String,
    Update,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.notices import Lane, Notice
from storage.replicas import alive
from storage.schema import EARLIER_GOES, OUTBOX_GOES, outbox, receipt
from storage.turns import take_turn
from storage.upsert import Upsert
from storage.vault import Reach

if TYPE_CHECKING:
    from storage.store import Transaction

LEASE = timedelta(seconds=60)  # longer than the longest call to a provider
CODE = 40  # characters of a provider's code: SQLite takes any number, PostgreSQL refuses the whole note

# A delivery status only moves up: a failure overwrites "sent", never a delivery.
RANK = {"sent": 1, "failed": 2, "delivered": 3, "read": 4}
OPEN = ("ready", "leased", "unknown")  # it goes, or is on its way
UNSENT = (*OPEN, "waiting")
LEVELS = {**dict.fromkeys(UNSENT, 0), **RANK, "dropped": 5}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to say to one person."""

    id: int
    ref: str
    person_id: str
    report_id: str | None
    lane: int
    notice: str
    facts: dict[str, Any]
    card: str | None
    created_at: datetime
    due_at: datetime
    expires_at: datetime | None
    state: str
    attempts: int
    reach: Reach | None = None  # known when the unit that wrote it also heard the person
    behind: bool = False  # when it was written, another process held an earlier message to the same chat


class Turn(Enum):
    """May a row that this process has in memory be sent now?"""

    NOW = "now"
    LATER = "later"  # an earlier message to the same chat is not through yet
    ELSEWHERE = "elsewhere"  # another process took it over
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Lost:
    """The provider took a message and then told that it did not arrive, before we had noted that it took it."""

    error: str
    failure: str


_COLUMNS = [
    outbox.c[name]
    for name in (
        "id",
        "ref",
        "person_id",
        "report_id",
        "lane",
        "notice",
        "facts",
        "card",
        "created_at",
        "due_at",
        "expires_at",
        "state",
        "attempts",
    )
]
_VALUES: dict[str, BindParameter[Any]] = {
    c.name: bindparam(c.name) for c in outbox.c if c.name not in ("id", "provider_id", "error")
}
# Without RETURNING, for which SQLite makes a table of its own: a third of what the whole statement costs.
_INSERT_SQLITE = sqlite.insert(outbox).values(_VALUES).on_conflict_do_nothing(index_elements=["dedupe_key"])
_alert = Lane.ALERT.value
_earlier = outbox.alias("earlier")


def _behind(person: Any, alert: Any, *which: ColumnElement[bool]) -> Label[bool]:
    """Are there such messages to the same chat? Alerts have a lane of their own, all else shares one."""
    same = _earlier.c.person_id == person, (_earlier.c.lane == _alert) == alert
    others = exists().where(*same, EARLIER_GOES, *which)  # not all that somebody was ever told
    return others.correlate(outbox).label("behind")


# Who holds the oldest open message of a chat holds the chat: this is the lease on the address.
_INSERT_POSTGRES = (
    postgresql.insert(outbox)
    .values(_VALUES)
    .on_conflict_do_nothing(index_elements=["dedupe_key"])
    .returning(
        outbox.c.id,
        _behind(
            bindparam("whose", type_=String),
            bindparam("alert", type_=Boolean),
            _earlier.c.state.in_(("leased", "unknown")),
            _earlier.c.lease_by.is_distinct_from(bindparam("me", type_=String)),
        ),
    )
)
_TURN = select(outbox.c.state).where(outbox.c.id == bindparam("which"))
_TURN_POSTGRES = select(
    outbox.c.state,
    outbox.c.lease_by,
    _behind(
        outbox.c.person_id,
        outbox.c.lane == _alert,
        _earlier.c.id < outbox.c.id,
        _earlier.c.state.in_(OPEN),
        or_(_earlier.c.state != "ready", _earlier.c.due_at <= bindparam("moment")),
    ),
).where(outbox.c.id == bindparam("which"))
# The provider may tell what became of a message before we note that it took it: then that stands. (A list in IN is
# filled in at every call, so what is noted of each message names the states one by one.)
_TOLD_BEFORE = or_(
    *(outbox.c.state == known for known in RANK), outbox.c.provider_id == bindparam("provider")
)
# Whoever took a row over decides what becomes of it; only that it was sent is true whoever did it.
_MAY_NOTE = or_(
    outbox.c.lease_by.is_(None),
    outbox.c.lease_by == bindparam("me"),
    bindparam("now", type_=String) == "sent",
)
_NOTE = (
    update(outbox)
    .where(outbox.c.id == bindparam("which"), _MAY_NOTE)
    .values(
        state=case((_TOLD_BEFORE, outbox.c.state), else_=bindparam("now", type_=String)),
        provider_id=func.coalesce(bindparam("provider"), outbox.c.provider_id),
        error=case((_TOLD_BEFORE, outbox.c.error), else_=bindparam("code", type_=String)),
        attempts=outbox.c.attempts + 1,
        lease_until=case((_TOLD_BEFORE, outbox.c.lease_until), else_=None),
        lease_by=case((_TOLD_BEFORE, outbox.c.lease_by), else_=None),
        due_at=func.coalesce(bindparam("again", type_=outbox.c.due_at.type), outbox.c.due_at),
    )
)
_WINDOW_OPENED = (
    update(outbox)
    .where(outbox.c.person_id == bindparam("who"), outbox.c.state == "waiting")
    .values(state="ready", due_at=bindparam("moment"))
)
_ANNOUNCED_BY = select(*_COLUMNS).where(
    outbox.c.provider_id == bindparam("which"), outbox.c.state == "waiting", outbox.c.error == "template"
)
_NEWEST = (
    select(*_COLUMNS)
    .where(outbox.c.person_id == bindparam("who"), outbox.c.state != "dropped")
    .order_by(outbox.c.id.desc())
    .limit(1)
)
_CARD = (
    select(outbox.c.provider_id)
    .where(
        outbox.c.card == bindparam("which"),
        outbox.c.person_id == bindparam("who"),
        outbox.c.provider_id.is_not(None),
    )
    .order_by(outbox.c.id.desc())
    .limit(1)
)
_NEWER = (
    select(outbox.c.id)
    .where(
        outbox.c.card == bindparam("which"),
        outbox.c.person_id == bindparam("who"),
        outbox.c.id > bindparam("than"),
        outbox.c.state.in_(OPEN),
    )
    .limit(1)
)
_HOLDERS = select(outbox.c.person_id).where(outbox.c.card == bindparam("which")).distinct()
_HOLDERS_SINCE = _HOLDERS.where(outbox.c.created_at >= bindparam("since"))
_LAPSED = outbox.c.lease_until < bindparam("moment")
_MINE = outbox.c.lease_by.is_not_distinct_from(bindparam("me"))


def _pick(free: ColumnElement[bool]) -> Select[Any]:
    """What is free. `state IN` is what the partial index of open rows says of itself."""
    return (
        select(outbox.c.id, outbox.c.state)
        .where(
            OUTBOX_GOES,
            free,
        )
        .order_by(outbox.c.lane, outbox.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


_READY = outbox.c.state == "ready"
_DUE = outbox.c.due_at <= bindparam("moment")
_PICK = _pick(and_(_DUE, or_(_READY, _LAPSED)))
# A process that lives keeps what it holds, whatever the clocks of others say; a silent one keeps nothing, not even
# what it meant to look at later.
_SILENT = func.coalesce(outbox.c.lease_by, "").not_in(alive())
_PICK_POSTGRES = _pick(
    or_(and_(_READY, _DUE), and_(~_READY, _MINE, _DUE, _LAPSED), and_(~_READY, ~_MINE, _SILENT))
)
_BY_REF = select(outbox.c.id, outbox.c.state, outbox.c.provider_id).where(outbox.c.ref == bindparam("which"))
_BY_PROVIDER = select(outbox.c.id, outbox.c.state, outbox.c.provider_id).where(
    outbox.c.provider_id == bindparam("which")
)
_ROW_BY_REF, _ROW_BY_PROVIDER = (
    select(*_COLUMNS).where(known == bindparam("which")).order_by(outbox.c.id.desc()).limit(1)
    for known in (outbox.c.ref, outbox.c.provider_id)
)
_STATUS = (
    update(outbox)
    .where(outbox.c.id == bindparam("which"))
    .values(state=bindparam("now"), error=bindparam("code"), provider_id=bindparam("provider"))
)
_RECEIPT = select(receipt).where(receipt.c.provider_id == bindparam("which"))
_FORGET_EARLY = delete(receipt).where(receipt.c.at < bindparam("before"))
_RECEIPT_SET = Upsert(receipt, ["provider_id"], ["status", "error", "failure", "at"])


class Outbox:
    """Rows to be sent. `written` are those of this unit, already leased by this process."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._shared = tx.connection.dialect.name == "postgresql"
        self.written: list[Row] = []

    def put(self, notices: Iterable[Notice], at: datetime) -> int:
        """Write notices down; one whose `dedupe_key` is known is not written again. Returns how many were."""
        return sum(self._put(notice, at) for notice in notices)

    def _put(self, notice: Notice, at: datetime) -> bool:
        now = notice.due_at is None or notice.due_at <= at
        name = token_hex(16)
        row = dict(
            ref=name,
            person_id=notice.person_id,
            report_id=notice.report_id,
            lane=int(notice.lane),
            notice=notice.name,
            facts=self._tx.sealer.seal_json("outbox", "facts", name, dict(notice.facts)),
            card=notice.card,
            dedupe_key=notice.dedupe_key,
            created_at=at,
            due_at=notice.due_at or at,
            expires_at=notice.expires_at,
            state="leased" if now else "ready",
            lease_until=at + LEASE if now else None,
            lease_by=self._tx.replica if now else None,
            attempts=0,
        )
        new = self._insert(row)
        if new is not None and now:
            number, behind = new
            self.written.append(self._in_memory(notice, number, name, at, behind=behind))
        return new is not None

    def _insert(self, row: dict[str, Any]) -> tuple[int, bool] | None:
        """The id of a new row, and whether it is behind others; None when its key is known."""
        execute = self._tx.connection.execute
        if not self._shared:  # one process: nobody else holds anything
            new = execute(_INSERT_SQLITE, row)
            return (new.lastrowid, False) if new.rowcount else None
        more = {"me": self._tx.replica, "whose": row["person_id"], "alert": row["lane"] == _alert}
        told = execute(_INSERT_POSTGRES, {**row, **more}).one_or_none()
        return None if told is None else (told.id, told.behind)

    def _in_memory(self, notice: Notice, number: int, name: str, at: datetime, *, behind: bool) -> Row:
        """The row just written, for the delivery of this process."""
        return Row(
            id=number,
            ref=name,
            person_id=notice.person_id,
            report_id=notice.report_id,
            lane=int(notice.lane),
            notice=notice.name,
            facts=dict(notice.facts),
            card=notice.card,
            created_at=at,
            due_at=notice.due_at or at,
            expires_at=notice.expires_at,
            state="leased",
            attempts=0,
            reach=self._tx.vault.known.get(notice.person_id),
            behind=behind,
        )

    def lease(self, at: datetime, most: int = 64) -> list[Row]:
        """Take what is due and free, alerts first; mine until the lease ends.

        A row's `state` is the one it was found in: "ready" was never tried, any other may have been sent.
        """
        pick, key = (_PICK_POSTGRES, {"me": self._tx.replica}) if self._shared else (_PICK, {})
        found = self._tx.connection.execute(pick, {"moment": at, "most": most, **key}).all()
        if not found:
            return []
        states = {row.id: row.state for row in found}
        ids = list(states)
        mine = (
            update(outbox)
            .where(outbox.c.id.in_(ids))
            .values(state="leased", lease_until=at + LEASE, lease_by=self._tx.replica)
        )
        self._tx.connection.execute(mine)
        rows = select(*_COLUMNS).where(outbox.c.id.in_(ids)).order_by(outbox.c.lane, outbox.c.id)
        taken = self._tx.connection.execute(rows).mappings().all()
        return [msgspec.structs.replace(self._read(row), state=states[row["id"]]) for row in taken]

    def take_over(self, at: datetime) -> int:
        """What a process before this one left half sent is free at once: nobody else can be alive.

        Only on SQLite, whose file has one process; elsewhere `lease` finds what the silent held.
        """
        if self._shared:
            return 0
        mine = outbox.c.lease_by.is_distinct_from(self._tx.replica)
        left = and_(OUTBOX_GOES, outbox.c.state != "ready", mine)
        free = update(outbox).where(left).values(due_at=at, lease_until=at - LEASE)
        return self._tx.connection.execute(free).rowcount

    def next_at(self) -> datetime | None:
        """When the next row that nobody holds falls due."""
        free = select(func.min(outbox.c.due_at)).where(OUTBOX_GOES, outbox.c.state == "ready")
        first: datetime | None = self._tx.connection.execute(free).scalar_one()
        return first

    def sent(self, row_id: int, provider_id: str, at: datetime, *, told_later: bool = True) -> Lost | None:
        """The provider accepted it; what it said meanwhile is applied. Returns why it was lost, if it was.

        `told_later`: it is one that says what became of a message. Another can have said nothing.
        """
        if not told_later:
            self._note(row_id, "sent", provider_id=provider_id)
            return None
        self.one_by_one(provider_id)
        self._note(row_id, "sent", provider_id=provider_id)
        early = self._tx.connection.execute(_RECEIPT, {"which": provider_id}).one_or_none()
        if early is None or self.status(provider_id, early.status, early.error, at) != "failed":
            return None
        return Lost(early.error, early.failure or "")

    def again(self, row_id: int, at: datetime, code: str = "") -> None:
        """It may work later."""
        self._note(row_id, "ready", code=code, again=at)

    def doubtful(self, row_id: int, look_at: datetime, code: str = "") -> None:
        """Nobody knows whether it was accepted: looked up before it is sent again."""
        self._note(row_id, "unknown", code=code, again=look_at)
        mine = dict(lease_until=look_at, lease_by=self._tx.replica)
        lease = update(outbox).where(outbox.c.id == row_id, outbox.c.state == "unknown").values(mine)
        self._tx.connection.execute(lease)

    def wait_for_window(self, row_id: int, code: str = "", provider_id: str | None = None) -> None:
        """It waits until the person writes; `provider_id` is of the template that says there is news."""
        self._note(row_id, "waiting", code=code, provider_id=provider_id)

    def say_again(self, row_id: int, at: datetime) -> None:
        """The provider took it and gave it back: it is said anew, or waits for what hindered it."""
        statement = (
            update(outbox).where(outbox.c.id == row_id).values(state="ready", due_at=at, lease_until=None)
        )
        self._tx.connection.execute(statement)

    def revive(self, name: str, letter: str, at: datetime) -> bool:
        """A message that was given up goes again; its dead letter is resolved. False when there is no such one."""
        given_up = (outbox.c.ref == name, outbox.c.state == "failed")
        again = update(outbox).where(*given_up).values(state="ready", due_at=at, expires_at=None, attempts=0)
        return bool(self._tx.connection.execute(again).rowcount) and self._tx.inbox.resolve(letter, at)

    def hand_over(self) -> None:
        """What this unit wrote is for whoever serves: nobody sends it here."""
        self.leave([row.id for row in self.written])

    def leave(self, row_ids: Sequence[int]) -> None:
        """Held here and not tried yet: free for whoever has room."""
        free = dict(state="ready", lease_until=None, lease_by=None)
        untried = (outbox.c.state == "leased", outbox.c.attempts == 0)
        self._tx.connection.execute(self._of_mine(row_ids).where(*untried).values(free))

    def hold(self, row_ids: Sequence[int], until: datetime) -> None:
        """Still mine: the provider makes us wait."""
        self._tx.connection.execute(self._of_mine(row_ids).values(lease_until=until))

    def _of_mine(self, row_ids: Sequence[int]) -> Update:
        """Whoever took a row over meanwhile keeps it."""
        return update(outbox).where(outbox.c.id.in_(row_ids), outbox.c.lease_by == self._tx.replica)

    def failed(self, row_id: int, code: str) -> None:
        """It will never work."""
        self._note(row_id, "failed", code=code)

    def dropped(self, row_id: int, why: str) -> None:
        """Not sent, on purpose: the right to hear it is gone, or its time."""
        self._note(row_id, "dropped", code=why)

    def window_opened(self, person_id: str, at: datetime) -> int:
        """The person wrote: what waited for that goes now. Returns how many things did."""
        return self._tx.connection.execute(_WINDOW_OPENED, {"who": person_id, "moment": at}).rowcount

    def template_sent(self, person_id: str) -> bool:
        """Does a template already say that there is news, while the words wait?"""
        statement = select(outbox.c.id).where(
            outbox.c.person_id == person_id,
            outbox.c.state == "waiting",
            outbox.c.error == "template",
        )
        return self._tx.connection.execute(statement.limit(1)).one_or_none() is not None

    def announced_by(self, provider_id: str) -> Row | None:
        """The message that waits and was announced by that template, while it does."""
        row = self._tx.connection.execute(_ANNOUNCED_BY, {"which": provider_id}).mappings().one_or_none()
        return None if row is None else self._read(row)

    def withdraw(self, person_id: str, card: str) -> int:
        """Take back what was not sent yet of a card."""
        statement = (
            update(outbox)
            .where(
                outbox.c.person_id == person_id,
                outbox.c.card == card,
                outbox.c.state == "ready",
            )
            .values(state="dropped", error="withdrawn")
        )
        return self._tx.connection.execute(statement).rowcount

    def silence(self, person_id: str) -> int:
        """A revoked officer: nothing that waits is sent."""
        statement = (
            update(outbox)
            .where(
                outbox.c.person_id == person_id,
                outbox.c.state.in_(("ready", "leased", "unknown", "waiting")),
                outbox.c.report_id.is_not(None),
            )
            .values(state="dropped", error="revoked")
        )
        return self._tx.connection.execute(statement).rowcount

    def turn(self, row_id: int, at: datetime) -> Turn:
        """Is a leased row still wanted, still ours, and is everything before it in its chat through?"""
        if not self._shared:
            state = self._tx.connection.execute(_TURN, {"which": row_id}).scalar_one_or_none()
            return Turn.NOW if state in OPEN else Turn.WITHDRAWN
        row = self._tx.connection.execute(_TURN_POSTGRES, {"which": row_id, "moment": at}).one_or_none()
        if row is None or row.state not in (*OPEN, *RANK):
            return Turn.WITHDRAWN
        if row.lease_by != self._tx.replica:  # or somebody sent it meanwhile
            return Turn.ELSEWHERE
        return Turn.LATER if row.behind else Turn.NOW

    def shown_card(self, person_id: str, card: str) -> str | None:
        """The provider's id of the newest message of a card in somebody's chat."""
        found = self._tx.connection.execute(_CARD, {"which": card, "who": person_id}).scalar_one_or_none()
        return None if found is None else str(found)

    def newer_waits(self, row: Row) -> bool:
        """Is the same card of the same chat to be said again, as it stands later?"""
        key = {"which": row.card, "who": row.person_id, "than": row.id}
        return self._tx.connection.execute(_NEWER, key).scalar_one_or_none() is not None

    def holders(self, card: str, since: datetime | None = None) -> list[str]:
        """Who was given a card, ever or from a moment on."""
        which = {"which": card} if since is None else {"which": card, "since": since}
        statement = _HOLDERS if since is None else _HOLDERS_SINCE
        return list(self._tx.connection.execute(statement, which).scalars().all())

    def newest(self, person_id: str) -> Row | None:
        """The newest thing said to a person."""
        row = self._tx.connection.execute(_NEWEST, {"who": person_id}).mappings().one_or_none()
        return None if row is None else self._read(row)

    def report_of(self, person_id: str, provider_id: str) -> str | None:
        """The report that one of our messages to this person was about; also after it was edited in place by an answer."""
        about = (outbox.c.provider_id == provider_id, outbox.c.report_id.is_not(None))
        statement = (
            select(outbox.c.report_id)
            .where(*about, outbox.c.person_id == person_id)
            .order_by(outbox.c.id.desc())
            .limit(1)
        )
        return self._tx.connection.execute(statement).scalar_one_or_none()

    def shown_to(self, person_id: str, notice: str, since: datetime) -> Sequence[str]:
        """The provider's ids of what a person was shown lately under one notice."""
        statement = select(outbox.c.provider_id).where(
            outbox.c.person_id == person_id,
            outbox.c.notice == notice,
            outbox.c.created_at >= since,
            outbox.c.provider_id.is_not(None),
        )
        return self._tx.connection.execute(statement).scalars().all()

    def one_by_one(self, provider_id: str) -> None:
        """What becomes of one message is noted one thing at a time: statuses come together, and to any process."""
        take_turn(self._tx.connection, f"receipt {provider_id}")

    def status(
        self, provider_id: str, status: str, error: str, at: datetime, ref: str = "", failure: str = ""
    ) -> str:
        """What the provider says now. A status only moves up. Returns the state that stands."""
        self.one_by_one(provider_id)
        row = None
        if ref:
            row = self._tx.connection.execute(_BY_REF, {"which": ref}).one_or_none()
        if row is None:
            row = self._tx.connection.execute(_BY_PROVIDER, {"which": provider_id}).one_or_none()
        about_another = row is not None and row.provider_id not in (None, provider_id)
        if row is None or about_another:  # not noted as sent yet; or a template sent before these words
            self._keep_early(provider_id, status, error, failure, at)
            return "" if row is None else str(row.state)
        if row.provider_id is not None and row.state in UNSENT:  # of the template that announced the news
            return str(row.state)
        if status not in RANK or RANK[status] <= LEVELS[row.state]:
            return str(row.state)
        new = {"which": row.id, "now": status, "code": error or None, "provider": provider_id}
        self._tx.connection.execute(_STATUS, new)
        return status

    def of_receipt(self, provider_id: str, ref: str = "") -> Row | None:
        """The row that a receipt is about, as it stands."""
        statement, which = (_ROW_BY_REF, ref) if ref else (_ROW_BY_PROVIDER, provider_id)
        row = self._tx.connection.execute(statement, {"which": which}).mappings().one_or_none()
        return None if row is None else self._read(row)

    def forget_early(self, before: datetime) -> None:
        """What was told before then of messages that nobody noted as sent."""
        self._tx.connection.execute(_FORGET_EARLY, {"before": before})

    def _keep_early(self, provider_id: str, status: str, error: str, failure: str, at: datetime) -> None:
        known = self._tx.connection.execute(_RECEIPT, {"which": provider_id}).one_or_none()
        if known is None or LEVELS.get(status, 0) > LEVELS.get(known.status, 0):
            new = dict(provider_id=provider_id, status=status, error=error, failure=failure or None, at=at)
            _RECEIPT_SET.run(self._tx.connection, new)

    def _note(
        self,
        row_id: int,
        state: str,
        *,
        provider_id: str | None = None,
        code: str = "",
        again: datetime | None = None,
    ) -> None:
        values = {
            "which": row_id,
            "me": self._tx.replica,
            "now": state,
            "provider": provider_id,
            "code": code[:CODE] or None,
            "again": again,
        }
        self._tx.connection.execute(_NOTE, values)

    def _read(self, row: RowMapping) -> Row:
        kept = dict(row)
        sealed = kept["facts"]  # none: forgotten at somebody's request, after it was said
        kept["facts"] = self._tx.sealer.open_json("outbox", "facts", kept["ref"], sealed) if sealed else {}
        return Row(**kept)
