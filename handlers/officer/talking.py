"""The officer's short talks about a case: ask back, note, refer, close. And noting one down in the street."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from bot.conversation import Flow
from bot.domain.folio import show
from bot.domain.report import Disposition
from bot.messages import AttachmentKind
from bot.questions import Forget, Option, Written, choose, write
from bot.texts import Texts, later
from handlers import talks
from handlers.desk import reports as desk
from handlers.here import Here
from handlers.resident.filing import NAME as REPORT
from handlers.resident.told import heard
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

LONGEST_SENTENCE = 600


# ---- ask back ----

USEFUL = (later("¿Me puede decir la calle y entre cuáles está?"), later("¿Sigue pasando en este momento?"))


def _ask_flow(t: Texts) -> Flow[str]:
    """Two questions ready, or one's own."""
    options = [Option(t(text), f"ready{n}", label) for n, (text, label) in enumerate(_ready(t))]
    lines = (t("¿Qué le pregunta? Escríbalo, o elija."), *(f"{n}. {t(q)}" for n, q in enumerate(USEFUL, 1)))
    said = yield from write("question", lines, options=tuple(options), longest=LONGEST_SENTENCE)
    return said.text


def _ready(t: Texts) -> list[tuple[str, str]]:
    return [(USEFUL[0], t("Pedir calle")), (USEFUL[1], t("¿Sigue pasando?"))]


def _asked(who: Speaker, talk: Conversation, text: str) -> None:
    assert who.officer is not None
    report = desk.ask(who.tx, who.here, talk.arguments["folio"], who.officer, text, who.at)
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
    assert who.officer is not None
    media = tuple(item.id for item in said.media)
    desk.note(who.tx, talk.arguments["folio"], who.officer, said.text, media, who.at)
    who.say(who.t("Nota guardada."), actions=(button(who.t("Ver caso"), f"case.{talk.arguments['folio']}"),))


# ---- refer ----


@dataclass(frozen=True, slots=True)
class Referral:
    """To whom, and what they are told."""

    office: str
    note: str


def _refer_flow(t: Texts, here: Here, kind: str) -> Flow[Referral]:
    own = [o.slug for o in here.municipality.directory.offices_of(here.kind(kind))]
    others = [c.slug for c in here.municipality.directory.contacts if c.slug not in own and not c.built_in]
    offices = [here.municipality.directory.get(slug) for slug in (*own, *others)][:10]
    rows = [Option(o.slug, o.slug[:22], o.name[:24], o.purpose[:72]) for o in offices if o is not None]
    office = yield from choose("office", (t("¿A quién se canaliza?"),), rows, as_rows=True)
    none: Option[str] = Option("", "no", t("Sin nota"))
    said = yield from write(
        "note",
        (t("Una nota para la persona: qué se pidió y qué sigue."),),
        options=(none,),
        longest=LONGEST_SENTENCE,
    )
    return Referral(office, said.text)


def _referred(who: Speaker, talk: Conversation, result: Referral) -> None:
    assert who.officer is not None
    desk.refer(who.tx, talk.arguments["folio"], who.officer, result.office, result.note, who.at)
    office = who.here.municipality.directory.get(result.office)
    who.say(
        who.t(
            "Canalizado a {office}. Sigue abierto y a su cargo.",
            office=office.name if office else result.office,
        )
    )


# ---- close ----

ENDINGS: tuple[tuple[Disposition, str], ...] = (
    (Disposition.ATTENDED, later("Atendido")),
    (Disposition.SOLVED_BY_OTHER, later("Lo resolvió otro")),
    (Disposition.NOT_LOCATED, later("Sin localizar")),
    (Disposition.DUPLICATE, later("Duplicado")),
    (Disposition.NOT_OURS, later("No nos toca")),
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended and the sentence for the person."""

    disposition: Disposition
    sentence: str


def _close_flow(t: Texts, *, told: bool) -> Flow[Ending | None]:
    """An outcome, one human sentence, and the exact message before it goes."""
    endings = [Option(d, d.value, t(label)) for d, label in ENDINGS]
    disposition = yield from choose("ending", (t("¿Cómo terminó?"),), endings, as_rows=True)
    sentence = yield from _sentence(t, told=told)
    shown = t("Quedará así: «{sentence}»", sentence=sentence)
    if told:
        shown = t("Le llegará así: «{sentence} ¿Quedó resuelto?»", sentence=sentence)
    options = [
        Option("send", "yes", t("Enviar"), style="primary"),
        Option("edit", "edit", t("Corregir")),
        Option("cancel", "no", t("Cancelar")),
    ]
    verdict = yield from choose("send", (shown,), options)
    if verdict == "edit":
        yield Forget(("ending", "sentence", "send"))
    return Ending(disposition, sentence) if verdict == "send" else None


def _sentence(t: Texts, *, told: bool) -> Generator[Any, Any, str]:
    empty = t("Hace falta una frase de cómo terminó.")
    said = yield from write(
        "sentence",
        (t("Una frase de cómo terminó:") if not told else t("Una frase para la persona:"),),
        shortest=3,
        longest=LONGEST_SENTENCE,
        empty=empty,
        too_long=t("Más corta, por favor: hasta {n} letras.", n=LONGEST_SENTENCE),
    )
    return said.text


def _closed(who: Speaker, talk: Conversation, ending: Ending | None) -> None:
    assert who.officer is not None
    if ending is None:
        who.say(
            who.t("No se cerró."), actions=(button(who.t("Ver caso"), f"case.{talk.arguments['folio']}"),)
        )
        return
    report = desk.close(
        who.tx, talk.arguments["folio"], who.officer, ending.disposition, ending.sentence, who.at
    )
    sent = who.t("Cerrado y avisado.") if report.person_id and not report.listed else who.t("Cerrado.")
    who.say(sent, actions=(button(who.t("Mis pendientes"), "m.pending"), button(who.t("Menú"), "m.menu")))


# ---- note down a neighbour's concern ----


def jot(who: Speaker, text: str = "") -> None:
    """The report talk on behalf of somebody met in the street: no account, no name, no number."""
    told = heard(who.here, text, who.understood if text else None, consented=True, on_behalf=True)
    talks.start(who, REPORT, told.as_arguments(who.media), lead=(who.t("Anotar lo que le contaron."),))


def spoken(said: Written) -> bool:
    """Is there a voice note in it?"""
    return any(item.kind in (AttachmentKind.VOICE, AttachmentKind.AUDIO) for item in said.media)


for _one in (
    talks.Script(name="ask", make=lambda t, here, kept, again: _ask_flow(t), finish=_asked, look_ups={}),
    talks.Script(name="note", make=lambda t, here, kept, again: _note_flow(t), finish=_noted, look_ups={}),
    talks.Script(
        name="refer",
        make=lambda t, here, kept, again: _refer_flow(t, here, kept["kind"]),
        finish=_referred,
        look_ups={},
    ),
    talks.Script(
        name="close",
        make=lambda t, here, kept, again: _close_flow(t, told=kept["told"]),
        finish=_closed,
        look_ups={},
    ),
):
    talks.script(_one)
