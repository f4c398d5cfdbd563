"""The words of every notice, per role, and what may stand in the first 60 characters.

A notice becomes words only when it is sent: only then is it known whether the WhatsApp window is open.
`WORDS` is the table; `TEMPLATES` says which approved text stands for a notice outside the window.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain import folio as folios
from bot.messages import Outgoing, TemplateUse
from handlers import (
    alert_words,
    badge_words,
    duty_words,
    group_words,
    mediation_words,
    news_words,
    people_words,
    place_words,
    promise_words,
    referral_words,
    rotation_words,
    sharing_words,
    thanks_words,
    visit_words,
    walk_words,
)
from handlers.facts import Facts, Moment, Word

LOCK_SCREEN = 60  # characters that a locked phone may show


def render(notice: str, facts: Facts, moment: Moment) -> Outgoing:
    """The card of a notice. Raises KeyError for a notice without words, which is our bug."""
    return WORDS[notice](moment, facts)


def template(notice: str, facts: Facts) -> TemplateUse | None:
    """The approved text for outside the window, if the notice has one."""
    name = TEMPLATES.get(notice)
    if name is None:
        return None
    return TemplateUse(name=name, variables=(folios.show(facts["folio"]),) if "folio" in facts else ())


def _say(moment: Moment, facts: Facts) -> Outgoing:
    return Outgoing.from_dict(facts)


def _apology(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t(
            "Tuvimos un problema con su último mensaje. No se perdió: quedó guardado con el número {id}.",
            id=facts["id"],
        ),
        t("Lo que ya había contestado sigue aquí. Inténtelo otra vez, o escriba «menú»."),
        t("Si es una emergencia, llame al 911."),
    )
    return Outgoing(lines=lines)


WORDS: Mapping[str, Word] = {
    "say": _say,
    "apology": _apology,
    **news_words.TO_RESIDENTS,
    **alert_words.TO_STAFF,
    **duty_words.TO_STAFF,
    **people_words.TO_STAFF,
    **people_words.TO_ANYBODY,
    **promise_words.TO_RESIDENTS,
    **promise_words.TO_STAFF,
    **visit_words.TO_RESIDENTS,
    **visit_words.TO_STAFF,
    **walk_words.TO_STAFF,
    **referral_words.TO_RESIDENTS,
    **referral_words.TO_STAFF,
    **referral_words.TO_OFFICES,
    **sharing_words.TO_STAFF,
    **place_words.TO_STAFF,
    **mediation_words.TO_RESIDENTS,
    **mediation_words.TO_STAFF,
    **group_words.TO_GROUPS,
    **group_words.TO_STAFF,
    **badge_words.TO_STAFF,
    **thanks_words.TO_STAFF,
    **rotation_words.TO_RESIDENTS,
    **rotation_words.TO_STAFF,
}

# Outside the WhatsApp window an update says only that there is news; the tap opens the window.
TEMPLATES: Mapping[str, str] = {
    "report_claimed": "novedad_reporte",
    "question_asked": "pregunta_reporte",
    "officer_on_the_way": "novedad_reporte",
    "report_referred": "novedad_reporte",
    "report_closed": "reporte_cerrado",
    "joined_withdrawn": "reporte_cerrado",
    "help_answer": "persona_responde",
    **dict.fromkeys(
        (
            *promise_words.TO_RESIDENTS,
            *visit_words.TO_RESIDENTS,
            *referral_words.TO_RESIDENTS,
            *mediation_words.TO_RESIDENTS,
        ),
        "novedad_reporte",
    ),
    **dict.fromkeys(rotation_words.TO_RESIDENTS, "recorrido_colonia"),
}

# Only people who attend reports hear these: the right is read again before each call.
FOR_STAFF = frozenset(
    {
        *alert_words.TO_STAFF,
        *duty_words.TO_STAFF,
        *people_words.TO_STAFF,
        *promise_words.TO_STAFF,
        *visit_words.TO_STAFF,
        *walk_words.TO_STAFF,
        *referral_words.TO_STAFF,
        *sharing_words.TO_STAFF,
        *place_words.TO_STAFF,
        *group_words.TO_STAFF,
        *badge_words.TO_STAFF,
        *thanks_words.TO_STAFF,
        *rotation_words.TO_STAFF,
        *mediation_words.TO_STAFF,
    }
)

# Not about a report that was sent: after BAJA these are not said.
UNASKED = frozenset({"draft_waits", *rotation_words.TO_RESIDENTS})

# Of several of one card that wait for the same chat only the last is sent.
COALESCED = frozenset(group_words.TO_GROUPS)

# Sent to who is not of the team: refused about a confidential report, whatever made them.
TO_RESIDENTS = frozenset(
    {
        *news_words.TO_RESIDENTS,
        *promise_words.TO_RESIDENTS,
        *visit_words.TO_RESIDENTS,
        *referral_words.TO_RESIDENTS,
        *referral_words.TO_OFFICES,
        *group_words.TO_GROUPS,
        *rotation_words.TO_RESIDENTS,
        *mediation_words.TO_RESIDENTS,
    }
)
