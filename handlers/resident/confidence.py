"""Confidential kinds: no photo, no map, neutral words, nothing afterwards on our own motion."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from bot.conversation import SAID, Answers, advance
from bot.domain.concern import ConcernKind
from bot.domain.territory import Place
from bot.questions import LONGEST_TEXT, Option, Reply, besides, choose, choose_or, write
from bot.texts import Texts
from handlers.here import Here
from handlers.resident.adding import CARDS, HEARD, Added, added, hear, with_place
from handlers.resident.draft import Draft, Stopped
from handlers.resident.follow_ups import Answered, follow_up, follow_ups
from handlers.resident.kind import advice, ask_kind
from handlers.resident.review import CORRECT, also_lines, correct, others
from handlers.resident.telling import in_parts, words_of
from handlers.resident.told import Told, with_asides

VIOLENCE = frozenset({"violencia_familiar", "acoso_sexual"})


def in_confidence(
    t: Texts, here: Here, told: Told, kind: ConcernKind, again: frozenset[str]
) -> Generator[Any, Any, Draft | Stopped]:
    """The whole talk from the kind on; a correction may lead out of it."""
    asked = told.kind in VIOLENCE or told.on_behalf
    if kind.slug in VIOLENCE and not asked and not (yield from can_write(t)):
        return Stopped("other_time")
    text = told.text
    if not text or "what" in again:
        asked_what = (t("Cuente solo lo que quiera contar. ¿Qué pasa?"),)
        said = yield from write("what", asked_what, files=True, too_long=in_parts(t))
        text = words_of(t, said)
    more = Answered()
    if kind.slug not in VIOLENCE:  # there one thing was asked first of all, and nothing else is
        more = yield from follow_ups(t, here, kind, told, text, again)
    place = told.place
    if not place.known or "place" in again:
        place = yield from _place_if_wanted(t, here)
    text = "\n".join((text, *(yield from besides())))
    first = advice(t, kind)
    lines = (
        *((first,) if first else ()),
        t("Esto lo leerá solo un grupo pequeño y capacitado, no la patrulla de su zona."),
        t("No le escribiremos por nuestra cuenta: usted escribe aquí cuando quiera."),
        *also_lines(t, here, others(told, kind)),
        t("¿Lo enviamos?"),
    )
    options: list[Option[Any]] = [
        Option("send", "yes", t("Enviar"), style="primary"),
        Option("edit", "edit", t("Corregir"), words=CORRECT),
        Option("cancel", "no", t("No enviar")),
    ]
    for card in CARDS:
        verdict = yield from choose_or(card, lines, options, added(t, here, options, card, text))
        if not isinstance(verdict, Added):
            break
        found = yield from hear(card, verdict, kind.slug)
        text, place = f"{text}\n{verdict.text}", with_place(place, found)
        lines = (t("Lo agregué. ¿Lo enviamos?"),)
    if verdict == "edit":
        return (yield from correct(t, FIELDS, more.to_correct, card))
    if verdict == "cancel":
        return Stopped("discarded")
    return Draft(
        kind=kind.slug,
        place=place,
        text=text,
        when=told.when,
        answers=more.answers,
        chosen=more.chosen,
        danger=told.danger,
        also=others(told, kind),
    )


FIELDS = ("kind", "place", "what")


def can_write(t: Texts) -> Generator[Any, Any, bool]:
    """Is it safe to read and answer now? Before anything else."""
    lines = (
        t("Gracias por escribir. ¿Está a salvo en este momento para leer y contestar?"),
        t("Si hay peligro: 911. Línea de las Mujeres: 079, opción 1, gratis, día y noche."),
    )
    options = [Option(True, "yes", t("Sí puedo")), Option(False, "no", t("Ahora no"))]
    return bool((yield from choose("safe", lines, options)))


def _place_if_wanted(t: Texts, here: Here) -> Generator[Any, Any, Place]:
    """The place in words; a pin that comes by itself is taken, none is asked for."""
    skip: Option[Any] = Option(Place(), "unknown", t("Prefiero no decir"), words=("no se", "no quiero decir"))

    def read(reply: Reply) -> Place | None:
        if reply.point is not None:
            found = here.municipality.territory.colonias_at(reply.point)
            return Place(colonia=found[0].slug if found else "", point=reply.point)
        text = reply.text.strip()[:LONGEST_TEXT]
        match = here.finder.find(text) if text else None
        colonia = match.best.slug if match and match.best and match.exact else ""
        return Place(colonia=colonia, street=text) if text else None

    lines = (t("¿En qué colonia o por dónde? Si prefiere no decirlo, está bien."),)
    place: Place = yield from choose_or("where", lines, [skip], read)
    return place


def in_confidence_beside(here: Here, told: Told, answers: Answers) -> bool:
    """Was something that only a named list may know told beside an ordinary concern, at any moment of its talk?"""
    also = with_asides(here, told, "", answers.get(SAID, ()))[0].also
    found = (answers.get(name, {}).get("data", {}).get("apart", "") for name in HEARD.values())
    return any(slug and here.kind(slug).listed for slug in (*(slug for slug, _ in also), *found))


def confidential(t: Texts, here: Here, told: Told, answers: Answers) -> bool:
    """Is a draft, as far as it was told, about something that only a named list may know?"""
    known = advance(lambda again: ask_kind(t, here, told, "kind" in again), answers).result
    if known is None:
        return False
    kind = known[0]
    for question in here.municipality.questions.get(kind.slug, ()):
        picked = advance(lambda again, asked=question: follow_up(t, kind, asked), answers).result  # type: ignore[misc]
        option = question.option(picked[1]) if picked else None
        if option is not None and option.named_list:
            return True
    return bool(kind.listed)
