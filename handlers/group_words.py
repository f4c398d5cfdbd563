"""The words of sector groups: urgency, kind, colonia, hour, folio, who has it. Nothing else of anybody."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain import folio as folios
from bot.domain.concern import Priority
from bot.domain.report import Status
from bot.messages import Action, Outgoing
from bot.texts import Texts, later
from handlers import referral_words
from handlers.facts import Facts, Moment, Word, at_of

STANDS = {
    Status.RECEIVED: later("Sin tomar"),
    Status.CLAIMED: later("Lo tiene {handler} ({hour})"),
    Status.AWAITING_RESIDENT: later("Lo tiene {handler}; falta un dato de quien avisó"),
    Status.REFERRED: later("Canalizado a {office} ({hour})"),
    Status.CLOSED: later("Cerrado ({hour})"),
}
START = "caso-"  # payload of the link that goes on in private


def sector_name(moment: Moment, slug: str) -> str:
    """As people know it."""
    sector = moment.here.municipality.territory.sector(slug)
    return sector.name if sector else slug


def _card(moment: Moment, facts: Facts) -> Outgoing:
    from handlers.officer.cards import LIGHTS

    t, here = moment.t, moment.here
    priority, status = Priority(facts["priority"]), Status(facts["status"])
    where = here.colonia_name(facts["colonia"])
    first = (
        f"{LIGHTS[priority]} {priority.name} {here.kind(facts['kind']).short}",
        f"Col. {where}" if where else t("sin colonia"),
        t.clock(at_of(facts["opened_at"])),
        folios.show(facts["folio"]),
    )
    stands = t(
        STANDS[status],
        handler=facts["handler"] or t("otra persona"),
        hour=t.clock(at_of(facts["at"])),
        office=referral_words.office_name(here, facts["office"]),
    )
    actions = () if status is Status.CLOSED else (in_private(t, facts["folio"]),)
    return Outgoing(
        lines=(" · ".join(first), stands), actions=actions, protected=True, quiet=not priority.urgent
    )


def in_private(t: Texts, folio: str) -> Action:
    """Opens the private chat at the case: nobody acts in a group."""
    return Action(label=t("Atender en privado"), token=f"case.{folio}", start=f"{START}{folio}")


def _lost(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t(
            "Me sacaron del grupo {of_sector}: ahí ya no llegan avisos.",
            of_sector=t.of([sector_name(moment, facts["sector"])]),
        ),
        t("A cada quien en turno le siguen llegando en privado."),
    )
    return Outgoing(lines=lines, actions=(Action(label=t("Grupos"), token="m.groups"),))


TO_GROUPS: Mapping[str, Word] = {"group_card": _card}
TO_STAFF: Mapping[str, Word] = {"group_lost": _lost}
