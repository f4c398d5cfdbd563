"""What a resident does later with a folio: look, add, answer, withdraw, say whether it is solved."""

from __future__ import annotations

from typing import Any

from bot.conversation import Flow, Turn
from bot.domain import folio as folios
from bot.domain.errors import TooMany, UnknownFolio
from bot.domain.report import Disposition, Report, Status
from bot.messages import Action, AttachmentKind, Outgoing
from bot.questions import Option, Question, Written, choose, gather, shortened
from bot.texts import Texts, later
from handlers import diary, talks
from handlers.desk import referrals
from handlers.desk import reports as desk
from handlers.files import BURST
from handlers.here import Here
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

A_DAY = 86_400.0

STATUS_WORDS = {
    Status.RECEIVED: later("Recibido"),
    Status.CLAIMED: later("En atención"),
    Status.AWAITING_RESIDENT: later("Falta un dato de usted"),
    Status.REFERRED: later("Canalizado a {office}"),
    Status.CLOSED: later("Cerrado"),
}
DISPOSITION_WORDS = {
    Disposition.ATTENDED: later("Atendido"),
    Disposition.SOLVED_BY_OTHER: later("Lo resolvió otra área"),
    Disposition.NOT_LOCATED: later("No se encontró el lugar o a la persona"),
    Disposition.DUPLICATE: later("Es el mismo que otro reporte"),
    Disposition.WITHDRAWN: later("Usted lo retiró"),
    Disposition.NOT_OURS: later("No le toca a la policía"),
}
SOLVED = {"yes": "yes", "no": "no", "unsure": "unsure"}


def my_reports(who: Speaker) -> None:
    """The last ten, newest first; confidential ones are in no list."""
    t = who.t
    mine = (*who.tx.reports.of_person(who.person.id), *who.tx.reports.followed_by(who.person.id))[:10]
    if not mine:
        who.say(t("No tiene reportes por ahora."), actions=(button(t("Reportar"), "m.report", "primary"),))
        return
    rows = tuple(
        button(
            folios.show(one.folio),
            f"see.{one.folio}",
            description=shortened(f"{who.here.kind(one.kind).short} · {_stands(who, one)}", 72),
        )
        for one in mine
    )
    who.show(Outgoing(lines=(t("Sus reportes:"),), rows=rows, rows_label=t("Ver reportes")))


def own(who: Speaker, folio: str) -> Report:
    """The report of a folio, if it is this person's (or they joined it). Raises UnknownFolio, TooMany.

    One answer for "no such folio" and "not yours"; after some wrong ones in a day, none at all.
    """
    limit = who.here.municipality.service.limits.wrong_folios
    if who.tx.people.counted(who.person.id, "wrong_folio", who.at, within_seconds=A_DAY) >= limit:
        raise TooMany
    report = theirs(who, folio)
    if report is None:
        who.tx.people.count(who.person.id, "wrong_folio", who.at, within_seconds=A_DAY)
        raise UnknownFolio
    return report


def theirs(who: Speaker, folio: str) -> Report | None:
    """The report of a folio, if it is this person's or they joined it."""
    try:
        report = who.tx.reports.by_folio(folio)
    except UnknownFolio:
        return None
    mine = report.person_id == who.person.id or who.person.id in who.tx.reports.followers(report.id)
    return report if mine else None


def status(who: Speaker, folio: str) -> None:
    """How one's own report stands, and what can be done with it."""
    if not folios.valid(folio):
        raise UnknownFolio
    show(who, own(who, folio))


OF_ANOTHER = {
    Status.AWAITING_RESIDENT: later("Falta un dato de quien lo reportó"),
    Disposition.WITHDRAWN: later("Lo retiró quien lo reportó"),
}


def status_line(t: Texts, here: Here, report: Report, *, joined: bool = False) -> str:
    """Where it stands, in words; `joined`: as a neighbour reads it who did not tell it."""
    ended = report.disposition if report.status is Status.CLOSED else None
    if joined and (ended or report.status) in OF_ANOTHER:
        return t(OF_ANOTHER[ended or report.status])
    if report.status is Status.CLOSED and report.disposition is not None:
        return t(DISPOSITION_WORDS[report.disposition])
    office = here.municipality.directory.get(report.referred_to or "")
    name = office.name if office else (report.referred_to or "")
    return (
        t(STATUS_WORDS[report.status], office=name)
        if report.status is Status.REFERRED
        else t(STATUS_WORDS[report.status])
    )


def _stands(who: Speaker, report: Report) -> str:
    return status_line(who.t, who.here, report, joined=report.person_id != who.person.id)


