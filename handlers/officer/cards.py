"""A report as an officer sees it: before the claim urgency, kind, colonia and age; the rest after it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.domain import folio as folios
from bot.domain.concern import Identity, Priority
from bot.domain.events import (
    AgreementKept,
    AgreementNoted,
    NoteAdded,
    OfficeAnswered,
    QuestionAnswered,
    QuestionAsked,
    ReportOpened,
    ReportReferred,
    SomethingAdded,
)
from bot.domain.patrol import Visit, VisitState
from bot.domain.promise import State
from bot.domain.questions import BY_DANGER, answer_behind
from bot.domain.referral import Outcome
from bot.domain.report import Report, Status
from bot.domain.roster import Role
from bot.domain.safety import SafetyNote
from bot.messages import Action, Attachment, AttachmentKind, Outgoing
from bot.texts import Texts, later
from handlers import diary, place_words, proof_words, referral_words
from handlers.desk import places, step_up
from handlers.desk.holding import HELD
from handlers.here import Here
from handlers.officer import giving
from handlers.speaker import Speaker, button
from storage.media import StoredFile

LIGHTS = {Priority.P0: "🔴", Priority.P1: "🔴", Priority.P2: "🟠", Priority.P3: "🟡", Priority.P4: "⚪"}
MOST_FILES = 5
TODAY = timedelta(hours=12)  # an hour alone says when


def headline(t: Texts, here: Here, report: Report, at: datetime) -> str:
    """Urgency, kind, colonia, age, folio: what a lock screen may show."""
    return first_line(
        t, here, report.priority, report.kind, report.place.colonia, report.opened_at, report.folio, at
    )


def first_line(
    t: Texts,
    here: Here,
    priority: Priority,
    kind: str,
    colonia: str,
    opened_at: datetime,
    folio: str,
    at: datetime,
) -> str:
    """The same from the bare facts of a notice."""
    where = here.colonia_name(colonia)
    parts = (
        f"{LIGHTS[priority]} {priority.name} {here.kind(kind).short}",
        f"Col. {where}" if where else t("sin colonia"),
        t.ago(at - opened_at),
        folios.show(folio),
    )
    return " · ".join(parts)


def headline_of(t: Texts, here: Here, priority: Priority, facts: Mapping[str, Any], at: datetime) -> str:
    """The same from the facts of a notice; of a confidential one no kind and no place."""
    if facts["listed"]:
        folio = folios.show(facts["folio"])
        return t("{priority} · Asunto confidencial · {folio}", priority=priority.name, folio=folio)
    opened = datetime.fromisoformat(facts["opened_at"])
    return first_line(t, here, priority, facts["kind"], facts["colonia"], opened, facts["folio"], at)


def row(who: Speaker, report: Report) -> Action:
    """A line of a list."""
    kind = who.here.kind(report.kind)
    where = who.here.colonia_name(report.place.colonia)
    label = f"{LIGHTS[report.priority]} {folios.show(report.folio)}"
    return button(label, f"case.{report.folio}", description=f"{kind.short} · {where}"[:72])


def case(who: Speaker, report: Report, lead: tuple[str, ...] = ()) -> Outgoing:
    """The whole case, for who may see it, with the buttons of where it stands."""
    t = who.t
    lines = [*lead, headline(t, who.here, report, who.at), _why(who, report)]
    whole = place_open(who, report)
    place = who.here.place_line(report.place, exact=whole)
    lines.append(f"📍 {place}" if place else t("📍 Sin lugar: pregúntelo"))
    if not whole:
        lines.append(t("🔒 El lugar exacto y los archivos se abren con su PIN."))
    if report.text:
        lines.append(f"«{report.text}»")
    if report.when:
        lines.append(f"🕒 {report.when}")
    lines += [f"{question} {answer}" for question, answer in report.answers]
    lines += [*diary.table(t, who.tx.reports.history(report.id), who.at), *_since(who, report)]
    lines += [*_promised(who, report), *_visited(who, report)]
    if who.role is Role.SUPERVISOR:
        lines += proof_words.lines(t, who.tx.reports.history(report.id))
    lines += [
        place_words.note_line(t, author_of(who, note), note, exact=whole)
        for note in places.warnings(who.tx, report, who.at)
    ]
    lines.append(_person_line(t, report))
    files = who.tx.media.of_report(report.id) if whole else ()
    return Outgoing(
        lines=tuple(lines),
        pin=report.place.point if whole else None,
        pin_label=place,
        attachments=tuple(attachment(file) for file in files if file.state == "kept")[:MOST_FILES],
        actions=(
            *(() if whole else (button(t("Ver lugar"), f"place.{report.folio}"),)),
            *steps(t, report, who),
            *_place_button(who, report),
        ),
        protected=True,
    )


def author_of(who: Speaker, note: SafetyNote) -> str:
    """Who said so, as residents may hear it."""
    author = who.tx.staff.officer(note.author_id)
    return author.name if author else who.t("el equipo")


def _place_button(who: Speaker, report: Report) -> tuple[Action, ...]:
    """What the place remembers; of a report without a point, and of a confidential one, nothing is looked up."""
    if report.place.point is None or report.listed:
        return ()
    return (button(who.t("Antecedentes"), f"panel.{report.folio}"),)


def because(t: Texts, here: Here, priority: Priority, kind: str, reason: str) -> str:
    """Why it is so urgent, in words of the municipality, never of the person; nothing when the kind says it."""
    if reason == BY_DANGER:
        return t("{priority}: pidió ayuda por un peligro de ahora", priority=priority.name)
    found = answer_behind(reason, here.municipality.questions.get(kind, ()))
    if found is None:
        return ""
    question, option = found
    said = option.because or t(
        "contestó «{answer}» a «{question}»", answer=option.label, question=question.text
    )
    return f"{priority.name}: {said}"


def _why(who: Speaker, report: Report) -> str:
    """The same for who attends it, with the words that spoke of danger."""
    t = who.t
    why = because(t, who.here, report.priority, report.kind, report.reason)
    opened = next((e for e in who.tx.reports.history(report.id) if isinstance(e, ReportOpened)), None)
    if report.reason == BY_DANGER and opened is not None and opened.words:
        return f"{why} ({t.listing([f'«{word}»' for word in opened.words[:MOST_WORDS]])})"
    return why or t("{priority}: por el tipo de asunto", priority=report.priority.name)


MOST_WORDS = 3


def place_open(who: Speaker, report: Report) -> bool:
    """May the exact place be shown now? Of a kind of high risk only after the PIN, and that is written down."""
    if not who.here.kind(report.kind).high_risk:
        return True
    if not step_up.proved(who.tx, who.here.municipality, who.person.id, who.at):
        return False
    who.tx.audit.add("place_read", report.folio, who.person.id, who.at)
    return True


def _since(who: Speaker, report: Report) -> list[str]:
    """What was asked, answered, added and noted since it was opened."""
    t = who.t
    lines = []
    for event in who.tx.reports.history(report.id):
        if isinstance(event, QuestionAsked):
            lines.append(t("Preguntó: {text}", text=event.text))
        elif isinstance(event, QuestionAnswered):
            lines.append(t("Contestó: {text}", text=event.text or t("(archivo)")))
        elif isinstance(event, SomethingAdded):
            lines.append(t("Agregó: {text}", text=event.text or t("(archivo)")))
        elif isinstance(event, NoteAdded):
            hour = t.clock(event.at) if who.at - event.at < TODAY else t.moment(event.at)
            lines.append(t("Nota ({hour}): {text}", hour=hour, text=event.text or t("(archivo)")))
        elif isinstance(event, ReportReferred):
            office = referral_words.office_name(who.here, event.office)
            lines.append(t("Canalizado a {office} ({when})", office=office, when=t.moment(event.at)))
        elif isinstance(event, AgreementNoted):
            lines.append(t("Acuerdo: {text}", text=event.text.replace("\n", " · ")))
        elif isinstance(event, AgreementKept):
            lines.append(t(AGREEMENT[event.answer]))
        elif isinstance(event, OfficeAnswered):
            said = t(
                referral_words.SAID[Outcome(event.outcome)],
                office=referral_words.office_name(who.here, event.office),
            )
            lines.append(f"{said} {event.text}".rstrip())
    return lines[-6:]


def _promised(who: Speaker, report: Report) -> list[str]:
    """What was promised about it and waits to be kept."""
    t = who.t
    waiting = [one for one in who.tx.promises.of_report(report.id) if one.state is State.OPEN]
    return [t("Prometido para {when}: {text}", when=t.moment(p.window.due_at), text=p.text) for p in waiting]


def _visited(who: Speaker, report: Report) -> list[str]:
    """Visits that were made or missed; a supervisor also reads how far from the place. What is ahead has no hour."""
    t = who.t
    every = who.tx.visits.of_report(report.id)
    ahead = sum(one.state.ahead for one in every)
    lines = [t.many("{n} visita por hacer", "{n} visitas por hacer", ahead)] if ahead else []
    return lines + [
        _visit(who, one) for one in every[-4:] if one.arrived_at or one.state is VisitState.MISSED
    ]


def _visit(who: Speaker, one: Visit) -> str:
    t = who.t
    if one.arrived_at is None:
        return t("Visita sin hacer ({when})", when=t.moment(one.planned_at))
    end = t.hour(one.left_at) if one.left_at else "…"
    far = f" · {one.metres} m" if one.metres is not None and who.role is Role.SUPERVISOR else ""
    return t("Visita: {start} a {end}", start=t.moment(one.arrived_at), end=end) + far


def _person_line(t: Texts, report: Report) -> str:
    if report.person_id is None:
        return t("Nadie a quien contestar: no quedó unido a un chat.")
    if report.identity is Identity.NAMED:
        return t("La persona dio su nombre. Conteste por aquí; no ve su número ni usted el de ella.")
    return t("La persona pidió: con reserva. Conteste por aquí; no ve su número ni usted el de ella.")


def attachment(file: StoredFile) -> Attachment:
    """A file of our own store on a card."""
    return Attachment(kind=AttachmentKind(file.kind), reference=file.id, content_type=file.content_type)


def steps(t: Texts, report: Report, who: Speaker) -> tuple[Action, ...]:
    """What this officer can do with it now; two taps standing."""
    f, v = report.folio, report.version
    if report.status is Status.CLOSED:
        return ()
    reassign = (button(t("Reasignar"), f"reassign.{f}"),) if who.role is Role.SUPERVISOR else ()
    if report.status is Status.REFERRED and (report.handler_id == who.person.id or reassign):
        return (*elsewhere(t, report), *reassign)
    if report.handler_id is None:
        take = button(t("Tomar"), f"claim.{f}.{v}", "primary")
        return (take, button(t("No puedo"), f"decline.{f}.{v}"), *_kept_back(who, report), *reassign)
    if report.handler_id != who.person.id:
        return (button(t("Voy de apoyo"), f"support.{f}"), *reassign)
    return (
        button(t("Voy"), f"way.{f}", "primary"),
        button(t("Llegué"), f"here.{f}"),
        button(t("Hecho"), f"done.{f}"),
        button(t("No encontré"), f"missing.{f}"),
        button(t("Necesito"), f"need.{f}"),
        *reassign,
    )


AGREEMENT = {
    "yes": later("El acuerdo se cumple"),
    "part": later("El acuerdo se cumple en parte"),
    "no": later("El acuerdo no se cumple"),
}


def elsewhere(t: Texts, report: Report) -> tuple[Action, ...]:
    """While another office has it: the text for it and its answer, never of a confidential one."""
    f = report.folio
    asked = (
        ()
        if report.listed
        else (
            button(t("Ya contestaron"), f"officesaid.{f}"),
            button(t("Texto para mandar"), f"asktext.{f}"),
        )
    )
    return (
        *asked,
        button(t("Retomar"), f"claim.{f}.{report.version}"),
        button(t("Hecho"), f"done.{f}"),
        button(t("Canalizar otra vez"), f"refer.{f}"),
        button(t("Nota"), f"note.{f}"),
    )


def needs(t: Texts, report: Report) -> tuple[Action, ...]:
    """What stands behind "Necesito"."""
    f = report.folio
    ask = (button(t("Preguntar"), f"ask.{f}"),) if report.person_id and not report.listed else ()
    if report.filed_by and not report.person_id:  # nobody can be asked until they follow it
        ask = (giving.offer(t, f),)
    visits = () if report.listed else (button(t("Visitas"), f"visits.{f}"),)
    return (
        *ask,
        button(t("Apoyo"), f"call.{f}"),
        button(t("Pasar a otro"), f"pass.{f}"),
        button(t("Canalizar"), f"refer.{f}"),
        button(t("Prometer"), f"word.{f}"),
        *visits,
        button(t("Nota"), f"note.{f}"),
        button(t("Soltar"), f"release.{f}"),
    )


def _kept_back(who: Speaker, report: Report) -> tuple[Action, ...]:
    """What a supervisor decides about a report that was kept back."""
    if who.role is not Role.SUPERVISOR or who.tx.due.get(HELD, report.id) is None:
        return ()
    pause = (button(who.t("Pausar a quien avisa"), f"pause.{report.folio}"),) if report.person_id else ()
    return (button(who.t("Avisar al sector"), f"let.{report.folio}", "primary"), *pause)
