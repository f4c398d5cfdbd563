"""The ids of a person on WhatsApp: a phone with or without Mexico's old 1, or a business-scoped id."""

from __future__ import annotations

import re

PREFIX = "whatsapp:"
_MEXICAN_MOBILE = re.compile(r"\+521(\d{10})")


def channel_id(written: str) -> str:
    """`+52…`, `52…` or `MX.…` as Twilio writes it; what already has its prefix stays as it is."""
    bare = written.strip().removeprefix(PREFIX)
    return PREFIX + (f"+{bare}" if bare.isascii() and bare.isdigit() else bare)


def match_key(address_id: str) -> str:
    """The same text for the two spellings of one Mexican mobile: `+521` and ten digits lose the 1.

    WhatsApp keeps the 1 that dialling dropped in 2019; lists and directories don't (channels.md A9).
    Used to recognise, never to send: one writes to the id that was received.
    """
    bare = address_id.removeprefix(PREFIX)
    mobile = _MEXICAN_MOBILE.fullmatch(bare)
    return f"{PREFIX}+52{mobile[1]}" if mobile else PREFIX + bare


def same(one: str, other: str) -> bool:
    """Do both ids name the same phone?"""
    return match_key(channel_id(one)) == match_key(channel_id(other))


def other_ids(address_id: str, *others: str) -> tuple[str, ...]:
    """Every further id that the same person may be known by, in the form that an Address has."""
    found = [match_key(address_id)]
    for other in others:
        if other.strip():
            found += [channel_id(other), match_key(channel_id(other))]
    return tuple(dict.fromkeys(each for each in found if each != address_id))
