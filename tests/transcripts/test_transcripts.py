"""Whole talks, as they are read on the phones: each file is what people did and what everybody then saw.

A line `>>> vecina: text` is written, `>>> oficial! label` tapped, `>>> vecina@ lat,lon` a pin, `>>> vecina* voz` a
voice note, `>>> vecina# foto` a picture, `>>> +3` minutes that pass, `>>> canal whatsapp` the resident's network.
`>>> grupo: text` is said by the supervisor in a group of the sector.
`>>> dependencia done El jueves` is an office that opens the newest link and answers so; alone it only opens it.
Everything else in the file is the answer. After a change on purpose: RENEW=1 uv run pytest tests/transcripts
"""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest
from PIL import Image

from bot.channels.simulator import Manner
from handlers.officer.cards import LIGHTS
from tests.support.office import Browser, words_of
from tests.support.talker import Town, town

HERE = Path(__file__).parent
FOLIO = re.compile(r"\b\d{4}-\d{4}\b")
CHECK = re.compile(r"((?:control es|Ve el número) )\d{4}")
LINK = re.compile(r"http://[\w.:]+/oficina/[\w-]{43}")
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}\b")


@pytest.mark.parametrize("name", sorted(path.stem for path in HERE.glob("*.txt")))
async def test_the_talk_reads_as_written(name: str, tmp_path: Path) -> None:
    """Nothing on any phone differs from the file."""
    file = HERE / f"{name}.txt"
    written = file.read_text(encoding="utf-8")
    played = await play(written, tmp_path)
    if os.environ.get("RENEW"):
        file.write_text(played, encoding="utf-8")
    assert played == written
    assert WRONG not in played
    assert APOLOGY not in played


async def play(written: str, folder: Path) -> str:
    """Do what the file says and write down what is seen."""
    out: list[str] = []
    async with town(folder) as place:
        if ">>> grupo" in written:
            place.grupo = place.group("grupo")
        phones = (*PHONES, "grupo") if hasattr(place, "grupo") else PHONES
        seen: dict[str, list[str]] = {}
        shown = Names()
        for line in written.splitlines():
            if line.startswith("#"):
                out.append(line)
            elif line.startswith(">>> "):
                out += ["", line] if out else [line]
                try:
                    out += [shown.steady(text) for text in await act(place, shown.real(line[4:]))]
                except AssertionError as wrong:
                    out.append(f"{WRONG} {wrong}")
                for phone in phones:
                    out += [shown.steady(text) for text in news(place, phone, seen)]
        assert place.demo.channel.problems == []
    return "\n".join(out) + "\n"


WRONG = "!!!"
APOLOGY = "Tuvimos un problema"
PHONES = ("vecina", "oficial", "oficial2", "supervisora")


async def act(place: Town, what: str) -> list[str]:
    """One thing that somebody does; what they then read elsewhere than on a phone."""
    if what.startswith("+"):
        await place.later(minutes=float(what[1:]))
        return []
    if what.startswith("canal "):
        place.demo.channel.switch("vecina", Manner(what.removeprefix("canal ")))
        return []
    if what.startswith("dependencia"):
        return await of_an_office(place, what.split(" ", 2)[1:])
    found = re.match(r"(\w+)([:!@*#])\s?(.*)$", what)
    assert found, what
    phone, sign, argument = getattr(place, found[1]), found[2], found[3]
    if sign == ":":
        await phone.says(argument.replace("\\n", "\n"))
    elif sign == "!":
        await phone.taps(argument)
    elif sign == "@":
        await phone.locates(*map(float, argument.split(",")))
    elif sign == "*":
        await phone.sends_voice()
    else:
        await phone.sends_photo(picture())
    return []


async def of_an_office(place: Town, said: list[str]) -> list[str]:
    """An office opens the newest link that anybody was shown, and answers or not."""
    shown = "\n".join("\n".join(drawn(b)) for phone in PHONES for b in getattr(place, phone).heard)
    browser, link = Browser(place.demo.app), LINK.findall(shown)[-1]
    page = await browser.answers(link, *said) if said else await browser.opens(link)
    await place.demo.app.settle()
    first, *rest = words_of(page.text).split("\n")
    return [f"dependencia < {first}", *(f"    {text}" for text in rest)]


def picture() -> bytes:
    """A small real JPEG."""
    image = io.BytesIO()
    Image.new("RGB", (32, 24), (200, 120, 40)).save(image, "JPEG")
    return image.getvalue()


def news(place: Town, name: str, seen: dict[str, list[str]]) -> list[str]:
    """What a phone shows that it did not show before: new bubbles (<) and those edited in place (~)."""
    changed: list[list[str]] = []
    for bubble in getattr(place, name).heard:
        before, now = seen.get(bubble.id), drawn(bubble)
        seen[bubble.id] = now
        if now != before:
            sign = "<" if before is None else "~"
            changed.append([f"{name} {sign} {now[0]}", *now[1:]])
    # alerts leave on a lane of their own: they may overtake, or be overtaken by, what is said beside them
    changed.sort(key=lambda lines: not any(light in lines[0] for light in LIGHTS.values()))
    return [line for lines in changed for line in lines]


def drawn(bubble) -> list[str]:
    """A bubble with its buttons and rows."""
    texts = [text for part in (bubble.title, *bubble.lines) if part for text in part.split("\n")]
    lines = [texts[0] if texts else "", *(f"    {text}" for text in texts[1:])]
    if bubble.form.buttons:
        lines.append("    " + " ".join(f"[{action.label}]" for action in bubble.form.buttons))
    lines += [
        f"    · {row.label}" + (f" — {row.description}" if row.description else "")
        for row in bubble.form.rows
    ]
    if bubble.pin:
        lines.append("    (pin)")
    lines += [f"    ({file.kind.value})" for file in bubble.files]
    return lines


class Names:
    """Random numbers under steady names: FOLIO-1, CODIGO-1."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def steady(self, text: str) -> str:
        """With names instead of numbers."""
        text = FOLIO.sub(lambda m: self._name("FOLIO", m[0]), text)
        text = CHECK.sub(r"\1####", text)
        text = LINK.sub(lambda m: self._name("ENLACE", m[0]), text)
        text = CODE.sub(lambda m: self._name("CODIGO", m[0]), text)
        return text.rstrip()

    def real(self, text: str) -> str:
        """With the numbers behind the names."""
        for number, name in self._known.items():
            text = text.replace(name, number)
        return text

    def _name(self, kind: str, number: str) -> str:
        n = sum(name.startswith(kind) for name in self._known.values()) + 1
        return self._known.setdefault(number, f"{kind}-{n}")
