"""Whoever asks to be forgotten is: nothing that was sealed for them can be opened, on either engine."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from bot.domain.notices import Lane, Notice
from bot.domain.report import Report
from bot.domain.roster import Role
from bot.domain.territory import Place, Point
from bot.messages import Address, Attachment, AttachmentKind
from handlers.desk import erasure
from storage import Store, Transaction
from storage.conversations import Conversation
from storage.schema import audit, event, media, media_content, person
from tests.support.plain import every_plain
from tests.support.reports import NOON, a_report

CANARY = "canario-7f3a"
HOME = Place(colonia="centro", street=f"{CANARY} 12", point=Point(18.5, -88.3))


def sings(tx: Transaction) -> set[str]:
    """The columns in which the canary can be read."""
    return {column for column, _, plain in every_plain(tx) if CANARY in plain}


def lived(tx: Transaction) -> tuple[str, Report]:
    """Somebody who did everything that leaves words behind, and the report of it."""
    rosa = tx.people.add(at=NOON, locale="es").id
    tx.vault.add(rosa, Address("whatsapp", f"+52{CANARY}"), [f"{CANARY}-alias"])
    tx.inbox.new("tw:1", rosa, CANARY.encode(), NOON)
    tx.inbox.bury(source="inbox", key="tw:1", reason="bug", raw=CANARY.encode(), at=NOON, person_id=rosa)
    report = a_report(1, person_id=rosa, text=CANARY, answers=(("¿?", CANARY),), place=HOME)
    tx.reports.add(Report.open(report))
    added = report.add(text=CANARY, at=NOON)
    tx.reports.save(added)
    report = added.report
    file = Attachment(kind=AttachmentKind.PHOTO, reference=CANARY, content_type="image/jpeg")
    kept, loose = (tx.media.add(rosa, "whatsapp", file, NOON) for _ in range(2))
    tx.media.keep(kept, CANARY.encode(), "image/jpeg")
    tx.media.attach([kept], report.id)
    tx.conversations.start(talk(rosa))
    request, _ = tx.requests.ask_for_person(rosa, NOON)
    told = [
        Notice(person_id=rosa, name="say", facts={"lines": [CANARY]}, lane=Lane.REPLY),
        Notice(person_id=staff(tx), name="something_added", facts={"text": CANARY}, report_id=report.id),
        Notice(person_id=staff(tx), name="help_message", facts={"request": request.id, "text": CANARY}),
        Notice(person_id=staff(tx), name="say", facts={"lines": [CANARY]}),
    ]
    tx.outbox.put(told, NOON)
    shown = tx.outbox.newest(staff(tx))
    assert shown is not None
    tx.outbox.sent(shown.id, "M1", NOON)
    assert loose
    return rosa, report


def talk(who: str) -> Conversation:
    """A draft left half done."""
    return Conversation(
        id="t1",
        person_id=who,
        flow="report",
        version=1,
        active=True,
        asked="what",
        arguments={"text": CANARY},
        answers={"what": CANARY},
        started_at=NOON,
        touched_at=NOON,
        expires_at=NOON,
    )


def staff(tx: Transaction) -> str:
    """The one supervisor."""
    slot = tx.staff.slot("M-01")
    if slot is not None and slot.person_id is not None:
        return slot.person_id
    new = tx.people.add(at=NOON, locale="es", role=Role.SUPERVISOR).id
    tx.staff.expect(badge="M-01", name="la comandante", role=Role.SUPERVISOR, sectors=(), lists=(), at=NOON)
    tx.staff.enrol("M-01", new, "0000", NOON)
    tx.staff.approve("M-01", None, NOON)
    return new


async def test_nothing_of_a_person_can_be_read_after_an_erasure(store: Store) -> None:
    rosa, _ = await store.run(lived)
    before = await store.read(sings)
    assert len(before) >= 9, before  # everywhere it should
    await store.run(lambda tx: erasure.erase(tx, rosa, NOON))
    await store.scrub()
    assert await store.read(sings) == set()
    assert await store.read(lambda tx: tx.connection.execute(select(person.c.id)).scalars().all()) == [
        await store.read(staff)
    ]


async def test_the_statistics_stay_and_the_history_holds(store: Store) -> None:
    rosa, before = await store.run(lived)
    await store.run(lambda tx: erasure.erase(tx, rosa, NOON))

    def look(tx: Transaction) -> tuple[Report, bool, list[str]]:
        report = tx.reports.get(before.id)
        actors = tx.connection.execute(select(event.c.actor_id)).scalars().all()
        assert rosa not in actors
        return (
            report,
            tx.reports.chain_holds(before.id),
            list(tx.connection.execute(select(audit.c.action)).scalars()),
        )

    report, holds, audited = await store.read(look)
    kept = replace(before, place=HOME)
    assert (report.kind, report.place.colonia, report.opened_at) == (kept.kind, "centro", kept.opened_at)
    assert (report.text, report.answers, report.place.street, report.person_id) == ("", (), "", None)
    assert holds
    assert audited == ["history_erased", "arco_erased"]


async def test_a_file_that_was_being_fetched_is_not_kept(store: Store) -> None:
    rosa, _ = await store.run(lived)
    waiting = await store.read(lambda tx: [file.id for file in tx.media.pending(NOON)])
    await store.run(lambda tx: erasure.erase(tx, rosa, NOON))
    await store.run(lambda tx: tx.media.keep(waiting[0], CANARY.encode(), "image/jpeg"))
    assert await store.read(
        lambda tx: tx.connection.execute(select(media.c.state).distinct()).scalars().all()
    ) == ["gone"]
    assert await store.read(lambda tx: tx.connection.execute(select(media_content.c.media_id)).all()) == []


async def test_a_report_of_nobody_loses_its_words_by_folio(store: Store) -> None:
    def told(tx: Transaction) -> Report:
        report = a_report(2, text=CANARY, place=HOME)
        tx.reports.add(Report.open(report))
        return report

    report = await store.run(told)
    await store.run(lambda tx: erasure.erase_report(tx, tx.reports.by_folio(report.folio), NOON))
    assert await store.read(sings) == set()
    left = await store.read(lambda tx: tx.reports.by_folio(report.folio))
    assert (left.status.open, left.kind) == (False, report.kind)
