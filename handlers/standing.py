"""Flows that stand at their question, kept between two turns of a talk: a turn then goes on instead of replaying.

Only a saving: what was answered is stored, and a flow that is not here, or that other answers led to (a unit that was
rolled back, a turn that another process took), is replayed.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from bot.conversation import Standing

MOST = 256  # talks under way at the same time in one process; a few KB each

Arguments = dict[str, Any]


class Flows:
    """The last talks of this process. Taken out for use, so that two threads never run the same one."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[str, Arguments, Standing[Any]]] = OrderedDict()

    def take(self, talk: str, locale: str, arguments: Arguments) -> Standing[Any] | None:
        """The flow of a talk that began with these arguments, worded in this language; it is here no longer."""
        kept = self._kept.pop(talk, None)
        return kept[2] if kept is not None and kept[:2] == (locale, arguments) else None

    def keep(self, talk: str, locale: str, arguments: Arguments, standing: Standing[Any] | None) -> None:
        """For the next turn; None: the talk is over."""
        if standing is None:
            return
        self._kept[talk] = (locale, arguments, standing)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def forget(self, talk: str) -> None:
        """The talk is over."""
        self._kept.pop(talk, None)
