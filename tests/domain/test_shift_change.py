"""In which order to walk, and how one shift hands over to the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import AlreadySigned, NotYours
from bot.domain.handover import WAITS, Handover
from bot.domain.route import Stop, street_order
from bot.domain.territory import Point

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def stop(key: str, lon: float | None = None, *, urgent: bool = False, colonia: str = "") -> Stop:
    """On one street from west to east."""
    point = None if lon is None else Point(18.51, lon)
    return Stop(key=key, urgent=urgent, point=point, colonia=colonia)


def test_one_walks_down_the_street_urgent_first_and_the_placeless_last() -> None:
    stops = [
        stop("far", -88.300),
        stop("nowhere", colonia="b"),
        stop("near", -88.309),
        stop("middle", -88.305),
        stop("now", -88.310, urgent=True),
        stop("elsewhere", colonia="a"),
    ]
    assert [s.key for s in street_order(stops)] == ["now", "near", "middle", "far", "elsewhere", "nowhere"]


def test_a_start_decides_from_which_end() -> None:
    stops = [stop("west", -88.31), stop("east", -88.30)]
    assert [s.key for s in street_order(stops, Point(18.51, -88.299))] == ["east", "west"]
    assert [s.key for s in street_order(stops)] == ["west", "east"]


@given(st.lists(st.tuples(st.booleans(), st.none() | st.floats(-88.4, -88.2)), max_size=12))
def test_nothing_is_lost_on_the_way(drawn: list[tuple[bool, float | None]]) -> None:
    stops = [stop(str(n), lon, urgent=urgent) for n, (urgent, lon) in enumerate(drawn)]
    walked = street_order(stops)
    assert sorted(s.key for s in walked) == sorted(s.key for s in stops)
    assert [s.urgent for s in walked] == sorted((s.urgent for s in stops), reverse=True)


def handover(**changes: object) -> Handover:
    plain = {
        "id": "s",
        "person_id": "canul",
        "sectors": ("norte",),
        "began_at": NOON,
        "at": NOON,
        "left": ("1",),
    }
    return Handover(**{**plain, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "sectors", "later", "concerns"),
    [
        ("poot", ("norte", "sur"), timedelta(0), True),
        ("poot", ("sur",), timedelta(0), False),
        ("canul", ("norte",), timedelta(0), False),
        ("poot", ("norte",), WAITS, False),
    ],
)
def test_whom_a_handover_waits_for(
    who: str, sectors: tuple[str, ...], later: timedelta, concerns: bool
) -> None:
    """Who comes into one of its sectors within a day, and is not the one who left."""
    assert handover().concerns(who, sectors, NOON + later) is concerns


def test_it_is_signed_once_by_somebody_else() -> None:
    signed = handover().sign("poot", NOON)
    assert (signed.received_by, signed.received_at) == ("poot", NOON)
    with pytest.raises(AlreadySigned):
        signed.sign("ek", NOON)
    with pytest.raises(AlreadySigned):
        signed.leave(note="tarde", media_id=None, passes=False)
    with pytest.raises(NotYours):
        handover().sign("canul", NOON)


@pytest.mark.parametrize(
    "said", [{"left": ("1",)}, {"waiting": 1}, {"promised": 1}, {"note": "x"}, {"media_id": "m"}]
)
def test_what_is_worth_a_signature(said: dict[str, object]) -> None:
    assert handover(**{"left": (), **said}).says_something
    assert not handover(left=()).says_something
