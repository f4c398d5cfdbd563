"""Going off duty: what stays in hand, and the note for who comes in. Coming in: "recibido"."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation import Flow
from bot.domain.errors import NotPermitted, NotYours, UnknownFolio
from bot.domain.handover import Handover
from bot.messages import Outgoing
from bot.questions import Option, Written, choose, write
from bot.texts import Texts
from handlers import talks
from handlers.desk import handover as desk
from handlers.officer import cards, shift_card
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Left:
    """What the officer decides on leaving."""

    passes: bool
    note: Written


def begin(who: Speaker, left: Handover, lead: tuple[str, ...]) -> None:
    """Ask what only the officer knows."""
    talks.start(who, "handover", {"id": left.id, "in_hand": len(left.left)}, lead=lead)


def summary(t: Texts, left: Handover) -> str:
    """What the hand-over says by itself."""
    return t(
        "Entrega escrita: {moved}; queda: {left}.",
        moved=shift_card.moved(t, left),
        left=shift_card.leaves(t, left),
    )


def later(who: Speaker, handover_id: str) -> None:
    """The shift ended by itself: the note can still be left."""
    left = who.tx.handovers.get(handover_id)
    if left is None:
        raise UnknownFolio
    if left.person_id != who.person.id:
        raise NotYours
    begin(who, left, (summary(who.t, left),))


def _flow(t: Texts, in_hand: int) -> Flow[Left]:
    passes = False
    if in_hand:
        line = t.many("Le queda {n} caso en sus manos.", "Le quedan {n} casos en sus manos.", in_hand)
        options = [Option(True, "yes", t("Pasan a quien entra")), Option(False, "no", t("Me los quedo"))]
        passes = yield from choose("cases", (line,), options)
    none: Option[str] = Option("", "no", t("Sin nota"))
    ask = t("¿Algo que deba saber quien entra? Mande una nota de voz o escriba.")
    too_long = t("Más corta, por favor: hasta {n} letras.", n=LONGEST_NOTE)
    note = yield from write(
        "note", (ask,), options=(none,), files=True, longest=LONGEST_NOTE, too_long=too_long
    )
    return Left(passes, note)


def _left(who: Speaker, talk: Conversation, said: Left) -> None:
    if who.officer is None:
        raise NotPermitted
    media = said.note.media[0].id if said.note.media else None
    desk.leave(
        who.tx,
        who.here,
        who.officer,
        talk.arguments["id"],
        note=said.note.text,
        media_id=media,
        passes=said.passes,
        at=who.at,
    )
    who.say(who.t("Listo. Quien entre firma de recibido y se le avisa."))


def received(who: Speaker, argument: str) -> None:
    """Recibido: one tap signs whatever waits for these sectors."""
    t = who.t
    if who.tx.staff.shift_of(who.me.person_id, who.at) is None:
        who.say(
            t("Primero inicie su turno."), actions=(button(t("Iniciar turno"), "m.start_shift", "primary"),)
        )
        return
    signed, taken = desk.receive(who.tx, who.here, who.me, who.at)
    if not signed:
        who.say(t("Ya se firmó de recibido."), actions=(button(t("Mis pendientes"), "m.pending"),))
        return
    lines = [t("Firmado: recibió el turno.")]
    lines += [f"«{one.note}»" for one in signed if len(one.note) > shift_card.SHOWN_NOTE]
    if taken:
        lines.append(t.many("Ahora tiene {n} caso más.", "Ahora tiene {n} casos más.", len(taken)))
    rows = tuple(cards.row(who, report) for report in taken[:10])
    who.show(Outgoing(lines=tuple(lines), rows=rows, rows_label=t("Ver reportes")))


talks.script(
    talks.Script(
        name="handover",
        make=lambda t, here, kept, again: _flow(t, kept["in_hand"]),
        finish=_left,
    )
)
