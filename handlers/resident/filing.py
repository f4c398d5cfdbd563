"""The report talk's beginning and end: what starts it, what its result leads to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from msgspec import structs

from bot.conversation import AGAIN, EXTRAS, SAID, Turn, with_words
from bot.domain.concern import Confidentiality, Identity, Priority
from bot.domain.folio import show
from bot.domain.report import Report
from bot.domain.territory import Point
from bot.messages import Action, Outgoing
from bot.municipality.places import same_street
from bot.questions import LookUp, Question
from bot.texts import Texts, later
from handlers import talks
from handlers.desk import reports as desk
from handlers.here import Here
from handlers.officer import giving
from handlers.resident import adding, my_reports
from handlers.resident.confidence import confidential
from handlers.resident.draft import Draft, Stopped
from handlers.resident.kind import advice
from handlers.resident.place import Outside, with_pin
from handlers.resident.report import report
from handlers.resident.review import FORGOTTEN_WITH, also_name
from handlers.resident.told import Told, heard, when_heard, with_more
from handlers.speaker import Speaker, button
from storage.conversations import Conversation
from storage.reports import Nearby

NAME = "report"
SUFFERED = frozenset({"robo_casa", "robo_persona", "robo_vehiculo", "robo_negocio", "amenazas_rina"})
LONG_AGO = timedelta(hours=3)
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
        consented=consented(who),
        channel=who.inbound.address.channel,
        over=_over(who),
    )
    place = with_pin(who, told.place)
    if isinstance(place, Outside):
        lead = (*lead, outside(who.t, who.here, place.neighbour))
    else:
        told = replace(told, place=place)
    if told.kind in SUFFERED:
        lead = (*lead, who.t("Lamento lo que pasó."))
    arguments = told.as_arguments(who.media)
    talks.start(who, NAME, {**arguments, "kind": kind or arguments["kind"]}, lead=(*greeting(who), *lead))


def _over(who: Speaker) -> bool:
    """Every time that the message names is gone, and nothing in it is danger now."""
    understood = who.understood
    if understood is None or understood.danger is not None or not understood.times:
        return False
    return all(
        one.every is None and one.end is not None and one.end < who.at - LONG_AGO for one in understood.times
    )


def offer(who: Speaker, text: str, *, lead: tuple[str, ...] = ()) -> None:
    """It may be no report: the draft waits with what was written, and one question asks."""
    t = who.t
    told = heard(
        who.here, text, who.understood, consented=consented(who), channel=who.inbound.address.channel
    )
    waits = talks.put_aside(who, NAME, told.as_arguments(who.media))
    ask = t("No sé si le entendí. ¿Es para reportarlo?")
    if told.kind:
        ask = t("¿Es para reportarlo? Parece: {what}.", what=also_name(t, who.here, told.kind))
    actions = (
        button(t("Sí, reportarlo"), f"also.{waits.id}", "primary"),
        button(t("No es eso"), f"noalso.{waits.id}"),
        button(t("Menú"), "m.menu"),
    )
    who.show(Outgoing(lines=(*greeting(who), *lead, ask), actions=actions))


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


def consented(who: Speaker) -> bool:
    """Did they accept the privacy notice that is in force?"""
    return who.person.consent_version == who.here.municipality.privacy.notice_version


def _noticed(who: Speaker, talk: Conversation, turn: Turn[Any]) -> None:
    """The tap on "Acepto" is kept at once, with the version of the notice and the moment."""
    given = {turn.answers.get(name, {}).get("choice") for name in ("consent", "consent_read")}
    accepted = not talk.arguments["consented"] and "consent" in turn.path
    if accepted and not consented(who) and (given & {"yes"} or _accepted_in_words(turn)):
        who.tx.people.consent(who.person.id, who.here.municipality.privacy.notice_version, who.at)


def _accepted_in_words(turn: Turn[Any]) -> bool:
    """The talk went on past the consent, so whatever was written was a yes."""
    return turn.question is not None and not turn.question.name.startswith("consent")


BEFORE_ALL = frozenset({"safe", "urgent", "consent", "consent_read", "kind", "leaf"})
SETTLED = frozenset({"other", "what", "place", AGAIN})
"""With one of these answered there is more than a beginning."""
OWN_RULES = frozenset({*adding.CARDS, "what", "other", "name"})
"""Questions that say themselves what does not fit."""


def _overheard(who: Speaker, talk: Conversation, asked: Question[Any]) -> talks.Overheard | None:
    """Who tells more instead of choosing: at first it is the telling itself, later it goes with it."""
    text = who.inbound.text.strip()
    known = (*talk.arguments["text"].split("\n"), *talk.answers.get(SAID, ()))
    if asked.name in OWN_RULES or who.understood is None or not adding.tells(who.understood, text):
        return None
    if sum(map(len, (*known, text))) > LONGEST:
        return None
    if text not in known:
        talk = _with_words(who, talk, asked, text)
    return talks.Overheard(talk, "" if asked.patient else who.t("Lo anoté."))


TAKES_ANY_WORDS = frozenset({"place", "colonia", "colonia_name", "street", "when", "name"})
PLAINLY, REASONS = 0.95, 2
"""Less sure, or with fewer words that say so, "delante de la tienda" is only a place."""


def _set_apart(who: Speaker, talk: Conversation) -> talks.Overheard | None:
    """What only a named list may know, written where an ordinary report asks for a street: it stands not in that."""
    text = who.inbound.text.strip()
    if not _plainly_listed(who) or not _takes_any_words(talks.waiting(who, talk)):
        return None
    if confidential(who.t, who.here, Told.from_arguments(talk.arguments), talk.answers):
        return None
    if text not in talk.answers.get(SAID, ()):
        talk = structs.replace(talk, answers=with_words(talk.answers, text))
    return talks.Overheard(talk, who.t("Lo anoté."))


def _plainly_listed(who: Speaker) -> bool:
    best = next(iter(who.understood.guesses), None) if who.understood else None
    if best is None or best.score < PLAINLY or len(best.reasons) < REASONS:
        return False
    return bool(who.here.kind(best.kind).listed)


def _takes_any_words(asked: Question[Any] | None) -> bool:
    return asked is not None and (asked.name in TAKES_ANY_WORDS or asked.name.startswith("q_"))


def _with_words(who: Speaker, talk: Conversation, asked: Question[Any], text: str) -> Conversation:
    more = heard(who.here, text, who.understood)
    chosen = "kind" in talk.answers and more.kind is not None
    if chosen or asked.name not in BEFORE_ALL or SETTLED & talk.answers.keys():
        return structs.replace(talk, answers=with_words(talk.answers, text))
    told = with_more(who.here, Told.from_arguments(talk.arguments), more)
    arguments = {**talk.arguments, **told.as_arguments(), "media": talk.arguments["media"]}
    return structs.replace(talk, arguments=arguments)


def _near(who: Speaker, talk: Conversation, step: LookUp) -> Any:
    """An open report of the same kind within its radius and days, or in the same street; one's own first."""
    kind = who.here.kind(step.arguments["kind"])
    since = who.at - kind.same_within
    if step.arguments["point"]:
        point = Point(*step.arguments["point"])
        cells = who.tx.reports.cells_around(point, kind.radius_m)
        found = [r for r in who.tx.reports.near(cells, kind.slug, since) if _within(r, point, kind.radius_m)]
    else:
        colonia, street = step.arguments["colonia"], step.arguments["street"]
        found = [
            r
            for r in who.tx.reports.near_in(colonia, kind.slug, since)
            if same_street(r.place.street, street)
        ]
    if talk.arguments["on_behalf"] or not found:
        return _seen(who, found[0]) if found else None
    found.sort(key=lambda one: one.person_id != who.person.id)
    return _seen(who, found[0])


