"""What a stop may still become: a report, a bigger number, another kind."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import Flow
from bot.domain.concern import ConcernKind
from bot.domain.folio import show
from bot.domain.walk import MOST_MET, Stop
from bot.messages import Action
from bot.questions import NotUnderstood, Option, Reply, choose_or
from bot.texts import Texts, later
from handlers import talks, walk_words
from handlers.desk import walks as desk
from handlers.here import OTHER, Here
from handlers.officer import talking
from handlers.officer.walking import onward
from handlers.resident.kind import ask_kind
from handlers.resident.told import Told
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

IN_CONFIDENCE = later("Eso se atiende en confianza: en el recorrido solo queda que habló con alguien.")


def told(t: Texts, here: Here, stop: Stop) -> str:
    """ "Alumbrado · consejo · 2 personas"."""
    kind = here.kind(stop.kind).short if stop.kind else ""
    people = t.many("{n} persona", "{n} personas", stop.met)
    return " · ".join(part for part in (kind, t(walk_words.DID[stop.did]), people) if part)


def actions(t: Texts, stop: Stop) -> tuple[Action, ...]:
    """What a stop may still become."""
    more = (button(t("Fueron más"), f"wmet.{stop.id}"),)
    if not (stop.text or stop.media_id) or stop.report_id:
        return more
    about = button(t("Poner asunto"), f"wkind.{stop.id}")
    if stop.kind:
        about = button(t("Otro asunto"), f"wkind.{stop.id}")
    return (*more, about, button(t("Anotar reporte"), f"wjot.{stop.id}"))


def as_report(who: Speaker, stop_id: str) -> None:
    """Anotar reporte: the report talk with what was heard; the stop knows what it became."""
    _, stop = desk.own_stop(who.tx, who.me, stop_id)
    if stop.report_id is not None:
        folio = show(who.tx.reports.get(stop.report_id).folio)
        who.say(who.t("Esa parada ya es el reporte {folio}.", folio=folio), actions=onward(who.t))
        return
    report(who, stop, stop.text, _files(who, stop), ())


def _files(who: Speaker, stop: Stop) -> list[list[str]]:
    file = who.tx.media.get(stop.media_id) if stop.media_id else None
    return [[file.id, file.kind.value]] if file else []


def report(
    who: Speaker, stop: Stop, text: str, media: list[list[str]], lead: tuple[str, ...], kind: str = ""
) -> None:
    """The report talk begins with what was heard there."""
    walk = who.tx.walks.get(stop.walk_id)
    talking.jot(
        who,
        text,
        [(name, kind) for name, kind in media],
        lead=lead,
        stop=stop.id,
        colonia=walk.colonia if walk else "",
        kind=kind,
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
    who.say(who.t.many("Anotado: {n} persona.", "Anotado: {n} personas.", people), actions=onward(who.t))


def which_kind(who: Speaker, stop_id: str) -> None:
    """Otro asunto: what was heard is about something else than the words say."""
    desk.own_stop(who.tx, who.me, stop_id)
    talks.start(who, "stop_kind", {"stop": stop_id})


def _kind_flow(t: Texts, here: Here) -> Flow[ConcernKind]:
    return (yield from ask_kind(t, here, Told(), asked=True))[0]


def _kind_told(who: Speaker, talk: Conversation, kind: ConcernKind) -> None:
    """A confidential one is in no number: its words go to their own list, and stay nowhere else."""
    _, stop = desk.own_stop(who.tx, who.me, talk.arguments["stop"])
    if kind.listed:
        who.tx.walks.about(stop.id, "")
        who.tx.walks.hush(stop.id)
        report(who, stop, stop.text, _files(who, stop), (who.t(IN_CONFIDENCE),), kind.slug)
        return
    slug = "" if kind.slug == OTHER else kind.slug
    who.tx.walks.about(stop.id, slug)
    line = who.t("Parada anotada: {what}", what=told(who.t, who.here, replace(stop, kind=slug)))
    who.say(line, actions=onward(who.t))


talks.script(
    talks.Script(
        name="stop_kind",
        make=lambda t, here, kept, again: _kind_flow(t, here),
        finish=_kind_told,
    )
)
talks.script(talks.Script(name="met", make=lambda t, here, kept, again: _met_flow(t), finish=_met))
