"""The PIN in the chat: asked before what is delicate, set, repeated, proved. The message with it is taken away."""

from __future__ import annotations

from bot.messages import Action
from handlers.desk import step_up
from handlers.desk.step_up import Proof, Verdict
from handlers.speaker import Speaker, button


def proved(who: Speaker) -> bool:
    """Was it given lately?"""
    return step_up.proved(who.tx, who.here.municipality, who.person.id, who.at)


def required(who: Speaker, then: str) -> bool:
    """True when it was given lately; else it is asked for, and `then` goes on by itself once it is right."""
    if proved(who):
        return True
    pin = step_up.ask(who.tx, who.person.id, then, who.at)
    t = who.t
    if pin.locked_at is not None:
        who.say(t("Su PIN está bloqueado. Pida a un mando que lo restablezca."))
    elif pin.asked == "new":
        who.say(t("Para esto hace falta un PIN, y todavía no tiene."), _new(who))
    else:
        who.say(t("Escriba su PIN de seis números."), actions=_later(who))
    return False


def change(who: Speaker) -> None:
    """Set it, or set another one after proving the one there is."""
    if who.tx.pins.of(who.person.id).hash and not required(who, "m.pin"):
        return
    step_up.ask(who.tx, who.person.id, "", who.at, new=True)
    who.say(_new(who), actions=_later(who))


def said(who: Speaker, proof: Proof) -> str | None:
    """Six digits came: what they did is said, and their message taken away. Returns the button that waited."""
    assert who.officer is not None  # only theirs are weighed
    tries = who.here.municipality.service.limits.pin_tries
    verdict, pin = step_up.take(who.tx, who.person.id, who.me.badge, proof, tries, who.at)
    t = who.t
    lines = {
        Verdict.UNASKED: t("Eso parece un PIN, y ahora no lo pedí. No lo guardé."),
        Verdict.OBVIOUS: t("Ese es muy fácil de adivinar. Escriba otro de seis números."),
        Verdict.AGAIN: t("Escríbalo otra vez, para confirmar."),
        Verdict.DIFFERENT: t("No coinciden. Escriba otra vez el PIN nuevo."),
        Verdict.SET: t("PIN guardado. No se lo diga a nadie; tampoco al mando."),
        Verdict.RIGHT: t("PIN correcto."),
        Verdict.WRONG: t.many(
            "PIN incorrecto. Le queda {n} intento.",
            "PIN incorrecto. Le quedan {n} intentos.",
            tries - pin.wrong,
        ),
        Verdict.LOCKED: t(
            "PIN bloqueado por demasiados intentos. El mando ya lo sabe y puede restablecerlo."
        ),
    }
    still = t("Si todavía ve su mensaje con el PIN, bórrelo.") if verdict is not Verdict.UNASKED else ""
    who.say(*filter(None, (lines[verdict], still)), erases=who.inbound.message_id)
    return pin.then if verdict in (Verdict.SET, Verdict.RIGHT) else None


def _new(who: Speaker) -> str:
    return who.t("Escriba un PIN nuevo de seis números. Borraré su mensaje en cuanto lo lea.")


def _later(who: Speaker) -> tuple[Action, ...]:
    return (button(who.t("Ahora no"), "m.menu"),)
