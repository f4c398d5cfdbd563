"""Files that people sent: fetched from an address that we build ourselves, never from the given one."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from bot.channels import Failure, Fetched, MediaGone, SendError
from bot.channels.whatsapp.client import TwilioApi
from bot.channels.whatsapp.errors import refusal
from bot.channels.whatsapp.inbound import REFERENCE

if TYPE_CHECKING:
    import aiohttp

log = logging.getLogger(__name__)

MAX_BYTES = 16 * 1024 * 1024
MAX_REDIRECTS = 2
SECONDS = 30.0
CHUNK = 64 * 1024
CDN_SUFFIXES = (".twilio.com", ".twiliocdn.com")
CDN_BUCKETS = {"s3-external-1.amazonaws.com": "/media.twiliocdn.com/"}  # a shared host: one folder of it


class _NotYet(Exception):
    """404: for a second or two after the webhook, Twilio does not have the file yet."""


@dataclass(slots=True)
class MediaDoor:
    """Where files come in and are deleted."""

    api: TwilioApi
    pauses: tuple[float, ...] = (1.0, 3.0)  # seconds before each further try after a 404

    async def fetch(self, reference: str) -> Fetched:
        """The bytes. Raises MediaGone, or SendError when it may work later."""
        message_sid, media_sid = parse(reference)
        url = f"{self.api.account_url}/Messages/{message_sid}/Media/{media_sid}"
        for pause in (*self.pauses, None):
            try:
                return await self._download(url)
            except _NotYet:
                if pause is None:
                    break
                await asyncio.sleep(pause)
        raise MediaGone("not found")

    async def forget(self, reference: str) -> None:
        """Delete it at Twilio. Raises SendError."""
        await self.api.delete_media(*parse(reference))

    async def _download(self, url: str) -> Fetched:
        import aiohttp

        try:
            async with asyncio.timeout(SECONDS):
                return await self._follow(url)
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            raise SendError(Failure.RETRY, "connection") from None

    async def _follow(self, url: str) -> Fetched:
        """At most two redirects, to known hosts; our credentials go to the API alone."""
        home = origin(self.api.account_url)
        for _ in range(MAX_REDIRECTS + 1):
            headers = self.api.credentials if origin(url) == home else {}
            async with self.api.session.get(url, headers=headers, allow_redirects=False) as answer:
                if answer.status not in (301, 302, 303, 307, 308):
                    return await _content(answer)
                url = urljoin(url, answer.headers.get("Location", ""))
            if not self._known(urlsplit(url)):
                log.error("media redirected to an unknown host", extra={"action": "whatsapp.media"})
                raise MediaGone("redirect")
        raise MediaGone("redirects")

    def _known(self, url: SplitResult) -> bool:
        host, api = url.hostname or "", urlsplit(self.api.account_url)
        if host == api.hostname:
            return url.scheme == api.scheme
        bucket = CDN_BUCKETS.get(host)
        named = host.endswith(CDN_SUFFIXES) or (bucket is not None and url.path.startswith(bucket))
        return named and url.scheme == "https" and url.port in (None, 443)


async def _content(answer: aiohttp.ClientResponse) -> Fetched:
    if answer.status == 404:
        raise _NotYet
    if answer.status == 410:
        raise MediaGone("deleted")
    if answer.status != 200:
        raise refusal(answer.status, await answer.content.read(CHUNK))
    if (answer.content_length or 0) > MAX_BYTES:
        raise MediaGone("too large")
    received = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):  # a declared length may lie
        received += chunk
        if len(received) > MAX_BYTES:
            raise MediaGone("too large")
    return Fetched(bytes(received), answer.content_type)


def parse(reference: str) -> tuple[str, str]:
    """The two ids of a reference. Raises MediaGone on anything else."""
    found = REFERENCE.fullmatch(reference)
    if not found:
        raise MediaGone("reference")
    return found[1], found[2]


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port."""
    split = urlsplit(url)
    return split.scheme, split.hostname or "", split.port
