"""The local channel: phones in memory, with the manners of Telegram and WhatsApp."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from uuid import uuid4

from bot.channels import Failure, Fetched, MediaGone, MediaSource, Noted, Receive, SendError
from bot.channels.simulator.drawing import draw
from bot.channels.simulator.files import Files
from bot.channels.simulator.limits import CAPABILITIES, LimitBroken, Manner
from bot.channels.simulator.screens import Bubble, Fate, Happened, Owner, Phone, Screens, Side
from bot.clock import Clock
from bot.domain.territory import Point
from bot.messages import (
    TELEGRAM,
    Address,
    Attachment,
    AttachmentKind,
    Capabilities,
    Inbound,
    InboundKind,
    Outgoing,
    Receipt,
)

NAME = "simulator"
OWNERS = (
    Owner(id="vecina", name="Vecina", role="resident", switchable=True),
    Owner(id="oficial", name="Oficial 1", role="officer"),
    Owner(id="oficial2", name="Oficial 2", role="officer"),
    Owner(id="supervisora", name="Supervisora", role="supervisor"),
)
GROUP = "group"  # role of a phone that stands for a group chat; `speaks` is who writes there
FILE_LOST = "(Un archivo de este mensaje ya no está disponible.)"
CLOSED_WINDOW = (
    "Pasaron más de 24 horas desde el último mensaje de esta persona: "
    "WhatsApp ya solo deja mandarle plantillas aprobadas."
)


def _kind(token: str, moved_to: Point | None) -> InboundKind:
    if moved_to is not None:
        return InboundKind.MOVE
    return InboundKind.TAP if token else InboundKind.MESSAGE


def clean(text: str) -> str:
    """Without NUL and lone surrogates, as every channel hands over what a person wrote."""
    return text.encode(errors="ignore").decode().replace("\0", "")


class SimulatorChannel:
    """Implements bot.channels.Channel; the page and the tests act as people with `say`, `tap` and so on."""

    def __init__(
        self,
        clock: Clock,
        *,
        owners: tuple[Owner, ...] = OWNERS,
        templates: Mapping[str, str] | None = None,
        media: MediaSource | None = None,
    ) -> None:
        self.name = NAME
        self.capabilities: Capabilities = TELEGRAM  # of most phones; see `capabilities_of`
        self._clock = clock
        self._templates = dict(templates or {})
        self._media = media
        self._files = Files()
        self._receive: Receive | None = None
        self._noted: Noted | None = None
        self._receipts: set[asyncio.Task[None]] = set()
        self.screens = Screens(owners)
        self.problems: list[str] = []  # limits broken so far: a test wants it empty

    # --- the contract of a channel ---

    async def start(self, receive: Receive, noted: Noted) -> None:
        """Begin to listen."""
        self._receive, self._noted = receive, noted

    async def stop(self) -> None:
        """Stop listening; ends every watch of the screens."""
        self._receive = self._noted = None
        self.screens.close()
        for task in self._receipts:
            task.cancel()
        await asyncio.gather(*self._receipts, return_exceptions=True)

    def capabilities_of(self, address: Address) -> Capabilities:
        """What this very phone can carry: it depends on the network it is on."""
        return CAPABILITIES[self._phone_of(address).manner]

    async def send(self, to: Address, message: Outgoing, *, reference: str = "") -> str:
        """Show one card on a phone; returns the id of its bubble. Raises SendError."""
        phone, message = self._phone_of(to), await self._with_files(message)
        try:
            bubbles = draw(phone, message, self._clock.now(), self._templates)
        except SendError as refused:
            self._show_refusal(phone, refused)
            raise
        self._show_toast(phone, message)
        for bubble in bubbles:
            self.screens.put(phone.owner.id, bubble)
        if not bubbles:
            return uuid4().hex
        if CAPABILITIES[phone.manner].receipts:
            self._report_later(bubbles[-1].id)
        return bubbles[-1].id

    async def fetch(self, attachment: Attachment) -> Fetched:
        """The bytes of a photo or voice note that somebody sent here. Raises MediaGone."""
        if fetched := self._files.get(attachment.reference):
            return fetched
        raise MediaGone

    async def find(self, to: Address, message: Outgoing, since_seconds: float) -> str | None:
        """WhatsApp's provider can list what it accepted, Telegram's can't."""
        phone = self._phone_of(to)
        if phone.manner is Manner.TELEGRAM:
            return None
        now = self._clock.now()
        for bubble in reversed(phone.bubbles):
            fresh = (now - bubble.at).total_seconds() <= since_seconds
            if fresh and bubble.side is Side.THEIRS and bubble.text == message.text:
                return bubble.id
        return None

    async def forget(self, reference: str) -> None:
        """Nothing: the file stands on the screen of who sent it."""

    async def delete(self, to: Address, provider_id: str) -> None:
        """Withdraw a bubble; nothing on WhatsApp, where that can't be done."""
        phone = self._phone_of(to)
        if CAPABILITIES[phone.manner].deletes:
            self.screens.remove(phone.owner.id, provider_id)

    # --- what a person does with a phone (all raise KeyError for a phone that isn't there) ---

    async def say(self, phone_id: str, text: str) -> None:
        """Write a message."""
        await self._do(phone_id, lines=(clean(text),))

    async def tap(self, phone_id: str, token: str, bubble_id: str) -> None:
        """Press a button or choose a row of a bubble, however old. An unknown token goes through as it is."""
        phone = self.phone(phone_id)
        bubble = phone.bubble(bubble_id)
        label = bubble.label_of(token) if bubble else ""
        # Only WhatsApp writes the choice into the talk, as if the person had said it.
        lines = (label,) if label and phone.manner is Manner.WHATSAPP else ()
        await self._do(phone_id, lines=lines, token=token, card_id=bubble_id)

    async def locate(self, phone_id: str, lat: float, lon: float, name: str = "") -> None:
        """Share a location."""
        await self._do(phone_id, pin=Point(lat, lon), pin_label=name)

    async def move(self, phone_id: str, lat: float, lon: float) -> None:
        """A location that is shared live is elsewhere now: nothing new stands in the chat. Telegram only."""
        if self.phone(phone_id).manner is Manner.TELEGRAM:
            await self._do(phone_id, moved_to=Point(lat, lon))

    async def photo(
        self, phone_id: str, content: bytes, content_type: str = "image/jpeg", *, caption: str = ""
    ) -> None:
        """Send a photo."""
        photo = self._files.take(AttachmentKind.PHOTO, Fetched(content, content_type))
        await self._do(phone_id, lines=(clean(caption),) if caption else (), files=(photo,))

    async def voice(
        self, phone_id: str, seconds: int, content: bytes, content_type: str = "audio/ogg"
    ) -> None:
        """Send a voice note."""
        note = self._files.take(AttachmentKind.VOICE, Fetched(content, content_type), seconds)
        await self._do(phone_id, files=(note,))

    def phone(self, phone_id: str) -> Phone:
        """One phone, to be read."""
        return self.screens.phones[phone_id]

    def file(self, reference: str) -> Fetched | None:
        """The bytes behind a bubble's file, for the page."""
        return self._files.get(reference)

    def switch(self, phone_id: str, manner: Manner) -> None:
        """Move a phone to the other network. Raises ValueError where that isn't offered."""
        phone = self.phone(phone_id)
        if not phone.owner.switchable:
            raise ValueError(f"{phone_id} stays on {phone.manner}")
        phone.manner = manner
        self.screens.tell(Happened.PHONE, phone_id)

    def clear(self) -> None:
        """Forget everything that was said and sent."""
        self._files.clear()
        self.problems.clear()
        self.screens.clear()

    # --- inside ---

    async def _do(
        self,
        phone_id: str,
        *,
        lines: tuple[str, ...] = (),
        pin: Point | None = None,
        pin_label: str = "",
        files: tuple[Attachment, ...] = (),
        token: str = "",
        card_id: str = "",
        moved_to: Point | None = None,
    ) -> None:
        """Show what the owner did, then hand it to the core; the ticks say whether it was kept."""
        phone, now = self.phone(phone_id), self._clock.now()
        bubble = Bubble(
            id=uuid4().hex,
            side=Side.MINE,
            at=now,
            manner=phone.manner,
            lines=lines,
            pin=pin,
            pin_label=pin_label,
            files=files,
            fate=Fate.SENDING,
        )
        if bubble.text or pin or files:
            self.screens.put(phone_id, bubble)
        self._note_writing(phone)
        await self._hand_over(
            phone_id,
            bubble,
            Inbound(
                id=f"sim:{uuid4()}",
                address=Address(NAME, phone_id),
                at=now,
                kind=_kind(token, moved_to),
                text=bubble.text,
                token=token,
                tap_id=uuid4().hex if token else "",
                message_id=bubble.id,
                card_id=card_id,
                point=pin or moved_to,
                place_name=pin_label,
                attachments=files,
                locale="es",
                private=phone.owner.role != GROUP,
                sender=phone.owner.speaks if phone.owner.role == GROUP else "",
                start=_payload(bubble.text, phone.manner),
            ),
        )

    async def _hand_over(self, phone_id: str, bubble: Bubble, inbound: Inbound) -> None:
        if self._receive is None:
            raise RuntimeError("the simulator was not started")
        try:
            await self._receive(inbound)
        except BaseException:
            self.screens.settle(phone_id, bubble, Fate.FAILED)
            raise
        self.screens.settle(phone_id, bubble, Fate.STORED)

    def _note_writing(self, phone: Phone) -> None:
        """Whatever the owner does opens WhatsApp's window again."""
        phone.wrote_at, phone.warned = self._clock.now(), False
        self.screens.tell(Happened.PHONE, phone.owner.id)

    def _phone_of(self, address: Address) -> Phone:
        phone = self.screens.phones.get(address.id)
        if address.channel != NAME or phone is None:
            raise SendError(Failure.GONE, "404")
        return phone

    async def _with_files(self, message: Outgoing) -> Outgoing:
        """Fetch the bytes of what we send, so that the page can show them; say so when one is gone."""
        here = []
        for attachment in message.attachments:
            if self._media is None:
                raise SendError(Failure.MISCONFIGURED, "media")
            try:
                self._files.put(attachment.reference, await self._media(attachment.reference))
            except MediaGone:
                message = message.with_(lines=(*message.lines, FILE_LOST))
            else:
                here.append(attachment)
        return message.with_(attachments=tuple(here))

    def _show_toast(self, phone: Phone, message: Outgoing) -> None:
        if message.toast and phone.manner is Manner.TELEGRAM:
            phone.toast = message.toast
            self.screens.tell(Happened.TOAST, phone.owner.id, text=message.toast)

    def _show_refusal(self, phone: Phone, refused: SendError) -> None:
        """A broken limit is our bug and shown as one; a closed window is explained once."""
        if isinstance(refused, LimitBroken):
            self.problems.append(refused.explanation)
            self._explain(phone, Side.PROBLEM, refused.explanation)
        elif refused.failure is Failure.WINDOW_CLOSED and not phone.warned:
            phone.warned = True
            self._explain(phone, Side.NOTE, CLOSED_WINDOW)

    def _explain(self, phone: Phone, side: Side, text: str) -> None:
        now = self._clock.now()
        bubble = Bubble(id=uuid4().hex, side=side, at=now, manner=phone.manner, lines=(text,))
        self.screens.put(phone.owner.id, bubble)

    def _report_later(self, provider_id: str) -> None:
        task = asyncio.create_task(self._report(provider_id))
        self._receipts.add(task)
        task.add_done_callback(self._receipts.discard)

    async def _report(self, provider_id: str) -> None:
        """Delivered and read, as WhatsApp tells it: later, and on its own."""
        for status in ("delivered", "read"):
            if self._noted is not None:
                await self._noted(Receipt(provider_id=provider_id, status=status))


def _payload(text: str, manner: Manner) -> str:
    """What a deep link brings: Telegram writes "/start" and the payload when it is opened."""
    command, _, payload = text.partition(" ")
    return payload.strip() if manner is Manner.TELEGRAM and command == "/start" else ""
