"""What an officer does with a report, by button or by word. The right is read again at every tap."""

from __future__ import annotations

from bot.domain.errors import AlreadyClaimed, NotYours
from bot.domain.report import Report
from bot.domain.roster import Officer, Role
from bot.messages import Outgoing
from handlers import talks
from handlers.desk import reports as desk
from handlers.officer import cards
from handlers.speaker import Speaker, button


def claim(who: Speaker, argument: str) -> None:
    """First tap wins; the second is told who has it and may go along."""
    folio = argument.split(".")[0]
    t = who.t
    try:
        report = desk.claim(who.tx, who.here, folio, _officer(who), who.at)
    except AlreadyClaimed as taken:
        _taken(who, folio, taken)
        return
    card = cards.case(who, report, (t("Es suyo."),))
    who.show(card.with_(replaces=who.inbound.card_id, toast=t("Es suyo")))


def _taken(who: Speaker, folio: str, taken: AlreadyClaimed) -> None:
    t = who.t
    report = who.tx.reports.by_folio(folio)
    if taken.handler_id == who.person.id:
        who.show(cards.case(who, report, (t("Ya lo tiene usted."),)))
        return
    handler = who.tx.staff.officer(taken.handler_id or "")
    name = handler.name if handler else t("otra persona")
    hour = t.clock(report.claimed_at or who.at)
    who.show(
        Outgoing(
            lines=(t("Ya lo tomó {name} ({hour}). ¿Va de apoyo?", name=name, hour=hour),),
            actions=(button(t("Sí"), f"support.{folio}", "primary"), button(t("No"), "m.thanks")),
            toast=t("Ya lo tomó {name}", name=name),
        )
    )


def decline(who: Speaker, argument: str) -> None:
    """Cannot take it: the next in line hears."""
    desk.decline(who.tx, who.here, argument.split(".")[0], _officer(who), who.at)
    who.say(who.t("Enterado. Se avisa a quien sigue."))


def support(who: Speaker, folio: str) -> None:
    """Going along with who has it."""
    desk.support(who.tx, folio, _officer(who), who.at)
    who.say(who.t("Anotado: va de apoyo."))


def see(who: Speaker, folio: str) -> None:
    """The case: all of it for who attends and for supervisors, the headline for the others."""
    report = who.tx.reports.by_folio(folio)
    desk.require_right(who.tx, report, _officer(who), who.at)
    if may_read(who, report):
        who.tx.audit.add("case_read", report.folio, who.person.id, who.at)
        who.show(cards.case(who, report))
        return
    who.show(
        Outgoing(
            lines=(cards.headline(who.t, who.here, report, who.at),),
            actions=cards.steps(who.t, report, who),
            protected=True,
        )
    )


def may_read(who: Speaker, report: Report) -> bool:
    """Text and exact place: who attends, and supervisors (for a confidential one: of its list)."""
    officer = _officer(who)
    if report.handler_id == officer.person_id:
        return True
    supervises = officer.role is Role.SUPERVISOR
    return supervises and (not report.listed or report.named_list in officer.lists)


def on_the_way(who: Speaker, folio: str) -> None:
    """Voy."""
    report = desk.on_the_way(who.tx, folio, _officer(who), who.at)
    told = who.t("Se le avisa a la persona.") if report.person_id and not report.listed else ""
    actions = (button(who.t("Llegué"), f"here.{folio}", "primary"), button(who.t("Hecho"), f"done.{folio}"))
    who.say(who.t("En camino."), *([told] if told else []), actions=actions)


def arrived(who: Speaker, folio: str) -> None:
    """Llegué."""
    desk.arrived(who.tx, folio, _officer(who), who.at)
    who.say(who.t("Anotado: llegó."), actions=(button(who.t("Hecho"), f"done.{folio}", "primary"),))


def release(who: Speaker, folio: str) -> None:
    """Soltar."""
    desk.release(who.tx, who.here, folio, _officer(who), who.at)
    who.say(who.t("Suelto: se avisa otra vez al sector."))


def _officer(who: Speaker) -> Officer:
    if who.officer is None:
        raise NotYours
    return who.officer


def start_talk(flow: str) -> talks.Begin:
    """A button that begins a talk about one report of this officer."""

    def begin(who: Speaker, folio: str) -> None:
        report = who.tx.reports.by_folio(folio)
        desk.require_right(who.tx, report, _officer(who), who.at)
        if report.handler_id != who.person.id and _officer(who).role is not Role.SUPERVISOR:
            raise NotYours
        told = report.person_id is not None and not report.listed
        talks.start(who, flow, {"folio": folio, "kind": report.kind, "told": told})

    return begin
