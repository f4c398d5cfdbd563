"""Avisar de un riesgo: what is dangerous about a place, said by who was there and agreed to by the command."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from bot.conversation import Flow
from bot.domain.errors import NotOnDuty
from bot.domain.safety import DAYS, LONGEST_REASON, LONGEST_TEXT, Caution
from bot.domain.territory import Place, Point
from bot.questions import Option, choose, write
from bot.texts import Texts
from handlers import talks
from handlers.desk import places as desk
from handlers.here import Here
from handlers.resident.place import Outside, locate
from handlers.speaker import Speaker, button
from storage.conversations import Conversation


def warn(who: Speaker, folio: str) -> None:
    """Avisar de un riesgo: of the place of a report; where it is, is asked only as far as it is not known."""
    report = desk.may_warn(who.tx, folio, who.me, who.at)
    place = report.place if report else Place()
    point = [place.point.lat, place.point.lon] if place.point else None
    known = {"colonia": place.colonia, "street": place.street, "point": point}
    talks.start(who, "warn", {"folio": folio, "place": known})


def anywhere(who: Speaker) -> None:
    """Riesgo: of a place that no report spoke of."""
    try:
        warn(who, "")
    except NotOnDuty:
        line = who.t("Para avisar de un riesgo, primero inicie su turno.")
        who.say(line, actions=(button(who.t("Iniciar turno"), "m.start_shift", "primary"),))


def _flow(t: Texts, here: Here, kept: talks.Arguments) -> Flow[Caution | None]:
    place = yield from _where(t, here, kept["place"])
    if place is None:
        return None
    text = yield from write(
        "what",
        (
            t("¿Qué hay que cuidar en el lugar? Por ejemplo: «perro suelto», «escalera sin barandal»."),
            t("Del lugar, no de personas; sin nombres."),
        ),
        shortest=3,
        longest=LONGEST_TEXT,
        too_long=t("Más corta, por favor: hasta {n} letras.", n=LONGEST_TEXT),
    )
    reason = yield from write(
        "why",
        (t("¿Cómo lo sabe? El mando lo lee antes de aprobar."),),
        shortest=3,
        longest=LONGEST_REASON,
        too_long=t("Más corta, por favor: hasta {n} letras.", n=LONGEST_REASON),
    )
    counts = [Option(n, f"d{n}", t.many("{n} día", "{n} días", n)) for n in DAYS]
    days = yield from choose("days", (t("¿Por cuánto tiempo?"),), counts)
    return Caution(text=text.text, reason=reason.text, days=days, place=place)


def _where(t: Texts, here: Here, known: dict[str, Any]) -> Generator[Any, Any, Place | None]:
    """A point, or a street of a colonia; a whole colonia is no place to be careful at."""
    point = Point(*known["point"]) if known["point"] else None
    place = Place(colonia=known["colonia"], street=known["street"], point=point)
    lines = (t("¿Dónde es? Mande su ubicación o escriba calle y colonia."),)
    found = yield from locate(t, here, lines, place)
    if isinstance(found, Outside) or not Caution(text="", reason="", days=0, place=found).precise:
        return None
    return found


def _warned(who: Speaker, talk: Conversation, said: Caution | None) -> None:
    folio = talk.arguments["folio"]
    case = (button(who.t("Ver caso"), f"case.{folio}"),) if folio else (button(who.t("Menú"), "m.menu"),)
    if said is None:
        who.say(who.t("Hace falta la calle y su colonia, o la ubicación. No se guardó nada."), actions=case)
        return
    note = desk.ask(who.tx, who.here, folio, who.me, said, who.at)
    if desk.deciders(who.tx, note, who.at):
        who.say(who.t("Se le preguntó al mando. Se muestra cuando lo apruebe."), actions=case)
    else:
        who.say(*_nobody_decides(who.t), actions=case)


def _nobody_decides(t: Texts) -> tuple[str, str]:
    """Nobody agrees to their own: it waits for a second one of the command, and what to do until then is said."""
    return (
        t("Quedó guardado, pero lo tiene que aprobar otro mando y todavía no hay."),
        t(
            "Al primero que tenga alta («invitar», o `proximidad supervisor add`) se le pregunta. Mientras, avise por radio."
        ),
    )


def doubt(who: Speaker, note_id: str) -> None:
    """Ya no hay riesgo, says an officer."""
    desk.doubt(who.tx, note_id, who.me, who.at)
    who.say(who.t("Gracias. El mando decide si se quita; mientras, se sigue mostrando."))


def agree(who: Speaker, note_id: str) -> None:
    """The command agrees."""
    note = desk.decide(who.tx, note_id, who.me, who.at, agreed=True)
    who.say(who.t("Aprobado: se muestra hasta el {day}.", day=who.t.day(note.expires_at)))


def refuse(who: Speaker, note_id: str) -> None:
    """The command does not."""
    desk.decide(who.tx, note_id, who.me, who.at, agreed=False)
    who.say(who.t("No se muestra. Se le dice a quien lo propuso."))


def take_off(who: Speaker, note_id: str) -> None:
    """Not so any more."""
    desk.take_off(who.tx, note_id, who.me, who.at)
    who.say(who.t("Quitado: ya no se muestra."))


talks.script(
    talks.Script(
        name="warn",
        make=lambda t, here, kept, again: _flow(t, here, kept),
        finish=_warned,
    )
)
