"""From a card to the bubbles that a phone shows, as the channel of that network would send it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from bot.channels import Failure, SendError
from bot.channels.simulator.limits import CAPABILITIES, Form, Manner, form_of, template_text, width
from bot.channels.simulator.screens import Bubble, Phone, Side
from bot.messages import Outgoing

SHARE_LOCATION = "Para mandar su ubicación: toque el clip y luego «Ubicación»."


def draw(phone: Phone, message: Outgoing, now: datetime, templates: Mapping[str, str]) -> list[Bubble]:
    """The bubbles that a card becomes, the last one with its choices; none for a mere toast. Raises SendError.

    1. On WhatsApp an approved text goes as such, and outside the window nothing else does.
    2. Where there are no toasts, a card that is only a toast is said as a message.
    3. A text that is too long goes in pieces.
    4. Where messages can be edited, the card takes the place of the one it replaces.
    """
    if phone.manner is Manner.WHATSAPP:
        if message.template is not None:
            return [_bubble(phone, now, lines=(template_text(templates, message.template),), template=True)]
        if not phone.open_at(now):
            raise SendError(Failure.WINDOW_CLOSED, "63016")
        if not _has_body(message) and message.toast:
            message = Outgoing(lines=(message.toast,))
    elif message.template is not None and not _has_body(message):
        # The phone changed network since the core looked: what the template says is said as a message.
        message = Outgoing(lines=(template_text(templates, message.template),))
    return _free(phone, message, now) if _has_body(message) else []


def _has_body(message: Outgoing) -> bool:
    return bool(
        message.text
        or message.pin
        or message.contact
        or message.attachments
        or message.actions
        or message.rows
    )


def _free(phone: Phone, message: Outgoing, now: datetime) -> list[Bubble]:
    can, form = CAPABILITIES[phone.manner], form_of(message, phone.manner)
    copy = message.copy if phone.manner is Manner.TELEGRAM else ""
    # Telegram has either buttons or its location keyboard under a message; WhatsApp has only words for it.
    asks = message.asks_location and can.asks_location and not (form.choices or copy)
    message = message.with_(lines=_told(message, form, phone.manner, hint=message.asks_location and not asks))
    limit = can.interactive_text if form.choices else can.max_text
    *before, (title, lines) = list(_pieces(message, limit))
    standing = phone.bubble(message.replaces) if can.edits and message.replaces else None
    last = _bubble(
        phone,
        now,
        title=title,
        lines=lines,
        form=form,
        pin=message.pin,
        pin_label=message.pin_label,
        files=message.attachments,
        copy=copy,
        asks_location=asks,
        protected=message.protected and can.protects,
        quiet=message.quiet,
    )
    if standing:
        last = replace(last, id=standing.id, at=standing.at, edited=True)
    return [*(_bubble(phone, now, title=title, lines=lines) for title, lines in before), last]


def _bubble(phone: Phone, now: datetime, **particulars: object) -> Bubble:
    base = Bubble(id=uuid4().hex, side=Side.THEIRS, at=now, manner=phone.manner)
    return replace(base, **particulars)  # type: ignore[arg-type]  # dataclasses.replace checks the names itself


def _told(message: Outgoing, form: Form, manner: Manner, *, hint: bool) -> tuple[str, ...]:
    """Telegram's buttons have no descriptions, so they are told above; the way to send a place likewise."""
    rows = form.rows if manner is Manner.TELEGRAM else ()
    described = (f"▸ {row.label}: {row.description}" for row in rows if row.description)
    contact = (f"📇 {message.contact.name}: {message.contact.phone}",) if message.contact else ()
    return (*message.lines, *contact, *described, *((SHARE_LOCATION,) if hint else ()))


def _pieces(message: Outgoing, limit: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Title and lines of each bubble: cut between lines, and a line that is too long between words."""
    title, lines, used = message.title, list[str](), width(message.title)
    for line in (piece for whole in message.lines for piece in _cut(whole, limit)):
        if used and used + 1 + width(line) > limit:
            yield title, tuple(lines)
            title, lines, used = "", [], 0
        lines.append(line)
        used += 1 + width(line)
    yield title, tuple(lines)


def _cut(line: str, limit: int) -> Iterator[str]:
    while width(line) > limit:
        head = line[: limit // 2] if width(line[:limit]) > limit else line[:limit]
        head = head.rpartition(" ")[0] or head
        yield head
        line = line[len(head) :].lstrip()
    yield line
