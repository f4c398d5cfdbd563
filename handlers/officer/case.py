"""What an officer does with a report, by button or by word. The right is read again at every tap."""

from __future__ import annotations

from bot.domain import folio as folios
from bot.domain.errors import AlreadyClaimed, NotAllowedNow, NotYours
from bot.domain.mediation import may_mediate
from bot.domain.report import Disposition, Report, Status, Verb
from bot.domain.roster import Role
from bot.messages import Action, Outgoing
from bot.texts import Texts
from handlers import proof_words, talks
from handlers.desk import places, steps
from handlers.desk import reports as desk
from handlers.officer import cards, pin
from handlers.speaker import Speaker, button

READY = 3  # sentences that are one tap away after "Llegué"


def claim(who: Speaker, argument: str) -> None:
    """First tap wins; the second is told who has it and may go along."""
    folio = argument.split(".")[0]
    t = who.t
    try:
        report = desk.claim(who.tx, who.here, folio, who.me, who.at)
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
    desk.decline(who.tx, who.here, argument.split(".")[0], who.me, who.at)
    who.say(who.t("Enterado. Se avisa a quien sigue."))


def support(who: Speaker, folio: str) -> None:
    """Going along with who has it: where it is, not what was told."""
    report = steps.support(who.tx, folio, who.me, who.at)
    whole = cards.place_open(who, report)
    place = who.here.place_line(report.place, exact=whole)
    dangers = [f"⚠️ {note.text}" for note in places.warnings(who.tx, report, who.at)]
    lines = (who.t("Anotado: va de apoyo."), *((f"📍 {place}",) if place else ()), *dangers)
    pin = report.place.point if whole else None
    who.show(Outgoing(lines=lines, pin=pin, pin_label=place, protected=True))


def need(who: Speaker, folio: str) -> None:
    """Necesito: the rest of what can be done with it."""
    report = who.tx.reports.by_folio(folio)
    desk.require_right(who.tx, report, who.me, who.at)
    if report.handler_id != who.person.id:
        raise NotYours
    line = who.t("¿Qué necesita? Folio {folio}", folio=folios.show(folio))
    who.show(Outgoing(lines=(line,), actions=cards.needs(who.t, report)))


def call(who: Speaker, folio: str) -> None:
    """Apoyo."""
    called, since = steps.want_support(who.tx, folio, who.me, who.at)
    t = who.t
    if since != who.at:
        who.say(t("Ya se pidió apoyo a las {hour}.", hour=t.clock(since)), actions=_onward(t, folio))
    elif called:
        who.say(
            t.many("Se le avisa a {n} persona.", "Se le avisa a {n} personas.", called),
            actions=_onward(t, folio),
        )
    else:
        who.say(t("No hay nadie más en turno a quien avisar. Si hay peligro, pida apoyo por radio o al 911."))


def see(who: Speaker, folio: str) -> None:
    """The case: all of it for who attends and for supervisors, the headline for the others."""
    report = who.tx.reports.by_folio(folio)
    desk.require_right(who.tx, report, who.me, who.at)
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


def place(who: Speaker, folio: str) -> None:
    """The exact place and the files of a report of high risk: after the PIN, and written down."""
    report = who.tx.reports.by_folio(folio)
    desk.require_right(who.tx, report, who.me, who.at)
    if not may_read(who, report):
        raise NotYours
    if pin.required(who, f"place.{folio}"):
        who.show(cards.case(who, report))


def may_read(who: Speaker, report: Report) -> bool:
    """Text and exact place: who attends, and supervisors (for a confidential one: of its list)."""
    officer = who.me
    if report.handler_id == officer.person_id:
        return True
    supervises = officer.role is Role.SUPERVISOR
    return supervises and (not report.listed or report.named_list in officer.lists)


def on_the_way(who: Speaker, folio: str) -> None:
    """Voy; a second tap changes nothing and tells nobody."""
    report, since = steps.on_the_way(who.tx, folio, who.me, who.at)
    t = who.t
    said = [t("En camino.") if since == who.at else t("Va en camino desde las {hour}.", hour=t.clock(since))]
    if since == who.at and report.person_id and not report.listed:
        said.append(t("Se le avisa a la persona."))
    actions = (button(t("Llegué"), f"here.{folio}", "primary"), *_onward(t, folio))
    who.say(*said, actions=actions)


def _onward(t: Texts, folio: str) -> tuple[Action, ...]:
    return (button(t("Hecho"), f"done.{folio}"), button(t("Necesito"), f"need.{folio}"))


def arrived(who: Speaker, folio: str) -> None:
    """Llegué: from here two taps end it, a ready sentence and "Enviar"."""
    report, since = steps.arrived(who.tx, folio, who.me, who.at)
    t = who.t
    ready = enumerate(who.here.municipality.phrases.of(report.kind))
    shown = [(n, phrase) for n, phrase in ready if phrase.ending is not Disposition.NOT_LOCATED][:READY]
    phrases = tuple(button(phrase.label, f"done.{folio}.{n}") for n, phrase in shown)
    passes_on = (button(t("Canalizar"), f"refer.{folio}"),) if who.here.kind(report.kind).offices else ()
    mediable = may_mediate(who.here.kind(report.kind), report)
    mediates = (button(t("Mediar"), f"mediate.{folio}"),) if mediable else ()
    actions = (
        *phrases,
        *passes_on,
        *mediates,
        button(t("Otro final"), f"done.{folio}"),
        button(t("No encontré"), f"missing.{folio}"),
        button(t("Necesito"), f"need.{folio}"),
    )
    who.say(t("Llegó: {hour}. ¿Cómo terminó?", hour=t.clock(since)), proof_words.ask(t), actions=actions)


def release(who: Speaker, folio: str) -> None:
    """Soltar."""
    desk.release(who.tx, who.here, folio, who.me, who.at)
    who.say(who.t("Suelto: se avisa otra vez al sector."))


def start_talk(flow: str, ending: str = "") -> talks.Begin:
    """A button that begins a talk about one report of this officer; it may name a ready sentence."""

    def begin(who: Speaker, argument: str) -> None:
        folio, _, phrase = argument.partition(".")
        report = who.tx.reports.by_folio(folio)
        desk.require_right(who.tx, report, who.me, who.at)
        if report.status is Status.CLOSED:
            raise NotAllowedNow(report.status, Verb.CLOSE)
        if report.handler_id != who.person.id and who.me.role is not Role.SUPERVISOR:
            raise NotYours
        handler = who.tx.staff.officer(report.handler_id or "")
        about = {
            "folio": folio,
            "kind": report.kind,
            "told": report.person_id is not None and not report.listed,
            "listed": report.listed,
            "officer": handler.name if handler else "",
            "ending": ending,
            "phrase": int(phrase) if phrase.isdecimal() else None,
        }
        talks.start(who, flow, about)

    return begin