def _seen(who: Speaker, report: Nearby) -> dict[str, Any]:
    own = report.person_id == who.person.id
    return {"folio": report.folio, "when": who.t.ago(who.at - report.opened_at), "own": own}


def _when(who: Speaker, talk: Conversation, step: LookUp) -> Any:
    """What a corrected time says, heard at the moment at which it is said."""
    said, kind = step.arguments["text"], step.arguments.get("kind")  # none in a talk of an older release
    return (when_heard(who.here.triage.read(said, who.at), kind) if said else "") or said


def _added(who: Speaker, talk: Conversation, step: LookUp) -> Any:
    """What words at the card say, heard when they are said."""
    return adding.look(who.here, step.arguments["text"], step.arguments["kind"], who.at)


def _within(one: Nearby, point: Point, radius: int) -> bool:
    return one.place.point is not None and one.place.point.metres_to(point) <= radius


def _finish(who: Speaker, talk: Conversation, result: Draft | Stopped) -> None:
    if isinstance(result, Stopped) and result.notice == "outside":
        _outside(who, talk, result.about)
        return
    if isinstance(result, Stopped):
        _stopped(who, result)
        return
    if result.joins:
        _join(who, talk, result)
        _second_concern(who, talk, result)
        return
    draft = _with_media(result, _files(talk))
    on_behalf = bool(talk.arguments["on_behalf"])
    opened = desk.open_report(
        who.tx,
        who.here,
        draft,
        draft_id=talk.id,
        person_id=None if on_behalf else who.person.id,
        filed_by=who.person.id if on_behalf else None,
        at=who.at,
        paused=who.person.paused(who.at),
    )
    stop = talk.arguments.get("stop")
    if stop and opened.report.listed:  # in the round it is nowhere any more
        who.tx.walks.about(stop, "")
        who.tx.walks.hush(stop)
    elif stop:
        who.tx.walks.became(stop, opened.report.id)
    who.show(receipt(who, opened, draft))
    _second_concern(who, talk, result)


