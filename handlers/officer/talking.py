"""The officer's short talks about a case: ask back, note. And noting one down in the street."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation import Flow
from bot.domain.folio import show
from bot.messages import Action, AttachmentKind
from bot.questions import MediaRef, Option, Written, write
from bot.texts import Texts, later
from handlers import talks
from handlers.desk import reports as desk
from handlers.desk import steps
from handlers.here import Here
from handlers.officer.closing import LONGEST_SENTENCE, too_long
from handlers.resident.filing import NAME as REPORT
from handlers.resident.told import heard
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

# ---- ask back ----

USEFUL = (
    (later("Pedir calle"), later("¿Me puede decir la calle y entre cuáles está?")),
    (later("¿Sigue pasando?"), later("¿Sigue pasando en este momento?")),
)


def _ask_flow(t: Texts, here: Here, kind: str) -> Flow[str]:
    """The two questions that this kind most needs, or one's own."""
    ready = here.kind(kind).useful or tuple((t(label), t(text)) for label, text in USEFUL)
    options = [Option(text, f"ready{n}", label) for n, (label, text) in enumerate(ready)]
    numbered = (f"{n}. {text}" for n, (_, text) in enumerate(ready, 1))
    lines = (t("¿Qué le pregunta? Escríbalo, o elija."), *numbered)
    said = yield from write(
        "question", lines, options=tuple(options), longest=LONGEST_SENTENCE, too_long=too_long(t)
    )
    return said.text


def _asked(who: Speaker, talk: Conversation, text: str) -> None:
    report = desk.ask(who.tx, who.here, talk.arguments["folio"], who.me, text, who.at)
    span = who.t.span(who.here.municipality.service.question_expires)
    who.say(
        who.t(
            "Preguntado. Si no contesta en {span}, le aviso. Folio {folio}.",
            span=span,
            folio=show(report.folio),
        )
    )


# ---- note ----


def _note_flow(t: Texts) -> Flow[Written]:
    return (
        yield from write(
            "note", (t("Escriba la nota, o mándela por voz. Solo la ve el equipo."),), files=True
        )
    )


def _noted(who: Speaker, talk: Conversation, said: Written) -> None:
    media = tuple(item.id for item in said.media)
    steps.note(who.tx, talk.arguments["folio"], who.me, said.text, media, who.at)
    who.say(who.t("Nota guardada."), actions=after_note(who, talk.arguments["folio"]))


def after_note(who: Speaker, folio: str) -> tuple[Action, ...]:
    """What was noted may be a danger of the place, for whoever comes there next; of a confidential one never."""
    case = button(who.t("Ver caso"), f"case.{folio}")
    if who.tx.reports.by_folio(folio).listed:
        return (case,)
    return (case, button(who.t("Avisar de un riesgo"), f"warn.{folio}"))


# ---- note down a neighbour's concern ----


def jot(
    who: Speaker,
    text: str = "",
    media: Sequence[tuple[str, str]] = (),
    lead: tuple[str, ...] = (),
    stop: str = "",
    colonia: str = "",
    kind: str = "",
) -> None:
    """The report talk on behalf of somebody met in the street: no account, no name, no number.

    `stop`: of a round, which becomes that report; `colonia`: where it is when the words don't say; `kind`: what it is
    about, when the officer said.
    """
    understood = who.here.triage.read(text, who.at) if text else None
    told = heard(who.here, text, understood, consented=True, on_behalf=True)
    files = tuple(MediaRef(file, AttachmentKind(kind)) for file, kind in media) or who.media
    if colonia and not told.place.colonia:
        told = replace(told, place=replace(told.place, colonia=colonia))
    if kind:
        told = replace(told, kind=kind)
    talks.start(
        who,
        REPORT,
        {**told.as_arguments(files), "stop": stop},
        lead=(*lead, who.t("Anotar lo que le contaron.")),
    )


for _one in (
    talks.Script(
        name="ask",
        make=lambda t, here, kept, again: _ask_flow(t, here, kept.get("kind", "")),
        finish=_asked,
    ),
    talks.Script(name="note", make=lambda t, here, kept, again: _note_flow(t), finish=_noted),
):
    talks.script(_one)
