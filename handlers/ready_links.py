"""Links that open a phone's own mail or WhatsApp with the text written: sending is one tap more."""

from __future__ import annotations

from urllib.parse import quote

LONGEST_BUTTON = 2048  # characters of a link that a button takes


def by_mail(address: str, subject: str, text: str) -> str:
    """A new message; its lines end as RFC 6068 wants them."""
    body = text.replace("\n", "\r\n")
    return f"mailto:{quote(address, safe='@')}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"


def by_whatsapp(digits: str, text: str) -> str:
    """A chat with that number; without one, with whom one chooses."""
    return f"https://wa.me/{digits}?text={quote(text, safe='')}"
