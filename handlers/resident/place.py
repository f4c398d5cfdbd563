"""Where? A pin, a map link, a colonia by any of its names, a street, a landmark; "no sé" is an answer."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from bot.domain.territory import Colonia, Place, Point
from bot.questions import Option, Reply, choose, choose_or, write
from bot.texts import Texts
from handlers.here import Here
from handlers.resident.told import NOWHERE

LONGEST_STREET = 300


@dataclass(frozen=True, slots=True)
class Heard:
    """What one reply about a place told."""

    text: str = ""
    point: Point | None = None
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Outside:
    """The place is in nobody's sector here: another municipality, or the sea."""


Asking = Generator[Any, Any, Place | Outside]


def locate(t: Texts, here: Here, lines: tuple[str, ...], known: Place = NOWHERE) -> Asking:
    """Ask only for what is missing: the place, its colonia when that is in doubt, the street."""
    place = known
    if not known.colonia and known.point is None:
        found = yield from _first_words(t, here, lines)
        if isinstance(found, Outside):
            return found
        place = Place(colonia=found.colonia, street=found.street or known.street, point=found.point)
    if place.point is None and not place.street and place.colonia:
        place = yield from _street(t, place)
    return place


def _first_words(t: Texts, here: Here, lines: tuple[str, ...]) -> Asking:
    unknown = Option(
        Heard(unknown=True), "unknown", t("No sé"), words=("no se donde", "ninguna", "quien sabe")
    )
    heard: Heard = yield from choose_or(
        "place", lines, [unknown], lambda reply: _hear(here, reply), asks_location=True
    )
    if heard.unknown:
        return Place()
    if heard.point is not None:
        return _at(here, heard)
    return (yield from _by_name(t, here, heard.text))


def _hear(here: Here, reply: Reply) -> Heard | None:
    """A pin, the coordinates of a map link, or words."""
    point = reply.point or here.pins.read(reply.text)
    text = reply.place_name if reply.point else "" if point else reply.text.strip()
    return Heard(text[:LONGEST_STREET], point) if point or text else None


def _at(here: Here, heard: Heard) -> Place | Outside:
    assert heard.point is not None
    colonias = here.municipality.territory.colonias_at(heard.point)
    if not colonias:
        return Outside()
    return Place(colonia=colonias[0].slug, street=heard.text, point=heard.point)


def _by_name(t: Texts, here: Here, text: str) -> Asking:
    match = here.finder.find(text)
    if match.best is not None and match.exact and not match.others:
        return Place(colonia=match.best.slug, street=_rest(text, match.best))
    candidates = tuple(dict.fromkeys(c for c in (match.best, *match.others) if c is not None))
    colonia = yield from _which(t, here, text, candidates)
    rest = text if colonia is None else _rest(text, colonia)
    return Place(colonia=colonia.slug if colonia else "", street=rest)


def _which(
    t: Texts, here: Here, text: str, candidates: tuple[Colonia, ...]
) -> Generator[Any, Any, Colonia | None]:
    """Which of those colonias, or another one."""
    if not candidates:
        return (yield from _other(t, here))
    rows: list[Option[Colonia | None]] = [
        Option(colonia, colonia.slug[:22], colonia.name[:24], description=colonia.ambiguous[:72])
        for colonia in candidates[:4]
    ]
    other: Option[Any] = Option("other", "other", t("Otra colonia"))
    unknown: Option[Any] = Option(None, "unknown", t("No sé"))
    lines = (t("¿En qué colonia es?"),)
    picked = yield from choose("colonia", lines, [*rows, other, unknown], as_rows=True)
    return (yield from _other(t, here)) if picked == "other" else picked


def _other(t: Texts, here: Here) -> Generator[Any, Any, Colonia | None]:
    """The name of a colonia; what is not found twice stays as written, and the central desk reads it."""
    unknown: Option[Any] = Option("unknown", "unknown", t("No sé"))

    def find(reply: Reply) -> Colonia | str | None:
        if reply.point is not None:
            found = here.municipality.territory.colonias_at(reply.point)
            return found[0] if found else "unknown"
        match = here.finder.find(reply.text) if reply.text.strip() else None
        return match.best if match and match.best else "unknown" if len(reply.text.split()) > 1 else None

    lines = (t("¿Cómo se llama la colonia? Si no sabe, escriba «no sé»."),)
    picked = yield from choose_or("colonia_name", lines, [unknown], find, asks_location=True)
    return None if picked == "unknown" else picked


def _street(t: Texts, place: Place) -> Generator[Any, Any, Place]:
    skip: Option[str] = Option("", "unknown", t("No sé"))
    lines = (t("¿En qué calle, o cerca de qué? Por ejemplo: «Bugambilias con Roma», «atrás del domo»."),)
    said = yield from write("street", lines, options=(skip,), longest=LONGEST_STREET, files=False)
    return Place(colonia=place.colonia, street=said.text, point=place.point)


def _rest(text: str, colonia: Colonia) -> str:
    """What was written besides the name of the colonia: all of it, unless it is only the name."""
    from bot.questions import fold

    words = set(fold(text).split()) - {
        "col",
        "colonia",
        "fracc",
        "fraccionamiento",
        "en",
        "la",
        "el",
        "de",
        "las",
        "los",
    }
    names = {word for name in (colonia.name, *colonia.aliases) for word in fold(name).split()}
    return text if words - names else ""
