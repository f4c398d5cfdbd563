"""A stand-in for the core: answers every word with a card of one form, so that the page can be tried alone."""

from __future__ import annotations

import contextlib
from datetime import timedelta

from bot.channels import SendError
from bot.channels.simulator import SimulatorChannel
from bot.clock import MovableClock
from bot.domain.territory import Point
from bot.messages import Action, Address, Inbound, InboundKind, Outgoing, Receipt, TemplateUse
from handlers.pages.simulator import MapColonia, MapSector, SectorsMap

YES_NO = (Action(label="Sí, enviar", token="yes", style="primary"), Action(label="Corregir", token="fix"))
KINDS = tuple(
    Action(label=label, token=f"kind:{n}", description=description)
    for n, (label, description) in enumerate(
        [
            ("Robo o intento", "En casa, en la calle, de vehículo"),
            ("Ruido o pleito", "Música, fiestas, discusiones"),
            ("Alumbrado y calle", "Lámparas, baches, banqueta"),
            ("Personas o autos", "Algo que le parece sospechoso"),
            ("Otra cosa", ""),
        ]
    )
)
CARDS = {
    "hola": Outgoing(
        title="Hola, soy el asistente de la Policía de Proximidad.",
        lines=("Soy un programa. Si corre peligro ahora, llame al 911.", "¿Qué necesita?"),
        actions=(
            Action(label="Reportar", token="report", style="primary"),
            Action(label="Mi policía", token="team"),
            Action(label="Más", token="more"),
        ),
    ),
    "lista": Outgoing(title="¿De qué se trata?", rows=KINDS, rows_label="Elegir"),
    "folio": Outgoing(title="Listo. Su folio es:", lines=("4172-0853",), copy="4172-0853"),
    "lugar": Outgoing(lines=("¿Dónde? Mande su ubicación o escriba calle y colonia.",), asks_location=True),
    "mapa": Outgoing(
        title="Es suyo.", lines=("Atrás del domo",), pin=Point(18.5153, -88.3011), pin_label="Leona Vicario"
    ),
    "protegido": Outgoing(
        title="Solo para usted", lines=("No se puede reenviar.",), protected=True, quiet=True
    ),
    "largo": Outgoing(title="x", actions=(Action(label="Una etiqueta de más de treinta letras", token="t"),)),
    "marcas": Outgoing(lines=("<b>no</b> <img src=x onerror=alert(1)> *nada* _aquí_",)),
}
TEMPLATES = {"novedad": "Policía de Proximidad: hay novedades de su folio {{1}}. Escriba «ver» para leerlas."}


class EchoCore:
    """Answers on the phone that spoke; `aviso` alerts both officers, and the first tap wins."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.channel = SimulatorChannel(clock, templates=TEMPLATES)
        self.heard: list[Inbound] = []
        self.alerts: dict[str, str] = {}
        self.resets = 0

    async def receive(self, inbound: Inbound) -> None:
        """Hear, and answer."""
        self.heard.append(inbound)
        with contextlib.suppress(SendError):
            await self._answer(inbound)

    async def noted(self, receipt: Receipt) -> None:
        """Nothing to do."""

    async def _answer(self, inbound: Inbound) -> None:
        if inbound.kind is InboundKind.TAP:
            await self._answer_tap(inbound)
        elif inbound.point is not None:
            await self.say(inbound.address.id, Outgoing(lines=("Gracias, ya tengo el lugar.",)))
        elif inbound.attachments:
            kind = inbound.attachments[0].kind
            await self.say(inbound.address.id, Outgoing(lines=(f"Recibí su archivo ({kind}).",)))
        elif inbound.text == "aviso":
            await self.alert()
        else:
            card = CARDS.get(inbound.text.lower(), Outgoing(lines=(f"Entendí: {inbound.text}",)))
            await self.say(inbound.address.id, card)

    async def _answer_tap(self, inbound: Inbound) -> None:
        if inbound.token != "claim":
            toast = Outgoing(lines=(f"Eligió {inbound.token}.",), toast="Anotado", tap_id=inbound.tap_id)
            await self.say(inbound.address.id, toast)
        elif self.alerts:
            winner = inbound.address.id
            for phone, card in self.alerts.items():
                text = "Es suyo." if phone == winner else "Ya lo tomó su colega."
                await self.say(phone, Outgoing(title=text, replaces=card))
            self.alerts = {}
        else:
            await self.say(inbound.address.id, Outgoing(toast="Ya lo tomó su colega", tap_id=inbound.tap_id))

    async def alert(self) -> None:
        """Put the same card on both officers' phones."""
        card = Outgoing(
            title="P1 Robo en casa · Col. Italia · hace 2 min",
            lines=("4172-0861",),
            actions=(
                Action(label="Tomar", token="claim", style="primary"),
                Action(label="Apoyo", token="support"),
                Action(label="No puedo", token="decline"),
            ),
        )
        self.alerts = {phone: await self.say(phone, card) for phone in ("oficial", "oficial2")}

    async def say(self, phone: str, card: Outgoing) -> str:
        """Send a card to a phone."""
        return await self.channel.send(Address("simulator", phone), card)

    async def news(self) -> None:
        """An update that outside the window goes as a template."""
        use = TemplateUse(name="novedad", variables=("4172-0853",))
        await self.say("vecina", Outgoing(title="Ya quedó la lámpara.", template=use))

    # --- SimulatorControl ---

    async def reset(self) -> None:
        """Counted."""
        self.channel.clear()
        self.resets += 1

    async def skip(self, minutes: int) -> None:
        """Move the clock."""
        self.clock.skip(timedelta(minutes=minutes))

    def sectors_map(self) -> SectorsMap:
        """The four pilot colonias and some neighbours."""
        return {"colonias": list(COLONIAS), "sectors": [*SECTORS]}


SECTORS: tuple[MapSector, ...] = (
    {"slug": "norte", "name": "Sector Norte"},
    {"slug": "sur", "name": "Sector Sur"},
)
POINTS = (
    ("Leona Vicario", 18.51535, -88.30113, "norte"),
    ("Benito Juárez", 18.5139, -88.30754, "norte"),
    ("Italia", 18.50742, -88.30868, "sur"),
    ("Venustiano Carranza", 18.50734, -88.30076, "sur"),
    ("Centro", 18.50006, -88.30151, ""),
    ("Adolfo López Mateos", 18.51484, -88.28688, ""),
    ("Infonavit Francisco J. Múgica", 18.51655, -88.29149, ""),
    ("Bugambilias", 18.5235, -88.3168, ""),
    ("Josefa Ortiz", 18.5042, -88.3145, ""),
    ("Plutarco Elías Calles", 18.5038, -88.2935, ""),
)
COLONIAS: tuple[MapColonia, ...] = tuple(
    {"slug": name, "name": name, "lat": lat, "lon": lon, "sector": sector, "pilot": bool(sector)}
    for name, lat, lon, sector in POINTS
)
