"""Gracias: by the button after the end, or in one's own words; the officer hears it, without a name."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.domain.report import Report
from bot.domain.roster import Role
from bot.questions import fold
from handlers.desk import thanks as desk
from handlers.resident import my_reports
from handlers.speaker import Speaker, button

LATELY = timedelta(days=30)
MOST_WORDS = 12  # longer than this it is a praise to be told as a report
TO_POLICE = re.compile(
    r"^(?:muchas |muchisimas |mil )?gracias (?:a(?:l| el| la| los| las)? )?(?:senor(?:a|es)? )?"
    r"(?:oficial(?:es)?|policia(?:s)?|elementos?|patrulla)\b"
    r"|^(?:le |les )?(?:quiero |quisiera )?(?:dar las gracias|agradecer(?:le|les)?)\b"
    r"|^(?:thank you|thanks) (?:to )?(?:the )?(?:officers?|police)\b"
)


def thank(who: Speaker, folio: str) -> None:
    """Dar las gracias. Raises UnknownFolio: not theirs, or nobody had it."""
    _say(who, my_reports.own(who, folio))


def in_words(who: Speaker) -> bool:
    """ "Gracias al oficial": of the newest report that somebody attended; without one it is a praise to be told."""
    said = fold(who.inbound.text)
    if who.role is not Role.RESIDENT or len(said.split()) > MOST_WORDS or not TO_POLICE.match(said):
        return False
    report = desk.thankable(who.tx, who.person.id, who.at - LATELY)
    if report is None or who.tx.staff.officer(report.handler_id or "") is None:
        return False
    _say(who, report)
    return True


def _say(who: Speaker, report: Report) -> None:
    t = who.t
    new = desk.say(who.tx, report, who.at)
    line = (
        t("Se lo decimos a quien le atendió, sin su nombre.")
        if new
        else t("Ya se las dimos. Gracias otra vez.")
    )
    who.say(line, actions=(button(t("Menú"), "m.menu"),))
