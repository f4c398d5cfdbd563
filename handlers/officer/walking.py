"""Recorrido: begin in a colonia, end with its summary; its stops are in `stopping`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.conversation import Flow
from bot.domain.territory import Colonia
from bot.domain.walk import Walk
from bot.messages import Action
from bot.questions import LookUp, Option, Reply, choose_or, look_up
from bot.texts import Texts
from handlers import talks, walk_words
from handlers.desk import walks as desk
from handlers.here import Here
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

PROPOSED = 8


def begin(who: Speaker) -> None:
    """Recorrido: where, or how the one under way stands."""
    running = who.tx.walks.running_of(who.person.id)
    if running is None:
        talks.start(who, "walk", {})
        return
    t = who.t
    n = len(who.tx.walks.stops(running.id))
    line = t(
        "Ya lleva un recorrido en {where} desde las {hour}: {stops}.",
        where=who.here.colonia_name(running.colonia),
        hour=t.clock(running.started_at),
        stops=t.many("{n} parada", "{n} paradas", n),
    )
    who.say(line, t("Para empezar otro, termine este."), actions=onward(t))


def onward(t: Texts, walk: Walk | None = None) -> tuple[Action, ...]:
    """What one does on a round: the next stop, or its end; after it the menu."""
    if walk is not None and walk.ended_at is not None:
        return (button(t("Menú"), "m.menu"),)
    return (button(t("Parada"), "m.note_stop", "primary"), button(t("Terminar recorrido"), "m.end_walk"))


def _walk_flow(t: Texts, here: Here) -> Flow[str]:
    """Which colonia: one that is due, or any by its name or by a pin."""
    due: list[list[str]] = yield from look_up("due", "colonias")
    rows = [
        Option(slug, f"c{n}", name[:24], why[:72], words=(name,)) for n, (slug, name, why) in enumerate(due)
    ]
    lines = (t("¿En qué colonia va a caminar? Elija, escriba su nombre o mande su ubicación."),)
    return (
        yield from choose_or(
            "colonia", lines, rows, lambda said: _colonia(here, said), as_rows=True, asks_location=True
        )
    )


def _colonia(here: Here, said: Reply) -> str | None:
    found: Colonia | None = None
    if said.point is not None:
        found = next(iter(here.municipality.territory.colonias_at(said.point)), None)
    elif said.text.strip():
        found = here.finder.find(said.text).best
    return found.slug if found else None


def _due(who: Speaker, talk: Conversation, step: LookUp) -> list[list[str]]:
    """Colonias of the officer's sectors: those planned for today, then the most asked for, then those that wait longest."""
    wanted, last = who.tx.requests.visits_wanted(), who.tx.walks.last()
    planned = planned_today(who, _sectors(who))
    slugs = dict.fromkeys(slug for sector in _sectors(who) for slug in _colonias(who.here, sector))
    rest = sorted(
        (slug for slug in slugs if slug not in planned),
        key=lambda slug: (-wanted.get(slug, 0), last[slug].timestamp() if slug in last else 0.0),
    )
    return [
        [slug, who.here.colonia_name(slug), _why(who.t, slug in planned, wanted.get(slug, 0), last.get(slug))]
        for slug in (*planned, *rest)[:PROPOSED]
    ]


def _why(t: Texts, today: bool, asked: int, last: datetime | None) -> str:
    parts = [t("toca hoy")] if today else []
    parts += [t.many("{n} lo pidió", "{n} lo pidieron", asked)] if asked else []
    parts += [t("último recorrido: {day}", day=t.day(last))] if last else []
    return " · ".join(parts)


def planned_today(who: Speaker, sectors: Iterable[str]) -> list[str]:
    """The colonias that the week's plan has for today, in some sectors."""
    today = who.at.astimezone(who.here.municipality.time_zone).date()
    mine = set(sectors)
    return [one.colonia for one in who.tx.rotation.ahead(today) if one.day == today and one.sector in mine]


def _sectors(who: Speaker) -> tuple[str, ...]:
    own = who.tx.staff.sectors_of(who.me, who.at)
    return own or tuple(sector.slug for sector in who.here.municipality.territory.sectors)


def _colonias(here: Here, sector: str) -> tuple[str, ...]:
    found = here.municipality.territory.sector(sector)
    return found.colonias if found else ()


def _begun(who: Speaker, talk: Conversation, colonia: str) -> None:
    _, beside = desk.start(who.tx, who.here, who.me, colonia, who.at)
    t = who.t
    lines = [
        t(
            "Recorrido en {where} desde las {hour}.",
            where=who.here.colonia_name(colonia),
            hour=t.clock(who.at),
        )
    ]
    if beside:
        lines.append(t("También camina ahí {names}: cada quien anota lo suyo.", names=t.listing(beside)))
    lines.append(t("En cada parada toque «Parada», o mande una nota de voz. Sin nombres."))
    who.say(*lines, actions=onward(t))


def end(who: Speaker) -> None:
    """Terminar recorrido."""
    facts = desk.end(who.tx, who.here, who.me, who.at)
    t = who.t
    lines = walk_words.summary_lines(t, who.here, facts)
    told = (t("El mando recibe lo mismo."),) if facts["stops"] else ()
    who.say(*lines, *told, actions=(button(t("Menú"), "m.menu"),))


talks.script(
    talks.Script(
        name="walk",
        make=lambda t, here, kept, again: _walk_flow(t, here),
        finish=_begun,
        look_ups={"colonias": _due},
    )
)
