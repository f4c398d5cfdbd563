"""Buttons and rows of a card -> reply markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bot.channels.telegram.texts import clean
from bot.messages import Action, Outgoing

Markup = dict[str, Any]
Button = dict[str, Any]

MAX_TOKEN = 64  # bytes of callback data
MAX_COPY = 256
PAIRED_LABEL = 20  # a longer label is cut off by phones when it shares its row
STYLES = frozenset({"primary", "success", "danger"})

LOCATION_BUTTON = "📍 Enviar mi ubicación"
REMOVE: Markup = {"remove_keyboard": True}
ASK_LOCATION: Markup = {
    "keyboard": [[{"text": LOCATION_BUTTON, "request_location": True}]],
    "resize_keyboard": True,
    "one_time_keyboard": True,
}


def inline(card: Outgoing) -> Markup | None:
    """The buttons under a card: rows one by one, then actions, then the copy button. None: it has none."""
    rows = [*([_button(row)] for row in card.rows), *_paired(card.actions), *_copy(card.copy)]
    return {"inline_keyboard": rows} if rows else None


def _paired(actions: Iterable[Action]) -> Iterator[list[Button]]:
    """The primary action alone on its row, the others two by two, in their order."""
    waiting: list[Button] = []
    for action in actions:
        alone = action.style == "primary" or len(action.label) > PAIRED_LABEL
        if waiting and (alone or len(waiting) == 2):
            yield waiting
            waiting = []
        waiting = [*waiting, _button(action)]
        if alone:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _button(action: Action) -> Button:
    if action.url:
        return {"text": clean(action.label), "url": action.url}
    if not 1 <= len(action.token.encode()) <= MAX_TOKEN:
        raise ValueError(f"a token has 1 to {MAX_TOKEN} bytes, this one {len(action.token.encode())}")
    button = {"text": clean(action.label), "callback_data": action.token}
    return {**button, "style": action.style} if action.style in STYLES else button


def _copy(text: str) -> Iterator[list[Button]]:
    if text := clean(text):
        yield [{"text": f"📋 {text[:28]}", "copy_text": {"text": text[:MAX_COPY]}}]
