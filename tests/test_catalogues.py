"""The words: what the code says is in the catalogues, and a language that is released is whole and fits its buttons."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from datetime import UTC
from functools import cache
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.channels.whatsapp.outbound import width
from bot.texts import LANGUAGES, LOCALES, SOURCE, Texts
from handlers.officer.closing import ENDINGS

ROOT = Path(__file__).parent.parent
KEYWORDS = {"t": None, "later": None, "many": (1, 2)}  # as in .ci/catalogues
RELEASED = [code for code in LANGUAGES if code != SOURCE]
BUTTON, ROW, DESCRIPTION = 20, 24, 72

Id = str | tuple[str, ...]


@cache
def extracted() -> frozenset[Id]:
    """Every msgid that stands in the code now."""
    return frozenset(
        message if isinstance(message, str) else tuple(message)
        for top in ("bot", "handlers")
        for _, _, message, _, _ in extract_from_dir(str(ROOT / top), keywords=KEYWORDS)
    )


@cache
def catalogue(path: Path, locale: str | None = None) -> Catalog:
    """A catalogue as it is on disk."""
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def messages(found: Catalog) -> list[Message]:
    """Its messages, without the head."""
    return [message for message in found if message.id]


def ids(found: Catalog) -> set[Id]:
    """Its msgids."""
    return {message.id if isinstance(message.id, str) else tuple(message.id) for message in messages(found)}


def forms(text: Id | list[str]) -> tuple[str, ...]:
    """The text, or its singular and plural."""
    return (text,) if isinstance(text, str) else tuple(text)


def fields(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def translated(code: str) -> list[Message]:
    """The messages of a released language."""
    return messages(catalogue(LOCALES / code / "LC_MESSAGES" / "messages.po", code))


def test_the_template_is_what_the_code_says() -> None:
    """Else: .ci/catalogues."""
    kept = ids(catalogue(LOCALES / "messages.pot"))
    assert sorted(map(str, extracted() - kept)) == [], "in the code, not in locales/messages.pot"
    assert sorted(map(str, kept - extracted())) == [], "in locales/messages.pot, not in the code"


def test_spanish_needs_no_catalogue() -> None:
    """The msgids are the Spanish: it can't be half translated."""
    assert not (LOCALES / SOURCE).exists()
    t = Texts(SOURCE, UTC)
    assert t("Enviar") == "Enviar"
    assert t.many("Recibí {n} archivo.", "Recibí {n} archivos.", 2) == "Recibí 2 archivos."


@pytest.mark.parametrize("text", sorted({form for found in extracted() for form in forms(found)}))
def test_every_text_can_be_filled_in(text: str) -> None:
    """Braces are closed and every value has a name."""
    assert all(name.isidentifier() for name in fields(text))


@pytest.mark.parametrize("code", RELEASED)
def test_a_released_language_has_every_text(code: str) -> None:
    """Nothing more, nothing less than the template."""
    assert ids(catalogue(LOCALES / code / "LC_MESSAGES" / "messages.po", code)) == set(extracted())


@pytest.mark.parametrize("code", RELEASED)
def test_nothing_is_empty_or_unsure(code: str) -> None:
    """Whoever reads English never meets Spanish, nor a guess."""
    empty = [message.id for message in translated(code) if not all(forms(message.string))]
    unsure = [message.id for message in translated(code) if message.fuzzy]
    assert (empty, unsure) == ([], [])


@pytest.mark.parametrize("code", RELEASED)
def test_placeholders_are_the_same(code: str) -> None:
    """A text for exactly one may leave out the number."""
    wrong = []
    for message in translated(code):
        ours = set().union(*map(fields, forms(message.id)))
        theirs = [fields(form) for form in forms(message.string) if form]
        if any(one - ours or ours - one - ({"n"} if message.pluralizable else set()) for one in theirs):
            wrong.append(message.id)
    assert not wrong


@pytest.mark.parametrize("code", RELEASED)
def test_blanks_at_the_ends_are_kept(code: str) -> None:
    """They indent a line, or part a text from the one before."""
    wrong = []
    for message in translated(code):
        for ours, theirs in zip(forms(message.id), forms(message.string), strict=False):
            if theirs and (edges(ours) != edges(theirs) or ours.count("\n") != theirs.count("\n")):
                wrong.append(ours)
    assert not wrong


