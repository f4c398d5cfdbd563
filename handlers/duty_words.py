"""The words of duty: how somebody gets about, the roster's shift, a pause that ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.domain.roster import Mode
from bot.messages import Action, Outgoing
from bot.texts import Texts, later
from handlers.facts import Facts, Moment, Word, at_of
from handlers.here import Here
from handlers.speaker import button

AS_PLANNED, OWN, ASK = "plan", "own", "ask"  # besides a mode, what the button that begins a shift may say
GETS_ABOUT = {Mode.FOOT: later("a pie"), Mode.CAR: later("en patrulla"), Mode.MOTORCYCLE: later("en moto")}
LABELS = {Mode.FOOT: later("A pie"), Mode.CAR: later("En patrulla"), Mode.MOTORCYCLE: later("En moto")}


def gets_about(t: Texts, mode: Mode | None) -> str:
    """ "a pie", or nothing while nobody said."""
    return t(GETS_ABOUT[mode]) if mode is not None else ""


def sectors(t: Texts, here: Here, slugs: tuple[str, ...]) -> str:
    """ "Sector Norte Poniente y Sector Norte Oriente"."""
    return t.listing(sector_names(here, slugs))


def sector_names(here: Here, slugs: Iterable[str]) -> list[str]:
    """Those that there still are."""
    found = map(here.municipality.territory.sector, slugs)
    return [sector.name for sector in found if sector is not None]


def proposal(
    t: Texts, here: Here, span: tuple[datetime, datetime], where: tuple[str, ...], mode: Mode | None
) -> Outgoing:
    """ "Le toca de 19:00 a 07:00 en el Sector Norte Poniente, a pie. ¿Empezar?" """
    named = sector_names(here, where)
    said = t("Le toca de {start} a {end}", start=t.clock(span[0]), end=t.clock(span[1]))
    whole = f"{said} {t.at(named)}" if named else said
    own = button(t("Otro horario"), f"begin.{OWN}")
    if mode is None:
        line = t("{shift}. ¿Cómo va hoy?", shift=whole)
        return Outgoing(lines=(line,), actions=(*modes(t, "begin"), own))
    line = t("{shift}, {mode}. ¿Empezar?", shift=whole, mode=gets_about(t, mode))
    yes = button(t("Empezar"), f"begin.{AS_PLANNED}", "primary")
    return Outgoing(lines=(line,), actions=(yes, button(t("Cambiar modo"), f"begin.{ASK}"), own))


def modes(t: Texts, verb: str) -> tuple[Action, ...]:
    """A button for each way to get about."""
    return tuple(button(t(label), f"{verb}.{mode}") for mode, label in LABELS.items())


def _shift_due(moment: Moment, facts: Facts) -> Outgoing:
    mode = Mode(facts["mode"]) if facts["mode"] else None
    return proposal(moment.t, moment.here, _span(facts), tuple(facts["sectors"]), mode)


def _shift_not_begun(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    start, end = _span(facts)
    name = facts["name"][:1].upper() + facts["name"][1:]
    where = sectors(t, moment.here, tuple(facts["sectors"]))
    line = t(
        "{name} no ha iniciado su turno de {start} a {end}.",
        name=name,
        start=t.clock(start),
        end=t.clock(end),
    )
    return Outgoing(lines=(line, *((where,) if where else ())), actions=(button(t("En turno"), "m.on_duty"),))


def _span(facts: Facts) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(facts["starts_at"]), datetime.fromisoformat(facts["ends_at"])


def _pause_ended(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    since = t.clock(datetime.fromisoformat(facts["paused_at"]))
    lines = (
        t("Su pausa de las {hour} ya es larga: otra vez le llegan avisos.", hour=since),
        t("Si todavía la necesita, toque «Pausa»."),
    )
    actions = (button(t("Pausa"), "m.pause_shift"), button(t("Mis pendientes"), "m.pending"))
    return Outgoing(lines=lines, actions=actions)


def _shift_ends_soon(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = [t("Su turno termina a las {hour}.", hour=t.clock(at_of(facts["ends_at"])))]
    if facts["in_hand"]:
        lines.append(
            t.many(
                "Tiene {n} caso en sus manos: ciérrelo, o suéltelo para quien entra.",
                "Tiene {n} casos en sus manos: ciérrelos, o suéltelos para quien entra.",
                facts["in_hand"],
            )
        )
    return Outgoing(lines=tuple(lines), actions=(button(t("Mis pendientes"), "m.pending"),))


def _shift_ended(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = [t("Terminó su turno. Ya no le llegan avisos.")]
    if facts["in_hand"]:
        lines.append(
            t.many("Le queda {n} caso en sus manos.", "Le quedan {n} casos en sus manos.", facts["in_hand"])
        )
    note = (button(t("Dejar nota"), f"handnote.{facts['handover']}"),) if facts.get("handover") else ()
    start = button(t("Iniciar turno"), "m.start_shift")
    return Outgoing(lines=tuple(lines), actions=(*note, start), quiet=True)


def _handover_received(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t(
        "{name} firmó de recibido su entrega ({hour}).",
        name=facts["by"],
        hour=t.clock(at_of(facts["received_at"])),
    )
    return Outgoing(lines=(line[:1].upper() + line[1:],), quiet=True)


def _handover_unsigned(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    name = facts["name"] or t("otra persona")
    first = t("Entrega sin firmar: {name} ({hour}).", name=name, hour=t.clock(at_of(facts["at"])))
    left = t(
        "En sus manos: {left} · sin tomar: {waiting} · promesas: {promised}",
        left=facts["left"],
        waiting=facts["waiting"],
        promised=facts["promised"],
    )
    return Outgoing(lines=(first, left), actions=(button(t("Estado"), "m.status"),))


TO_STAFF: Mapping[str, Word] = {
    "pause_ended": _pause_ended,
    "shift_due": _shift_due,
    "shift_not_begun": _shift_not_begun,
    "shift_ends_soon": _shift_ends_soon,
    "shift_ended": _shift_ended,
    "handover_received": _handover_received,
    "handover_unsigned": _handover_unsigned,
}
