"""The words of safety notes about places."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.domain.safety import SafetyNote
from bot.messages import Outgoing
from bot.texts import Texts
from handlers.facts import Facts, Moment, Word
from handlers.speaker import button


def note_line(t: Texts, author: str, note: SafetyNote, *, exact: bool = True) -> str:
    """ "⚠️ perro suelto · la oficial Canul, hasta el martes 1 de diciembre"; with the street where there is no point.

    `exact`: may the reader know the street? A note without a point is beside the report because its street is the same.
    """
    until = t.day(note.expires_at)
    street = note.place.street if exact and not note.place.point else ""
    text = " · ".join(part for part in (note.text, street) if part)
    return t("⚠️ {text} · {author}, hasta el {day}", text=text, author=author, day=until)


def _where(moment: Moment, facts: Facts) -> str:
    """Notices that were written before 0021 have no street."""
    where = moment.here.colonia_name(facts["colonia"])
    street = facts.get("street", "")
    return f"{where}, {street}" if street else where


def _wanted(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    where = _where(moment, facts)
    until = t.day(datetime.fromisoformat(facts["expires_at"]))
    by = facts["by"] or t("el equipo")
    name = by[:1].upper() + by[1:]
    lines = (
        t("{name} propone un aviso de riesgo del lugar.", name=name),
        t("«{text}» · Col. {where}, hasta el {day}", text=facts["text"], where=where, day=until),
        t("Cómo lo sabe: «{reason}»", reason=facts["reason"]),
    )
    actions = (
        button(t("Aprobar"), f"safe.{facts['note_id']}", "primary"),
        button(t("No aprobar"), f"nosafe.{facts['note_id']}"),
    )
    return Outgoing(lines=lines, actions=actions, protected=True)


def _decided(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    if facts["agreed"]:
        until = t.day(datetime.fromisoformat(facts["expires_at"]))
        return Outgoing(
            lines=(t("El mando aprobó «{text}»: se muestra hasta el {day}.", text=facts["text"], day=until),)
        )
    return Outgoing(lines=(t("El mando no aprobó «{text}»: no se muestra.", text=facts["text"]),), quiet=True)


def _doubted(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    name = facts["by"][:1].upper() + facts["by"][1:]
    where = moment.here.colonia_name(facts["colonia"])
    line = t(
        "{name} dice que ya no hay riesgo: «{text}» · Col. {where}",
        name=name,
        text=facts["text"],
        where=where,
    )
    return Outgoing(
        lines=(line,), actions=(button(t("Quitar aviso"), f"unsafe.{facts['note_id']}"),), protected=True
    )


TO_STAFF: Mapping[str, Word] = {
    "safety_note_wanted": _wanted,
    "safety_note_decided": _decided,
    "safety_note_doubted": _doubted,
}
