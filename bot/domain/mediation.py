"""A talk between neighbours with an officer in the middle: both willing, what they agreed, whether it is kept.

Never where there is violence or a threat of it: the law forbids it (LGAMVLV art. 8 IV), and who is afraid does not
agree freely. `may_mediate` says so for every kind, whatever the municipality's file says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.concern import ConcernKind
from bot.domain.errors import MediationBarred, NotAllowedNow
from bot.domain.questions import BY_DANGER
from bot.domain.report import Report

MOST_POINTS = 5
LONGEST_POINT = 160
ASK_AFTER = (timedelta(days=7), timedelta(days=30))

# Where somebody hurts, threatens or sells: no agreement between the two, ever.
BARRED = frozenset(
    {
        "violencia_familiar",
        "acoso_sexual",
        "amenazas_rina",
        "disparos_armas",
        "extorsion_fraude",
        "desaparecida",
        "crisis_emocional",
        "venta_droga",
        "venta_robado",
        "queja_policia",
        "robo_casa",
        "robo_persona",
        "robo_vehiculo",
        "robo_negocio",
        "emergencia_otra",
    }
)


class Will(StrEnum):
    """Does one side want to talk?"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"  # nobody asked yet


class State(StrEnum):
    """How far it has come."""

    OPEN = "open"  # somebody is still to be asked
    DECLINED = "declined"  # one side does not want to
    AGREED = "agreed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mediation:
    """One mediation about one report."""

    id: str
    report_id: str
    mediator_id: str
    reporter: Will = Will.UNKNOWN
    other: Will = Will.UNKNOWN
    points: tuple[str, ...] = ()
    opened_at: datetime
    agreed_at: datetime | None = None

    @property
    def state(self) -> State:
        """As it follows from what both want and what was agreed."""
        if self.agreed_at is not None:
            return State.AGREED
        return State.DECLINED if Will.NO in (self.reporter, self.other) else State.OPEN

    def asked_before(self, at: datetime) -> datetime:
        """When it was last to be asked whether the agreement is kept; before the first time, when it was opened."""
        if self.agreed_at is None:
            return self.opened_at
        return max(
            (due for after in ASK_AFTER if (due := self.agreed_at + after) <= at), default=self.opened_at
        )

    def hear(self, *, reporter: Will, other: Will) -> Mediation:
        """What both sides want. Raises NotAllowedNow after an agreement."""
        if self.state is State.AGREED:
            raise NotAllowedNow(self.state, "hear")
        return replace(self, reporter=reporter, other=other)

    def agree(self, points: tuple[str, ...], at: datetime) -> Mediation:
        """Both want to, and agreed on one to five points. Raises NotAllowedNow, ValueError."""
        if self.state is State.AGREED or (self.reporter, self.other) != (Will.YES, Will.YES):
            raise NotAllowedNow(self.state, "agree")
        if not 1 <= len(points) <= MOST_POINTS or any(not 1 <= len(p) <= LONGEST_POINT for p in points):
            raise ValueError("one to five short points")
        return replace(self, points=points, agreed_at=at)


def may_mediate(kind: ConcernKind, report: Report) -> bool:
    """Of a kind that the municipality mediates, without violence, threat or danger in it, and not confidential."""
    hurt = report.priority.urgent or report.reason == BY_DANGER
    return kind.mediated and kind.slug not in BARRED and not (kind.listed or report.listed or hurt)


def require_mediable(kind: ConcernKind, report: Report) -> None:
    """Raises MediationBarred."""
    if not may_mediate(kind, report):
        raise MediationBarred
