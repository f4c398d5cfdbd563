"""Free words while no talk runs: an answer to an officer, a yes or no, a concern, an intent, or the menu."""

from __future__ import annotations

import re

from bot.domain import folio as folios
from bot.domain.errors import UnknownFolio
from bot.domain.report import Report, Status
from bot.domain.roster import Role
from bot.messages import Action, Outgoing
from bot.questions import Option, fold, match
from bot.texts import Texts
from bot.triage import Understanding
from handlers import wording
from handlers.facts import Moment
from handlers.here import Here
from handlers.officer import enrolment, spoken
from handlers.refusals import in_words
from handlers.resident import (
    adding,
    badge,
    closing,
    filing,
    following,
    home,
    information,
    my_reports,
    naming,
    person,
    thanking,
)
from handlers.speaker import Speaker, button

RECENT_SECONDS = 3 * 3600.0  # how long after a report a file that comes alone belongs to it


def said(who: Speaker) -> None:
    """Nothing waits for these words: find out what they are about."""
    if who.news and _only_looks(who):
        return  # the news themselves are the answer
    if (
        enrolment.code_given(who)
        or following.alone(who)
        or badge.in_words(who)
        or _quoted(who)
        or _chosen(who)
        or _answers_question(who)
        or person.relay(who)
    ):
        return
    if thanking.in_words(who) or closing.in_words(who):
        return
    if spoken.alone(who):
        return
    if who.media and not _tells_a_concern(who):
        _file(who)
        return
    if who.inbound.point is not None and not who.inbound.text.strip():
        filing.begin(who, text="")
        return
    if not who.inbound.text.strip():
        _nothing(who.t, who)
        return
    if who.role is not Role.RESIDENT:
        _from_staff(who)
        return
    _by_intent(who)


def _from_staff(who: Speaker) -> None:
    """Danger that an officer writes of is noted down at once; anything else leads to their own screen."""
    from handlers import menus
    from handlers.officer import talking

    if who.understood is None or who.understood.danger is None:
        menus.home(who)
        return
    lead = (who.t("Si el peligro es ahora: radio y 911 primero."),)
    talking.jot(who, who.inbound.text.strip(), lead=lead)


def _only_looks(who: Speaker) -> bool:
    """ "Ver", "sí", "ok" to the template; a file, a pin or a concern is more, however few its words."""
    kind = who.understood.kind if who.understood else None
    brought = who.media or who.inbound.point is not None or kind is not None
    return not brought and len(who.inbound.text.split()) <= FEW_WORDS


FEW_WORDS = 3
SHORT = 40  # characters: longer than any label, it is no choice


def _chosen(who: Speaker) -> bool:
    """A number or a label of the newest card: old phones show no buttons, elders dictate."""
    from handlers import menus

    text = who.inbound.text.strip()
    if not text or len(text) > SHORT:
        return False
    newest = who.tx.outbox.newest(who.person.id)
    if newest is None:
        return False
    moment = Moment(t=who.t, here=who.here, at=who.at)
    card = wording.render(newest.notice, newest.facts, moment)
    plain = not closing.closes(text)  # "ok" after a question may only mean that it was read
    options = [
        Option(action.token, _means(action) if plain else "", action.label)
        for action in (*card.rows, *card.actions)
    ]
    found = match(options, who.reply)
    if found is None:
        return False
    menus.pressed(who, found.value)
    return True


ASKS = {"also": "yes", "noalso": "no", "same": "yes", "notsame": "no"}  # taps of a card that asks yes or no


def _means(action: Action) -> str:
    """Is a bare "sí" or "no" this button?"""
    verb, _, argument = action.token.partition(".")
    answer = argument.rpartition(".")[2]
    return answer if answer in ("yes", "no") else ASKS.get(verb, "")


def _by_intent(who: Speaker) -> None:
    understood = who.understood
    intent = understood.intent if understood else None
    if understood is not None and understood.kind is not None:
        if _doubtful(who.here, understood):
            filing.offer(who, who.inbound.text.strip())
        else:
            filing.begin(who, text=who.inbound.text.strip())
        return
    found = folios.find(who.inbound.text)
    if naming.names_one(who.inbound.text) and not naming.only_asks(who.inbound.text):
        _of_nobody(who)  # what is theirs was heard before
        return
    if intent == "estado_folio" or (found and folios.valid(found)):
        _about_folio(who, found)
        return
    answers = {
        "saludo": home.welcome,
        "consejos": information.tips,
        "contacto_policia": _number,
        "privacidad": information.privacy,
        "percepcion": _feeling,
        "fuera_tema": _off_topic,
    }
    answer = answers.get(intent or "")
    if answer is None or _hardly_read(understood):
        _unclear(who)
    else:
        answer(who)


OTHERS = re.compile(
    r"\b(?:bomberos?|ambulancias?|cruz roja|hospital|proteccion civil|cfe|capa|fiscalia|ministerio publico|dif|transito"
    r"|juez civico|juzgado|derechos humanos|servicios publicos|fire|ambulance)\b"
)


