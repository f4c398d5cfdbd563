"""The words of checks: the officer's word, and the supervisors' warning. Never who asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.messages import Outgoing
from handlers.facts import Facts, Moment, Word
from handlers.speaker import button


def _word(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    until = t.clock(datetime.fromisoformat(facts["until"]))
    lines = (
        t("Quieren comprobar que es usted. Enseñe esta palabra en su teléfono:"),
        facts["word"],
        t("Vale hasta las {hour}. Si no está con nadie, avise al mando.", hour=until),
    )
    return Outgoing(lines=lines, protected=True)


def _doubt(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    first = t("Alguien quizá se hace pasar por policía: {n} comprobaciones fallidas hoy.", n=facts["times"])
    about = (
        t("Placa o unidad: {about}", about=facts["about"])
        if facts["about"]
        else t("Una misma persona preguntó.")
    )
    return Outgoing(lines=(first, about), actions=(button(t("Estado"), "m.status"),))


TO_STAFF: Mapping[str, Word] = {"badge_word": _word, "badge_doubt": _doubt}