def _join(who: Speaker, talk: Conversation, draft: Draft) -> None:
    """The same as a report that there is: an entry of one's own, or one more neighbour; their words go with it."""
    if who.tx.reports.by_folio(draft.joins).person_id == who.person.id:
        my_reports.again(who, draft.joins)
    else:
        who.show(_joined(who, desk.join(who.tx, draft.joins, who.person.id, who.at)))
    report = who.tx.reports.by_folio(draft.joins)
    media = _with_media(draft, _files(talk)).media
    desk.add(who.tx, report, draft.text, media, who.at, by=who.person.id)


def _files(talk: Conversation) -> tuple[str, ...]:
    """All that came in the talk: with the first message, as an answer or beside one, and in between."""
    answers = (one for one in talk.answers.values() if isinstance(one, dict))
    told = (item[0] for one in answers for item in one.get("media", ()))
    return (*talk.arguments["media"], *told, *(item[0] for item in talk.answers.get(EXTRAS, ())))


def _with_media(draft: Draft, media: tuple[str, ...]) -> Draft:
    return replace(draft, media=tuple(dict.fromkeys((*draft.media, *media))))


HELD_BACK = {
    "hour": later(
        "Ya van varios reportes suyos en una hora: este lo revisa una persona antes de avisar al sector."
    ),
    "day": later("Ya van varios reportes suyos hoy: este lo revisa una persona antes de avisar al sector."),
    "all": later(
        "Hay muchísimos reportes en este momento: una persona revisa el suyo para avisar a quien toca."
    ),
    "paused": later("Sus reportes están en pausa: este lo revisa una persona antes de avisar al sector."),
}


def receipt(who: Speaker, opened: desk.Opened, draft: Draft) -> Outgoing:
    """The folio on its own line, what happens next, what to do if it gets worse."""
    t, report = who.t, opened.report
    if report.listed:
        return quiet_receipt(who, report)
    told = advice(t, who.here.kind(report.kind))
    lines = [t("Listo. Su folio es:"), show(report.folio), *_next(who, opened, other_office=not told)]
    if draft.identity is Identity.ANONYMOUS:
        lines.append(t("Como pidió, no queda unido a este chat: no habrá noticias por aquí."))
    lines.append(told or t("Si empeora o hay peligro, llame al 911."))
    actions = [button(t("Agregar algo"), f"add.{report.folio}")] if report.person_id else []
    actions += _handed_on(t, report)
    if who.here.kind(report.kind).diary and report.person_id:
        actions.append(button(t("Volvió a pasar"), f"again.{report.folio}"))
    elif who.here.kind(report.kind).tips:
        actions.append(button(t("Ver consejos"), f"tipsof.{report.kind}"))
    return Outgoing(
        lines=tuple(lines), actions=(*actions, button(t("Menú"), "m.menu")), copy=show(report.folio)
    )


def _next(who: Speaker, opened: desk.Opened, *, other_office: bool) -> tuple[str, ...]:
    """Who has it, and who repairs it when that is another office and the advice does not say so."""
    t, report = who.t, opened.report
    territory = who.here.municipality.territory
    names = [s.name for s in map(territory.sector, report.sectors) if s is not None]
    if opened.held:
        return (t(HELD_BACK[opened.held]),)
    if opened.heard_by:
        first = t("Lo recibe el equipo {of_sector}.", of_sector=t.of(names))
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


def quiet_receipt(who: Speaker, report: Report) -> Outgoing:
    """Of a confidential report: neutral, and nothing afterwards on our own motion; the number stands last."""
    t = who.t
    return Outgoing(
        lines=(
            t("Gracias. Lo recibió quien debe atenderlo."),
            t("No le escribiremos por nuestra cuenta. Usted puede escribir aquí cuando quiera."),
            t("En una emergencia: 911."),
            t("Número: {folio}", folio=show(report.folio)),
        ),
        actions=_handed_on(t, report),
    )


