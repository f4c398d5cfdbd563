"""Where? A pin, a map link, a colonia by any of its names, a street, a landmark; "no sé" is an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from bot.domain.territory import Colonia, Neighbour, Place, Point
from bot.questions import LONGEST_TEXT, Option, Reply, choose_or, fold, shortened, write
from bot.texts import Texts
from handlers.here import Here
from handlers.resident.telling import shorter
from handlers.resident.told import NOWHERE, PLACE_WORDS, place_heard, read_again
from handlers.speaker import Speaker

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

    neighbour: str = ""  # its name, when the municipality knows it


Asking = Generator[Any, Any, Place | Outside]
Tell = Callable[[str, Place], Generator[Any, Any, None]]  # under a name of its own in the flow


def untold(name: str, place: Place) -> Generator[Any, Any, None]:
    """Nobody waits for the place before it is complete."""
    yield from ()


def locate(
    t: Texts,
    here: Here,
    lines: tuple[str, ...],
    known: Place = NOWHERE,
    *,
    street: bool = True,
    at_once: Tell = untold,
    lead: tuple[str, ...] = (),
) -> Asking:
    """Ask only for what is missing: the place, its colonia when that is in doubt, the street if wanted.

    `at_once` hears what there is before more is asked; `lead` stands before the street when only that is missing.
    """
    place = known
    if not known.colonia and known.point is None:
        lead = ()
        found = yield from _first_words(t, here, lines, at_once)
        if isinstance(found, Outside):
            return found
        place = Place(colonia=found.colonia, street=found.street or known.street, point=found.point)
        if street and _lacks_street(place):
            yield from at_once("colonia", place)
    if street and _lacks_street(place):
        place = yield from _street(t, place, lead)
    return place


def _lacks_street(place: Place) -> bool:
    return bool(place.colonia) and not place.street and place.point is None


def _first_words(t: Texts, here: Here, lines: tuple[str, ...], at_once: Tell) -> Asking:
    unknown = Option(
        Heard(unknown=True), "unknown", t("No sé"), words=("no se donde", "ninguna", "quien sabe")
    )
    heard: Heard = yield from choose_or(
        "place", lines, [unknown], lambda reply: _hear(here, reply), asks_location=True
    )
    if heard.unknown:
        return Place()
    if heard.point is not None:
        return at_point(here, heard.point, heard.text)
    return (yield from _by_name(t, here, heard.text, at_once))


def _hear(here: Here, reply: Reply) -> Heard | None:
    """A pin, the coordinates of a map link, or words."""
    point = reply.point or here.pins.read(reply.text)
    text = reply.place_name if reply.point else "" if point else reply.text.strip()
    return Heard(text[:LONGEST_TEXT], point) if point or text else None


def with_pin(who: Speaker, place: Place) -> Place | Outside:
    """A pin or a map link that came with the words is the place; the street is as they say it."""
    point = who.inbound.point or who.here.pins.read(who.inbound.text)
    return place if point is None else at_point(who.here, point, place.street or who.inbound.place_name)


def at_point(here: Here, point: Point, words: str = "") -> Place | Outside:
    """The place of a pin or a map link, with what was said beside it."""
    colonias = here.municipality.territory.colonias_at(point)
    if not colonias:
        there = here.municipality.territory.neighbour_at(point)
        return Outside(there.name if there else "")
    return Place(colonia=colonias[0].slug, street=words, point=point)


def _by_name(t: Texts, here: Here, text: str, at_once: Tell) -> Asking:
    known = _written_in(here, text)
    if known is not None:
        return known
    there = _neighbour_named(here, text)
    if there is not None:
        return Outside(there.name)
    yield from at_once("words", Place(street=text))
    match = here.finder.find(text)
    few = len(text.split()) <= FEW_WORDS  # of a long description the nearest names mean nothing
    candidates = tuple(c for c in (match.best, *match.others) if c is not None) if few else ()
    colonia = yield from _which(t, here, tuple(dict.fromkeys(candidates)))
    if isinstance(colonia, str):  # what names no colonia stays as it was written: the central desk reads it
        return Place(street=", ".join((text, colonia) if colonia else (text,)))
    return Place(colonia=colonia.slug, street=_rest(text, colonia))


def _neighbour_named(here: Here, text: str) -> Neighbour | None:
    """The whole answer is the name of a place that is not ours."""
    said = " ".join(word for word in fold(text).split() if word not in PLACE_WORDS)
    for one in here.municipality.territory.neighbours:
        if said in {fold(name) for name in (one.name, *one.aliases)}:
            return one
    return None


FEW_WORDS = 5
ASKED_WHERE = frozenset({"place", "colonia", "colonia_name", "street"})
"""The questions of a talk that a place answers."""
WHERE = re.compile(
    r"(?:en|al?|por|frente|enfrente|atras|detras|debajo|abajo|arriba|junto|pegado|cerca|llegando|saliendo|entrando|pasando"
    r"|bajando|subiendo|esquina|entre|calle|avenida|camino|carretera|edificio|manzana|mz|lote|privada)\b"
)


def only_where(text: str) -> bool:
    """ "Debajo del puente", "pegado al canal": a few words that begin as places do. "Adentro de mi casa" is none, nor 🔫."""
    said = fold(text)
    return len(said.split()) <= FEW_WORDS and max(text) < "\u2190" and WHERE.match(said) is not None


def _written_in(here: Here, text: str) -> Place | None:
    """The one colonia that the words name as it is called, alone, before or after a comma, or in a sentence."""
    for piece in (text, *text.split(",")):
        if (only := here.finder.find(piece).only) is not None:
            return Place(colonia=only.slug, street=_rest(text, only))
    if (address := here.finder.after_a_street(text)) is not None:
        return Place(colonia=address[0].slug, street=address[1])
    colonia = here.municipality.territory.colonia(place_heard(here, read_again(here.triage, text)).colonia)
    return Place(colonia=colonia.slug, street=_rest(text, colonia)) if colonia else None


def _which(t: Texts, here: Here, candidates: tuple[Colonia, ...]) -> Generator[Any, Any, Colonia | str]:
    """Which of those colonias, or another one by its name; else what was written, "" for who does not know."""
    if not candidates:
        return (yield from _other(t, here))
    rows: list[Option[Any]] = [
        Option(
            colonia,
            f"c{n}",
            shortened(colonia.name, 24),
            description=shortened(colonia.ambiguous or (colonia.name if len(colonia.name) > 24 else ""), 72),
            words=(colonia.name, *colonia.aliases),
        )
        for n, colonia in enumerate(candidates[:4])
    ]
    rows.append(Option("other", "other", t("Otra colonia")))
    rows.append(Option("unknown", "unknown", t("No sé")))
    lines = (t("¿En qué colonia es?"),)
    picked = yield from choose_or("colonia", lines, rows, lambda r: _named(here, r), as_rows=True)
    if picked == "other":
        return (yield from _other(t, here))
    return "" if picked == "unknown" else picked


def _named(here: Here, reply: Reply) -> Colonia | None:
    """The colonia that a reply names, or that holds its pin."""
    if reply.point is not None:
        found = here.municipality.territory.colonias_at(reply.point)
        return found[0] if found else None
    return here.finder.find(reply.text).best if reply.text.strip() else None


def _other(t: Texts, here: Here) -> Generator[Any, Any, Colonia | str]:
    """The name of a colonia, or several words that name none."""
    unknown: Option[Any] = Option("", "unknown", t("No sé"))

    def find(reply: Reply) -> Colonia | str | None:
        words = reply.text.strip()[:LONGEST_TEXT]
        return _named(here, reply) or (words if len(words.split()) > 1 else None)

    lines = (t("¿Cómo se llama la colonia? Si no sabe, escriba «no sé»."),)
    picked: Colonia | str = yield from choose_or("colonia_name", lines, [unknown], find, asks_location=True)
    return picked


def _street(t: Texts, place: Place, lead: tuple[str, ...]) -> Generator[Any, Any, Place]:
    skip: Option[str] = Option("", "unknown", t("No sé"))
    lines = (
        *lead,
        t("¿En qué calle, o cerca de qué? Por ejemplo: «Bugambilias con Roma», «atrás del domo»."),
    )
    said = yield from write("street", lines, options=(skip,), longest=LONGEST_STREET, too_long=shorter(t))
    return Place(colonia=place.colonia, street=said.text, point=place.point)


def _rest(text: str, colonia: Colonia) -> str:
    """What was written besides the name of the colonia."""
    names = {word for name in (colonia.name, *colonia.aliases) for word in fold(name).split()} | PLACE_WORDS
    pieces = (piece.strip() for piece in text.split(","))
    return ", ".join(piece for piece in pieces if set(fold(piece).split()) - names)
