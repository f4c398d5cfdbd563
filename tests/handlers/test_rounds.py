"""What is due happens when it is due: the ladder of an alert, ends of shifts, questions, drafts, forgetting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from bot.channels import StoreUnavailable
from bot.domain import folio as folios
from bot.domain.concern import Priority
from bot.domain.errors import NotPermitted
from bot.domain.handover import Handover
from bot.domain.report import Disposition, Report, Status
from bot.domain.roster import Role
from bot.domain.service_level import Hearer, Ladder, LadderStep
from bot.domain.territory import Place
from bot.domain.walk import Did, Stop, Walk
from bot.messages import Address, Attachment, AttachmentKind
from handlers import rounds
from handlers.desk import duty, erasure
from handlers.desk import reports as desk
from handlers.here import Here
from handlers.resident.draft import Draft
from handlers.rounds import Rounds
from storage import Store, Transaction
from storage.conversations import Conversation
from storage.due import DueItem
from tests.handlers.conftest import NOON, HastyClock, officer, resident
from tests.support.log_book import open_reports
from tests.support.reports import opened

MINUTE = timedelta(minutes=1)
LADDER = Ladder(
    (
        LadderStep(2 * MINUTE, Hearer.NEXT_OFFICER),
        LadderStep(5 * MINUTE, Hearer.SUPERVISOR),
        LadderStep(10 * MINUTE, Hearer.EVERYONE),
    )
)
PLACE = Place(colonia="centro")


@pytest.fixture
def here(shared_here: Here) -> Here:
    """The same 2/5/10 ladder for everything."""
    service = replace(
        shared_here.municipality.service,
        ladders=dict.fromkeys(Priority, LADDER),
        listed_ladders=dict.fromkeys(Priority, LADDER),
    )
    return replace(shared_here, municipality=replace(shared_here.municipality, service=service))


@pytest.fixture
def due(store: Store, here: Here, clock: HastyClock) -> Rounds:
    return Rounds(store, here, clock)


def sector(here: Here) -> tuple[str, ...]:
    return tuple(s.slug for s in here.municipality.territory.sectors_of(PLACE))


def report(tx: Transaction, here: Here, at: datetime = NOON, kind: str = "ruido", **more: Any) -> Report:
    draft = Draft(kind=kind, place=PLACE, text="Música", **more)
    return desk.open_report(tx, here, draft, draft_id=here.new_id(), person_id=resident(tx), at=at).report


async def heard(store: Store, notice: str) -> list[tuple[str, float]]:
    """Who was given such a notice and after how many minutes, in order."""
    from sqlalchemy import select

    from storage.schema import outbox

    def work(tx: Transaction) -> list[tuple[str, float]]:
        rows = tx.connection.execute(
            select(outbox.c.person_id, outbox.c.created_at)
            .where(outbox.c.notice == notice)
            .order_by(outbox.c.id)
        ).all()
        names = {resident(tx, name): name for name in ("canul", "poot", "aguilar", "rosa", "ek")}
        return [(names[row.person_id], (row.created_at - NOON) / MINUTE) for row in rows]

    return await store.run(work)


async def pass_minutes(due: Rounds, clock: HastyClock, minutes: float, step: float = 0.5) -> None:
    for _ in range(int(minutes / step)):
        clock.skip(minutes=step)
        await due.look()


# ---- the obligation ----


async def test_an_unclaimed_report_climbs_at_two_five_and_ten_minutes(
    store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    """The sector, the next officer, the supervisor, everyone; and then it keeps sounding."""

    def work(tx: Transaction) -> None:
        officer(tx, "canul", sectors=sector(here))
        officer(tx, "poot", sectors=("otro",))
        officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)
        report(tx, here)

    await store.run(work)
    await pass_minutes(due, clock, 41)
    assert await heard(store, "alert") == [
        ("canul", 0),
        ("poot", 2),
        ("aguilar", 5),
        ("canul", 10),
        ("poot", 10),
        ("aguilar", 10),
        ("canul", 40),
        ("poot", 40),
        ("aguilar", 40),
    ]


async def test_a_claim_closes_the_obligation(
    store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    """Only a person's press does; nobody else is alerted after it."""

    def work(tx: Transaction) -> str:
        officer(tx, "canul", sectors=sector(here))
        officer(tx, "aguilar", role=Role.SUPERVISOR)
        return report(tx, here).folio

    folio = await store.run(work)
    clock.skip(minutes=1)
    await store.run(lambda tx: desk.claim(tx, here, folio, tx.staff.officer(resident(tx, "canul")), clock.at))  # type: ignore[arg-type]
    await pass_minutes(due, clock, 60, 1)
    assert await heard(store, "alert") == [("canul", 0)]


