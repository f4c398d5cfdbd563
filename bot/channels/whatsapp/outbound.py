"""A card becomes what WhatsApp can show: texts, one choice, files, a pin, or an approved template. Pure."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from bot.channels.whatsapp.inbound import clean
from bot.channels.whatsapp.shells import Shell
from bot.domain.territory import Point
from bot.messages import WHATSAPP, Action, Attachment, AttachmentKind, Outgoing

log = logging.getLogger(__name__)

MAX_ROWS_LABEL = 20
MAX_TEMPLATE_VARIABLE = 200
_CAPTIONED = {AttachmentKind.PHOTO, AttachmentKind.VIDEO}  # WhatsApp shows no caption on the others

# Signs that would become bold, italic, struck or code; one between two letters (`folio_2`) never does.
_MARKER = re.compile(r"(?<![^\W_])[*_~]|[*_~](?![^\W_])|`")
_LOOKALIKE = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"}


class Unfit(ValueError):
    """The choice can't be shown as buttons or a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The few words that only this channel needs."""

    by_number: str = "Conteste con el número de su opción."
    share_location: str = "Para mandar su ubicación: toque el clip 📎 y luego «Ubicación»."
    choose: str = "Elija una opción:"
    open_list: str = "Ver opciones"
    pin: str = "Ubicación"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How this installation renders."""

    words: Words = Words()
    media_url: Callable[[str], str] | None = None  # media id -> signed public address
    strict: bool = False  # a label that does not fit: an error (tests), or cut and logged


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A text, with a file or a pin, or alone."""

    body: str = ""
    media_url: str = ""
    pin: str = ""

    def form(self) -> dict[str, str]:
        """Twilio's fields."""
        fields = {"Body": self.body, "MediaUrl": self.media_url, "PersistentAction": self.pin}
        return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Buttons or a list; as numbered text where the shell can't be had."""

    shell: Shell
    values: tuple[str, ...]
    in_words: Callable[[], tuple[Plain, ...]]  # made when it is needed: rarely

    @property
    def numbered(self) -> tuple[Plain, ...]:
        """The same choice as numbered text."""
        return self.in_words()

    def form(self, content_sid: str) -> dict[str, str]:
        """Twilio's fields."""
        return content_form(content_sid, self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """An approved text."""

    name: str
    values: tuple[str, ...]


Part = Plain | Choice | Template


def content_form(content_sid: str, values: Sequence[str]) -> dict[str, str]:
    """Twilio's fields for a content and its variables, numbered from 1."""
    fields = {"ContentSid": content_sid}
    if values:
        numbered = {str(number): value for number, value in enumerate(values, start=1)}
        fields["ContentVariables"] = msgspec.json.encode(numbered).decode()
    return fields


def render(card: Outgoing, manner: Manner) -> list[Part]:
    """The messages that say this card, in order; the last one is the card's own, with its buttons."""
    if card.template:
        return [Template(name=card.template.name, values=tuple(map(template_value, card.template.variables)))]
    files = list(_files(card.attachments, manner))
    text = _text(card, manner)
    options = card.rows + card.actions
    parts: list[Part] = [*_pin(card.pin, card.pin_label or manner.words.pin)] if card.pin else []
    if options:
        return parts + [file for _, file in files] + _choice(card, text, options, manner)
    if files and files[0][0] in _CAPTIONED and 0 < width(text) <= WHATSAPP.interactive_text:
        files[0] = (files[0][0], Plain(body=text, media_url=files[0][1].media_url))
        text = ""
    return parts + _plain(text) + [file for _, file in files]


def _text(card: Outgoing, manner: Manner) -> str:
    """Everything that is read. The toast only where nothing else would be said."""
    title = " ".join(neutral(card.title).split())
    lines = [f"*{title}*"] if title else []
    lines += [neutral(line) for line in card.lines]
    if card.contact:  # a number in a text is one tap away from the phone's list
        lines.append(neutral(f"{card.contact.name}: {card.contact.phone}"))
    if card.asks_location:
        lines.append(manner.words.share_location)
    if not lines and not (card.attachments or card.pin or card.rows or card.actions):
        lines.append(neutral(card.toast))
    return "\n".join(lines).strip()


def neutral(text: str) -> str:
    """What a person wrote, without signs that would become markup; WhatsApp has no escape for them."""
    return _MARKER.sub(lambda sign: _LOOKALIKE[sign[0]], clean(text))


def _plain(text: str) -> list[Part]:
    return [Plain(body=piece) for piece in split(text, WHATSAPP.max_text)]


def _pin(point: Point, label: str) -> Iterator[Plain]:
    """WhatsApp shows a pin as a message of its own, named by its body."""
    named = " ".join(neutral(label).replace("|", " ").split())[:200]
    yield Plain(body=named, pin=f"geo:{point.lat:.6f},{point.lon:.6f}|{named}")


def _files(attachments: Sequence[Attachment], manner: Manner) -> Iterator[tuple[AttachmentKind, Plain]]:
    """A message each: WhatsApp takes one file at a time, from a public address."""
    for attachment in attachments:
        if manner.media_url is None:
            log.error("attachment dropped: no public address for media", extra={"action": "whatsapp.dropped"})
            continue
        yield attachment.kind, Plain(media_url=manner.media_url(attachment.reference))


# Choices


def _choice(card: Outgoing, text: str, options: Sequence[Action], manner: Manner) -> list[Part]:
    """Up to three actions as buttons, up to ten options as a list, more as numbered text."""
    before, body = _interactive_text(text or manner.words.choose)

    def numbered() -> tuple[Plain, ...]:
        return tuple(_numbered(body, options, manner.words))

    try:
        shell, values = _shell(card, body, options, manner)
    except Unfit as reason:
        if manner.strict:
            raise
        log.error("choice sent as text: %s", reason, extra={"action": "whatsapp.unfit"})
        return [*before, *numbered()]
    return [*before, Choice(shell=shell, values=values, in_words=numbered)]


def _interactive_text(text: str) -> tuple[list[Part], str]:
    """A text too long to carry buttons goes ahead; its last line, the question, carries them."""
    if width(text) <= WHATSAPP.interactive_text:
        return [], text
    lines = text.split("\n")
    question = split(lines[-1], WHATSAPP.interactive_text)
    return _plain("\n".join([*lines[:-1], *question[:-1]])), question[-1]


def _shell(
    card: Outgoing, body: str, options: Sequence[Action], manner: Manner
) -> tuple[Shell, tuple[str, ...]]:
    if len({each.token for each in options}) < len(options):
        raise Unfit("two options with one token")
    if any(not each.token or len(each.token) > WHATSAPP.max_token for each in options):
        raise Unfit("a token that WhatsApp does not carry")
    if not card.rows and len(options) <= WHATSAPP.max_buttons:
        return _buttons(body, options, manner)
    if len(options) <= WHATSAPP.max_rows:
        return _list(card, body, options, manner)
    raise Unfit("more than ten options")


def _buttons(body: str, actions: Sequence[Action], manner: Manner) -> tuple[Shell, tuple[str, ...]]:
    labels = [fitted(each.label, WHATSAPP.button_label, manner) for each in actions]
    if len(set(labels)) < len(labels):
        raise Unfit("two buttons with one label")  # Meta refuses the message
    values = [body]
    for label, action in zip(labels, actions, strict=True):
        values += [label, action.token]
    return Shell(kind="quick-reply", described=(False,) * len(actions)), tuple(values)


def _list(card: Outgoing, body: str, rows: Sequence[Action], manner: Manner) -> tuple[Shell, tuple[str, ...]]:
    values = [body, fitted(card.rows_label or manner.words.open_list, MAX_ROWS_LABEL, manner)]
    described = []
    for row in rows:
        values += [fitted(row.label, WHATSAPP.row_label, manner), row.token]
        described.append(bool(row.description.strip()))
        if described[-1]:
            values.append(fitted(row.description, WHATSAPP.row_description, manner))
    return Shell(kind="list-picker", described=tuple(described)), tuple(values)


def fitted(label: str, limit: int, manner: Manner) -> str:
    """One line that WhatsApp accepts. Our own labels are tested to fit; a municipality's may not."""
    flat = " ".join(clean(label).split())
    if not flat:
        raise Unfit("an empty label")
    if width(flat) <= limit:
        return flat
    if manner.strict:
        raise ValueError(f"label of {width(flat)} characters, {limit} fit: {flat!r}")
    log.error("label cut to %d characters", limit, extra={"action": "whatsapp.cut"})
    return _head(flat, limit - 1).rstrip() + "…"


def _numbered(body: str, options: Sequence[Action], words: Words) -> Iterator[Plain]:
    """The same choice in words: rows first, then actions, counted from 1."""
    lines = [f"{number} {_in_words(each)}" for number, each in enumerate(options, start=1)]
    for piece in split("\n".join([body, "", *lines, "", words.by_number]), WHATSAPP.max_text):
        yield Plain(body=piece)


def _in_words(option: Action) -> str:
    told = f"{option.label} ({option.description})" if option.description.strip() else option.label
    return " ".join(neutral(told).split())


# Lengths and variables


def width(text: str) -> int:
    """Length as the phone networks count it: an emoji is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, limit: int) -> list[str]:
    """Pieces of at most `limit`, cut between lines, else between words, else anywhere."""
    pieces = [""]
    for short in (piece for line in text.split("\n") for piece in _cut(line, limit)):
        joined = f"{pieces[-1]}\n{short}" if pieces[-1] else short
        if width(joined) <= limit:
            pieces[-1] = joined
        else:
            pieces.append(short)
    return [piece.strip() for piece in pieces if piece.strip()]


def _cut(line: str, limit: int) -> Iterator[str]:
    while width(line) > limit:
        head = _head(line, limit)
        words = head.rpartition(" ")[0].rstrip()
        yield words or head
        line = line[len(words or head) :].lstrip()
    yield line


def _head(text: str, limit: int) -> str:
    """The longest beginning of that width, never half an emoji."""
    head = text[:limit]
    while width(head) > limit:
        head = head[: -max(1, (width(head) - limit) // 2)]
    return head


def template_value(text: str) -> str:
    """A variable as Meta takes it in a template: no line breaks, tabs or runs of spaces, never empty.

    Those of our own shells keep their lines: nothing is approved there, the window is open.
    """
    flat = " ".join(neutral(text).split())
    return _head(flat, MAX_TEMPLATE_VARIABLE) or "-"


def resembles(card: Outgoing, body: str, manner: Manner) -> bool:
    """May this listed message be the last part of this card? Twilio lists the words, no content id."""
    last = render(card, manner)[-1]
    if isinstance(last, Template):
        return bool(last.values) and all(value in body for value in last.values)
    if isinstance(last, Plain):
        return body.strip() == last.body
    return body.strip() in {last.values[0], last.numbered[-1].body} or body.startswith(last.values[0] + "\n")
