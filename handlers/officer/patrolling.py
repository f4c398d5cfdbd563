"""Visits in the officer's hands: arrange them, arrive, leave with one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from bot.conversation import Flow
from bot.domain import folio as folios
from bot.domain.errors import NotAllowedNow, UnknownFolio
from bot.domain.patrol import DayPart, VisitState, tells_of_an_empty_house
from bot.messages import Outgoing
from bot.questions import NotUnderstood, Option, Reply, choose, choose_or
from bot.texts import Texts, later
from handlers import talks, visit_words
from handlers.desk import visits as desk
from handlers.officer import cards
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

PARTS: tuple[tuple[str, str, DayPart], ...] = (
    ("early", later("Madrugada, 0 a 6"), DayPart(time(0), time(6))),
    ("morning", later("Mañana, 6 a 12"), DayPart(time(6), time(12))),
    ("afternoon", later("Tarde, 12 a 19"), DayPart(time(12), time(19))),
    ("night", later("Noche, 19 a 24"), DayPart(time(19), time(0))),
)
DAYS = (1, 3, 7)
LONGEST_SENTENCE = 300
QUIET = later("Todo tranquilo.")


@dataclass(frozen=True, slots=True)
class Plan:
    """In which hours, for how many days."""

    part: DayPart
    days: int


def _plan_flow(t: Texts, kept: talks.Arguments) -> Flow[Plan | None]:
    """Which hours, how many days, and the message as it will be read."""
    parts = [Option(part, key, t(label)) for key, label, part in PARTS]
    part = yield from choose("part", (t("¿En qué horas le preocupa a la persona?"),), parts)
    labels = [t.many("{n} día", "{n} días", n) for n in DAYS]
    counts = [Option(n, f"d{n}", label) for n, label in zip(DAYS, labels, strict=True)]
    days = yield from choose("days", (t("¿Cuántos días? Una visita por día, a una hora al azar."),), counts)
    shown = visit_words.planned_lines(t, {"folio": kept["folio"], "officer": kept["officer"], "days": days})
    lead = t("Le llegará así:") if kept["told"] else t("Quedará así:")
    sure = [Option(True, "yes", t("Programar"), style="primary"), Option(False, "no", t("Cancelar"))]
    return Plan(part, days) if (yield from choose("sure", (lead, *shown), sure)) else None


def _planned(who: Speaker, talk: Conversation, wanted: Plan | None) -> None:
    folio = talk.arguments["folio"]
    case = button(who.t("Ver caso"), f"case.{folio}")
    if wanted is None:
        who.say(who.t("No se programó nada."), actions=(case,))
        return
    made = desk.arrange(who.tx, who.here, folio, who.me, wanted.part, wanted.days, who.at)
    line = who.t.many("{n} visita programada.", "{n} visitas programadas.", len(made))
    who.say(line, who.t("La hora le llega al turno cuando toque."), actions=(case,))


def arrive(who: Speaker, visit_id: str) -> None:
    """Llegué."""
    report, made = desk.arrive(who.tx, visit_id, who.me, who.at)
    t = who.t
    assert made.arrived_at is not None
    whole = cards.place_open(who, report)
    place = who.here.place_line(report.place, exact=whole)
    lines = (
        t("Llegó: {hour}. Quédese unos {n} minutos, a la vista.", hour=t.clock(made.arrived_at), n=made.stay),
        *((f"📍 {place}",) if place else ()),
        t("Si quiere, mande su ubicación: queda solo la distancia, y solo la ve el mando."),
    )
    leave = button(t("Salí"), f"vout.{visit_id}", "primary")
    who.show(
        Outgoing(
            lines=lines,
            actions=(leave,),
            pin=report.place.point if whole else None,
            pin_label=place,
            protected=True,
        )
    )


def located(who: Speaker) -> bool:
    """A pin while a visit is being made is the proof of it."""
    if who.officer is None or who.inbound.point is None or who.inbound.text.strip():
        return False
    made = desk.measure(who.tx, who.officer, who.inbound.point)
    if made is None:
        return False
    t = who.t
    report = who.tx.reports.get(made.report_id)
    hidden = made.metres is None or who.here.kind(report.kind).high_risk  # three distances are a place
    line = t("Ubicación anotada.") if hidden else t("Ubicación anotada: a {n} m del lugar.", n=made.metres)
    who.say(line, actions=(button(t("Salí"), f"vout.{made.id}", "primary"),))
    return True


def start_leaving(who: Speaker, visit_id: str) -> None:
    """Salí: one sentence for the person."""
    made = who.tx.visits.get(visit_id)
    if made is None or made.officer_id != who.person.id:
        raise UnknownFolio
    if made.state is not VisitState.ARRIVED:
        raise NotAllowedNow(made.state, "leave")
    talks.start(who, "visit_done", {"visit": visit_id})


def _done_flow(t: Texts) -> Flow[str]:
    lines = (t("Una frase para la persona: qué se vio, qué se hizo."),)
    quiet = [Option(t(QUIET), "quiet", t(QUIET))]
    return (yield from choose_or("sentence", lines, quiet, lambda said: _sentence(t, said)))


def _sentence(t: Texts, said: Reply) -> str | None:
    text = said.text.strip()
    if len(text) < 3:
        return None
    if len(text) > LONGEST_SENTENCE:
        raise NotUnderstood(t("Más corta, por favor: hasta {n} letras.", n=LONGEST_SENTENCE))
    if tells_of_an_empty_house(text):
        raise NotUnderstood(
            t("No escriba si la casa está sola: el mensaje lo puede leer otra persona. Dígalo de otro modo.")
        )
    return text


def _left(who: Speaker, talk: Conversation, sentence: str) -> None:
    report, made = desk.leave(who.tx, talk.arguments["visit"], who.me, sentence, who.at)
    t = who.t
    assert made.arrived_at is not None
    line = t(
        "Visita hecha: {start}-{end} · {folio}",
        start=t.clock(made.arrived_at),
        end=t.clock(who.at),
        folio=folios.show(report.folio),
    )
    who.say(line, *([t("Se le avisa a la persona.")] if report.person_id else []))


for _one in (
    talks.Script(
        name="visits",
        make=lambda t, here, kept, again: _plan_flow(t, kept),
        finish=_planned,
    ),
    talks.Script(
        name="visit_done",
        make=lambda t, here, kept, again: _done_flow(t),
        finish=_left,
    ),
):
    talks.script(_one)
