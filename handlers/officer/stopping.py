"""A stop of a round: what was heard, in a few taps or one voice note, and what was done at once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation import Flow
from bot.domain.folio import show
from bot.domain.promise import Window
from bot.domain.roster import Officer, Role
from bot.domain.territory import Place
from bot.domain.walk import LONGEST_TEXT, Did, Stop, Walk
from bot.questions import Option, Reply, Written, choose, write
from bot.texts import Texts, later
from handlers import talks
from handlers.desk import promises, reports
from handlers.desk import walks as desk
from handlers.here import OTHER, Here
from handlers.officer import after_stop, giving, promising
from handlers.officer.walking import onward
from handlers.resident.draft import Draft
from handlers.resident.told import read_again
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

FEWEST_WORDS = 3  # of words alone while walking: shorter is a slip of the thumb
SURE = 0.8  # of what triage gives a kind: below it what was heard is counted under none
DONE: tuple[tuple[Did, str], ...] = (
    (Did.LISTENED, later("Escuché")),
    (Did.ADVICE, later("Di un consejo")),
    (Did.MEDIATED, later("Medié")),
    (Did.CALLED, later("Llamé a servicios")),
    (Did.PROMISED, later("Prometí algo")),
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a stop comes to."""

    said: Written
    did: Did = Did.LISTENED
    window: Window | None = None
    confidential: bool = False
    danger: bool = False


def note(who: Speaker) -> None:
    """Parada."""
    talks.start(who, "stop", {"walk": desk.running(who.tx, who.me).id})


def alone(who: Speaker) -> bool:
    """A voice note, or words, while a round is under way: a stop; only what was done is asked. Danger is no stop."""
    words = who.inbound.text.strip()
    if who.understood is not None and who.understood.danger is not None:
        return False
    if who.officer is None or not (who.media or len(words.split()) >= FEWEST_WORDS):
        return False
    walk = who.tx.walks.running_of(who.person.id)
    if walk is None:
        return False
    media = [[item.id, item.kind.value] for item in who.media]
    said = Reply(text=words, media=who.media).as_dict()
    talks.start(who, "stop", {"walk": walk.id, "said": said, "media": media})
    return True


def _stop_flow(t: Texts, here: Here, kept: talks.Arguments) -> Flow[Heard]:
    """What was heard, what was done; a promise asks for when."""
    said = yield from _said(t, kept)
    if said.text and read_again(here.triage, said.text).danger is not None:
        return Heard(said, danger=True)
    kind = _kind(here, said.text)
    if kind and here.kind(kind).listed:
        return Heard(said, confidential=True)
    if not said.text and not said.media:
        return Heard(said)
    options = [Option(did, did.value, t(label)) for did, label in DONE]
    did = yield from choose("did", (t("¿Qué se hizo ahí mismo?"),), options)
    if did is not Did.PROMISED:
        return Heard(said, did)
    return Heard(said, did, (yield from promising.when(t, "promise")))


def _said(t: Texts, kept: talks.Arguments) -> Flow[Written]:
    if "said" in kept:
        given = Reply.from_dict(kept["said"])
        return Written(text=given.text, media=given.media)
    nothing = Option("", "nothing", t("Solo saludé"), words=("nada", "saludo"))
    lines = (t("¿Qué le contaron? Escríbalo o mándelo por voz, sin nombres."),)
    too_long = t("Más corto, por favor: hasta {n} letras.", n=LONGEST_TEXT)
    return (
        yield from write(
            "heard", lines, options=(nothing,), longest=LONGEST_TEXT, too_long=too_long, files=True
        )
    )


def _kind(here: Here, text: str) -> str:
    """What it may be about: enough to keep it in confidence."""
    return (read_again(here.triage, text).kind or "") if text else ""


def _sure_kind(here: Here, text: str) -> str:
    """What it is about when the words leave little doubt; the officer is not asked, and a guess is no number."""
    best = next(iter(read_again(here.triage, text).guesses), None) if text else None
    sure = best is not None and best.reasons and best.score >= SURE and here.municipality.kinds.get(best.kind)
    return best.kind if best is not None and sure else ""


