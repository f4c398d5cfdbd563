"""Running talks: start one, give it a reply, go back, cancel. Flows know nothing of this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from msgspec import structs

from bot import conversation as kit
from bot.conversation import Answers, Flow, Turn
from bot.domain.errors import NotPermitted
from bot.domain.roster import Role
from bot.messages import Action, Outgoing
from bot.questions import Gather, LookUp, Question, Reply, Write
from bot.texts import Texts
from handlers import rights
from handlers.here import Here
from handlers.speaker import Speaker
from storage.conversations import Conversation

Arguments = dict[str, Any]
Make = Callable[[Texts, Here, Arguments, frozenset[str]], Flow[Any]]
Finish = Callable[[Speaker, Conversation, Any], None]
Answer = Callable[[Speaker, Conversation, LookUp], Any]
Begin = Callable[[Speaker, str], None]
Overhear = Callable[[Speaker, Conversation, Question[Any]], "Overheard | None"]
SetApart = Callable[[Speaker, Conversation], "Overheard | None"]

PATIENCE = 3  # misses after which a person is offered


@dataclass(frozen=True, slots=True)
class Overheard:
    """Words that did not answer the question and are kept: the talk with them, and what is said of it."""

    talk: Conversation
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A flow, who may run it, and what happens at its end."""

    name: str
    make: Make
    finish: Finish
    look_ups: Mapping[str, Answer] = field(default_factory=dict)
    keeps: bool = False  # a draft that lives for days; otherwise the talk is forgotten after a day
    still_counts: bool = False  # its card can be tapped after something else was begun
    files: bool = False  # those beside an answer are kept and used at its end; otherwise that is said
    noticed: Callable[[Speaker, Conversation, Turn[Any]], None] | None = (
        None  # sees each turn before it is asked
    )
    overhear: Overhear | None = None  # keeps words that answer nothing, where they tell something
    set_apart: SetApart | None = None  # keeps words that must not stand in the answer that is asked
    cancelled: Callable[[Speaker, Conversation], bool] | None = None  # says what "cancelar" means here

    @property
    def roles(self) -> frozenset[Role]:
        """Who may run it, as the table of rights says."""
        return rights.who_may(f"talk.{self.name}")


SCRIPTS: dict[str, Script] = {}


def script(one: Script) -> Script:
    """Enter a flow in the table."""
    SCRIPTS[one.name] = one
    return one


def start(who: Speaker, name: str, arguments: Arguments, *, lead: tuple[str, ...] = ()) -> None:
    """Begin a talk; the one that runs is parked, an older one of the same flow is replaced unless it is a draft."""
    _make_room(who, name, arguments)
    who.tx.conversations.park(who.person.id)
    talk = _new(who, name, arguments)
    who.tx.conversations.start(talk)
    _go_on(who, talk, _advance(who, talk, {}), lead)


MOST_DRAFTS = 3  # of one flow and one person, with the new one


def _make_room(who: Speaker, name: str, arguments: Arguments) -> None:
    """What somebody half told stays, the newest of it; what tells nothing, or the same once more, goes."""
    older = [talk for talk in who.tx.conversations.of(who.person.id) if talk.flow == name]
    told = [talk for talk in older if _tells(talk) and talk.arguments.get("text") != arguments.get("text")]
    stay = sorted(told, key=lambda talk: talk.touched_at)[1 - MOST_DRAFTS :] if SCRIPTS[name].keeps else []
    for talk in older:
        if talk not in stay:
            cancel(who, talk)


def _tells(talk: Conversation) -> bool:
    """Was it begun, and is anything of the person's in it?"""
    return bool(talk.asked) and bool(talk.answers or talk.arguments.get("text"))


def put_aside(who: Speaker, name: str, arguments: Arguments, answers: Answers | None = None) -> Conversation:
    """A talk that waits to be begun: nothing is asked yet, and whatever runs goes on."""
    for older in who.tx.conversations.of(who.person.id):
        if older.flow == name and not older.active and not older.asked:
            who.tx.conversations.end(older.id)  # offered and never begun
    talk = structs.replace(_new(who, name, arguments), active=False, answers=answers or {})
    who.tx.conversations.start(talk)
    return talk


def _new(who: Speaker, name: str, arguments: Arguments) -> Conversation:
    return Conversation(
        id=who.here.short_id(),
        person_id=who.person.id,
        flow=name,
        version=0,
        active=True,
        asked="",
        arguments=arguments,
        answers={},
        started_at=who.at,
        touched_at=who.at,
        expires_at=_forgotten_at(who, name),
    )


A_DAY = timedelta(days=1)


def _forgotten_at(who: Speaker, flow: str) -> datetime:
    """A draft waits for days; what else was asked takes no words for an answer that are said another day."""
    return who.at + (who.here.municipality.service.draft_lives if SCRIPTS[flow].keeps else A_DAY)


