"""What can go wrong below the repositories. Messages of `Refused` kinds are for the operator, in Spanish."""

from __future__ import annotations

from bot.messages import StoreUnavailable


class StoreRefused(Exception):
    """The store can't be trusted, so nothing is served from it; the message says why and what to do."""


class StoreInUse(StoreRefused):
    """Another process holds the file."""


class KeyRingError(StoreRefused):
    """The key ring is missing, readable by others, damaged, or not the one this store was written with."""


class Unreadable(Exception):
    """A sealed value does not open: its key is gone, it was altered, or it was moved to another row."""


__all__ = ["KeyRingError", "StoreInUse", "StoreRefused", "StoreUnavailable", "Unreadable"]