def show(who: Speaker, report: Report, lead: tuple[str, ...] = ()) -> None:
    """One report as its own person sees it; of a confidential one only that it was received."""
    t = who.t
    if report.listed:
        received = t("Lo tiene quien debe atenderlo. Puede agregar algo si quiere.")
        who.say(*lead, received, actions=_add(t, report))
        return
    kind = who.here.kind(report.kind)
    handler = who.tx.staff.officer(report.handler_id or "")
    lines = [
        *lead,
        f"{kind.emoji} {kind.name}".strip(),
        t("Estado: {status}", status=_stands(who, report)),
        t("Recibido: {when}", when=t.moment(report.opened_at)),
    ]
    if handler is not None and report.status.open:
        lines.append(t("Lo tiene: {name}", name=handler.name))
    once_more = button(t("Volvió a pasar"), f"again.{report.folio}")
    actions = (*_add(t, report), once_more) if report.status.open else (once_more,)
    if report.status is Status.REFERRED and report.person_id == who.person.id:
        actions = (button(t("Sí, ya quedó"), f"solved.{report.folio}.yes"), *actions)
    if report.status.open and report.person_id == who.person.id:
        actions = (*actions, button(t("Ya no hace falta"), f"withdraw.{report.folio}"))
    title = t("Folio {folio}", folio=folios.show(report.folio))
    who.show(Outgoing(title=title, lines=tuple(lines), actions=(*actions, button(t("Menú"), "m.menu"))))


def _add(t: Texts, report: Report) -> tuple[Action, ...]:
    return (button(t("Agregar algo"), f"add.{report.folio}"),)


def again(who: Speaker, folio: str) -> None:
    """ "Otra vez" in one tap: an entry of the diary; a closed report is opened again. Raises TooLate."""
    t = who.t
    before = own(who, folio)
    if not diary.apart(who.tx.reports.history(before.id), who.at):
        who.say(t("Ya estaba anotado hace un momento."), actions=(button(t("Menú"), "m.menu"),))
        return
    report = desk.happened_again(who.tx, who.here, before, who.person.id, who.at)
    if before.status is Status.CLOSED:
        lines: tuple[str, ...] = (t("Lo abrimos de nuevo y ya se avisó al equipo."),)
    else:
        lines = (t("Anotado: volvió a pasar."),)
    if not report.listed:
        lines = (*lines, *diary.table(t, who.tx.reports.history(report.id), who.at))
    actions = (button(t("Otra vez"), f"again.{report.folio}"), button(t("Menú"), "m.menu"))
    who.show(Outgoing(lines=lines, actions=actions))


def again_in_words(who: Speaker) -> None:
    """ "Volvió a pasar": of the one report that it can be, or which?"""
    t = who.t
    mine = [one for one in who.tx.reports.of_person(who.person.id) if one.status.open]
    if len(mine) == 1:
        again(who, mine[0].folio)
        return
    if not mine:
        my_reports(who)
        return
    rows = tuple(
        button(folios.show(one.folio), f"again.{one.folio}", description=who.here.kind(one.kind).short)
        for one in mine[:10]
    )
    who.show(Outgoing(lines=(t("¿Cuál volvió a pasar?"),), rows=rows, rows_label=t("Ver reportes")))


# ---- add something ----


def add(who: Speaker, folio: str) -> None:
    """Start to tell more about one's own report."""
    report = own(who, folio)
    talks.start(who, "add", {"folio": report.folio})


def _add_flow(t: Texts, folio: str) -> Flow[tuple[Written, ...] | None]:
    lines = (
        t("Escriba lo que quiera agregar, o mande foto, video o nota de voz. Al terminar toque «Listo»."),
    )
    done = [Option("done", "yes", t("Listo"), words=("ya", "es todo", "termine", "fin"))]
    return (yield from gather("more", lines, done))


def _gathered(who: Speaker, talk: Conversation, turn: Turn[Any]) -> None:
    """Each file goes to the report as it comes: many never tap «Listo»."""
    if turn.received:
        media = tuple(item.id for item in who.media)
        hand_on(who, own(who, talk.arguments["folio"]), who.inbound.text.strip(), media)


def _added(who: Speaker, talk: Conversation, pieces: tuple[Written, ...]) -> None:
    t = who.t
    if not pieces:
        who.say(t("De acuerdo, no agregué nada."))
        return
    report = own(who, talk.arguments["folio"])
    text = "\n".join(piece.text for piece in pieces if piece.text and not piece.media)
    if text:
        take_addition(who, report, text, ())
    else:
        who.say(t(ADDED))


ADDED = later("Agregado. Lo ve quien atiende su reporte.")
ANSWERED = later("Gracias, ya se lo pasé a quien atiende su reporte.")


def take_addition(who: Speaker, report: Report, text: str, media: tuple[str, ...]) -> None:
    """Words or files for an open report: an answer when an officer asked, else something more."""
    answered = hand_on(who, report, text, media)
    _received(who, report, who.t(ANSWERED if answered else ADDED))


def hand_on(who: Speaker, report: Report, text: str, media: tuple[str, ...]) -> bool:
    """To who attends it; was it the answer to their question?"""
    asked = report.status is Status.AWAITING_RESIDENT and report.person_id == who.person.id
    if asked:
        desk.answer(who.tx, report, text, media, who.at)
    else:
        desk.add(who.tx, report, text, media, who.at, by=who.person.id)
    return asked


