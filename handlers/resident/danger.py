"""Somebody is in danger now: the 911 line first, before consent, before menus, in any state."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import datetime
from typing import Any

from msgspec import structs

from bot.conversation import EXTRAS, SAID, Flow
from bot.domain.folio import show
from bot.domain.report import Report, Status
from bot.domain.roster import Role
from bot.domain.territory import Place, Point
from bot.messages import Outgoing
from bot.questions import LookUp, Option, Reply, choose, fold, look_up, match
from bot.texts import Texts
from handlers import talks
from handlers.desk import reports as desk
from handlers.desk.holding import HELD
from handlers.here import Here
from handlers.resident import filing
from handlers.resident.confidence import VIOLENCE
from handlers.resident.draft import Draft
from handlers.resident.place import ASKED_WHERE, Outside, at_point, locate, only_where, with_pin
from handlers.resident.told import Told, place_heard
from handlers.resident.told import heard as told_of
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

NAME = "danger"
PIN = "_pin"  # where they are, sent while the card waits for its tap
FALLBACK_KIND = "emergencia_otra"
ASKS_HOW = frozenset({"ayuda", "help"})  # a word of the menu, whose card begins with the 911 too


def heard(who: Speaker, talk: Conversation | None) -> bool:
    """Does the message say that somebody is in danger now? Not while its own talk asks where."""
    danger_now = who.understood.danger if who.understood else None
    if danger_now is None or who.role is not Role.RESIDENT or fold(who.inbound.text) in ASKS_HOW:
        return False
    if talk is not None and talk.asked in ASKED_WHERE and not danger_now.plain:
        return not only_where(who.inbound.text)
    return talk is None or talk.flow != NAME


def answer(who: Speaker) -> None:
    """911 in the same turn; the talk that ran is parked with everything in it.

    What answers or quotes a message about an open report also reaches who attends it, without a tap.
    """
    _tell_who_attends(who)
    told = told_of(who.here, who.inbound.text, who.understood, channel=who.inbound.address.channel)
    place = with_pin(who, told.place)
    if isinstance(place, Place):
        told = replace(told, place=place)
    talks.start(who, NAME, told.as_arguments(who.media))


def _tell_who_attends(who: Speaker) -> None:
    report = _spoken_of(who)
    if report is None:
        return
    text, media = who.inbound.text.strip(), tuple(item.id for item in who.media)
    if report.status is Status.AWAITING_RESIDENT:
        desk.answer(who.tx, report, text, media, who.at)
    else:
        desk.add(who.tx, report, text, media, who.at)


def _spoken_of(who: Speaker) -> Report | None:
    """The open report of theirs that the message quotes, or the only one in which an officer asked."""
    quoted = who.tx.outbox.report_of(who.person.id, who.inbound.card_id) if who.inbound.card_id else None
    waiting = who.tx.reports.waiting_on(who.person.id)
    if quoted is not None:
        report = who.tx.reports.get(quoted)
        return report if report.person_id == who.person.id and report.status.open else None
    return waiting[0] if len(waiting) == 1 else None


def overheard(who: Speaker, talk: Conversation) -> bool:
    """Words or a pin while the 911 card waits for a tap: kept for the team, and the card is shown again."""
    text = who.inbound.text.strip()
    if _still_in_danger(who, talk):
        return True
    _pass_files_on(who, talk)
    if not waits_for_its_tap(talk) or _another_matter(who, talk):
        return False
    pin = {PIN: who.reply.as_dict()} if who.inbound.point is not None else {}
    if not (text or who.media or pin) or (text and match(taps(who.t), who.reply) is not None):
        return False
    said = [*talk.answers.get(SAID, ()), *([text] if text else [])]
    files = [*talk.answers.get(EXTRAS, ()), *([item.id, item.kind.value] for item in who.media)]
    kept = structs.replace(talk, answers={**talk.answers, **pin, SAID: said, EXTRAS: files})
    talks.ask_again(who, kept, *((who.t("Recibí su ubicación."),) if pin else ()))
    return True


def _still_in_danger(who: Speaker, talk: Conversation) -> bool:
    """Asked where, they tell what is happening: it reaches the team, and where is asked again."""
    understood = who.understood
    if talk.flow != NAME or talk.asked == "tell" or understood is None or understood.danger is None:
        return False
    report = who.tx.reports.of_draft(talk.id)
    if report is None or who.inbound.point is not None or place_heard(who.here, understood).known:
        return False
    desk.add(who.tx, report, who.inbound.text.strip(), tuple(item.id for item in who.media), who.at)
    talks.ask_again(who, talk)
    return True


def _pass_files_on(who: Speaker, talk: Conversation) -> None:
    """Asked where, they speak or show it: the team has it at once; the talk says that it came."""
    report = who.tx.reports.of_draft(talk.id) if talk.flow == NAME and who.media else None
    if report is not None:
        desk.add(who.tx, report, "", tuple(item.id for item in who.media), who.at)


def left(who: Speaker, talk: Conversation) -> bool:
    """Another matter, plainly not danger: the card gives way to it."""
    if not waits_for_its_tap(talk) or not _another_matter(who, talk):
        return False
    talks.cancel(who, talk)
    return True


def _another_matter(who: Speaker, talk: Conversation) -> bool:
    kind = who.understood.kind if who.understood else None
    return kind is not None and kind != talk.arguments["kind"] and len(who.inbound.text.split()) > FEW_WORDS


FEW_WORDS = 5


def waits_for_its_tap(talk: Conversation) -> bool:
    """Whichever of its cards is tapped, the first or one that was shown again, the tap means the same."""
    return talk.flow == NAME and talk.asked == "tell"


def taps(t: Texts) -> tuple[Option[str], Option[str]]:
    """The two taps of the card."""
    tell = Option(
        "tell", "yes", t("Avisar al turno"), style="danger", words=("avisar tambien al turno", "avisar")
    )
    safe = Option("safe", "safe", t("Ya estoy a salvo"), words=SAFE)  # a bare "no" may be "not yet"
    return tell, safe


SAFE = (
    *("estoy a salvo", "ya estoy bien", "estoy bien", "falsa alarma", "fue un error", "me equivoque"),
    *("no hay peligro", "ya no hay peligro", "no estoy en peligro", "no es una emergencia"),
)


def danger(t: Texts, here: Here, told: Told) -> Flow[str]:
    """911 first; the tap on "Avisar" opens the report at once and only then asks where."""
    violence = told.kind in VIOLENCE
    lines = [
        t("Llame al 911 AHORA. Si no puede hablar, deje la llamada abierta."),
        t("Póngase a salvo si puede hacerlo sin que le vean. No enfrente a nadie."),
    ]
    if violence:
        lines.append(t("También puede hablar a la Línea de las Mujeres: 079, opción 1, gratis, día y noche."))
    if (yield from choose("tell", tuple(lines), taps(t), patient=True)) == "safe":
        return "safe"
    pin: dict[str, Any] | None = yield from look_up("pinned", "pin")
    known = told.place
    if pin:
        known = replace(_place_of(pin), street=pin["street"] or known.street)
    opened: dict[str, Any] = yield from look_up("sent", "open", acts=True, **_as_arguments(known))
    folio: str = opened["folio"]
    where = (t("Avisado. ¿Dónde está? Mande su ubicación o escriba calle y colonia."),)
    lead = (t("Avisado, con el folio {folio}.", folio=show(folio)),)
    if opened["held"]:  # nobody was told: the truth, and who answers whatever happens
        where = (t("Llame al 911. ¿Dónde está? Mande su ubicación o escriba calle y colonia."),)
        lead = (t("Guardado, con el folio {folio}: lo revisa el mando antes de avisar.", folio=show(folio)),)
    place = yield from locate(t, here, where, known, at_once=_tell, lead=lead)
    if isinstance(place, Outside):
        return "outside"
    if place != known:
        yield from _tell("", place)
    return folio


def _tell(name: str, place: Place) -> Generator[Any, Any, None]:
    """What is known of the place goes to who was alerted, at once: the person may not be able to write again."""
    yield from look_up(f"placed_{name}" if name else "placed", "place", acts=True, **_as_arguments(place))


def _as_arguments(place: Place) -> dict[str, Any]:
    point = [place.point.lat, place.point.lon] if place.point else None
    return {"colonia": place.colonia, "street": place.street, "point": point}


def _place_of(told: dict[str, Any]) -> Place:
    point = Point(*told["point"]) if told["point"] else None
    return Place(colonia=told["colonia"], street=told["street"], point=point)


def _pin(who: Speaker, talk: Conversation, step: LookUp) -> Any:
    """The place of the pin that came before the tap, when it is ours."""
    sent = Reply.from_dict(talk.answers.get(PIN, {}))
    place = at_point(who.here, sent.point, sent.place_name) if sent.point else None
    return _as_arguments(place) if isinstance(place, Place) else None


def _open(who: Speaker, talk: Conversation, step: LookUp) -> Any:
    """The tap is the consent for this report: it goes out with whatever place is known."""
    told = Told.from_arguments(talk.arguments)
    draft = Draft(
        kind=told.kind or FALLBACK_KIND,
        place=_place_of(step.arguments),
        text="\n".join((told.text, *talk.answers.get(SAID, ()))),
        danger=told.danger,
        media=(*talk.arguments["media"], *(file[0] for file in talk.answers.get(EXTRAS, ()))),
    )
    opened = desk.open_report(
        who.tx,
        who.here,
        draft,
        draft_id=talk.id,
        person_id=who.person.id,
        at=who.at,
        danger=True,
        paused=who.person.paused(who.at),
    )
    return {"folio": opened.report.folio, "held": bool(opened.held)}


def _place(who: Speaker, talk: Conversation, step: LookUp) -> Any:
    report = who.tx.reports.of_draft(talk.id)
    place = _place_of(step.arguments)
    if report is not None and place.known:
        desk.tell_place(who.tx, who.here, report, place, who.at)
    return True


def _finish(who: Speaker, talk: Conversation, result: str) -> None:
    t = who.t
    if result == "safe":
        who.say(t("Qué bueno. Si algo cambia, llame al 911 o escriba aquí."))
        _resume(who, talk)
        return
    if result == "outside":
        who.say(t("Ese lugar está fuera del municipio. Siga con el 911: le comunican con quien está cerca."))
        return
    report = who.tx.reports.by_folio(result)
    if who.tx.due.get(HELD, report.id) is not None:
        who.say(*_kept_back(t, report.folio))
        return
    who.show(receipt_of_danger(t, who.here, report.folio, report.place, who.at, listed=report.listed))


def _kept_back(t: Texts, folio: str) -> tuple[str, ...]:
    """On pause: the truth, and who answers whatever happens."""
    return (
        t("Quedó guardado con el folio {folio}; lo revisa el mando antes de avisar.", folio=show(folio)),
        t("No espere nuestra respuesta: llame al 911, contesta siempre."),
    )


def receipt_of_danger(
    t: Texts, here: Here, folio: str, place: Place, at: datetime, *, listed: bool
) -> Outgoing:
    """What the person sees once the team was told: no promise that somebody is on the way."""
    where = here.place_line(place) or t("lugar por confirmar")
    lines = (
        t("Ya avisamos. Su folio es {folio}.", folio=show(folio)),
        "" if listed else where,
        t("No espere nuestra respuesta: siga con el 911 hasta estar a salvo."),
    )
    return Outgoing(lines=tuple(line for line in lines if line))


def _cancelled(who: Speaker, talk: Conversation) -> bool:
    """Once it was sent, "cancelar" does not take it back: that is said, and how to do it."""
    report = who.tx.reports.of_draft(talk.id)
    if report is None:
        return False
    t = who.t
    who.say(
        t("El aviso ya salió, con el folio {folio}.", folio=show(report.folio)),
        t("Si ya no hace falta, retírelo en «mis reportes». Si hay peligro, llame al 911."),
    )
    return True


def _resume(who: Speaker, talk: Conversation) -> None:
    """The draft that waited goes on; without one, what was just told can become a report as it is."""
    draft = talks.parked(who)
    if draft is not None:
        talks.ask_again(who, draft, who.t("Seguimos con su reporte donde íbamos."))
    elif (told := _to_report(who, talk)) is not None:
        waits = talks.put_aside(who, filing.NAME, told)
        yes = button(who.t("Sí, reportarlo"), f"also.{waits.id}")
        no = button(who.t("No, gracias"), f"noalso.{waits.id}")
        who.say(who.t("¿Quiere que quede reportado? No tiene que repetirlo."), actions=(yes, no))


def _to_report(who: Speaker, talk: Conversation) -> dict[str, Any] | None:
    """What was told at the 911 card, now that it is over; of what is delicate the screen asks nothing."""
    told = Told.from_arguments(talk.arguments)
    if told.kind is None or who.here.kind(told.kind).listed:
        return None
    words = "\n".join((told.text, *talk.answers.get(SAID, ())))
    over = replace(told, text=words, danger=(), over=True, consented=filing.consented(who))
    files = [*talk.arguments["media"], *(file[0] for file in talk.answers.get(EXTRAS, ()))]
    return {**over.as_arguments(), "media": files}


talks.script(
    talks.Script(
        name=NAME,
        make=lambda t, here, kept, again: danger(t, here, Told.from_arguments(kept)),
        finish=_finish,
        still_counts=True,
        files=True,
        look_ups={"pin": _pin, "open": _open, "place": _place},
        cancelled=_cancelled,
    )
)
