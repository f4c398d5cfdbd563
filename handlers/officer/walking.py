"""Recorrido: begin in a colonia, note each stop in a few taps or one voice note, end with its summary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.conversation import Flow
from bot.domain.folio import show
from bot.domain.promise import Window
from bot.domain.roster import Officer, Role
from bot.domain.territory import Colonia, Place
from bot.domain.walk import LONGEST_TEXT, MOST_MET, Did, Stop
from bot.messages import Action
from bot.questions import LookUp, NotUnderstood, Option, Reply, Written, choose, choose_or, look_up, write
from bot.texts import Texts, later
from handlers import talks, walk_words
from handlers.desk import promises, reports
from handlers.desk import walks as desk
from handlers.here import OTHER, Here
from handlers.officer import giving, promising, talking
from handlers.resident.draft import Draft
from handlers.resident.told import read_again
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

FEWEST_WORDS = 3  # of words alone while walking: shorter is a slip of the thumb
PROPOSED = 8
DONE: tuple[tuple[Did, str], ...] = (
    (Did.LISTENED, later("Escuché")),
    (Did.ADVICE, later("Di un consejo")),
    (Did.MEDIATED, later("Medié")),
    (Did.CALLED, later("Llamé a servicios")),
    (Did.PROMISED, later("Prometí algo")),
)


# ---- beginning and end ----


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
    who.say(line, t("Para empezar otro, termine este."), actions=_onward(t))


def _onward(t: Texts) -> tuple[Action, ...]:
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
    own = who.officer.sectors if who.officer else ()
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
    who.say(*lines, actions=_onward(t))


def end(who: Speaker) -> None:
    """Terminar recorrido."""
    facts = desk.end(who.tx, who.here, who.me, who.at)
    t = who.t
    lines = walk_words.summary_lines(t, who.here, facts)
    told = (t("El mando recibe lo mismo."),) if facts["stops"] else ()
    who.say(*lines, *told, actions=(button(t("Menú"), "m.menu"),))


# ---- a stop ----


@dataclass(frozen=True, slots=True)
class Heard:
    """What a stop comes to."""

    said: Written
    did: Did = Did.LISTENED
    window: Window | None = None
    confidential: bool = False
    danger: bool = False


def note(who: Speaker) -> None:
    """Parada."""
    desk.running(who.tx, who.me)
    talks.start(who, "stop", {})


def alone(who: Speaker) -> bool:
    """A voice note, or words, while a round is under way: a stop; only what was done is asked. Danger is no stop."""
    words = who.inbound.text.strip()
    if who.understood is not None and who.understood.danger is not None:
        return False
    if who.officer is None or not (who.media or len(words.split()) >= FEWEST_WORDS):
        return False
    if who.tx.walks.running_of(who.person.id) is None:
        return False
    media = [[item.id, item.kind.value] for item in who.media]
    talks.start(
        who, "stop", {"said": Reply(text=words[:LONGEST_TEXT], media=who.media).as_dict(), "media": media}
    )
    return True


def _stop_flow(t: Texts, here: Here, kept: talks.Arguments) -> Flow[Heard]:
    """What was heard, what was done; a promise asks for when."""
    said = yield from _said(t, kept)
    if said.text and read_again(here.triage, said.text).danger is not None:
        return Heard(said, danger=True)
    kind = _kind(here, said.text)
    if kind and here.kind(kind).listed:
        return Heard(said, confidential=True)
    if not said.text and not said.media:
        return Heard(said)
    options = [Option(did, did.value, t(label)) for did, label in DONE]
    did = yield from choose("did", (t("¿Qué se hizo ahí mismo?"),), options)
    if did is not Did.PROMISED:
        return Heard(said, did)
    return Heard(said, did, (yield from promising.when(t, "promise")))


def _said(t: Texts, kept: talks.Arguments) -> Flow[Written]:
    if "said" in kept:
        given = Reply.from_dict(kept["said"])
        return Written(text=given.text, media=given.media)
    nothing = Option("", "nothing", t("Solo saludé"), words=("nada", "saludo"))
    lines = (t("¿Qué le contaron? Escríbalo o mándelo por voz, sin nombres."),)
    too_long = t("Más corto, por favor: hasta {n} letras.", n=LONGEST_TEXT)
    return (
        yield from write(
            "heard", lines, options=(nothing,), longest=LONGEST_TEXT, too_long=too_long, files=True
        )
    )


def _kind(here: Here, text: str) -> str:
    """What it is about, as far as the words say; the officer is not asked."""
    return (read_again(here.triage, text).kind or "") if text else ""


def _stopped(who: Speaker, talk: Conversation, heard: Heard) -> None:
    officer, t = who.me, who.t
    media = [[item.id, item.kind.value] for item in heard.said.media]
    if heard.danger:
        stop = desk.stop(who.tx, who.here, officer, who.at)
        _as_report(who, stop, heard.said.text, media, (t("Si el peligro es ahora: radio y 911 primero."),))
        return
    if heard.confidential:  # its words go to their own list, and nowhere else
        stop = desk.stop(who.tx, who.here, officer, who.at)
        lead = (t("Eso se atiende en confianza: en el recorrido solo queda que habló con alguien."),)
        _as_report(who, stop, heard.said.text, media, lead)
        return
    stop = desk.stop(
        who.tx,
        who.here,
        officer,
        who.at,
        text=heard.said.text,
        media_id=media[0][0] if media else None,
        kind=_kind(who.here, heard.said.text),
        did=heard.did,
    )
    if heard.window is not None and _answers_for(who, officer):
        _promise(who, stop, heard, heard.window)
        return
    lines = [t("Parada anotada: {what}", what=_what(t, who.here, stop))]
    if heard.did is Did.PROMISED:
        lines.append(t("La promesa no quedó apuntada. Anótelo como reporte: ahí se promete, con su hora."))
    who.say(*lines, actions=(*_after(t, stop), *_onward(t)))


def _answers_for(who: Speaker, officer: Officer) -> bool:
    """Who promises takes the report too: of their own sector, while on duty."""
    if officer.role is Role.SUPERVISOR:
        return True
    on_duty = who.tx.staff.shift_of(officer.person_id, who.at) is not None
    return on_duty and desk.running(who.tx, officer).sector in officer.sectors


def _what(t: Texts, here: Here, stop: Stop) -> str:
    kind = here.kind(stop.kind).short if stop.kind else ""
    people = t.many("{n} persona", "{n} personas", stop.met)
    return " · ".join(part for part in (kind, t(walk_words.DID[stop.did]), people) if part)


def _after(t: Texts, stop: Stop) -> tuple[Action, ...]:
    """What a stop may still become."""
    more = (button(t("Fueron más"), f"wmet.{stop.id}"),)
    told = stop.text or stop.media_id
    return (*more, button(t("Anotar reporte"), f"wjot.{stop.id}")) if told and not stop.report_id else more


def _promise(who: Speaker, stop: Stop, heard: Heard, window: Window) -> None:
    """A promise stands in the ledger, and the ledger goes by report: what was heard becomes one, in the officer's hands."""
    officer, t = who.me, who.t
    walk = desk.running(who.tx, officer)
    draft = Draft(
        kind=stop.kind or OTHER,
        place=Place(colonia=walk.colonia),
        text=heard.said.text or t("(nota de voz)"),
        media=tuple(item.id for item in heard.said.media),
    )
    opened = reports.open_report(
        who.tx,
        who.here,
        draft,
        draft_id=stop.id,
        person_id=None,
        filed_by=who.person.id,
        at=who.at,
        call=False,
    )
    folio = opened.report.folio
    reports.claim(who.tx, who.here, folio, officer, who.at)
    promises.make(who.tx, who.here, folio, officer, draft.text, window, who.at)
    who.tx.walks.became(stop.id, opened.report.id)
    line = t("Parada anotada. La promesa queda en el folio {folio}, en sus manos.", folio=show(folio))
    who.say(line, actions=(giving.offer(t, folio), button(t("Fueron más"), f"wmet.{stop.id}"), *_onward(t)))


