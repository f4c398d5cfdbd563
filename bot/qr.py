"""A link as a square to point a camera at. Nothing of it is kept: it is drawn when it is sent."""

from __future__ import annotations

import io

REFERENCE = "qr:"  # of an attachment that is drawn from the text behind it
CONTENT_TYPE = "image/png"
PIXELS_A_MODULE = 10


def png(text: str) -> bytes:
    """The QR code of a text as PNG, of middle error correction and with its quiet zone."""
    import segno

    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=PIXELS_A_MODULE)
    return drawn.getvalue()
