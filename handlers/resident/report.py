"""A resident tells us what is wrong."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from bot.conversation import Flow
from bot.domain.concern import ConcernKind, Priority
from bot.domain.territory import Place
from bot.questions import Option, choose, look_up
from bot.texts import Texts
from handlers.here import Here
from handlers.resident.confidence import VIOLENCE, can_write, in_confidence
from handlers.resident.consent import consent
from handlers.resident.draft import Draft, Stopped
from handlers.resident.follow_ups import follow_ups
from handlers.resident.kind import ask_kind, urgent_first
from handlers.resident.place import Outside, locate
from handlers.resident.review import identity as who_knows
from handlers.resident.review import review
from handlers.resident.telling import tell_what
from handlers.resident.told import Told


def report(t: Texts, here: Here, told: Told, again: frozenset[str] = frozenset()) -> Flow[Draft | Stopped]:
    """The whole talk: consent, kind, place, what, follow-ups, who may know, review."""
    safe_asked = told.kind in VIOLENCE and not told.on_behalf
    if safe_asked and not (yield from can_write(t)):
        return Stopped("other_time")
    if not told.consented and not (yield from consent(t, here)):
        return Stopped("consent_refused")
    kind, told = yield from ask_kind(t, here, told, "kind" in again)
    if kind.priority is Priority.P0 and not (yield from urgent_first(t, kind)):
        return Stopped("thanks")
    if kind.listed:
        return (yield from in_confidence(t, here, told, kind, again))
    place = yield from _place(t, here, told, "place" in again)
    if isinstance(place, Outside):
        return Stopped("outside")
    text, media = yield from tell_what(t, told, kind, "what" in again)
    answers, chosen, named_list = yield from follow_ups(t, here, kind, told, text)
    same = yield from _same_nearby(t, here, kind, place)
    if same:
        return Draft(kind=kind.slug, place=place, text=text, joins=same)
    identity, name = yield from who_knows(t, here, told, kind, "identity" in again)
    draft = Draft(
        kind=kind.slug,
        place=place,
        text=text,
        when=told.when,
        answers=answers,
        chosen=chosen,
        identity=identity,
        name=name,
        media=media,
        named_list=named_list,
    )
    return (yield from review(t, here, draft, own=not told.on_behalf))


def _place(t: Texts, here: Here, told: Told, asked: bool) -> Generator[Any, Any, Place | Outside]:
    lines = (t("¿Dónde es? Mande su ubicación o escriba calle y colonia."),)
    return (yield from locate(t, here, lines, Place() if asked else told.place))


def _same_nearby(t: Texts, here: Here, kind: ConcernKind, place: Place) -> Generator[Any, Any, str]:
    """Is it what somebody nearby already told? Joiners hear the same updates."""
    if place.point is None:
        return ""
    near = yield from look_up("near", "near", kind=kind.slug, lat=place.point.lat, lon=place.point.lon)
    if not near:
        return ""
    lines = (
        t("Ya hay un reporte parecido cerca de ahí: {what}, {when}.", what=kind.name, when=near["when"]),
        t("¿Es lo mismo? Si se suma, recibe las mismas noticias."),
    )
    join = Option("join", "yes", t("Es lo mismo"), words=("me sumo", "sumarme"))
    other = Option("other", "no", t("Es otra cosa"))
    picked = yield from choose("same", lines, [join, other])
    return str(near["folio"]) if picked == "join" else ""
