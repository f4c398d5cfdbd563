"""The tables. Every column says how it is kept; the inventory test fails on one that says nothing.

clear   readable by who reads the database: codes, states, moments
sealed  AES-256-GCM bound to table, column and row (`storage/sealing.py`)
keyed   HMAC-SHA256 with a key outside the database: found again, never read
ref     an id of another row; random, says nothing by itself
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware moment as whole microseconds since 1970 UTC: the same number, and order, on both engines."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return to_microseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return from_microseconds(value)


def to_microseconds(at: datetime | None) -> int | None:
    """Since 1970, of an aware moment."""
    return None if at is None else (at - EPOCH) // MICROSECOND


def from_microseconds(number: int | None) -> datetime | None:
    """The moment, in UTC."""
    return None if number is None else EPOCH + number * MICROSECOND


SERIAL = BigInteger().with_variant(Integer, "sqlite")  # only an INTEGER key is SQLite's own row number


def _column(
    kept: str, name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]], *more: Any, **options: Any
) -> Column[Any]:
    options.setdefault("nullable", False)
    return Column(name, kind, *more, info={"kept": kept}, **options)


def clear(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]], **options: Any) -> Column[Any]:
    """A column that anyone with the database may read."""
    return _column("clear", name, kind, **options)


def sealed(name: str, row: str, **options: Any) -> Column[Any]:
    """Ciphertext; NULL when there is nothing to seal. `row` names the columns that name the row, with "/"."""
    column = _column("sealed", name, LargeBinary, nullable=True, **options)
    column.info["row"] = tuple(row.split("/"))
    return column


def keyed(name: str, **options: Any) -> Column[Any]:
    """HMAC of something that must be found again."""
    return _column("keyed", name, LargeBinary, **options)


def ref(name: str, target: str | None = None, **options: Any) -> Column[Any]:
    """The id of another row."""
    more = (ForeignKey(target, ondelete="CASCADE"),) if target else ()
    return _column("ref", name, String(32), *more, **options)


meta = Table(
    "meta",
    metadata,
    clear("key", String(200), primary_key=True),
    clear("value", Text),
)

person = Table(
    "person",
    metadata,
    ref("id", primary_key=True),
    clear("role", String(16)),
    clear("locale", String(8)),
    clear("consent_version", String(32), nullable=True),
    clear("consent_at", Moment, nullable=True),
    clear("opted_out_at", Moment, nullable=True),  # BAJA: nothing that the person did not ask for
    clear("greeted_at", Moment, nullable=True),
    clear("created_at", Moment),
    clear("seen_at", Moment),
    clear("paused_until", Moment, nullable=True),  # by a supervisor: reports are kept for review, not alerted
)

# ---- the vault: the only tables that tie a person to a channel address. Reception and delivery open it. ----

vault_address = Table(
    "vault_address",
    metadata,
    ref("person_id", "person.id", primary_key=True),
    clear("channel", String(16)),
    keyed("lookup", unique=True),
    sealed("address", row="person_id"),
    clear("window_closes_at", Moment, nullable=True),  # WhatsApp: free text until then
    clear("stopped_at", Moment, nullable=True),  # blocked us: nothing leaves until they write again
)

vault_alias = Table(
    "vault_alias",
    metadata,
    keyed("lookup", primary_key=True),
    ref("person_id", "person.id", index=True),
)

# ---- staff and duty ----

staff = Table(
    "staff",
    metadata,
    clear("badge", String(40), primary_key=True),
    sealed("name", row="badge"),
    clear("role", String(16)),
    clear("sectors", Text),  # JSON list of slugs
    clear("lists", Text),  # JSON list of slugs
    ref("person_id", nullable=True, unique=True),
    clear("state", String(12)),  # invited, pending, active, revoked
    keyed("code", nullable=True, unique=True),  # one-time code of enrolment
    clear("code_expires_at", Moment, nullable=True),
    clear("check_number", String(4), nullable=True),
    ref("changed_by", nullable=True),
    clear("changed_at", Moment),
)

shift = Table(
    "shift",
    metadata,
    ref("id", primary_key=True),
    ref("person_id", "person.id", index=True),
    clear("sectors", Text),  # JSON list of slugs
    clear("starts_at", Moment),
    clear("ends_at", Moment),
    clear("ended_at", Moment, nullable=True),
    clear("mode", String(12), nullable=True),  # foot, car, motorcycle
    clear("paused_at", Moment, nullable=True),  # since when no alert comes
    sealed("spot", row="id"),  # where the officer last said they are; goes with the end of the shift
    clear("spot_at", Moment, nullable=True),
    Index("ix_shift_ends_at", "ends_at"),
)

planned_shift = Table(  # the roster sheet: what operations foresee; a tap makes the shift
    "planned_shift",
    metadata,
    ref("id", primary_key=True),
    clear("badge", String(40)),
    clear("sectors", Text),  # JSON list of slugs; none: those of the officer
    clear("starts_at", Moment),
    clear("ends_at", Moment),
    clear("mode", String(12), nullable=True),
    Index("ix_planned_shift_badge_starts_at", "badge", "starts_at"),
    Index("ix_planned_shift_ends_at", "ends_at"),
)

handover = Table(  # what a shift left to the next; its id is the shift's
    "handover",
    metadata,
    ref("id", "shift.id", primary_key=True),
    ref("person_id", "person.id"),
    clear("sectors", Text),  # JSON list of slugs
    clear("began_at", Moment),
    clear("at", Moment, index=True),
    sealed("told", row="id"),  # what moved, what is left, the note
    ref("media_id", nullable=True),  # the note, spoken
    clear("passes", Boolean),  # the cases go to who signs
    ref("received_by", nullable=True),
    clear("received_at", Moment, nullable=True),
)

# ---- what came in ----

inbox = Table(
    "inbox",
    metadata,
    clear("id", SERIAL, primary_key=True, autoincrement=True),
    clear("key", String(120), unique=True),  # provider's id of the event: the de-duplication
    ref("person_id", nullable=True),
    clear("received_at", Moment, index=True),
    clear("state", String(8)),  # done, held (beyond a limit, until it is let in), dead
    sealed("raw", row="key"),
    Index(
        "ix_inbox_not_done",
        "state",
        postgresql_where=text("state <> 'done'"),
        sqlite_where=text("state <> 'done'"),
    ),
)

dead_letter = Table(
    "dead_letter",
    metadata,
    ref("id", primary_key=True),
    clear("source", String(16)),  # inbox, outbox, round
    clear("source_key", String(120)),
    clear("reason", String(120)),  # class of the exception or the provider's code; never its text
    ref("person_id", nullable=True),
    sealed("raw", row="id"),
    clear("first_seen_at", Moment),
    clear("resolved_at", Moment, nullable=True),
)

conversation = Table(
    "conversation",
    metadata,
    ref("id", primary_key=True),
    ref("person_id", "person.id"),
    clear("flow", String(40)),
    clear("version", Integer),  # grows at each turn: a tap on an older question is told so
    clear("active", Boolean),  # False: parked by another talk, to be resumed
    clear("asked", String(40)),  # name of the question that waits
    sealed("arguments", row="id"),
    sealed("answers", row="id"),
    clear("started_at", Moment),
    clear("touched_at", Moment),
    clear("expires_at", Moment),
    clear("nudged_at", Moment, nullable=True),
    Index("ix_conversation_person_id", "person_id"),
    Index("ix_conversation_expires_at", "expires_at"),
)

media = Table(
    "media",
    metadata,
    ref("id", primary_key=True),
    ref("person_id", nullable=True),
    ref("report_id", nullable=True, index=True),
    clear("channel", String(16)),
    clear("kind", String(12)),
    clear("content_type", String(100)),
    clear("size", Integer, nullable=True),
    clear("seconds", Integer, nullable=True),
    clear("state", String(8)),  # pending, kept, refused, gone
    clear("attempts", Integer),
    clear("created_at", Moment),
    clear("next_at", Moment),
    sealed("reference", row="id"),
    Index("ix_media_state_next_at", "state", "next_at"),
)

media_content = Table(
    "media_content",
    metadata,
    ref("media_id", "media.id", primary_key=True),
    sealed("content", row="media_id"),
)

# ---- reports ----

report = Table(
    "report",
    metadata,
    ref("id", primary_key=True),
    clear("folio", String(8), unique=True),
    ref("draft_id", unique=True),  # one confirmation, one folio
    ref("person_id", nullable=True, index=True),  # whose report it is; None: nobody to answer to
    ref("filed_by", nullable=True),  # the officer who noted it down
    ref("handler_id", nullable=True, index=True),
    clear("kind", String(40)),
    clear("listed", Boolean),  # confidential: in no list, no count, no log line of its own
    clear("named_list", String(40)),
    clear("priority", Integer),
    clear("identity", String(16)),
    clear("colonia", String(80)),
    clear("sectors", Text),  # JSON list of slugs
    clear("pilot", Boolean),
    clear("status", String(20)),
    clear("disposition", String(20), nullable=True),
    clear("referred_to", String(80), nullable=True),
    clear("solved", String(8), nullable=True),  # what the resident says: yes, no, unsure
    clear("version", Integer),
    clear("opened_at", Moment),
    clear("claimed_at", Moment, nullable=True),
    clear("closed_at", Moment, nullable=True),
    clear("updated_at", Moment),
    sealed("told", row="id"),  # text, when, answers to the follow-up questions
    sealed("place", row="id"),  # street, point
    keyed("cell", nullable=True),  # 150 m cell of the point
    clear(
        "reason", String(60), nullable=True
    ),  # of the priority, a code: kind, danger, answer:question.option
    Index("ix_report_status_opened_at", "status", "opened_at"),
    Index("ix_report_cell_kind_opened_at", "cell", "kind", "opened_at"),  # by kind alone it would be a scan
    Index("ix_report_kind_colonia_opened_at", "kind", "colonia", "opened_at"),
)

follower = Table(  # neighbours who said "it is the same" and hear the same news
    "follower",
    metadata,
    ref("report_id", "report.id", primary_key=True),
    ref("person_id", "person.id", primary_key=True),
    clear("at", Moment),
)

follow_code = Table(  # six digits with which somebody follows as their own what was noted down for them
    "follow_code",
    metadata,
    ref("report_id", "report.id", primary_key=True),
    keyed("code", unique=True),
    ref("made_by"),
    clear("made_at", Moment),
    clear("expires_at", Moment),
    clear("used_at", Moment, nullable=True),
)

event = Table(
    "event",
    metadata,
    clear("id", SERIAL, primary_key=True, autoincrement=True),
    ref("report_id", "report.id"),
    clear("seq", Integer),
    clear("kind", String(40)),
    clear("at", Moment),
    ref("actor_id", nullable=True),
    sealed("facts", row="report_id/seq"),
    clear("hash", LargeBinary),  # HMAC over the previous hash and this row: the chain
    UniqueConstraint("report_id", "seq"),
    Index("ix_event_actor_id_at", "actor_id", "at"),  # what somebody did in a shift
)

promise = Table(  # what somebody of the team said they would do, with an hour or a day in it
    "promise",
    metadata,
    ref("id", primary_key=True),
    ref("report_id", "report.id", index=True),
    ref("owner_id", "person.id"),
    clear("sector", String(80)),
    sealed("text", row="id"),
    clear("starts_at", Moment, nullable=True),
    clear("due_at", Moment),
    clear("state", String(12)),  # open, kept, late, called_off, broken, dropped
    clear("moved", Integer),
    clear("made_at", Moment),
    clear("settled_at", Moment, nullable=True),
    Index("ix_promise_state_due_at", "state", "due_at"),
)

visit = Table(  # a patrol that somebody asked for; the hour is drawn, and known to nobody before
    "visit",
    metadata,
    ref("id", primary_key=True),
    ref("report_id", "report.id", index=True),
    clear("sector", String(80)),
    ref("planned_by"),
    clear("planned_at", Moment),
    clear("closes_at", Moment),  # by then it was made or missed
    clear("stay", Integer),  # minutes asked
    clear("state", String(12)),  # planned, called, arrived, done, missed, cancelled
    ref("officer_id", nullable=True),
    clear("arrived_at", Moment, nullable=True),
    clear("left_at", Moment, nullable=True),
    clear("metres", Integer, nullable=True),  # how far from the point asked for; never where
    Index("ix_visit_state_planned_at", "state", "planned_at"),
)

walk = Table(  # a proximity round on foot
    "walk",
    metadata,
    ref("id", primary_key=True),
    ref("officer_id", index=True),
    clear("colonia", String(80), index=True),
    clear("sector", String(80)),
    clear("started_at", Moment),
    clear("ended_at", Moment, nullable=True),
)

walk_stop = Table(  # one door of it: how many people, what was heard and done, no names
    "walk_stop",
    metadata,
    ref("id", primary_key=True),
    ref("walk_id", "walk.id", index=True),
    clear("at", Moment),
    clear("met", Integer),
    clear("kind", String(40)),
    clear("did", String(12)),  # listened, advice, mediated, called, promised
    sealed("text", row="id"),
    ref("media_id", nullable=True),
    ref("report_id", nullable=True, index=True),  # what it turned into; never a confidential one
)

referral = Table(  # what another office was asked about a report, and what it answered
    "referral",
    metadata,
    ref("id", primary_key=True),
    ref("report_id", "report.id", index=True),
    clear("office", String(80)),  # slug of the directory
    ref("asked_by"),
    sealed("text", row="id"),
    clear("state", String(12)),  # open, answered, passed_on, kept, silent, dropped
    clear("outcome", String(12), nullable=True),  # will_do, done, not_ours, other
    sealed("answer", row="id"),
    clear("asked_at", Moment),
    clear("answered_at", Moment, nullable=True),
    clear("expires_at", Moment),
    Index("ix_referral_asked_at", "asked_at"),
)

referral_link = Table(  # each message to an office carries a link of its own; all end with the question
    "referral_link",
    metadata,
    keyed("token", primary_key=True),  # what stands in the address, as a keyed hash
    ref("referral_id", "referral.id", index=True),
    clear("made_at", Moment),
)

safety_note = Table(  # what is dangerous about a place: who says so, who agreed, until when
    "safety_note",
    metadata,
    ref("id", primary_key=True),
    ref("report_id", "report.id", nullable=True, index=True),  # none: it was not met with in a report
    ref("author_id"),
    clear("colonia", String(80)),
    keyed("cell", nullable=True),  # 150 m cell of the point, where it has one
    sealed("told", row="id"),  # the warning, how it is known, the street, the point
    clear("state", String(10)),  # asked, valid, refused, over
    clear("made_at", Moment),
    clear("expires_at", Moment),
    ref("decided_by", nullable=True),
    clear("decided_at", Moment, nullable=True),
    Index("ix_safety_note_cell", "cell"),
    Index("ix_safety_note_state_colonia", "state", "colonia"),
)

sector_group = Table(  # a group chat to which a sector's cards go
    "sector_group",
    metadata,
    ref("id", primary_key=True),
    clear("sector", String(80), index=True),
    ref("made_by"),
    keyed("code", nullable=True, unique=True),  # binds it, once
    clear("code_expires_at", Moment, nullable=True),
    ref("person_id", "person.id", nullable=True, index=True),  # the chat, as the vault knows it
    clear("bound_at", Moment, nullable=True),
    clear("ended_at", Moment, nullable=True),
)

mediation = Table(  # two neighbours and an officer between them; the other side is nobody in here
    "mediation",
    metadata,
    ref("id", primary_key=True),
    ref("report_id", "report.id", index=True),
    ref("mediator_id"),
    clear("reporter", String(8)),  # does each side want to: yes, no, unknown
    clear("other", String(8)),
    sealed("points", row="id"),
    clear("opened_at", Moment),
    clear("agreed_at", Moment, nullable=True),
)

# ---- what goes out ----

_GOES = "IN ('ready','leased','unknown')"
outbox = Table(
    "outbox",
    metadata,
    clear("id", SERIAL, primary_key=True, autoincrement=True),
    ref("ref", unique=True),  # what binds the seal, and what providers repeat in their callbacks
    ref("person_id", "person.id"),
    ref("report_id", nullable=True, index=True),
    clear("lane", Integer),  # 0 alert, 1 reply, 2 update, 3 bulk
    clear("notice", String(40)),
    sealed("facts", row="ref"),
    clear("card", String(80), nullable=True),  # what later edits of the same card look for
    clear("dedupe_key", String(160), nullable=True, unique=True),
    clear("created_at", Moment),
    clear("due_at", Moment),
    clear("expires_at", Moment, nullable=True),
    clear("state", String(10)),  # ready, leased, unknown, waiting, sent, delivered, read, failed, dropped
    clear("lease_until", Moment, nullable=True),
    ref("lease_by", nullable=True),
    clear("attempts", Integer),
    clear("provider_id", String(80), nullable=True, index=True),
    clear("error", String(40), nullable=True),
    Index(
        "ix_outbox_open",
        "due_at",
        postgresql_where=text(f"state {_GOES}"),
        sqlite_where=text(f"state {_GOES}"),
    ),
    Index("ix_outbox_person_id_id", "person_id", "id"),
    Index("ix_outbox_card", "card"),
)

replica = Table(  # the processes that share a PostgreSQL, by the server's clock
    "replica",
    metadata,
    ref("id", primary_key=True),
    clear("started_at", Moment),
    clear("seen_at", Moment),
)

# The words of the partial index: with parameters in them neither engine would see that it is meant.
OUTBOX_GOES = text(f"outbox.state {_GOES}")
EARLIER_GOES = text(f"earlier.state {_GOES}")  # the same of the outbox under another name

receipt = Table(  # what a provider says about a message that we have not noted as sent yet
    "receipt",
    metadata,
    clear("provider_id", String(80), primary_key=True),
    clear("status", String(12)),
    clear("error", String(40)),
    clear("at", Moment),
    clear("failure", String(16), nullable=True),  # what the error means for us
)

# ---- what falls due ----

due = Table(
    "due",
    metadata,
    clear("id", SERIAL, primary_key=True, autoincrement=True),
    clear("kind", String(24)),  # obligation, shift_warning, shift_end, question, draft, follow_up ...
    ref("subject"),
    clear("level", Integer),
    clear("due_at", Moment),
    clear("attempts", Integer),
    UniqueConstraint("kind", "subject"),
    Index("ix_due_due_at", "due_at"),
)

# ---- asking for people and rounds ----

help_request = Table(
    "help_request",
    metadata,
    ref("id", primary_key=True),
    ref("person_id", "person.id", index=True),
    clear("opened_at", Moment),
    ref("taken_by", nullable=True),
    clear("closed_at", Moment, nullable=True),
    sealed("said", row="id"),
)

planned_walk = Table(  # the week's rounds, as a supervisor confirmed them
    "planned_walk",
    metadata,
    ref("id", primary_key=True),
    clear("sector", String(80)),
    clear("colonia", String(80)),
    clear("day", String(10)),  # local, 2026-11-24
    ref("planned_by"),
    clear("planned_at", Moment),
    clear("state", String(8)),  # planned, walked, missed, dropped
    Index("ix_planned_walk_state_day", "state", "day"),
)

badge_check = Table(  # somebody asked whether it is really police
    "badge_check",
    metadata,
    ref("id", primary_key=True),
    ref("person_id", "person.id"),
    clear("about", String(40)),  # a badge or unit of ours; "" of an unknown one
    clear("at", Moment),
    clear("outcome", String(8)),  # unknown, waiting, same, other
    Index("ix_badge_check_person_id_at", "person_id", "at"),
    Index("ix_badge_check_about_at", "about", "at"),
)

duty_unit = Table(  # which unit somebody goes in, as they said
    "duty_unit",
    metadata,
    ref("shift_id", "shift.id", primary_key=True),
    clear("unit", String(20), index=True),
)

thanks = Table(  # that thanks were said: not who said them, not in what words
    "thanks",
    metadata,
    ref("report_id", "report.id", primary_key=True),
    ref("officer_id", primary_key=True, index=True),
    clear("at", Moment, index=True),
    clear("told_at", Moment, nullable=True),  # the officer was off duty until then
)

visit_request = Table(
    "visit_request",
    metadata,
    ref("id", primary_key=True),
    ref("person_id", "person.id"),
    clear("colonia", String(80), index=True),
    clear("at", Moment),
    UniqueConstraint("person_id", "colonia"),
)

tally = Table(  # how often a person did something lately: wrong folios, wrong codes
    "tally",
    metadata,
    ref("person_id", "person.id", primary_key=True),
    clear("what", String(24), primary_key=True),
    clear("count", Integer),
    clear("since", Moment),
)

usage = Table(  # how much somebody, or everybody, did in a minute, an hour or a day: what the limits look at
    "usage",
    metadata,
    ref("scope", primary_key=True),  # a person, or all
    clear("what", String(24), primary_key=True),
    clear("since", Moment),  # the beginning of that minute, hour or day
    clear("count", Integer),
)

held_message = Table(  # beyond the limit of messages: kept whole until a supervisor lets it in
    "held_message",
    metadata,
    ref("id", primary_key=True),
    ref("person_id", "person.id", index=True),
    clear("at", Moment, index=True),
    sealed("said", row="id"),
)

pause = Table(  # a supervisor's decision about somebody who abuses, with its reason, its end and the appeal
    "pause",
    metadata,
    ref("person_id", "person.id", primary_key=True),
    ref("by"),
    clear("at", Moment),
    clear("until", Moment),
    clear("appealed_at", Moment, nullable=True),
    sealed("reason", row="person_id"),
)

pin = Table(  # of staff: asked again before what is delicate
    "pin",
    metadata,
    ref("person_id", "person.id", primary_key=True),
    sealed("hash", row="person_id"),  # argon2id
    sealed("new_hash", row="person_id"),  # said once, to be repeated
    clear("asked", String(8), nullable=True),  # new, again, check: what the next six digits are for
    clear("asked_at", Moment, nullable=True),
    clear("then", String(80), nullable=True),  # the button that waits for it
    clear("wrong", Integer),
    clear("locked_at", Moment, nullable=True),
    clear("proved_at", Moment, nullable=True),
)

audit = Table(  # decisions and reads of sensitive things; no content
    "audit",
    metadata,
    clear("id", SERIAL, primary_key=True, autoincrement=True),
    clear("at", Moment),
    ref("actor_id", nullable=True),
    clear("action", String(40)),
    clear("subject", String(80)),
    clear("hash", LargeBinary),
)
