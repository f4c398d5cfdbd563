"""Mediation over a real store: who is asked after 7 and 30 days, who may answer, what is barred, what is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.concern import Priority
from bot.domain.errors import MediationBarred, NotAllowedNow, NotOnDuty, NotYours, UnknownFolio
from bot.domain.mediation import ASK_AFTER, BARRED, State, Will
from bot.domain.roster import Role
from handlers.desk import duty, mediations
from handlers.desk import reports as desk
from handlers.here import Here
from handlers.rounds import Rounds
from storage import Store, Transaction
from storage.schema import outbox
from tests.handlers.conftest import NOON, HastyClock, me, officer, resident
from tests.support.reports import opened

POINTS = ("Bajar el volumen a las diez", "Avisar antes de una fiesta")


def town(tx: Transaction, here: Here, **report: Any) -> str:
    """Canul and Poot of the sector, Aguilar commands; Canul has Rosa's quarrel."""
    officer(tx, "canul", sectors=("norte",), lists=("mando",))
    officer(tx, "poot", sectors=("norte",))
    officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)
    plain = {"kind": "pleito_vecinal", "person_id": resident(tx)}
    folio = opened(tx, **{**plain, **report}).folio
    desk.claim(tx, here, folio, me(tx, "canul"), NOON)
    return folio


def told(tx: Transaction) -> list[tuple[str, str]]:
    """Notices about mediation and who got them, in order."""
    people = {resident(tx, name): name for name in ("canul", "poot", "aguilar", "rosa")}
    rows = tx.connection.execute(
        select(outbox.c.notice, outbox.c.person_id)
        .where(outbox.c.notice.startswith("mediation"))
        .order_by(outbox.c.id)
    ).all()
    return [(row.notice, people[row.person_id]) for row in rows]


async def pass_days(store: Store, here: Here, clock: HastyClock, days: int) -> None:
    rounds = Rounds(store, here, clock)
    for _ in range(days * 2):
        clock.skip(hours=12)
        await rounds.look()


async def test_the_reporter_and_the_mediator_are_asked_after_7_and_30_days(
    store: Store, here: Here, clock: HastyClock
) -> None:
    await store.run(lambda tx: mediations.agree(tx, here, town(tx, here), POINTS, me(tx, "canul"), NOON))
    assert await store.read(told) == [("mediation_agreed", "rosa")]
    both = [("mediation_kept", "rosa"), ("mediation_check", "canul")]
    for days, heard in ((6, 0), (2, 1), (21, 1), (2, 2), (60, 2)):
        await pass_days(store, here, clock, days)
        assert (await store.read(told))[1:] == both * heard


async def test_who_left_the_team_is_not_asked_and_the_supervisors_are(
    store: Store, here: Here, clock: HastyClock
) -> None:
    def work(tx: Transaction) -> None:
        mediations.agree(tx, here, town(tx, here), POINTS, me(tx, "canul"), NOON)
        duty.revoke(tx, "canul", resident(tx, "aguilar"), NOON)

    await store.run(work)
    await pass_days(store, here, clock, 8)
    assert ("mediation_check", "aguilar") in await store.read(told)
    assert ("mediation_check", "canul") not in await store.read(told)


