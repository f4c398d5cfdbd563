"""T23: from every revision that there ever was, with data in the store, the way to the newest is killed at its writes.

Whole: CAMPAIGN=whole, at every write and fsync; some 3 minutes.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from storage import open_store
from storage.migrations import migrate
from tests.faults import strace
from tests.faults.evidence import Campaign
from tests.faults.morning import Morning, Seen, unsound
from tests.faults.shares import shared_out

OLDER = sorted(path.stem.partition("_")[0] for path in (migrate.HERE / "versions").glob("*.py"))[:-1]
CHANGES = ("pwrite64", "fdatasync")
Point = tuple[str, str, int]  # revision, system call, the how manieth


def counts(file: Path) -> dict[str, int]:
    """How many rows each table has."""
    with closing(sqlite3.connect(file)) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {t: database.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}


def version(file: Path) -> str:
    """The revision that the file is at."""
    with closing(sqlite3.connect(file)) as database:
        return str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def of_revision(revision: str, morning: Morning, folder: Path) -> Path:
    """A morning's store as that revision had it."""
    file = folder / f"{revision}.db"
    asyncio.run(morning.prepare(file))
    asyncio.run(morning.play(file, Seen().take))
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        command.downgrade(migrate.configuration(connection), revision)
    engine.dispose()
    assert version(file) == revision
    assert counts(file)["report"] == len(morning.talks)
    return file


def test_a_step_that_is_killed_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    """Nothing half done, no row lost, and the next start goes on to the newest revision."""
    strace.available()
    steps = Campaign("T23", "From every older revision to the newest, with data, killed at writes and fsyncs")
    morning = Morning.of(2)
    older = {revision: of_revision(revision, morning, tmp_path) for revision in OLDER}
    kept = {revision: counts(file) for revision, file in older.items()}

    def migrated(file: Path) -> None:
        async def opened() -> None:
            await (await open_store(f"sqlite:///{file}", morning.ring)).close()

        asyncio.run(opened())

    def fresh(revision: str, folder: Path) -> Path:
        for left in folder.glob("town.db*"):
            left.unlink()
        return Path(shutil.copy(older[revision], folder / "town.db"))

    def strike(point: Point, folder: Path) -> tuple[Point, bool, Sequence[str]]:
        revision, call, number = point
        file = fresh(revision, folder)
        ended = strace.killed_at(call, number, lambda tell: migrated(file))
        wrong = unsound(file)
        if version(file) not in (revision, migrate.HEAD):
            wrong.append(f"left half way, at {version(file)}")
        migrated(file)  # the next start
        wrong += unsound(file)
        if version(file) != migrate.HEAD:
            wrong.append(f"still at {version(file)}")
        after = counts(file)
        wrong += [f"{t}: {after.get(t)} rows of {n}" for t, n in kept[revision].items() if after.get(t) != n]
        return point, ended.killed, wrong

    points: list[Point] = []
    for revision in older:
        file = fresh(revision, tmp_path)
        calls = strace.calls_of(lambda tell, file=file: migrated(file), *CHANGES)  # type: ignore[misc]
        some = steps.random(revision).sample(calls, min(15, len(calls)))
        points += [(revision, *point) for point in steps.size(ci=some, whole=calls)]
    struck = shared_out(points, strike)
    wrong = [one for one in struck if one[2]]
    killed = sum(one[1] for one in struck)
    steps.record(revisions=len(older), kills=killed, violations=len(wrong))
    assert wrong[:3] == []
    assert killed > len(points) // 2  # the last calls may come after the end
