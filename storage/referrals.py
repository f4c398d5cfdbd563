"""What was referred to other offices, the links with which they answer, and what they answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, bindparam, select, update

from bot.domain.errors import Changed
from bot.domain.referral import Answer, Asked, Outcome, Referral, State
from storage.schema import referral, referral_link

if TYPE_CHECKING:
    from storage.store import Transaction

_INSERT = referral.insert()
_INSERT_LINK = referral_link.insert()
_SAVE = (
    update(referral)
    .where(referral.c.id == bindparam("which"), referral.c.state == bindparam("was"))
    .values(
        state=bindparam("now"),
        outcome=bindparam("said"),
        answer=bindparam("words"),
        answered_at=bindparam("moment"),
    )
)
_ONE = select(referral).where(referral.c.id == bindparam("which"))
_OF_LINK = (
    select(referral)
    .join(referral_link, referral_link.c.referral_id == referral.c.id)
    .where(referral_link.c.token == bindparam("hash"))
)
_OF_REPORT = select(referral).where(referral.c.report_id == bindparam("which")).order_by(referral.c.asked_at)
_SINCE = select(referral.c.office, referral.c.state, referral.c.asked_at, referral.c.answered_at).where(
    referral.c.asked_at >= bindparam("since")
)


class Referrals:
    """Every question to another office."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, new: Referral) -> None:
        """An office is asked."""
        row = dict(
            id=new.id,
            report_id=new.report_id,
            office=new.office,
            asked_by=new.asked_by,
            text=self._seal(new.id, "text", new.text),
            state=new.state.value,
            outcome=None,
            answer=None,
            asked_at=new.asked_at,
            answered_at=None,
            expires_at=new.expires_at,
        )
        self._tx.connection.execute(_INSERT, row)

    def save(self, before: Referral, now: Referral) -> None:
        """What became of it. Raises Changed when somebody was faster."""
        said = now.answer
        values = {
            "which": now.id,
            "was": before.state.value,
            "now": now.state.value,
            "said": said.outcome.value if said else None,
            "words": self._seal(now.id, "answer", said.text) if said else None,
            "moment": said.at if said else None,
        }
        if not self._tx.connection.execute(_SAVE, values).rowcount:
            raise Changed

    def link(self, referral_id: str, token: str, at: datetime) -> None:
        """One more address with which it can be answered; the token itself is not kept."""
        row = dict(token=self._hash(token), referral_id=referral_id, made_at=at)
        self._tx.connection.execute(_INSERT_LINK, row)

    def get(self, referral_id: str) -> Referral | None:
        """The referral of that id."""
        return self._first(_ONE, which=referral_id)

    def of_link(self, token: str) -> Referral | None:
        """The referral that a link leads to; None for one that we never made."""
        return self._first(_OF_LINK, hash=self._hash(token))

    def of_report(self, report_id: str) -> list[Referral]:
        """Everything that was asked about a report, oldest first."""
        return self._many(_OF_REPORT, which=report_id)

    def since(self, moment: datetime) -> Sequence[Asked]:
        """What was asked from a moment on, for the scoreboard."""
        rows = self._tx.connection.execute(_SINCE, {"since": moment}).mappings().all()
        return [Asked(**{**row, "state": State(row["state"])}) for row in rows]

    def _hash(self, token: str) -> bytes:
        return self._tx.sealer.keyed("page", f"office|{token}")

    def _seal(self, name: str, column: str, words: str) -> bytes:
        return self._tx.sealer.seal("referral", column, name, words.encode())

    def _open(self, row: RowMapping, column: str) -> str:
        return self._tx.sealer.open("referral", column, row["id"], row[column]).decode()

    def _first(self, statement: Any, **key: Any) -> Referral | None:
        found = self._many(statement, **key)
        return found[0] if found else None

    def _many(self, statement: Any, **key: Any) -> list[Referral]:
        return [self._read(row) for row in self._tx.connection.execute(statement, key).mappings().all()]

    def _read(self, row: RowMapping) -> Referral:
        answer = None
        if row["answered_at"] is not None:
            said = self._open(row, "answer")
            answer = Answer(outcome=Outcome(row["outcome"]), text=said, at=row["answered_at"])
        return Referral(
            id=row["id"],
            report_id=row["report_id"],
            office=row["office"],
            asked_by=row["asked_by"],
            text=self._open(row, "text"),
            state=State(row["state"]),
            answer=answer,
            asked_at=row["asked_at"],
            expires_at=row["expires_at"],
        )