def _number(who: Speaker) -> None:
    """Whose number is asked for: the sector's team, or an office of others?"""
    others = OTHERS.search(fold(who.inbound.text)) is not None
    (information.directory if others else information.my_police)(who)


SURE = 0.9  # a guess that no word of the lexicon speaks for, below this, is asked about before it is a report
SURE_IN_CONFIDENCE = 0.6  # who tells such a thing in words of their own is not asked to tell it twice


def _doubtful(here: Here, understood: Understanding) -> bool:
    """ "Vivo en la Italia", "mi vecino es muy buena persona": perhaps no report at all."""
    best = understood.guesses[0]
    sure = SURE_IN_CONFIDENCE if here.kind(best.kind).listed else SURE
    return not best.reasons and best.score < sure


def _hardly_read(understood: Understanding | None) -> bool:
    """ "Con reserva", said alone: it resembles something, but nothing in it says so."""
    best = understood.guesses[0] if understood and understood.guesses else None
    return best is not None and not best.reasons and best.score < adding.HALF


def _of_nobody(who: Speaker) -> None:
    """A folio that is not theirs, or no folio at all: the same said of both, and the words wait as a draft."""
    filing.offer(who, who.inbound.text.strip(), lead=in_words(who, UnknownFolio()))


def _about_folio(who: Speaker, folio: str | None) -> None:
    if folio:
        my_reports.status(who, folio)
    elif not naming.of_the_only_one(who):
        my_reports.my_reports(who)


def _feeling(who: Speaker) -> None:
    words = information.advice(who.t, "percepcion")
    who.say(
        words, actions=(button(who.t("Reportar"), "m.report", "primary"), button(who.t("Menú"), "m.menu"))
    )


def _off_topic(who: Speaker) -> None:
    words = information.advice(who.t, "fuera_tema")
    who.say(
        words, actions=(button(who.t("Reportar"), "m.report", "primary"), button(who.t("Menú"), "m.menu"))
    )


def _unclear(who: Speaker) -> None:
    """One question: is it a report? What was written is kept as its description."""
    t = who.t
    text = who.inbound.text.strip()
    if len(text.split()) >= 4:
        filing.offer(who, text)
        return
    lines = (*filing.greeting(who), t("No sé si le entendí. ¿Quiere reportar algo de su colonia?"))
    actions = (
        button(t("Reportar"), "m.report", "primary"),
        button(t("Mi policía"), "m.my_police"),
        button(t("Más"), "m.more"),
    )
    who.show(Outgoing(lines=lines, actions=actions))


def _quoted(who: Speaker) -> bool:
    """A reply to one of our messages about a report belongs to that report."""
    if not who.inbound.card_id or not (who.inbound.text.strip() or who.media):
        return False
    report_id = who.tx.outbox.report_of(who.person.id, who.inbound.card_id)
    if report_id is None:
        return False
    return _take(who, who.tx.reports.get(report_id))


def _answers_question(who: Speaker) -> bool:
    """An officer asked: the next words are the answer; with several questions, which one?"""
    waiting = who.tx.reports.waiting_on(who.person.id)
    if not waiting or not (who.inbound.text.strip() or who.media or who.inbound.point):
        return False
    if who.understood is not None and who.understood.intent == "saludo":
        return False
    if len(waiting) == 1:
        return _take(who, waiting[0])
    rows = tuple(
        button(folios.show(one.folio), f"add.{one.folio}", description=who.here.kind(one.kind).short)
        for one in waiting[:10]
    )
    who.show(Outgoing(lines=(who.t("¿De cuál de sus reportes habla?"),), rows=rows))
    return True


def _take(who: Speaker, report: Report) -> bool:
    mine = report.person_id == who.person.id or who.person.id in who.tx.reports.followers(report.id)
    if not mine or not report.status.open:
        return False
    text = who.inbound.text.strip()
    if who.inbound.point is not None:
        text = f"{text} ({who.inbound.point.lat:.5f}, {who.inbound.point.lon:.5f})".strip()
    my_reports.take_addition(who, report, text, tuple(item.id for item in who.media))
    return True


def _tells_a_concern(who: Speaker) -> bool:
    """Do the words tell more than "así está": something of their own?"""
    understood = who.understood
    return understood is not None and understood.kind is not None and not _doubtful(who.here, understood)


def _file(who: Speaker) -> None:
    """A photo right after a report belongs to it, with its caption; else it may be the beginning of one."""
    words = who.inbound.text.strip()
    recent = [
        one
        for one in who.tx.reports.of_person(who.person.id, most=1)
        if one.status is not Status.CLOSED and (who.at - one.opened_at).total_seconds() < RECENT_SECONDS
    ]
    if recent:
        my_reports.take_addition(who, recent[0], words, tuple(item.id for item in who.media))
        return
    filing.begin(who, text=words, lead=(who.t("Recibí su archivo; lo guardo con el reporte."),))


def _nothing(t: Texts, who: Speaker) -> None:
    who.say(
        t("Puedo leer texto, fotos, notas de voz y ubicación. ¿Qué necesita?"),
        actions=(button(t("Reportar"), "m.report", "primary"), button(t("Menú"), "m.menu")),
    )