def running(who: Speaker) -> Conversation | None:
    """The talk that waits for this person's next words."""
    talks = who.tx.conversations.of(who.person.id)
    return talks[0] if talks and talks[0].active else None


def parked(who: Speaker) -> Conversation | None:
    """The draft that was laid aside last."""
    talks = who.tx.conversations.of(who.person.id)
    drafts = (t for t in talks if not t.active and SCRIPTS[t.flow].keeps)
    return max(drafts, key=lambda t: t.touched_at, default=None)


def reply(who: Speaker, talk: Conversation, said: Reply) -> None:
    """Give the waiting question an answer."""
    question = waiting(who, talk) if said.media else None
    if question is None or question.files:
        _hear(who, talk, said)
    elif said.text.strip():
        kept = SCRIPTS[talk.flow].files
        talk = structs.replace(talk, answers=_with_extras(talk.answers, said)) if kept else talk
        _hear(who, talk, replace(said, media=()), () if kept else (_not_used(who.t),))
    elif SCRIPTS[talk.flow].files:
        _keep_extras(who, talk, said)
    else:
        ask_again(who, talk, _not_used(who.t))


def _hear(who: Speaker, talk: Conversation, said: Reply, lead: tuple[str, ...] = ()) -> None:
    apart = _set_apart(who, talk, said)
    if apart is not None:
        ask_again(who, apart.talk, *lead, apart.line)
        return
    turn = _advance(who, talk, talk.answers, said)
    kept = _overheard(who, talk, turn, said)
    if kept is not None:
        ask_again(who, kept.talk, *lead, *(line for line in (turn.hint, kept.line) if line))
    else:
        _go_on(who, talk, turn, lead)


def _set_apart(who: Speaker, talk: Conversation, said: Reply) -> Overheard | None:
    set_apart = SCRIPTS[talk.flow].set_apart
    if set_apart is None or not said.text.strip() or who.understood is None or who.understood.kind is None:
        return None
    return set_apart(who, talk)


def _overheard(who: Speaker, talk: Conversation, turn: Turn[Any], said: Reply) -> Overheard | None:
    overhear = SCRIPTS[talk.flow].overhear
    if overhear is None or not turn.misses or turn.question is None or not said.text.strip():
        return None
    kept = overhear(who, talk, turn.question)
    if kept is not None and kept.talk.arguments != talk.arguments:
        who.tx.conversations.told(kept.talk)
    return kept


def _not_used(t: Texts) -> str:
    return t("En este paso no se guardan fotos ni notas de voz. Escríbalo, por favor, o use los botones.")


def takes_files(who: Speaker, talk: Conversation) -> bool:
    """Does a photo or a voice note answer what this talk asks now?"""
    question = waiting(who, talk)
    return question is not None and question.files


def takes_words(who: Speaker, talk: Conversation) -> bool:
    """Do any words answer what this talk asks now?"""
    return isinstance(waiting(who, talk), Write | Gather)


def asks_place(who: Speaker, talk: Conversation) -> bool:
    """Is a pin what answers the question that this talk asks now?"""
    question = waiting(who, talk)
    return question is not None and question.asks_location


def back(who: Speaker, talk: Conversation) -> None:
    """One question back."""
    _go_on(who, talk, kit.back(_maker(who, talk), talk.answers))


def ask_again(who: Speaker, talk: Conversation, *lead: str) -> None:
    """Show the waiting question as it stands, after a word of explanation."""
    _go_on(who, talk, _advance(who, talk, talk.answers), lead)


def leave(who: Speaker) -> None:
    """Something else is wanted: a draft is parked, and a talk whose card still counts; any other is forgotten."""
    talk = running(who)
    if talk is not None and (SCRIPTS[talk.flow].keeps or SCRIPTS[talk.flow].still_counts):
        who.tx.conversations.park(who.person.id)
    elif talk is not None:
        cancel(who, talk)


def cancel(who: Speaker, talk: Conversation) -> None:
    """Forget the talk and everything said in it."""
    who.here.flows.forget(talk.id)
    who.tx.conversations.end(talk.id)


def _maker(who: Speaker, talk: Conversation) -> Callable[[frozenset[str]], Flow[Any]]:
    make = SCRIPTS[talk.flow].make
    return lambda again: make(who.t, who.here, talk.arguments, again)


def _advance(who: Speaker, talk: Conversation, answers: Answers, said: Reply | None = None) -> Turn[Any]:
    """The next turn, from where the flow stands when it is still here."""
    mine = talk.id, who.t.locale, talk.arguments
    turn = kit.advance(_maker(who, talk), answers, said, who.here.flows.take(*mine))
    who.here.flows.keep(*mine, turn.standing)
    return turn


def waiting(who: Speaker, talk: Conversation) -> Question[Any] | None:
    """What this talk asks now; the flow is run for it."""
    return _advance(who, talk, talk.answers).question


