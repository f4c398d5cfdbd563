"""¿Es policía de verdad? A number in, a word that both phones show, and what to do when they don't."""

from __future__ import annotations

from bot.conversation import Flow
from bot.domain import badge_check as rules
from bot.domain.badge_check import Outcome
from bot.domain.roster import Role
from bot.messages import Action
from bot.questions import fold, write
from bot.texts import Texts
from handlers import talks
from handlers.desk import badges as desk
from handlers.resident.filing import greeting
from handlers.speaker import Speaker, button
from storage.conversations import Conversation


def begin(who: Speaker) -> None:
    """The menu, or "¿es policía de verdad?"."""
    talks.start(who, "badge", {}, lead=greeting(who))


def in_words(who: Speaker) -> bool:
    """ "Placa 105", and nothing else: of a resident the question, of an officer on duty "unidad 214" their own car."""
    said = fold(who.inbound.text)
    number = rules.asked_about(said)
    if not number:
        return False
    if who.role is Role.RESIDENT:
        _check(who, number)
        return True
    if who.officer is None or not said.startswith(("unidad", "patrulla")):
        return False
    unit = desk.drive(who.tx, who.officer, number, who.at)
    who.say(who.t("Anotado: unidad {unit}, hasta que termine su turno.", unit=unit))
    return True


def _flow(t: Texts) -> Flow[str]:
    lines = (
        t("Escriba el número de placa o de la unidad. Si no se lo quieren decir, no abra y llame al 911."),
    )
    too_long = t("Es muy largo. Solo el número, por favor.")
    return (yield from write("number", lines, longest=rules.LONGEST, too_long=too_long)).text


def _asked(who: Speaker, talk: Conversation, number: str) -> None:
    _check(who, rules.asked_about(fold(number)) or number)


def _check(who: Speaker, number: str) -> None:
    asked = desk.check(who.tx, who.here, who.person.id, number, who.at)
    t = who.t
    if not asked.word:
        who.say(
            t("No puedo confirmarlo en este momento."),
            t("No abra ni acompañe a nadie. Llame al 911 y pregunte si mandaron a alguien."),
            actions=_doubt(t),
        )
        return
    who.say(
        t("Pídale que le enseñe su teléfono. En los dos debe decir:"),
        asked.word,
        t("No le diga usted la palabra. Vale 10 minutos. Si no la ve igual, no abra y llame al 911."),
        actions=(
            button(t("Sí, es la misma"), f"same.{asked.check.id}", "primary"),
            button(t("No es la misma"), f"notsame.{asked.check.id}", "danger"),
        ),
    )


def _doubt(t: Texts) -> tuple[Action, ...]:
    return (button(t("Es una emergencia"), "m.emergency", "danger"), button(t("Menú"), "m.menu"))


def same(who: Speaker, check_id: str) -> None:
    """Both phones show it."""
    desk.answer(who.tx, check_id, who.person.id, Outcome.SAME, who.at)
    t = who.t
    who.say(t("Bien: es del programa y está en turno."), actions=(button(t("Menú"), "m.menu"),))


def not_same(who: Speaker, check_id: str) -> None:
    """The other phone shows something else, or nothing."""
    desk.answer(who.tx, check_id, who.person.id, Outcome.OTHER, who.at)
    t = who.t
    who.say(
        t("No abra, no acompañe a nadie y no entregue nada. Llame al 911 AHORA."),
        t("Si puede, fíjese en la ropa y las placas del carro, sin acercarse."),
        actions=_doubt(t),
    )


talks.script(talks.Script(name="badge", make=lambda t, here, kept, again: _flow(t), finish=_asked))
