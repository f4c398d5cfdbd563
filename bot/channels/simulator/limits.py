"""What each manner shows of a card, and what it refuses: the real limits of the two networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.channels import Failure, SendError
from bot.messages import TELEGRAM, WHATSAPP, Action, Capabilities, Outgoing, TemplateUse


class Manner(StrEnum):
    """Which of the two networks a phone behaves like."""

    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"


CAPABILITIES: Mapping[Manner, Capabilities] = {Manner.TELEGRAM: TELEGRAM, Manner.WHATSAPP: WHATSAPP}
SHOWN_AS: Mapping[Manner, str] = {Manner.TELEGRAM: "Telegram", Manner.WHATSAPP: "WhatsApp"}
LIST_WORD = "Ver opciones"  # opens a list that came without a word of its own
LIST_WORD_LENGTH = 20


class LimitBroken(SendError, ValueError):
    """The network would refuse this card: our bug, so it is shown on the phone and never cut quietly."""

    def __init__(self, limit: str, explanation: str) -> None:
        super().__init__(Failure.PERMANENT, f"limit:{limit}")
        self.explanation = explanation  # Spanish, for the screen; may quote the card, so never logged


@dataclass(frozen=True, slots=True)
class Form:
    """How a card's choices are laid out on one network."""

    buttons: tuple[Action, ...] = ()
    rows: tuple[Action, ...] = ()  # Telegram: full-width buttons; WhatsApp: a list that opens
    rows_label: str = ""

    @property
    def choices(self) -> tuple[Action, ...]:
        """Everything that can be tapped."""
        return self.rows + self.buttons


def form_of(message: Outgoing, manner: Manner) -> Form:
    """The layout of a card's choices. Raises LimitBroken when the network would refuse the card."""
    form = _laid_out(message, manner)
    for limit, explanation in _broken(message, form, manner):
        raise LimitBroken(limit, f"{SHOWN_AS[manner]} no lo acepta: {explanation}")
    return form


def _laid_out(message: Outgoing, manner: Manner) -> Form:
    """WhatsApp has either three buttons or one list; Telegram has both."""
    opens = bool(message.rows) or len(message.actions) > WHATSAPP.max_buttons
    if manner is Manner.WHATSAPP and opens:
        return Form(rows=message.rows + message.actions, rows_label=message.rows_label or LIST_WORD)
    return Form(buttons=message.actions, rows=message.rows, rows_label=message.rows_label)


def _broken(message: Outgoing, form: Form, manner: Manner) -> Iterator[tuple[str, str]]:
    can = CAPABILITIES[manner]
    yield from _broken_counts(message, form, can)
    for action in form.buttons:
        yield from _too_long("button_label", "el botón", action.label, can.button_label)
    for action in form.rows:
        yield from _too_long("row_label", "la fila", action.label, can.row_label)
        yield from _too_long("row_description", "la descripción", action.description, can.row_description)
    yield from _too_long("rows_label", "la palabra que abre la lista", form.rows_label, LIST_WORD_LENGTH)
    yield from _broken_choices(form, can, manner)


def _broken_counts(message: Outgoing, form: Form, can: Capabilities) -> Iterator[tuple[str, str]]:
    if form.choices and not message.text:
        yield "text", "hay botones y ningún texto."
    if len(form.buttons) > can.max_buttons:
        yield "buttons", f"hay {len(form.buttons)} botones y caben {can.max_buttons}."
    if len(form.rows) > can.max_rows:
        yield "rows", f"la lista tiene {len(form.rows)} filas y caben {can.max_rows}."


def _too_long(limit: str, what: str, text: str, room: int) -> Iterator[tuple[str, str]]:
    if width(text) > room:
        yield limit, f"{what} «{text}» tiene {width(text)} caracteres y caben {room}."


def width(text: str) -> int:
    """Length as both networks count it: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def _broken_choices(form: Form, can: Capabilities, manner: Manner) -> Iterator[tuple[str, str]]:
    for action in form.choices:
        if not action.label:
            yield "label", "hay un botón sin texto."
        if not 0 < len(action.token.encode()) <= can.max_token:
            yield "token", f"la ficha del botón «{action.label}» no cabe en {can.max_token} bytes."
    labels = [action.label for action in form.buttons]
    if manner is Manner.WHATSAPP and len(set(labels)) < len(labels):
        yield "label", "dos botones dicen lo mismo."
    if len({action.token for action in form.choices}) < len(form.choices):
        yield "token", "dos opciones harían lo mismo."


def template_text(templates: Mapping[str, str], use: TemplateUse) -> str:
    """The approved text with its variables in place. Raises SendError as the provider would."""
    text = templates.get(use.name)
    if text is None:
        raise SendError(Failure.MISCONFIGURED, "63040")
    for number, variable in enumerate(use.variables, start=1):
        text = text.replace(f"{{{{{number}}}}}", " ".join(variable.split()))
    if "{{" in text:
        raise LimitBroken("template", f"a la plantilla «{use.name}» le faltan variables.")
    return text
