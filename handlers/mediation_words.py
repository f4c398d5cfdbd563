"""The words of mediation: what was agreed, and whether it is kept. Nothing of the other side but what both agreed."""

from __future__ import annotations

from collections.abc import Mapping

from bot.messages import Action, Outgoing
from bot.texts import Texts
from handlers.facts import Facts, Moment, Word, folio
from handlers.speaker import button


def agreed_lines(t: Texts, facts: Facts) -> tuple[str, ...]:
    """As the reporter reads it; the officer sees the same before."""
    return (
        t("Folio {folio}: este es el acuerdo al que llegaron.", folio=folio(facts)),
        *_points(facts),
        t("A los 7 y a los 30 días le preguntamos si se cumple."),
    )


def _points(facts: Facts) -> tuple[str, ...]:
    return tuple(f"{n}. {point}" for n, point in enumerate(facts["text"].split("\n"), start=1))


def _agreed(moment: Moment, facts: Facts) -> Outgoing:
    add = button(moment.t("Agregar algo"), f"add.{facts['folio']}")
    return Outgoing(lines=agreed_lines(moment.t, facts), actions=(add,))


def _kept(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    first = t("Folio {folio}: hace {n} días quedaron en esto:", folio=folio(facts), n=facts["days"])
    return Outgoing(
        lines=(first, *_points(facts), t("¿Se está cumpliendo?")), actions=_answers(t, facts["mediation"])
    )


def _check(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    first = t("Folio {folio}: acuerdo de hace {n} días. ¿Se cumple?", folio=folio(facts), n=facts["days"])
    actions = (*_answers(t, facts["mediation"]), _case(t, facts))
    return Outgoing(lines=(first, *_points(facts)), actions=actions, protected=True)


def _not_kept(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    said = (
        t("Folio {folio}: la persona dice que el acuerdo se cumple en parte.", folio=folio(facts))
        if facts["answer"] == "part"
        else t("Folio {folio}: la persona dice que el acuerdo no se cumple.", folio=folio(facts))
    )
    return Outgoing(
        lines=(said, t("Hable con ella: otra plática, o el juez cívico.")), actions=(_case(t, facts),)
    )


def _answers(t: Texts, mediation_id: str) -> tuple[Action, ...]:
    return (
        button(t("Sí, se cumple"), f"pact.{mediation_id}.yes", "primary"),
        button(t("En parte"), f"pact.{mediation_id}.part"),
        button(t("No se cumple"), f"pact.{mediation_id}.no"),
    )


def _case(t: Texts, facts: Facts) -> Action:
    return button(t("Ver caso"), f"case.{facts['folio']}")


TO_RESIDENTS: Mapping[str, Word] = {"mediation_agreed": _agreed, "mediation_kept": _kept}
TO_STAFF: Mapping[str, Word] = {"mediation_check": _check, "mediation_not_kept": _not_kept}
