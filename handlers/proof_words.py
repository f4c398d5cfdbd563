"""The words of a proof of visit: asked for, and read by a supervisor; the public never reads them."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.events import Event, PlaceMeasured
from bot.texts import Texts

FAR = 1_000  # metres: beyond it, it is said, and nothing else happens


def far(t: Texts, metres: int) -> str:
    """ "40 m", "3.2 km"."""
    return t("{n} m", n=metres) if metres < FAR else t("{n} km", n=f"{metres / 1000:.1f}")


def ask(t: Texts) -> str:
    """What an officer may send as proof, and what is kept of it."""
    return t(
        "Constancia, si quiere: ubicación o foto. De la ubicación queda solo la distancia, para el mando."
    )


def any_in(history: Iterable[Event]) -> bool:
    """Was a place shared in this case?"""
    return any(isinstance(event, PlaceMeasured) for event in history)


def lines(t: Texts, history: Iterable[Event]) -> list[str]:
    """What a supervisor reads: each place that was shared, as a distance."""
    found = [event for event in history if isinstance(event, PlaceMeasured)]
    return [_line(t, event) for event in found[-4:]]


def _line(t: Texts, event: PlaceMeasured) -> str:
    where = (
        t("a {far} del lugar", far=far(t, event.metres))
        if event.metres is not None
        else t("sin punto con qué comparar")
    )
    if event.leaving:
        return t("Salida, {when}: {where}", when=t.moment(event.at), where=where)
    return t("Llegada, {when}: {where}", when=t.moment(event.at), where=where)
