"""Shifts, lists, deadlines, kinds, and whose place a place is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.concern import ConcernKind, Confidentiality, KindGroup, Kinds, Priority
from bot.domain.questions import (
    BY_KIND,
    AnswerOption,
    FollowUp,
    answer_behind,
    priority_after,
    reason_of,
)
from bot.domain.roster import Officer, Roster, Shift
from bot.domain.service_level import ServiceLevel, deadlines
from bot.domain.territory import Colonia, Place, Point, Sector, Territory

HOUR = timedelta(hours=1)


# ---- duty ----


@pytest.mark.parametrize(
    ("after", "ended", "covered"),
    [(-1, None, False), (0, None, True), (11, None, True), (12, None, False), (5, 5, False), (4, 5, True)],
)
def test_a_shift_covers_from_its_start_until_its_end(
    after: int, ended: int | None, covered: bool, noon: datetime
) -> None:
    """The first moment is inside, the last is not; an end by hand comes before the planned one."""
    shift = Shift(
        person_id="canul",
        sectors=("norte",),
        starts_at=noon,
        ends_at=noon + 12 * HOUR,
        ended_at=noon + ended * HOUR if ended is not None else None,
    )
    assert shift.covers(noon + after * HOUR) is covered


def test_who_was_revoked_is_not_on_duty_whatever_the_shifts_say(canul: Officer, noon: datetime) -> None:
    shift = Shift(person_id="canul", sectors=("norte",), starts_at=noon, ends_at=noon + HOUR)
    gone = replace(canul, active=False, lists=("geavig",))
    assert Roster(officers=(canul,), shifts=(shift, shift)).on_duty(noon) == (canul,)
    roster = Roster(officers=(gone,), shifts=(shift,))
    assert (roster.on_duty(noon), roster.officer("canul"), roster.of_list("geavig")) == ((), None, ())


def test_supervisors_are_reached_on_duty_or_not(canul: Officer, aguilar: Officer, noon: datetime) -> None:
    roster = Roster(officers=(canul, aguilar, replace(aguilar, active=False)), shifts=())
    assert roster.supervisors() == (aguilar,)


# ---- kinds and promises ----


def kind(slug: str = "ruido", **more: object) -> ConcernKind:
    return ConcernKind(slug=slug, name=slug, short=slug, group="vida", **more)  # type: ignore[arg-type]


def test_kinds_are_found_by_slug_and_by_row() -> None:
    kinds = Kinds((KindGroup(slug="vida", label="Vida"),), (kind(), kind("perro")))
    assert (kinds["perro"].slug, kinds.get("nada")) == ("perro", None)
    assert [k.slug for k in kinds.under("vida")] == ["ruido", "perro"]
    assert kinds.under("otra") == ()


@pytest.mark.parametrize("level", Confidentiality)
def test_only_kinds_of_a_list_are_listed(level: Confidentiality) -> None:
    assert kind(confidentiality=level).listed is (level is Confidentiality.LISTED)


def test_p0_and_p1_are_urgent() -> None:
    assert [p.name for p in Priority if p.urgent] == ["P0", "P1"]


def test_what_is_not_promised_has_no_deadline(noon: datetime) -> None:
    assert deadlines(kind(), noon).claim_at is None
    promised = deadlines(kind(claim_within=HOUR, close_within=2 * HOUR), noon)
    assert (promised.claim_at, promised.close_at) == (noon + HOUR, noon + 2 * HOUR)


def test_without_quiet_hours_nothing_is_quiet(noon: datetime) -> None:
    assert not ServiceLevel(ladders={}, listed_ladders={}).quiet_at(noon)


@pytest.mark.parametrize(
    ("answer", "wanted"), [("si", Priority.P1), ("no", Priority.P3), ("quien", Priority.P3)]
)
def test_an_answer_raises_the_priority_and_never_lowers_it(answer: str, wanted: Priority) -> None:
    options = (
        AnswerOption(slug="si", label="Sí", priority=Priority.P1),
        AnswerOption(slug="no", label="No", priority=Priority.P4),
    )
    heridos = FollowUp(slug="heridos", text="¿Hay heridos?", options=options)
    assert priority_after(Priority.P3, (heridos,), {"heridos": answer}) is wanted


def test_a_priority_says_which_answer_made_it() -> None:
    """The code is kept with the report; while the municipality has the answer, it can be put in words."""
    options = (AnswerOption(slug="si", label="Sí", priority=Priority.P1, because="hay heridos"),)
    heridos = FollowUp(slug="heridos", text="¿Hay heridos?", options=options)
    reason = reason_of(Priority.P3, (heridos,), {"heridos": "si"})
    assert reason == "answer:heridos.si"
    assert answer_behind(reason, (heridos,)) == (heridos, options[0])
    assert answer_behind(reason, ()) is None
    assert reason_of(Priority.P1, (heridos,), {"heridos": "si"}) == BY_KIND
    assert reason_of(Priority.P3, (heridos,), {}) == BY_KIND
    assert answer_behind(BY_KIND, (heridos,)) is None


def test_a_question_is_asked_only_after_the_answers_that_lead_to_it() -> None:
    cual = FollowUp(slug="cual", text="¿Cuál?", when={"hay": ("si", "creo")})
    assert cual.asked_after({"hay": "creo"})
    assert not cual.asked_after({"hay": "no"})
    assert not cual.asked_after({})


# ---- places ----

NORTE = Colonia(slug="norte", name="Norte", point=Point(18.52, -88.30))
SUR = Colonia(slug="sur", name="Sur", point=Point(18.50, -88.30))
SIN_PUNTO = Colonia(slug="lejos", name="Lejos")
SECTORS = (
    Sector(slug="s1", name="Uno", colonias=("norte",)),
    Sector(slug="s2", name="Dos", colonias=("norte", "sur")),
    Sector(slug="central", name="Central", colonias=(), central_desk=True),
)
TOWN = Territory(name="Aquí", colonias=(NORTE, SUR, SIN_PUNTO), sectors=SECTORS, centre=Point(18.51, -88.30))
Slugs = Callable[[tuple[Sector, ...]], list[str]]


@pytest.mark.parametrize(
    ("colonia", "wanted"),
    [
        ("sur", ["s2"]),
        ("norte", ["s1", "s2"]),
        ("lejos", ["central"]),
        ("", ["central"]),
        ("nada", ["central"]),
    ],
)
def test_a_place_is_heard_by_each_of_its_sectors_and_never_by_nobody(colonia: str, wanted: list[str]) -> None:
    assert [s.slug for s in TOWN.sectors_of(Place(colonia=colonia))] == wanted


def test_a_drawn_sector_is_truer_than_the_name_of_the_colonia() -> None:
    drawn = replace(TOWN, sectors_by_polygon=lambda p: ("s1",) if p.lat > 18.51 else ())
    pin = Place(colonia="sur", point=Point(18.52, -88.3))
    assert [s.slug for s in drawn.sectors_of(pin)] == ["s1"]
    assert [s.slug for s in drawn.sectors_of(Place(colonia="sur"))] == ["s2"]
    assert [s.slug for s in drawn.sectors_of(replace(pin, point=Point(18.5, -88.3)))] == ["s2"]


def test_a_pin_is_in_the_nearest_colonia_or_outside() -> None:
    assert TOWN.colonias_at(Point(18.519, -88.301)) == (NORTE,)
    assert TOWN.colonias_at(Point(19.5, -88.3)) == ()
    assert TOWN.colonias_near(Point(18.511, -88.3), limit=5) == (NORTE, SUR)


DEGREE = st.floats(-0.05, 0.05, allow_nan=False)
NEAR_TOWN = st.builds(lambda lat, lon: Point(18.51 + lat, -88.30 + lon), DEGREE, DEGREE)


@given(st.lists(st.tuples(NEAR_TOWN, st.integers(0, 2000)), max_size=12), NEAR_TOWN, st.integers(1, 4))
def test_the_colonias_near_a_pin_are_those_that_measuring_every_one_finds(
    places: list[tuple[Point, int]], pin: Point, limit: int
) -> None:
    colonias = tuple(
        Colonia(slug=str(n), name=str(n), point=point, precision_m=precision)
        for n, (point, precision) in enumerate(places)
    )
    town = replace(TOWN, colonias=colonias)
    within = [c for c in colonias if c.point and pin.metres_to(c.point) <= town.nearest_within_m]
    far = sorted(pin.metres_to(c.point) + c.doubt_m for c in within if c.point)[:limit]
    found = town.colonias_near(pin, limit=limit)
    assert [pin.metres_to(c.point) + c.doubt_m for c in found if c.point] == far


def test_a_polygon_is_believed_and_a_pin_in_none_goes_to_the_nearest() -> None:
    drawn = replace(TOWN, locate_by_polygon=lambda p: ("sur", "unknown") if p.lat > 18.6 else ())
    assert drawn.colonias_at(Point(18.7, -88.3)) == (SUR,)
    assert drawn.colonias_at(Point(18.52, -88.3)) == (NORTE,)


def test_a_place_is_known_by_any_part_of_it() -> None:
    assert not Place().known
    assert all(p.known for p in (Place(colonia="x"), Place(street="x"), Place(point=NORTE.point)))


def test_names_lead_back_to_what_they_name() -> None:
    assert (TOWN.colonia("sur"), TOWN.colonia("nada")) == (SUR, None)
    assert (TOWN.sector("s2"), TOWN.sector("nada")) == (SECTORS[1], None)


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert Point(18, -88).metres_to(Point(19, -88)) == pytest.approx(111_195, abs=1)
