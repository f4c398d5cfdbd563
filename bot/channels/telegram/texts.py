"""What may stand in a Telegram message: clean it, measure it as Telegram does, cut it, mark it up."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LIMIT = 4096  # UTF-16 units of a message, counted after the markup is read
UNSENDABLE = re.compile("[\x00\ud800-\udfff]")  # NUL, and halves of a pair that no encoder takes


def clean(text: str) -> str:
    """Without NUL and lone surrogates: neither JSON nor a database takes them."""
    return UNSENDABLE.sub("", text)


def units(text: str) -> int:
    """Length in UTF-16 code units: an emoji counts two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message; only the title is bold."""

    text: str
    bold: bool = False

    @property
    def markup(self) -> str:
        """HTML that Telegram reads back as exactly this line."""
        escaped = html.escape(self.text, quote=False)
        return f"<b>{escaped}</b>" if self.bold and self.text.strip() else escaped


def parts_of(lines: Iterable[Line]) -> list[list[Line]]:
    """The lines packed into as few messages as carry them; a longer line is cut, at a space if it has one."""
    parts: list[list[Line]] = []
    room = 0
    for line in _short_lines(lines):
        cost = units(line.text) + 1
        if not parts or cost > room:
            parts.append([])
            room = LIMIT + 1
        parts[-1].append(line)
        room -= cost
    return [part for part in parts if any(line.text.strip() for line in part)]


def as_html(part: list[Line]) -> str:
    """One message as markup."""
    return "\n".join(line.markup for line in part).strip("\n")


def as_plain(part: list[Line]) -> str:
    """The same message without any markup, for when the markup was refused."""
    return "\n".join(line.text for line in part).strip("\n")


def _short_lines(lines: Iterable[Line]) -> Iterator[Line]:
    for line in lines:
        for text in clean(line.text).split("\n"):
            yield from (Line(piece, line.bold) for piece in _cut(text))


def _cut(text: str) -> Iterator[str]:
    while units(text) > LIMIT:
        end = _fitting(text)
        space = text.rfind(" ", end // 2, end)
        end = space if space > 0 else end
        yield text[:end]
        text = text[end:].lstrip(" ")
    yield text


def _fitting(text: str) -> int:
    """How many characters of the text fit into one message."""
    end = LIMIT
    while units(text[:end]) > LIMIT:
        end -= (units(text[:end]) - LIMIT + 1) // 2
    return end
