"""Other offices over a real store: who hears of a question and of its answer, when the clock speaks, what never goes out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import select

from bot.app import build_here
from bot.domain.concern import Identity
from bot.domain.errors import NeverInWriting, NotAllowedNow, NotYours, ReferralOver
from bot.domain.referral import Outcome, State
from bot.domain.report import Disposition, Status
from bot.domain.roster import Role
from bot.messages import Address
from bot.municipality.municipality import Municipality
from handlers.delivery.sender import Refused, permitted
from handlers.desk import duty, referrals
from handlers.desk import reports as desk
from handlers.here import Here
from handlers.rounds import Rounds
from storage import Store, Transaction
from storage.schema import outbox, referral_link
from storage.sealing import KeyRing
from tests.handlers.conftest import NOON, HastyClock, me, officer, resident
from tests.support.reports import opened

OFFICE = "servicios_publicos"
CHAT = Address("telegram", "777")
CANARY = "canario de rosa"


@pytest.fixture(scope="session")
def with_chat(municipality: Municipality) -> Here:
    """The office is reached by a chat of its own, and we have an address."""
    directory = municipality.directory
    contacts = tuple(
        replace(one, chat="telegram:777") if one.slug == OFFICE else one for one in directory.contacts
    )
    ours = replace(municipality, directory=replace(directory, contacts=contacts))
    return build_here(ours, KeyRing.throwaway(), {}, public_url="https://bot.example")


def town(tx: Transaction, here: Here, **report: Any) -> str:
    """Canul and Poot of the sector, Aguilar commands; Canul has Rosa's report, and an office has it from him."""
    officer(tx, "canul", sectors=("norte",), lists=("mando",))
    officer(tx, "poot", sectors=("norte",))
    officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)
    plain = {"kind": "alumbrado", "text": CANARY, "identity": Identity.NAMED, "person_id": resident(tx)}
    folio = opened(tx, **{**plain, **report}).folio
    desk.claim(tx, here, folio, me(tx, "canul"), NOON)
    return folio


def referred(tx: Transaction, here: Here, folio: str) -> str:
    """Canul asks the office; the id of the question."""
    report = desk.refer(tx, folio, me(tx, "canul"), OFFICE, "", NOON)
    return referrals.ask(tx, here, report, OFFICE, "La lámpara del domo", me(tx, "canul"), NOON).id


def told(tx: Transaction) -> list[tuple[str, str]]:
    """Notices about offices and who got them, in order."""
    people = {resident(tx, name): name for name in ("canul", "poot", "aguilar", "rosa")}
    rows = tx.connection.execute(
        select(outbox.c.notice, outbox.c.person_id)
        .where(outbox.c.notice.startswith("office"))
        .order_by(outbox.c.id)
    ).all()
    return [(row.notice, people.get(row.person_id, "office")) for row in rows]


def question(tx: Transaction, name: str) -> Any:
    found = tx.referrals.get(name)
    assert found is not None
    return found


async def pass_days(store: Store, here: Here, clock: HastyClock, days: int) -> None:
    rounds = Rounds(store, here, clock)
    for _ in range(days * 4):
        clock.skip(hours=6)
        await rounds.look()


async def test_it_is_chased_at_three_seven_and_fourteen_days_and_ends(
    store: Store, here: Here, clock: HastyClock
) -> None:
    """By hand, the officer is reminded each time and the supervisor from the second on; in the end both know."""
    one = await store.run(lambda tx: referred(tx, here, town(tx, here)))
    await pass_days(store, here, clock, 2)
    assert await store.read(told) == []
    for days, heard in ((2, 1), (4, 3), (7, 5), (16, 7)):
        await pass_days(store, here, clock, days)
        assert len(await store.read(told)) == heard
    names = await store.read(told)
    assert names[:3] == [("office_late", "canul"), ("office_late", "canul"), ("office_late", "aguilar")]
    assert names[-2:] == [("office_silent", "canul"), ("office_silent", "aguilar")]
    assert (await store.read(lambda tx: question(tx, one))).state is State.SILENT
    await pass_days(store, here, clock, 10)
    assert len(await store.read(told)) == 7


