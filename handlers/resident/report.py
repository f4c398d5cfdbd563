"""A resident tells us what is wrong."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from bot.conversation import Flow
from bot.domain.concern import ConcernKind, Priority
from bot.domain.territory import Place
from bot.questions import Option, besides, choose, look_up, write
from bot.texts import Texts
from handlers.here import OTHER, Here
from handlers.resident.confidence import VIOLENCE, can_write, in_confidence
from handlers.resident.consent import consent
from handlers.resident.draft import Draft, Stopped
from handlers.resident.follow_ups import follow_ups
from handlers.resident.kind import ask_kind, urgent_first
from handlers.resident.place import Outside, locate
from handlers.resident.review import identity as who_knows
from handlers.resident.review import others, review
from handlers.resident.telling import shorter, tell_what
from handlers.resident.told import Told, heard, in_confidence_only, read_again, with_asides


def report(t: Texts, here: Here, told: Told, again: frozenset[str] = frozenset()) -> Flow[Draft | Stopped]:
    """The whole talk: consent, kind, place, what, follow-ups, who may know, review."""
    safe_asked = told.kind in VIOLENCE and not told.on_behalf
    if safe_asked and not (yield from can_write(t)):
        return Stopped("other_time")
    first = here.kind(told.kind or OTHER)
    asked = told.on_behalf or (
        told.over and not first.listed
    )  # who is on duty, and what is over, need no 911
    urgent = asked or first.priority is Priority.P0
    if urgent and not asked and not (yield from urgent_first(t, first)):
        return Stopped("thanks")
    if not told.consented and not (yield from consent(t, here)):
        return Stopped("consent_refused")
    kind, told = yield from ask_kind(t, here, told, "kind" in again)
    if kind.priority is Priority.P0 and not urgent and not (yield from urgent_first(t, kind)):
        return Stopped("thanks")
    if kind.listed:
        return (yield from in_confidence(t, here, told, kind, again))
    place = yield from _place(t, here, told, "place" in again)
    if isinstance(place, Outside):
        return Stopped("outside", place.neighbour)
    text, media = yield from tell_what(t, told, kind, "what" in again)
    graver = (
        None
        if "kind" in again or text == told.text
        else in_confidence_only(here, heard(here, text, read_again(here.triage, text)))
    )
    if graver is not None:
        confided = replace(told, text=text, also=graver.also)
        return (yield from in_confidence(t, here, confided, here.kind(graver.kind or OTHER), again))
    more = yield from follow_ups(t, here, kind, told, text, again)
    told, text = with_asides(here, told, text, (yield from besides()))
    same = "" if more.named_list else (yield from _same_nearby(t, here, kind, place))
    if same:
        return Draft(kind=kind.slug, place=place, text=text, media=media, joins=same, also=others(told, kind))
    when = yield from _when(t, told, kind.slug, "when" in again)
    identity, name = yield from who_knows(t, here, told, kind, "identity" in again)
    draft = Draft(
        kind=kind.slug,
        place=place,
        text=text,
        when=when,
        answers=more.answers,
        chosen=more.chosen,
        identity=identity,
        name=name,
        media=media,
        named_list=more.named_list,
        danger=told.danger,
        also=others(told, kind),
    )
    return (yield from review(t, here, draft, more.to_correct, again, own=not told.on_behalf))


def _place(t: Texts, here: Here, told: Told, asked: bool) -> Generator[Any, Any, Place | Outside]:
    lines = (t("¿Dónde es? Mande su ubicación o escriba calle y colonia."),)
    return (yield from locate(t, here, lines, Place() if asked else told.place))


def _when(t: Texts, told: Told, kind: str, asked: bool) -> Generator[Any, Any, str]:
    """When, as far as the words told it; asked only to correct it."""
    if not asked:
        return told.when
    skip: Option[str] = Option("", "unknown", t("No sé"))
    lines = (
        t("¿Cuándo pasó, o cuándo pasa? Por ejemplo: «anoche como a las 11», «los viernes en la noche»."),
    )
    said = yield from write("when", lines, options=(skip,), longest=200, too_long=shorter(t))
    heard = yield from look_up("when_heard", "when", text=said.text, kind=kind)
    return str(heard)


def _same_nearby(t: Texts, here: Here, kind: ConcernKind, place: Place) -> Generator[Any, Any, str]:
    """Is it what somebody nearby already told, or they themselves? Joiners hear the same updates."""
    if place.point is None and not (place.colonia and place.street):
        return ""
    point = [place.point.lat, place.point.lon] if place.point else None
    near = yield from look_up(
        "near", "near", kind=kind.slug, point=point, colonia=place.colonia, street=place.street
    )
    if not near:
        return ""
    join = Option("join", "yes", t("Es lo mismo"), words=("me sumo", "sumarme"))
    lines = (
        t("Ya hay un reporte parecido cerca de ahí: {what}, {when}.", what=kind.short, when=near["when"]),
        t("¿Es lo mismo? Si se suma, recibe las mismas noticias."),
    )
    if near.get("own"):
        join = Option("join", "yes", t("Volvió a pasar"), words=("otra vez", "es lo mismo"))
        lines = (
            t("Usted ya avisó de algo parecido ahí: {what}, {when}.", what=kind.short, when=near["when"]),
            t("¿Volvió a pasar? Se anota en el mismo folio, sin repetir nada."),
        )
    other = Option("other", "no", t("Es otra cosa"))
    picked = yield from choose("same", lines, [join, other])
    return str(near["folio"]) if picked == "join" else ""