def _handed_on(t: Texts, report: Report) -> tuple[Action, ...]:
    """What was noted down for somebody can become theirs."""
    noted_down = report.filed_by is not None and report.person_id is None
    return (giving.offer(t, report.folio),) if noted_down else ()


def _joined(who: Speaker, joined: Report) -> Outgoing:
    t = who.t
    lines = (
        t("Se sumó al reporte. Le avisaremos lo mismo que a quien lo hizo."),
        show(joined.folio),
        t("Lo que usted contó lo lee también quien lo atiende, sin su nombre."),
    )
    return Outgoing(lines=lines, actions=(button(t("Menú"), "m.menu"),))


def _second_concern(who: Speaker, talk: Conversation, draft: Draft) -> None:
    """The next concern of the same message waits as a draft of its own, with its own words."""
    if not draft.also:
        return
    (slug, words), *rest = draft.also
    told = heard(
        who.here,
        words,
        who.here.triage.read(words, who.at),
        consented=True,
        on_behalf=bool(talk.arguments["on_behalf"]),
        channel=who.inbound.address.channel,
    )
    where = told.place
    if not where.known and not who.here.kind(draft.kind).listed:
        where = draft.place  # of the same message; what was told in confidence stays there
    told = replace(told, kind=slug, also=tuple(rest), place=where)
    waits = talks.put_aside(who, NAME, told.as_arguments())
    line = who.t(
        "También mencionó: {what}. ¿Lo reportamos? No tiene que repetirlo.",
        what=also_name(who.t, who.here, slug),
    )
    actions = (
        button(who.t("Sí, también"), f"also.{waits.id}", "primary"),
        button(who.t("No, gracias"), f"noalso.{waits.id}"),
    )
    who.show(Outgoing(lines=(line,), actions=actions))


def also(who: Speaker, talk_id: str) -> None:
    """The second concern: its draft goes on where it waits."""
    draft = _waiting_draft(who, talk_id)
    if draft is None:
        who.say(who.t("Esa opción ya no está activa."), actions=(button(who.t("Menú"), "m.menu"),))
        return
    talks.ask_again(who, draft)


def not_also(who: Speaker, talk_id: str) -> None:
    """Not wanted: its draft is forgotten."""
    draft = _waiting_draft(who, talk_id)
    if draft is None or draft.asked:  # over, or begun meanwhile: an old card takes nothing back
        also(who, talk_id)
        return
    talks.cancel(who, draft)
    who.say(who.t("De acuerdo. Aquí estamos cuando nos necesite."))


def _waiting_draft(who: Speaker, talk_id: str) -> Conversation | None:
    return next((talk for talk in who.tx.conversations.of(who.person.id) if talk.id == talk_id), None)


def outside(t: Texts, here: Here, neighbour: str) -> str:
    """Whose a place is that is not ours."""
    territory = here.municipality.territory
    there = next((one for one in territory.neighbours if one.name == neighbour), None)
    if there is not None:
        return t(
            "Ese lugar parece ser de {name}: le toca a {who}. Si hay peligro, llame al 911.",
            name=there.name,
            who=there.responsible,
        )
    return territory.outside_answer or t(
        "Ese lugar está fuera de {name}. Si es una emergencia, el 911 comunica.", name=territory.name
    )


def _outside(who: Speaker, talk: Conversation, neighbour: str) -> None:
    """Whose it is; a pin is easily put beside the mark, so all but the place waits for another one."""
    elsewhere = {"colonia": "", "street": "", "point": None, "consented": True}
    kept = {name: said for name, said in talk.answers.items() if name not in FORGOTTEN_WITH["place"]}
    waits = talks.put_aside(who, NAME, {**talk.arguments, **elsewhere}, kept)
    correct = button(who.t("Corregir el lugar"), f"also.{waits.id}")
    who.say(outside(who.t, who.here, neighbour), actions=(correct, button(who.t("Menú"), "m.menu")))


def _stopped(who: Speaker, result: Stopped) -> None:
    t = who.t
    words = {
        "consent_refused": (
            t(
                "Está bien, no guardamos su reporte. La información, los números y los consejos no lo necesitan."
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
        look_ups={"near": _near, "when": _when, "added": _added},
        keeps=True,
        files=True,
        noticed=_noticed,
        overhear=_overheard,
        set_apart=_set_apart,
    )
)
