"""The contract of a channel, and every way in which sending can fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.messages import Address, Attachment, Capabilities, Inbound, Outgoing, Receipt, StoreUnavailable


class Failure(StrEnum):
    """Again later? Our fault? Each way to fail says it by its name."""

    PERMANENT = "permanent"  # will never work: recorded, told to the operator
    GONE = "gone"  # the person blocked us or does not exist: stop this address until it writes again
    RETRY = "retry"  # provider busy or down: again after `retry_after`
    WINDOW_CLOSED = "window_closed"  # WhatsApp: only a template goes now
    UNKNOWN = "unknown"  # may have been sent: look first, then decide
    MISCONFIGURED = "misconfigured"  # token, sender, template: the channel stops and the operator is told
    MOVED = "moved"  # the chat has another id now: `new_id`


class SendError(Exception):
    """A message could not be sent, or nobody knows."""

    def __init__(
        self, failure: Failure, code: str = "", *, retry_after: float | None = None, new_id: str = ""
    ) -> None:
        super().__init__(f"{failure.value} {code}".strip())
        self.failure = failure
        self.code = code  # provider's own code or HTTP status; never a text of a person
        self.retry_after = retry_after  # seconds
        self.new_id = new_id


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as the provider gave it."""

    content: bytes
    content_type: str


class MediaGone(Exception):
    """The provider no longer has the file, or it is larger than we take."""


Receive = Callable[[Inbound], Awaitable[None]]  # raises StoreUnavailable; returns once committed and fsynced
Noted = Callable[[Receipt], Awaitable[None]]  # likewise, for delivery statuses
MediaSource = Callable[[str], Awaitable[Fetched]]  # our own media by id, for attachments that go out


class Channel(Protocol):
    """Telegram, WhatsApp and the simulator: one folder each."""

    name: str
    capabilities: Capabilities

    async def start(self, receive: Receive, noted: Noted) -> None:
        """Begin to listen; every Inbound goes through `receive`, every delivery status through `noted`."""

    async def stop(self) -> None:
        """Stop listening, close connections."""

    async def send(self, to: Address, message: Outgoing, *, reference: str = "") -> str:
        """Send one card; returns the provider's id of it. `reference` is our outbox id, for status callbacks.

        Raises SendError.
        """

    async def fetch(self, attachment: Attachment) -> Fetched:
        """The bytes of a file that a person sent. Raises MediaGone, or SendError when it may work later."""

    async def forget(self, reference: str) -> None:
        """Delete the provider's copy of a file that a person sent, where it keeps one for us; twice is as good.

        Raises SendError when it may work later, MediaGone for what is no file of that provider.
        """

    async def find(self, to: Address, message: Outgoing, since_seconds: float) -> str | None:
        """Was this message accepted lately? Its provider id, or None. Only where the provider can list."""

    async def delete(self, to: Address, provider_id: str) -> None:
        """Withdraw one of our messages where the channel can; silently nothing where it can't."""


__all__ = [
    "Channel",
    "Failure",
    "Fetched",
    "MediaGone",
    "MediaSource",
    "Noted",
    "Receive",
    "SendError",
    "StoreUnavailable",
]
