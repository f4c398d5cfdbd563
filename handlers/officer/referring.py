"""A report that another office has, in the hands of who follows it: the text to send, the answer, what is passed on."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.conversation import Flow
from bot.domain import folio as folios
from bot.domain.referral import Outcome
from bot.domain.report import Report
from bot.messages import Action, Outgoing
from bot.questions import Option, choose, write
from bot.texts import Texts, later
from handlers import ready_links, referral_words, talks
from handlers.desk import referrals as desk
from handlers.here import Here
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

LONGEST = 500
SHORTEST = 3
ANSWERS: tuple[tuple[Outcome, str], ...] = (
    (Outcome.WILL_DO, later("Sí lo atienden")),
    (Outcome.DONE, later("Ya quedó")),
    (Outcome.NOT_OURS, later("No les toca")),
    (Outcome.OTHER, later("Otra respuesta")),
)


# ---- asking an office ----


def what_is_asked(t: Texts, office: str) -> Generator[Any, Any, str]:
    """For the office, in the officer's own words: it never reads the resident's."""
    lines = (
        t("¿Qué se le pide a {office}, y dónde? Escríbalo usted.", office=office),
        t("Sin nombre, teléfono ni palabras de quien avisó: eso no se comparte."),
    )
    none: Option[str] = Option("", "no", t("Solo tipo y colonia"))
    said = yield from write(
        "asked",
        lines,
        options=(none,),
        longest=LONGEST,
        too_long=t("Más corta, por favor: hasta {n} letras.", n=LONGEST),
    )
    return said.text


def sent(who: Speaker, report: Report, office: str, asked: str) -> None:
    """The office is asked; where we can't reach it ourselves, that is said and the text stands ready."""
    t = who.t
    name = referral_words.office_name(who.here, office)
    lines = [t("Canalizado a {office}. Sigue abierto y a su cargo.", office=name)]
    if report.listed:
        lines.append(t("Es confidencial: nada se manda por escrito. Hágalo en persona o por teléfono."))
        who.say(*lines)
        return
    desk.ask(who.tx, who.here, report, office, asked, who.me, who.at)
    if desk.sends_itself(who.here, office):
        lines.append(t("Se le manda por mensaje, con un enlace para que conteste."))
        who.say(*lines)
        return
    lines.append(
        t("Falta mandarlo: no hay envío automático a esa oficina. {where}", where=_where(who, office))
    )
    who.say(*lines, actions=referral_words.follow(t, report.folio))


def _where(who: Speaker, office: str) -> str:
    """To which address somebody sends it by hand."""
    contact = who.here.municipality.directory.get(office)
    if contact is not None and contact.whatsapp:
        return who.t("Su WhatsApp: {number}.", number=f"+{contact.whatsapp}")
    if contact is not None and contact.email:
        return who.t("Su correo: {email}.", email=contact.email)
    if contact is not None and contact.shown:
        return who.t("Su teléfono: {number}.", number=contact.number)
    return who.t("En el directorio no tiene correo ni teléfono confirmado.")


def text_to_send(who: Speaker, folio: str) -> None:
    """The ready text, alone in its message so that it can be copied whole."""
    facts = desk.written(who.tx, who.here, folio, who.me, who.at)
    lines = referral_words.written(who.t, who.here, facts)
    ways = _ways(who, folio, facts, "\n".join(lines))
    how = who.t(
        "Mándelo con el botón, o copie el mensaje que sigue. {where}", where=_where(who, facts["office"])
    )
    copied = who.t("Copie el mensaje que sigue y mándelo. {where}", where=_where(who, facts["office"]))
    who.say(how if ways else copied, actions=ways)
    who.show(Outgoing(lines=lines, copy=facts["link"]))


