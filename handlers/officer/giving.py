"""Hand-over on the pavement: the officer shows six digits or a QR, the neighbour follows the report as their own."""

from __future__ import annotations

from bot.domain import folio as folios
from bot.domain import follow_code as codes
from bot.domain.errors import NotPermitted
from bot.messages import Action, Attachment, AttachmentKind, Outgoing
from bot.qr import REFERENCE
from bot.texts import Texts
from handlers.desk import following as desk
from handlers.here import Here
from handlers.speaker import Speaker, button

NETWORKS = {"wa": "WhatsApp", "tg": "Telegram"}


def give(who: Speaker, argument: str) -> None:
    """Dar código: digits to read out; with a network behind the folio, its QR."""
    folio, _, network = argument.partition(".")
    if who.officer is None:
        raise NotPermitted
    report, code = desk.give(who.tx, who.here, folio, who.officer, who.at)
    t, here = who.t, who.here
    link = _link(here, network, code)
    if link:
        lines: tuple[str, ...] = (
            t("QR de {network} · {folio}", network=NETWORKS[network], folio=folios.show(report.folio)),
            t(
                "Que apunte la cámara y abra el enlace; en WhatsApp, que toque «Enviar». Vale 24 horas, una vez."
            ),
        )
    else:
        lines = (
            t("Código para seguir el folio {folio}:", folio=folios.show(report.folio)),
            codes.show(code),
            t("Que la persona lo escriba en el asistente. Vale 24 horas y una sola vez."),
        )
    pictures = (_picture(link),) if link else ()
    actions = _choices(t, here, folio, network)
    who.show(Outgoing(lines=lines, actions=actions, attachments=pictures, protected=True))


def _choices(t: Texts, here: Here, folio: str, shown: str) -> tuple[Action, ...]:
    """The other ways to hand it over; each makes a new code, and the one before is void."""
    ways = [
        button(t("QR de {network}", network=name), f"give.{folio}.{network}")
        for network, name in NETWORKS.items()
        if network != shown and _link(here, network, "")
    ]
    digits = [button(t("Seis números"), f"give.{folio}")] if shown else []
    return (*ways, *digits)


def _link(here: Here, network: str, code: str) -> str:
    links = here.municipality.links
    if network == "wa":
        return links.of_whatsapp(codes.request(code))
    return links.of_telegram(codes.payload(code)) if network == "tg" else ""


def _picture(link: str) -> Attachment:
    return Attachment(kind=AttachmentKind.PHOTO, reference=f"{REFERENCE}{link}", content_type="image/png")


def offer(t: Texts, folio: str) -> Action:
    """The button under what was noted down for somebody."""
    return button(t("Dar código"), f"give.{folio}")
