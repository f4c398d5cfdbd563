"""Where a map link, a pair of coordinates or a Plus Code points, without opening anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from openlocationcode import openlocationcode as olc  # type: ignore[import-untyped]  # ships no types

from bot.domain.territory import Point

LONGEST = 4000  # characters; enough for any link
NUMBER = r"(-?\d{1,3}(?:\.\d{1,18})?)"
DECIMAL = r"(-?\d{1,3}\.\d{1,18})"
PAIR = NUMBER + r"\s?,\s?\+?" + NUMBER

# In the order of trust: the place itself before the middle of the screen.
LINKS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"!3d{NUMBER}!4d{NUMBER}",  # Google, the place
        rf"[?&](?:q|query|ll|sll|destination|daddr|coordinate|center)=(?:loc:)?{PAIR}",  # Google, Apple, Waze
        rf"[?&]to=ll\.{PAIR}",  # Waze
        rf"[?&]mlat={NUMBER}&mlon={NUMBER}",  # OpenStreetMap, the mark
        rf"/(?:search|place|dir/[^/]{{0,80}})/{PAIR}",  # Google, a bare pin
        rf"@{PAIR}",  # Google, the middle of the screen
        rf"#map=\d{{1,2}}(?:\.\d+)?/{NUMBER}/{NUMBER}",  # OpenStreetMap, the same
        rf"\bgeo:{PAIR}",
    )
)
BARE = re.compile(rf"(?<![\d.]){DECIMAL}\s{{0,3}}[, ]\s{{0,3}}{DECIMAL}(?![\d.])")
DEGREES = re.compile(
    r"(\d{1,2})°\s?(\d{1,2})['’′]\s?(\d{1,2}(?:\.\d{1,6})?)[\"”″]\s?N[,\s]{1,3}"
    r"(\d{1,3})°\s?(\d{1,2})['’′]\s?(\d{1,2}(?:\.\d{1,6})?)[\"”″]\s?[WO]"
)
PLUS_CODE = re.compile(r"(?<![A-Z0-9])([23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3})(?![A-Z0-9])")


class PlaceReader:
    """Reads a point out of a text; short Plus Codes are meant near the municipality's centre."""

    def __init__(self, centre: Point) -> None:
        self._centre = centre

    def read(self, text: str) -> Point | None:
        """The point of the first thing in the text that says one."""
        text = text[:LONGEST]
        plain = unquote(text.replace("+", " ")) if "%" in text else text
        ways: tuple[Callable[[str], Point | None], ...] = (from_link, from_degrees, from_pair)
        found = next((point for read in ways if (point := read(plain))), None)
        return found or self._from_plus_code(text)

    def _from_plus_code(self, text: str) -> Point | None:
        """A Plus Code, whole or short ("GM4X+2Q Chetumal")."""
        written = PLUS_CODE.search(unquote(text).upper())
        if written is None:
            return None
        code = written[1]
        if olc.isShort(code):
            code = olc.recoverNearest(code, self._centre.lat, self._centre.lon)
        if not olc.isFull(code):
            return None
        area = olc.decode(code)
        return Point(round(area.latitudeCenter, 6), round(area.longitudeCenter, 6))


def from_link(text: str) -> Point | None:
    """The coordinates that stand in a map link; "0,0" is how Android says "see q="."""
    found = (on_earth(match[1], match[2]) for pattern in LINKS for match in pattern.finditer(text))
    return next((point for point in found if point is not None and (point.lat, point.lon) != (0, 0)), None)


def from_degrees(text: str) -> Point | None:
    """18°30'24.1"N 88°18'03.2"W"""
    match = DEGREES.search(text)
    if match is None:
        return None
    north, west = (
        float(d) + float(m) / 60 + float(s) / 3600
        for d, m, s in zip(*[iter(match.groups())] * 3, strict=True)
    )
    return on_earth(f"{north:.6f}", f"{-west:.6f}")


def from_pair(text: str) -> Point | None:
    """Two decimals beside each other, when they fall in Mexico: other numbers are prices and plates."""
    found = (on_earth(match[1], match[2]) for match in BARE.finditer(text))
    return next((point for point in found if point is not None and in_mexico(point)), None)


def on_earth(lat: str, lon: str) -> Point | None:
    """The point, if there is such a one; the two are put right when they were swapped."""
    point = Point(float(lat), float(lon))
    swapped = Point(point.lon, point.lat)
    if not in_mexico(point) and in_mexico(swapped):
        return swapped
    return point if abs(point.lat) <= 90 and abs(point.lon) <= 180 else None


def in_mexico(point: Point) -> bool:
    """Roughly."""
    return 14 <= point.lat <= 33 and -119 <= point.lon <= -86
