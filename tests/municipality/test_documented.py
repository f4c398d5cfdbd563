"""Nobody can edit what is not explained: docs/configuracion.md names every field, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.municipality.fields import DAYS, ENDINGS, HEARERS, PRIORITIES, ROLES, TIP_SUBJECTS
from bot.municipality.forms import FILES, OPTIONAL, Form
from bot.municipality.kind_checks import ALWAYS_LISTED
from bot.municipality.sheets import check_form, inner_form
from bot.municipality.words import WORDS
from bot.municipality.yaml_file import parse

DOCUMENT = (Path(__file__).parents[2] / "docs" / "configuracion.md").read_text(encoding="utf-8")
SECTIONS = {part.split("\n", 1)[0].strip(): part for part in DOCUMENT.split("\n## ")}


def fields_of(form: type[Form], above: str = "") -> Iterator[tuple[str, bool]]:
    """Every field as the document names it, and whether it must be given."""
    for info in form.model_fields.values():
        name = f"{above}{info.alias}"
        yield name, info.is_required()
        inner = inner_form(info.annotation)
        if inner is not None:
            yield from fields_of(inner, f"{name}.")


def documented(file: str) -> dict[str, bool]:
    """The rows of a file's table."""
    rows = re.findall(r"^\| `([\w.]+)` \| (sí|) ?\|", SECTIONS[file], re.M)
    return {name: required == "sí" for name, required in rows}


@pytest.mark.parametrize("file", FILES)
def test_every_field_of_a_file_is_explained(file: str) -> None:
    assert documented(file) == dict(fields_of(FILES[file]))


@pytest.mark.parametrize("file", FILES)
def test_the_example_of_a_file_uses_fields_that_exist(file: str) -> None:
    block = re.search(r"```yaml\n(.*?)```", SECTIONS[file], re.S)
    assert block is not None

    sheet = check_form(parse(file, block[1]), FILES[file], date(2026, 6, 1))

    assert [str(p) for p in sheet.problems if not p.text.startswith("falta este dato")] == []


@pytest.mark.parametrize("file", OPTIONAL)
def test_what_may_be_missing_says_so(file: str) -> None:
    assert "Optativo." in SECTIONS[file]


@pytest.mark.parametrize(
    "word", [*TIP_SUBJECTS, *ALWAYS_LISTED, *PRIORITIES, *ROLES, *HEARERS, *ENDINGS, "lunes", "domingo"]
)
def test_every_word_that_may_be_written_is_named(word: str) -> None:
    assert f"`{word}`" in DOCUMENT


def test_days_are_the_seven() -> None:
    assert list(DAYS.values()) == list(range(7))


def test_every_word_of_the_vocabulary_is_used() -> None:
    def names(form: type[Form]) -> Iterator[str]:
        for name, info in form.model_fields.items():
            yield name
            inner = inner_form(info.annotation)
            yield from names(inner) if inner else ()

    assert {name for form in FILES.values() for name in names(form)} == set(WORDS)


def test_tips_that_can_be_named_are_written() -> None:
    folder = Path(__file__).parents[2] / "locales" / "content" / "es"
    written = {path.stem for path in folder.rglob("*.md")}

    assert set(TIP_SUBJECTS) <= written
