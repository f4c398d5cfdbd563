"""No label that we ship is cut on either channel: what does not fit has a short name of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.long_texts import LongTexts
from bot.messages import TELEGRAM, WHATSAPP
from bot.municipality import load
from bot.questions import shortened

BUTTON, ROW, DESCRIPTION = WHATSAPP.button_label, WHATSAPP.row_label, WHATSAPP.row_description
OTHER_LANGUAGE = ("es", "en")


def labels() -> Iterator[tuple[str, str, int]]:
    """Where it stands, what it says, how much fits on the narrower network."""
    town = load()
    for group in town.kinds.groups:
        yield from ((f"row {group.slug}", text, ROW) for text in (group.label, group.label_en))
        yield f"row {group.slug}", group.description, DESCRIPTION
    for kind in town.kinds.kinds:
        yield from ((f"kind {kind.slug}", text, ROW) for text in (kind.short, kind.short_en))
        yield f"kind {kind.slug}", kind.description, DESCRIPTION
        yield from ((f"question back {kind.slug}", label, BUTTON) for label, _ in kind.useful)
        for question in town.questions.get(kind.slug, ()):
            for option in question.options:
                yield from (
                    (f"{kind.slug}.{question.slug}", text, BUTTON) for text in (option.label, option.label_en)
                )
    for contact in town.directory.contacts:
        if contact.built_in:
            continue  # in no list to choose from
        yield f"office {contact.slug}", contact.short or contact.name, ROW
        yield f"office {contact.slug}", contact.purpose, DESCRIPTION
    for locale in OTHER_LANGUAGE:
        long = LongTexts(locale)
        for name in long.subjects("tips"):
            head = long.article(f"tips/{name}.md").head
            yield f"tips {name}", head["label"], ROW
            yield f"tips {name}", head["description"], DESCRIPTION


def test_every_shipped_label_fits_whole() -> None:
    assert [(where, text) for where, text, room in labels() if len(text) > room] == []
    assert TELEGRAM.button_label >= BUTTON
    assert TELEGRAM.row_label >= ROW


def test_two_offices_never_look_the_same() -> None:
    shown = [contact.short or contact.name for contact in load().directory.contacts]
    assert len(set(shown)) == len(shown)


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("Italia", 24, "Italia"),
        ("Servicios Públicos Municipales", 24, "Servicios Públicos…"),
        ("Fraccionamiento-sin-espacios-ninguno", 10, "Fracciona…"),
        ("Uno, dos y tres", 8, "Uno…"),
    ],
)
def test_what_a_town_writes_too_long_is_cut_between_words_and_says_so(
    text: str, limit: int, shown: str
) -> None:
    assert shortened(text, limit) == shown
    assert len(shown) <= limit