IN_ALBUMS = frozenset({AttachmentKind.PHOTO, AttachmentKind.VIDEO})
TOGETHER = 10  # seconds: what comes within one such span has one receipt


def _received(who: Speaker, report: Report, line: str) -> None:
    """Said once for an album, which comes as many messages."""
    if not any(item.kind in IN_ALBUMS for item in who.media):
        who.say(line)
        return
    name = f"added:{report.id}:{int(who.at.timestamp()) // TOGETHER}"
    who.tx.outbox.withdraw(who.person.id, name)
    who.show(Outgoing(lines=(line,)), due_at=who.at + BURST, name=name)


talks.script(
    talks.Script(
        name="add",
        make=lambda t, here, kept, again: _add_flow(t, kept["folio"]),
        finish=_added,
        noticed=_gathered,
    )
)


# ---- withdraw ----


def withdraw(who: Speaker, folio: str) -> None:
    """Ask once whether it is really not needed."""
    report = own(who, folio)
    talks.start(who, "withdraw", {"folio": report.folio})


def _withdraw_flow(t: Texts) -> Flow[bool]:
    lines = (t("¿Retiramos su reporte? El equipo ya no lo atenderá."),)
    options = [Option(True, "yes", t("Sí, retirarlo")), Option(False, "no", t("No, que siga"))]
    return (yield from choose("sure", lines, options))


def _not_yet_withdrawn(who: Speaker, talk: Conversation, asked: Question[Any]) -> talks.Overheard | None:
    """ "No porque sigue igual": what is neither yes nor no is told to who attends it, and the question stays."""
    text = who.inbound.text.strip()
    if len(text.split()) < TELLS:
        return None
    answered = hand_on(who, own(who, talk.arguments["folio"]), text, ())
    return talks.Overheard(talk, who.t(ANSWERED if answered else ADDED))


TELLS = 4  # words, besides yes and no


def _withdrawn(who: Speaker, talk: Conversation, sure: bool) -> None:
    t = who.t
    if not sure:
        who.say(t("De acuerdo, sigue en pie."))
        return
    report = own(who, talk.arguments["folio"])
    if report.person_id != who.person.id:
        raise UnknownFolio
    desk.withdraw(who.tx, report, who.at)
    who.say(t("Retirado. Si vuelve a pasar, escríbanos."), actions=(button(t("Menú"), "m.menu"),))


talks.script(
    talks.Script(
        name="withdraw",
        make=lambda t, here, kept, again: _withdraw_flow(t),
        finish=_withdrawn,
        overhear=_not_yet_withdrawn,
    )
)


# ---- solved? ----


def solved(who: Speaker, argument: str) -> None:
    """The tap after closing: yes, no (opens it again), unsure."""
    folio, _, said = argument.partition(".")
    if said not in SOLVED:
        raise UnknownFolio
    _say_solved(who, own(who, folio), said)


def _say_solved(who: Speaker, report: Report, said: str) -> None:
    t = who.t
    if report.status is Status.REFERRED:
        _say_of_office(who, report, said)
        return
    if report.status is not Status.CLOSED:
        who.say(t("Ese reporte ya está abierto de nuevo: {status}.", status=_stands(who, report)))
        return
    desk.say_solved(who.tx, who.here, report, said, who.at)
    words = {
        "yes": t("Qué bueno. Gracias por decirnos."),
        "no": t(
            "Gracias por decirnos. Lo abrimos de nuevo y ya se avisó al equipo. No tiene que volver a explicar nada."
        ),
        "unsure": t("De acuerdo. Si ve que sigue igual, tóquelo en «Mis reportes»."),
    }
    thankful = _thanks(t, report) if said == "yes" else ()
    who.say(words[said], actions=(*thankful, button(t("Menú"), "m.menu")))


def _thanks(t: Texts, report: Report) -> tuple[Action, ...]:
    """Where somebody attended it."""
    return (button(t("Dar las gracias"), f"thank.{report.folio}"),) if report.handler_id else ()


def _say_of_office(who: Speaker, report: Report, said: str) -> None:
    """While another office has it: "ya quedó" of its own person ends it, "sigue igual" is told to who follows it."""
    t = who.t
    words = {
        "yes": t("Qué bueno. Gracias por decirnos."),
        "no": t("Gracias por decirnos. Ya lo sabe quien lo sigue; no se cierra."),
        "unsure": t("De acuerdo. Si ve que sigue igual, tóquelo en «Mis reportes»."),
    }
    if said == "yes" and report.person_id == who.person.id:
        referrals.solved(who.tx, report, who.at)
    elif said == "no":
        referrals.not_yet(who.tx, report, who.at)
    who.say(words[said], actions=(button(t("Menú"), "m.menu"),))
