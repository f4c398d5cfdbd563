"""What may stand in a Telegram message: clean it, measure it as Telegram does, cut it, mark it up."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

import msgspec

LIMIT = 4096  # UTF-16 units of a message, counted after the markup is read
UNSENDABLE = re.compile("[\x00\ud800-\udfff]")  # NUL, and halves of a pair that no encoder takes


def clean(text: str) -> str:
    """Without NUL and lone surrogates: neither JSON nor a database takes them."""
    return text if text.isascii() and "\x00" not in text else UNSENDABLE.sub("", text)


def units(text: str) -> int:
    """Length in UTF-16 code units: an emoji counts two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class Line(msgspec.Struct, frozen=True):
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
    every = list(_single_lines(lines))
    short = 2 * sum(len(line.text) + 1 for line in every) <= LIMIT  # a character is two units at most
    parts = [every] if short else _packed(every)
    return [part for part in parts if any(line.text.strip() for line in part)]


def _packed(lines: Iterable[Line]) -> list[list[Line]]:
    parts: list[list[Line]] = [[]]
    room = LIMIT
    for line in lines:
        for piece in _cut(line.text, room):
            cost = units(piece)
            if cost > room:
                parts.append([])
                room = LIMIT
            parts[-1].append(Line(piece, line.bold))
            room -= cost + 1
    return parts


def as_html(part: list[Line]) -> str:
    """One message as markup."""
    return "\n".join(line.markup for line in part).strip("\n")


def as_plain(part: list[Line]) -> str:
    """The same message without any markup, for when the markup was refused."""
    return "\n".join(line.text for line in part).strip("\n")


def _single_lines(lines: Iterable[Line]) -> Iterator[Line]:
    for line in lines:
        text = clean(line.text)
        if text is line.text and "\n" not in text:
            yield line
        else:
            yield from (Line(piece, line.bold) for piece in text.split("\n"))


def _cut(text: str, room: int) -> Iterator[str]:
    """The line in pieces that fit, the first one into the room that is left, unless that is hardly any."""
    limit = room if room > LIMIT // 4 else LIMIT
    while units(text) > LIMIT:
        end = _fitting(text, limit)
        space = text.rfind(" ", end // 2, end)
        end = space if space > 0 else end
        yield text[:end]
        text = text[end:].lstrip(" ")
        limit = LIMIT
    yield text


def _fitting(text: str, limit: int) -> int:
    """How many characters of the text fit into so many units."""
    end = limit
    while (excess := units(text[:end]) - limit) > 0:
        end -= (excess + 1) // 2
    return end
