"""What a supervisor sees: open, unclaimed, overdue, who is on duty; and reassigning."""

from __future__ import annotations

from bot.conversation import Flow
from bot.domain import folio as folios
from bot.domain.errors import NotPermitted
from bot.domain.report import Status
from bot.domain.service_level import deadlines
from bot.messages import Outgoing
from bot.questions import MOST_ROWS, Option, choose, shortened
from bot.texts import Texts
from handlers import talks
from handlers.desk import reports as desk
from handlers.officer import cards
from handlers.speaker import Speaker, button
from handlers.supervisor import held
from handlers.supervisor.promise_rates import month_of
from storage.conversations import Conversation
from storage.reports import OpenOne


def status(who: Speaker) -> None:
    """Open and overdue, oldest first."""
    t = who.t
    open_now = who.tx.reports.every_open()
    unclaimed = [one for one in open_now if one.status is Status.RECEIVED]
    late = [one for one in open_now if overdue(who, one)]
    on_duty = who.tx.staff.roster(who.at).on_duty(who.at)
    lines = [
        t(
            "Abiertos: {n} · sin tomar: {free} · fuera de plazo: {late}",
            n=len(open_now),
            free=len(unclaimed),
            late=len(late),
        ),
        t("En turno: {names}", names=t.listing([o.name for o in on_duty]) or t("nadie")),
    ]
    kept_back = held.line(who)
    if kept_back:
        lines.append(kept_back)
    wanted = who.tx.requests.visits_wanted()
    if wanted:
        most = max(wanted, key=lambda colonia: wanted[colonia])
        lines.append(
            t(
                "Piden que pasen: {n}, sobre todo {name}",
                n=sum(wanted.values()),
                name=who.here.colonia_name(most),
            )
        )
    lines += _thanked(who)
    first = list(dict.fromkeys((*late, *unclaimed, *open_now)))[:MOST_ROWS]
    look = (button(t("Retenidos"), "m.held", description=kept_back),) if kept_back else ()
    shown = (who.tx.reports.by_folio(one.folio) for one in first)
    rows = (*look, *(cards.row(who, report) for report in shown))[:MOST_ROWS]
    title = t("Estado · {when}", when=t.clock(who.at))
    actions = () if rows else (button(t("Equipo"), "m.team"), button(t("Invitar"), "m.invite"))
    who.show(
        Outgoing(title=title, lines=tuple(lines), rows=rows, rows_label=t("Ver reportes"), actions=actions)
    )


def _thanked(who: Speaker) -> list[str]:
    """How often residents said thanks this month, to everybody together: to whom is theirs to know."""
    month = month_of(who.at.astimezone(who.here.municipality.time_zone))
    n = who.tx.thanks.count(month)
    return [who.t.many("Gracias este mes: {n} vez", "Gracias este mes: {n} veces", n)] if n else []


def overdue(who: Speaker, report: OpenOne) -> bool:
    """Past a promised moment?"""
    kind = who.here.kind(report.kind)
    promised = deadlines(kind, report.opened_at)
    if report.claimed_at is None and promised.claim_at is not None and who.at > promised.claim_at:
        return True
    return promised.close_at is not None and who.at > promised.close_at


def home(who: Speaker) -> None:
    """The supervisor's first screen."""
    t = who.t
    actions = (
        button(t("Estado"), "m.status", "primary"),
        button(t("En turno"), "m.on_duty"),
        button(t("Equipo"), "m.team"),
        button(t("Plan de recorridos"), "m.rotation"),
        button(t("Invitar"), "m.invite"),
        button(t("Dependencias"), "m.offices"),
    )
    who.say(t("{name} · mando", name=who.me.name), actions=actions)


def reassign(who: Speaker, folio: str) -> None:
    """Choose who gets it."""
    report = who.tx.reports.by_folio(folio)
    roster = desk.require_right(who.tx, report, who.me, who.at)
    own = roster.of_list(report.named_list)
    people = (own,) if report.listed else (roster.on_duty(who.at), roster.officers)
    others = ([[o.person_id, o.name] for o in some if o.person_id != report.handler_id] for some in people)
    choices = next(filter(None, others), [])[:10]  # off duty only when nobody else is on it
    if not choices:
        case = button(who.t("Ver caso"), f"case.{folio}")
        who.say(who.t("No hay nadie más a quien pasarlo."), actions=(case,))
        return
    talks.start(who, "reassign", {"folio": folio, "people": choices})


def _reassign_flow(t: Texts, people: list[list[str]]) -> Flow[str]:
    rows = [Option(person, f"p{n}", shortened(name, 24)) for n, (person, name) in enumerate(people)]
    return (yield from choose("to", (t("¿A quién se le pasa?"),), rows, as_rows=True))


def _reassigned(who: Speaker, talk: Conversation, person: str) -> None:
    to = who.tx.staff.officer(person)
    if to is None:
        raise NotPermitted
    report = desk.reassign(who.tx, who.here, talk.arguments["folio"], to, who.me, who.at)
    who.say(who.t("Folio {folio}: lo tiene {name}.", folio=folios.show(report.folio), name=to.name))


talks.script(
    talks.Script(
        name="reassign",
        make=lambda t, here, kept, again: _reassign_flow(t, kept["people"]),
        finish=_reassigned,
    )
)
