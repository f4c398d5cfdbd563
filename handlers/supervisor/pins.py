"""A supervisor resets the PIN of somebody who forgot or locked it, after making sure that it is them."""

from __future__ import annotations

from bot.conversation import Flow
from bot.questions import Option, choose
from bot.texts import Texts
from handlers import talks
from handlers.desk import step_up
from handlers.speaker import Speaker
from storage.conversations import Conversation

SHOWN = 10


def choose_whose(who: Speaker) -> None:
    """Restablecer PIN."""
    active = [s for s in who.tx.staff.slots() if s.state == "active" and s.person_id != who.person.id]
    if not active:
        who.say(who.t("No hay a quién restablecerle el PIN."))
        return
    talks.start(who, "reset_pin", {"slots": [[s.badge, s.name] for s in active]})


def reset(who: Speaker, badge: str) -> None:
    """From the notice that it was locked."""
    slot = who.tx.staff.slot(badge)
    talks.start(who, "reset_pin", {"slots": [[badge, slot.name if slot else badge]]})


def _flow(t: Texts, slots: list[list[str]]) -> Flow[str | None]:
    badge = slots[0][0]
    if len(slots) > 1:
        rows = [
            Option(one, f"s{n}", f"{one} {name}"[:24], words=(one, name), shown=n < SHOWN)
            for n, (one, name) in enumerate(slots)
        ]
        badge = yield from choose("slot", (t("¿De quién?"),), rows, as_rows=True)
    options = [Option(True, "yes", t("Sí, ya confirmé"), style="danger"), Option(False, "no", t("No"))]
    ask = t(
        "¿Confirmó en persona o por teléfono que {badge} tiene su propio teléfono en la mano?", badge=badge
    )
    return badge if (yield from choose("sure", (ask,), options)) else None


def _done(who: Speaker, talk: Conversation, badge: str | None) -> None:
    if badge is None:
        who.say(who.t("De acuerdo, no cambió nada."))
        return
    name = step_up.reset(who.tx, badge, who.person.id, who.at)
    who.say(who.t("Listo: {name} pone un PIN nuevo la próxima vez que haga falta.", name=name))


talks.script(
    talks.Script(name="reset_pin", make=lambda t, here, kept, again: _flow(t, kept["slots"]), finish=_done)
)
