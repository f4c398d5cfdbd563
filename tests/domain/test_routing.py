"""Who is alerted first, who next, and the list that a confidential report never leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.concern import Priority
from bot.domain.report import Report
from bot.domain.roster import Officer, Role, Roster, Shift
from bot.domain.routing import climb_to, first_alerted, may_attend
from bot.domain.service_level import Hearer
from bot.domain.territory import Place

Make = Callable[..., Report]
HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def on_duty(officer: Officer, at: datetime, begun: float = 1) -> Shift:
    return Shift(
        person_id=officer.person_id, sectors=officer.sectors, starts_at=at - begun * HOUR, ends_at=at + HOUR
    )


@pytest.fixture
def roster(canul: Officer, poot: Officer, aguilar: Officer, noon: datetime) -> Roster:
    """Canul (north) and Poot (south) on duty, the supervisor at home."""
    return Roster(officers=(canul, poot, aguilar), shifts=(on_duty(canul, noon, 3), on_duty(poot, noon, 2)))


def ids(people: tuple[Officer, ...]) -> list[str]:
    return [officer.person_id for officer in people]


def test_the_sector_s_team_on_duty_hears_first(roster: Roster, make_report: Make, noon: datetime) -> None:
    assert ids(first_alerted(make_report(), roster, noon)) == ["canul"]
    assert ids(first_alerted(make_report(sectors=("sur", "norte")), roster, noon)) == ["canul", "poot"]
    assert ids(first_alerted(make_report(sectors=("oriente",)), roster, noon)) == []


@pytest.mark.parametrize(
    ("who", "holders", "wanted"),
    [
        (Hearer.NEXT_OFFICER, {"canul"}, ["poot"]),
        (Hearer.NEXT_OFFICER, {"canul", "poot"}, []),
        (Hearer.SUPERVISOR, {"canul"}, ["aguilar"]),
        (Hearer.EVERYONE, {"canul"}, ["canul", "poot", "aguilar"]),
        (None, {"canul", "poot", "aguilar"}, ["canul", "poot", "aguilar"]),
    ],
)
def test_the_ladder_climbs_past_who_was_alerted(
    who: Hearer | None,
    holders: set[str],
    wanted: list[str],
    roster: Roster,
    make_report: Make,
    noon: datetime,
) -> None:
    assert ids(climb_to(who, make_report(), roster, noon, frozenset(holders))) == wanted


def test_of_a_confidential_report_the_first_of_the_list_hears(
    roster: Roster, make_report: Make, noon: datetime
) -> None:
    """Who is on duty goes before who is not; with nobody on duty, the list's own order."""
    listed = make_report(named_list="geavig")
    assert ids(first_alerted(listed, roster, noon)) == ["poot"]
    assert ids(first_alerted(listed, roster, noon + 5 * HOUR)) == ["poot"]
    assert ids(climb_to(Hearer.NEXT_OFFICER, listed, roster, noon, frozenset({"poot"}))) == ["aguilar"]
    assert ids(climb_to(Hearer.SUPERVISOR, listed, roster, noon, frozenset())) == ["aguilar"]
    assert ids(climb_to(Hearer.EVERYONE, listed, roster, noon, frozenset())) == ["poot", "aguilar"]


@given(
    st.lists(
        st.tuples(st.sampled_from(list(Role)[1:]), st.booleans(), st.booleans(), st.booleans()), max_size=7
    ),
    st.sampled_from([*Hearer, None]),
    st.sets(st.integers(0, 6)),
)
def test_a_confidential_report_never_leaves_its_list(
    staff: list[tuple[Role, bool, bool, bool]], who: Hearer | None, heard: set[int]
) -> None:
    """Whoever works here, whoever is on duty, whoever heard already: only active people of the list."""
    people = [
        Officer(
            person_id=str(n), badge=str(n), name="", role=role, lists=("l",) if listed else (), active=active
        )
        for n, (role, listed, active, _) in enumerate(staff)
    ]
    shifts = tuple(on_duty(p, NOON) for p, row in zip(people, staff, strict=True) if row[3])
    roster = Roster(officers=tuple(people), shifts=shifts)
    listed = Report(
        id="r1",
        folio="12345670",
        draft_id="d1",
        person_id=None,
        kind="x",
        named_list="l",
        priority=Priority.P1,
        place=Place(),
        sectors=("norte",),
        opened_at=NOON,
        updated_at=NOON,
    )
    allowed = {p.person_id for p in people if p.lists and p.active}
    holders = frozenset(map(str, heard))
    told = {*ids(first_alerted(listed, roster, NOON)), *ids(climb_to(who, listed, roster, NOON, holders))}
    assert told <= allowed
    if allowed:
        assert first_alerted(listed, roster, NOON)
    assert {p.person_id for p in people if may_attend(listed, p)} == {p.person_id for p in people if p.lists}


@pytest.mark.parametrize(
    ("role", "allowed"), [(Role.RESIDENT, False), (Role.OFFICER, True), (Role.SUPERVISOR, True)]
)
def test_an_ordinary_report_may_be_taken_by_anyone_of_the_programme(
    role: Role, allowed: bool, make_report: Make
) -> None:
    assert may_attend(make_report(), Officer(person_id="x", badge="x", name="", role=role)) is allowed
