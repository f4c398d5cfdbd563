"""A folio of one's own and more words: they are kept with that report before anything is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain import folio as folios
from bot.domain.errors import TooLate
from bot.domain.report import REOPEN_WITHIN, Report, Status
from bot.domain.roster import Role
from bot.questions import fold
from handlers import talks
from handlers.refusals import in_words
from handlers.resident import filing, my_reports, person
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

ASKS = re.compile(
    r"y|oiga|disculpe|folio|estado|status|n[uo]m(?:ero)?|reportes?|el|la|los|del?|mis?|sus?|al?|es|este|ese|con|por|para|como|cual|va|van|esta|anda"
    r"|que|hay|paso|pasa|ha|pasado|sobre|en|saber|quiero|quisiera|ver|dime|digame|informes|informacion|novedades|noticias|avance|algo|algun[ao]?|nuevo|nueva|respuesta|se|sabe|saben"
    r"|favor|porfa|porfavor|gracias|hola|buen[ao]s|dias|tardes|noches|my|report|how|is|what|the|of|number|please|hello|thanks"
)
"""Who says nothing beside such words wants to know how it stands, and tells nothing."""


def only_asks(text: str) -> bool:
    """ "Estado 4172-0853", "¿cómo va mi folio 4172-0853?": is there no word in it that tells something?"""
    return all(word.isdigit() or ASKS.fullmatch(word) for word in fold(text.replace("-", " ")).split())


def names_one(text: str) -> bool:
    """Is a folio meant? Eight digits that are none, without the word, may be a telephone."""
    found = folios.find(text)
    return found is not None and (folios.valid(found) or "folio" in fold(text).split())


def heard(who: Speaker, talk: Conversation | None) -> bool:
    """Kept with the report they name: not where a person is written to, nor where any words are the answer."""
    named = _named(who)
    if named is None or person.talking(who) or (talk is not None and talks.takes_words(who, talk)):
        return False
    _keep(who, named, talk)
    return True


def of_the_only_one(who: Speaker) -> bool:
    """ "Ya reporté la lámpara y nadie ha venido": without a folio, it can be but one report, and the words go there."""
    text = who.inbound.text.strip()
    mine = [one for one in who.tx.reports.of_person(who.person.id) if one.status.open]
    if len(mine) != 1 or only_asks(text):
        return False
    _keep(who, _Named(mine[0], text, tuple(item.id for item in who.media)), None)
    return True


@dataclass(frozen=True, slots=True)
class _Named:
    """A report of theirs, and what was said and shown beside its folio."""

    report: Report
    text: str
    media: tuple[str, ...]


def _named(who: Speaker) -> _Named | None:
    text = who.inbound.text.strip()
    folio = folios.find(text)
    if who.role is not Role.RESIDENT or folio is None or (only_asks(text) and not who.media):
        return None
    report = my_reports.theirs(who, folio)
    return _Named(report, text, tuple(item.id for item in who.media)) if report is not None else None


def _keep(who: Speaker, named: _Named, talk: Conversation | None) -> None:
    over = named.report.status is Status.CLOSED
    if over and talk is None and not named.report.listed and _too_late(who, named.report):
        filing.begin(who, text=named.text, lead=in_words(who, TooLate()))
        return
    answered = my_reports.hand_on(who, named.report, named.text, named.media)
    line = who.t(my_reports.ANSWERED if answered else my_reports.ADDED)
    if talk is not None:
        talks.ask_again(who, talk, line)
    elif over:
        _offer_to_open(who, named)
    else:
        my_reports.show(who, who.tx.reports.get(named.report.id), lead=(line,))


def _too_late(who: Speaker, report: Report) -> bool:
    return report.closed_at is not None and who.at - report.closed_at > REOPEN_WITHIN


def _offer_to_open(who: Speaker, named: _Named) -> None:
    """Over, says the team: what was written is kept, and whether it is over they say with one tap."""
    t, report = who.t, named.report
    again = button(t("Volvió a pasar"), f"again.{report.folio}")
    if report.listed:
        who.say(t(my_reports.ADDED), actions=(again,))
        return
    lines = (
        t("Lo agregué al folio {folio}, que está cerrado.", folio=folios.show(report.folio)),
        t("¿Quedó resuelto?"),
    )
    actions = (
        button(t("Sí, ya quedó"), f"solved.{report.folio}.yes"),
        button(t("Sigue igual"), f"solved.{report.folio}.no", "primary"),
        button(t("Menú"), "m.menu"),
    )
    who.say(*lines, actions=actions)
