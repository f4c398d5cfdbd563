"""`proximidad serve` without the providers' pace: the machine is measured, not Telegram's 30 messages a second.

Everything else is on. `--normal` lowers SQLite's `synchronous` to NORMAL, to know what FULL costs.
"""

from __future__ import annotations

import sys

from bot.__main__ import app
from handlers.delivery import pacing
from storage import sqlite_file

AT_ONCE = 1_000_000_000
UNPACED = pacing.Rates(a_second=AT_ONCE, chat_a_second=AT_ONCE, chat_burst=AT_ONCE)


def main(arguments: list[str]) -> None:
    """Serve until a signal comes."""
    for channel in pacing.RATES:
        pacing.RATES[channel] = UNPACED  # type: ignore[index]  # a mapping for all others
    if "--normal" in arguments:
        sqlite_file.WRITER_PRAGMAS["synchronous"] = 1  # type: ignore[index]
    app(["serve"])


if __name__ == "__main__":
    main(sys.argv[1:])
