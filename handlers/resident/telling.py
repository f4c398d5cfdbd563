"""What happens, in the person's own words: written, spoken, or shown."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from bot.domain.concern import ConcernKind
from bot.messages import AttachmentKind
from bot.questions import Written, write
from bot.texts import Texts
from handlers.resident.told import Told


def tell_what(
    t: Texts, told: Told, kind: ConcernKind, asked: bool
) -> Generator[Any, Any, tuple[str, tuple[str, ...]]]:
    """The description; a first sentence is kept as it is and not asked again."""
    if told.text and not asked:
        return told.text, ()
    more = (
        t("También puede mandar una foto o una nota de voz.")
        if kind.asks_photo
        else t("También puede mandar una nota de voz.")
    )
    empty = t("Escriba qué pasa, o mande una nota de voz.")
    said = yield from write(
        "what",
        (t("Cuénteme con sus palabras: ¿qué pasa?"), more),
        files=True,
        empty=empty,
        too_long=in_parts(t),
    )
    return words_of(t, said), tuple(item.id for item in said.media)


def in_parts(t: Texts) -> str:
    """Of a telling that is too long."""
    return t("Es más de lo que cabe en un mensaje. Mándelo en partes, por favor.")


def shorter(t: Texts) -> str:
    """Of a short answer that is too long."""
    return t("Es más largo de lo que cabe. Dígalo más corto, por favor.")


def words_of(t: Texts, said: Written) -> str:
    if said.text:
        return said.text
    spoken = any(item.kind in (AttachmentKind.VOICE, AttachmentKind.AUDIO) for item in said.media)
    return t("(nota de voz)") if spoken else t("(foto o archivo)")
