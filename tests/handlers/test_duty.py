"""Duty over a real store: what the roster proposes, and a pause that reaches nobody and is never forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.concern import Priority
from bot.domain.duty_plan import PlannedShift
from bot.domain.errors import NotOnDuty
from bot.domain.roster import Mode, Role
from handlers.delivery import Delivery
from handlers.desk import duty, planning, steps
from handlers.desk import reports as desk
from handlers.here import Here
from handlers.rounds import Rounds
from storage import Store, Transaction
from storage.schema import outbox
from tests.handlers.conftest import NOON, FakeChannel, HastyClock, me, officer, resident
from tests.support.reports import opened

HOUR = timedelta(hours=1)


def town(tx: Transaction, here: Here) -> None:
    """Canul and Poot of the north are on duty, Aguilar commands."""
    officer(tx, "canul", sectors=("norte",))
    officer(tx, "poot", sectors=("norte",))
    officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)


def filed(tx: Transaction, here: Here) -> str:
    """An urgent report of the north, alerted as usual."""
    report = opened(tx, sectors=("norte",), priority=Priority.P1, opened_at=NOON, updated_at=NOON)
    desk._alert_first(tx, here, report, NOON)
    return report.folio


def alerted(tx: Transaction) -> list[str]:
    names = {resident(tx, name): name for name in ("canul", "poot", "aguilar")}
    rows = tx.connection.execute(
        select(outbox.c.person_id).where(outbox.c.notice == "alert").order_by(outbox.c.id)
    )
    return [names[person] for person in rows.scalars().all()]


async def test_the_roster_s_end_sectors_and_mode_are_the_shift_s(store: Store, here: Here) -> None:
    """And the tap decides when it begins."""

    def work(tx: Transaction):
        officer(tx, "canul", sectors=("norte",), on_duty=False)
        plan = PlannedShift(
            badge="canul", starts_at=NOON + HOUR, ends_at=NOON + 9 * HOUR, sectors=("sur",), mode=Mode.FOOT
        )
        tx.plans.add([plan])
        assert duty.proposed(tx, here, me(tx), NOON - 2 * HOUR) is None
        found = duty.proposed(tx, here, me(tx), NOON)
        assert found == plan
        return duty.start(tx, here, me(tx), NOON, found)

    made = await store.run(work)
    assert (made.starts_at, made.ends_at) == (NOON, NOON + 9 * HOUR)
    assert (made.sectors, made.mode) == (("sur",), Mode.FOOT)


async def test_during_a_pause_nobody_is_alerted_and_the_ladder_goes_on(
    store: Store, here: Here, clock: HastyClock
) -> None:
    """The colleague hears; when nobody takes it, the supervisor; never who rests."""
    await store.run(lambda tx: town(tx, here))
    await store.run(lambda tx: duty.pause(tx, here, me(tx), NOON))
    await store.run(lambda tx: filed(tx, here))
    assert await store.run(alerted) == ["poot"]
    for _ in range(12):
        clock.skip(minutes=1)
        await Rounds(store, here, clock).look()
    heard = await store.run(alerted)
    assert "aguilar" in heard
    assert "canul" not in heard


async def test_an_alert_on_its_way_is_not_said_to_who_begins_a_pause(
    store: Store, here: Here, delivery: Delivery, channel: FakeChannel
) -> None:
    """The right to hear is read again just before the call."""
    await store.run(lambda tx: town(tx, here))

    def work(tx: Transaction) -> None:
        filed(tx, here)
        duty.pause(tx, here, me(tx), NOON)

    await store.run(work)
    await delivery.idle()
    assert channel.to("canul") == []
    assert len(channel.to("poot")) == 1


async def test_a_pause_keeps_the_cases_and_can_be_ended_at_once(store: Store, here: Here) -> None:
    """Twice pressed it began once."""

    def work(tx: Transaction) -> None:
        town(tx, here)
        folio = filed(tx, here)
        desk.claim(tx, here, folio, me(tx), NOON)
        assert duty.pause(tx, here, me(tx), NOON) == NOON
        assert duty.pause(tx, here, me(tx), NOON + HOUR / 2) == NOON
        steps.note(tx, folio, me(tx), "sigo aquí", (), NOON + HOUR / 2)
        assert duty.resume(tx, me(tx), NOON + HOUR / 2) is True
        assert duty.resume(tx, me(tx), NOON + HOUR / 2) is False
        assert [o.badge for o in tx.staff.roster(NOON).hearing(NOON)] == ["canul", "poot"]

    await store.run(work)


async def test_a_pause_that_nobody_ends_ends_by_itself(store: Store, here: Here, clock: HastyClock) -> None:
    """And the officer hears that alerts come again."""
    await store.run(lambda tx: town(tx, here))
    await store.run(lambda tx: duty.pause(tx, here, me(tx), NOON))
    clock.skip(minutes=61)
    await Rounds(store, here, clock).look()

    def look(tx: Transaction):
        told = tx.connection.execute(select(outbox.c.notice)).scalars().all()
        return tx.staff.roster(clock.at).hearing(clock.at), list(told)

    hearing, told = await store.read(look)
    assert [o.badge for o in hearing] == ["canul", "poot"]
    assert told == ["pause_ended"]


async def test_the_end_of_the_shift_ends_the_pause(store: Store, here: Here, clock: HastyClock) -> None:
    """Nothing of it is due any more."""
    await store.run(lambda tx: town(tx, here))
    await store.run(lambda tx: duty.pause(tx, here, me(tx), NOON))
    await store.run(lambda tx: duty.end(tx, here, me(tx), NOON + HOUR / 2))
    assert await store.read(lambda tx: tx.due.of_kind(duty.PAUSE)) == []


async def test_off_duty_there_is_nothing_to_pause(store: Store, here: Here) -> None:
    """Nor a way to get about."""

    def work(tx: Transaction) -> None:
        officer(tx, "canul", on_duty=False)
        with pytest.raises(NotOnDuty):
            duty.pause(tx, here, me(tx), NOON)
        with pytest.raises(NotOnDuty):
            duty.get_about(tx, me(tx), Mode.CAR, NOON)

    await store.run(work)


def roster_of_canul(tx: Transaction, here: Here, *, on_duty: bool) -> None:
    """Canul's shift of the roster begins in an hour; Aguilar commands."""
    officer(tx, "canul", sectors=("norte-poniente",), on_duty=on_duty)
    officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)
    planning.load(tx, [PlannedShift(badge="canul", starts_at=NOON + HOUR, ends_at=NOON + 9 * HOUR)], NOON)


