"""The week's rounds over a real store: what is proposed and why, who is told the day before and the day after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.report import Disposition
from bot.domain.roster import Role
from bot.domain.rotation import Need, State, coming_days, ranked
from bot.domain.territory import Place
from bot.domain.walk import Did
from handlers.desk import reports as desk
from handlers.desk import rotation, walks
from handlers.here import Here
from handlers.rotation_words import done_lines
from handlers.rounds import Rounds
from storage import Store, Transaction
from storage.schema import outbox
from tests.handlers.conftest import NOON, HastyClock, me, officer, resident
from tests.support.reports import opened

DAY = date(2026, 11, 25)  # noon of the tests is Monday the 23rd, 13:00 in Chetumal
NOTICES = ("walk_tomorrow", "walk_told", "walk_missed", "walk_not_made")


@pytest.fixture
def sector(here: Here) -> str:
    found = next(s for s in here.municipality.territory.sectors if len(s.colonias) > 1)
    return found.slug


def colonias(here: Here, sector: str) -> tuple[str, ...]:
    found = here.municipality.territory.sector(sector)
    assert found is not None
    return found.colonias


def town(tx: Transaction, sector: str) -> None:
    """Canul walks, Aguilar commands; Rosa and Luis ask for the first colonia."""
    officer(tx, "canul", sectors=(sector,))
    officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)


def planned(tx: Transaction, here: Here, sector: str) -> str:
    """The first colonia on Wednesday; returns the id."""
    town(tx, sector)
    first = colonias(here, sector)[0]
    for name in ("rosa", "luis"):
        tx.requests.ask_for_visit(resident(tx, name), first, NOON)
    tx.requests.ask_for_visit(resident(tx, "eva"), colonias(here, sector)[1], NOON)
    (made,) = rotation.confirm(tx, here, sector, [(DAY, first)], resident(tx, "aguilar"), NOON)
    return made.id


def told(tx: Transaction) -> list[tuple[str, str]]:
    names = {resident(tx, name): name for name in ("canul", "aguilar", "rosa", "luis", "eva")}
    rows = tx.connection.execute(
        select(outbox.c.notice, outbox.c.person_id).where(outbox.c.notice.in_(NOTICES)).order_by(outbox.c.id)
    ).all()
    return [(row.notice, names[row.person_id]) for row in rows]


async def until(store: Store, here: Here, clock: HastyClock, hours: int) -> None:
    rounds = Rounds(store, here, clock)
    for _ in range(hours):
        clock.skip(hours=1)
        await rounds.look()


def walk(tx: Transaction, here: Here, sector: str, colonia: str, at: datetime) -> None:
    """Poot talks with three people there."""
    officer(tx, "poot", sectors=(sector,), at=at)
    walks.start(tx, here, me(tx, "poot"), colonia, at)
    for text in ("la lámpara de doña Lupe", "otra lámpara", "un bache"):
        walks.stop(tx, here, me(tx, "poot"), at, text=text, kind="alumbrado", did=Did.ADVICE)
    walks.end(tx, here, me(tx, "poot"), at)


async def state(store: Store, name: str) -> State:
    one = await store.read(lambda tx: tx.rotation.get(name))
    assert one is not None
    return one.state


async def test_who_asked_is_told_the_day_before_and_nobody_else(
    store: Store, here: Here, clock: HastyClock, sector: str
) -> None:
    await store.run(lambda tx: planned(tx, here, sector))
    await until(store, here, clock, 28)  # Tuesday, 17:00
    assert await store.run(told) == []
    await until(store, here, clock, 1)
    assert sorted(await store.run(told)) == [("walk_tomorrow", "luis"), ("walk_tomorrow", "rosa")]


async def test_what_was_done_is_told_the_day_after_in_numbers_and_then_they_ask_no_more(
    store: Store, here: Here, clock: HastyClock, sector: str
) -> None:
    first = colonias(here, sector)[0]
    name = await store.run(lambda tx: planned(tx, here, sector))
    await until(store, here, clock, 45)  # Wednesday, 10:00
    await store.run(lambda tx: walk(tx, here, sector, first, clock.at))
    await until(store, here, clock, 25)  # Thursday, 11:00
    after = [one for one in await store.run(told) if one[0] != "walk_tomorrow"]
    assert sorted(after) == [("walk_told", "luis"), ("walk_told", "rosa")]
    assert await state(store, name) is State.WALKED
    facts = await store.read(lambda tx: rotation.done(tx, here, first, DAY))
    assert "Lupe" not in str(facts)
    wanted = await store.read(lambda tx: tx.requests.visits_wanted())
    assert wanted == {colonias(here, sector)[1]: 1}


async def test_a_round_that_nobody_planned_is_told_to_who_had_asked_the_day_after_and_once(
    store: Store, here: Here, clock: HastyClock, sector: str
) -> None:
    first = colonias(here, sector)[0]

    def asks(name: str) -> Callable[[Transaction], object]:
        return lambda tx: tx.requests.ask_for_visit(resident(tx, name), first, clock.at)

    await store.run(lambda tx: town(tx, sector))
    await store.run(asks("rosa"))
    await store.run(lambda tx: walk(tx, here, sector, first, clock.at))  # Monday, 13:00
    await store.run(lambda tx: walks.start(tx, here, me(tx, "canul"), first, clock.at))
    await store.run(lambda tx: walks.stop(tx, here, me(tx, "canul"), clock.at))
    await store.run(lambda tx: walks.end(tx, here, me(tx, "canul"), clock.at))
    await until(store, here, clock, 13)  # Tuesday, 02:00
    await store.run(asks("luis"))  # after it: he asks for the next one
    await until(store, here, clock, 7)
    assert await store.run(told) == []
    await until(store, here, clock, 24)
    assert await store.run(told) == [("walk_told", "rosa")]
    assert await store.read(lambda tx: tx.requests.visits_wanted()) == {first: 1}


async def test_a_planned_round_that_is_made_early_is_made(
    store: Store, here: Here, clock: HastyClock, sector: str
) -> None:
    """Nobody hears of a round tomorrow that was today, and none is missed."""
    name = await store.run(lambda tx: planned(tx, here, sector))
    await store.run(lambda tx: walk(tx, here, sector, colonias(here, sector)[0], clock.at))
    assert await state(store, name) is State.WALKED
    await until(store, here, clock, 72)
    assert sorted(await store.run(told)) == [("walk_told", "luis"), ("walk_told", "rosa")]


@pytest.mark.parametrize("again", [True, False])
async def test_a_round_the_evening_before_leaves_the_day_that_was_announced(
    store: Store, here: Here, clock: HastyClock, sector: str, again: bool
) -> None:
    """Who was told a day hears of that day, or of the evening before when the team did not come again."""
    first = colonias(here, sector)[0]
    name = await store.run(lambda tx: planned(tx, here, sector))
    await until(store, here, clock, 31)  # Tuesday, 20:00: it was announced at six
    await store.run(lambda tx: walk(tx, here, sector, first, clock.at))
    assert await state(store, name) is State.PLANNED
    await until(store, here, clock, 14)
    if again:
        await store.run(lambda tx: walks.start(tx, here, me(tx, "aguilar"), first, clock.at))
        await store.run(lambda tx: walks.stop(tx, here, me(tx, "aguilar"), clock.at))
        await store.run(lambda tx: walks.end(tx, here, me(tx, "aguilar"), clock.at))
    await until(store, here, clock, 26)
    after = [one for one in await store.run(told) if one[0] != "walk_tomorrow"]
    assert sorted(after) == [("walk_told", "luis"), ("walk_told", "rosa")]
    assert await state(store, name) is State.WALKED


async def test_what_was_not_walked_is_said_and_the_request_goes_on_counting(
    store: Store, here: Here, clock: HastyClock, sector: str
) -> None:
    await store.run(lambda tx: planned(tx, here, sector))
    await until(store, here, clock, 72)
    after = [one for one in await store.run(told) if one[0] != "walk_tomorrow"]
    assert sorted(after) == [("walk_missed", "luis"), ("walk_missed", "rosa"), ("walk_not_made", "aguilar")]
    wanted = await store.read(lambda tx: tx.requests.visits_wanted())
    assert wanted[colonias(here, sector)[0]] == 2


async def test_a_new_plan_takes_the_place_of_the_one_before(
    store: Store, here: Here, clock: HastyClock, sector: str
) -> None:
    """Nobody is told of a round that is planned no more."""
    name = await store.run(lambda tx: planned(tx, here, sector))
    await store.run(lambda tx: rotation.confirm(tx, here, sector, [], resident(tx, "aguilar"), NOON))
    await until(store, here, clock, 72)
    assert await store.run(told) == []
    assert await state(store, name) is State.DROPPED


async def test_the_same_round_confirmed_again_is_announced_once(
    store: Store, here: Here, clock: HastyClock, sector: str
) -> None:
    """On Tuesday evening the supervisor adds Thursday; Wednesday was announced at six and stays as it is."""
    first, second = colonias(here, sector)[:2]
    name = await store.run(lambda tx: planned(tx, here, sector))
    await until(store, here, clock, 30)  # Tuesday, 19:00
    plan = [(DAY, first), (DAY + timedelta(days=1), second)]
    made = await store.run(
        lambda tx: rotation.confirm(tx, here, sector, plan, resident(tx, "aguilar"), clock.at)
    )
    assert [one.id == name for one in made] == [True, False]
    await until(store, here, clock, 2)
    assert sorted(await store.run(told)) == [("walk_tomorrow", "luis"), ("walk_tomorrow", "rosa")]


async def test_who_was_told_the_day_is_told_that_it_is_off(
    store: Store, here: Here, clock: HastyClock, sector: str
) -> None:
    await store.run(lambda tx: planned(tx, here, sector))
    await until(store, here, clock, 30)  # Tuesday, 19:00: it was announced at six
    await store.run(lambda tx: rotation.confirm(tx, here, sector, [], resident(tx, "aguilar"), clock.at))
    await until(store, here, clock, 48)
    after = [one for one in await store.run(told) if one[0] != "walk_tomorrow"]
    assert sorted(after) == [("walk_missed", "luis"), ("walk_missed", "rosa")]


async def test_a_day_that_is_over_when_the_plan_is_confirmed_is_not_in_it(
    store: Store, here: Here, clock: HastyClock, sector: str
) -> None:
    """The card of Monday, confirmed on Thursday: nobody hears that a round of Wednesday could not be."""
    await store.run(lambda tx: town(tx, sector))
    await store.run(
        lambda tx: tx.requests.ask_for_visit(resident(tx, "rosa"), colonias(here, sector)[0], NOON)
    )
    clock.skip(days=3)
    plan = [(DAY, colonias(here, sector)[0])]
    assert (
        await store.run(
            lambda tx: rotation.confirm(tx, here, sector, plan, resident(tx, "aguilar"), clock.at)
        )
        == []
    )
    await until(store, here, clock, 24)
    assert await store.run(told) == []


async def test_needs_count_days_requests_and_open_concerns_but_none_in_confidence(
    store: Store, here: Here, sector: str
) -> None:
    first = colonias(here, sector)[0]

    def work(tx: Transaction) -> None:
        town(tx, sector)
        there = Place(colonia=first)
        opened(tx, 1, place=there)
        opened(tx, 2, place=there, named_list="geavig")
        closed = opened(tx, 3, place=there, sectors=(sector,))
        desk.claim(tx, here, closed.folio, me(tx, "canul"), NOON)
        desk.close(tx, closed.folio, me(tx, "canul"), Disposition.ATTENDED, "Listo.", NOON)
        tx.requests.ask_for_visit(resident(tx, "rosa"), first, NOON)
        walks.start(tx, here, me(tx, "canul"), first, NOON - timedelta(days=9))
        walks.stop(tx, here, me(tx, "canul"), NOON - timedelta(days=9))
        walks.end(tx, here, me(tx, "canul"), NOON - timedelta(days=9))
        found = {need.colonia: need for need in rotation.needs(tx, here, sector, NOON)}
        assert set(found) == set(colonias(here, sector))
        assert found[first] == Need(colonia=first, days=9, asked=1, open=1)
        assert found[first].points == 1 + 2 + 1

    await store.run(work)


@pytest.mark.parametrize(
    ("facts", "lines"),
    [
        ({"stops": 2, "kinds": [["ruido", 2]], "did": [["advice", 2]]}, []),
        ({"stops": 3, "kinds": [["ruido", 1]], "did": [["advice", 3]]}, ["Se hizo: consejo 3"]),
        (
            {"stops": 4, "kinds": [["ruido", 2], ["alumbrado", 1]], "did": [["listened", 4]]},
            ["Lo que más contaron: Ruido 2", "Se hizo: escuchar 4"],
        ),
    ],
)
def test_what_one_neighbour_told_is_told_to_no_other(
    here: Here, facts: dict[str, Any], lines: list[str]
) -> None:
    assert done_lines(here.t("es"), here, facts) == lines


def test_the_order_of_needs() -> None:
    """By points; of equals the one that waits longest; never walked counts as eight weeks; each reason has a ceiling."""
    needs = [
        Need(colonia="asked", days=1, asked=9, open=0),
        Need(colonia="long", days=400, asked=0, open=0),
        Need(colonia="never", days=None, asked=0, open=0),
        Need(colonia="open", days=1, asked=0, open=50),
        Need(colonia="b", days=0, asked=0, open=0),
        Need(colonia="a", days=0, asked=0, open=0),
    ]
    assert [need.colonia for need in ranked(needs)] == ["asked", "never", "long", "open", "a", "b"]
    assert [need.points for need in needs[:4]] == [10, 8, 8, 5]


def test_a_week_begins_tomorrow(here: Here) -> None:
    days = coming_days(NOON, here.municipality.time_zone)
    assert days[0] == date(2026, 11, 24)
    assert len(set(days)) == 7
