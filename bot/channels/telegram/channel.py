"""Telegram as a channel: start, stop, send, fetch, delete."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from starlette.routing import BaseRoute

from bot.channels import Failure, Fetched, MediaSource, Noted, Receive, SendError, StoreUnavailable
from bot.channels.telegram import commands, files, webhook
from bot.channels.telegram.client import Client
from bot.channels.telegram.inbound import read, unreadable
from bot.channels.telegram.polling import Polling, backoff
from bot.channels.telegram.sender import Sender
from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.messages import TELEGRAM, Address, Attachment, Inbound, Outgoing

if TYPE_CHECKING:
    from telegram import Bot

log = logging.getLogger(__name__)

TOKEN_SHAPE = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{1,100}")
Loop = Callable[[], Awaitable[None]]
MODES = ("polling", "webhook")
MAX_CONNECTIONS = 40  # how many updates Telegram may bring at the same time
WATCH_EVERY = 30.0  # seconds between two looks at where Telegram sends our updates


class WebhookInfo(msgspec.Struct):
    """Where Telegram sends our updates."""

    url: str = ""


class TelegramChannel:
    """The `Channel` contract over the Bot API, by polling or by webhook."""

    name = "telegram"
    capabilities = TELEGRAM

    def __init__(
        self,
        token: str,
        *,
        mode: str = "polling",
        secret: str = "",
        public_url: str = "",
        api_url: str = "https://api.telegram.org",
        media: MediaSource | None = None,
        alone: Callable[[Loop], Awaitable[None]] | None = None,
    ) -> None:
        """`alone` runs a loop in one of several processes only: two that poll take each other's updates."""
        self._bot_id = token.partition(":")[0]
        self._valid_token = TOKEN_SHAPE.fullmatch(token) is not None
        self._mode, self._secret, self._public_url = mode, secret, public_url.rstrip("/")
        self._client = Client(token, api_url)
        self._sender = Sender(self._client, media)
        self._polling = Polling(self._client, self._read, self._unreadable, self._take)
        self._alone = alone
        self._receive: Receive | None = None
        self._work: asyncio.Task[None] | None = None
        self._trouble = ""
        self._alarms: list[str] = []

    def alarms(self) -> list[str]:
        """What the operators must hear of, since this was asked last."""
        found, self._alarms = self._alarms, []
        return found

    @property
    def trouble(self) -> str:
        """Why nothing is heard, in a word; "" while all is well. For the health page."""
        return self._trouble or self._polling.trouble

    def routes(self) -> list[BaseRoute]:
        """What the web server mounts; nothing when we poll."""
        return [webhook.route(self._secret, self._take_raw)] if self._mode == "webhook" else []

    async def start(self, receive: Receive, noted: Noted) -> None:
        """Begin to listen. Telegram tells no delivery status, so `noted` is never called.

        Raises SendError(MISCONFIGURED) when no waiting would help; out of reach, it goes on trying.
        """
        self._check_settings()
        self._receive = receive
        try:
            ready = await self._set_up()
        except SendError:
            await self._client.close()
            raise
        self._work = asyncio.create_task(self._run(ready), name="telegram")

    async def stop(self) -> None:
        """Stop listening. The webhook stays where it is: Telegram keeps what comes until we are back."""
        work, self._work = self._work, None
        if work is not None:
            work.cancel()
            await asyncio.wait([work])
        self._receive = None
        await self._client.close()

    async def send(self, to: Address, message: Outgoing, *, reference: str = "") -> str:
        """One card. Raises SendError; ValueError for a token that does not fit a button."""
        if message.role:
            await self.show_commands(to, message.role)
        if any(action.start for action in message.actions):
            message = await self._linked(message)
        sent = "" if message.role and not message.text else await self._sender.send(to.id, message, reference)
        if message.leaves:
            await self.leave(to)
        return sent

    async def _linked(self, message: Outgoing) -> Outgoing:
        """Buttons that lead from a group into the private chat with us."""
        name = await self._client.with_bot(_name_of)
        made = (
            msgspec.structs.replace(one, url=f"https://t.me/{name}?start={one.start}") if one.start else one
            for one in message.actions
        )
        return message.with_(actions=tuple(made))

    async def fetch(self, attachment: Attachment) -> Fetched:
        """A person's file, at most 20 MB. Raises MediaGone, SendError."""
        return await files.fetch(self._client, attachment)

    async def find(self, to: Address, message: Outgoing, since_seconds: float) -> str | None:
        """Never: Telegram can't list what a bot has sent."""
        return None

    async def forget(self, reference: str) -> None:
        """Nothing: what people send stays in their own chat, and Telegram keeps no other copy for us."""

    async def delete(self, to: Address, provider_id: str) -> None:
        """Withdraw one of our messages. Too old, already gone, never there: silently nothing."""
        try:
            chat, message = int(to.id), int(provider_id)
            await self._client.with_bot(lambda bot: bot.delete_message(chat, message))
        except (SendError, ValueError) as error:
            log.info("message not withdrawn: %s", error, extra={"action": "telegram.delete"})

    async def show_commands(self, address: Address, role: str) -> bool:
        """The command menu of an officer, a supervisor; any other role takes it away again. Never raises."""
        return await commands.show_commands(self._client, address.id, role)

    async def leave(self, address: Address) -> None:
        """Leave a group: this bot talks to one person at a time. Never raises."""
        try:
            await self._client.with_bot(lambda bot: bot.leave_chat(int(address.id)))
        except (SendError, ValueError) as error:
            log.info("group not left: %s", error, extra={"action": "telegram.leave"})

    def _check_settings(self) -> None:
        if not self._valid_token:
            raise SendError(Failure.MISCONFIGURED, "token")
        if self._mode not in MODES:
            raise SendError(Failure.MISCONFIGURED, "mode")
        if self._mode == "webhook":
            webhook.check_settings(self._secret, self._public_url)

    async def _set_up(self) -> bool:
        """Who are we, and where do our updates go. False: Telegram is out of reach, try again."""
        try:
            await self._client.call("getMe", {})
            await self._choose_way()
        except SendError as error:
            if error.failure in (Failure.MISCONFIGURED, Failure.PERMANENT):
                raise SendError(Failure.MISCONFIGURED, error.code) from None
            self._trouble = error.code
            return False
        self._trouble = ""
        return True

    async def _choose_way(self) -> None:
        """Webhook or polling; in both cases what is waiting at Telegram stays waiting."""
        if self._mode == "polling":
            await self._client.call("deleteWebhook", {"drop_pending_updates": False})
            return
        ours = {
            "url": self._public_url + webhook.PATH,
            "secret_token": self._secret,
            "allowed_updates": ALLOWED_UPDATES,
            "max_connections": MAX_CONNECTIONS,
            "drop_pending_updates": False,
        }
        await self._client.call("setWebhook", ours)

    async def _run(self, ready: bool) -> None:
        """1. reach Telegram; 2. introduce ourselves; 3. listen for ever. A bug here must not be silent."""
        try:
            await self._reach(ready)
            async with asyncio.TaskGroup() as group:
                group.create_task(commands.introduce(self._client))
                group.create_task(self._poll() if self._mode == "polling" else self._watch())
        except Exception:
            self._trouble = "bug"
            log.critical("the Telegram channel is deaf", exc_info=True, extra={"action": "telegram.run"})

    async def _poll(self) -> None:
        await (self._polling.run() if self._alone is None else self._alone(self._polling.run))

    async def _reach(self, ready: bool) -> None:
        failures = 0
        while not ready:
            log.warning("Telegram out of reach: %s", self._trouble, extra={"action": "telegram.start"})
            await asyncio.sleep(backoff(failures))
            failures += 1
            try:
                ready = await self._set_up()
            except SendError as error:
                self._trouble = error.code

    async def _watch(self) -> None:
        """A stolen token shows here first: somebody else takes our updates. Take them back, aloud."""
        while True:
            await asyncio.sleep(WATCH_EVERY)
            try:
                await self._look_at_webhook()
            except SendError as error:
                self._trouble = error.code

    async def _look_at_webhook(self) -> None:
        there = await self._client.told("getWebhookInfo", {}, WebhookInfo)
        self._trouble = ""
        if there.url != self._public_url + webhook.PATH:
            log.error("our webhook was moved elsewhere", extra={"action": "telegram.watch"})
            self._alarms.append(
                "alguien más usó el token: los mensajes iban a otra dirección. Cambie el token"
            )
            await self._choose_way()

    async def _take_raw(self, raw: bytes) -> None:
        inbound = self._read(raw)
        if inbound is not None:
            await self._take(inbound)

    async def _take(self, inbound: Inbound) -> None:
        """Hand over. What trips the receiver is kept as unreadable: it must not come back for ever."""
        if self._receive is None:
            raise StoreUnavailable
        try:
            await self._receive(inbound)
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("the receiver tripped", extra={"action": "telegram.receive"})
            await self._keep(inbound)

    async def _keep(self, inbound: Inbound) -> None:
        if self._receive is None:
            raise StoreUnavailable
        try:
            await self._receive(self._unreadable(inbound.raw))
        except Exception as error:
            raise StoreUnavailable from error

    def _read(self, raw: bytes) -> Inbound | None:
        return read(raw, self._bot_id, datetime.now(UTC))

    def _unreadable(self, raw: bytes) -> Inbound:
        return unreadable(raw, self._bot_id, datetime.now(UTC))


async def _name_of(bot: Bot) -> str:
    """Our own name; asked once, PTB remembers it."""
    await bot.initialize()
    return str(bot.username)
