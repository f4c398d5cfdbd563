"""The replay: everything is a run from the top over the raw answers."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import AGAIN, MISSES, Flow, Turn, advance, answered, back
from bot.domain.territory import Point
from bot.messages import AttachmentKind
from bot.questions import Forget, MediaRef, Option, Reply, choose, choose_or, gather, look_up, write
from tests.support.replayed import told

PHOTO = MediaRef("m1", AttachmentKind.PHOTO)
FRUITS = [Option("pear", "p", "Pera"), Option("fig", "f", "Higo"), Option("none", "no", "Ninguna")]
Steps = Generator[Any, Any, Any]


def order(again: frozenset[str]) -> Flow[tuple[Any, ...]]:
    """A fruit; figs are counted in the shop; a name; pieces; then yes, or what is to be corrected."""
    fruit = yield from choose("fruit", ("¿Qué fruta?",), FRUITS)
    if fruit == "none":
        return ("nothing",)
    stock = (yield from look_up("stock", "count", fruit=fruit)) if fruit == "fig" else None
    name = yield from write("name", ("¿Nombre?",), longest=20, too_long="Muy largo")
    pieces = yield from gather("pieces", ("¿Algo más?",), [Option("done", "yes", "Listo")])
    sure = yield from choose(
        "sure", ("¿Sí?",), [Option(True, "yes", "Sí"), Option(False, "edit", "Corregir")]
    )
    if not sure:
        yield Forget(("sure", "name"), ask_again=("name",))
    return (fruit, stock, name.text, len(pieces), "name" in again)


def say(*replies: str | Reply, make: Any = order, stock: Any = 7) -> Turn[Any]:
    """Give replies one after the other, as the shell does: answers go through JSON in between."""
    turn = advance(make, {})
    for reply in replies:
        turn = go(
            turn,
            advance(make, stored(turn), reply if isinstance(reply, Reply) else Reply(text=reply)),
            make,
            stock,
        )
    return turn


def stored(turn: Turn[Any]) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(json.dumps(turn.answers))
    return kept


def go(before: Turn[Any], turn: Turn[Any], make: Any = order, stock: Any = 7) -> Turn[Any]:
    while turn.look_up is not None:
        turn = advance(make, answered(stored(turn), turn.look_up.name, Reply(data=stock)))
    return turn


def asked(turn: Turn[Any]) -> str:
    return turn.question.name if turn.question else "end" if turn.finished else "look-up"


# ---- forward ----


@pytest.mark.parametrize(
    ("replies", "wanted"),
    [
        ((), "fruit"),
        (("Pera",), "name"),
        (("pera", "Ana"), "pieces"),
        (("1", "Ana", "listo"), "sure"),
        (("1", "Ana", "listo", "sí"), "end"),
        (("ninguna",), "end"),
        (("higo",), "name"),
    ],
)
def test_each_reply_answers_the_first_open_question(replies: tuple[str, ...], wanted: str) -> None:
    assert asked(say(*replies)) == wanted


def test_the_end_has_the_result() -> None:
    turn = say("higo", "Ana", "listo", "sí")
    assert (turn.finished, turn.result) == (True, ("fig", 7, "Ana", 0, False))
    assert turn.path == ("fruit", "stock", "name", "pieces", "sure")


def test_what_is_looked_up_is_asked_of_the_shell_with_its_arguments() -> None:
    turn = advance(order, {}, Reply(text="higo"))
    assert turn.look_up is not None
    assert (turn.look_up.what, turn.look_up.arguments, turn.question) == ("count", {"fruit": "fig"}, None)


@pytest.mark.parametrize("found", [0, None, "", [], {"n": 1}])
def test_an_empty_finding_is_an_answer_and_not_asked_again(found: Any) -> None:
    assert say("higo", "Ana", "listo", "sí", stock=found).result[1] == found


def test_a_replay_without_a_reply_asks_the_same() -> None:
    turn = say("pera", "Ana")
    again = advance(order, stored(turn))
    assert (asked(again), again.answers, again.path) == ("pieces", turn.answers, turn.path)


def test_the_stored_answers_are_not_touched() -> None:
    """A turn that is rolled back leaves no trace."""
    answers: dict[str, Any] = {"fruit": {"text": "pera"}}
    advance(order, answers, Reply(text="Ana"))
    assert answers == {"fruit": {"text": "pera"}}


# ---- not understood ----


def test_misses_are_counted_in_a_row_and_forgotten_once_understood() -> None:
    one = say("¿qué?")
    two = go(one, advance(order, stored(one), Reply(text="no sé")))
    three = go(two, advance(order, stored(two), Reply(text="pera")))
    assert [(asked(turn), turn.misses) for turn in (one, two, three)] == [
        ("fruit", 1),
        ("fruit", 2),
        ("name", 0),
    ]
    assert MISSES not in three.answers


def test_the_reason_is_said_when_there_is_one() -> None:
    assert (say("pera", "x" * 21).hint, say("pera", " ").hint) == ("Muy largo", "")


def test_a_tightened_rule_asks_again_and_what_came_after_is_kept() -> None:
    """A name stored yesterday is too long for today's rule: only that question is asked anew."""
    yesterday = {"fruit": {"text": "pera"}, "name": {"text": "x" * 30}, "pieces": {"data": []}}
    turn = advance(order, yesterday)
    assert (asked(turn), "name" in turn.answers) == ("name", False)
    assert asked(advance(order, stored(turn), Reply(text="Ana"))) == "sure"


