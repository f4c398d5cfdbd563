"""The bytes of photos and voice notes, in memory, as a provider would keep them for us."""

from __future__ import annotations

from uuid import uuid4

from bot.channels import Fetched
from bot.messages import Attachment, AttachmentKind

KEPT = 60  # the oldest file goes first


class Files:
    """What people sent and what was sent to them."""

    def __init__(self) -> None:
        self._kept: dict[str, Fetched] = {}

    def take(self, kind: AttachmentKind, fetched: Fetched, seconds: int | None = None) -> Attachment:
        """Keep what a person sends; the attachment finds it again."""
        reference = uuid4().hex
        self.put(reference, fetched)
        return Attachment(
            kind=kind,
            reference=reference,
            content_type=fetched.content_type,
            size=len(fetched.content),
            seconds=seconds,
        )

    def put(self, reference: str, fetched: Fetched) -> None:
        """Keep bytes under a reference that somebody else chose."""
        self._kept[reference] = fetched
        for oldest in list(self._kept)[:-KEPT]:
            del self._kept[oldest]

    def get(self, reference: str) -> Fetched | None:
        """The bytes, if they are still here."""
        return self._kept.get(reference)

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