async def test_a_released_report_climbs_again_from_its_release(
    store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    """An hour later the steps are two, five and ten minutes again, not all at once."""

    def work(tx: Transaction) -> str:
        officer(tx, "canul", sectors=sector(here))
        officer(tx, "poot", sectors=("otro",))
        officer(tx, "aguilar", role=Role.SUPERVISOR)
        folio = report(tx, here).folio
        desk.claim(tx, here, folio, tx.staff.officer(resident(tx, "canul")), NOON)  # type: ignore[arg-type]
        return folio

    folio = await store.run(work)
    clock.skip(hours=1)
    await store.run(
        lambda tx: desk.release(tx, here, folio, tx.staff.officer(resident(tx, "canul")), clock.at)
    )  # type: ignore[arg-type]
    await pass_minutes(due, clock, 11)
    after = [(who, minutes - 60) for who, minutes in await heard(store, "alert") if minutes >= 60]
    assert after == [("canul", 0), ("poot", 2), ("aguilar", 5), ("canul", 10), ("poot", 10), ("aguilar", 10)]


async def test_with_nobody_on_duty_the_supervisor_hears_at_once(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> int:
        officer(tx, "canul", sectors=sector(here), on_duty=False)
        officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)
        draft = Draft(kind="ruido", place=PLACE, text="Música")
        return desk.open_report(
            tx, here, draft, draft_id=here.new_id(), person_id=resident(tx), at=NOON
        ).heard_by

    assert await store.run(work) == 0
    assert await heard(store, "alert") == [("aguilar", 0)]


async def test_when_all_who_heard_decline_the_next_hears_at_once(
    store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    def work(tx: Transaction) -> None:
        officer(tx, "canul", sectors=sector(here))
        officer(tx, "poot", sectors=("otro",))
        officer(tx, "aguilar", role=Role.SUPERVISOR)
        folio = report(tx, here).folio
        desk.decline(tx, here, folio, tx.staff.officer(resident(tx, "canul")), NOON + MINUTE)  # type: ignore[arg-type]

    await store.run(work)
    assert await heard(store, "alert") == [("canul", 0), ("poot", 0 + 1)]


async def test_who_went_home_is_nobody_who_could_still_take_it(store: Store, here: Here) -> None:
    """Of two who heard one goes off duty and the other can't: the next hears now, not at the next step."""

    def work(tx: Transaction) -> None:
        for name in ("canul", "ek"):
            officer(tx, name, sectors=sector(here))
        officer(tx, "poot", sectors=("otro",))
        folio = report(tx, here).folio
        tx.staff.end_shift("shift-ek", NOON + MINUTE)
        desk.decline(tx, here, folio, tx.staff.officer(resident(tx, "canul")), NOON + MINUTE)  # type: ignore[arg-type]

    await store.run(work)
    assert await heard(store, "alert") == [("canul", 0), ("ek", 0), ("poot", 1)]


async def test_a_no_of_before_is_none_once_it_waits_again(store: Store, here: Here) -> None:
    """It was claimed and released since: whoever can't take it now is asked, and heard, anew."""

    def work(tx: Transaction) -> None:
        officer(tx, "canul", sectors=sector(here))
        for name in ("poot", "ek"):
            officer(tx, name, sectors=("otro",))
        canul, ek = (tx.staff.officer(resident(tx, name)) for name in ("canul", "ek"))
        assert canul is not None
        assert ek is not None
        folio = report(tx, here).folio
        desk.decline(tx, here, folio, canul, NOON)
        desk.claim(tx, here, folio, ek, NOON + MINUTE)
        desk.release(tx, here, folio, ek, NOON + 2 * MINUTE)
        for _ in range(2):  # pressed twice
            desk.decline(tx, here, folio, canul, NOON + 3 * MINUTE)

    await store.run(work)
    assert await heard(store, "alert") == [("canul", 0), ("poot", 0), ("canul", 2), ("poot", 3)]


async def test_a_confidential_report_climbs_inside_its_list(
    store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    """Nobody else is ever given a row, on duty or not, supervisor or not."""

    def work(tx: Transaction) -> None:
        officer(tx, "canul", sectors=sector(here))
        officer(tx, "poot", sectors=("otro",), lists=("geavig",))
        officer(tx, "ek", sectors=("otro",), lists=("geavig",), on_duty=False)
        officer(tx, "aguilar", role=Role.SUPERVISOR)
        report(tx, here, named_list="geavig")

    await store.run(work)
    await pass_minutes(due, clock, 45)
    assert {who for who, _ in await heard(store, "alert")} == {"poot", "ek"}


async def test_of_an_empty_list_not_even_the_supervisor_hears(
    store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    """It never leaves its list; it waits for somebody of the list to be enrolled."""

    def work(tx: Transaction) -> None:
        officer(tx, "canul", sectors=sector(here))
        officer(tx, "aguilar", role=Role.SUPERVISOR)
        report(tx, here, named_list="geavig")

    await store.run(work)
    await pass_minutes(due, clock, 11)
    assert await heard(store, "alert") == []
    await store.run(lambda tx: officer(tx, "poot", lists=("geavig",)))
    await pass_minutes(due, clock, 31)
    assert {who for who, _ in await heard(store, "alert")} == {"poot"}


async def test_a_jump_of_the_clock_neither_loses_nor_doubles(
    store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    """A night without power: the next step happens once, the rest follows in its distance."""

    def work(tx: Transaction) -> None:
        officer(tx, "canul", sectors=sector(here))
        officer(tx, "poot", sectors=("otro",))
        report(tx, here)

    await store.run(work)
    clock.skip(hours=8)
    for _ in range(3):
        await due.look()
    assert [who for who, _ in await heard(store, "alert")] == ["canul", "poot"]


# ---- questions, news ----


async def claimed(store: Store, here: Here) -> str:
    def work(tx: Transaction) -> str:
        officer(tx, "canul", sectors=sector(here))
        folio = report(tx, here).folio
        desk.claim(tx, here, folio, tx.staff.officer(resident(tx, "canul")), NOON)  # type: ignore[arg-type]
        return folio

    return await store.run(work)


async def test_a_question_expires_once_and_the_officer_goes_on(
    store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    folio = await claimed(store, here)
    await store.run(
        lambda tx: desk.ask(tx, here, folio, tx.staff.officer(resident(tx, "canul")), "¿Sigue?", NOON)
    )  # type: ignore[arg-type]
    clock.skip(hours=23.9)
    await due.look()
    assert await heard(store, "question_expired") == []
    clock.skip(hours=0.1)
    await due.look()
    await due.look()
    assert await heard(store, "question_expired") == [("canul", 24 * 60)]
    assert (await store.read(lambda tx: tx.reports.by_folio(folio))).status is Status.CLAIMED


async def test_a_question_that_was_answered_never_expires(
    store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    folio = await claimed(store, here)

    def work(tx: Transaction) -> None:
        desk.ask(tx, here, folio, tx.staff.officer(resident(tx, "canul")), "¿Sigue?", NOON)  # type: ignore[arg-type]
        desk.answer(tx, tx.reports.by_folio(folio), "Sí", (), NOON)
        desk.question_expired(tx, tx.reports.by_folio(folio).id, NOON)

    await store.run(work)
    clock.skip(hours=25)
    await due.look()
    assert await heard(store, "question_expired") == []


async def test_a_claimed_report_without_news_is_reminded_until_it_is_closed(
    store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    folio = await claimed(store, here)
    every = here.municipality.service.remind_officer_after / MINUTE
    for _ in range(2):
        clock.skip(minutes=every)
        await due.look()
        await due.look()
    assert [who for who, _ in await heard(store, "no_news")] == ["canul", "canul"]

    def close(tx: Transaction) -> None:
        me = tx.staff.officer(resident(tx, "canul"))
        tx.staff.start_shift(
            "again",
            replace(tx.staff.shift("shift-canul"), starts_at=clock.at, ends_at=clock.at + 60 * MINUTE),
        )  # type: ignore[type-var]
        desk.close(tx, folio, me, Disposition.ATTENDED, "Ya quedó.", clock.at)  # type: ignore[arg-type]
        tx.due.set("no_news", tx.reports.by_folio(folio).id, clock.at)

    await store.run(close)
    await due.look()
    assert len(await heard(store, "no_news")) == 2
    assert await store.read(lambda tx: tx.due.arrived(clock.at + timedelta(days=9))) == []


# ---- shifts ----


async def test_a_shift_warns_before_it_ends_and_ends_by_itself(
    store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    def work(tx: Transaction) -> datetime:
        officer(tx, "canul", on_duty=False)
        return duty.start(tx, here, tx.staff.officer(resident(tx, "canul")), NOON).ends_at  # type: ignore[arg-type]

    ends_at = await store.run(work)
    warned_at = ends_at - here.municipality.service.duty.warn_before
    for moment in (warned_at - MINUTE, warned_at, ends_at - MINUTE, ends_at, ends_at + MINUTE):
        clock.at = moment
        await due.look()
    assert await heard(store, "shift_ends_soon") == [("canul", (warned_at - NOON) / MINUTE)]
    assert await heard(store, "shift_ended") == [("canul", (ends_at - NOON) / MINUTE)]
    assert await store.read(lambda tx: tx.staff.roster(clock.at).on_duty(clock.at)) == ()


async def test_a_shift_ended_by_hand_says_nothing_more(
    store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    def work(tx: Transaction) -> None:
        officer(tx, "canul", on_duty=False)
        me = tx.staff.officer(resident(tx, "canul"))
        first = duty.start(tx, here, me, NOON)  # type: ignore[arg-type]
        assert duty.start(tx, here, me, NOON + MINUTE) == first  # type: ignore[arg-type]
        assert duty.end(tx, here, me, NOON + MINUTE) is None  # type: ignore[arg-type]  # nothing to hand over
        assert duty.end(tx, here, me, NOON + MINUTE) is duty.OFF  # type: ignore[arg-type]
        tx.due.set(duty.WARNING, "gone", NOON)
        tx.due.set(duty.END, "gone", NOON)

    await store.run(work)
    clock.skip(days=1)
    await due.look()
    assert (await heard(store, "shift_ends_soon"), await heard(store, "shift_ended")) == ([], [])


# ---- drafts ----


def draft(tx: Transaction, person: str, flow: str = "report", **more: Any) -> Conversation:
    arguments = dict(
        text="", kind=None, also=[], colonia="", street="", point=None, when="", consented=True,
        on_behalf=False, channel="simulator", media=[],
    )  # fmt: skip
    arguments |= more.pop("arguments", {})
    talk = Conversation(
        id=f"talk-{person[:20]}", person_id=person, flow=flow, version=1, active=True, asked="kind",
        arguments=arguments, answers=more.pop("answers", {}), started_at=NOON, touched_at=NOON,
        expires_at=NOON + timedelta(days=7),
    )  # fmt: skip
    tx.conversations.start(talk)
    return talk


async def test_a_draft_is_named_once_after_three_hours_and_then_forgotten(
    store: Store, clock: HastyClock, due: Rounds
) -> None:
    await store.run(lambda tx: draft(tx, resident(tx)))
    for hours in (2.9, 0.2, 1, 24, 24):
        clock.skip(hours=hours)
        await due.look()
    (named,) = await heard(store, "draft_waits")
    assert named[0] == "rosa"
    assert 180 <= named[1] < 200
    clock.skip(days=6)
    await due.look()
    assert await store.run(lambda tx: tx.conversations.of(resident(tx))) == []


async def test_the_photos_of_a_report_that_was_never_sent_go_with_it(
    store: Store, clock: HastyClock, due: Rounds
) -> None:
    """What stands in a report, a hand-over, a round or a kept message stays, as do those of a talk that lives."""
    photo = Attachment(kind=AttachmentKind.PHOTO, reference="f")

    def sent(tx: Transaction, who: str) -> str:
        media = tx.media.add(resident(tx, who), "simulator", photo, NOON)
        tx.media.keep(media, b"pixels", "image/jpeg")
        return media

    def work(tx: Transaction) -> list[str]:
        gone, reported, walked, handed, held, talking = (
            sent(tx, who) for who in ("rosa", "ana", "canul", "canul", "eva", "leo")
        )
        draft(tx, resident(tx, "rosa"))
        tx.media.attach([reported], opened(tx, person_id=resident(tx, "ana")).id)
        me = officer(tx, "canul")
        walk = Walk(id="w", officer_id=me, colonia="centro", sector="pilot", started_at=NOON)
        tx.walks.start(walk)
        tx.walks.add_stop(
            Stop(id="s", walk_id="w", at=NOON, met=1, kind="", did=Did.LISTENED, text="", media_id=walked)
        )
        tx.handovers.add(
            Handover(
                id="shift-canul", person_id=me, sectors=("pilot",), began_at=NOON, at=NOON, media_id=handed
            )
        )
        tx.usage.hold("h", resident(tx, "eva"), b"{}", NOON + timedelta(days=9))
        late = structs.replace(
            draft(tx, resident(tx, "leo")), expires_at=NOON + timedelta(days=30), version=2
        )
        tx.conversations.save(late)
        return [gone, reported, walked, handed, held, talking]

    files = await store.run(work)

    async def there() -> list[bool]:
        return await store.read(lambda tx: [tx.media.content(media) is not None for media in files])

    found = []
    for days in (6.9, 1.2, 1):
        clock.skip(days=days)
        await due.look()
        found.append(await there())
    assert found == [[True] * 6, [False, *[True] * 5], [False, *[True] * 5]]
    assert await store.read(lambda tx: tx.media.get(files[0])) is None


async def test_a_draft_that_waits_is_named_without_a_halt_to_what_goes_on(
    store: Store, clock: HastyClock, due: Rounds
) -> None:
    """The next words still answer what was asked last."""

    def two(tx: Transaction) -> None:
        person = resident(tx)
        old = draft(tx, person)
        tx.conversations.park(person)
        tx.conversations.start(structs.replace(old, id="newer", touched_at=NOON + timedelta(hours=3)))

    await store.run(two)
    clock.skip(hours=3.1)
    await due.look()
    assert len(await heard(store, "draft_waits")) == 1
    first, *_ = await store.run(lambda tx: tx.conversations.of(resident(tx)))
    assert (first.id, first.active) == ("newer", True)


async def test_what_was_only_offered_is_no_draft_to_go_on_with(
    store: Store, clock: HastyClock, due: Rounds
) -> None:
    def offered(tx: Transaction) -> None:
        one = draft(tx, resident(tx))
        tx.conversations.save(structs.replace(one, active=False, asked=""))

    await store.run(offered)
    clock.skip(hours=4)
    await due.look()
    assert await heard(store, "draft_waits") == []


Hushed = Callable[[Here], dict[str, Any]]
LISTED: list[tuple[str, Hushed]] = [
    ("told", lambda here: {"arguments": {"kind": listed(here)}}),
    ("chosen", lambda here: {"answers": {"kind": {"choice": listed(here)}}}),
    ("on behalf", lambda here: {"arguments": {"on_behalf": True}}),
    ("another talk", lambda here: {"flow": "my_police"}),
]


def listed(here: Here) -> str:
    return next(kind.slug for kind in here.municipality.kinds.kinds if kind.listed)


@pytest.mark.parametrize(("_why", "what"), LISTED)
async def test_about_some_drafts_nothing_is_said(
    _why: str, what: Hushed, store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    """A confidential matter, told or chosen; what an officer notes down; what is no draft."""
    await store.run(lambda tx: draft(tx, resident(tx), **what(here)))
    clock.skip(hours=4)
    await due.look()
    assert await heard(store, "draft_waits") == []


async def test_a_draft_that_an_answer_made_confidential_is_not_named(
    store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    kind, question, option = next(
        (slug, question, option)
        for slug, questions in here.municipality.questions.items()
        for question in questions
        for option in question.options
        if option.named_list and not here.kind(slug).listed
    )
    for person, other in (("rosa", option), ("ek", next(o for o in question.options if not o.named_list))):
        answers = {"kind": {"choice": kind}, f"q_{kind}_{question.slug}"[:40]: {"choice": other.slug}}
        await store.run(
            lambda tx, person=person, answers=answers: draft(tx, resident(tx, person), answers=answers)
        )
    clock.skip(hours=4)
    await due.look()
    assert [who for who, _ in await heard(store, "draft_waits")] == ["ek"]


# ---- forgetting ----


async def test_raw_messages_are_forgotten_after_a_week_and_their_keys_after_a_month(
    store: Store, clock: HastyClock, due: Rounds
) -> None:
    from sqlalchemy import select

    from storage.schema import inbox

    async def kept() -> list[bool]:
        rows = await store.read(lambda tx: tx.connection.execute(select(inbox.c.raw)).all())
        return [row.raw is not None for row in rows]

    await store.run(lambda tx: tx.inbox.new("k", None, b"raw", NOON))
    found = []
    for days in (6.9, 0.2, 22, 1):
        clock.skip(days=days)
        await due.look()
        found.append(await kept())
    assert found == [[True], [False], [False], []]


async def test_what_was_told_of_messages_that_nobody_sent_is_forgotten(
    store: Store, clock: HastyClock, due: Rounds
) -> None:
    from sqlalchemy import func, select

    from storage.schema import receipt

    async def kept() -> int:
        count = select(func.count()).select_from(receipt)
        return int(await store.read(lambda tx: tx.connection.execute(count).scalar_one()))

    await store.run(lambda tx: tx.outbox.status("SM1", "delivered", "", NOON))
    found = []
    for days in (6.9, 0.2):
        clock.skip(days=days)
        await due.look()
        found.append(await kept())
    assert found == [1, 0]


# ---- the loop ----


async def test_what_breaks_is_tried_again_and_holds_nothing_up(
    store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    """One thing, one unit: the others are done; the broken one comes again in half a minute."""

    def work(tx: Transaction) -> None:
        tx.due.set("no_such_kind", "x", NOON - MINUTE)
        officer(tx, "canul", sectors=sector(here))
        report(tx, here, NOON - 2 * MINUTE)

    await store.run(work)
    assert await due.look() == 2
    again = await store.read(lambda tx: tx.due.get("no_such_kind", "x"))
    assert again is not None
    assert (again.due_at, again.attempts) == (NOON + rounds.FAILED_AGAIN, 1)
    assert (await store.read(lambda tx: tx.due.get(desk.OBLIGATION, open_reports(tx)[0].id))).level == 1  # type: ignore[union-attr]


async def test_what_a_person_did_meanwhile_is_not_done_again(
    store: Store, here: Here, clock: HastyClock, due: Rounds
) -> None:
    """Between looking and doing the report was claimed: read again inside the unit."""

    def work(tx: Transaction) -> None:
        officer(tx, "canul", sectors=sector(here))
        officer(tx, "poot", sectors=("otro",))
        report(tx, here)

    await store.run(work)
    clock.skip(minutes=2)
    (item,) = await store.read(lambda tx: tx.due.arrived(clock.at))
    folio = (await store.read(open_reports))[0].folio
    await store.run(lambda tx: desk.claim(tx, here, folio, tx.staff.officer(resident(tx, "canul")), clock.at))  # type: ignore[arg-type]
    await due._do(item, clock.at)
    await store.run(lambda tx: desk.climb(tx, here, item.subject, 0, clock.at))
    assert await heard(store, "alert") == [("canul", 0)]


async def test_the_loop_goes_on_when_the_store_is_away(store: Store, here: Here, clock: HastyClock) -> None:
    looked: list[str] = []

    class Flaky(Rounds):
        async def look(self) -> int:
            looked.append("look")
            if len(looked) == 1:
                raise StoreUnavailable
            return 0

    loop = asyncio.create_task(Flaky(store, here, clock).run())
    while len(looked) < 3:  # noqa: ASYNC110
        await asyncio.sleep(0)
    loop.cancel()
    assert clock.waits[:2] == [rounds.LOOK_SECONDS] * 2


async def test_a_bug_in_one_sweep_neither_ends_the_rounds_nor_stops_the_others(
    store: Store, due: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: Any) -> None:
        raise KeyError("a flow of an older release")

    monkeypatch.setattr(rounds, "SWEEP", {"waiting_drafts": bug, "old_payloads": rounds._old_payloads})
    await store.run(lambda tx: tx.inbox.new("tg:1", None, b"{}", NOON - timedelta(days=8)))
    await due.look()
    left = await store.read(lambda tx: tx.connection.exec_driver_sql("SELECT raw FROM inbox").scalar_one())
    assert left is None


async def test_a_unit_that_the_server_gives_up_holds_nothing_up_and_is_not_taken_for_a_bug(
    store: Store, due: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An erasure that takes longer than a statement may must not stop the alerts from climbing."""
    done: list[str] = []

    def too_long(*_: Any) -> None:
        raise StoreUnavailable("57014")

    def climb(tx: Transaction, here: Here, item: DueItem, at: datetime) -> None:
        done.append(item.subject)
        tx.due.clear(item.kind, item.subject)

    monkeypatch.setattr(rounds, "DUE", {"x": too_long, "y": climb})
    await store.run(lambda tx: [tx.due.set("x", "large", NOON - MINUTE), tx.due.set("y", "alert", NOON)])
    await due.look()
    item = await store.read(lambda tx: tx.due.get("x", "large"))
    assert item is not None
    assert (done, item.attempts, item.due_at) == (["alert"], 0, NOON + rounds.TOO_MUCH_AGAIN)


async def test_a_store_that_is_away_is_said_so(
    store: Store, due: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: Any) -> None:
        raise StoreUnavailable("full")

    await store.run(lambda tx: tx.due.set("no_news", "x", NOON))
    monkeypatch.setattr(store, "run", away)
    with pytest.raises(StoreUnavailable):
        await due.look()


async def test_no_is_not_too_late_said_twice(store: Store, here: Here) -> None:
    """After thirty days "sigue igual" is refused whole: nobody is told that it was opened again."""
    from bot.domain.errors import TooLate

    def work(tx: Transaction) -> Report:
        officer(tx, "canul")
        old = opened(
            tx, status=Status.CLOSED, person_id=resident(tx), handler_id=resident(tx, "canul"),
            disposition=Disposition.ATTENDED, closed_at=NOON - timedelta(days=31), folio=folios.make(77),
        )  # fmt: skip
        with pytest.raises(TooLate):
            desk.say_solved(tx, here, old, "no", NOON)
        assert desk.say_solved(tx, here, old, "yes", NOON).solved == "yes"
        return tx.reports.by_folio(old.folio)

    assert (await store.run(work)).version == 1
    assert await heard(store, "solved_answered") == [("canul", 0)]


async def test_solved_tapped_twice_is_told_once(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> Report:
        officer(tx, "canul")
        closed = opened(
            tx, status=Status.CLOSED, person_id=resident(tx), handler_id=resident(tx, "canul"),
            disposition=Disposition.ATTENDED, closed_at=NOON, folio=folios.make(78),
        )  # fmt: skip
        once = desk.say_solved(tx, here, closed, "yes", NOON)
        return desk.say_solved(tx, here, once, "yes", NOON + timedelta(minutes=1))

    assert (await store.run(work)).version == 1
    assert await heard(store, "solved_answered") == [("canul", 0)]


async def test_what_was_erased_leaves_the_files_too(store: Store, due: Rounds, clock: HastyClock) -> None:
    await store.run(lambda tx: erasure.ask(tx, resident(tx, "rosa"), clock.now()))
    await store.run(lambda tx: erasure.approve(tx, resident(tx, "rosa"), None, clock.now()))
    clock.skip(minutes=6)
    await due.look()
    await due.look()
    assert await store.read(lambda tx: [tx.due.of_kind(k) for k in (erasure.ERASE, erasure.SCRUB)]) == [
        [],
        [],
    ]
    assert await store.read(lambda tx: tx.vault.person_at(Address("simulator", "rosa"))) is None


async def test_a_request_to_be_forgotten_sounds_again_after_a_week(
    store: Store, due: Rounds, clock: HastyClock
) -> None:
    await store.run(lambda tx: officer(tx, "aguilar", role=Role.SUPERVISOR))
    await store.run(lambda tx: erasure.ask(tx, resident(tx, "rosa"), clock.now()))
    clock.skip(days=7)
    await due.look()
    assert len(await heard(store, "erasure_wanted")) == 2


async def test_nor_from_the_machine_when_they_asked_for_it_themselves(
    store: Store, clock: HastyClock
) -> None:
    """The command takes all that wait: what somebody of the team did is the department's record, until they leave."""

    def asked(tx: Transaction) -> None:
        officer(tx, "canul")
        for name in ("canul", "rosa"):
            erasure.ask(tx, resident(tx, name), clock.now())

    await store.run(asked)
    assert len(await store.run(lambda tx: erasure.wanted(tx, ""))) == 1
    await store.run(lambda tx: duty.revoke(tx, "canul", None, clock.now()))
    assert len(await store.run(lambda tx: erasure.wanted(tx, ""))) == 2


async def test_staff_is_not_erased_while_enrolled(store: Store, clock: HastyClock) -> None:
    await store.run(lambda tx: officer(tx, "canul"))
    with pytest.raises(NotPermitted):
        await store.run(lambda tx: erasure.approve(tx, resident(tx, "canul"), None, clock.now()))
