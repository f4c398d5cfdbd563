"""Before it goes: who may know who told, what was understood, and each field to correct."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from bot.conversation import SAID
from bot.domain.concern import ConcernKind, Confidentiality, Identity
from bot.questions import Forget, Option, choose, choose_or, shortened, write
from bot.texts import Texts, later
from handlers.here import Here
from handlers.resident.adding import CARDS, HEARD, Added, added, hear, joined
from handlers.resident.draft import Draft, Stopped
from handlers.resident.kind import label
from handlers.resident.telling import shorter
from handlers.resident.told import Told


def identity(
    t: Texts, here: Here, told: Told, kind: ConcernKind, asked: bool
) -> Generator[Any, Any, tuple[Identity, str]]:
    """Three ways, each with what one will not learn. Asked where it matters; correctable elsewhere."""
    if told.on_behalf:
        return Identity.CONFIDENTIAL, ""
    if kind.confidentiality is Confidentiality.NORMAL and not asked:
        return Identity.CONFIDENTIAL, ""
    lines = (
        t("¿Cómo quiere avisar?"),
        t("Con reserva: el equipo ve qué pasa y dónde; no su nombre ni su número. Le avisa por este chat."),
        t("Con mi nombre: quien atienda ve el nombre que usted escriba."),
        t("Sin datos: no se une a este chat, así que no podremos preguntarle ni avisarle cómo terminó."),
    )
    identity = yield from choose("identity", lines, identities(t))
    if identity is not Identity.NAMED:
        return identity, ""
    said = yield from write(
        "name", (t("¿Qué nombre le damos a quien atienda?"),), longest=80, too_long=shorter(t)
    )
    return identity, said.text


def identities(t: Texts) -> tuple[Option[Identity], ...]:
    """The three ways."""
    return (
        Option(Identity.CONFIDENTIAL, "reserved", t("Con reserva"), style="primary"),
        Option(Identity.NAMED, "named", t("Con mi nombre")),
        Option(Identity.ANONYMOUS, "nodata", t("Sin datos"), words=("anonimo", "anonima", "sin seguimiento")),
    )


def review(
    t: Texts, here: Here, draft: Draft, questions: Mapping[str, str], again: frozenset[str], *, own: bool
) -> Generator[Any, Any, Draft | Stopped]:
    """The card: sent, given up, corrected in a field or in the answer to one of the `questions`, or added to."""
    title = t("Entendí esto:")
    for card in CARDS:
        verdict = yield from _card(t, here, draft, card, title, own=own)
        if not isinstance(verdict, Added):
            break
        found = yield from hear(card, verdict, draft.kind)
        draft, title = joined(draft, verdict.text, found, again), t("Lo agregué. Entendí esto:")
    if verdict == "send":
        return draft
    if verdict == "cancel":
        return Stopped("discarded")
    if isinstance(verdict, Identity):
        if verdict is draft.identity:
            yield Forget((card,))  # as it was: the card again
        yield Forget((card, *FORGOTTEN_WITH["identity"]), ask_again=("identity",))
    return (yield from correct(t, FIELDS if own else FIELDS[:-1], questions, card))


def _card(
    t: Texts, here: Here, draft: Draft, name: str, title: str, *, own: bool
) -> Generator[Any, Any, Any]:
    """Shown once: what to do with it, who may know, or further words."""
    lines = summary(t, here, draft)
    if own:
        lines = (*lines, t(IDENTITY_LINES[draft.identity], name=draft.name))
    lines = (*lines, *also_lines(t, here, draft.also), t("¿Está bien?"))
    options: list[Option[Any]] = [
        Option("send", "yes", t("Enviar"), style="primary", words=("si enviar", "mandar", "enviar reporte")),
        Option("edit", "edit", t("Corregir"), words=CORRECT),
        Option("cancel", "no", t("Cancelar"), words=("descartar", "borrar")),
    ]
    options += [replace(one, shown=False) for one in identities(t)] if own else []
    return (
        yield from choose_or(name, lines, options, added(t, here, options, name, draft.text), title=title)
    )


def others(told: Told, kind: ConcernKind) -> tuple[tuple[str, str], ...]:
    """What else the message told, besides the kind that became of it."""
    return tuple(one for one in told.also if one[0] != kind.slug)


def also_lines(t: Texts, here: Here, also: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The further concerns by name, so that nobody thinks that they were lost; a confidential one unnamed."""
    names = [also_name(t, here, slug) for slug, _ in also]
    return (
        (t("➕ También mencionó: {what}. Lo vemos al terminar este.", what=t.listing(names)),)
        if names
        else ()
    )


def also_name(t: Texts, here: Here, slug: str) -> str:
    """A further concern as a screen may show it."""
    kind = here.kind(slug)
    return t("un asunto en confianza") if kind.listed else label(t, kind.short, kind.short_en).lower()


CORRECT = ("cambiar", "editar", "esta mal")  # further words that ask to correct
FIELDS = ("kind", "place", "what", "when", "identity")


FORGOTTEN_WITH = {
    "kind": ("kind", "leaf", "other", "near", "same"),
    "place": ("place", "colonia", "colonia_name", "street", "where", "near", "same"),
    "what": ("what", SAID, *CARDS, *HEARD.values()),  # told anew, with what was added
    "when": ("when", "when_heard"),
    "identity": ("identity", "name"),
}


FIELD_LABELS = {
    "kind": later("De qué se trata"),
    "place": later("El lugar"),
    "what": later("Lo que pasa"),
    "when": later("Cuándo"),
    "identity": later("Quién sabe de mí"),
}


def correct(
    t: Texts, names: tuple[str, ...], questions: Mapping[str, str], card: str = "send"
) -> Generator[Any, Any, Stopped]:
    """Which field was wrong, or which answer: it is forgotten and asked again. What was added at the card stays."""
    fields = [Option(name, name, t(FIELD_LABELS[name])) for name in names]
    fields += [
        Option(name, name, shortened(words, 24), description=shortened(words, 72) if len(words) > 24 else "")
        for name, words in questions.items()
    ]
    wrong = yield from choose("wrong", (t("¿Qué corregimos?"),), fields, as_rows=True)
    yield Forget((card, "wrong", *FORGOTTEN_WITH.get(wrong, (wrong,))), ask_again=(wrong,))
    return Stopped("discarded")  # never reached: the replay starts over


IDENTITY_LINES = {
    Identity.CONFIDENTIAL: later("👤 Con reserva: el equipo no ve su nombre ni su número"),
    Identity.NAMED: later("👤 Con su nombre: {name}"),
    Identity.ANONYMOUS: later("👤 Sin datos: no se une a este chat y no habrá noticias"),
}


def summary(t: Texts, here: Here, draft: Draft) -> tuple[str, ...]:
    """What was understood, a line a field."""
    kind = here.kind(draft.kind)
    shown = draft.text if len(draft.text) <= 160 else draft.text[:157] + "…"
    place = here.place_line(draft.place) or t("Sin lugar exacto")
    lines = [
        f"{kind.emoji} {label(t, kind.name, kind.name_en)}".strip(),
        f"📍 {place}",
        f"✏️ {shown}",
    ]
    lines += [f"✔️ {question} {answer}" for question, answer in draft.answers]
    if draft.when:
        lines.append(f"🕒 {draft.when}")
    if draft.media:
        lines.append(t.many("📎 {n} archivo", "📎 {n} archivos", len(draft.media)))
    return tuple(lines)
