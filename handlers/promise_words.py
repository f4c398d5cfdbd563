"""The words of promises: what residents, their owners and supervisors read."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.promise import WHOLE_DAY, Promise, State, Window
from bot.messages import Action, Outgoing
from bot.texts import Texts
from handlers.facts import Facts, Moment, Word, add_button, at_of, folio, officer
from handlers.speaker import button


def span(t: Texts, window: Window) -> str:
    """ "Entre mar 24 nov, 7:00 p.m. y 10:00 p.m.", or only until when."""
    starts_at, due_at = window.starts_at, window.due_at
    if starts_at is None or due_at - starts_at >= WHOLE_DAY:
        return t("A más tardar {when}", when=t.moment(due_at))
    return t("Entre {start} y {end}", start=t.moment(starts_at), end=t.hour(due_at))


def short(t: Texts, promise: Promise) -> str:
    """A line of a list: until when, and what."""
    return f"{t.moment(promise.window.due_at)} · {promise.text}"


def choices(t: Texts, promise_id: str) -> tuple[Action, ...]:
    """What can be done with one that waits."""
    return (
        done(t, promise_id),
        button(t("Cambiar hora"), f"pmove.{promise_id}"),
        button(t("No se va a poder"), f"poff.{promise_id}"),
    )


def done(t: Texts, promise_id: str) -> Action:
    """Ya se cumplió."""
    return button(t("Ya se cumplió"), f"kept.{promise_id}", "primary")


def made_lines(t: Texts, facts: Facts) -> tuple[str, ...]:
    """As the person reads it; its owner sees the same before."""
    return (
        t("Folio {folio}: {officer} quedó en esto:", folio=folio(facts), officer=officer(t, facts)),
        f"«{facts['text']}»",
        t("Si no se cumple a más tardar {when}, se lo decimos.", when=t.moment(at_of(facts["due_at"]))),
    )


def _made(moment: Moment, facts: Facts) -> Outgoing:
    return Outgoing(lines=made_lines(moment.t, facts), actions=add_button(moment.t, facts))


def _kept(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    first = t("Folio {folio}: {officer} cumplió lo que dijo:", folio=folio(facts), officer=officer(t, facts))
    if facts["state"] == State.LATE.value:
        first = t("Folio {folio}: se cumplió tarde lo que le dijimos:", folio=folio(facts))
    return Outgoing(lines=(first, f"«{facts['text']}»"), actions=add_button(t, facts))


def _moved(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t("Folio {folio}: cambió la hora de lo que le dijimos:", folio=folio(facts)),
        f"«{facts['text']}»",
        t("Disculpe el cambio: ahora es a más tardar {when}", when=t.moment(at_of(facts["due_at"]))),
    )
    return Outgoing(lines=lines, actions=add_button(t, facts))


def _called_off(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t("Folio {folio}: no se va a poder lo que le dijimos:", folio=folio(facts)),
        f"«{facts['text']}»",
        t("Disculpe. Por qué: «{why}»", why=facts["why"]),
    )
    return Outgoing(lines=lines, actions=(_supervisor(t), *add_button(t, facts)))


def _broken(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = (
        t("Folio {folio}: le dijimos esto y no nos consta que se haya cumplido:", folio=folio(facts)),
        f"«{facts['text']}»",
        t("Le pedimos una disculpa. El mando ya lo sabe; si quiere, hable con él."),
    )
    return Outgoing(lines=lines, actions=(_supervisor(t), *add_button(t, facts)))


def _supervisor(t: Texts) -> Action:
    return button(t("Hablar con el mando"), "m.person", "primary")


# ---- staff ----


def _due(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    first = t(
        "Promesa para las {hour} · {about}", hour=t.clock(at_of(facts["due_at"])), about=_about(moment, facts)
    )
    lines = (first, f"«{facts['text']}»", t("La hizo {name}.", name=officer(t, facts)))
    return Outgoing(lines=lines, actions=choices(t, facts["promise"]), protected=True)


def _lapsed(moment: Moment, facts: Facts) -> Outgoing:
    t = moment.t
    lines = [
        t("Promesa vencida · {about}", about=_about(moment, facts)),
        f"«{facts['text']}»",
        t("La hizo {name}.", name=officer(t, facts)),
    ]
    if not facts["listed"]:
        lines.append(t("A la persona ya se le pidió una disculpa."))
    case = button(t("Ver caso"), f"case.{facts['folio']}")
    return Outgoing(lines=tuple(lines), actions=(done(t, facts["promise"]), case), protected=True)


def _about(moment: Moment, facts: Facts) -> str:
    """What a locked phone may show."""
    if facts["listed"]:
        return f"{moment.t('Asunto confidencial')} · {folio(facts)}"
    where = moment.here.colonia_name(facts["colonia"])
    parts = (moment.here.kind(facts["kind"]).short, where, folio(facts))
    return " · ".join(part for part in parts if part)


TO_RESIDENTS: Mapping[str, Word] = {
    "promise_made": _made,
    "promise_kept": _kept,
    "promise_moved": _moved,
    "promise_called_off": _called_off,
    "promise_broken": _broken,
}
TO_STAFF: Mapping[str, Word] = {"promise_due": _due, "promise_lapsed": _lapsed}
