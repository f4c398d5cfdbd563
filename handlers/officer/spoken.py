"""What an officer says, films or writes at any moment becomes a dated note of the case it belongs to."""

from __future__ import annotations

from typing import Any

from bot.conversation import Flow
from bot.domain import folio as folios
from bot.domain.errors import NotOnDuty, NotPermitted, NotYours, UnknownFolio
from bot.domain.report import Report
from bot.domain.roster import Role
from bot.questions import Option, choose
from bot.texts import Texts
from handlers import talks
from handlers.desk import reports as desk
from handlers.desk import steps
from handlers.officer import patrolling, proving, shift, stopping, talking
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

FEWEST_WORDS = 3  # shorter than this it is a slip of the thumb, not a note
WORDS_OF_A_CONCERN = 5  # "plan de recorridos" is no concern of anybody
MOST_CASES = 7
NEW, NOTHING = "new", "nothing"


def during(who: Speaker, talk: Conversation | None) -> bool:
    """A file or a pin in the middle of a talk about a case, where none was asked for; the talk goes on."""
    folio = talk.arguments.get("folio") if talk is not None else None
    if talk is not None and folio and who.inbound.point is not None and not talks.asks_place(who, talk):
        said = proving.measured(who)
        if said is not None:
            talks.ask_again(who, talk, *said[0])
            return True
    if talk is None or folio is None or who.role is Role.RESIDENT or not who.media:
        return False
    if who.inbound.text.strip() or talks.takes_files(who, talk):
        return False
    talks.ask_again(who, talk, _noted(who, folio, ""))
    return True


def alone(who: Speaker) -> bool:
    """Words or files while nothing runs: of the card they answer, of the one case in hand, or ask whose."""
    on_duty = shift.share(who)
    if patrolling.located(who) or proving.located(who):
        return True
    if on_duty:
        shift.shared(who)
        return True
    words = who.inbound.text.strip()
    if who.role is Role.RESIDENT or not (who.media or len(words.split()) >= FEWEST_WORDS):
        return False
    in_hand = who.tx.reports.handled_by(who.person.id)[:MOST_CASES]
    quoted = _quoted(who, in_hand) or _named(who)
    if quoted is None and stopping.alone(who):
        return True
    sure = quoted or (in_hand[0] if len(in_hand) == 1 and not words else None)
    if sure is not None:
        line = _noted(who, sure.folio, words)
        who.say(line, actions=talking.after_note(who, sure.folio))
        return True
    if not in_hand and not who.media and not _tells_a_concern(who, words):
        return False
    cases = [[one.folio, _label(who, one)] for one in in_hand]
    media = [[item.id, item.kind.value] for item in who.media]
    talks.start(who, "whose", {"cases": cases, "text": words, "media": media})
    return True


def _quoted(who: Speaker, in_hand: list[Report]) -> Report | None:
    if not who.inbound.card_id:
        return None
    report_id = who.tx.outbox.report_of(who.person.id, who.inbound.card_id)
    return next((one for one in in_hand if one.id == report_id), None)


def _named(who: Speaker) -> Report | None:
    """The report whose folio stands in the words, when they may attend it now. Raises NotYours: a colleague has it."""
    folio = folios.find(who.inbound.text)
    try:
        report = who.tx.reports.by_folio(folio or "")
        desk.require_right(who.tx, report, who.me, who.at)
    except (UnknownFolio, NotPermitted, NotOnDuty):
        return None
    if not report.status.open:
        return None
    if report.handler_id != who.person.id and who.role is not Role.SUPERVISOR:
        raise NotYours
    return report


def _tells_a_concern(who: Speaker, words: str) -> bool:
    """With nothing in hand it may be something new: it is asked before the words are let go."""
    understood = who.understood
    if understood is None or understood.kind is None or understood.danger is not None:
        return False
    return len(words.split()) >= WORDS_OF_A_CONCERN


def _label(who: Speaker, report: Report) -> str:
    parts = (who.here.kind(report.kind).short, who.here.colonia_name(report.place.colonia))
    return " · ".join(part for part in parts if part)


def _noted(who: Speaker, folio: str, text: str) -> str:
    steps.note(who.tx, folio, who.me, text, tuple(item.id for item in who.media), who.at)
    return who.t("Nota guardada · {folio} · {hour}", folio=folios.show(folio), hour=who.t.clock(who.at))


# ---- whose is it? ----


def _whose_flow(t: Texts, cases: list[list[str]]) -> Flow[str]:
    rows = [Option(folio, folio, folios.show(folio), label[:72]) for folio, label in cases]
    more = [Option(NEW, NEW, t("Asunto nuevo")), Option(NOTHING, "no", t("No guardar"))]
    ask = t("¿De cuál caso es la nota?") if rows else t("¿Lo anoto como asunto nuevo?")
    return (yield from choose("case", (ask,), [*rows, *more], as_rows=bool(rows)))


def _whose_said(who: Speaker, talk: Conversation, chosen: str) -> None:
    kept: dict[str, Any] = talk.arguments
    if chosen == NOTHING:
        who.say(who.t("No se guardó."), actions=(button(who.t("Menú"), "m.menu"),))
        return
    if chosen == NEW:
        talking.jot(who, kept["text"], [*kept["media"]])
        return
    media = tuple(item[0] for item in kept["media"])
    steps.note(who.tx, chosen, who.me, kept["text"], media, who.at)
    line = who.t("Nota guardada · {folio} · {hour}", folio=folios.show(chosen), hour=who.t.clock(who.at))
    who.say(line, actions=talking.after_note(who, chosen))


talks.script(
    talks.Script(
        name="whose",
        make=lambda t, here, kept, again: _whose_flow(t, kept["cases"]),
        finish=_whose_said,
    )
)
