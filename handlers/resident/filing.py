"""The report talk's beginning and end: what starts it, what its result leads to."""

from __future__ import annotations

from typing import Any

from bot.conversation import EXTRAS, Turn
from bot.domain.concern import Confidentiality, Identity, Priority
from bot.domain.folio import show
from bot.domain.report import Report
from bot.domain.territory import Point
from bot.messages import Action, Outgoing
from bot.questions import LookUp
from handlers import talks
from handlers.desk import reports as desk
from handlers.resident.draft import Draft, Stopped
from handlers.resident.kind import advice
from handlers.resident.report import report
from handlers.resident.told import Told, heard
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

NAME = "report"
LONGEST = 10_000  # characters of a first message that become the description


def begin(who: Speaker, *, text: str = "", kind: str | None = None, lead: tuple[str, ...] = ()) -> None:
    """Start the talk with what the first sentence tells."""
    if len(text) > LONGEST:
        lead = (*lead, who.t("Su mensaje es muy largo: tomé las primeras {n} letras.", n=LONGEST))
        text = text[:LONGEST]
    told = heard(
        who.here,
        text,
        who.understood if text else None,
        consented=_consented(who),
        channel=who.inbound.address.channel,
    )
    arguments = told.as_arguments(who.media)
    talks.start(who, NAME, {**arguments, "kind": kind or arguments["kind"]}, lead=(*greeting(who), *lead))


def greeting(who: Speaker) -> tuple[str, ...]:
    """Who speaks, once, above whatever comes first."""
    if who.person.greeted_at is not None:
        return ()
    who.tx.people.greeted(who.person.id, who.at)
    return (
        who.t(
            "Soy el asistente de {programme}; soy un programa. Si corre peligro ahora, llame al 911.",
            programme=who.here.municipality.programme,
        ),
    )


def _consented(who: Speaker) -> bool:
    return who.person.consent_version == who.here.municipality.privacy.notice_version


def _noticed(who: Speaker, talk: Conversation, turn: Turn[Any]) -> None:
    """The tap on "Acepto" is kept at once, with the version of the notice and the moment."""
    given = {turn.answers.get(name, {}).get("choice") for name in ("consent", "consent_read")}
    accepted = not talk.arguments["consented"] and "consent" in turn.path
    if accepted and who.person.consent_at is None and (given & {"yes"} or _accepted_in_words(turn)):
        who.tx.people.consent(who.person.id, who.here.municipality.privacy.notice_version, who.at)


def _accepted_in_words(turn: Turn[Any]) -> bool:
    """The talk went on past the consent, so whatever was written was a yes."""
    return turn.question is not None and not turn.question.name.startswith("consent")


def _near(who: Speaker, talk: Conversation, step: LookUp) -> Any:
    """An open report of the same kind within its radius and days, of somebody else."""
    kind = who.here.kind(step.arguments["kind"])
    point = Point(step.arguments["lat"], step.arguments["lon"])
    cells = who.tx.reports.cells_around(point, kind.radius_m)
    found = who.tx.reports.near(cells, kind.slug, who.at - kind.same_within)
    near = [r for r in found if r.person_id != who.person.id and _within(r, point, kind.radius_m)]
    if not near:
        return None
    return {"folio": near[0].folio, "when": who.t.ago(who.at - near[0].opened_at)}


def _within(one: Report, point: Point, radius: int) -> bool:
    return one.place.point is not None and one.place.point.metres_to(point) <= radius


def _finish(who: Speaker, talk: Conversation, result: Draft | Stopped) -> None:
    if isinstance(result, Stopped):
        _stopped(who, result)
        return
    if result.joins:
        joined = desk.join(who.tx, result.joins, who.person.id, who.at)
        who.show(_joined(who, joined))
        return
    extras = tuple(item[0] for item in talk.answers.get(EXTRAS, ()))
    draft = _with_media(result, (*talk.arguments["media"], *extras))
    on_behalf = bool(talk.arguments["on_behalf"])
    opened = desk.open_report(
        who.tx,
        who.here,
        draft,
        draft_id=talk.id,
        person_id=None if on_behalf else who.person.id,
        filed_by=who.person.id if on_behalf else None,
        at=who.at,
    )
    who.show(receipt(who, opened, draft))
    _second_concern(who, talk)


def _with_media(draft: Draft, media: tuple[str, ...]) -> Draft:
    from dataclasses import replace

    return replace(draft, media=tuple(dict.fromkeys((*draft.media, *media))))