def test_answers_of_questions_that_are_gone_are_ignored() -> None:
    assert asked(advance(order, {"old": {"text": "x"}, "fruit": {"choice": "p"}})) == "name"


def test_a_choice_that_is_no_longer_offered_is_asked_again() -> None:
    assert asked(advance(order, {"fruit": {"choice": "melon"}})) == "fruit"


# ---- gathering ----


def test_files_are_gathered_until_the_person_says_done() -> None:
    """Each file is counted; the end has all of them."""
    two = say("pera", "Ana", Reply(media=(PHOTO,)), Reply(media=(PHOTO, PHOTO)))
    assert (asked(two), two.received) == ("pieces", 2)
    end = go(two, advance(order, stored(two), Reply(text="listo")))
    assert (asked(end), end.received, "pieces+" in end.answers) == ("sure", 0, False)
    assert go(end, advance(order, stored(end), Reply(text="sí"))).result[3] == 2


def test_what_is_written_ends_the_gathering_and_belongs_to_it() -> None:
    turn = say("pera", "Ana", Reply(media=(PHOTO,)), "mire esto", "sí")
    assert (asked(turn), turn.result[3]) == ("end", 2)


def test_nothing_that_was_sent_is_dropped_for_its_number() -> None:
    """How many files one person may send is limited where they come in, and said; never the words after them."""
    photos = [Reply(media=(PHOTO,))] * 15
    assert say("pera", "Ana", *photos, "las placas", "sí").result[3] == 16


# ---- back ----


@pytest.mark.parametrize(
    ("replies", "lands_on"),
    [
        ((), "fruit"),
        (("pera",), "fruit"),
        (("pera", "Ana"), "name"),
        (("pera", "Ana", "listo"), "pieces"),
        (("pera", "Ana", "listo", "¿eh?"), "pieces"),
        (("higo",), "fruit"),
        (("higo", "Ana"), "name"),
    ],
)
def test_back_is_one_question_back(replies: tuple[str, ...], lands_on: str) -> None:
    """At the first one it is asked again; what the shell looked up is no question."""
    turn = back(order, stored(say(*replies)))
    assert (asked(turn), turn.misses) == (lands_on, 0)


def test_what_was_looked_up_for_the_old_answer_is_forgotten_with_it() -> None:
    """Back before the fruit and figs again: they are counted anew."""
    turn = back(order, stored(say("higo")))
    assert "stock" not in turn.answers
    assert advance(order, stored(turn), Reply(text="higo")).look_up is not None