def edges(text: str) -> tuple[str, str]:
    """The blanks before and after."""
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


@pytest.mark.parametrize("code", RELEASED)
def test_no_spanish_signs_in_another_language(code: str) -> None:
    """An inverted mark is a text left behind."""
    assert not [
        form for message in translated(code) for form in forms(message.string) if set(form) & set("¿¡")
    ]


# ---- what must fit ----


@cache
def nodes() -> tuple[ast.AST, ...]:
    """All of the code that says something."""
    paths = (path for top in ("bot", "handlers") for path in sorted((ROOT / top).rglob("*.py")))
    return tuple(node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


LABEL_AT = {"button": 0, "Action": 0, "Option": 2}


def name_of(call: ast.Call) -> str:
    """`t` of t(…) and of who.t(…)."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def said(node: ast.expr | None) -> Iterator[str]:
    """The literal texts in an expression: t("…"), also where one is chosen from two."""
    for inner in ast.walk(node) if node is not None else ():
        if isinstance(inner, ast.Call) and name_of(inner) in KEYWORDS:
            yield from (arg.value for arg in inner.args if isinstance(arg, ast.Constant) and arg.value)


def labels_in(call: ast.Call) -> Iterator[str]:
    """What a call puts on a button, in a row, or on the word that opens a list."""
    at = LABEL_AT.get(name_of(call))
    if at is not None:
        yield from said(call.args[at] if len(call.args) > at else None)
        yield from (text for k in call.keywords if k.arg == "label" for text in said(k.value))
    yield from (text for k in call.keywords if k.arg == "rows_label" for text in said(k.value))


@cache
def rows() -> frozenset[str]:
    """The labels that stand in what is called `rows`."""
    lists = (n.value for n in nodes() if isinstance(n, ast.Assign) and "rows" in map(ast.unparse, n.targets))
    inner = (n for value in lists for n in ast.walk(value) if isinstance(n, ast.Call))
    return frozenset(text for call in inner for text in labels_in(call))


@cache
def labels() -> frozenset[str]:
    """The texts that stand on a button or in a row."""
    calls = (node for node in nodes() if isinstance(node, ast.Call))
    return frozenset({text for _, text in ENDINGS} | {text for call in calls for text in labels_in(call)})


def room(label: str) -> int:
    """What a label may be long; a row has more, and one with a value in it is cut where it is made."""
    return ROW if label in rows() or fields(label) else BUTTON


@cache
def descriptions() -> frozenset[str]:
    """The texts under a row."""
    return frozenset(
        text
        for node in nodes()
        if isinstance(node, ast.keyword) and node.arg == "description"
        for text in said(node.value)
    )


def test_labels_are_found() -> None:
    """The tests below look at something."""
    assert len(labels()) > 40
    assert {"Enviar", "Tomar", "Ver opciones", "Atendido"} <= labels()
    assert descriptions()


@pytest.mark.parametrize("label", sorted(labels()))
def test_a_spanish_label_fits(label: str) -> None:
    """20 characters on a button, 24 in a row."""
    assert width(label) <= room(label)


@pytest.mark.parametrize("code", RELEASED)
def test_labels_of_another_language_fit(code: str) -> None:
    """The same 20 and 24, and 72 under a row."""
    t = Texts(code, UTC)
    assert not {t(label) for label in labels() if width(t(label)) > room(label)}
    assert not {t(text) for text in descriptions() if width(t(text)) > DESCRIPTION}


@pytest.mark.parametrize("code", RELEASED)
def test_two_labels_do_not_become_one(code: str) -> None:
    """Where Spanish has two words for two things to press on one card, so has the other language."""
    t = Texts(code, UTC)
    for pair in (
        ("Sí, ya quedó", "Sigue igual"),
        ("Tomar", "No puedo"),
        ("Enviar", "Corregir"),
        ("Atrás", "Menú"),
    ):
        assert len({t(label) for label in pair}) == len(pair)
