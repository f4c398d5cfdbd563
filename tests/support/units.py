"""Small units of work for tests of the engines: a note is a row of `meta`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select

from storage import Transaction
from storage.schema import meta

Unit = Callable[[Transaction], Any]


def note(key: str, value: str = "x") -> Unit:
    """Write one note; returns its key."""

    def work(tx: Transaction) -> str:
        tx.connection.execute(insert(meta).values(key=key, value=value))
        return key

    return work


def noted(tx: Transaction) -> set[str]:
    """The keys of all notes of the tests."""
    keys = tx.connection.execute(select(meta.c.key)).scalars().all()
    return {key for key in keys if not key.startswith("ring.")}


class Gate:
    """A unit that holds the thread it runs in until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self._open = threading.Event()

    def __call__(self, tx: Transaction) -> None:
        self.entered.set()
        assert self._open.wait(10)

    def let_go(self) -> None:
        self._open.set()