def _ways(who: Speaker, folio: str, facts: Mapping[str, Any], text: str) -> tuple[Action, ...]:
    """By the phone's own WhatsApp, or a page that opens its mail: a button of a chat can't open a mail itself."""
    contact = who.here.municipality.directory.get(facts["office"])
    again, links = f"asktext.{folio}", []
    if contact is not None and contact.whatsapp:
        links.append((who.t("Por WhatsApp"), ready_links.by_whatsapp(contact.whatsapp, text)))
    if contact is not None and contact.email and facts["link"]:
        links.append((who.t("Por correo"), facts["link"] + desk.SEND))
    return tuple(
        Action(label=label, token=again, url=url)
        for label, url in links
        if len(url) <= ready_links.LONGEST_BUTTON
    )


# ---- an answer that came by other ways ----


@dataclass(frozen=True, slots=True)
class Told:
    """What an office said, as somebody of ours writes it down."""

    outcome: Outcome
    text: str


def start_noting(who: Speaker, folio: str) -> None:
    """Ya contestaron."""
    office = desk.office_asked(who.tx, folio, who.me, who.at)
    report = who.tx.reports.by_folio(folio)
    told = report.person_id is not None
    talks.start(who, "office_said", {"folio": folio, "office": office, "told": told})


def _noting(t: Texts, here: Here, kept: talks.Arguments) -> Flow[Told | None]:
    office = referral_words.office_name(here, kept["office"])
    options = [Option(outcome, outcome.value, t(label)) for outcome, label in ANSWERS]
    outcome = yield from choose("outcome", (t("¿Qué contestó {office}?", office=office),), options)
    none = () if outcome.needs_words else (Option("", "no", t("Sin nota")),)
    said = yield from write(
        "text",
        (t("Con qué palabras, cuándo o por qué. Le llega a la persona."),),
        options=none,
        shortest=SHORTEST if outcome.needs_words else 0,
        longest=LONGEST,
        empty=t("Hacen falta unas palabras."),
        too_long=t("Más corta, por favor: hasta {n} letras.", n=LONGEST),
    )
    facts = {"folio": kept["folio"], "office": kept["office"], "outcome": outcome.value, "text": said.text}
    lead = t("Le llegará así:") if kept["told"] else t("Quedará así:")
    shown = (lead, *referral_words.said_lines(t, here, facts))
    sure = [Option(True, "yes", t("Enviar"), style="primary"), Option(False, "no", t("Cancelar"))]
    return Told(outcome, said.text) if (yield from choose("sure", shown, sure)) else None


def _noted(who: Speaker, talk: Conversation, told: Told | None) -> None:
    folio = talk.arguments["folio"]
    case = button(who.t("Ver caso"), f"case.{folio}")
    if told is None:
        who.say(who.t("No se envió nada."), actions=(case,))
        return
    desk.note_answer(who.tx, folio, told.outcome, told.text, who.me, who.at)
    line = who.t("Anotado y avisado.") if talk.arguments["told"] else who.t("Anotado.")
    who.say(line, who.t("Sigue abierto y a su cargo."), actions=(case,))


# ---- an answer that waits for somebody's OK ----


def pass_on(who: Speaker, referral_id: str) -> None:
    """Pasar respuesta."""
    report = desk.pass_on(who.tx, referral_id, who.me, who.at)
    t = who.t
    line = t("Folio {folio}: se le pasa a la persona.", folio=folios.show(report.folio))
    who.say(line, actions=(button(t("Ver caso"), f"case.{report.folio}"),))


def keep(who: Speaker, referral_id: str) -> None:
    """No pasarla: it stays in the case; the officer tells the person in their own words, or closes."""
    report = desk.keep(who.tx, referral_id, who.me, who.at)
    t = who.t
    lines = (
        t("No se le pasa. Queda en el caso."),
        t("Dígale a la persona qué sigue, o ciérrelo con su frase."),
    )
    who.say(*lines, actions=(button(t("Ver caso"), f"case.{report.folio}"),))


talks.script(
    talks.Script(
        name="office_said",
        make=lambda t, here, kept, again: _noting(t, here, kept),
        finish=_noted,
    )
)
