"""Where the officer stood when they arrived and when they left: asked for, never demanded, and only the distance stays."""

from __future__ import annotations

from bot.domain import folio as folios
from handlers.desk import proof as desk
from handlers.proof_words import FAR, far
from handlers.speaker import Speaker, button


def located(who: Speaker) -> bool:
    """A pin alone, of an officer who is at a case or has just left it."""
    line = measured(who)
    if line is None:
        return False
    text, folio = line
    who.say(*text, actions=(button(who.t("Ver caso"), f"case.{folio}"),))
    return True


def measured(who: Speaker) -> tuple[tuple[str, ...], str] | None:
    """Note it down; what is said of it, and of which folio. None when it proves nothing."""
    if who.officer is None or who.inbound.point is None or who.inbound.text.strip():
        return None
    found = desk.measure(who.tx, who.officer, who.inbound.point, who.at)
    if found is None:
        return None
    t = who.t
    folio = folios.show(found.report.folio)
    first = t("Ubicación de salida anotada") if found.leaving else t("Ubicación de llegada anotada")
    if found.metres is None or who.here.kind(found.report.kind).high_risk:
        return (f"{first} · {folio}",), found.report.folio
    lines = [t("{first}: a {far} del lugar · {folio}", first=first, far=far(t, found.metres), folio=folio)]
    if found.metres > FAR:
        lines.append(
            t("Queda lejos de lo reportado. Si está en el lugar, mándela otra vez; el mando ve las dos.")
        )
    return tuple(lines), found.report.folio
