"""Cards become WhatsApp messages: pure rendering first, then over the wire into a Twilio that enforces the limits."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels import Failure, SendError
from bot.channels.whatsapp import WhatsAppChannel, Words
from bot.channels.whatsapp.client import encoded
from bot.channels.whatsapp.outbound import (
    Choice,
    Manner,
    Plain,
    Template,
    neutral,
    render,
    split,
    template_value,
    width,
)
from bot.domain.territory import Point
from bot.messages import Action, Address, Attachment, AttachmentKind, ContactCard, Outgoing, TemplateUse
from tests.channels.whatsapp.conftest import VECINA
from tests.fakes.twilio_api import FakeTwilio

WORDS = Words()
MANNER = Manner(media_url=lambda media: f"https://bot.example/m/{media}", strict=True)
PHOTO = Attachment(kind=AttachmentKind.PHOTO, reference="p1")
VOICE = Attachment(kind=AttachmentKind.VOICE, reference="v1")


def actions(count: int) -> tuple[Action, ...]:
    return tuple(Action(label=f"Opción {n}", token=f"t:{n}") for n in range(1, count + 1))


def described(count: int) -> tuple[Action, ...]:
    return tuple(
        Action(label=f"Tipo {n}", token=f"k:{n}", description=f"Es el {n}") for n in range(1, count + 1)
    )


TEXTS = [  # what it is, the card, the messages
    (
        "title and lines",
        Outgoing(title="Recibido", lines=("Folio 1234-5678", "Gracias")),
        ["*Recibido*\nFolio 1234-5678\nGracias"],
    ),
    ("lines only", Outgoing(lines=("uno", "", "dos")), ["uno\n\ndos"]),
    ("a person's stars", Outgoing(lines=("*¡ya!* _mire_ ~no~ `x`",)), ["∗¡ya!∗ ˍmireˍ ∼no∼ ˋxˋ"]),
    ("a person's code fence", Outgoing(lines=("```rm```",)), ["ˋˋˋrmˋˋˋ"]),
    ("stars in the title", Outgoing(title="*Robo* en\n\tcurso"), ["*∗Robo∗ en curso*"]),
    (
        "signs inside a word stay",
        Outgoing(lines=("a_b 2*3 x~y https://e.mx/a_b",)),
        ["a_b 2*3 x~y https://e.mx/a_b"],
    ),
    (
        "asks for a place",
        Outgoing(lines=("¿Dónde?",), asks_location=True),
        [f"¿Dónde?\n{WORDS.share_location}"],
    ),
    (
        "a contact in words",
        Outgoing(lines=("a",), contact=ContactCard(name="Sector *Norte*", phone="+529830000001")),
        ["a\nSector ∗Norte∗: +529830000001"],
    ),
    ("a toast alone", Outgoing(toast="Ya lo tomó Ruiz"), ["Ya lo tomó Ruiz"]),
    ("a toast beside a text", Outgoing(lines=("hola",), toast="listo", tap_id="x"), ["hola"]),
    (
        "copy, quiet, protected, replaces",
        Outgoing(lines=("hola",), copy="x", quiet=True, protected=True, replaces="SM1"),
        ["hola"],
    ),
    ("NUL and half letters", Outgoing(lines=("a\x00b\ud800c",)), ["abc"]),
    ("too long: between lines", Outgoing(lines=("a" * 900, "b" * 900)), ["a" * 900, "b" * 900]),
    (
        "too long: between words",
        Outgoing(lines=("a" * 1590 + " hasta luego",)),
        ["a" * 1590 + " hasta", "luego"],
    ),
    ("too long: anywhere", Outgoing(lines=("a" * 3300,)), ["a" * 1600, "a" * 1600, "a" * 100]),
    ("emoji count double", Outgoing(lines=("🚨" * 801,)), ["🚨" * 800, "🚨"]),
]


@pytest.mark.parametrize(("card", "bodies"), [case[1:] for case in TEXTS], ids=[case[0] for case in TEXTS])
def test_texts(card: Outgoing, bodies: list[str]) -> None:
    assert render(card, MANNER) == [Plain(body=body) for body in bodies]


@pytest.mark.parametrize(
    "card", [Outgoing(), Outgoing(title=" \n", lines=("", " ")), Outgoing(lines=("\x00",))]
)
def test_nothing_to_say_is_no_message(card: Outgoing) -> None:
    assert render(card, MANNER) == []


CHOICES = [  # what it is, the card, kind, described, values
    (
        "one button",
        Outgoing(lines=("¿Sí?",), actions=actions(1)),
        "quick-reply",
        "-",
        ["¿Sí?", "Opción 1", "t:1"],
    ),
    (
        "three buttons",
        Outgoing(title="Aviso", lines=("Dos\nlíneas",), actions=actions(3)),
        *(
            "quick-reply",
            "---",
            ["*Aviso*\nDos\nlíneas", "Opción 1", "t:1", "Opción 2", "t:2", "Opción 3", "t:3"],
        ),
    ),
    (
        "four actions are a list",
        Outgoing(lines=("¿Qué?",), actions=actions(4)),
        *(
            "list-picker",
            "----",
            ["¿Qué?", WORDS.open_list, *(x for n in "1234" for x in (f"Opción {n}", f"t:{n}"))],
        ),
    ),
    (
        "a list with descriptions",
        Outgoing(lines=("¿Qué?",), rows=described(2), rows_label="Tipos"),
        *("list-picker", "DD", ["¿Qué?", "Tipos", "Tipo 1", "k:1", "Es el 1", "Tipo 2", "k:2", "Es el 2"]),
    ),
    (
        "rows first, then actions",
        Outgoing(lines=("¿Qué?",), rows=described(1), actions=actions(1), rows_label="Tipos"),
        *("list-picker", "D-", ["¿Qué?", "Tipos", "Tipo 1", "k:1", "Es el 1", "Opción 1", "t:1"]),
    ),
    ("no text", Outgoing(actions=actions(1)), "quick-reply", "-", [WORDS.choose, "Opción 1", "t:1"]),
    (
        "labels on one line",
        Outgoing(lines=("x",), actions=(Action(label=" Sí,\n claro ", token="t"),)),
        *("quick-reply", "-", ["x", "Sí, claro", "t"]),
    ),
]


@pytest.mark.parametrize(
    ("card", "kind", "shape", "values"), [case[1:] for case in CHOICES], ids=[case[0] for case in CHOICES]
)
def test_choices(card: Outgoing, kind: str, shape: str, values: list[str]) -> None:
    (choice,) = render(card, MANNER)
    assert isinstance(choice, Choice)
    assert choice.shell.kind == kind
    assert choice.shell.described == tuple(letter == "D" for letter in shape)
    assert list(choice.values) == values


def test_a_choice_in_numbers() -> None:
    card = Outgoing(lines=("¿Qué pasa?",), rows=described(2), actions=actions(1))
    (choice,) = render(card, MANNER)
    assert isinstance(choice, Choice)
    expected = f"¿Qué pasa?\n\n1 Tipo 1 (Es el 1)\n2 Tipo 2 (Es el 2)\n3 Opción 1\n\n{WORDS.by_number}"
    assert choice.numbered == (Plain(body=expected),)


def test_a_text_too_long_for_buttons_goes_ahead_and_the_question_carries_them() -> None:
    card = Outgoing(lines=("a" * 1000, "b" * 500, "¿Enviar?"), actions=actions(2))
    before, choice = render(card, MANNER)
    assert before == Plain(body="a" * 1000 + "\n" + "b" * 500)
    assert isinstance(choice, Choice)
    assert choice.values[0] == "¿Enviar?"


def test_even_a_question_of_5000_characters() -> None:
    *before, choice = render(Outgoing(lines=("a" * 5000,), actions=actions(2)), MANNER)
    assert isinstance(choice, Choice)
    assert "".join(part.body for part in before if isinstance(part, Plain)) + choice.values[0] == "a" * 5000
    assert width(choice.values[0]) <= 1024


UNFIT = [
    ("eleven options", Outgoing(lines=("x",), rows=described(10), actions=actions(1))),
    ("a token too long", Outgoing(lines=("x",), actions=(Action(label="a", token="t" * 201),))),
    ("no token", Outgoing(lines=("x",), actions=(Action(label="a", token=""),))),
    (
        "one token twice",
        Outgoing(lines=("x",), actions=(Action(label="a", token="t"), Action(label="b", token="t"))),
    ),
    (
        "one label twice",
        Outgoing(lines=("x",), actions=(Action(label="a", token="t"), Action(label="a", token="u"))),
    ),
    ("no label", Outgoing(lines=("x",), actions=(Action(label=" ", token="t"),))),
]


@pytest.mark.parametrize("card", [case[1] for case in UNFIT], ids=[case[0] for case in UNFIT])
def test_what_no_widget_shows_fails_in_tests_and_is_numbered_text_in_production(
    card: Outgoing, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ValueError, match=r"option|token|label"):
        render(card, MANNER)
    (text,) = render(card, Manner())
    assert isinstance(text, Plain)
    assert "1 " in text.body
    assert caplog.records[-1].levelno == logging.ERROR


@pytest.mark.parametrize(
    ("card", "cut"),
    [
        (Outgoing(lines=("x",), actions=(Action(label="a" * 21, token="t"),)), "a" * 19 + "…"),
        (Outgoing(lines=("x",), rows=(Action(label="a" * 25, token="t"),)), "a" * 23 + "…"),
        (Outgoing(lines=("x",), rows=(Action(label="a", token="t", description="d" * 73),)), "d" * 71 + "…"),
        (Outgoing(lines=("x",), rows=(Action(label="a", token="t"),), rows_label="r" * 21), "r" * 19 + "…"),
        (Outgoing(lines=("x",), actions=(Action(label="🚨" * 11, token="t"),)), "🚨" * 9 + "…"),
    ],
)
def test_a_label_too_long_fails_in_tests_and_is_cut_aloud_in_production(
    card: Outgoing, cut: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ValueError, match="fit"):
        render(card, MANNER)
    (choice,) = render(card, Manner())
    assert isinstance(choice, Choice)
    assert cut in choice.values
    assert caplog.records[-1].levelno == logging.ERROR


OTHERS = [
    (
        "a photo with its text",
        Outgoing(lines=("Mire",), attachments=(PHOTO,)),
        [Plain(body="Mire", media_url="https://bot.example/m/p1")],
    ),
    (
        "a voice after its text",
        Outgoing(lines=("Oiga",), attachments=(VOICE,)),
        [Plain(body="Oiga"), Plain(media_url="https://bot.example/m/v1")],
    ),
    (
        "two photos",
        Outgoing(lines=("Mire",), attachments=(PHOTO, PHOTO)),
        [
            Plain(body="Mire", media_url="https://bot.example/m/p1"),
            Plain(media_url="https://bot.example/m/p1"),
        ],
    ),
    ("a photo and nothing", Outgoing(attachments=(PHOTO,)), [Plain(media_url="https://bot.example/m/p1")]),
    (
        "a text too long to stand under a photo",
        Outgoing(lines=("a" * 1025,), attachments=(PHOTO,)),
        [Plain(body="a" * 1025), Plain(media_url="https://bot.example/m/p1")],
    ),
    (
        "a pin goes ahead",
        Outgoing(lines=("Aquí",), pin=Point(18.5, -88.3), pin_label="Parque | *centro*"),
        [Plain(body="Parque ∗centro∗", pin="geo:18.500000,-88.300000|Parque ∗centro∗"), Plain(body="Aquí")],
    ),
    (
        "a pin without a name",
        Outgoing(pin=Point(18.5, -88.3)),
        [Plain(body="Ubicación", pin="geo:18.500000,-88.300000|Ubicación")],
    ),
    (
        "a template and nothing else",
        Outgoing(
            lines=("largo",),
            actions=actions(2),
            template=TemplateUse(name="novedad", variables=("1234-5678", "a\nb\t  c", "")),
        ),
        [Template(name="novedad", values=("1234-5678", "a b c", "-"))],
    ),
]


@pytest.mark.parametrize(("card", "parts"), [case[1:] for case in OTHERS], ids=[case[0] for case in OTHERS])
def test_pins_files_templates(card: Outgoing, parts: list[Plain]) -> None:
    assert render(card, MANNER) == parts


def test_files_go_before_the_buttons_that_ask_about_them() -> None:
    parts = render(Outgoing(lines=("¿Es esta?",), attachments=(PHOTO,), actions=actions(2)), MANNER)
    assert [type(part) for part in parts] == [Plain, Choice]


def test_a_file_without_public_address_is_dropped_aloud(caplog: pytest.LogCaptureFixture) -> None:
    assert render(Outgoing(lines=("Mire",), attachments=(PHOTO,)), Manner()) == [Plain(body="Mire")]
    assert "dropped" in caplog.text


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=400), limit=st.integers(min_value=5, max_value=60))
def test_split_loses_no_word_and_keeps_the_limit(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(0 < width(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=300))
def test_whatever_a_person_writes_stays_plain(text: str) -> None:
    plain = neutral(text)
    assert "`" not in plain
    assert not any(0xD800 <= ord(letter) <= 0xDFFF or letter == "\x00" for letter in plain)
    value = template_value(text)
    assert 0 < len(value) <= 200
    assert value == " ".join(value.split())


# Over the wire


async def test_buttons_arrive_and_come_back_as_a_tap(
    served: WhatsAppChannel, twilio: FakeTwilio, vecina: Address, core
) -> None:
    sent = await served.send(vecina, Outgoing(lines=("¿Enviar?",), actions=actions(2)), reference="ob:1")
    card = twilio.messages[sent]
    assert card.buttons == [("Opción 1", "t:1"), ("Opción 2", "t:2")]
    assert card.reference == "ob:1"
    assert card.form["From"] == twilio.sender
    assert card.form["ValidityPeriod"] == "3600"
    assert await twilio.tap(VECINA, "Opción 2") == 200
    tap = core.inbound[0]
    assert (tap.kind, tap.token, tap.text, tap.card_id) == ("tap", "t:2", "Opción 2", sent)


async def test_a_list_arrives_and_comes_back_as_a_tap(
    served: WhatsAppChannel, twilio: FakeTwilio, vecina: Address, core
) -> None:
    sent = await served.send(vecina, Outgoing(title="Tipo", lines=("¿Qué pasa?",), rows=described(10)))
    assert twilio.messages[sent].rows[9] == ("Tipo 10", "k:10", "Es el 10")
    await twilio.tap(VECINA, "Tipo 10")
    assert (core.inbound[0].token, core.inbound[0].card_id) == ("k:10", sent)


@pytest.mark.parametrize("count", range(1, 11))
async def test_every_shape_of_choice_is_accepted(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address, count: int
) -> None:
    for card in (
        Outgoing(lines=("¿?",), actions=actions(count)),
        Outgoing(lines=("¿?",), rows=described(count)),
    ):
        sent = await channel.send(vecina, card)
        assert len(twilio.messages[sent].labels) == count


async def test_only_the_last_message_of_a_card_reports_back(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address
) -> None:
    sent = await channel.send(vecina, Outgoing(lines=("a" * 1500, "b" * 1500)), reference="ob:1")
    first, last = twilio.sent
    assert last.sid == sent
    assert "StatusCallback" not in first.form
    assert last.form["StatusCallback"] == "https://bot.example/twilio/status?ref=ob:1"


async def test_media_and_pin_fields(channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address) -> None:
    await channel.send(vecina, Outgoing(lines=("Mire",), attachments=(PHOTO,), pin=Point(18.5, -88.3)))
    pin, photo = twilio.sent
    assert pin.form["PersistentAction"] == "geo:18.500000,-88.300000|Ubicación"
    assert (photo.form["MediaUrl"], photo.body) == ("https://bot.example/m/p1", "Mire")


async def test_outside_the_window_a_template_goes_and_a_text_fails_later(
    served: WhatsAppChannel, twilio: FakeTwilio, vecina: Address, core, clock
) -> None:
    novedad = {"types": {"twilio/text": {"body": "Hay novedades de {{1}}."}}, "variables": {"1": "x"}}
    served._templates["novedad"] = twilio.add_content(novedad, approved=True)
    clock.forward(hours=25)
    use = TemplateUse(name="novedad", variables=("1234-5678",))
    sent = await served.send(vecina, Outgoing(lines=("x",), template=use))
    assert twilio.messages[sent].body == "Hay novedades de 1234-5678."
    await served.send(vecina, Outgoing(lines=("hola",)), reference="ob:2")
    await twilio.settled()
    (receipt,) = core.receipts
    assert (receipt.status, receipt.error, receipt.raw["ref"]) == ("failed", "63016", "ob:2")
    assert receipt.raw["failure"] == Failure.WINDOW_CLOSED


async def test_an_unknown_template_is_our_fault(channel: WhatsAppChannel, vecina: Address) -> None:
    with pytest.raises(SendError) as refused:
        await channel.send(vecina, Outgoing(template=TemplateUse(name="otra")))
    assert refused.value.failure == Failure.MISCONFIGURED


async def test_an_empty_card_is_refused_here(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address
) -> None:
    with pytest.raises(SendError, match="permanent"):
        await channel.send(vecina, Outgoing())
    assert twilio.calls == []


@pytest.mark.parametrize(
    "to", ["whatsapp:+5219831234567", "whatsapp:MX.13491208655302741918", "+529831234567"]
)
async def test_one_answers_to_the_address_that_wrote(
    channel: WhatsAppChannel, twilio: FakeTwilio, to: str
) -> None:
    await channel.send(Address("whatsapp", to), Outgoing(lines=("hola",)))
    assert twilio.sent[0].to.removeprefix("whatsapp:") == to.removeprefix("whatsapp:")


NAUGHTY = [
    *(
        "undefined",
        "NULL",
        "1/0",
        "<script>alert(1)</script>",
        "'; DROP TABLE reports; --",
        "{{1}} {{2}}",
        '{"1":"x"}',
    ),
    *(
        "../../../etc/passwd",
        "%s%n%x",
        "\u202eabc",
        "Z̮̞̠͙͔ͅA̡L̟G",
        "👩‍👩‍👧‍👦🏳️‍🌈",
        "ﷺ",
        "\u200b\ufeff",
        "مرحبا",
        "ÅÍÎÏ˝",
        "\x7f\x1b[31m",
    ),
    *(
        "*" * 500,
        "_" * 500,
        "`" * 500,
        "~*_`" * 200,
        "\n" * 50,
        "\t\t\t",
        "a&b=c+d%20e",
        "\\",
        '"',
        "\ud83d",
        "\x00",
    ),
]


@pytest.mark.parametrize("naughty", NAUGHTY)
async def test_naughty_strings_go_and_come(
    served: WhatsAppChannel, twilio: FakeTwilio, vecina: Address, core, naughty: str
) -> None:
    buttons = (
        Action(label="Sí", token=f"t:{naughty}"[:200].replace("\ud83d", "")),
        Action(label="No", token="n"),
    )
    await served.send(vecina, Outgoing(title="T", lines=("a", naughty, "b"), actions=buttons))
    assert twilio.last(VECINA).buttons[0][0] == "Sí"
    sendable = naughty.replace("\ud83d", "")
    assert await twilio.say(VECINA, sendable) == 200
    assert core.inbound[0].text == sendable.replace("\x00", "")


@given(st.dictionaries(st.from_regex(r"[A-Za-z]{1,10}", fullmatch=True), st.text(), max_size=5))
def test_a_form_is_written_as_the_standard_library_writes_it(form: dict[str, str]) -> None:
    assert encoded(form) == urlencode(form).encode()