# ---- what a stop may become ----


def as_report(who: Speaker, stop_id: str) -> None:
    """Anotar reporte: the report talk with what was heard; the stop knows what it became."""
    _, stop = desk.own_stop(who.tx, who.me, stop_id)
    if stop.report_id is not None:
        folio = show(who.tx.reports.get(stop.report_id).folio)
        who.say(who.t("Esa parada ya es el reporte {folio}.", folio=folio), actions=_onward(who.t))
        return
    file = who.tx.media.get(stop.media_id) if stop.media_id else None
    _as_report(who, stop, stop.text, [[file.id, file.kind.value]] if file else [], ())


def _as_report(who: Speaker, stop: Stop, text: str, media: list[list[str]], lead: tuple[str, ...]) -> None:
    walk = who.tx.walks.get(stop.walk_id)
    talking.jot(
        who,
        text,
        [(name, kind) for name, kind in media],
        lead=lead,
        stop=stop.id,
        colonia=walk.colonia if walk else "",
    )


def how_many(who: Speaker, stop_id: str) -> None:
    """Fueron más."""
    desk.own_stop(who.tx, who.me, stop_id)
    talks.start(who, "met", {"stop": stop_id})


def _met_flow(t: Texts) -> Flow[int]:
    options = [Option(n, f"n{n}", str(n)) for n in range(1, 6)]  # in this order: "2" is the second of them
    lines = (t("¿Con cuántas personas habló en esa parada? Solo el número."),)
    return (yield from choose_or("met", lines, options, lambda said: _number(t, said)))


def _number(t: Texts, said: Reply) -> int | None:
    digits = said.text.strip()
    if not digits.isdecimal():
        return None
    if not 1 <= int(digits) <= MOST_MET:
        raise NotUnderstood(t("De 1 a {n} personas.", n=MOST_MET))
    return int(digits)


def _met(who: Speaker, talk: Conversation, people: int) -> None:
    stop_id = talk.arguments["stop"]
    desk.own_stop(who.tx, who.me, stop_id)
    who.tx.walks.met(stop_id, people)
    who.say(who.t.many("Anotado: {n} persona.", "Anotado: {n} personas.", people), actions=_onward(who.t))


for _one in (
    talks.Script(
        name="walk",
        make=lambda t, here, kept, again: _walk_flow(t, here),
        finish=_begun,
        look_ups={"colonias": _due},
    ),
    talks.Script(
        name="stop",
        make=lambda t, here, kept, again: _stop_flow(t, here, kept),
        finish=_stopped,
        look_ups=promising.LOOK_UPS,
    ),
    talks.Script(name="met", make=lambda t, here, kept, again: _met_flow(t), finish=_met, look_ups={}),
):
    talks.script(_one)