def _stopped(who: Speaker, talk: Conversation, heard: Heard) -> None:
    officer, t = who.me, who.t
    begun_in = talk.arguments.get("walk", "")
    media = [[item.id, item.kind.value] for item in heard.said.media]
    if heard.danger:
        stop = desk.stop(who.tx, who.here, officer, who.at, begun_in=begun_in)
        after_stop.report(
            who, stop, heard.said.text, media, (t("Si el peligro es ahora: radio y 911 primero."),)
        )
        return
    if heard.confidential:  # its words go to their own list, and nowhere else
        stop = desk.stop(who.tx, who.here, officer, who.at, begun_in=begun_in)
        after_stop.report(who, stop, heard.said.text, media, (t(after_stop.IN_CONFIDENCE),))
        return
    stop = desk.stop(
        who.tx,
        who.here,
        officer,
        who.at,
        text=heard.said.text,
        media_id=media[0][0] if media else None,
        kind=_sure_kind(who.here, heard.said.text),
        did=heard.did,
        begun_in=begun_in,
    )
    walk = desk.round_of(who.tx, officer, stop.walk_id)
    if heard.window is not None and _answers_for(who, officer, walk):
        _promise(who, stop, heard, heard.window, walk)
        return
    lines = [t("Parada anotada: {what}", what=after_stop.told(t, who.here, stop))]
    if walk.ended_at is not None:
        lines.append(_after_its_end(who, walk))
    if heard.did is Did.PROMISED:
        lines.append(t("La promesa no quedó apuntada. Anótelo como reporte: ahí se promete, con su hora."))
    who.say(*lines, actions=(*after_stop.actions(t, stop), *onward(t, walk)))


def _after_its_end(who: Speaker, walk: Walk) -> str:
    """The summary went out without it: that is said, and that nothing is lost."""
    return who.t(
        "Su recorrido en {where} ya había terminado: la parada quedó en él, pero no en el resumen que se mandó.",
        where=who.here.colonia_name(walk.colonia),
    )


def _answers_for(who: Speaker, officer: Officer, walk: Walk) -> bool:
    """Who promises takes the report too: of the sectors of their shift, while on duty."""
    if officer.role is Role.SUPERVISOR:
        return True
    shift = who.tx.staff.shift_of(officer.person_id, who.at)
    return shift is not None and walk.sector in shift[1].sectors


def _promise(who: Speaker, stop: Stop, heard: Heard, window: Window, walk: Walk) -> None:
    """A promise stands in the ledger, and the ledger goes by report: what was heard becomes one, in the officer's hands."""
    officer, t = who.me, who.t
    draft = Draft(
        kind=stop.kind or OTHER,
        place=Place(colonia=walk.colonia),
        text=heard.said.text or t("(nota de voz)"),
        media=tuple(item.id for item in heard.said.media),
    )
    opened = reports.open_report(
        who.tx,
        who.here,
        draft,
        draft_id=stop.id,
        person_id=None,
        filed_by=who.person.id,
        at=who.at,
        call=False,
    )
    folio = opened.report.folio
    reports.claim(who.tx, who.here, folio, officer, who.at)
    promises.make(who.tx, who.here, folio, officer, draft.text, window, who.at)
    who.tx.walks.became(stop.id, opened.report.id)
    line = t("Parada anotada. La promesa queda en el folio {folio}, en sus manos.", folio=show(folio))
    lines = (line,) if walk.ended_at is None else (line, _after_its_end(who, walk))
    more = button(t("Fueron más"), f"wmet.{stop.id}")
    who.say(*lines, actions=(giving.offer(t, folio), more, *onward(t, walk)))


talks.script(
    talks.Script(
        name="stop",
        make=lambda t, here, kept, again: _stop_flow(t, here, kept),
        finish=_stopped,
        look_ups=promising.LOOK_UPS,
    )
)
