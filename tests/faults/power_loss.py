"""A morning, and the power cut after any of its changes of the disk: what every possible disk then holds."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from storage.sealing import Sealer
from storage.sqlite_file import WRITER_PRAGMAS
from storage.store import Transaction
from tests.faults import strace
from tests.faults.disk import Disk, Event, Image, events_of
from tests.faults.morning import Morning, Seen, broken, unsound


@dataclass(slots=True)
class Losses:
    """What was found wrong, image by image."""

    images: int = 0
    corrupt: int = 0  # SQLite finds the file unsound, or can't read it
    broken: int = 0  # sound, but something acknowledged is lost, or half of something is there
    examples: list[str] = field(default_factory=list)

    def add(self, wrong: Sequence[str], *, corrupt: bool) -> None:
        self.images += 1
        self.corrupt += bool(wrong) and corrupt
        self.broken += bool(wrong) and not corrupt
        self.examples += wrong[: max(0, 3 - len(self.examples))]

    def __iadd__(self, other: Losses) -> Losses:
        self.images += other.images
        self.corrupt += other.corrupt
        self.broken += other.broken
        self.examples = (self.examples + other.examples)[:3]
        return self


@dataclass(frozen=True, slots=True)
class Film:
    """One morning as the disk saw it."""

    morning: Morning
    dawn: bytes  # the database file before it
    town: str  # its path when it was recorded
    events: Sequence[Event]

    @classmethod
    def record(cls, morning: Morning, folder: Path) -> Film:
        """Play a morning once under strace."""
        town, log = folder / "town.db", folder / "calls"
        asyncio.run(morning.prepare(town))
        dawn = town.read_bytes()
        ended = strace.under(
            lambda tell: asyncio.run(morning.play(town, tell)),
            *("-y", "-xx", "-s", "100000", "-e", f"trace={','.join(strace.CHANGES)}"),
            output=str(log),
        )
        assert ended.status == 0
        with log.open() as lines:
            events = list(events_of(lines, str(town)))
        film = cls(morning, dawn, str(town), events)
        assert film.disk_after(events).whole()[str(town)] == town.read_bytes(), "strace saw everything"
        return film

    def disk_after(self, events: Sequence[Event]) -> Disk:
        """The disk once these have happened."""
        disk = Disk({self.town: self.dawn})
        for event in events:
            disk.do(event)
        return disk

    def cuts(self, chance: Random, images: int) -> Iterator[tuple[Image, Seen]]:
        """After every event: all of it, only what is certain, and by chance as often as asked for in all."""
        disk, seen, by_chance = Disk({self.town: self.dawn}), Seen(), max(1, images // len(self.events) - 1)
        before: tuple[Image, Image] | None = None
        for event in self.events:
            disk.do(event)
            if event.what == "told":
                seen.take(event.data.decode())
            plain = disk.whole(), disk.without_what_is_uncertain()
            if plain != before or event.what == "told":
                yield from ((image, seen) for image in plain)
            before = plain
            yield from ((disk.by_chance(chance), seen) for _ in range(by_chance))


class Judge:
    """Opens what a power cut left, as the store would, and says what is wrong with it."""

    def __init__(self, film: Film, folder: Path) -> None:
        self._film, self._file = film, folder / "town.db"
        self._sealer = Sealer(film.morning.ring)
        self._engine = create_engine(  # one for all images: what it has compiled it keeps
            "sqlite://", creator=self._connect, poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )

    def judge(self, images: Iterator[tuple[Image, Seen]]) -> Losses:
        """All of them."""
        losses = Losses()
        for image, seen in images:
            self._lay_down(image)
            try:
                wrong = unsound(self._file)
                if wrong:
                    losses.add(wrong, corrupt=True)
                    continue
                with self._engine.connect() as connection:
                    losses.add(list(broken(Transaction(connection, self._sealer), seen)), corrupt=False)
            except Exception as error:  # whatever an unreadable file makes of itself
                losses.add([f"{type(error).__name__}: {error}"[:200]], corrupt=True)
        return losses

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, isolation_level=None)

    def _lay_down(self, image: Image) -> None:
        for left in self._file.parent.glob("town.db*"):
            left.unlink()
        for path, content in image.items():
            (self._file.parent / Path(path).name).write_bytes(content)


def weaken(synchronous: int) -> dict[str, str | int]:
    """The writer's pragmas with another `synchronous`: 1 is NORMAL, 0 is OFF."""
    return {**WRITER_PRAGMAS, "synchronous": synchronous}
