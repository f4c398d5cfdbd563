"""Long texts as Markdown: notices, tips, advice. The municipality's own go before those of the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

CONTENT = Path(__file__).resolve().parent.parent / "locales" / "content"
SOURCE = "es"

Content = Mapping[tuple[str, str], str]  # language and name -> text


@dataclass(frozen=True, slots=True)
class Article:
    """A long text: what its head says, and its blocks, each short enough for one message."""

    head: Mapping[str, str]
    blocks: tuple[str, ...]


class LongTexts:
    """Those of one language. What the municipality wrote in Spanish only is read in Spanish: true before familiar."""

    def __init__(self, locale: str, own: Content | None = None) -> None:
        self._locale = locale
        self._own = own or {}

    def text(self, name: str) -> str:
        """A text as it is written. Raises FileNotFoundError."""
        for code in (self._locale, SOURCE):
            if (code, name) in self._own:
                return self._own[code, name]
        return packaged(self._locale, name)

    def article(self, name: str) -> Article:
        """A text with a head. Raises FileNotFoundError."""
        return read_article(self.text(name))

    def sections(self, name: str) -> Mapping[str, str]:
        """Many short texts in one file, by their slugs."""
        return read_sections(self.text(name))

    def subjects(self, folder: str) -> tuple[str, ...]:
        """The names of the articles in a folder, in the order of their labels."""
        own = {Path(name).stem for code, name in self._own if Path(name).parent == Path(folder)}
        names = own | {path.stem for path in (CONTENT / SOURCE / folder).glob("*.md")}
        return tuple(sorted(names, key=lambda name: self.article(f"{folder}/{name}.md").head["label"]))


@lru_cache(maxsize=256)
def packaged(locale: str, name: str) -> str:
    """A text of the package, in Spanish when the language lacks it. Raises FileNotFoundError."""
    for code in (locale, SOURCE):
        path = CONTENT / code / name
        if path.exists():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError(name)


@lru_cache(maxsize=256)
def read_article(text: str) -> Article:
    """`key: value` lines, a line `---`, blocks with an empty line between them."""
    head, _, body = text.partition("\n---\n")
    pairs = (line.partition(":") for line in head.splitlines() if ":" in line)
    return Article({key.strip(): value.strip() for key, _, value in pairs}, _blocks(body))


@lru_cache(maxsize=64)
def read_sections(text: str) -> Mapping[str, str]:
    """`## slug`, then its text."""
    parts = text.split("\n## ")
    named = (part.removeprefix("## ").partition("\n") for part in parts if part.strip())
    return {slug.strip(): unmarked(text.strip()) for slug, _, text in named}


def unmarked(text: str) -> str:
    """Without the asterisks of Markdown: cards are plain."""
    return text.replace("**", "")


def _blocks(body: str) -> tuple[str, ...]:
    return tuple(unmarked(block.strip()) for block in body.split("\n\n") if block.strip())