def receipt(who: Speaker, opened: desk.Opened, draft: Draft) -> Outgoing:
    """The folio on its own line, what happens next, what to do if it gets worse."""
    t, report = who.t, opened.report
    if report.listed:
        return _quiet_receipt(who, report)
    told = advice(t, who.here.kind(report.kind))
    lines = [t("Listo. Su folio es:"), show(report.folio), *_next(who, opened, other_office=not told)]
    if draft.identity is Identity.ANONYMOUS:
        lines.append(t("Como pidió, no queda unido a este chat: no habrá noticias por aquí."))
    lines.append(told or t("Si empeora o hay peligro, llame al 911."))
    actions = [button(t("Agregar algo"), f"add.{report.folio}")] if report.person_id else []
    if who.here.kind(report.kind).tips:
        actions.append(button(t("Ver consejos"), f"tipsof.{report.kind}"))
    return Outgoing(
        lines=tuple(lines), actions=(*actions, button(t("Menú"), "m.menu")), copy=show(report.folio)
    )


def _next(who: Speaker, opened: desk.Opened, *, other_office: bool) -> tuple[str, ...]:
    """Who has it, and who repairs it when that is another office and the advice does not say so."""
    t, report = who.t, opened.report
    territory = who.here.municipality.territory
    names = [s.name for s in map(territory.sector, report.sectors) if s is not None]
    if opened.heard_by:
        first = t("Lo recibe el equipo de {sector}.", sector=t.listing(names))
    else:
        own = who.here.municipality.service.outside_hours_text
        first = own or t(
            "Ahora no hay nadie de su sector en turno; ya lo sabe el mando y se lo pasa a quien entre."
        )
    kind = who.here.kind(report.kind)
    offices = [o.name for o in who.here.municipality.directory.offices_of(kind)]
    repaired_elsewhere = kind.confidentiality is Confidentiality.NORMAL and kind.priority >= Priority.P3
    if not offices or not repaired_elsewhere or not other_office:
        return (first,)
    other = t("Lo resuelve {office}: nosotros lo canalizamos y le avisamos qué contestan.", office=offices[0])
    return first, other


def _quiet_receipt(who: Speaker, report: Report) -> Outgoing:
    """Neutral, and nothing afterwards on our own motion; the number stands last."""
    t = who.t
    return Outgoing(
        lines=(
            t("Gracias. Lo recibió quien debe atenderlo."),
            t("No le escribiremos por nuestra cuenta. Usted puede escribir aquí cuando quiera."),
            t("En una emergencia: 911."),
            t("Número: {folio}", folio=show(report.folio)),
        )
    )


def _joined(who: Speaker, joined: Report) -> Outgoing:
    t = who.t
    lines = (t("Se sumó al reporte. Le avisaremos lo mismo que a quien lo hizo."), show(joined.folio))
    return Outgoing(lines=lines, actions=(button(t("Menú"), "m.menu"),))


def _second_concern(who: Speaker, talk: Conversation) -> None:
    """Two concerns in one message become two drafts, both named."""
    also = [slug for slug in talk.arguments["also"] if slug != talk.arguments["kind"]]
    if not also or talk.arguments["on_behalf"]:
        return
    kind = who.here.kind(also[0])
    who.show(
        Outgoing(
            lines=(who.t("También mencionó otra cosa: {what}. ¿La reportamos?", what=kind.name.lower()),),
            actions=(
                button(who.t("Sí, también"), f"also.{kind.slug}", "primary"),
                button(who.t("No, gracias"), "m.thanks"),
            ),
        )
    )


def also(who: Speaker, kind: str) -> None:
    """The second concern: a draft of its own, with the same words."""
    newest = who.tx.reports.of_person(who.person.id, most=1)
    begin(who, text=newest[0].text if newest else "", kind=kind)


def _stopped(who: Speaker, result: Stopped) -> None:
    t = who.t
    territory = who.here.municipality.territory
    words = {
        "consent_refused": (
            t(
                "Está bien, no guardamos su reporte. La información, los números y los consejos no lo necesitan."
            ),
        ),
        "outside": (
            territory.outside_answer
            or t(
                "Ese lugar está fuera de {name}. Si es una emergencia, el 911 comunica.", name=territory.name
            ),
        ),
        "discarded": (t("Listo, no se envió nada."),),
        "other_time": (t("Está bien."),),
        "thanks": (t("De acuerdo. Si cambia de idea, escríbanos."),),
    }
    actions: tuple[Action, ...] = () if result.notice == "other_time" else (button(t("Menú"), "m.menu"),)
    who.show(Outgoing(lines=words[result.notice], actions=actions))


talks.script(
    talks.Script(
        name=NAME,
        make=lambda t, here, kept, again: report(t, here, Told.from_arguments(kept), again),
        finish=_finish,
        look_ups={"near": _near},
        keeps=True,
        noticed=_noticed,
    )
)
