"""An officer sends the one-time code."""

from __future__ import annotations

import re

from bot.domain.roster import Shift
from bot.messages import Action
from bot.texts import Texts
from handlers import duty_words
from handlers.desk import enrolment as desk
from handlers.speaker import Speaker, button

# Ten characters of Crockford's base 32 (no I, L, O, U), shown in two fives.
CODE = re.compile(r"^\s*([0-9A-HJKMNP-TV-Z]{5})[\s-]?([0-9A-HJKMNP-TV-Z]{5})\s*$", re.IGNORECASE)


def code_given(who: Speaker) -> bool:
    """Is the whole message a code? Then it is tried. Raises BadCode, TooMany."""
    text = who.inbound.start or who.inbound.text
    found = CODE.match(text)
    if found is None or not any(sign.isdigit() for sign in text):
        return False
    if (found[1] + found[2]).isdigit() and who.tx.staff.of_code(found[1] + found[2]) is None:
        return False  # ten figures that are nobody's code are a telephone number
    if who.inbound.address.channel == "whatsapp":  # no protected content there, and nothing can be deleted
        who.say(who.t("Los códigos se usan desde Telegram. Mándelo ahí, por favor."))
        return True
    slot = desk.enrol(who.tx, who.here, who.person, (found[1] + found[2]).upper(), who.at)
    t = who.t
    if slot.state == "active":
        return True
    who.say(
        t("Código correcto. Su número de control es {number}.", number=slot.check_number),
        t("Dígaselo a su mando: si ve el mismo, aprueba su alta y le aviso aquí."),
    )
    return True


def one_word(text: str) -> bool:
    """Is the text a code as it is shown, without a space? No danger is read into its letters."""
    return CODE.match(text) is not None and any(sign.isdigit() for sign in text) and " " not in text.strip()


def show_code(code: str) -> str:
    """In two fives, easier to dictate."""
    return f"{code[:5]}-{code[5:]}"


def home(who: Speaker) -> None:
    """The officer's first screen: on duty or not, what is in hand."""
    t = who.t
    shift = who.tx.staff.shift_of(who.me.person_id, who.at)
    in_hand = who.tx.reports.handled_by(who.person.id)
    if shift is None:
        state, first = t("Fuera de turno"), button(t("Iniciar turno"), "m.start_shift", "primary")
    else:
        state, first = _on_duty(t, shift[1]), button(t("Terminar turno"), "m.end_shift")
    own = shift[1].sectors if shift is not None else who.me.sectors
    sectors = [s.name for s in map(who.here.municipality.territory.sector, own) if s is not None]
    lines = (
        f"{who.me.name} · {t.listing(sectors)}" if sectors else who.me.name,
        state,
        t("En sus manos: {n}", n=len(in_hand)),
    )
    actions = (first, button(t("Mis pendientes"), "m.pending"), button(t("Anotar un asunto"), "m.jot"))
    walk = (button(t("Recorrido"), "m.walk"),) if shift is not None else ()
    who.say(*lines, actions=(*actions, *walk, *_break(t, shift[1] if shift else None)))


def _on_duty(t: Texts, shift: Shift) -> str:
    """ "En turno hasta las 19:00 · a pie · en pausa desde las 14:05"."""
    parts = (
        t("En turno hasta las {hour}", hour=t.clock(shift.ends_at)),
        duty_words.gets_about(t, shift.mode),
        t("en pausa desde las {hour}", hour=t.clock(shift.paused_at)) if shift.paused_at else "",
    )
    return " · ".join(part for part in parts if part)


def _break(t: Texts, shift: Shift | None) -> tuple[Action, ...]:
    if shift is None:
        return ()
    if shift.paused_at is not None:
        return (button(t("Reanudar"), "m.resume_shift", "primary"),)
    return (button(t("Pausa"), "m.pause_shift"),)
