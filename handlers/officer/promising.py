"""A promise in the officer's hands: noticed in a sentence, made on purpose, kept, moved, called off."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.conversation import Flow
from bot.domain import folio as folios
from bot.domain.promise import Promise, State, Window
from bot.domain.roster import Role
from bot.messages import Action, Outgoing
from bot.questions import LookUp, Option, choose, look_up, write
from bot.texts import Texts, later
from bot.triage.promises import promised, windows
from handlers import promise_words, talks
from handlers.desk import promises as desk
from handlers.officer import cards
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

TRIES = 3  # ways of saying when, before it goes on without a promise
LONGEST = 400
Found = list[list[str | None]]


# ---- asking for when ----


def offered(t: Texts, name: str, text: str) -> Generator[Any, Any, Window | None]:
    """Does the sentence promise something with an hour or a day in it? The person decides."""
    found: Found = yield from look_up(name, "promised", text=text)
    if not found:
        return None
    lines = (t("Suena a promesa. ¿La apuntamos? Se le avisa a usted antes, y a la persona si no se cumple."),)
    no: Option[Any] = Option(None, "no", t("Solo es comentario"))
    return (yield from _choose_window(t, name, found, lines, no))


def when(t: Texts, name: str) -> Generator[Any, Any, Window | None]:
    """Until when, in the person's words; None after some tries that were no time."""
    for n in range(TRIES):
        ask = t("¿Para cuándo? Por ejemplo: «hoy a las 9 de la noche», «mañana de 7 a 10 am», «el jueves».")
        lines = (ask,) if n == 0 else (t("No encontré una hora o un día que venga."), ask)
        said = yield from write(f"{name}_say{n}", lines, longest=LONGEST, too_long=_too_long(t))
        found: Found = yield from look_up(f"{name}_when{n}", "windows", text=said.text)
        if found:
            window = yield from _choose_window(t, f"{name}_{n}", found, (), None)
            if window is not None:
                return window
    return None


def _choose_window(
    t: Texts, name: str, found: Found, lines: tuple[str, ...], no: Option[Any] | None
) -> Generator[Any, Any, Window | None]:
    """The times it may mean, the likeliest first; a single one for sure needs no question."""
    spans = [_window(one) for one in found]
    if no is None and len(spans) == 1:
        return spans[0]
    label = t("Apuntar promesa") if len(spans) == 1 else ""
    options: list[Option[Any]] = [
        Option(span, f"w{n}", label or t("Sí, {hour}", hour=t.clock(span.due_at)), style="primary")
        for n, span in enumerate(spans)
    ]
    options += [Option("other", "other", t("Otra hora")), *([no] if no else [])]
    told = [promise_words.span(t, span) for span in spans]
    chosen = yield from choose(f"{name}_is", (*lines, *told), options)
    if chosen == "other":
        return (yield from when(t, name)) if no else None
    window: Window | None = chosen
    return window


def names_of(name: str) -> list[str]:
    """Every answer that `offered` may store under a name, to be forgotten together."""
    own = [name, f"{name}_is"]
    return (
        own
        + [f"{name}_{what}{n}" for what in ("say", "when") for n in range(TRIES)]
        + [f"{name}_{n}_is" for n in range(TRIES)]
    )


def _window(found: list[str | None]) -> Window:
    starts, due = found
    assert due is not None
    return Window(
        starts_at=datetime.fromisoformat(starts) if starts else None, due_at=datetime.fromisoformat(due)
    )


def _plain(who: Speaker, spans: tuple[Window, ...]) -> Found:
    furthest = who.at + who.here.municipality.service.promises.furthest
    return [
        [span.starts_at.isoformat() if span.starts_at else None, span.due_at.isoformat()]
        for span in spans
        if who.at < span.due_at <= furthest
    ]


def _promised(who: Speaker, talk: Conversation, step: LookUp) -> Found:
    zone = who.here.municipality.time_zone
    return _plain(who, promised(step.arguments["text"], who.at, zone))


def _windows(who: Speaker, talk: Conversation, step: LookUp) -> Found:
    return _plain(who, windows(step.arguments["text"], who.at, who.here.municipality.time_zone))


LOOK_UPS = {"promised": _promised, "windows": _windows}


# ---- making one on purpose ----


@dataclass(frozen=True, slots=True)
class Word:
    """What was promised, and for when."""

    text: str
    window: Window


def _promise_flow(t: Texts, kept: talks.Arguments) -> Flow[Word | None]:
    """What, until when, and the message as it will be read."""
    line = t("¿Qué promete y para cuándo? Por ejemplo: «Pasamos hoy entre 8 y 10 de la noche».")
    said = yield from write("what", (line,), shortest=3, longest=LONGEST, too_long=_too_long(t))
    found: Found = yield from look_up("when", "windows", text=said.text)
    window = yield from _choose_window(t, "when", found, (), None) if found else when(t, "when")
    if window is None:
        return None
    facts = {"folio": kept["folio"], "officer": kept["officer"], "text": said.text}
    shown = promise_words.made_lines(t, {**facts, "due_at": window.due_at.isoformat()})
    lead = t("Le llegará así:") if kept["told"] else t("Quedará así:")
    options = [Option(True, "yes", t("Prometer"), style="primary"), Option(False, "no", t("Cancelar"))]
    sure = yield from choose("sure", (lead, *shown), options)
    return Word(said.text, window) if sure else None


def _too_long(t: Texts) -> str:
    return t("Más corta, por favor: hasta {n} letras.", n=LONGEST)


