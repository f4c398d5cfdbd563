"""How other offices answer what is referred to them: sent, answered, days, open."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.referral import OfficeScore
from bot.texts import Texts
from handlers import referral_words
from handlers.desk import referrals
from handlers.here import Here
from handlers.speaker import Speaker, button

SPAN = timedelta(days=90)
MOST = 15


def scoreboard(who: Speaker) -> None:
    """Oficinas: of the last ninety days, the one that was asked most first."""
    t = who.t
    found = referrals.scoreboard(who.tx, who.at - SPAN)
    menu = button(t("Estado"), "m.status")
    if not found:
        who.say(t("En 90 días no se ha canalizado nada a otra dependencia."), actions=(menu,))
        return
    lines = [_line(t, who.here, one) for one in found[:MOST]]
    if len(found) > MOST:
        lines.append(t("y {n} más", n=len(found) - MOST))
    who.say(*lines, title=t("Dependencias · 90 días"), actions=(menu,))


def _line(t: Texts, here: Here, one: OfficeScore) -> str:
    days = t("{days} días (mediana)", days=f"{one.median_days:g}") if one.median_days is not None else "—"
    return t(
        "{office}: enviados {sent} · contestó {answered} · {days} · sin respuesta {open}",
        office=referral_words.office_name(here, one.office),
        sent=one.sent,
        answered=one.answered,
        days=days,
        open=one.open,
    )
