"""Colonias, sectors, and whose place a place is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from operator import itemgetter

EARTH_RADIUS_M = 6_371_000.0
LAST_ASKED = 1024  # points
SHORTEST_DEGREE_M = 110_000.0  # of latitude, a little less than on this sphere

# How much of its imprecision is added to a colonia's distance, and up to which imprecision. Most points are only the
# middle of a shared postal code: without this they take pins from colonias whose place is known (measured in
# docs/configuracion.md).
DOUBT = 0.2
DOUBT_UP_TO_M = 1500
_first = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Point:
    """WGS84 degrees."""

    lat: float
    lon: float

    def metres_to(self, other: Point) -> float:
        """Great-circle distance (haversine)."""
        north = radians(other.lat - self.lat)
        east = radians(other.lon - self.lon)
        a = sin(north / 2) ** 2 + cos(radians(self.lat)) * cos(radians(other.lat)) * sin(east / 2) ** 2
        return 2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, a)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Colonia:
    """A neighbourhood as residents name it (SEPOMEX "asentamiento")."""

    slug: str
    name: str
    aliases: tuple[str, ...] = ()
    point: Point | None = None
    precision_m: int | None = None  # how far the point may be from a place in it; None: unknown
    postal_code: str = ""
    locality: str = ""
    pilot: bool = False
    ambiguous: str = ""  # what else this name may mean, for the question that settles it

    @property
    def doubt_m(self) -> float:
        """What is added to its distance when the nearest colonia is sought."""
        return DOUBT * min(self.precision_m or 0, DOUBT_UP_TO_M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sector:
    """The smallest area an alert is routed by."""

    slug: str
    name: str
    colonias: tuple[str, ...]  # slugs; a colonia may stand in several sectors
    phone: str = ""  # institutional
    hours: str = ""
    confirmed_on: str = ""  # ISO date on which the municipality confirmed phone and team; "" = nobody did
    example: bool = False
    central_desk: bool = False  # takes what no other sector takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something happens, as precisely as the person told."""

    colonia: str = ""  # slug
    street: str = ""  # street, crossing or landmark as written
    point: Point | None = None

    @property
    def known(self) -> bool:
        """Is there anything to go by?"""
        return bool(self.colonia or self.street or self.point)


Locator = Callable[[Point], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A municipality or a country beside ours, and who is responsible there."""

    name: str
    responsible: str
    aliases: tuple[str, ...] = ()
    point: Point | None = None
    reach_m: float = 30_000.0  # how far around the point it reaches, roughly


@dataclass(frozen=True, slots=True)
class Territory:
    """The municipality: all its colonias and sectors."""

    name: str
    colonias: tuple[Colonia, ...]
    sectors: tuple[Sector, ...]
    centre: Point
    nearest_within_m: int = 1500  # a point farther than this from every colonia is outside
    locate_by_polygon: Locator | None = (
        None  # colonia slugs whose polygon holds a point, if there are polygons
    )
    sectors_by_polygon: Locator | None = None  # sector slugs whose polygon holds a point, if there are any
    neighbours: tuple[Neighbour, ...] = ()
    outside_answer: str = ""  # who is responsible outside, as the municipality words it
    _by_slug: dict[str, Colonia] = field(init=False, repr=False, compare=False)
    _by_point: dict[Point, tuple[Colonia, ...]] = field(init=False, repr=False, compare=False)
    _remembered: Callable[[Point], tuple[Colonia, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_slug", {colonia.slug: colonia for colonia in self.colonias})
        by_point: dict[Point, tuple[Colonia, ...]] = {}
        for colonia in self.colonias:
            if colonia.point is not None:
                by_point[colonia.point] = (*by_point.get(colonia.point, ()), colonia)
        object.__setattr__(self, "_by_point", by_point)
        object.__setattr__(self, "_remembered", lru_cache(LAST_ASKED)(self._colonias_at))

    def colonia(self, slug: str) -> Colonia | None:
        """The colonia of that slug."""
        return self._by_slug.get(slug)

    def colonias_at(self, point: Point) -> tuple[Colonia, ...]:
        """The colonias that may hold a point: by polygon where there are polygons, else the nearest one.

        Several colonias known only by one shared point are all nearest. Empty when the point is farther than
        `nearest_within_m` from everything: outside the municipality. A replay asks again and again.
        """
        found: tuple[Colonia, ...] = self._remembered(point)
        return found

    def _colonias_at(self, point: Point) -> tuple[Colonia, ...]:
        if self.locate_by_polygon is not None:
            found = tuple(self._by_slug[s] for s in self.locate_by_polygon(point) if s in self._by_slug)
            if found:
                return found
        near = self.colonias_near(point, limit=1)
        return self._by_point[near[0].point] if near and near[0].point else ()

    def neighbour_at(self, point: Point) -> Neighbour | None:
        """Whose place it is when it is not ours: the nearest neighbour within its reach."""
        near = [(point.metres_to(one.point), one) for one in self.neighbours if one.point is not None]
        within = [(metres, one) for metres, one in near if metres <= one.reach_m]
        return min(within, key=lambda pair: pair[0])[1] if within else None

    def colonias_near(self, point: Point, limit: int = 3) -> tuple[Colonia, ...]:
        """The likeliest colonias, likeliest first, to offer when a pin must be confirmed."""
        north_m = SHORTEST_DEGREE_M
        east_m = north_m * cos(radians(min(abs(point.lat) + self.nearest_within_m / north_m, 90.0)))
        reach: float = self.nearest_within_m  # what is farther north or east than this is out of question
        near: list[tuple[float, Colonia]] = []
        for there, colonias in self._by_point.items():
            if abs(there.lat - point.lat) * north_m > reach or abs(there.lon - point.lon) * east_m > reach:
                continue  # most of them: a great circle is dear
            metres = point.metres_to(there)
            if metres <= self.nearest_within_m:
                new = [(metres + colonia.doubt_m, colonia) for colonia in colonias]
                near = sorted([*near, *new], key=_first)[:limit]
                reach = near[-1][0] if len(near) == limit and near[-1][0] < reach else reach
        return tuple(colonia for _, colonia in near)

    def sectors_of(self, place: Place) -> tuple[Sector, ...]:
        """Every sector whose team hears about a place; never empty: the central desk takes the rest."""
        own = self._by_sector_polygon(place) or tuple(
            sector for sector in self.sectors if place.colonia and place.colonia in sector.colonias
        )
        return own or tuple(sector for sector in self.sectors if sector.central_desk)

    def _by_sector_polygon(self, place: Place) -> tuple[Sector, ...]:
        """The sectors drawn around a point: truer than the colonia's name, where they are drawn."""
        if self.sectors_by_polygon is None or place.point is None:
            return ()
        slugs = self.sectors_by_polygon(place.point)
        return tuple(sector for sector in self.sectors if sector.slug in slugs)

    def sector(self, slug: str) -> Sector | None:
        """The sector of that slug."""
        return next((sector for sector in self.sectors if sector.slug == slug), None)
