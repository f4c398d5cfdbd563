"""Files that people sent: fetched from the provider, cleaned, kept sealed. The message never waits for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog

from bot import qr
from bot.channels import Channel, Failure, Fetched, MediaGone, SendError, StoreUnavailable
from bot.clock import Clock
from bot.messages import Attachment, AttachmentKind
from storage.media import StoredFile
from storage.store import Store

log = structlog.get_logger()

BURST = timedelta(seconds=1.5)  # files that come together get one receipt
TRIES = 300  # two days: a provider that is down for an evening must not cost the proof of what happened
LONGEST_PAUSE = 600.0  # seconds
LARGEST = 16 * 1024 * 1024

Clean = Callable[[bytes], Awaitable[bytes]]  # raises BadFile


class BadFile(Exception):
    """The file is not what it says, or holds what we don't take."""


# What we keep: photos are rebuilt from pixels; voice, audio, video and PDF as they are, sealed, for the team only.
KEPT = frozenset({AttachmentKind.VOICE, AttachmentKind.AUDIO, AttachmentKind.VIDEO})
DOCUMENTS = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})


class Files:
    """Fetches what is pending."""

    def __init__(self, store: Store, clock: Clock, channels: Mapping[str, Channel], clean: Clean) -> None:
        self._store, self._clock, self._channels, self._clean = store, clock, channels, clean

    async def run(self) -> None:
        """For ever, once a second."""
        while True:
            try:
                await self.fetch_pending()
                await self.forget_copies()
            except StoreUnavailable:
                log.warning("files not readable", action="files_unavailable")
            await self._clock.wait(1.0)

    async def fetch_pending(self) -> int:
        """Fetch everything that is due; returns how many were."""
        now = self._clock.now()
        pending = await self._store.read(lambda tx: tx.media.pending(now))
        for file in pending:
            await self._fetch(file)
        return len(pending)

    async def forget_copies(self) -> int:
        """What we have sealed ourselves is deleted where the provider still has it; returns how many went."""
        now = self._clock.now()
        left = await self._store.read(lambda tx: tx.media.at_provider(now))
        return sum([await self._forget_copy(file) for file in left])

    async def _forget_copy(self, file: StoredFile) -> bool:
        """Only of a file that is committed here; a provider in trouble is asked again for as long as it takes."""
        channel = self._channels.get(file.channel)
        try:
            if channel is None:
                raise SendError(Failure.MISCONFIGURED, "channel")
            await channel.forget(file.reference)
        except MediaGone:
            log.warning("no file of that provider", action="copy_unknown")
        except SendError as error:
            await self._try_later(file, error)
            return False
        await self._store.run(lambda tx: tx.media.only_here(file.id))
        return True

    async def of_ours(self, media_id: str) -> Fetched:
        """A kept file, for sending it on; a QR is drawn on the way. Raises MediaGone."""
        if media_id.startswith(qr.REFERENCE):
            return Fetched(qr.png(media_id.removeprefix(qr.REFERENCE)), qr.CONTENT_TYPE)
        file, content = await self._store.read(
            lambda tx: (tx.media.get(media_id), tx.media.content(media_id))
        )
        if file is None or content is None:
            raise MediaGone
        return Fetched(content, file.content_type)

    async def _fetch(self, file: StoredFile) -> None:
        try:
            kept = await self._bring(file)
            await self._store.run(lambda tx: tx.media.keep(file.id, kept.content, kept.content_type))
        except (MediaGone, BadFile) as refusal:
            state = "gone" if isinstance(refusal, MediaGone) else "refused"
            await self._store.run(lambda tx: tx.media.refuse(file.id, state))
        except SendError as error:
            await self._later(file, error)
        except StoreUnavailable:
            raise
        except Exception as bug:  # ours, or no process to be had for a photo: neither may end the service
            log.exception("file not brought", action="file_failed", error=type(bug).__name__)
            await self._later(file, SendError(Failure.RETRY, "bug"))

    async def _bring(self, file: StoredFile) -> Fetched:
        channel = self._channels.get(file.channel)
        if channel is None:
            raise MediaGone
        if file.size is not None and file.size > LARGEST:
            raise BadFile
        asked = Attachment(kind=file.kind, reference=file.reference, content_type=file.content_type)
        fetched = await channel.fetch(asked)
        return await self._cleaned(file, fetched)

    async def _cleaned(self, file: StoredFile, fetched: Fetched) -> Fetched:
        """A photo becomes new pixels; other kinds that we take stay as they are; the rest is refused."""
        image = fetched.content_type.startswith("image/")
        if file.kind is AttachmentKind.PHOTO or (file.kind is AttachmentKind.DOCUMENT and image):
            return Fetched(await self._clean(fetched.content), "image/jpeg")
        if file.kind in KEPT or fetched.content_type in DOCUMENTS:
            return fetched
        raise BadFile

    async def _later(self, file: StoredFile, error: SendError) -> None:
        if file.attempts + 1 >= TRIES:
            await self._store.run(lambda tx: tx.media.refuse(file.id, "gone"))
            return
        await self._try_later(file, error)

    async def _try_later(self, file: StoredFile, error: SendError) -> None:
        """In growing pauses, or as it says."""
        pause = error.retry_after or min(LONGEST_PAUSE, 2.0 ** min(file.attempts, 10))
        again = self._clock.now() + timedelta(seconds=pause)
        await self._store.run(lambda tx: tx.media.try_later(file.id, again))
