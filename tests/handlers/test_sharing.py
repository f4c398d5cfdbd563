"""A case between colleagues, over a real store: offered, answered once, laid aside until the hour comes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.errors import NotOnDuty, NotPermitted, NotYours, OfferOver, PastMoment
from bot.domain.events import TransferDeclined, TransferOffered
from bot.domain.roster import Role
from handlers.desk import duty, sharing
from handlers.desk import reports as desk
from handlers.here import Here
from handlers.rounds import Rounds
from storage import Store, Transaction
from storage.schema import outbox
from tests.handlers.conftest import NOON, HastyClock, me, officer, resident
from tests.support.reports import opened

MINUTE = timedelta(minutes=1)


def town(tx: Transaction, here: Here, **report: object) -> str:
    """Canul has Rosa's report; Poot is on duty beside her, Ek in another sector, Chi at home."""
    officer(tx, "canul", sectors=("norte",), lists=("mando",))
    officer(tx, "poot", sectors=("norte",))
    officer(tx, "ek", sectors=("sur",), lists=("mando",))
    officer(tx, "chi", sectors=("norte",), on_duty=False)
    officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)
    folio = opened(tx, person_id=resident(tx), **report).folio
    desk.claim(tx, here, folio, me(tx, "canul"), NOON)
    return folio


def told(tx: Transaction, notice: str) -> list[str]:
    names = {resident(tx, name): name for name in ("canul", "poot", "ek", "chi", "rosa")}
    rows = tx.connection.execute(
        select(outbox.c.person_id).where(outbox.c.notice == notice).order_by(outbox.c.id)
    )
    return [names[person] for person in rows.scalars().all()]


async def test_the_colleague_who_says_yes_has_it_and_everybody_hears(store: Store, here: Here) -> None:
    """Until then it stays where it is; pressed twice it happened once."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        for _ in range(2):
            sharing.offer(tx, folio, me(tx, "canul"), me(tx, "poot").person_id, NOON)
        assert tx.reports.by_folio(folio).handler_id == me(tx, "canul").person_id
        assert told(tx, "transfer_wanted") == ["poot"]
        for _ in range(2):
            report = sharing.accept(tx, here, folio, me(tx, "poot"), NOON + MINUTE)
        assert report.handler_id == me(tx, "poot").person_id
        assert told(tx, "transfer_answered") == ["canul"]
        assert told(tx, "report_claimed") == ["rosa", "rosa"]
        kinds = [event.kind for event in tx.reports.history(report.id)]
        assert kinds.count(TransferOffered.__name__) == 1
        assert tx.reports.chain_holds(report.id)

    await store.run(work)


async def test_a_no_leaves_it_where_it_is_and_ends_the_offer(store: Store, here: Here) -> None:
    """A yes after a no takes nothing from anybody."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        sharing.offer(tx, folio, me(tx, "canul"), me(tx, "poot").person_id, NOON)
        report = sharing.decline(tx, folio, me(tx, "poot"), NOON)
        assert isinstance(tx.reports.history(report.id)[-1], TransferDeclined)
        with pytest.raises(OfferOver):
            sharing.accept(tx, here, folio, me(tx, "poot"), NOON)
        assert tx.reports.by_folio(folio).handler_id == me(tx, "canul").person_id

    await store.run(work)


@pytest.mark.parametrize("what", ["late", "not asked", "released", "gave it to another"])
async def test_an_offer_that_is_over_gives_nothing(store: Store, here: Here, what: str) -> None:
    """Half an hour, one colleague, and only while the giver has it."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        sharing.offer(tx, folio, me(tx, "canul"), me(tx, "poot").person_id, NOON)
        late = NOON + 31 * MINUTE if what == "late" else NOON
        if what == "released":
            desk.release(tx, here, folio, me(tx, "canul"), NOON)
        if what == "gave it to another":
            sharing.offer(tx, folio, me(tx, "canul"), me(tx, "ek").person_id, NOON)
        with pytest.raises(OfferOver):
            sharing.accept(tx, here, folio, me(tx, "ek" if what == "not asked" else "poot"), late)

    await store.run(work)


async def test_only_who_has_it_offers_it_and_only_to_who_is_there(store: Store, here: Here) -> None:
    """Off duty, on a pause, oneself: nobody to ask."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        with pytest.raises(NotYours):
            sharing.offer(tx, folio, me(tx, "poot"), me(tx, "ek").person_id, NOON)
        duty.pause(tx, here, me(tx, "poot"), NOON)
        for name in ("chi", "poot", "canul"):
            with pytest.raises(NotPermitted):
                sharing.offer(tx, folio, me(tx, "canul"), me(tx, name).person_id, NOON)
        _, people = sharing.colleagues(tx, folio, me(tx, "canul"), NOON)
        assert [one.badge for one in people] == ["ek"]

    await store.run(work)


async def test_a_confidential_case_goes_to_its_list_alone(store: Store, here: Here) -> None:
    """Whoever else is on duty."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here, named_list="mando")
        _, people = sharing.colleagues(tx, folio, me(tx, "canul"), NOON)
        assert [one.badge for one in people] == ["ek"]
        with pytest.raises(NotPermitted):
            sharing.offer(tx, folio, me(tx, "canul"), me(tx, "poot").person_id, NOON)

    await store.run(work)


async def test_a_reminder_comes_when_it_was_asked_for_and_none_before(
    store: Store, here: Here, clock: HastyClock
) -> None:
    """And the usual ones go on after it."""
    folio = await store.run(lambda tx: town(tx, here))
    until = NOON + timedelta(hours=20)
    await store.run(lambda tx: sharing.snooze(tx, folio, me(tx, "canul"), until, NOON))
    for _ in range(119):
        clock.skip(minutes=10)
        await Rounds(store, here, clock).look()
    assert await store.run(lambda tx: (told(tx, "snooze_over"), told(tx, "no_news"))) == ([], [])
    clock.skip(minutes=11)
    await Rounds(store, here, clock).look()
    assert await store.run(lambda tx: told(tx, "snooze_over")) == ["canul"]
    clock.skip(hours=9)
    await Rounds(store, here, clock).look()
    assert await store.run(lambda tx: told(tx, "no_news")) == ["canul"]


async def test_a_case_that_is_over_reminds_nobody(store: Store, here: Here, clock: HastyClock) -> None:
    """Released or closed, the reminder goes with it."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        sharing.snooze(tx, folio, me(tx, "canul"), NOON + MINUTE, NOON)
        desk.release(tx, here, folio, me(tx, "canul"), NOON)
        assert tx.due.of_kind(desk.SNOOZE) == []

    await store.run(work)


async def test_who_may_not_is_told_no(store: Store, here: Here) -> None:
    """Of others' cases, of moments that passed or are far, and off duty."""

    def work(tx: Transaction) -> None:
        folio = town(tx, here)
        with pytest.raises(NotYours):
            sharing.snooze(tx, folio, me(tx, "poot"), NOON + MINUTE, NOON)
        with pytest.raises(NotOnDuty):
            sharing.snooze(tx, folio, me(tx, "chi"), NOON + MINUTE, NOON)
        for until in (NOON, NOON + timedelta(days=8)):
            with pytest.raises(PastMoment):
                sharing.snooze(tx, folio, me(tx, "canul"), until, NOON)

    await store.run(work)
