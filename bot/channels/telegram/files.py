"""The files that people send: where they stand, and their bytes."""

from __future__ import annotations

import mimetypes

import msgspec

from bot.channels import Failure, Fetched, MediaGone, SendError
from bot.channels.telegram.client import Client
from bot.messages import Attachment

MAX_DOWNLOAD = 20 * 1024 * 1024  # Telegram hands no more to a bot


class File(msgspec.Struct):
    """Where a file stands."""

    file_path: str = ""


async def fetch(client: Client, attachment: Attachment) -> Fetched:
    """Raises MediaGone; SendError when it may work later."""
    if not attachment.reference or (attachment.size or 0) > MAX_DOWNLOAD:
        raise MediaGone("no file, or larger than Telegram hands out")
    path = await _path_of(client, attachment.reference)
    content, content_type = await client.download(path, MAX_DOWNLOAD)
    return Fetched(content, attachment.content_type or mimetypes.guess_type(path)[0] or content_type)


async def _path_of(client: Client, file_id: str) -> str:
    """A link that is good for an hour. It holds the token: never stored, never logged."""
    try:
        file = await client.told("getFile", {"file_id": file_id}, File)
    except SendError as error:
        if error.failure is Failure.PERMANENT:
            raise MediaGone(error.code) from None
        if error.failure is Failure.UNKNOWN:  # asking twice harms nobody
            raise SendError(Failure.RETRY, error.code) from None
        raise
    return client.files_url + file.file_path if file.file_path else ""
