"""Somebody whose reports are on pause asks that another person looks at it."""

from __future__ import annotations

from handlers.desk import holding
from handlers.speaker import Speaker


def appeal(who: Speaker) -> None:
    """Pedir revisión: once a pause."""
    t = who.t
    if holding.appeal(who.tx, who.person.id, who.at):
        who.say(t("Listo. Otra persona del mando lo revisa y le contesta por aquí. En una emergencia: 911."))
    elif who.person.paused(who.at):
        who.say(t("Ya está en revisión. Le contestan por aquí. En una emergencia: 911."))
    else:
        who.say(t("Sus reportes no están en pausa."))
