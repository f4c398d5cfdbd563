"""The words between colleagues: a case offered, the answer, a reminder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.domain import folio as folios
from bot.domain.concern import Priority
from bot.messages import Action, Outgoing
from bot.texts import Texts
from handlers.facts import Facts, Moment, Word, case_button
from handlers.officer.cards import headline_of
from handlers.speaker import button


def _wanted(moment: Moment, facts: Facts) -> Outgoing:
    """What it is and where roughly; the place comes after the yes."""
    t = moment.t
    name = facts["by"][:1].upper() + facts["by"][1:]
    until = t.clock(datetime.fromisoformat(facts["until"]))
    lines = (
        headline_of(t, moment.here, Priority(facts["priority"]), facts, moment.at),
        t("{name} le pide que lo tome. Vale hasta las {hour}.", name=name, hour=until),
    )
    actions = (
        button(t("Acepto"), f"accept.{facts['folio']}", "primary"),
        button(t("No puedo"), f"notme.{facts['folio']}"),
    )
    return Outgoing(lines=lines, actions=actions, protected=True)


def _answered(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    folio, name = folios.show(facts["folio"]), facts["by"]
    if facts["accepted"]:
        return Outgoing(lines=(t("Folio {folio}: {name} aceptó; ya lo tiene.", folio=folio, name=name),))
    line = t("Folio {folio}: {name} no puede; sigue siendo suyo.", folio=folio, name=name)
    return Outgoing(lines=(line,), actions=case_button(t, facts))


def _snooze_over(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Folio {folio}: me pidió que se lo recordara.", folio=folios.show(facts["folio"]))
    return Outgoing(lines=(line,), actions=(*case_button(t, facts), later_again(t, facts["folio"])))


def later_again(t: Texts, folio: str) -> Action:
    """Not now: be reminded once more."""
    return button(t("Recordarme luego"), f"snooze.{folio}")


TO_STAFF: Mapping[str, Word] = {
    "transfer_wanted": _wanted,
    "transfer_answered": _answered,
    "snooze_over": _snooze_over,
}