def test_back_undoes_nothing_that_was_done() -> None:
    """Once the shell has acted, the question after it is the farthest one gets."""

    def acting(again: frozenset[str]) -> Flow[str]:
        yield from choose("sure", ("¿Avisar?",), FRUITS)
        number = yield from look_up("sent", "send", acts=True)
        yield from write("where", ("¿Dónde?",))
        return str((yield from write("when", ("¿Cuándo?",))).text) + str(number)

    at_where = say("pera", make=acting)
    once = back(acting, stored(at_where))
    assert (asked(once), once.answers) == ("where", at_where.answers)
    at_when = say("pera", "aquí", make=acting)
    assert [asked(back(acting, stored(t))) for t in (at_when, back(acting, stored(at_when)))] == ["where"] * 2


# ---- corrections ----


def test_a_correction_asks_the_forgotten_and_keeps_the_rest() -> None:
    turn = say("higo", "Ana", "listo", "corregir")
    assert (asked(turn), turn.answers[AGAIN]) == ("name", ["name"])
    assert set(turn.answers) == {"fruit", "stock", "pieces", AGAIN}


def test_the_flow_knows_what_the_person_wants_to_say_anew() -> None:
    turn = say("pera", "Ana", "listo", "corregir", "Eva", "sí")
    assert turn.result == ("pear", None, "Eva", 0, True)


# ---- whatever comes ----

TEXTS = st.one_of(
    st.sampled_from(["pera", "1", "sí", "no", "listo", "corregir", "", "  ", "9", "x" * 30, "\u202e", "2️⃣"]),
    st.text(max_size=30),
)
REPLIES = st.builds(
    Reply,
    text=TEXTS,
    choice=st.sampled_from(["", "", "", "p", "f", "yes", "edit", "nonsense"]),
    point=st.sampled_from([None, None, Point(18.5, -88.3)]),
    media=st.sampled_from([(), (), (PHOTO,)]),
    data=st.sampled_from([None, None, 5, [], [{"text": "x"}]]),
)


def open_question(again: frozenset[str]) -> Steps:
    yield from choose_or("any", ("¿?",), FRUITS, lambda reply: reply.text.strip() or None)
    return (yield from order(again))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(REPLIES, st.just("back")), max_size=12), st.sampled_from([order, open_question]))
def test_any_sequence_of_replies_ends_or_asks(replies: list[Reply | str], make: Any) -> None:
    """Never an exception, never nothing; the answers stay JSON and replaying them leads to the same place."""
    turn = advance(make, {})
    for reply in replies:
        if turn.finished:
            break
        step = back(make, stored(turn)) if isinstance(reply, str) else advance(make, stored(turn), reply)
        turn = go(turn, step, make)
        assert turn.finished or turn.question is not None
        again = advance(make, stored(turn))
        assert (again.path, again.result, asked(again)) == (turn.path, turn.result, asked(turn))


@settings(max_examples=200, deadline=None)
@given(st.lists(REPLIES, max_size=12), st.sampled_from([order, open_question]))
def test_going_on_where_the_flow_stands_is_the_same_as_replaying(replies: list[Reply], make: Any) -> None:
    turn = advance(make, {})
    for reply in replies:
        if turn.finished:
            break
        answers = stored(turn)
        kept = turn.standing
        assert kept is not None
        assert kept.led_here_by(answers)
        turn = advance(make, answers, reply, kept)
        assert told(turn) == told(advance(make, answers, reply))
        while turn.look_up is not None:
            found = answered(stored(turn), turn.look_up.name, Reply(data=7))
            turn, again = advance(make, found, None, turn.standing), advance(make, found)
            assert told(turn) == told(again)


def test_a_flow_that_other_answers_led_to_is_not_gone_on_with() -> None:
    """A unit that was rolled back, or a turn that another process took: the stored answers are the truth."""
    before = say("pera")
    ahead = advance(order, stored(before), Reply(text="Ana"))
    turn = advance(order, stored(before), Reply(text="Eva"), ahead.standing)
    assert (asked(turn), turn.answers["name"]) == ("pieces", {"text": "Eva"})


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["fruit", "stock", "name", "pieces", "sure"]),
        st.fixed_dictionaries(
            {}, optional={"text": TEXTS, "choice": st.text(max_size=3), "unknown": st.none()}
        ),
    )
)
def test_whatever_an_older_release_stored_it_is_asked_or_taken(answers: dict[str, Any]) -> None:
    turn = go(advance(order, {}), advance(order, answers))
    assert turn.finished or turn.question is not None
