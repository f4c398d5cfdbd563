"""Pass a case on to a colleague who agrees, or be reminded of it later."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.conversation import Flow
from bot.domain import folio as folios
from bot.domain.errors import NotYours
from bot.messages import Action
from bot.questions import Option, choose, shortened
from bot.texts import Texts, later
from handlers import talks
from handlers.desk import sharing as desk
from handlers.officer import cards
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

MOST_COLLEAGUES = 10
MORNING = time(8)
SPANS = (("30", later("En 30 min")), ("120", later("En 2 horas")), ("tomorrow", later("Mañana a las 8")))


def offer(who: Speaker, folio: str) -> None:
    """Pasar a otro: to whom?"""
    _, people = desk.colleagues(who.tx, folio, who.me, who.at)
    if not people:
        who.say(who.t("No hay nadie más en turno a quien pasarlo."), actions=(_case(who, folio),))
        return
    shown = [[one.person_id, one.name] for one in people[:MOST_COLLEAGUES]]
    talks.start(who, "pass", {"folio": folio, "people": shown})


def _offer_flow(t: Texts, people: list[list[str]]) -> Flow[str]:
    rows = [Option(person, f"p{n}", shortened(name, 24)) for n, (person, name) in enumerate(people)]
    return (
        yield from choose(
            "to", (t("¿A quién se lo pasa? Sigue siendo suyo hasta que acepte."),), rows, as_rows=True
        )
    )


def _offered(who: Speaker, talk: Conversation, person: str) -> None:
    folio = talk.arguments["folio"]
    _, to = desk.offer(who.tx, folio, who.me, person, who.at)
    line = who.t("Se lo pregunté. Le aviso qué dice {name}.", name=to.name)
    who.say(line, actions=(_case(who, folio),))


def accept(who: Speaker, folio: str) -> None:
    """Acepto: the whole case."""
    report = desk.accept(who.tx, who.here, folio, who.me, who.at)
    card = cards.case(who, report, (who.t("Es suyo."),))
    who.show(card.with_(toast=who.t("Es suyo")))


def decline(who: Speaker, folio: str) -> None:
    """No puedo."""
    desk.decline(who.tx, folio, who.me, who.at)
    who.say(who.t("Enterado. Sigue con quien lo tiene."))


def snooze(who: Speaker, folio: str) -> None:
    """Recordarme: when?"""
    report = who.tx.reports.by_folio(folio)
    if report.handler_id != who.me.person_id:
        raise NotYours
    line = who.t("¿Cuándo se lo recuerdo? Folio {folio}", folio=folios.show(folio))
    who.say(line, actions=tuple(button(who.t(label), f"wake.{folio}.{key}") for key, label in SPANS))


def wake(who: Speaker, argument: str) -> None:
    """The moment was chosen."""
    folio, _, key = argument.partition(".")
    until = _moment(who, key)
    desk.snooze(who.tx, folio, who.me, until, who.at)
    who.say(who.t("Se lo recuerdo: {when}", when=who.t.moment(until)), actions=(_case(who, folio),))


def _moment(who: Speaker, key: str) -> datetime:
    if key.isdecimal():
        return who.at + timedelta(minutes=int(key[:5]))
    local = who.at.astimezone(who.here.municipality.time_zone) + timedelta(days=1)
    return datetime.combine(local.date(), MORNING, local.tzinfo).astimezone(who.at.tzinfo)


def _case(who: Speaker, folio: str) -> Action:
    return button(who.t("Ver caso"), f"case.{folio}")


talks.script(
    talks.Script(
        name="pass",
        make=lambda t, here, kept, again: _offer_flow(t, kept["people"]),
        finish=_offered,
    )
)
