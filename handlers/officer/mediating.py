"""An officer between two neighbours: does each want to talk, what did they agree, is it kept?"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from bot.conversation import Flow
from bot.domain.concern import Identity
from bot.domain.errors import NotAllowedNow, UnknownFolio
from bot.domain.mediation import LONGEST_POINT, MOST_POINTS, State, Will
from bot.questions import Option, choose, write
from bot.texts import Texts
from handlers import mediation_words, talks
from handlers.desk import mediations as desk
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

SHORTEST_POINT = 3
ANSWERS = ("yes", "part", "no")


@dataclass(frozen=True, slots=True)
class Heard:
    """What both sides say, and what they agreed; None: nothing is noted."""

    reporter: Will
    other: Will
    points: tuple[str, ...] = ()


def start(who: Speaker, folio: str) -> None:
    """Mediar. Raises MediationBarred and what the desk raises."""
    report = desk.require_mine(who.tx, who.here, folio, who.me, who.at)
    known = desk.open_one(who.tx, report)
    if known is not None and known.state is State.AGREED:
        raise NotAllowedNow(known.state, "hear")
    talks.start(
        who,
        "mediation",
        {"folio": folio, "told": report.person_id is not None, "named": report.identity is Identity.NAMED},
    )


def _flow(t: Texts, kept: talks.Arguments) -> Flow[Heard | None]:
    """One side, the other, then up to five points; without both there is none."""
    hidden = (
        () if kept["named"] else (t("Pidió reserva: sin su permiso no diga a la otra parte quién avisó."),)
    )
    reporter = yield from _will(
        t, "reporter", t("Mediar es voluntario. ¿Quien avisó quiere dialogar?"), *hidden
    )
    if reporter is Will.NO:
        return Heard(reporter, Will.UNKNOWN)
    other = yield from _will(t, "other", t("¿Y la otra parte quiere dialogar?"))
    if other is not Will.YES or reporter is not Will.YES:
        return Heard(reporter, other)
    points = yield from _points(t)
    lead = t("Le llegará así:") if kept["told"] else t("Quedará así:")
    facts = {"folio": kept["folio"], "text": "\n".join(points)}
    sure = [Option(True, "yes", t("Guardar"), style="primary"), Option(False, "no", t("Cancelar"))]
    agreed = yield from choose("sure", (lead, *mediation_words.agreed_lines(t, facts)), sure)
    return Heard(reporter, other, points) if agreed else None


def _will(t: Texts, name: str, *lines: str) -> Generator[Any, Any, Will]:
    options = [
        Option(Will.YES, "yes", t("Sí")),
        Option(Will.NO, "no", t("No")),
        Option(Will.UNKNOWN, "unknown", t("Falta preguntarle")),
    ]
    found: Will = yield from choose(name, lines, options)
    return found


def _points(t: Texts) -> Generator[Any, Any, tuple[str, ...]]:
    points: list[str] = []
    for n in range(MOST_POINTS):
        ask = t("Punto {n} del acuerdo, en una frase corta y sin nombres.", n=n + 1)
        done: tuple[Option[str], ...] = (Option("", "done", t("Es todo"), words=("listo", "ya", "fin")),)
        said = yield from write(
            f"point{n}",
            (t("¿En qué quedaron? Hasta cinco puntos."), ask) if n == 0 else (ask,),
            options=done if n else (),
            shortest=SHORTEST_POINT if not n else 0,
            longest=LONGEST_POINT,
            empty=t("Hacen falta unas palabras."),
            too_long=t("Más corta, por favor: hasta {n} letras.", n=LONGEST_POINT),
        )
        text = " ".join(said.text.split())
        if not text:
            break
        points.append(text)
    return tuple(points)


def _finished(who: Speaker, talk: Conversation, heard: Heard | None) -> None:
    t, folio = who.t, talk.arguments["folio"]
    case = button(t("Ver caso"), f"case.{folio}")
    if heard is None:
        who.say(t("No se guardó nada."), actions=(case,))
    elif heard.points:
        desk.agree(who.tx, who.here, folio, heard.points, who.me, who.at)
        who.say(t("Acuerdo anotado. A los 7 y a los 30 días se pregunta si se cumple."), actions=(case,))
    else:
        desk.hear(who.tx, who.here, folio, heard.reporter, heard.other, who.me, who.at)
        again = button(t("Seguir mediación"), f"mediate.{folio}")
        if Will.NO in (heard.reporter, heard.other):
            who.say(t("Sin las dos partes no hay mediación. Quedó anotado."), actions=(case,))
        else:
            who.say(t("Quedó anotado. Siga cuando las dos partes hayan contestado."), actions=(again, case))


def answered(who: Speaker, argument: str) -> None:
    """¿Se cumple?: of the reporter, and of who mediated."""
    mediation_id, _, said = argument.partition(".")
    if said not in ANSWERS:
        raise UnknownFolio
    report = desk.answer(who.tx, mediation_id, who.person.id, who.officer, said, who.at)
    t = who.t
    if report.person_id != who.person.id:
        who.say(t("Anotado."), actions=(button(t("Ver caso"), f"case.{report.folio}"),))
    elif said == "yes":
        who.say(t("Qué bueno. Gracias por decirnos."), actions=(button(t("Menú"), "m.menu"),))
    else:
        line = t(
            "Gracias por decirnos. Ya lo sabe quien los ayudó a dialogar; no tiene que volver a explicar nada."
        )
        who.say(line, actions=(button(t("Agregar algo"), f"add.{report.folio}"), button(t("Menú"), "m.menu")))


talks.script(
    talks.Script(name="mediation", make=lambda t, here, kept, again: _flow(t, kept), finish=_finished)
)
