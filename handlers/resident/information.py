"""What is handed out without consent: my sector's team, numbers, tips, the privacy notice."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from datetime import date
from typing import Any

from bot.conversation import Flow
from bot.domain.territory import Place, Sector
from bot.messages import ContactCard, Outgoing
from bot.questions import MOST_ROWS
from bot.texts import Texts
from handlers import talks
from handlers.here import Here
from handlers.resident import filing
from handlers.resident.place import Outside, locate
from handlers.resident.told import Told, heard
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

# ---- my police ----


def my_police(who: Speaker) -> None:
    """Who looks after my place; the place is asked, or taken from what was just written."""
    told = heard(who.here, who.inbound.text, who.understood)
    talks.start(who, "my_police", told.as_arguments())


def _ask_place(t: Texts, here: Here, told: Told) -> Generator[Any, Any, Place | Outside]:
    if told.place.colonia:
        return told.place
    lines = (t("¿En qué colonia vive o está? Puede mandar su ubicación."),)
    place = yield from locate(t, here, lines, street=False)
    return place


def _police_flow(t: Texts, here: Here, told: Told) -> Flow[Place | Outside]:
    return (yield from _ask_place(t, here, told))


def _police_found(who: Speaker, talk: Conversation, result: Place | Outside) -> None:
    t, territory = who.t, who.here.municipality.territory
    if isinstance(result, Outside):
        who.say(filing.outside(t, who.here, result.neighbour))
        return
    sectors = territory.sectors_of(result)
    blocks = [line for sector in sectors for line in sector_lines(who, sector)]
    save = [button(t("Guardar contacto"), f"contact.{result.colonia}")] if _reachable(sectors) else []
    actions = [*save, *([button(t("Pedir que pasen"), f"visit.{result.colonia}")] if result.colonia else [])]
    title = t("Su policía de proximidad")
    where = who.here.colonia_name(result.colonia)
    lines = (*((t("Colonia {name}", name=where),) if where else ()), *blocks, t("Emergencias: 911."))
    who.show(Outgoing(title=title, lines=lines, actions=(*actions, button(t("Menú"), "m.menu"))))


def _reachable(sectors: Iterable[Sector]) -> list[Sector]:
    """Those whose telephone the municipality confirmed."""
    return [sector for sector in sectors if sector.confirmed_on and sector.phone]


def contact(who: Speaker, colonia: str) -> None:
    """The team's institutional number as a card for the phone's own list."""
    t, territory = who.t, who.here.municipality.territory
    sectors = _reachable(territory.sectors_of(Place(colonia=colonia)))
    for sector in sectors:
        name = f"{who.here.municipality.programme} · {sector.name}"
        digits = "".join(sign for sign in sector.phone if sign.isdigit())
        card = ContactCard(name=name, phone=f"+52{digits}", hours=sector.hours)
        who.show(Outgoing(lines=(t("Es del equipo, no de emergencias: para eso, 911."),), contact=card))
    if not sectors:
        my_police(who)


def sector_lines(who: Speaker, sector: Sector) -> tuple[str, ...]:
    """Team, institutional phone and hours, only as far as the municipality confirmed them."""
    t = who.t
    example = t(" (ejemplo)") if sector.example else ""
    if not sector.confirmed_on:
        ask = t(
            "El municipio aún no confirma el teléfono de este sector. Use el 911, o el 089 si es anónimo."
        )
        return (sector.name + example, ask)
    team = [m.name for m in who.here.municipality.staff if sector.slug in m.sectors]
    lines = [f"👮 {sector.name}{example}"]
    if team:
        lines.append(t("Equipo: {names}", names=t.listing(team)))
    if sector.phone:
        lines.append(t("Teléfono: {phone}", phone=sector.phone))
    if sector.hours:
        lines.append(t("Horario: {hours}", hours=sector.hours))
    lines.append(t("Confirmado el {day}", day=t.date(date.fromisoformat(sector.confirmed_on))))
    return tuple(lines)


# ---- numbers ----


def directory(who: Speaker) -> None:
    """Only numbers that the municipality confirmed; 911 and 089 always."""
    lines = []
    for contact in who.here.municipality.directory.public():
        hours = f" · {contact.hours}" if contact.hours else ""
        lines.append(f"{contact.number} — {contact.name}{hours}")
        if contact.purpose:
            lines.append(f"   {contact.purpose}")
        if contact.confirmed_on is not None:
            day = who.t.date(contact.confirmed_on)
            lines.append(who.t("   Confirmó {name}, {day}", name=contact.confirmed_by, day=day))
    who.show(
        Outgoing(
            title=who.t("Números útiles"),
            lines=tuple(lines),
            actions=(button(who.t("Menú"), "m.menu"),),
        )
    )


# ---- tips ----


def tips(who: Speaker) -> None:
    """The subjects, ten at a time."""
    _tip_page(who, who.t.long.subjects("tips"), 0)


def tips_page(who: Speaker, argument: str) -> None:
    """The next subjects."""
    _tip_page(who, who.t.long.subjects("tips"), int(argument) if argument.isdigit() else 0)


def tips_of_kind(who: Speaker, kind: str) -> None:
    """The subjects that fit what was just reported."""
    wanted = who.here.kind(kind).tips
    if len(wanted) == 1:
        tip(who, f"{wanted[0]}.0")
        return
    _tip_page(who, wanted or who.t.long.subjects("tips"), 0)


def _tip_page(who: Speaker, names: tuple[str, ...], first: int) -> None:
    t = who.t
    room = MOST_ROWS if len(names) - first <= MOST_ROWS else MOST_ROWS - 1
    rows = []
    for name in names[first : first + room]:
        head = who.t.long.article(f"tips/{name}.md").head
        rows.append(button(head["label"], f"tip.{name}.0", description=head["description"]))
    if first + room < len(names):
        rows.append(button(t("Ver más"), f"tips.{first + room}"))
    who.show(Outgoing(lines=(t("¿De qué quiere consejos?"),), rows=tuple(rows), rows_label=t("Ver temas")))


def tip(who: Speaker, argument: str) -> None:
    """One block of a subject: at most three tips at a time."""
    t = who.t
    name, _, number = argument.rpartition(".")
    if name not in who.t.long.subjects("tips") or not number.isdigit():
        tips(who)
        return
    text = who.t.long.article(f"tips/{name}.md")
    n = min(int(number), len(text.blocks) - 1)
    more = (button(t("Otros consejos"), f"tip.{name}.{n + 1}"),) if n + 1 < len(text.blocks) else ()
    actions = (*more, button(t("Otro tema"), "m.tips"), button(t("Menú"), "m.menu"))
    who.show(Outgoing(title=text.head["title"], lines=tuple(text.blocks[n].splitlines()), actions=actions))


def advice(t: Texts, kind: str) -> str:
    """The immediate advice of a kind, or nothing."""
    return t.long.sections("advice.md").get(kind, "")


# ---- privacy ----


def anonymity(who: Speaker) -> None:
    """Three ways to tell, each with who sees what and what one will not learn."""
    cards = who.t.long.sections("anonymity.md")
    who.show(Outgoing(lines=tuple(cards.values()), actions=(button(who.t("Menú"), "m.menu"),)))


def privacy(who: Speaker) -> None:
    """The short notice, and how the rights over one's data are used."""
    t = who.t
    text = who.t.long.article("privacy-short.md")
    link = who.here.municipality.privacy.link
    lines = (*text.blocks, *((t("Aviso completo: {link}", link=link),) if link else ()), in_force(who))
    actions = (
        button(t("Ver mis datos"), "m.my_data"),
        button(t("Aviso completo"), "m.privacy_full"),
        button(t("Menú"), "m.menu"),
    )
    who.show(Outgoing(title=text.head["title"], lines=lines, actions=actions))


