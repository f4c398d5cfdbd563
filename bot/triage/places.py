"""Stub."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.triage.understanding import PlacePhrase


class Places:
    def __init__(self, colonias: Sequence[Any]) -> None:
        self._colonias = colonias

    def find(self, text: str) -> tuple[PlacePhrase, ...]:
        return ()
