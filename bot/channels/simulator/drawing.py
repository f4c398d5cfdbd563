"""From a card to the bubble that a phone shows, as the network of that phone would."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from bot.channels import Failure, SendError
from bot.channels.simulator.limits import CAPABILITIES, Manner, form_of, template_text
from bot.channels.simulator.screens import Bubble, Phone, Side
from bot.messages import Outgoing


def draw(phone: Phone, message: Outgoing, now: datetime, templates: Mapping[str, str]) -> Bubble | None:
    """The bubble that a card becomes, or None when it is only a toast. Raises SendError.

    1. Outside WhatsApp's window only an approved text goes.
    2. Where there are no toasts, a card that is only a toast is said as a message.
    3. Where messages can be edited, the card takes the place of the one it replaces.
    """
    if not phone.open_at(now):
        return _template(phone, message, now, templates)
    if phone.manner is Manner.WHATSAPP and message.toast and not _has_body(message):
        message = Outgoing(lines=(message.toast,))
    return _free(phone, message, now) if _has_body(message) else None


def _has_body(message: Outgoing) -> bool:
    return bool(message.text or message.pin or message.attachments or message.actions or message.rows)


def _template(phone: Phone, message: Outgoing, now: datetime, templates: Mapping[str, str]) -> Bubble:
    if message.template is None:
        raise SendError(Failure.WINDOW_CLOSED, "63016")
    text = template_text(templates, message.template)
    return Bubble(id=uuid4().hex, side=Side.THEIRS, at=now, manner=phone.manner, lines=(text,), template=True)


def _free(phone: Phone, message: Outgoing, now: datetime) -> Bubble:
    can = CAPABILITIES[phone.manner]
    standing = phone.bubble(message.replaces) if can.edits and message.replaces else None
    return Bubble(
        id=standing.id if standing else uuid4().hex,
        side=Side.THEIRS,
        at=standing.at if standing else now,
        manner=phone.manner,
        title=message.title,
        lines=message.lines,
        form=form_of(message, phone.manner),
        pin=message.pin,
        pin_label=message.pin_label,
        files=message.attachments,
        copy=message.copy if phone.manner is Manner.TELEGRAM else "",
        asks_location=message.asks_location and can.asks_location,
        protected=message.protected and can.protects,
        quiet=message.quiet,
        edited=standing is not None,
    )
