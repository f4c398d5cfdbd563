"""WhatsApp by Twilio, as a Channel: listens by webhook, speaks by REST."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.routing import Route

from bot.channels import Failure, Fetched, Noted, Receive, SendError
from bot.channels.whatsapp import inbound, numbers, outbound
from bot.channels.whatsapp.client import TwilioApi
from bot.channels.whatsapp.errors import REFUSED_SHELL
from bot.channels.whatsapp.media import MediaDoor
from bot.channels.whatsapp.outbound import Choice, Manner, Part, Plain, Template, Words
from bot.channels.whatsapp.shells import Shell, Shells, ShellStore
from bot.channels.whatsapp.signature import Gate
from bot.channels.whatsapp.webhook import STATUS_PATH, Webhook
from bot.messages import WHATSAPP, Address, Attachment, Capabilities, Inbound, Outgoing, Receipt

if TYPE_CHECKING:
    from bot.channels.whatsapp.library import Library, Listed

log = logging.getLogger(__name__)

VALIDITY_SECONDS = 3600  # by itself Twilio would hold a message back for up to ten hours
CLOCKS_APART = timedelta(seconds=2)
REMEMBERED = 2000


class WhatsAppChannel:
    """One sender of one Twilio account."""

    name = inbound.NAME
    capabilities: Capabilities = WHATSAPP

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        sender: str,
        *,
        public_url: str,
        shells: ShellStore,
        api_url: str = "https://api.twilio.com",
        content_url: str = "https://content.twilio.com",
        templates: Mapping[str, str] | None = None,
        media_url: Callable[[str], str] | None = None,
        other_token: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        words: Words | None = None,
        strict: bool = False,
    ) -> None:
        self.sender = numbers.channel_id(sender)
        self.public_url = public_url.rstrip("/")
        self.api = TwilioApi(account_sid, auth_token, api_url, content_url)
        self.media = MediaDoor(self.api)
        self._templates = dict(templates or {})
        self._manner = Manner(words=words or Words(), media_url=media_url, strict=strict)
        self._now = now
        self._shells = Shells(account_sid, shells, self.api.create_content, now)
        self._sent_shells: OrderedDict[str, Shell] = OrderedDict()  # sid -> the shell it used
        self._halfway: OrderedDict[str, dict[tuple[int, Part], str]] = OrderedDict()  # parts that went
        self._open_library = lambda: _library(account_sid, auth_token, api_url)
        self._opened_library: Library | None = None
        self._one_opener = asyncio.Lock()
        tokens = tuple(filter(None, (auth_token, other_token)))
        self.webhook = Webhook(
            gate=Gate(account_sid, tokens, self.public_url), sender=self.sender, now=now, seen=self._seen
        )

    def __repr__(self) -> str:
        return "WhatsAppChannel(***)"

    def routes(self) -> list[Route]:
        """The addresses that Twilio calls; before `start` they answer 503."""
        return [*self.webhook.routes()]

    async def start(self, receive: Receive, noted: Noted) -> None:
        """Begin to listen."""
        self.webhook.receive, self.webhook.noted = receive, noted

    async def stop(self) -> None:
        """Stop listening, close connections."""
        self.webhook.receive = self.webhook.noted = None
        await self.api.close()
        if self._opened_library is not None:
            self._opened_library.close()
            self._opened_library = None

    # Speaking

    async def send(self, to: Address, message: Outgoing, *, reference: str = "") -> str:
        """Send one card; the sid of its last message. Raises SendError.

        A card of several messages that broke off halfway goes on from there when its reference comes again.
        """
        parts = outbound.render(message, self._manner)
        if message.role and not message.text:  # there are no commands here
            return ""
        if not parts:
            raise SendError(Failure.PERMANENT, "empty")
        gone = self._halfway.pop(reference, {}) if reference else {}
        sid = ""
        for step in enumerate(parts, start=1):
            envelope = self._envelope(to, reference, is_last=step[0] == len(parts))
            try:
                sid = gone.get(step) or await self._send_part(step[1], envelope)
            except SendError:
                _remember(self._halfway, reference, gone)
                raise
            gone[step] = sid
        return sid

    def _envelope(self, to: Address, reference: str, *, is_last: bool) -> dict[str, str]:
        """Who to whom. Only the card's last message reports back: its fate is the card's."""
        fields = {
            "From": self.sender,
            "To": numbers.channel_id(to.id),
            "ValidityPeriod": str(VALIDITY_SECONDS),
        }
        if is_last and self.public_url:
            query = f"?ref={quote(reference, safe=':')}" if reference else ""
            fields["StatusCallback"] = self.public_url + STATUS_PATH + query
        return fields

    async def _send_part(self, part: Part, envelope: dict[str, str]) -> str:
        if isinstance(part, Plain):
            return await self.api.create_message(envelope | part.form())
        if isinstance(part, Choice):
            return await self._send_choice(part, envelope)
        return await self._send_template(part, envelope)

    async def _send_choice(self, choice: Choice, envelope: dict[str, str]) -> str:
        """By its shell; where there is none, or Twilio refuses it, the same in numbered text."""
        content_sid = await self._shells.sid(choice.shell)
        if content_sid:
            try:
                sid = await self.api.create_message(envelope | choice.form(content_sid))
            except SendError as error:
                if error.code not in REFUSED_SHELL:
                    raise
                await self._shells.refused(choice.shell, error.code)
            else:
                _remember(self._sent_shells, sid, choice.shell)
                return sid
        return [await self._send_part(piece, envelope) for piece in choice.numbered][-1]

    async def _send_template(self, template: Template, envelope: dict[str, str]) -> str:
        content_sid = self._templates.get(template.name)
        if not content_sid:
            log.error("no template %s", template.name, extra={"action": "whatsapp.template"})
            raise SendError(Failure.MISCONFIGURED, "template")
        return await self.api.create_message(envelope | outbound.content_form(content_sid, template.values))

    async def _seen(self, receipt: Receipt) -> Receipt:
        """Meta may refuse a shell after Twilio took the message: said again, it goes as numbered text."""
        shell = self._sent_shells.get(receipt.provider_id)
        if shell is None or receipt.status != "failed" or receipt.error not in REFUSED_SHELL:
            return receipt
        await self._shells.refused(shell, receipt.error)
        receipt.raw["failure"] = Failure.RETRY.value
        return receipt

    async def delete(self, to: Address, provider_id: str) -> None:
        """WhatsApp by Twilio can't."""

    # Looking back

    async def find(self, to: Address, message: Outgoing, since_seconds: float) -> str | None:
        """Was this message accepted lately, and not lost since? The sid of its last part. Raises SendError."""
        recipient = numbers.channel_id(to.id)
        for listed in await self._listed(recipient, self._now() - timedelta(seconds=since_seconds)):
            ours = numbers.same(listed.from_, self.sender)
            if ours and not listed.lost and outbound.resembles(message, listed.body, self._manner):
                return listed.sid
        return None

    async def list_inbound(self, since: datetime) -> AsyncIterator[Inbound]:
        """What people sent since then, oldest first, as far as Twilio's list tells (no tokens, no pins).

        A message whose files can't be listed holds up no other one; it is raised after them, as SendError.
        """
        failed: SendError | None = None
        for listed in reversed(await self._listed(self.sender, since)):
            if not listed.inbound:
                continue
            try:
                found = await self._from_list(listed)
            except SendError as error:
                failed = error
            else:
                yield found
        if failed is not None:
            raise failed

    async def _listed(self, to: str, since: datetime) -> list[Listed]:
        """The newest first. Twilio may filter by whole days, so the moment is compared again here."""
        since = since.astimezone(UTC) - CLOCKS_APART
        library = await self._library()
        listed = await asyncio.to_thread(library.messages, since=since, to=to)
        return [each for each in listed if (each.at or since) >= since]

    async def _from_list(self, listed: Listed) -> Inbound:
        fields = {"MessageSid": listed.sid, "From": listed.from_, "Body": listed.body}
        if listed.has_media:
            library = await self._library()
            files = await asyncio.to_thread(library.media, listed.sid)
            fields["NumMedia"] = str(len(files))
            for number, (media_sid, content_type) in enumerate(files):
                fields[f"MediaUrl{number}"] = f"/Messages/{listed.sid}/Media/{media_sid}"
                fields[f"MediaContentType{number}"] = content_type
        raw, at = json.dumps(fields).encode(), listed.at or self._now()
        try:
            return inbound.read(fields, raw, at)
        except inbound.Unreadable:
            return inbound.unreadable(fields, raw, at)

    # Files

    async def fetch(self, attachment: Attachment) -> Fetched:
        """The bytes of a file that a person sent. Raises MediaGone, or SendError when it may work later."""
        return await self.media.fetch(attachment.reference)

    async def forget(self, reference: str) -> None:
        """Delete a file at Twilio once we have it. Raises SendError, MediaGone."""
        await self.media.forget(reference)

    # Twilio's library

    async def _library(self) -> Library:
        async with self._one_opener:
            if self._opened_library is None:
                self._opened_library = await asyncio.to_thread(self._open_library)
            return self._opened_library


def _library(account_sid: str, auth_token: str, api_url: str) -> Library:
    from bot.channels.whatsapp.library import Library  # half a second of imports: only when first needed

    return Library(account_sid, auth_token, api_url)


def _remember(memory: OrderedDict[str, Any], key: str, value: Any) -> None:
    """Keep the latest few; a lost memory costs a duplicate at worst."""
    if key:
        memory[key] = value
        if len(memory) > REMEMBERED:
            memory.popitem(last=False)
