"""Files that people sent: first where the provider keeps them, then our own sealed copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import RowMapping, bindparam, delete, exists, select, update

from bot.messages import Attachment, AttachmentKind
from storage.schema import conversation, handover, held_message, media, media_content, walk_stop

if TYPE_CHECKING:
    from storage.store import Transaction

MOST_FORGOTTEN = 20  # in one unit: what is overwritten goes through the journal, and a file may have 16 MiB


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file that a person sent."""

    id: str
    person_id: str | None
    report_id: str | None
    channel: str
    kind: AttachmentKind
    content_type: str
    size: int | None
    seconds: int | None
    state: str  # pending, kept, refused, gone
    attempts: int
    reference: str


_ONE = select(media).where(media.c.id == bindparam("which"))
_PENDING = (
    select(media)
    .where(media.c.state == "pending", media.c.next_at <= bindparam("moment"))
    .order_by(media.c.next_at)
    .limit(20)
)
_AT_PROVIDER = (
    select(media)
    .where(media.c.state == "kept", media.c.next_at <= bindparam("moment"), media.c.reference.is_not(None))
    .order_by(media.c.next_at)
    .limit(20)
)
NEVER = datetime(2999, 1, 1, tzinfo=UTC)  # nothing of it is left to be done
_LOOSE = (  # of no report, hand-over or round, and whoever sent it tells nothing any more that it could go to
    select(media.c.id)
    .where(
        media.c.report_id.is_(None),
        media.c.created_at < bindparam("before"),
        ~exists().where(conversation.c.person_id == media.c.person_id),
        ~exists().where(held_message.c.person_id == media.c.person_id),
        media.c.id.not_in(select(walk_stop.c.media_id).where(walk_stop.c.media_id.is_not(None))),
        media.c.id.not_in(select(handover.c.media_id).where(handover.c.media_id.is_not(None))),
    )
    .limit(MOST_FORGOTTEN)
)
_CONTENT = select(media_content.c.content).where(media_content.c.media_id == bindparam("which"))


class Media:
    """The table of files and their contents."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, person_id: str, channel: str, file: Attachment, at: datetime) -> str:
        """Somebody sent a file: note where it is; it is fetched afterwards."""
        name = uuid4().hex
        row = dict(
            id=name,
            person_id=person_id,
            channel=channel,
            kind=file.kind.value,
            content_type=file.content_type[:100],
            size=_fitting(file.size),
            seconds=_fitting(file.seconds),
            state="pending",
            attempts=0,
            created_at=at,
            next_at=at,
            reference=self._tx.sealer.seal("media", "reference", name, file.reference.encode()),
        )
        self._tx.connection.execute(media.insert(), row)
        return name

    def get(self, media_id: str) -> StoredFile | None:
        """The file of that id."""
        row = self._tx.connection.execute(_ONE, {"which": media_id}).mappings().one_or_none()
        return None if row is None else self._read(row)

    def of_report(self, report_id: str) -> list[StoredFile]:
        """The files of a report, in the order in which they came."""
        statement = select(media).where(media.c.report_id == report_id).order_by(media.c.created_at)
        return [self._read(row) for row in self._tx.connection.execute(statement).mappings().all()]

    def attach(self, media_ids: list[str], report_id: str, *, nobody: bool = False) -> None:
        """These files belong to a report; of one without data nothing says any more who sent them."""
        if media_ids:
            of = {"report_id": report_id, **({"person_id": None} if nobody else {})}
            self._tx.connection.execute(update(media).where(media.c.id.in_(media_ids)).values(**of))

    def pending(self, at: datetime) -> list[StoredFile]:
        """Files still at the provider."""
        return [
            self._read(row) for row in self._tx.connection.execute(_PENDING, {"moment": at}).mappings().all()
        ]

    def keep(self, media_id: str, content: bytes, content_type: str) -> None:
        """Our own copy, sealed; not of a file that was forgotten while it was fetched."""
        waiting = select(media.c.state).where(media.c.id == media_id)
        if self._tx.connection.execute(waiting).scalar_one_or_none() != "pending":
            return
        sealed = self._tx.sealer.seal("media_content", "content", media_id, content)
        self._tx.connection.execute(media_content.insert(), dict(media_id=media_id, content=sealed))
        self._set(media_id, state="kept", content_type=content_type[:100], size=len(content), attempts=0)

    def at_provider(self, at: datetime) -> list[StoredFile]:
        """Files that we keep, of which the provider may still have a copy."""
        rows = self._tx.connection.execute(_AT_PROVIDER, {"moment": at}).mappings().all()
        return [self._read(row) for row in rows]

    def only_here(self, media_id: str) -> None:
        """The provider has it no longer; where it was is of no use any more."""
        self._set(media_id, reference=None, next_at=NEVER)

    def forget(self, media_ids: Sequence[str]) -> None:
        """Their contents, where they were, and whose they were."""
        if media_ids:
            self._tx.connection.execute(delete(media_content).where(media_content.c.media_id.in_(media_ids)))
            gone = dict(state="gone", reference=None, person_id=None)
            self._tx.connection.execute(update(media).where(media.c.id.in_(media_ids)).values(**gone))

    def forget_loose(self, before: datetime) -> int:
        """Files sent before then that went to nothing: of a report that was never finished, or of no talk at all."""
        loose = self._tx.connection.execute(_LOOSE, {"before": before}).scalars().all()
        if loose:
            self._tx.connection.execute(delete(media).where(media.c.id.in_(loose)))  # and what is in them
        return len(loose)

    def refuse(self, media_id: str, state: str = "refused") -> None:
        """The file can't be taken (refused), or the provider no longer has it (gone)."""
        self._set(media_id, state=state)

    def try_later(self, media_id: str, at: datetime) -> None:
        """It may be there later."""
        self._set(media_id, next_at=at, attempts=media.c.attempts + 1)

    def content(self, media_id: str) -> bytes | None:
        """The bytes of a kept file."""
        sealed = self._tx.connection.execute(_CONTENT, {"which": media_id}).scalar_one_or_none()
        return None if sealed is None else self._tx.sealer.open("media_content", "content", media_id, sealed)

    def _set(self, media_id: str, **values: object) -> None:
        self._tx.connection.execute(update(media).where(media.c.id == media_id).values(**values))

    def _read(self, row: RowMapping) -> StoredFile:
        sealed = row["reference"]
        reference = self._tx.sealer.open("media", "reference", row["id"], sealed).decode() if sealed else ""
        return StoredFile(
            id=row["id"],
            person_id=row["person_id"],
            report_id=row["report_id"],
            channel=row["channel"],
            kind=AttachmentKind(row["kind"]),
            content_type=row["content_type"],
            size=row["size"],
            seconds=row["seconds"],
            state=row["state"],
            attempts=row["attempts"],
            reference=reference,
        )


def _fitting(told: int | None) -> int | None:
    """A number that a provider told, as far as the column holds one: any may come."""
    return None if told is None else min(max(told, 0), 2**31 - 1)