@pytest.mark.parametrize("kind", sorted(BARRED))
async def test_it_is_barred_in_every_kind_of_violence(store: Store, here: Here, kind: str) -> None:
    """Nothing is written down, and nobody is told."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here, kind=kind)
        with pytest.raises(MediationBarred):
            mediations.hear(tx, here, folio, Will.YES, Will.YES, me(tx, "canul"), NOON)
        with pytest.raises(MediationBarred):
            mediations.agree(tx, here, folio, POINTS, me(tx, "aguilar"), NOON)
        assert tx.mediations.of_report(tx.reports.by_folio(folio).id) == []
        assert told(tx) == []

    await store.run(work)


async def test_blows_told_in_the_report_bar_it(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        folio = town(tx, here, priority=Priority.P1)
        with pytest.raises(MediationBarred):
            mediations.require_mine(tx, here, folio, me(tx, "canul"), NOON)

    await store.run(work)


async def test_only_who_attends_it_mediates_and_only_once_is_it_agreed(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        with pytest.raises(NotYours):
            mediations.hear(tx, here, folio, Will.YES, Will.UNKNOWN, me(tx, "poot"), NOON)
        first = mediations.hear(tx, here, folio, Will.YES, Will.UNKNOWN, me(tx, "canul"), NOON)
        assert first.state is State.OPEN
        late = NOON + timedelta(hours=13)
        with pytest.raises(NotOnDuty):
            mediations.hear(tx, here, folio, Will.YES, Will.YES, me(tx, "canul"), late)
        agreed = mediations.agree(tx, here, folio, POINTS, me(tx, "canul"), NOON)
        assert agreed.id == first.id
        with pytest.raises(NotAllowedNow):
            mediations.agree(tx, here, folio, POINTS, me(tx, "canul"), NOON)

    await store.run(work)


async def test_whether_it_is_kept_is_said_by_its_reporter_or_the_team(store: Store, here: Here) -> None:
    """A no of the reporter is told to who mediated; strangers and officers elsewhere learn nothing."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        one = mediations.agree(tx, here, folio, POINTS, me(tx, "canul"), NOON)
        stranger = resident(tx, "juan")
        with pytest.raises(UnknownFolio):
            mediations.answer(tx, one.id, stranger, None, "no", NOON)
        with pytest.raises(UnknownFolio):
            mediations.answer(tx, "0" * 12, resident(tx), None, "no", NOON)
        mediations.answer(tx, one.id, resident(tx), None, "yes", NOON)
        mediations.answer(tx, one.id, resident(tx, "canul"), me(tx, "canul"), "part", NOON)
        assert told(tx) == [("mediation_agreed", "rosa")]
        mediations.answer(tx, one.id, resident(tx), None, "no", NOON)
        assert told(tx)[1:] == [("mediation_not_kept", "canul")]
        said = [e.answer for e in tx.reports.history(one.report_id) if e.kind == "AgreementKept"]
        assert said == ["yes", "part", "no"]

    await store.run(work)


async def test_an_answer_tapped_twice_is_told_once(store: Store, here: Here) -> None:
    """And again when it is asked again: what is kept after a week may be broken after a month."""

    def work(tx: Transaction) -> None:
        one = mediations.agree(tx, here, town(tx, here), POINTS, me(tx, "canul"), NOON)
        week, month = (NOON + after for after in ASK_AFTER)
        for minutes in (0, 1, 5):
            mediations.answer(tx, one.id, resident(tx), None, "no", week + timedelta(minutes=minutes))
        assert told(tx)[1:] == [("mediation_not_kept", "canul")]
        mediations.answer(tx, one.id, resident(tx), None, "part", week + timedelta(minutes=6))
        mediations.answer(tx, one.id, resident(tx), None, "part", month)
        mediations.answer(tx, one.id, resident(tx), None, "part", month + timedelta(seconds=2))
        said = [e.answer for e in tx.reports.history(one.report_id) if e.kind == "AgreementKept"]
        assert said == ["no", "part", "part"]
        assert told(tx)[1:] == [("mediation_not_kept", "canul")] * 3

    await store.run(work)


async def test_of_what_was_withdrawn_or_forgotten_nobody_is_asked(
    store: Store, here: Here, clock: HastyClock
) -> None:
    """The count stays, the points go."""

    def work(tx: Transaction) -> str:
        folio = town(tx, here)
        one = mediations.agree(tx, here, folio, POINTS, me(tx, "canul"), NOON)
        desk.withdraw(tx, tx.reports.by_folio(folio), NOON)
        tx.erasure.person(resident(tx))
        return one.id

    name = await store.run(work)
    await pass_days(store, here, clock, 8)
    kept = await store.read(lambda tx: tx.mediations.get(name))
    assert kept is not None
    assert kept.points == ()
    asked = select(outbox.c.notice).where(outbox.c.notice.startswith("mediation"))
    assert await store.read(lambda tx: tx.connection.execute(asked).all()) == []