async def test_an_office_with_a_chat_hears_from_us_itself(
    store: Store, with_chat: Here, clock: HastyClock
) -> None:
    """With another link each time, and none of them is kept as it is."""
    await store.run(lambda tx: referred(tx, with_chat, town(tx, with_chat)))
    await pass_days(store, with_chat, clock, 15)

    def look(tx: Transaction) -> tuple[list[tuple[str, str]], list[Any], int, Any]:
        rows = tx.connection.execute(select(outbox).where(outbox.c.notice.startswith("office"))).all()
        facts = [
            tx.sealer.open_json("outbox", "facts", row.ref, row.facts)
            for row in rows
            if row.notice in ("office_asked", "office_reminded")
        ]
        kept = tx.connection.execute(select(referral_link.c.token)).scalars().all()
        assert not any(
            link["link"].rpartition("/")[2].encode() in bytes(token) for link in facts for token in kept
        )
        return told(tx), facts, len(kept), tx.vault.person_at(CHAT)

    heard, facts, links, person = await store.read(look)
    assert person is not None
    assert [name for name, who in heard if who == "office"] == ["office_asked", *["office_reminded"] * 3]
    assert links == 4 == len({one["link"] for one in facts})
    assert all(one["link"].startswith("https://bot.example/oficina/") for one in facts)
    assert CANARY not in str(facts)
    assert "Roma" not in str(facts)


