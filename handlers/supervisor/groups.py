"""Sector groups: the code in private, the binding in the group, what is said there, and letting go."""

from __future__ import annotations

import re

from bot.conversation import Flow
from bot.domain.errors import BadCode, NotPermitted, TooMany
from bot.domain.roster import Officer
from bot.messages import Address, InboundKind, Outgoing
from bot.questions import Option, choose, shortened
from bot.texts import Texts
from handlers import talks
from handlers.desk import groups as desk
from handlers.officer.enrolment import show_code
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

BIND = re.compile(r"^/?vincular\s+([0-9A-HJKMNP-TV-Z]{5})[\s-]?([0-9A-HJKMNP-TV-Z]{5})\s*$", re.IGNORECASE)
AN_HOUR = 3600.0
MOST = 8


# ---- in private ----


def groups(who: Speaker) -> None:
    """Which groups are bound, to be let go; and the way to one more."""
    t = who.t
    bound = who.tx.groups.bound()
    lines = [t.many("{n} grupo vinculado", "{n} grupos vinculados", len(bound))]
    lines.append(t("Ahí va una tarjeta por reporte, sin nombres ni lugar exacto. Se toman en privado."))
    rows = tuple(
        button(
            shortened(_sector_name(who, one.sector), 24),
            f"ungroup.{one.id}",
            description=t("Desde {when}: toque para desvincularlo", when=t.moment(one.bound_at or who.at)),
        )
        for one in bound[:MOST]
    )
    more = button(t("Vincular grupo"), "m.bind_group", "primary")
    if rows:
        who.show(Outgoing(lines=tuple(lines), rows=(*rows, more), rows_label=t("Ver grupos")))
    else:
        who.say(*lines, actions=(more, button(t("Menú"), "m.menu")))


def start_binding(who: Speaker) -> None:
    """Choose the sector, then a one-time code."""
    sectors = [[one.slug, one.name] for one in who.here.municipality.territory.sectors]
    talks.start(who, "bind_group", {"sectors": sectors})


def _sector_flow(t: Texts, sectors: list[list[str]]) -> Flow[str]:
    rows = [
        Option(slug, f"s{n}", shortened(name, 24), words=(name,), shown=n < MOST)
        for n, (slug, name) in enumerate(sectors)
    ]
    more = (t("Si no está en la lista, escriba su nombre."),) if len(sectors) > MOST else ()
    return (yield from choose("sector", (t("¿De qué sector es el grupo?"), *more), rows, as_rows=True))


def _invited(who: Speaker, talk: Conversation, sector: str) -> None:
    t = who.t
    code = show_code(desk.invite(who.tx, who.here, sector, who.me, who.at))
    lines = (
        t(
            "Agregue a este asistente al grupo {of_sector} y escriba ahí, usted mismo:",
            of_sector=t.of([_sector_name(who, sector)]),
        ),
        f"/vincular {code}",
        t("Sirve una vez y vence en {span}.", span=t.span(desk.CODE_LIVES)),
    )
    who.show(Outgoing(lines=lines, copy=f"/vincular {code}", protected=True))


def let_go(who: Speaker, group_id: str) -> None:
    """Desvincular."""
    sector = desk.unbind(who.tx, group_id, who.me, who.at)
    t = who.t
    if sector is None:
        who.say(t("Ese grupo ya no estaba vinculado."), actions=(button(t("Grupos"), "m.groups"),))
        return
    line = t(
        "Desvinculado: al grupo {of_sector} ya no le llega nada.", of_sector=t.of([_sector_name(who, sector)])
    )
    who.say(line, actions=(button(t("Grupos"), "m.groups"),))


# ---- in the group ----


def heard(who: Speaker) -> bool:
    """What happens in a group that is, was or is to be bound; False: it is none of ours."""
    inbound = who.inbound
    if _moved(who):
        return True
    found = BIND.match(inbound.text.strip())
    if found is not None:
        _bind(who, (found[1] + found[2]).upper())
        return True
    if who.tx.groups.of_chat(who.person.id) is None:
        return _awaited(who)
    if inbound.kind is InboundKind.TAP:
        who.show(Outgoing(toast=who.t("Aquí no: ábralo en privado.")))
    elif inbound.text.startswith("/") or inbound.card_id:
        _hint(who)
    return True


def _awaited(who: Speaker) -> bool:
    """We were just added: while a supervisor's code waits we stay, and say once what to write."""
    if not who.tx.groups.awaited(who.at):
        return False
    if who.tx.people.count(who.person.id, "group", who.at, within_seconds=AN_HOUR) == 1:
        who.say(who.t("Para que aquí lleguen avisos, un mando escribe /vincular y su código."))
    return True


def _moved(who: Speaker) -> bool:
    """The group became a supergroup: it is the same one, at another address. Said twice, once in each."""
    old_ids = who.inbound.other_ids
    if not old_ids or who.inbound.text or who.inbound.kind is not InboundKind.MESSAGE:
        return False
    address = who.inbound.address
    now = who.tx.vault.person_at(address)
    if now is None:  # found by its old address
        who.tx.vault.move(who.person.id, address)
    for old in old_ids:
        before = who.tx.vault.person_at(Address(address.channel, old))
        if before is not None and now is not None and before != now:
            who.tx.groups.moved(before, now)
    return True


def _bind(who: Speaker, code: str) -> None:
    t = who.t
    if who.inbound.anonymous:
        who.say(
            t("Escribe como administrador anónimo y no sé quién es usted."),
            t("Quite «Permanecer anónimo» en los permisos del grupo y mándelo otra vez."),
        )
        return
    try:
        bound = desk.bind(who.tx, who.person.id, code, _sender(who), who.at)
    except NotPermitted:
        who.say(t("Solo un mando con alta puede vincular el grupo."))
    except BadCode:
        who.say(t("Ese código no sirve: está mal escrito, ya se usó o venció. Pida otro en privado."))
    except TooMany:
        return  # said five times in this hour
    else:
        who.say(
            t(
                "Listo: este grupo recibe los avisos {of_sector}.",
                of_sector=t.of([_sector_name(who, bound.sector)]),
            ),
            t("Aquí van sin nombres ni lugar exacto. Para tomar uno, toque «Atender en privado»."),
        )


def _sender(who: Speaker) -> Officer | None:
    """Who wrote in the group, when they are of the team."""
    if not who.inbound.sender:
        return None
    person = who.tx.vault.person_at(Address(who.inbound.address.channel, who.inbound.sender))
    return who.tx.staff.officer(person) if person is not None else None


def _hint(who: Speaker) -> None:
    """Somebody speaks to us here: at most once an hour we say where."""
    if who.tx.people.count(who.person.id, "group", who.at, within_seconds=AN_HOUR) == 1:
        who.say(who.t("Aquí solo pongo avisos y no leo respuestas. Escríbame en privado, por favor."))


def _sector_name(who: Speaker, slug: str) -> str:
    sector = who.here.municipality.territory.sector(slug)
    return sector.name if sector else slug


talks.script(
    talks.Script(
        name="bind_group",
        make=lambda t, here, kept, again: _sector_flow(t, kept["sectors"]),
        finish=_invited,
    )
)
