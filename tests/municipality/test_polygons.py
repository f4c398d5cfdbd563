"""With polygons, a point belongs to what is drawn around it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bot.domain.territory import Place, Point
from bot.municipality import load
from tests.municipality.conftest import TODAY, Town

WEST = [[-88.312, 18.504], [-88.304, 18.504], [-88.304, 18.518], [-88.312, 18.518], [-88.312, 18.504]]
EAST = [[-88.304, 18.504], [-88.296, 18.504], [-88.296, 18.518], [-88.304, 18.518], [-88.304, 18.504]]
BOW_TIE = [[-88.31, 18.50], [-88.30, 18.51], [-88.30, 18.50], [-88.31, 18.51], [-88.31, 18.50]]
SWAPPED = [[lat, lon] for lon, lat in WEST]


def zones(*features: tuple[dict[str, str], list[list[float]]]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": named,
                    "geometry": {"type": "Polygon", "coordinates": [ring]},
                }
                for named, ring in features
            ],
        }
    )


@pytest.mark.parametrize(
    ("point", "colonias"),
    [
        (Point(18.5139, -88.3045), ["italia"]),  # nearer to the point of Benito Juárez, but drawn as Italia
        (Point(18.510, -88.300), ["leona-vicario"]),
        (Point(18.510, -88.304), ["italia", "leona-vicario"]),  # on the line: both
        (Point(18.52, -88.30), ["leona-vicario"]),  # outside both: the nearest point
        (Point(18.70, -88.30), []),
    ],
)
def test_a_point_belongs_to_the_colonia_drawn_around_it(
    town: Town, point: Point, colonias: list[str]
) -> None:
    town.write("zonas.geojson", zones(({"colonia": "italia"}, WEST), ({"colonia": "leona-vicario"}, EAST)))

    territory = load(town.folder, today=TODAY).territory

    assert [colonia.slug for colonia in territory.colonias_at(point)] == colonias


@pytest.mark.parametrize(
    ("place", "sectors"),
    [
        (Place(colonia="benito-juarez", point=Point(18.510, -88.308)), ["poniente"]),
        (Place(colonia="benito-juarez", point=Point(18.510, -88.300)), ["oriente"]),
        (Place(colonia="benito-juarez"), ["poniente", "oriente"]),
        (Place(colonia="italia", point=Point(18.53, -88.35)), ["poniente"]),
        (Place(point=Point(18.53, -88.35)), ["mesa-central"]),
    ],
)
def test_a_drawn_sector_settles_a_colonia_that_straddles_two(
    town: Town, place: Place, sectors: list[str]
) -> None:
    town.write("zonas.geojson", zones(({"sector": "poniente"}, WEST), ({"sector": "oriente"}, EAST)))

    territory = load(town.folder, today=TODAY).territory

    assert [sector.slug for sector in territory.sectors_of(place)] == sectors


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"type": \n', "zonas.geojson, línea 2: no se puede leer como JSON"),
        ("[]", "zonas.geojson: debe ser un FeatureCollection de GeoJSON en UTF-8"),
        (
            zones(({"sector": "ponente"}, WEST)),
            "zonas.geojson: features › 1 › properties › sector: no conozco «ponente»; ¿quiso decir «poniente»?",
        ),
        (
            zones(({"sector": "oriente"}, EAST), ({}, WEST)),
            "zonas.geojson: features › 2 › properties: falta decir de qué colonia o sector es",
        ),
        (
            zones(({"sector": "poniente"}, BOW_TIE)),
            "zonas.geojson: features › 1 › geometry: debe ser un polígono válido, en grados (longitud, latitud)",
        ),
        (
            zones(({"sector": "poniente"}, SWAPPED)),
            "zonas.geojson: features › 1 › geometry: debe ser un polígono válido, en grados (longitud, latitud)",
        ),
    ],
)
def test_a_broken_map_is_told(town: Town, text: str, told: str) -> None:
    town.write("zonas.geojson", text)

    assert town.problems() == [told]


@pytest.mark.parametrize(
    "features",
    [
        "null",
        "7",
        '"x"',
        "[null, 7]",
        '[{"properties": 3, "geometry": {}}]',
        '[{"properties": {"sector": []}}]',
    ],
)
def test_no_map_ends_in_a_traceback(town: Town, features: str) -> None:
    town.write("zonas.geojson", f'{{"features": {features}}}')

    town.problems()


def test_shapely_is_not_imported_without_polygons() -> None:
    program = "import sys; from bot.municipality import load; load(); sys.exit('shapely' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
