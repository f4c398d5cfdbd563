"""The words of referrals: what an office is asked, what it answered, who still waits. Nothing of the resident."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.referral import Outcome
from bot.messages import Action, Outgoing
from bot.texts import Texts, later
from handlers.facts import Facts, Moment, Word, at_of, folio
from handlers.here import Here
from handlers.speaker import button

SAID = {
    Outcome.WILL_DO: later("{office} contestó que sí lo va a atender."),
    Outcome.DONE: later("{office} contestó que ya quedó."),
    Outcome.NOT_OURS: later("{office} contestó que no le toca."),
    Outcome.OTHER: later("{office} contestó:"),
}


def office_name(here: Here, slug: str) -> str:
    """As people know it."""
    office = here.municipality.directory.get(slug)
    return office.name if office else slug


# ---- what an office reads ----


def written(t: Texts, here: Here, facts: Facts, *, again: bool = False) -> tuple[str, ...]:
    """The whole message to an office: by our own chat, or copied by hand."""
    kind = here.kind(facts["kind"])
    where = here.colonia_name(facts["colonia"])
    about = f"{kind.name} · Col. {where}" if where else kind.name
    lines = [
        t("{programme}: folio {folio}", programme=here.municipality.programme, folio=folio(facts)),
        about,
        t("Recibido: {when}", when=t.moment(at_of(facts["opened_at"]))),
    ]
    if again:
        lines.insert(0, t("Recordatorio: todavía no tenemos su respuesta."))
    if facts["text"]:
        lines.append(f"«{facts['text']}»")
    if facts["link"]:
        until = t.day(at_of(facts["expires_at"]))
        lines.append(t("Conteste aquí, sin cuenta ni contraseña, hasta el {day}:", day=until))
        lines.append(facts["link"])
    else:
        lines.append(t("Conteste, por favor, a quien le mandó este mensaje, con el folio."))
    return tuple(lines)


def _asked(moment: Moment, facts: Facts) -> Outgoing:
    return Outgoing(lines=written(moment.t, moment.here, facts))


def _reminded(moment: Moment, facts: Facts) -> Outgoing:
    return Outgoing(lines=written(moment.t, moment.here, facts, again=True))


# ---- what the resident reads ----


def said_lines(t: Texts, here: Here, facts: Facts) -> tuple[str, ...]:
    """The office's answer, as the person reads it; the officer sees the same before."""
    words = t(SAID[Outcome(facts["outcome"])], office=office_name(here, facts["office"]))
    first = t("Folio {folio}: {said}", folio=folio(facts), said=words)
    quoted = (f"«{facts['text']}»",) if facts["text"] else ()
    asks = (
        t("¿Ya quedó?")
        if facts["outcome"] == Outcome.DONE
        else t("Lo seguimos nosotros; díganos cuando quede.")
    )
    return (first, *quoted, asks)


def _said(moment: Moment, facts: Facts) -> Outgoing:
    t, folio = moment.t, facts["folio"]
    actions = (
        button(t("Sí, ya quedó"), f"solved.{folio}.yes", "primary"),
        button(t("Sigue igual"), f"solved.{folio}.no"),
        button(t("Agregar algo"), f"add.{folio}"),
    )
    return Outgoing(lines=said_lines(t, moment.here, facts), actions=actions)


# ---- what who follows it reads ----


def _answered(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    words = t(SAID[Outcome(facts["outcome"])], office=office_name(moment.here, facts["office"]))
    lines = [t("Folio {folio}: {said}", folio=folio(facts), said=words)]
    if facts["text"]:
        lines.append(f"«{facts['text']}»")
    if facts["waits"]:
        lines.append(t("Este asunto pide que usted lo lea antes de que le llegue a la persona."))
        actions: tuple[Action, ...] = (
            button(t("Pasar respuesta"), f"passon.{facts['referral']}", "primary"),
            button(t("No pasarla"), f"keepit.{facts['referral']}"),
            _case(t, facts),
        )
        return Outgoing(lines=tuple(lines), actions=actions, protected=True)
    if facts["told"]:
        lines.append(t("Ya se le mandó a la persona. Sigue a su cargo hasta que se cierre."))
    return Outgoing(lines=tuple(lines), actions=(_case(t, facts),), protected=True)


def _late(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = [_waiting_line(moment, facts)]
    if facts["sent"]:
        lines.append(t("Hoy se le recordó por mensaje."))
        return Outgoing(lines=tuple(lines), actions=follow(t, facts["folio"])[1:], quiet=True)
    lines.append(t("No hay envío automático a esa oficina: mándele el recordatorio."))
    return Outgoing(lines=tuple(lines), actions=follow(t, facts["folio"]))


def _silent(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        _waiting_line(moment, facts),
        t("Su enlace ya venció. Sigue abierto y a su cargo: decida qué sigue y dígaselo a la persona."),
    )
    again = button(t("Canalizar otra vez"), f"refer.{facts['folio']}")
    return Outgoing(lines=lines, actions=(_case(t, facts), again))


def _waiting_line(moment: Moment, facts: Facts) -> str:
    t = moment.t
    days = t.many("{n} día", "{n} días", facts["days"])
    office = office_name(moment.here, facts["office"])
    return t(
        "Folio {folio}: {office} no ha contestado en {days}.", folio=folio(facts), office=office, days=days
    )


def follow(t: Texts, folio: str) -> tuple[Action, ...]:
    """What can be done while another office has it."""
    return (
        button(t("Texto para mandar"), f"asktext.{folio}"),
        button(t("Ya contestaron"), f"officesaid.{folio}"),
        button(t("Ver caso"), f"case.{folio}"),
    )


def _case(t: Texts, facts: Facts) -> Action:
    return button(t("Ver caso"), f"case.{facts['folio']}")


TO_OFFICES: Mapping[str, Word] = {"office_asked": _asked, "office_reminded": _reminded}
TO_RESIDENTS: Mapping[str, Word] = {"office_said": _said}
TO_STAFF: Mapping[str, Word] = {
    "office_answered": _answered,
    "office_late": _late,
    "office_silent": _silent,
}
