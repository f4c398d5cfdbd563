"""zonas.geojson: polygons of colonias or sectors, when the municipality has them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from bot.domain.territory import Locator, Point
from bot.municipality.problems import Path, Problem, did_you_mean, spell

NAME = "zonas.geojson"


@dataclass(frozen=True, slots=True)
class Zones:
    """Polygons by the slug of what they draw; `geometry` is as GeoJSON has it."""

    colonias: tuple[tuple[str, Any], ...] = ()
    sectors: tuple[tuple[str, Any], ...] = ()
    problems: tuple[Problem, ...] = ()


def read_zones(path: FilePath, colonias: Collection[str], sectors: Collection[str]) -> Zones:
    """The zones of a folder; none when there is no such file."""
    if not path.exists():
        return Zones()
    try:
        features = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
    except json.JSONDecodeError as error:
        return Zones(problems=(Problem(NAME, error.lineno, "", "no se puede leer como JSON"),))
    except (OSError, UnicodeDecodeError, KeyError, TypeError, RecursionError):
        return Zones(problems=(Problem(NAME, 0, "", "debe ser un FeatureCollection de GeoJSON en UTF-8"),))
    return sort_features(features, colonias, sectors)


def sort_features(features: object, colonias: Collection[str], sectors: Collection[str]) -> Zones:
    """Each feature under the colonia or the sector that its properties name."""
    known: dict[str, Collection[str]] = {"colonia": colonias, "sector": sectors}
    drawn: dict[str, list[tuple[str, Any]]] = {"colonia": [], "sector": []}
    problems: list[Problem] = []
    for index, feature in enumerate(features if isinstance(features, list) else ()):
        named = {what: named_by(feature, what) for what in known}
        geometry = polygon(feature)
        problems += complaints(index, geometry, named, known)
        for what, slug in named.items():
            if geometry is not None and slug in known[what]:
                drawn[what].append((slug, geometry))
    return Zones(tuple(drawn["colonia"]), tuple(drawn["sector"]), tuple(problems))


def named_by(feature: Any, what: str) -> str:
    """The slug that a feature gives; "" when it gives none."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    slug = properties.get(what) if isinstance(properties, dict) else None
    return slug if isinstance(slug, str) else ""


def complaints(
    index: int, geometry: object, named: dict[str, str], known: dict[str, Collection[str]]
) -> Iterable[Problem]:
    """What is wrong with one feature."""
    if geometry is None:
        yield flaw(
            ("features", index, "geometry"), "debe ser un polígono válido, en grados (longitud, latitud)"
        )
    if not any(named.values()):
        yield flaw(("features", index, "properties"), "falta decir de qué colonia o sector es")
    for what, slug in named.items():
        if slug and slug not in known[what]:
            near = did_you_mean(slug, known[what])
            yield flaw(("features", index, "properties", what), f"no conozco «{slug}»{near}")


def flaw(path: Path, text: str) -> Problem:
    """A problem of this file; JSON does not keep its lines."""
    return Problem(NAME, 0, spell(path), text)


def polygon(feature: Any) -> Any | None:
    """The shape of a feature, if it is a sound polygon on the Mexican side of the world."""
    from shapely.errors import GEOSException  # type: ignore[import-untyped]  # ships no types
    from shapely.geometry import shape  # type: ignore[import-untyped]  # ships no types

    try:
        drawn = shape(feature["geometry"])
        west, south, east, north = drawn.bounds
    except (GEOSException, KeyError, TypeError, ValueError, AttributeError):
        return None
    here = -119 <= west <= east <= -86 and 14 <= south <= north <= 33
    return drawn if here and drawn.is_valid and drawn.geom_type in ("Polygon", "MultiPolygon") else None


def locator(drawn: tuple[tuple[str, Any], ...]) -> Locator | None:
    """Which of the polygons hold a point; None without polygons, and then shapely is never imported."""
    if not drawn:
        return None
    from shapely import STRtree  # type: ignore[import-untyped]  # ships no types
    from shapely.geometry import Point as Spot

    tree = STRtree([shape for _, shape in drawn])

    def locate(point: Point) -> tuple[str, ...]:
        found = tree.query(Spot(point.lon, point.lat), predicate="intersects")
        return tuple(dict.fromkeys(drawn[index][0] for index in sorted(found)))

    return locate