def privacy_full(who: Speaker) -> None:
    """The whole notice."""
    text = who.t.long.article("privacy-full.md")
    menu = button(who.t("Menú"), "m.menu")
    who.show(Outgoing(title=text.head["title"], lines=(*text.blocks, in_force(who)), actions=(menu,)))


def in_force(who: Speaker) -> str:
    """Which notice it is, and since when it binds."""
    privacy = who.here.municipality.privacy
    return who.t(
        "Versión {version}, vigente desde el {day}.",
        version=privacy.notice_version,
        day=who.t.date(privacy.notice_date),
    )


# ---- "pedir que pasen" ----


def visit(who: Speaker) -> None:
    """Ask that the team comes by: which colonia?"""
    told = heard(who.here, who.inbound.text, who.understood)
    talks.start(who, "visit", told.as_arguments())


def visit_colonia(who: Speaker, colonia: str) -> None:
    """Counted, and said honestly: no day is promised."""
    t = who.t
    name = who.here.colonia_name(colonia)
    if not name:
        visit(who)
        return
    n = who.tx.requests.ask_for_visit(who.person.id, colonia, who.at)
    count = t.many("Ya lo pidió {n} persona.", "Ya lo pidieron {n} personas.", n)
    who.say(
        t("Anotado: que el equipo pase por la colonia {name}. {count}", name=name, count=count),
        t("No puedo prometer día ni hora; el equipo lo toma en cuenta al planear sus recorridos."),
        actions=(button(t("Menú"), "m.menu"),),
    )


def _visit_found(who: Speaker, talk: Conversation, result: Place | Outside) -> None:
    if isinstance(result, Outside) or not result.colonia:
        who.say(who.t("No reconocí la colonia. Puede intentarlo otra vez desde el menú."))
        return
    visit_colonia(who, result.colonia)


for _name, _end in (("my_police", _police_found), ("visit", _visit_found)):
    talks.script(
        talks.Script(
            name=_name,
            make=lambda t, here, kept, again: _police_flow(t, here, Told.from_arguments(kept)),
            finish=_end,
        )
    )
