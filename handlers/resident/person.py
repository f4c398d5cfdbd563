"""Hablar con una persona: the supervisors on duty are told; when nobody is there, the truth and the phone."""

from __future__ import annotations

from bot.domain.notices import Lane, Notice
from bot.messages import Action, Outgoing
from bot.texts import Texts
from handlers.desk import person as calls
from handlers.speaker import Speaker, button


def ask(who: Speaker) -> None:
    """Open the request; the answer comes through this chat."""
    t = who.t
    request, new = who.tx.requests.ask_for_person(who.person.id, who.at)
    desk = who.here.municipality.service.desk
    roster = who.tx.staff.roster(who.at)
    supervisors = roster.supervisors()
    if new:
        calls.call(who.tx, request.id, who.at)
    calls.wait(who.tx, who.here, request.id, who.at)
    there = desk.open_at(who.at.astimezone(who.here.municipality.time_zone)) and bool(supervisors)
    lines = [
        t("Le avisé a una persona del equipo. Le contesta por aquí.")
        if there
        else t("En este momento no hay quien conteste. Queda anotado y le responden por aquí.")
    ]
    if there:
        lines.append(t("Suele tardar unos {span}.", span=t.span(desk.usual_wait)))
    if desk.hours_text:
        lines.append(t("Horario: {hours}.", hours=desk.hours_text))
    if desk.phone and not there:
        lines.append(t("También puede llamar al {phone}.", phone=desk.phone))
    lines.append(t("Escriba su mensaje; para terminar, escriba «menú». Si hay peligro, llame al 911."))
    who.show(Outgoing(lines=tuple(lines), actions=_ends(t)))


END = "m.end_person"


def _ends(t: Texts) -> tuple[Action, ...]:
    return (button(t("Terminar"), END),)


def talking(who: Speaker) -> bool:
    """Is what they write meant for a person? Not once they turned to something else: then its card is the newest.

    The request stays open all the same, and whoever answers it has the talk again.
    """
    if who.tx.requests.open_help_of(who.person.id) is None:
        return False
    newest = who.tx.outbox.newest(who.person.id)
    if newest is None or newest.notice != "say":
        return True
    return any(action.token == END for action in Outgoing.from_dict(newest.facts).actions)


def still(who: Speaker) -> tuple[Action, ...]:
    """The button of a card that comes in between, so that the talk with a person goes on."""
    return _ends(who.t) if talking(who) else ()


def relay(who: Speaker) -> bool:
    """In the talk with a person, what they write goes to whoever took it (or all supervisors)."""
    request = who.tx.requests.open_help_of(who.person.id)
    if request is None or not (who.inbound.text.strip() or who.media) or not talking(who):
        return False
    roster = who.tx.staff.roster(who.at)
    people = [request.taken_by] if request.taken_by else [s.person_id for s in roster.supervisors()]
    text = who.inbound.text.strip() or who.t("(foto, voz o archivo)")
    notices = [
        Notice(
            person_id=person,
            name="help_message",
            facts={"request": request.id, "text": text, "media": [m.id for m in who.media]},
            lane=Lane.REPLY,
            dedupe_key=f"helpmsg:{who.inbound.id}:{person}"[:160],
        )
        for person in people
        if person
    ]
    who.tx.outbox.put(notices, who.at)
    calls.wait(who.tx, who.here, request.id, who.at)
    who.say(who.t("Enviado."), actions=_ends(who.t))
    return True


def end(who: Speaker) -> None:
    """The resident ends the talk."""
    request = who.tx.requests.open_help_of(who.person.id)
    if request is not None:
        who.tx.requests.end_help(request.id, who.at)
        calls.answered(who.tx, request.id)
    who.say(
        who.t("De acuerdo. Aquí estamos cuando nos necesite."), actions=(button(who.t("Menú"), "m.menu"),)
    )
