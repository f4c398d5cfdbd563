"""Where a link or a pair of numbers points, without opening anything."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.territory import Point
from bot.municipality import PlaceReader

CENTRE = Point(18.50006, -88.30151)
HERE = Point(18.5074, -88.3087)

SAME_PLACE = [
    (
        "Google, a place",
        "https://www.google.com/maps/place/Italia/@18.4,-88.2,17z/data=!3m1!3d18.5074!4d-88.3087",
    ),
    ("Google, the screen", "https://www.google.com/maps/@18.5074,-88.3087,17z"),
    ("Google, a pin", "https://maps.google.com/?q=18.5074,-88.3087"),
    ("Google, escaped", "https://maps.google.com/maps?q=18.5074%2C-88.3087&z=17"),
    ("Google, loc:", "https://maps.google.com/maps?q=loc:18.5074,-88.3087"),
    ("Google, search", "https://www.google.com/maps/search/18.5074,+-88.3087?entry=tts"),
    ("Google, query", "https://www.google.com/maps/search/?api=1&query=18.5074%2C-88.3087"),
    ("Google, directions", "https://www.google.com/maps/dir/?api=1&destination=18.5074,-88.3087"),
    ("Apple", "https://maps.apple.com/?ll=18.5074,-88.3087&q=Casa"),
    ("Apple, new", "https://maps.apple.com/place?coordinate=18.5074,-88.3087&name=Casa"),
    ("Waze", "https://waze.com/ul?ll=18.5074%2C-88.3087&navigate=yes"),
    ("Waze, live", "https://www.waze.com/live-map/directions?to=ll.18.5074%2C-88.3087"),
    ("OpenStreetMap, mark", "https://www.openstreetmap.org/?mlat=18.5074&mlon=-88.3087#map=17/18.1/-88.1"),
    ("OpenStreetMap, screen", "https://www.openstreetmap.org/#map=17/18.5074/-88.3087"),
    ("geo", "geo:18.5074,-88.3087?z=17"),
    ("geo of Android", "geo:0,0?q=18.5074,-88.3087(Casa)"),
    ("bare", "18.5074, -88.3087"),
    ("bare, a space", "estoy en 18.5074 -88.3087, vengan"),
    ("bare, swapped", "-88.3087, 18.5074"),
    ("in a sentence", "Es aquí: https://maps.google.com/?q=18.5074,-88.3087 gracias"),
]


@pytest.mark.parametrize("text", [row[1] for row in SAME_PLACE], ids=[row[0] for row in SAME_PLACE])
def test_every_way_of_sending_a_place_is_read(text: str) -> None:
    assert PlaceReader(CENTRE).read(text) == HERE


@pytest.mark.parametrize(
    "text",
    ["76CHGM4X+2Q", "76chgm4x+2q", "GM4X+2Q Chetumal", "https://plus.codes/76CHGM4X+2Q"],
)
def test_plus_codes_are_read_whole_or_short(text: str) -> None:
    point = PlaceReader(CENTRE).read(text)

    assert point is not None
    assert point.metres_to(CENTRE) < 1000


def test_degrees_minutes_and_seconds_are_read() -> None:
    point = PlaceReader(CENTRE).read("18°30'26.6\"N 88°18'31.3\"W")

    assert point is not None
    assert point.metres_to(HERE) < 5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hola",
        "https://maps.app.goo.gl/abcDEF123",
        "me cobraron 18.50, 20.00",
        "tel 983.123.4567",
        "geo:0,0",
        "geo:95.5,-188.2",
        "18, 88",
        "A+B=C",
        "1.1 " * 50_000,
        "q=" * 50_000,
        "%" * 10_000,
        "\x00\ud800",
    ],
)
def test_what_says_no_place_gives_none(text: str) -> None:
    assert PlaceReader(CENTRE).read(text) is None


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_has_an_answer(text: str) -> None:
    point = PlaceReader(CENTRE).read(text)

    assert point is None or (abs(point.lat) <= 90 and abs(point.lon) <= 180)


@given(lat=st.floats(15, 32), lon=st.floats(-118, -87))
def test_what_a_link_says_is_what_is_read(lat: float, lon: float) -> None:
    point = PlaceReader(CENTRE).read(f"https://maps.google.com/?q={lat:.6f},{lon:.6f}")

    assert point == Point(float(f"{lat:.6f}"), float(f"{lon:.6f}"))
