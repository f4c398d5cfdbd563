"""The words of duty: how somebody gets about, the roster's shift, a pause that ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.roster import Mode
from bot.messages import Outgoing
from bot.texts import Texts, later
from handlers.here import Here
from handlers.speaker import button

if TYPE_CHECKING:
    from handlers.wording import Facts, Moment, Word

GETS_ABOUT = {Mode.FOOT: later("a pie"), Mode.CAR: later("en patrulla"), Mode.MOTORCYCLE: later("en moto")}
LABELS = {Mode.FOOT: later("A pie"), Mode.CAR: later("En patrulla"), Mode.MOTORCYCLE: later("En moto")}


def gets_about(t: Texts, mode: Mode | None) -> str:
    """ "a pie", or nothing while nobody said."""
    return t(GETS_ABOUT[mode]) if mode is not None else ""


def sectors(t: Texts, here: Here, slugs: tuple[str, ...]) -> str:
    """ "Sector Norte Poniente y Sector Norte Oriente"."""
    found = map(here.municipality.territory.sector, slugs)
    return t.listing([sector.name for sector in found if sector is not None])


def _pause_ended(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    since = t.clock(datetime.fromisoformat(facts["paused_at"]))
    lines = (
        t("Su pausa de las {hour} ya es larga: otra vez le llegan avisos.", hour=since),
        t("Si todavía la necesita, toque «Pausa»."),
    )
    actions = (button(t("Pausa"), "m.pause_shift"), button(t("Mis pendientes"), "m.pending"))
    return Outgoing(lines=lines, actions=actions)


TO_STAFF: Mapping[str, Word] = {"pause_ended": _pause_ended}
