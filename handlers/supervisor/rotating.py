"""Plan de recorridos: the week's rounds of a sector, proposed with reasons, edited by tapping, confirmed."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.conversation import Flow
from bot.domain.rotation import coming_days
from bot.messages import Outgoing
from bot.questions import LookUp, Option, Reply, choose, choose_or, look_up, shortened
from bot.texts import Texts
from handlers import rotation_words, talks
from handlers.desk import rotation as desk
from handlers.here import Here
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

MOST_EDITS = 30
SHOWN = 8
ADD, CONFIRM, LEAVE = "add", "ok", "no"
Ranked = list[list[str]]  # colonia, why; those that need it most first


@dataclass(frozen=True, slots=True)
class Week:
    """What the supervisor confirmed."""

    sector: str
    rounds: tuple[tuple[date, str], ...]


def plan(who: Speaker) -> None:
    """Plan de recorridos: of which sector, then the proposal."""
    zone = who.here.municipality.time_zone
    days = [day.isoformat() for day in coming_days(who.at, zone)]
    mine = who.officer.sectors if who.officer else ()
    every = who.here.municipality.territory.sectors
    sectors = [s.slug for s in every if s.colonias and (not mine or s.slug in mine)]
    talks.start(who, "rotation", {"days": days, "sectors": sectors or [s.slug for s in every if s.colonias]})


def _flow(t: Texts, here: Here, kept: talks.Arguments) -> Flow[Week | None]:
    """The sector, the proposal, and changes to it until it is confirmed or left."""
    sector = yield from _sector(t, here, kept["sectors"])
    ranked: Ranked = yield from look_up("ranked", "ranked", sector=sector)
    days = [date.fromisoformat(day) for day in kept["days"]]
    rounds = dict(
        zip(days, (slug for slug, _ in ranked[: here.municipality.service.rounds.a_week]), strict=False)
    )
    why: dict[str, str] = dict(ranked)
    for n in range(MOST_EDITS):
        picked = yield from _week(t, here, n, sector, days, rounds, why)
        if picked == LEAVE:
            return None
        if picked == CONFIRM:
            break
        rounds = yield from _edited(t, here, n, days, rounds, ranked, picked)
    return Week(sector, tuple(sorted(rounds.items())))


def _sector(t: Texts, here: Here, slugs: list[str]) -> Generator[Any, Any, str]:
    if len(slugs) == 1:
        return slugs[0]
    found = [here.municipality.territory.sector(slug) for slug in slugs]
    rows = [
        Option(one.slug, f"s{n}", shortened(one.name, 24), words=(one.slug, one.name.removeprefix("Sector ")))
        for n, one in enumerate(found[:10])
        if one
    ]
    return (yield from choose("sector", (t("¿De qué sector es el plan?"),), rows, as_rows=True))


def _week(
    t: Texts, here: Here, n: int, sector: str, days: list[date], rounds: dict[date, str], why: dict[str, str]
) -> Generator[Any, Any, str]:
    """The plan as it stands; a day is tapped to change it."""
    rows = [
        Option(
            day.isoformat(),
            f"d{days.index(day)}",
            shortened(f"{rotation_words.short_day(t, day)} · {here.colonia_name(slug)}", 24),
            shortened(why.get(slug, ""), 72),
        )
        for day, slug in sorted(rounds.items())
    ]
    if len(rounds) < len(days):
        rows.append(Option(ADD, ADD, t("Agregar colonia")))
    rows += [Option(CONFIRM, CONFIRM, t("Confirmar plan")), Option(LEAVE, LEAVE, t("No planear"))]
    found = here.municipality.territory.sector(sector)
    lines = (
        t("Recorridos de los próximos siete días · {sector}", sector=found.name if found else sector),
        t("Toque un día para cambiarlo. Al confirmar, a quien lo pidió se le avisa un día antes."),
    )
    return (yield from choose(f"week{n}", lines, rows, as_rows=True))


def _edited(
    t: Texts, here: Here, n: int, days: list[date], rounds: dict[date, str], ranked: Ranked, picked: str
) -> Generator[Any, Any, dict[date, str]]:
    """The plan with one change."""
    if picked == ADD:
        free = next(day for day in days if day not in rounds)
        return {**rounds, free: (yield from _which(t, here, n, rounds, ranked))}
    day = date.fromisoformat(picked)
    line = f"{rotation_words.short_day(t, day)} · {here.colonia_name(rounds[day])}"
    acts = [
        Option("other", "other", t("Otra colonia")),
        Option("day", "day", t("Otro día")),
        Option("drop", "drop", t("Quitar")),
        Option("keep", "keep", t("Dejar así")),
    ]
    act = yield from choose(f"act{n}", (line,), acts)
    if act == "other":
        return {**rounds, day: (yield from _which(t, here, n, rounds, ranked))}
    if act == "day":
        return _moved(rounds, day, (yield from _when(t, here, n, days, rounds, day)))
    return {one: slug for one, slug in rounds.items() if one != day} if act == "drop" else rounds


def _which(t: Texts, here: Here, n: int, rounds: dict[date, str], ranked: Ranked) -> Generator[Any, Any, str]:
    left = [(slug, why) for slug, why in ranked if slug not in rounds.values()][:SHOWN]
    rows = [
        Option(
            slug,
            f"c{i}",
            shortened(here.colonia_name(slug), 24),
            shortened(why, 72),
            words=(here.colonia_name(slug),),
        )
        for i, (slug, why) in enumerate(left)
    ]
    lines = (t("¿Qué colonia? Elija, o escriba su nombre."),)
    return (yield from choose_or(f"colonia{n}", lines, rows, lambda said: _named(here, said), as_rows=True))


def _named(here: Here, said: Reply) -> str | None:
    best = here.finder.find(said.text).best if said.text.strip() else None
    return best.slug if best else None


def _when(
    t: Texts, here: Here, n: int, days: list[date], rounds: dict[date, str], day: date
) -> Generator[Any, Any, date]:
    rows = [
        Option(one, f"d{i}", rotation_words.short_day(t, one), here.colonia_name(rounds.get(one, "")))
        for i, one in enumerate(days)
        if one != day
    ]
    return (
        yield from choose(
            f"day{n}", (t("¿Qué día? Si ya hay otra colonia, se cambian."),), rows, as_rows=True
        )
    )


def _moved(rounds: dict[date, str], day: date, to: date) -> dict[date, str]:
    """The colonia goes to another day; what stood there takes its place."""
    moved = {one: slug for one, slug in rounds.items() if one != day}
    if to in rounds:
        moved[day] = rounds[to]
    return {**moved, to: rounds[day]}


def _ranked(who: Speaker, talk: Conversation, step: LookUp) -> Ranked:
    needs = desk.needs(who.tx, who.here, step.arguments["sector"], who.at)
    return [[need.colonia, rotation_words.reason(who.t, need)] for need in needs]


def _confirmed(who: Speaker, talk: Conversation, week: Week | None) -> None:
    t = who.t
    if week is None:
        who.say(t("No se cambió el plan."), actions=(button(t("Menú"), "m.menu"),))
        return
    made = desk.confirm(who.tx, who.here, week.sector, week.rounds, who.person.id, who.at)
    lines = [t.many("Plan confirmado: {n} recorrido.", "Plan confirmado: {n} recorridos.", len(made))]
    lines += [
        f"{rotation_words.short_day(t, one.day)} · {who.here.colonia_name(one.colonia)}" for one in made
    ]
    who.show(Outgoing(lines=tuple(lines), actions=(button(t("Menú"), "m.menu"),)))


talks.script(
    talks.Script(
        name="rotation",
        make=lambda t, here, kept, again: _flow(t, here, kept),
        finish=_confirmed,
        look_ups={"ranked": _ranked},
    )
)