async def test_an_answer_goes_to_the_neighbour_and_to_who_follows_it(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> tuple[list[tuple[str, str]], Status]:
        folio = town(tx, here)
        one = question(tx, referred(tx, here, folio))
        referrals.answer(tx, here, one, Outcome.WILL_DO, "El jueves", NOON + timedelta(days=1))
        with pytest.raises(ReferralOver):
            referrals.answer(tx, here, question(tx, one.id), Outcome.DONE, "", NOON + timedelta(days=2))
        assert tx.due.get(referrals.CHASE, one.id) is None
        return told(tx), tx.reports.by_folio(folio).status

    heard, status = await store.run(work)
    assert heard == [("office_said", "rosa"), ("office_answered", "canul")]
    assert status is Status.REFERRED


def reminded(tx: Transaction) -> list[str]:
    """Who was asked how it goes, in order."""
    people = {resident(tx, name): name for name in ("canul", "poot", "aguilar")}
    rows = select(outbox.c.person_id).where(outbox.c.notice == "no_news").order_by(outbox.c.id)
    return [people[person] for person in tx.connection.execute(rows).scalars()]


async def test_what_an_office_answered_is_asked_for_until_a_person_closes_it(
    store: Store, here: Here, clock: HastyClock
) -> None:
    """ "Sí lo atienden" and then nothing: the report is still ours. Who has it hears once a week, or who commands."""

    def answered(tx: Transaction) -> str:
        folio = town(tx, here)
        referrals.answer(tx, here, question(tx, referred(tx, here, folio)), Outcome.WILL_DO, "", NOON)
        return folio

    folio = await store.run(answered)
    await pass_days(store, here, clock, 15)
    assert await store.read(reminded) == ["canul", "canul"]
    await store.run(lambda tx: duty.revoke(tx, "canul", None, clock.at))
    await pass_days(store, here, clock, 7)
    assert await store.read(reminded) == ["canul", "canul", "aguilar"]
    await store.run(
        lambda tx: desk.close(tx, folio, me(tx, "aguilar"), Disposition.SOLVED_BY_OTHER, "Ya.", clock.at)
    )
    await pass_days(store, here, clock, 15)
    assert len(await store.read(reminded)) == 3


async def test_of_a_confidential_one_no_office_is_asked_and_who_has_it_is(
    store: Store, here: Here, clock: HastyClock
) -> None:
    def sent_on(tx: Transaction) -> None:
        desk.refer(tx, town(tx, here, named_list="mando"), me(tx, "canul"), OFFICE, "", NOON)

    await store.run(sent_on)
    await pass_days(store, here, clock, 8)
    assert await store.read(reminded) == ["canul"]


async def test_of_a_kind_that_asks_for_it_somebody_reads_the_answer_first(store: Store, here: Here) -> None:
    """Rosa hears nothing until Canul has passed it on, and nothing at all when he keeps it."""

    def asked(tx: Transaction, number: int) -> tuple[str, str]:
        person = resident(tx)
        folio = opened(tx, number, kind="robo_casa", person_id=person).folio
        desk.claim(tx, here, folio, me(tx, "canul"), NOON)
        name = referred(tx, here, folio)
        referrals.answer(tx, here, question(tx, name), Outcome.OTHER, "Vino la señora Tal", NOON)
        return folio, name

    def work(tx: Transaction) -> None:
        town(tx, here)
        (_, first), (_, second) = asked(tx, 2), asked(tx, 3)
        assert told(tx) == [("office_answered", "canul")] * 2
        with pytest.raises(NotYours):
            referrals.pass_on(tx, first, me(tx, "poot"), NOON)
        referrals.pass_on(tx, first, me(tx, "canul"), NOON)
        referrals.keep(tx, second, me(tx, "canul"), NOON)
        for again in (referrals.pass_on, referrals.keep):
            with pytest.raises(ReferralOver):
                again(tx, first, me(tx, "canul"), NOON)
        assert told(tx)[2:] == [("office_said", "rosa")]
        assert [question(tx, name).state for name in (first, second)] == [State.PASSED_ON, State.KEPT]

    await store.run(work)


async def test_what_was_said_on_the_phone_is_noted_and_passed_on(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> list[tuple[str, str]]:
        folio = town(tx, here)
        referred(tx, here, folio)
        with pytest.raises(NotYours):
            referrals.note_answer(tx, folio, Outcome.DONE, "", me(tx, "poot"), NOON)
        referrals.note_answer(tx, folio, Outcome.NOT_OURS, "Es de CFE", me(tx, "aguilar"), NOON)
        with pytest.raises(ReferralOver):
            referrals.note_answer(tx, folio, Outcome.DONE, "", me(tx, "canul"), NOON)
        return told(tx)

    assert await store.run(work) == [("office_said", "rosa")]


async def test_nothing_about_a_confidential_report_is_written_to_anybody(
    store: Store, with_chat: Here
) -> None:
    """Refused in asking, in the text to copy, and in delivery, whatever had put it there."""

    def work(tx: Transaction) -> str:
        folio = town(tx, with_chat, named_list="mando")
        with pytest.raises(NeverInWriting):
            referred(tx, with_chat, folio)
        with pytest.raises(NeverInWriting):
            referrals.written(tx, with_chat, folio, me(tx, "canul"), NOON)
        with pytest.raises(NeverInWriting):
            referrals.note_answer(tx, folio, Outcome.DONE, "", me(tx, "canul"), NOON)
        report = tx.reports.by_folio(folio)
        assert tx.referrals.of_report(report.id) == []
        assert tx.vault.person_at(CHAT) is None
        plain = opened(tx, 7, kind="alumbrado", person_id=resident(tx))
        desk.claim(tx, with_chat, plain.folio, me(tx, "canul"), NOON)
        referred(tx, with_chat, plain.folio)
        row = next(row for row in tx.outbox.written if row.notice == "office_asked")
        assert not isinstance(permitted(tx, row, NOON), Refused)
        moved = permitted(tx, structs.replace(row, report_id=report.id), NOON)
        assert isinstance(moved, Refused)
        return moved.why

    assert await store.run(work) == "confidential"


async def test_the_neighbour_says_that_it_is_solved(store: Store, here: Here) -> None:
    """Then it is over for everybody, the office too; before, "as before" changes nothing but is heard."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        one = referred(tx, here, folio)
        referrals.not_yet(tx, tx.reports.by_folio(folio), NOON)
        assert tx.reports.by_folio(folio).status is Status.REFERRED
        report = referrals.solved(tx, tx.reports.by_folio(folio), NOON)
        assert (report.status, report.disposition, report.solved) == (
            Status.CLOSED, Disposition.SOLVED_BY_OTHER, "yes",
        )  # fmt: skip
        assert question(tx, one).state is State.DROPPED
        with pytest.raises(ReferralOver):
            referrals.answer(tx, here, question(tx, one), Outcome.DONE, "", NOON)
        with pytest.raises(NotAllowedNow):
            referrals.solved(tx, report, NOON)

    await store.run(work)


async def test_a_second_office_takes_the_place_of_the_first(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> list[State]:
        folio = town(tx, here)
        first, second = referred(tx, here, folio), referred(tx, here, folio)
        assert tx.due.get(referrals.CHASE, first) is None
        return [question(tx, name).state for name in (first, second)]

    assert await store.run(work) == [State.DROPPED, State.OPEN]


async def test_what_was_closed_meanwhile_is_chased_no_more(
    store: Store, here: Here, clock: HastyClock
) -> None:
    def work(tx: Transaction) -> str:
        folio = town(tx, here)
        one = referred(tx, here, folio)
        desk.close(tx, folio, me(tx, "canul"), Disposition.ATTENDED, "Ya prende.", NOON)
        return one

    one = await store.run(work)
    await pass_days(store, here, clock, 15)
    assert await store.read(told) == []
    assert (await store.read(lambda tx: question(tx, one))).state is State.DROPPED


async def test_forgetting_somebody_forgets_the_words_and_the_links(store: Store, with_chat: Here) -> None:
    """That an office was asked stays in the count."""

    def work(tx: Transaction) -> None:
        folio = town(tx, with_chat)
        one = referred(tx, with_chat, folio)
        referrals.answer(tx, with_chat, question(tx, one), Outcome.DONE, "Con la vecina Rosa", NOON)
        tx.erasure.person(resident(tx))
        kept = question(tx, one)
        assert kept.text == ""
        assert kept.answer.text == ""
        assert tx.connection.execute(select(referral_link)).all() == []
        rows = tx.connection.execute(
            select(outbox.c.ref, outbox.c.facts).where(outbox.c.notice == "office_answered")
        )
        assert [tx.sealer.open_json("outbox", "facts", r.ref, r.facts)["text"] for r in rows] == [""]
        assert referrals.scoreboard(tx, NOON)[0].sent == 1

    await store.run(work)