def _go_on(who: Speaker, talk: Conversation, turn: Turn[Any], lead: tuple[str, ...] = ()) -> None:
    """Ask what comes next, look something up and go on, or finish. Raises NotPermitted: the role is read anew."""
    script = SCRIPTS[talk.flow]
    if who.role not in script.roles:
        who.tx.conversations.end(talk.id)
        raise NotPermitted
    while turn.look_up is not None:
        found = script.look_ups[turn.look_up.what](who, talk, turn.look_up)
        answers = kit.answered(turn.answers, turn.look_up.name, Reply(data=found))
        turn = _advance(who, talk, answers)
    if script.noticed is not None:
        script.noticed(who, talk, turn)
    if turn.finished:
        who.tx.conversations.end(talk.id)
        script.finish(who, structs.replace(talk, answers=turn.answers), turn.result)
        return
    _ask(who, talk, turn, lead)


def _ask(who: Speaker, talk: Conversation, turn: Turn[Any], lead: tuple[str, ...]) -> None:
    assert turn.question is not None  # neither finished nor looking something up
    if not talk.active:  # a tap on its card took it up again: one talk waits for words at a time
        who.tx.conversations.park(who.person.id)
    now = structs.replace(
        talk,
        version=talk.version + 1,
        active=True,
        asked=turn.question.name,
        answers=turn.answers,
        touched_at=who.at,
        expires_at=_forgotten_at(who, talk.flow),
    )
    who.tx.conversations.save(now)
    if turn.received:
        _receipt(who, now, turn.question, len(turn.answers.get(turn.question.partial, ())))
        return
    who.show(card_of(who.t, now, turn, (*lead, *_late_receipt(who, now))))


def _late_receipt(who: Speaker, talk: Conversation) -> tuple[str, ...]:
    """The person went on before the receipt of their files was sent: it is said here, once."""
    files = talk.answers.get(kit.EXTRAS, ())
    if not files or not who.tx.outbox.withdraw(who.person.id, f"receipt:{talk.id}"):
        return ()
    return (_received(who.t, len(files)),)


def _received(t: Texts, n: int) -> str:
    return t.many("Recibí {n} archivo.", "Recibí {n} archivos.", n)


def card_of(t: Texts, talk: Conversation, turn: Turn[Any], lead: tuple[str, ...] = ()) -> Outgoing:
    """A question as a card, with what was not understood said first."""
    question = turn.question
    assert question is not None
    shown = [option for option in question.options if option.shown]
    actions = tuple(
        Action(
            label=option.label,
            token=f"a.{talk.id}.{talk.version}.{option.key}",
            description=option.description,
            style=option.style,
        )
        for option in shown
    )
    extra: tuple[Action, ...] = ()
    if turn.misses >= PATIENCE:
        extra = (Action(label=t("Hablar con alguien"), token="m.person"),)
    return Outgoing(
        title=question.title,
        lines=(*lead, *_miss(t, turn), *question.lines),
        actions=() if question.as_rows else (*actions, *extra),
        rows=(*actions, *extra)[:10] if question.as_rows else (),
        rows_label=question.rows_label or (t("Ver opciones") if question.as_rows else ""),
        asks_location=question.asks_location,
    )


def _miss(t: Texts, turn: Turn[Any]) -> tuple[str, ...]:
    if not turn.misses or (turn.question is not None and turn.question.patient):
        return ()
    if turn.hint:
        return (turn.hint,)
    if turn.misses == 1:
        return (t("No le entendí bien, disculpe."),)
    return (
        t("Todavía no le entiendo. Puede escribir «atrás» para regresar o «menú» para empezar de nuevo."),
    )


def _keep_extras(who: Speaker, talk: Conversation, said: Reply) -> None:
    """Files that came while something else was asked: kept with the draft, one receipt for a burst."""
    answers = _with_extras(talk.answers, said)
    turn = _advance(who, talk, answers)
    now = structs.replace(talk, answers=answers, version=talk.version + 1, touched_at=who.at)
    who.tx.conversations.save(now)
    if turn.question is not None:
        _receipt(who, now, turn.question, len(answers[kit.EXTRAS]))


def _with_extras(answers: dict[str, Any], said: Reply) -> dict[str, Any]:
    files = [[item.id, item.kind.value] for item in said.media]
    return {**answers, kit.EXTRAS: [*answers.get(kit.EXTRAS, ()), *files]}


def _receipt(who: Speaker, talk: Conversation, question: Question[Any], n: int) -> None:
    """One receipt for a burst: an album comes as many messages, and the last one says how many there are."""
    from handlers.files import BURST

    turn: Turn[Any] = Turn(answers=talk.answers, question=question)
    card = card_of(who.t, talk, turn, (_received(who.t, n),))
    name = f"receipt:{talk.id}"
    who.tx.outbox.withdraw(who.person.id, name)
    who.show(card, due_at=who.at + BURST, name=name)
