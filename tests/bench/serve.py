"""`proximidad serve` without the providers' pace and without limits for a person: the machine is measured, and its
residents never tire. What a limit costs is still paid: every message and every report is counted.

Everything else is on. `--normal` lowers SQLite's `synchronous` to NORMAL, to know what FULL costs.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from bot import __main__ as commands
from bot.domain.service_level import Limits
from bot.municipality import Municipality
from handlers.delivery import pacing
from storage import sqlite_file

AT_ONCE = 1_000_000_000
UNPACED = pacing.Rates(a_second=AT_ONCE, chat_a_second=AT_ONCE, chat_burst=AT_ONCE)


UNLIMITED = Limits(
    messages_a_minute=0,
    files_an_hour=0,
    reports_an_hour=0,
    reports_a_day=0,
    reports_an_hour_in_all=0,
    acts_an_hour=0,
)
read_municipality = commands.read_municipality


def unlimited(folder: Path | None) -> Municipality:
    """The example, for residents who write without a pause."""
    municipality = read_municipality(folder)
    return replace(municipality, service=replace(municipality.service, limits=UNLIMITED))


def main(arguments: list[str]) -> None:
    """Serve until a signal comes."""
    for channel in pacing.RATES:
        pacing.RATES[channel] = UNPACED  # type: ignore[index]  # a mapping for all others
    if "--normal" in arguments:
        sqlite_file.WRITER_PRAGMAS["synchronous"] = 1  # type: ignore[index]
    commands.read_municipality = unlimited
    commands.app(["serve"])


if __name__ == "__main__":
    main(sys.argv[1:])
