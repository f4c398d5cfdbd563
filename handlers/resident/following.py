"""The neighbour's side of the hand-over: a code from the pavement, consent, and the report is theirs to follow."""

from __future__ import annotations

from datetime import datetime

from bot.conversation import Flow
from bot.domain import folio as folios
from bot.domain import follow_code as codes
from bot.domain.report import Report
from bot.messages import Outgoing
from bot.questions import Option, choose
from bot.texts import Texts
from handlers import talks
from handlers.desk import following as desk
from handlers.here import Here
from handlers.resident import filing, my_reports
from handlers.resident.consent import consent
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

NAME = "follow"


def scanned(who: Speaker) -> bool:
    """Did a deep link bring a code?"""
    code = codes.of_payload(who.inbound.start)
    return bool(code) and _begin(who, code)


def asked(who: Speaker) -> bool:
    """Do the words ask to follow, with a code in them?"""
    code = codes.asked_in(who.inbound.text)
    return bool(code) and _begin(who, code)


def alone(who: Speaker) -> bool:
    """Six digits and nothing else, while nothing is asked."""
    code = codes.alone_in(who.inbound.text)
    return bool(code) and _begin(who, code)


def _begin(who: Speaker, code: str) -> bool:
    if who.officer is not None:
        who.say(who.t("Ese código es para la persona que reportó: se abre en su teléfono, no en el suyo."))
        return True
    report, found = desk.look(who.tx, code, who.person.id, who.at)
    if report.person_id == who.person.id:
        my_reports.show(who, report)
        return True
    told = {
        "report": report.id,
        "made_at": found.made_at.isoformat(),
        "what": _what(who.here, report),
        "consented": filing.consented(who),
    }
    talks.start(who, NAME, told, lead=filing.greeting(who))
    return True


def _what(here: Here, report: Report) -> str:
    """What the screen may say of it before it is theirs: of a confidential one nothing."""
    if report.listed:
        return ""
    where = here.colonia_name(report.place.colonia)
    return " · ".join(part for part in (here.kind(report.kind).short, where) if part)


def _flow(t: Texts, here: Here, kept: talks.Arguments) -> Flow[bool | None]:
    """None: the privacy notice was not accepted."""
    if not kept["consented"] and not (yield from consent(t, here)):
        return None
    first = (
        t("Le anotaron un reporte: {what}.", what=kept["what"])
        if kept["what"]
        else t("Le anotaron un reporte.")
    )
    mine = Option(True, "yes", t("Sí, seguirlo"), style="primary")
    other = Option(False, "no", t("No es mío"))
    return (yield from choose("mine", (first, t("¿Lo quiere seguir por aquí?")), [mine, other]))


def _finish(who: Speaker, talk: Conversation, wanted: bool | None) -> None:
    t, kept = who.t, talk.arguments
    menu = button(t("Menú"), "m.menu")
    if wanted is None:
        who.say(
            t("Está bien, no queda unido a este chat. El código sigue sirviendo hasta que venza."),
            actions=(menu,),
        )
        return
    if not kept["consented"]:
        who.tx.people.consent(who.person.id, who.here.municipality.privacy.notice_version, who.at)
    if not wanted:
        who.say(
            t("De acuerdo: no se unió a este chat. Revise los números con quien le atendió."), actions=(menu,)
        )
        return
    made_at = datetime.fromisoformat(kept["made_at"])
    report = desk.follow(who.tx, kept["report"], made_at, who.person.id, who.at)
    who.show(_received(who, report))


def _received(who: Speaker, report: Report) -> Outgoing:
    if report.listed:
        return filing.quiet_receipt(who, report)
    t = who.t
    lines = (
        t("Listo, ya es suyo. Su folio es:"),
        folios.show(report.folio),
        t("Estado: {status}", status=my_reports.status_line(t, who.here, report)),
        t("Aquí le avisamos lo que siga."),
    )
    actions = (button(t("Agregar algo"), f"add.{report.folio}"), button(t("Menú"), "m.menu"))
    return Outgoing(lines=lines, actions=actions, copy=folios.show(report.folio))


talks.script(
    talks.Script(
        name=NAME,
        make=lambda t, here, kept, again: _flow(t, here, kept),
        finish=_finish,
    )
)
