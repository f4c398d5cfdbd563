"""What was kept back because of a limit or a pause: seen, let through, let in; and pausing somebody who abuses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.conversation import Flow
from bot.domain import folio as folios
from bot.messages import Outgoing
from bot.questions import Option, choose, write
from bot.texts import Texts, later
from handlers import talks
from handlers.desk import holding
from handlers.desk import reports as desk
from handlers.officer import cards
from handlers.resident.telling import shorter
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

SPANS = (timedelta(days=1), timedelta(days=7), timedelta(days=30))
REASONS = (
    later("Avisos falsos"),
    later("Mensajes en cadena"),
    later("Insultos o amenazas"),
)


def line(who: Speaker) -> str:
    """How much waits for a decision; nothing when nothing does."""
    reports, messages = holding.held_reports(who.tx, who.me), sum(n for _, n, _ in who.tx.usage.holding())
    if not reports and not messages:
        return ""
    return who.t("Retenidos: {n} reportes, {m} mensajes", n=len(reports), m=messages)


def held(who: Speaker) -> None:
    """Reports first, then whose messages wait; nobody is named."""
    t = who.t
    reports = holding.held_reports(who.tx, who.me)
    rows = [cards.row(who, report) for report in reports]
    for person, n, since in who.tx.usage.holding():
        label = t.many("{n} mensaje", "{n} mensajes", n)
        rows.append(
            button(label, f"let_in.{person}", description=t("Atender: desde las {hour}", hour=t.clock(since)))
        )
    if not rows:
        who.say(t("Nada retenido."), actions=(button(t("Estado"), "m.status"),))
        return
    lines = (t("Quedaron guardados sin avisar al sector. Elija para verlos y decidir."),)
    who.show(
        Outgoing(title=t("Retenidos"), lines=lines, rows=tuple(rows[:10]), rows_label=t("Ver retenidos"))
    )


def let_through(who: Speaker, folio: str) -> None:
    """Avisar al sector."""
    report = desk.let_through(who.tx, who.here, folio, who.me, who.at)
    who.say(who.t("Folio {folio}: ya se avisó al sector.", folio=folios.show(report.folio)))


def let_in(who: Speaker, person: str) -> None:
    """The messages of one person are handled now, in their order."""
    n = next((n for one, n, _ in who.tx.usage.holding() if one == person), 0)
    if n:
        who.tx.due.set(holding.LET_IN, person, who.at)
        who.tx.audit.add("let_in", person, who.person.id, who.at)
    who.say(
        who.t.many("Se atiende {n} mensaje.", "Se atienden {n} mensajes.", n)
        if n
        else who.t("Nada retenido.")
    )


# ---- pausing ----


@dataclass(frozen=True, slots=True)
class Decision:
    """Why, and for how long."""

    reason: str
    span: timedelta


def pause(who: Speaker, folio: str) -> None:
    """Whoever sent that report: not of a confidential one, where a message on our own motion could betray them."""
    report = who.tx.reports.by_folio(folio)
    desk.require_right(who.tx, report, who.me, who.at)
    if report.person_id is None or report.listed:
        who.say(who.t("De este reporte no se puede pausar a nadie por aquí."))
        return
    talks.start(who, "pause", {"person": report.person_id})


def _pause_flow(t: Texts, longest: timedelta) -> Flow[Decision | None]:
    reasons = [Option(t(reason), f"r{n}", t(reason)) for n, reason in enumerate(REASONS)]
    ask = (t("¿Por qué? La persona leerá el motivo. Elija o escríbalo."),)
    reason = yield from write(
        "reason", ask, options=tuple(reasons), shortest=5, longest=200, too_long=shorter(t)
    )
    spans = [Option(span.days, f"d{span.days}", t.span(span)) for span in SPANS if span <= longest]
    days = yield from choose("span", (t("¿Por cuánto tiempo?"),), spans)
    options = [Option(True, "yes", t("Sí, pausar"), style="danger"), Option(False, "no", t("No"))]
    lines = (
        t("Sus reportes se guardarán y los revisará un mando antes de avisar. Podrá pedir revisión."),
        t("¿Seguro?"),
    )
    sure = yield from choose("sure", lines, options)
    return Decision(reason.text, timedelta(days=days)) if sure else None


def _paused(who: Speaker, talk: Conversation, decision: Decision | None) -> None:
    if decision is None:
        who.say(who.t("De acuerdo, no cambió nada."))
        return
    one = holding.pause(
        who.tx, who.here, talk.arguments["person"], who.me, decision.reason, decision.span, who.at
    )
    who.say(who.t("En pausa hasta {when}. Ya se le avisó, con el motivo.", when=who.t.moment(one.until)))


def unpause(who: Speaker, person: str) -> None:
    """Quitar la pausa."""
    done = holding.unpause(who.tx, person, who.me, who.at)
    who.say(who.t("Pausa quitada; ya se le avisó.") if done else who.t("Ya no tiene pausa."))


def keep(who: Speaker, person: str) -> None:
    """Mantener la pausa, después de revisarla."""
    done = holding.keep_pause(who.tx, person, who.me, who.at)
    who.say(who.t("La pausa sigue; ya se le avisó.") if done else who.t("Ya no tiene pausa."))


talks.script(
    talks.Script(
        name="pause",
        make=lambda t, here, kept, again: _pause_flow(t, here.municipality.service.limits.longest_pause),
        finish=_paused,
    )
)
