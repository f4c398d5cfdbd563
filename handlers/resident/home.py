"""The first screen and what stands behind it. Nothing of this needs consent."""

from __future__ import annotations

from bot.messages import Outgoing
from bot.questions import fold
from handlers import talks
from handlers.resident.filing import greeting
from handlers.speaker import Speaker, button


def menu(who: Speaker) -> None:
    """Reportar · Mi policía · Más; a draft that waits is named first."""
    t = who.t
    talks.leave(who)
    draft = talks.parked(who)
    lines = (*greeting(who), t("¿En qué le ayudo? También puede escribirlo con sus palabras."))
    if draft is not None:
        lines = (*lines, t("Tiene un reporte a medias."))
    first = (
        button(t("Seguir mi reporte"), "m.resume", "primary")
        if draft is not None
        else button(t("Reportar"), "m.report", "primary")
    )
    actions = (first, button(t("Mi policía"), "m.my_police"), button(t("Más"), "m.more"))
    who.show(Outgoing(title=who.here.municipality.programme, lines=lines, actions=actions))


def more(who: Speaker) -> None:
    """Everything else, as a list."""
    t = who.t
    rows = (
        button(t("Hacer un reporte"), "m.report"),
        button(t("Mis reportes"), "m.my_reports", description=t("Cómo van y qué contestaron")),
        button(t("Consejos"), "m.tips", description=t("Prevención para su casa, la calle, el teléfono…")),
        button(t("Números útiles"), "m.directory", description=t("911, 089 y los que confirmó el municipio")),
        button(t("Pedir que pasen"), "m.visit", description=t("Que el equipo recorra su colonia")),
        button(t("¿Es policía de verdad?"), "m.badge", description=t("Compruebe una placa o una unidad")),
        button(t("Hablar con una persona"), "m.person"),
        button(t("Mis datos y privacidad"), "m.privacy"),
        button(t("English") if who.person.locale == "es" else "Español", "m.language"),
        button(t("Ayuda"), "m.help"),
    )
    who.show(Outgoing(lines=(t("¿Qué necesita?"),), rows=rows, rows_label=t("Ver opciones")))


def resume(who: Speaker) -> None:
    """Go on with the draft."""
    draft = talks.parked(who) or talks.running(who)
    if draft is None:
        menu(who)
        return
    talks.ask_again(who, draft, who.t("Seguimos donde íbamos."))


def help_(who: Speaker) -> None:
    """What can be said at any moment; who cries for help with that one word reads the 911 first."""
    t = who.t
    urgent = button(t("Es una emergencia"), "m.emergency", "danger")
    who.say(
        t("Si corre peligro ahora, llame al 911."),
        t(
            "Escriba lo que pasa con sus palabras, o use los botones. También acepto fotos, notas de voz y ubicación."
        ),
        t("En cualquier momento: «menú», «atrás», «cancelar», «mis reportes», «estado» y su folio, «911»."),
        t("«baja» detiene los avisos; «alta» los regresa."),
        actions=(urgent, button(t("Menú"), "m.menu"), button(t("Hablar con alguien"), "m.person")),
    )


def welcome(who: Speaker) -> None:
    """The long version of who speaks, for a first "hola"."""
    if who.person.greeted_at is not None:
        menu(who)
        return
    about(who)


def about(who: Speaker) -> None:
    """Who speaks: a programme, of whom, and what for."""
    who.tx.people.greeted(who.person.id, who.at)
    text = who.t.long.article("welcome.md")
    t = who.t
    actions = (
        button(t("Reportar"), "m.report", "primary"),
        button(t("Mi policía"), "m.my_police"),
        button(t("Más"), "m.more"),
    )
    who.show(Outgoing(title=who.here.municipality.programme, lines=text.blocks, actions=actions))


def emergency(who: Speaker) -> None:
    """The word 911."""
    t = who.t
    who.say(
        t("Llame al 911 AHORA. Es gratis, desde cualquier teléfono, a cualquier hora."),
        t("Si no puede hablar, deje la llamada abierta."),
        t("Cuando esté a salvo, si quiere, escríbame qué pasó."),
    )


NAMED = {"espanol": "es", "english": "en"}  # who names a language wants that one


def language(who: Speaker) -> None:
    """The language that was named, or the other one; remembered."""
    other = "en" if who.person.locale == "es" else "es"
    wanted = NAMED.get(fold(who.inbound.text).removeprefix("idioma "), other)
    who.tx.people.set_locale(who.person.id, wanted)
    t = who.here.t(wanted)
    who.say(t("De acuerdo, seguimos en español."), actions=(button(t("Menú"), "m.menu"),))


def thanks(who: Speaker) -> None:
    """Nothing else is wanted."""
    who.say(who.t("De acuerdo. Aquí estamos cuando nos necesite."))


def opt_out(who: Speaker) -> None:
    """BAJA: nothing that was not asked for; a report's own updates go on until it is closed."""
    who.tx.people.opt_out(who.person.id, who.at)
    who.say(
        who.t("Listo: ya no le mandaremos consejos ni avisos generales."),
        who.t("Lo de sus reportes abiertos sí le llegará. Para volver, escriba «alta»."),
    )


def opt_in(who: Speaker) -> None:
    """ALTA."""
    who.tx.people.opt_out(who.person.id, None)
    who.say(who.t("Listo: le volveremos a avisar. Para detenerlo, escriba «baja»."))
