"""Cards in, calls of the Bot API out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.keyboards import ASK_LOCATION, REMOVE, inline
from bot.channels.telegram.outbound import LOCATION_HINT, calls_for, edit_of, toast_of
from bot.channels.telegram.texts import LIMIT, Line, as_html, as_plain, clean, parts_of, units
from bot.domain.territory import Point
from bot.messages import Action, Attachment, AttachmentKind, ContactCard, Outgoing
from tests.fakes.bot_api_rules import read_text

HERE = Point(18.5036, -88.3055)
PHOTO = Attachment(kind=AttachmentKind.PHOTO, reference="m1")
TAKE = Action(label="Tomar", token="t", style="primary")
ASK = Action(label="Preguntar", token="a")
DROP = Action(label="Soltar", token="d", style="danger")
LONG = Action(label="Hablar con una persona", token="h")


def text(words: str, **more: Any) -> tuple[str, dict[str, Any]]:
    fixed = {"parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
    return "sendMessage", {"chat_id": 101, "text": words, **fixed, **more}


def button(words: str, token: str, **more: str) -> dict[str, Any]:
    return {"text": words, "callback_data": token, **more}


def keys(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"reply_markup": {"inline_keyboard": list(rows)}}


PIN = {"chat_id": 101, "latitude": 18.5036, "longitude": -88.3055}
QUIET = {"disable_notification": True}
TAKE_KEY = [button("Tomar", "t", style="primary")]

# label, card, the calls expected
CARDS: list[tuple[str, Outgoing, list[tuple[str, dict[str, Any]]]]] = [
    ("title is bold", Outgoing(title="Folio", lines=("uno", "dos")), [text("<b>Folio</b>\nuno\ndos")]),
    ("no title", Outgoing(lines=("uno",)), [text("uno")]),
    ("empty lines go", Outgoing(title="a", lines=("", "b")), [text("<b>a</b>\nb")]),
    (
        "markup is escaped",
        Outgoing(title="a<b>&", lines=("</b> x & y",)),
        [text("<b>a&lt;b&gt;&amp;</b>\n&lt;/b&gt; x &amp; y")],
    ),
    ("quiet", Outgoing(lines=("a",), quiet=True), [text("a", **QUIET)]),
    ("protected", Outgoing(lines=("a",), protected=True), [text("a", protect_content=True)]),
    (
        "primary alone, the others two by two",
        Outgoing(lines=("a",), actions=(TAKE, ASK, DROP, LONG, ASK)),
        [
            text(
                "a",
                **keys(
                    TAKE_KEY,
                    [button("Preguntar", "a"), button("Soltar", "d", style="danger")],
                    [button("Hablar con una persona", "h")],
                    [button("Preguntar", "a")],
                ),
            )
        ],
    ),
    (
        "rows one by one, their descriptions in the text",
        Outgoing(
            lines=("¿Qué?",),
            rows=(Action(label="Robo", token="1", description="ya pasó"), ASK),
            rows_label="Ver",
        ),
        [text("¿Qué?\n▸ Robo: ya pasó", **keys([button("Robo", "1")], [button("Preguntar", "a")]))],
    ),
    (
        "copy button",
        Outgoing(lines=("a",), copy="1234-5678"),
        [text("a", **keys([{"text": "📋 1234-5678", "copy_text": {"text": "1234-5678"}}]))],
    ),
    (
        "asks for a place",
        Outgoing(lines=("¿Dónde?",), asks_location=True),
        [text("¿Dónde?", reply_markup=ASK_LOCATION)],
    ),
    (
        "buttons win over the location keyboard",
        Outgoing(lines=("¿Dónde?",), asks_location=True, actions=(TAKE,)),
        [text(f"¿Dónde?\n{LOCATION_HINT}", **keys(TAKE_KEY))],
    ),
    ("pin alone", Outgoing(pin=HERE), [("sendLocation", PIN)]),
    (
        "pin with a name first, text and buttons last; the words make the sound",
        Outgoing(title="Aviso", pin=HERE, pin_label="Parque", actions=(TAKE,)),
        [
            ("sendVenue", {**PIN, "title": "Parque", "address": "18.50360, -88.30550", **QUIET}),
            text("<b>Aviso</b>", **keys(TAKE_KEY)),
        ],
    ),
    (
        "a contact to save before the text, its card escaped",
        Outgoing(
            lines=("a",), contact=ContactCard(name="Norte; 1, 2", phone="+529830000001", hours="7 a 23")
        ),
        [
            (
                "sendContact",
                {
                    "chat_id": 101,
                    "phone_number": "+529830000001",
                    "first_name": "Norte; 1, 2",
                    "vcard": "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Norte\\; 1\\, 2\r\nN:Norte\\; 1\\, 2;;;;\r\n"
                    "ORG:Norte\\; 1\\, 2\r\nTEL;TYPE=WORK,VOICE:+529830000001\r\nNOTE:7 a 23\r\nEND:VCARD",
                    **QUIET,
                },
            ),
            text("a"),
        ],
    ),
    (
        "file before the text",
        Outgoing(lines=("a",), attachments=(PHOTO,)),
        [("sendDocument", {"chat_id": 101, **QUIET}), text("a")],
    ),
    ("a mere toast sends nothing", Outgoing(toast="Listo", tap_id="q"), []),
    ("spaces are no text", Outgoing(lines=("   ",)), []),
]


@pytest.mark.parametrize(("label", "card", "expected"), CARDS, ids=[row[0] for row in CARDS])
def test_each_card_becomes_these_calls(
    label: str, card: Outgoing, expected: list[tuple[str, dict[str, Any]]]
) -> None:
    assert [(call.method, call.params) for call in calls_for("101", card)] == expected


def test_a_group_is_not_asked_for_its_location() -> None:
    (call,) = calls_for("-900", Outgoing(lines=("¿Dónde?",), asks_location=True))
    assert "reply_markup" not in call.params


def test_the_location_keyboard_goes_with_the_next_card_without_buttons() -> None:
    plain, buttons = Outgoing(lines=("a",)), Outgoing(lines=("a",), actions=(TAKE,))
    assert calls_for("101", plain, keyboard_shown=True)[0].params["reply_markup"] == REMOVE
    assert "inline_keyboard" in calls_for("101", buttons, keyboard_shown=True)[0].params["reply_markup"]


def test_an_edit_keeps_text_and_buttons_and_nothing_else() -> None:
    card = Outgoing(title="Tomado", actions=(TAKE,), quiet=True, protected=True)
    edit = edit_of(calls_for("101", card)[0], 7)
    assert edit.method == "editMessageText"
    assert edit.params.keys() == {
        "chat_id",
        "message_id",
        "text",
        "parse_mode",
        "link_preview_options",
        "reply_markup",
    }


def test_a_toast_is_cut_at_two_hundred() -> None:
    assert toast_of(Outgoing(toast="á" * 300, tap_id="q")) == {"callback_query_id": "q", "text": "á" * 200}
    assert toast_of(Outgoing(tap_id="q")) == {"callback_query_id": "q"}


@pytest.mark.parametrize("token", ["", "x" * 65, "ñ" * 33])
def test_a_token_that_does_not_fit_is_our_bug(token: str) -> None:
    with pytest.raises(ValueError, match="token"):
        inline(Outgoing(actions=(Action(label="a", token=token),)))


def test_sixty_four_bytes_fit() -> None:
    assert inline(Outgoing(actions=(Action(label="a", token="ñ" * 32),)))


LENGTHS = [
    ("just fits", "a" * 4096, 1),
    ("one more", "a" * 4097, 2),
    ("emoji count two", "🚓" * 2048, 1),
    ("one emoji more", "🚓" * 2049, 2),
    ("an emoji across the edge", "a" + "🚓" * 2048, 2),
    ("escapes count one", "&" * 4096, 1),
    ("hundred thousand", "á" * 100_000, 25),
    ("hundred thousand emoji", "🙂" * 100_000, 49),
    ("many lines", "\n".join(["línea"] * 2000), 3),
]


@pytest.mark.parametrize(("label", "words", "messages"), LENGTHS, ids=[row[0] for row in LENGTHS])
def test_a_long_text_becomes_as_few_messages_as_carry_it(label: str, words: str, messages: int) -> None:
    parts = parts_of([Line(words)])
    assert len(parts) == messages
    assert "".join(as_plain(part) for part in parts).replace("\n", "") == words.replace("\n", "")
    assert all(units(as_plain(part)) <= LIMIT for part in parts)


def test_a_long_line_is_cut_between_words() -> None:
    parts = parts_of([Line("palabra " * 1000)])
    assert {word for part in parts for word in as_plain(part).split()} == {"palabra"}


def test_buttons_stand_under_the_last_part_and_only_the_first_part_rings() -> None:
    calls = calls_for("101", Outgoing(title="T", lines=("a" * 5000,), actions=(TAKE,)))
    assert ["reply_markup" in call.params for call in calls] == [False] * (len(calls) - 1) + [True]
    assert ["disable_notification" in call.params for call in calls] == [False] + [True] * (len(calls) - 1)


NAUGHTY = [
    *(
        "<",
        "&",
        "&amp;",
        "<b>",
        "</b>",
        "<b",
        "<script>alert(1)</script>",
        "a<b>c</i>d",
        "&lt;b&gt;",
        "&#60;",
    ),
    *("\u202eال\u200e", "\u200fمرحبا", "👮🏽\u200d♀️", "Ω≈ç√", "\u200b", "\ufeff", "\u2028"),
    *("a\x00b", "\ud83d", "x\udc00y", "\r\n", "\t", "%s%n", "`*_[]()~>#+-=|{}.!", "'\"--", "é" * 5000),
]


@pytest.mark.parametrize("words", NAUGHTY)
def test_what_a_person_wrote_is_shown_letter_by_letter(words: str) -> None:
    for part in parts_of([Line(f"a{words}z", bold=True), Line(f"a{words}z")]):
        shown, _ = read_text(as_html(part), "HTML", LIMIT)
        assert shown == as_plain(part)
    assert clean(words).encode() is not None


@given(st.text(alphabet=st.characters(), max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_is_shown_letter_by_letter(words: str) -> None:
    for part in parts_of([Line(f"a{words}z", bold=True)]):
        assert read_text(as_html(part), "HTML", LIMIT)[0] == as_plain(part)


@given(st.lists(st.tuples(st.text(alphabet="aé🙂 \n\x00", max_size=40), st.integers(1, 60)), max_size=6))
def test_a_short_card_is_packed_as_a_long_one_is(texts: list[tuple[str, int]]) -> None:
    lines = [Line(text * times) for text, times in texts]
    parts = parts_of(lines)
    whole = "\n".join(clean(line.text) for line in lines)
    assert all(units(as_plain(part)) <= LIMIT for part in parts)
    if units(whole) <= LIMIT:
        assert [as_plain(part) for part in parts] == ([whole.strip("\n")] if whole.strip() else [])