def _made(who: Speaker, talk: Conversation, word: Word | None) -> None:
    folio = talk.arguments["folio"]
    case = button(who.t("Ver caso"), f"case.{folio}")
    if word is None:
        who.say(who.t("No quedó promesa."), actions=(case,))
        return
    desk.make(who.tx, who.here, folio, who.me, word.text, word.window, who.at)
    who.say(who.t("Promesa apuntada."), promise_words.span(who.t, word.window), actions=(case,))


# ---- one that waits ----

STATES = {
    State.OPEN: later("pendiente"),
    State.KEPT: later("cumplida"),
    State.LATE: later("cumplida tarde"),
    State.CALLED_OFF: later("no se pudo"),
    State.BROKEN: later("vencida"),
    State.DROPPED: later("ya no hace falta"),
}


def see(who: Speaker, promise_id: str) -> None:
    """One promise, and what can be done with it."""
    promise = _found(who, promise_id)
    report = who.tx.reports.get(promise.report_id)
    owner = who.tx.staff.officer(promise.owner_id)
    t = who.t
    lines = (
        cards.headline(t, who.here, report, who.at),
        f"«{promise.text}»",
        promise_words.span(t, promise.window),
        t("La hizo {name} · {state}", name=owner.name if owner else "—", state=t(STATES[promise.state])),
    )
    actions = promise_words.choices(t, promise.id) if promise.state is State.OPEN else ()
    if promise.state is State.BROKEN:
        actions = (promise_words.done(t, promise.id),)
    who.show(Outgoing(lines=lines, actions=(*actions, _case(t, report.folio)), protected=True))


def _case(t: Texts, folio: str) -> Action:
    return button(t("Ver caso"), f"case.{folio}")


def keep(who: Speaker, promise_id: str) -> None:
    """Ya se cumplió."""
    report, promise = desk.keep(who.tx, promise_id, who.me, who.at)
    t = who.t
    line = t("Promesa cumplida.") if promise.state is State.KEPT else t("Anotada: se cumplió tarde.")
    told = t("Se le avisa a la persona.") if report.person_id and not report.listed else ""
    who.say(line, *([told] if told else []), actions=(_case(t, report.folio),))


def start(flow: str) -> talks.Begin:
    """A button that begins a talk about a promise."""

    def begin(who: Speaker, promise_id: str) -> None:
        promise = _found(who, promise_id)
        promise.move(promise.window, promise.made_at, who.here.municipality.service.promises)  # still open?
        talks.start(who, flow, {"promise": promise_id})

    return begin


def _found(who: Speaker, promise_id: str) -> Promise:
    return desk.mine(who.tx, promise_id, who.me, who.at)[1]


def _move_flow(t: Texts) -> Flow[Window | None]:
    return (yield from when(t, "new"))


def _moved(who: Speaker, talk: Conversation, window: Window | None) -> None:
    if window is None:
        who.say(who.t("La promesa sigue como estaba."))
        return
    desk.move(who.tx, who.here, talk.arguments["promise"], who.me, window, who.at)
    who.say(who.t("Promesa cambiada y avisada."), promise_words.span(who.t, window))


def _off_flow(t: Texts) -> Flow[str]:
    lines = (t("Una frase para la persona: por qué no se puede."),)
    said = yield from write("why", lines, shortest=3, longest=LONGEST, too_long=_too_long(t))
    return said.text


def _called_off(who: Speaker, talk: Conversation, why: str) -> None:
    desk.call_off(who.tx, talk.arguments["promise"], who.me, why, who.at)
    who.say(who.t("Avisado: no se va a poder."), actions=(button(who.t("Promesas"), "m.promises"),))


# ---- the list ----


def pending(who: Speaker) -> None:
    """What was promised and waits, the next due first; supervisors also read how many are kept."""
    t = who.t
    waiting = desk.pending(who.tx, who.me, who.at)
    if not waiting and who.role is Role.OFFICER and who.tx.staff.shift_of(who.person.id, who.at) is None:
        who.say(
            t("Las promesas se ven en turno."),
            actions=(button(t("Iniciar turno"), "m.start_shift", "primary"),),
        )
        return
    lines = [t.many("{n} promesa pendiente", "{n} promesas pendientes", len(waiting)), *_rates(who)]
    rows = tuple(_row(who, one) for one in waiting[:10])
    who.show(Outgoing(lines=tuple(lines), rows=rows, rows_label=t("Ver promesas")))


def _row(who: Speaker, promise: Promise) -> Action:
    report = who.tx.reports.get(promise.report_id)
    late = "⚠ " if promise.window.due_at < who.at else ""
    label = f"{late}{folios.show(report.folio)}"
    return button(label, f"promise.{promise.id}", description=promise_words.short(who.t, promise)[:72])


def _rates(who: Speaker) -> list[str]:
    from handlers.supervisor import promise_rates

    return promise_rates.lines(who)


for _one in (
    talks.Script(
        name="promise",
        make=lambda t, here, kept, again: _promise_flow(t, kept),
        finish=_made,
        look_ups=LOOK_UPS,
    ),
    talks.Script(
        name="promise_move",
        make=lambda t, here, kept, again: _move_flow(t),
        finish=_moved,
        look_ups=LOOK_UPS,
    ),
    talks.Script(
        name="promise_off",
        make=lambda t, here, kept, again: _off_flow(t),
        finish=_called_off,
    ),
):
    talks.script(_one)
