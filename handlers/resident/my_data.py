"""What we hold about the person, in their own words; and asking that it be erased (ARCO rights, LGPDPPSO art. 37-50).

An erasure is asked for here, acknowledged and logged; a supervisor decides on it within the law's term, and it is done.
Drafts are forgotten and general messages stop at once: nobody has to decide on those.
"""

from __future__ import annotations

from bot.conversation import Flow
from bot.domain import folio as folios
from bot.domain.report import Report
from bot.messages import Outgoing
from bot.questions import Option, choose
from bot.texts import Texts
from handlers import talks
from handlers.desk import erasure
from handlers.resident.my_reports import status_line
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

MOST_REPORTS = 10
LONGEST_TEXT = 300  # characters of each report's words; the rest is said to be there


def see(who: Speaker) -> None:
    """Everything that is tied to this chat, readable and copyable."""
    t, person = who.t, who.person
    lines = [
        t("Desde cuándo nos escribe: {when}", when=t.moment(person.created_at)),
        t("Su número o usuario: guardado aparte, bajo llave; nadie del equipo lo ve."),
    ]
    if person.consent_at is not None:
        lines.append(
            t(
                "Aviso de privacidad {version}, aceptado: {when}",
                version=person.consent_version,
                when=t.moment(person.consent_at),
            )
        )
    lines.append(t("Avisos generales: detenidos") if person.opted_out_at else t("Avisos generales: sí"))
    drafts = len(who.tx.conversations.of(person.id))
    if drafts:
        lines.append(t("Pláticas a medias: {n}", n=drafts))
    lines += [_report_line(who, one) for one in who.tx.reports.of_person(person.id, most=MOST_REPORTS)]
    actions = (button(t("Borrar mis datos"), "m.erase"), button(t("Menú"), "m.menu"))
    who.show(Outgoing(title=t("Sus datos"), lines=tuple(lines), actions=actions))


def _report_line(who: Speaker, one: Report) -> str:
    text = one.text if len(one.text) <= LONGEST_TEXT else one.text[:LONGEST_TEXT] + "…"
    kind = who.here.kind(one.kind).short
    return f"{folios.show(one.folio)} · {kind} · {status_line(who.t, who.here, one)} · «{text}»"


def erase(who: Speaker) -> None:
    """Ask once."""
    talks.start(who, "erase", {})


def _flow(t: Texts) -> Flow[bool]:
    lines = (
        t("Se borra de inmediato lo que quedó a medias, y dejamos de mandarle avisos generales."),
        t("Para lo demás se anota su solicitud; la ley da 20 días hábiles para contestarla."),
        t("¿La hacemos?"),
    )
    options = [Option(True, "yes", t("Sí, solicitar")), Option(False, "no", t("No"))]
    return (yield from choose("sure", lines, options))


def _asked(who: Speaker, talk: Conversation, sure: bool) -> None:
    t = who.t
    if not sure:
        who.say(t("De acuerdo, no cambió nada."), actions=(button(t("Menú"), "m.menu"),))
        return
    for draft in who.tx.conversations.of(who.person.id):
        who.tx.conversations.end(draft.id)
    who.tx.people.opt_out(who.person.id, who.at)
    erasure.ask(who.tx, who.person.id, who.at)
    contact = who.here.municipality.privacy.contact
    lines = [t("Solicitud anotada: {when}", when=t.moment(who.at))]
    if contact:
        lines.append(t("La atiende la Unidad de Transparencia: {contact}.", contact=contact))
    who.show(Outgoing(lines=tuple(lines), actions=(button(t("Menú"), "m.menu"),)))


talks.script(talks.Script(name="erase", make=lambda t, here, kept, again: _flow(t), finish=_asked))