def heard(tx: Transaction, notice: str) -> list[str]:
    names = {resident(tx, name): name for name in ("canul", "aguilar")}
    rows = tx.connection.execute(select(outbox.c.person_id).where(outbox.c.notice == notice)).scalars().all()
    return [names[person] for person in rows]


async def looked(store: Store, here: Here, clock: HastyClock, minutes: int) -> tuple[list[str], list[str]]:
    clock.skip(minutes=minutes)
    await Rounds(store, here, clock).look()
    return await store.run(lambda tx: (heard(tx, "shift_due"), heard(tx, "shift_not_begun")))


async def test_at_its_hour_the_roster_s_shift_is_proposed_and_who_does_not_begin_is_missed(
    store: Store, here: Here, clock: HastyClock
) -> None:
    """Once each: the officer at the hour, the supervisor after a while."""
    await store.run(lambda tx: roster_of_canul(tx, here, on_duty=False))
    assert await looked(store, here, clock, 59) == ([], [])
    assert await looked(store, here, clock, 1) == (["canul"], [])
    assert await looked(store, here, clock, 19) == (["canul"], [])
    assert await looked(store, here, clock, 1) == (["canul"], ["aguilar"])
    assert await looked(store, here, clock, 300) == (["canul"], ["aguilar"])


async def test_who_is_on_duty_is_neither_called_nor_missed(
    store: Store, here: Here, clock: HastyClock
) -> None:
    """Nor is anybody for a shift that a newer sheet replaced."""
    await store.run(lambda tx: roster_of_canul(tx, here, on_duty=True))
    assert await looked(store, here, clock, 60) == ([], [])
    assert await looked(store, here, clock, 60) == ([], [])

    def anew(tx: Transaction) -> None:
        late = PlannedShift(badge="canul", starts_at=NOON + 30 * HOUR, ends_at=NOON + 40 * HOUR)
        planning.load(tx, [late], NOON)
        planning.load(tx, [late], NOON)
        assert len(tx.due.of_kind(planning.CALL)) == 1

    await store.run(anew)
