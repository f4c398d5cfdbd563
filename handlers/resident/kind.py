"""What it is about: a row and a leaf, a name, or a description that triage reads."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bot.domain.concern import ConcernKind
from bot.questions import Option, Reply, choose, choose_or, write
from bot.texts import Texts
from handlers.here import OTHER, Here
from handlers.resident.telling import in_parts, words_of
from handlers.resident.told import Told, heard, read_again

SHORT_TELLING = 3  # words: a first message shorter than this names a kind, it does not describe


def ask_kind(t: Texts, here: Here, told: Told, asked: bool) -> Generator[Any, Any, tuple[ConcernKind, Told]]:
    """The kind, and what is told by now: who describes instead of choosing has told more than the kind."""
    if told.kind and not asked:
        return here.kind(told.kind), told
    picked = yield from _group(t, here)
    if isinstance(picked, str) and picked != OTHER:
        leaves = here.municipality.kinds.under(picked)
        picked = leaves[0] if len(leaves) == 1 else (yield from _leaf(t, here, leaves))
    if picked == OTHER and not told.text:
        picked = yield from _in_own_words(t, here)
    if isinstance(picked, Told):
        return here.kind(picked.kind or OTHER), _merged(told, picked)
    return (here.kind(OTHER) if picked == OTHER else picked), told


def _group(t: Texts, here: Here) -> Generator[Any, Any, Any]:
    """A row, a kind by its name, or a description."""
    title = t("¿De qué se trata?")
    lines = (t("Elija un número o escríbalo con sus palabras."),)
    return (
        yield from choose_or(
            "kind", lines, _rows(t, here), lambda r: described(here, r), title=title, as_rows=True
        )
    )


@lru_cache(16)
def _rows(t: Texts, here: Here) -> tuple[Option[Any], ...]:
    """Groups to choose from, and behind them every kind by its name: built once, a replay only reads them."""
    kinds = here.municipality.kinds
    rows: list[Option[Any]] = [
        Option(group.slug, group.slug, label(t, group.label, group.label_en), group.description[:72])
        for group in kinds.groups
    ]
    rows.append(
        Option(OTHER, "other", t("Otra cosa o no sé"), words=("otra cosa", "otro", "no se", "ninguna"))
    )
    rows += [
        Option(one, one.slug, label(t, one.short, one.short_en), words=(one.name,), shown=False)
        for one in kinds.kinds
    ]
    return tuple(rows)


def _leaf(t: Texts, here: Here, leaves: Sequence[ConcernKind]) -> Generator[Any, Any, ConcernKind | Told]:
    rows: list[Option[Any]] = [
        Option(kind, kind.slug, label(t, kind.short, kind.short_en), kind.description[:72]) for kind in leaves
    ]
    lines = (t("¿Cuál se parece más?"),)
    picked: ConcernKind | Told = yield from choose_or(
        "leaf", lines, rows, lambda r: described(here, r), as_rows=True
    )
    return picked


def _in_own_words(t: Texts, here: Here) -> Generator[Any, Any, Told]:
    empty = t("Escriba qué pasa, o mande una nota de voz.")
    lines = (t("Cuénteme con sus palabras: ¿qué pasa?"),)
    said = yield from write("other", lines, files=True, empty=empty, too_long=in_parts(t))
    return described(here, Reply(text=said.text, at=said.at)) or Told(text=words_of(t, said))


def described(here: Here, reply: Reply) -> Told | None:
    """What triage makes of a description given where a choice was asked."""
    said = reply.text.strip()
    told = heard(here, said, read_again(here.triage, said, reply.at)) if said else Told()
    if told.kind is None:
        return None
    return told if len(said.split()) >= SHORT_TELLING else Told(kind=told.kind)


def _merged(told: Told, more: Told) -> Told:
    """What was told first stays; what is new is added."""
    place = told.place if told.place.known else more.place
    return replace(
        told,
        text=told.text or more.text,
        also=told.also or more.also,
        place=place,
        when=told.when or more.when,
    )


def urgent_first(t: Texts, kind: ConcernKind) -> Generator[Any, Any, bool]:
    """A kind that is danger by itself, even when it was chosen from a list: the 911 line before any question."""
    lines = (t("Llame al 911 AHORA. Si no puede hablar, deje la llamada abierta."), advice(t, kind))
    tell = Option(True, "yes", t("Avisar al equipo"), style="danger", words=("seguir", "avisar"))
    enough = Option(False, "no", t("No, gracias"))
    return bool((yield from choose("urgent", lines, [tell, enough], patient=True)))


def advice(t: Texts, kind: ConcernKind) -> str:
    """The immediate advice of a kind."""
    return t.long.sections("advice.md").get(kind.slug, "")


def label(t: Texts, spanish: str, english: str) -> str:
    return english if english and t.locale != "es" else spanish
