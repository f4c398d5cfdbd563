"""How each question reads what people write, tap, send and say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.territory import Point
from bot.messages import AttachmentKind
from bot.questions import (
    NO,
    YES,
    Choose,
    ChooseOr,
    Gather,
    MediaRef,
    NotUnderstood,
    Option,
    Question,
    Reply,
    Write,
    Written,
    fold,
    match,
    number_in,
)

PHOTO = MediaRef("m1", AttachmentKind.PHOTO)
VOICE = MediaRef("m2", AttachmentKind.VOICE)
OPTIONS = (
    Option("light", "luz", "Lámpara apagada", words=("alumbrado", "luz")),
    Option("noise", "ruido", "Ruido o fiesta"),
    Option("dog", "perro", "Perro suelto"),
    Option("send", "yes", "Enviar"),
    Option("drop", "no", "Cancelar"),
    Option("theft", "robo", "Robo", words=("Robo a casa",), shown=False),
)

READINGS = [
    # number, in its ways
    ("1", "light"),
    ("2", "noise"),
    ("2)", "noise"),
    (" 2. ", "noise"),
    ("2️⃣", "noise"),
    ("02", "noise"),
    ("la 2", "noise"),
    ("el dos", "noise"),
    ("opción dos", "noise"),
    ("La segunda", "noise"),
    ("tercera", "dog"),
    ("número 3", "dog"),
    ("the third one", None),
    ("two", "noise"),
    ("0", None),
    ("6", None),  # not shown, so nobody can mean it by its number
    ("99", None),
    ("2 perros", None),
    ("٢", None),
    # label, other words, accents and case
    ("Lámpara apagada", "light"),
    ("LAMPARA APAGADA", "light"),
    ("¡Lámpara apagada!", "light"),
    ("luz", "light"),
    ("alumbrado", "light"),
    ("robo a casa", "theft"),
    # a typo, or the beginning in whole words
    ("lampara apagda", "light"),
    ("lmapara apagada", "light"),
    ("alumbardo", "light"),
    ("perro", "dog"),
    ("perro sueltos", "dog"),
    ("perr", None),
    ("enviar", "send"),
    ("enviat", "send"),
    ("env", None),
    ("luces", None),
    # yes and no
    ("sí", "send"),
    ("Simón", "send"),
    ("👍", "send"),
    ("👍🏽", "send"),
    ("ok", "send"),
    ("no", "drop"),
    ("nel", "drop"),
    ("no gracias", "drop"),
    # nothing of that
    ("", None),
    ("   ", None),
    ("¿?", None),
    ("no sé, ayer había una fiesta", None),
]


@pytest.mark.parametrize(("said", "wanted"), READINGS)
def test_a_choice_is_read_as_people_say_it(said: str, wanted: str | None) -> None:
    found = match(OPTIONS, Reply(text=said))
    assert (found.value if found else None) == wanted


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Sí, acepto", "no acepto"),
        ("Sí puedo", "no puedo"),
        ("Sí, enviar", "no enviar"),
        ("Ya estoy a salvo", "no estoy a salvo"),
        ("Ya estoy a salvo", "mo estoy a salvo"),
        ("No es la misma", "si es la misma"),
        ("Ahora no", "ahora"),
        ("Don't send", "do send"),
    ],
)
def test_a_typo_never_turns_what_was_said_into_its_contrary(label: str, said: str) -> None:
    """However few letters stand between them."""
    assert match((Option("it", "it", label),), Reply(text=said)) is None


@pytest.mark.parametrize("option", OPTIONS)
def test_a_tap_is_its_option_whatever_else_came(option: Option[str]) -> None:
    assert match(OPTIONS, Reply(choice=option.key, text="2")) is option


def test_a_tap_on_something_else_is_nothing() -> None:
    """Not even when the text that came with it would be understood."""
    assert match(OPTIONS, Reply(choice="other", text="2")) is None


def test_two_that_are_equally_near_are_neither() -> None:
    twins = (Option(1, "a", "Calle Roma"), Option(2, "b", "Calle Rosa"))
    assert match(twins, Reply(text="calle roca")) is None
    assert match(twins, Reply(text="calle roma")) is twins[0]


def test_exactly_leaves_out_what_is_only_near() -> None:
    said = {
        text: match(OPTIONS, Reply(text=text), exactly=True) for text in ("perro", "perro suelto", "3", "sí")
    }
    assert {text: found and found.value for text, found in said.items()} == {
        "perro": None,
        "perro suelto": "dog",
        "3": "dog",
        "sí": "send",
    }


@given(st.text(max_size=60), st.booleans())
def test_no_text_breaks_the_reading(text: str, exactly: bool) -> None:
    found = match(OPTIONS, Reply(text=text), exactly=exactly)
    assert found is None or found in OPTIONS


@pytest.mark.parametrize("words", [YES, NO])
def test_the_words_for_yes_and_no_are_written_as_they_are_compared(words: frozenset[str]) -> None:
    """A word with an accent or a capital in the list would never be found."""
    assert {word for word in words if fold(word) != word} == set()
    assert not YES & NO


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("¿Qué PASA, niño?", "que pasa nino"),
        ("  a\t b\n", "a b"),
        ("STRASSE straße", "strasse strasse"),
        ("👍️", "👍"),
        ("ﬁesta", "fiesta"),
        ("", ""),
    ],
)
def test_words_are_compared_without_accents_case_or_signs(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=40))
@example("🄐")
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("décimo", 10), ("la décima", None), ("100", None), ("no", None), ("no 2", 2), ("dos tres", None)],
)
def test_a_number_is_the_whole_message(text: str, number: int | None) -> None:
    assert number_in(text) == number


# ---- questions ----


def read(question: Question[Any], **reply: Any) -> Any:
    try:
        return question.read(Reply(**reply))
    except NotUnderstood as miss:
        return miss


def test_a_choice_that_is_none_of_them_is_not_understood() -> None:
    question = Choose(name="q", lines=("¿?",), options=OPTIONS)
    assert read(question, text="3") == "dog"
    assert isinstance(read(question, text="mañana"), NotUnderstood)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("perro suelto", "dog"),
        ("3", "dog"),
        ("un perro en Bugambilias", "UN PERRO EN BUGAMBILIAS"),
        ("perro", "PERRO"),  # what it makes of the words goes before what is only near
        ("!!", NotUnderstood),
        ("alumbardo!", "ALUMBARDO!"),
        ("", NotUnderstood),
    ],
)
def test_an_option_or_whatever_is_made_of_the_words(said: str, wanted: Any) -> None:
    question = ChooseOr(
        name="q", lines=(), options=OPTIONS, otherwise=lambda r: r.text.upper() if fold(r.text) else None
    )
    found = read(question, text=said)
    assert found == wanted if isinstance(wanted, str) else isinstance(found, wanted)


def test_what_makes_nothing_of_the_words_leaves_them_to_the_nearest_option() -> None:
    question = ChooseOr(name="q", lines=(), options=OPTIONS, otherwise=lambda reply: None)
    assert read(question, text="alumbardo") == "light"


SKIP = Option("no sé", "unknown", "No sé")


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        ({"text": "  Calle 5 "}, Written(text="Calle 5")),
        ({"text": "no se"}, Written(text="no sé")),
        ({"choice": "unknown"}, Written(text="no sé")),
        ({"choice": "gone"}, ""),
        ({"text": " "}, "vacío"),
        ({"text": "x" * 11}, "largo"),
        ({"media": (VOICE,)}, "vacío"),
    ],
)
def test_free_words_are_kept_as_written(reply: dict[str, Any], wanted: Any) -> None:
    """Or the option that skips them; nothing, and too much, come back with the reason."""
    question = Write(name="q", lines=(), options=(SKIP,), longest=10, too_long="largo", empty="vacío")
    found = read(question, **reply)
    if isinstance(wanted, Written):
        assert found == wanted
    else:
        assert isinstance(found, NotUnderstood)
        assert found.hint in (wanted, "vacío")


def test_among_several_ready_answers_a_number_chooses() -> None:
    question = Write(
        name="q", lines=(), options=(Option("¿Qué calle?", "a", "Calle"), Option("¿Sigue?", "b", "Sigue"))
    )
    assert read(question, text="2") == Written(text="¿Sigue?")


@pytest.mark.parametrize(
    ("said", "wanted"),
    [("1", "no sé"), ("1)", "no sé"), ("1️⃣", "no sé"), ("la una", "la una"), ("La Primera", "La Primera")],
)
def test_where_words_are_asked_for_a_number_in_words_is_one(said: str, wanted: str) -> None:
    """An hour, a street: only a figure is the choice of a ready answer."""
    assert read(Write(name="q", lines=(), options=(SKIP,)), text=said).text == wanted


def test_a_voice_note_answers_where_files_do() -> None:
    assert read(Write(name="q", lines=(), files=True), media=(VOICE,)) == Written(media=(VOICE,))
    assert read(Write(name="q", lines=(), files=True), media=(VOICE,), text="mire").text == "mire"
    assert read(Write(name="q", lines=()), media=(VOICE,), text="mire") == Written(text="mire")


def test_gathering_wants_something() -> None:
    with pytest.raises(NotUnderstood):
        Gather(name="q", lines=(), options=(SKIP,)).take(Reply(text=" "), None)


def test_a_file_with_a_word_of_the_end_is_still_a_file() -> None:
    done = Option("done", "yes", "Listo")
    stored, value, more = Gather(name="q", lines=(), options=(done,)).take(
        Reply(text="listo", media=(PHOTO,)), None
    )
    assert (len(stored), value, more) == (1, None, True)


def test_a_question_without_a_reading_can_not_be_asked() -> None:
    with pytest.raises(NotImplementedError):
        Question(name="q", lines=()).read(Reply())


@given(
    st.builds(
        Reply,
        text=st.text(max_size=20),
        choice=st.text(max_size=5),
        point=st.none() | st.builds(Point, st.floats(-90, 90), st.floats(-180, 180)),
        place_name=st.text(max_size=5),
        media=st.lists(st.sampled_from([PHOTO, VOICE])).map(tuple),
        data=st.none() | st.integers() | st.lists(st.text()),
    )
)
def test_a_reply_is_read_back_as_it_was_stored(reply: Reply) -> None:
    assert Reply.from_dict(reply.as_dict()) == reply
    assert all(reply.as_dict().values()) or reply.data is not None


def test_who_speaks_instead_of_writing() -> None:
    assert Reply(media=(PHOTO, VOICE)).voice
    assert not Reply(media=(PHOTO,), text="x").voice
