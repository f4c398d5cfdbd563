"""Stub."""

from __future__ import annotations

from datetime import datetime

from bot.triage.understanding import TimePhrase


def find_times(text: str, at: datetime) -> tuple[TimePhrase, ...]:
    return ()
