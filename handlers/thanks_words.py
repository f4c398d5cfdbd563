"""The words of thanks, as the officer reads them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain import folio as folios
from bot.messages import Outgoing
from bot.texts import Texts
from handlers.facts import Facts, Moment, Word


def _thanked(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    line = t("Le dan las gracias por lo que hizo.")
    if facts["folio"]:
        line = t("Folio {folio}: le dan las gracias por lo que hizo.", folio=folios.show(facts["folio"]))
    return Outgoing(lines=(line,), quiet=True)


def waiting_line(t: Texts, n: int) -> str:
    """At the start of a shift: how many there were meanwhile."""
    return t.many(
        "Le dieron las gracias {n} vez desde su último turno.",
        "Le dieron las gracias {n} veces desde su último turno.",
        n,
    )


TO_STAFF: Mapping[str, Word] = {"thanked": _thanked}
