"""What somebody had a right to have forgotten is forgotten: address, identity, words, place, files.

Kinds, colonias, moments and outcomes stay: they are the department's statistics and name nobody. The history of a
report is chained anew without its words; the caller writes into the audit that it was, and what its head had been.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, or_, select, update

from storage.outbox import UNSENT
from storage.schema import (
    dead_letter,
    event,
    handover,
    help_request,
    inbox,
    media,
    mediation,
    outbox,
    person,
    promise,
    referral,
    referral_link,
    report,
    safety_note,
    staff,
    usage,
    walk_stop,
)

if TYPE_CHECKING:
    from storage.store import Transaction

# What people wrote, among the facts of events and notices. Codes, names of offices and ids are not words.
WORDS = frozenset({"text", "reason", "note", "sentence", "street", "media", "caption", "why"})
# Notices to the team that may show anything a person wrote: as rendered cards, or relayed.
SCREENS = ("say", "help_message")


class Erasure:
    """One use of the right to be forgotten."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def person(self, person_id: str) -> list[str]:
        """Everything that is tied to a person, and the person. Returns the heads that their reports had."""
        mine = select(report.c.id).where(report.c.person_id == person_id)
        heads = [self.report(each) for each in self._run(mine).scalars().all()]
        self._files(select(media.c.id).where(media.c.person_id == person_id))
        for table in (inbox, dead_letter):
            whose = table.c.person_id == person_id
            self._run(update(table).where(whose).values(raw=None, person_id=None))
        self._run(delete(usage).where(usage.c.scope == person_id))
        self._help(person_id)
        self._screens(self._known_since(person_id))
        self._run(delete(person).where(person.c.id == person_id))  # and, by reference, address, talks, outbox
        return heads

    def report(self, report_id: str) -> str:
        """The words, place and files of a report, and whose it is. Returns the head that its history had."""
        row = self._run(select(report).where(report.c.id == report_id)).mappings().one()
        self._files(select(media.c.id).where(media.c.report_id == report_id))
        empty = dict(
            told=self._tx.sealer.seal_json("report", "told", report_id, {"text": "", "answers": []}),
            place=self._tx.sealer.seal_json("report", "place", report_id, {"street": "", "point": None}),
            cell=None,
            person_id=None,
        )
        self._run(update(report).where(report.c.id == report_id).values(**empty))
        self._promises(report_id)
        self._run(delete(safety_note).where(safety_note.c.report_id == report_id))  # it may be their house
        self._stops(report_id)
        self._referrals(report_id)
        self._mediations(report_id)
        self._handovers(row["opened_at"])
        self._notices(report_id)
        self._screens(row["opened_at"])
        head = self._head(report_id)
        self._tx.reports.write_anew(report_id, kept=wordless, nobody=row["person_id"])
        return head

    def _head(self, report_id: str) -> str:
        newest = select(event.c.hash).where(event.c.report_id == report_id).order_by(event.c.seq.desc())
        return bytes(self._run(newest.limit(1)).scalar_one()).hex()

    def _files(self, which: Any) -> None:
        self._tx.media.forget(self._run(which).scalars().all())

    def _promises(self, report_id: str) -> None:
        """That something was promised, and kept, stays; what it was goes."""
        for name in self._run(select(promise.c.id).where(promise.c.report_id == report_id)).scalars().all():
            empty = self._tx.sealer.seal("promise", "text", name, b"")
            self._run(update(promise).where(promise.c.id == name).values(text=empty))

    def _stops(self, report_id: str) -> None:
        """What was heard at the door that became the report."""
        self._run(
            update(walk_stop).where(walk_stop.c.report_id == report_id).values(text=None, media_id=None)
        )

    def _referrals(self, report_id: str) -> None:
        """That an office was asked, and when it answered, stays; the words go, and the links are dead."""
        for name in self._run(select(referral.c.id).where(referral.c.report_id == report_id)).scalars().all():
            self._run(delete(referral_link).where(referral_link.c.referral_id == name))
            empty = {c: self._tx.sealer.seal("referral", c, name, b"") for c in ("text", "answer")}
            self._run(update(referral).where(referral.c.id == name).values(**empty))

    def _mediations(self, report_id: str) -> None:
        """That two neighbours talked stays; what they agreed on goes."""
        found = select(mediation.c.id).where(mediation.c.report_id == report_id)
        for name in self._run(found).scalars().all():
            empty = self._tx.sealer.seal_json("mediation", "points", name, [])
            self._run(update(mediation).where(mediation.c.id == name).values(points=empty))

    def _handovers(self, since: datetime) -> None:
        """What shifts wrote to each other since then may speak of it; the counts stay."""
        written = select(handover.c.id, handover.c.told).where(handover.c.at >= since)
        for row in self._run(written).all():
            told = self._tx.sealer.open_json("handover", "told", row.id, row.told)
            kept = self._tx.sealer.seal_json("handover", "told", row.id, wordless(told))
            self._run(update(handover).where(handover.c.id == row.id).values(told=kept))

    def _notices(self, report_id: str) -> None:
        """What others were or will be told about the report, without the words in it."""
        told = select(outbox.c.id, outbox.c.ref, outbox.c.facts).where(
            outbox.c.report_id == report_id, outbox.c.facts.is_not(None)
        )
        for row in self._run(told).all():
            facts = self._tx.sealer.open_json("outbox", "facts", row.ref, row.facts)
            kept = self._tx.sealer.seal_json("outbox", "facts", row.ref, wordless(facts))
            self._run(update(outbox).where(outbox.c.id == row.id).values(facts=kept))

    def _screens(self, since: datetime) -> None:
        """What the team was shown since then: those cards are sealed, and nobody knows which held these words."""
        team = select(staff.c.person_id).where(staff.c.person_id.is_not(None))
        shown = (
            outbox.c.notice.in_(SCREENS),
            outbox.c.person_id.in_(team),
            outbox.c.created_at >= since,
            outbox.c.state.not_in(UNSENT),
        )
        self._run(update(outbox).where(*shown).values(facts=None))

    def _help(self, person_id: str) -> None:
        """Words to the team that did not leave yet do not leave any more."""
        requests = set(
            self._run(select(help_request.c.id).where(help_request.c.person_id == person_id)).scalars()
        )
        waiting = select(outbox.c.id, outbox.c.ref, outbox.c.facts).where(
            or_(outbox.c.notice == "help_message", outbox.c.notice == "help_wanted"),
            outbox.c.state.in_(UNSENT),
            outbox.c.facts.is_not(None),
        )
        for row in self._run(waiting).all():
            facts = self._tx.sealer.open_json("outbox", "facts", row.ref, row.facts)
            if facts["request"] in requests:
                gone = dict(facts=None, state="dropped", error="erased")
                self._run(update(outbox).where(outbox.c.id == row.id).values(**gone))

    def _known_since(self, person_id: str) -> datetime:
        since: datetime = self._run(select(person.c.created_at).where(person.c.id == person_id)).scalar_one()
        return since

    def _run(self, statement: Any) -> Any:
        return self._tx.connection.execute(statement)


def wordless(facts: dict[str, Any]) -> dict[str, Any]:
    """The same facts; what somebody wrote is empty."""
    return {key: _empty(value) if key in WORDS else value for key, value in facts.items()}


def _empty(value: Any) -> Any:
    return type(value)() if isinstance(value, (str, list)) else value
