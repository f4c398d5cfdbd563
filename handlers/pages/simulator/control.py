"""What the page asks of whoever runs the demonstration."""

from __future__ import annotations

from typing import Any, NotRequired, Protocol, TypedDict


class MapColonia(TypedDict):
    """A colonia with a point; those without one are left out of the map."""

    slug: str
    name: str
    lat: float
    lon: float
    sector: str  # slug
    pilot: bool


class MapSector(TypedDict):
    """A sector, in the order in which colours are given."""

    slug: str
    name: str


class SectorsMap(TypedDict):
    """What the map draws: cells around the points, or the polygons when the municipality has them."""

    colonias: list[MapColonia]
    sectors: list[MapSector]
    polygons: NotRequired[dict[str, Any]]  # GeoJSON FeatureCollection; properties.sector is a slug


class SimulatorControl(Protocol):
    """Implemented by the composition root of the demonstration."""

    async def reset(self) -> None:
        """Everything as at the first start, the screens too. Nobody writes meanwhile."""

    def sectors_map(self) -> SectorsMap:
        """The map on which a location is chosen."""

    async def skip(self, minutes: int) -> None:
        """Move the clock forward, and let happen what became due."""
