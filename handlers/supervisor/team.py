"""The team: who is who, inviting, approving, revoking."""

from __future__ import annotations

from bot.conversation import Flow
from bot.messages import Outgoing
from bot.questions import Option, choose, shortened
from bot.texts import Texts, later
from handlers import talks
from handlers.desk import duty
from handlers.desk import enrolment as desk
from handlers.officer.enrolment import show_code
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

SHOWN = 10  # rows of a list; the rest is found by badge

STATES = {
    "expected": later("sin alta"),
    "invited": later("con código"),
    "pending": later("espera aprobación"),
    "active": later("con alta"),
    "revoked": later("dado de baja"),
}


def team(who: Speaker) -> None:
    """Everybody by badge, who is on duty, and who may be revoked."""
    t = who.t
    roster = who.tx.staff.roster(who.at)
    on_duty = {officer.badge for officer in roster.on_duty(who.at)}
    lines = []
    for slot in who.tx.staff.slots():
        state = t("en turno") if slot.badge in on_duty else t(STATES[slot.state])
        lines.append(f"{slot.badge} {slot.name} · {state}")
    actions = (
        button(t("Invitar"), "m.invite"),
        button(t("Dar de baja"), "m.revoke"),
        button(t("Grupos"), "m.groups"),
        button(t("Estado"), "m.status"),
    )
    who.show(Outgoing(title=t("Equipo"), lines=tuple(lines), actions=actions))


def invite(who: Speaker) -> None:
    """Choose the slot, then a one-time code."""
    slots = [s for s in who.tx.staff.slots() if s.state != "active"]
    if not slots:
        who.say(who.t("Todas las plazas tienen alta. Agregue la nueva en «personal.yaml»."))
        return
    talks.start(who, "invite", {"slots": [[s.badge, s.name] for s in slots]})


def revoke(who: Speaker) -> None:
    """Choose who loses all rights at once."""
    slots = [s for s in who.tx.staff.slots() if s.state in ("active", "pending", "invited")]
    others = [[s.badge, s.name] for s in slots if s.person_id != who.person.id]
    if not others:
        who.say(who.t("No hay a quién dar de baja."))
        return
    talks.start(who, "revoke", {"slots": others})


def approve(who: Speaker, argument: str) -> None:
    """The number is the same on both sides."""
    badge, _, number = argument.rpartition(".")
    slot = desk.approve(who.tx, badge, number, who.person.id, who.at)
    who.say(who.t("{name} ya tiene alta.", name=slot.name))


def refuse(who: Speaker, argument: str) -> None:
    """The number is another one."""
    badge, _, number = argument.rpartition(".")
    desk.refuse(who.tx, badge, number, who.person.id, who.at)
    who.say(who.t("No se dio de alta. Si fue un error, invite otra vez."))


def _slot_flow(t: Texts, question: str, slots: list[list[str]]) -> Flow[str]:
    rows = [
        Option(badge, f"s{n}", shortened(f"{badge} {name}", 24), words=(badge, name), shown=n < SHOWN)
        for n, (badge, name) in enumerate(slots)
    ]
    more = (t("Si no está en la lista, escriba su placa."),) if len(slots) > SHOWN else ()
    return (yield from choose("slot", (t(question), *more), rows, as_rows=True))


def _revoke_flow(t: Texts, slots: list[list[str]]) -> Flow[str | None]:
    badge = yield from _slot_flow(t, later("¿A quién se da de baja?"), slots)
    name = next(name for known, name in slots if known == badge)
    options = [Option(True, "yes", t("Sí, dar de baja"), style="danger"), Option(False, "no", t("No"))]
    sure = yield from choose(
        "sure", (t("{name} deja de recibir avisos desde ahora. ¿Seguro?", name=name),), options
    )
    return badge if sure else None


def _invited(who: Speaker, talk: Conversation, badge: str) -> None:
    code = desk.invite(who.tx, who.here, badge, who.person.id, who.at)
    span = who.t.span(desk.CODE_LIVES)
    who.show(
        Outgoing(
            lines=(
                who.t("Código para {badge}, sirve una vez y vence en {span}:", badge=badge, span=span),
                show_code(code),
                who.t("Que lo mande a este asistente desde su propio Telegram."),
            ),
            copy=show_code(code),
            protected=True,
        )
    )


def _revoked(who: Speaker, talk: Conversation, badge: str | None) -> None:
    if badge is None:
        who.say(who.t("De acuerdo, no cambió nada."))
        return
    left = duty.dismiss(who.tx, who.here, badge, who.me, who.at)
    lines = [who.t("Listo: {badge} ya no recibe nada.", badge=badge)]
    if left:
        lines.append(
            who.t.many(
                "Lo que tenía en sus manos volvió al sector: {n} reporte.",
                "Lo que tenía en sus manos volvió al sector: {n} reportes.",
                left,
            )
        )
    who.say(*lines)


talks.script(
    talks.Script(
        name="invite",
        make=lambda t, here, kept, again: _slot_flow(t, later("¿Para quién es el código?"), kept["slots"]),
        finish=_invited,
    )
)
talks.script(
    talks.Script(
        name="revoke",
        make=lambda t, here, kept, again: _revoke_flow(t, kept["slots"]),
        finish=_revoked,
    )
)
