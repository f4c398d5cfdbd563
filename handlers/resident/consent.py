"""The privacy notice in one card and one tap; what was already written waits."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from bot.questions import Option, choose
from bot.texts import Texts
from handlers.here import Here


def consent(t: Texts, here: Here) -> Generator[Any, Any, bool]:
    """One card, one tap; what was already written waits."""
    short = t.long.article("privacy-short.md")
    accept = Option("accept", "yes", t("Acepto"), style="primary", words=("si acepto", "acepto todo"))
    read = Option("read", "read", t("Leer aviso"), words=("leer", "aviso"))
    refuse = Option("no", "no", t("Ahora no"))
    ask = t("Para tomar su reporte necesito que acepte el aviso de privacidad.")
    brief = (ask, t("Su nombre no hace falta. Lo que escriba lo ve solo quien deba atenderlo."))
    first = yield from choose("consent", brief, [accept, read, refuse])
    if first == "read":
        lines = (*short.blocks, *_link(t, here), ask)
        first = yield from choose("consent_read", lines, [accept, refuse], title=short.head["title"])
    return bool(first == "accept")


def _link(t: Texts, here: Here) -> tuple[str, ...]:
    link = here.municipality.privacy.link
    return (t("Aviso completo: {link}", link=link),) if link else ()
