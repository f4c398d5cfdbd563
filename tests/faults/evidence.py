"""What the campaigns found: every figure comes from a run, and `EVIDENCE.md` is written from those runs alone.

A campaign is declared once and records what it did before it asserts:

    kills = Campaign("T1", "Killed at every write and fsync of the store")
    kills.size(ci=300, whole=5_000)        which of the two this run is
    kills.random()                         chance from this run's seed
    kills.record(kills=612, violations=0)

`CAMPAIGN=whole` runs it whole, `SEED=7` repeats a run, `RECORD=1` keeps the figures of a reduced run as well.
`uv run python -m tests.faults.evidence` writes the pages anew from `tests/faults/records/`.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import random
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parents[2]
RECORDS = Path(__file__).parent / "records"
EVIDENCE, PROMISES = ROOT / "EVIDENCE.md", ROOT / "docs" / "promises.md"
WHOLE = os.environ.get("CAMPAIGN") == "whole"
SEED = int(os.environ.get("SEED", "1"))
KEPT = WHOLE or os.environ.get("RECORD") == "1"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Campaign:
    """One row of the evidence. `part` tells apart several campaigns of one test: an engine, a phase."""

    test: str  # "T1"
    title: str
    part: str = ""
    began: float = field(default_factory=time.monotonic)

    def size(self, *, ci: T, whole: T) -> T:
        """How much of it this run does."""
        return whole if WHOLE else ci

    def random(self, *more: object) -> random.Random:
        """Chance that the seed repeats; `more` tells apart what draws from it."""
        return random.Random(f"{SEED} {self.test} {self.part} {more}")

    def record(self, *, seconds: float | None = None, **figures: int | float | str) -> None:
        """Say what was done, and keep it when this run is one to keep. Call it before the asserts."""
        took = seconds if seconds is not None else time.monotonic() - self.began
        entry = {
            "test": self.test,
            "part": self.part,
            "title": self.title,
            "size": "whole" if WHOLE else "reduced",
            "figures": figures,
            "seed": SEED,
            "seconds": round(took, 1),
            "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z",
            "code": code_digest(),
            "on": machine(),
        }
        print(f"\n{self.test} {self.part} seed {SEED}: {told(figures)}")
        if KEPT:
            name = "-".join(filter(None, (self.test, self.part.replace(" ", "-"), entry["size"])))
            (RECORDS / f"{name}.json").write_text(json.dumps(entry, ensure_ascii=False, indent=1) + "\n")
            write()


def code_digest() -> str:
    """Which code was attacked: a digest of what runs, since a commit's name changes when it is rebased."""
    digest = hashlib.sha256()
    for path in sorted(path for top in ("bot", "handlers", "storage") for path in (ROOT / top).rglob("*.py")):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:10]


def machine() -> str:
    """What it ran on, without saying whose machine it is."""
    return (
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()},"
        f" {os.cpu_count()} cores"
    )


def told(figures: dict[str, Any]) -> str:
    """Figures as one reads them: 5,012 points, 0 violations."""
    return ", ".join(
        f"{value:,} {name.replace('_', ' ')}"
        if isinstance(value, int)
        else f"{name.replace('_', ' ')} {value}"
        for name, value in figures.items()
    )


def entries() -> list[dict[str, Any]]:
    """The last run of each campaign, in the order of the tests."""
    found = [json.loads(path.read_text()) for path in RECORDS.glob("*.json")]
    return sorted(found, key=lambda e: (int(re.sub(r"\D", "", e["test"])), e["test"], e["part"], e["size"]))


def evidence_page() -> str:
    """`EVIDENCE.md`."""
    rows = "\n".join(
        f"| {e['test']} | {e['title']}{' · ' + e['part'] if e['part'] else ''} | {e['size']} |"
        f" {told(e['figures'])} | {e['seed']} | {e['seconds']:,} s | {e['at']} | `{e['code']}` | {e['on']} |"
        for e in entries()
    )
    return HEAD + rows + "\n"


HEAD = """# Evidence

The last run of each campaign under `tests/faults/`, reduced (as in CI) and whole. Written by the runs themselves
(`tests/faults/evidence.py`), never by hand; which promise each one proves: [docs/promises.md](docs/promises.md).
`SEED=… CAMPAIGN=whole` repeats a run. *Code* is a digest of `bot/`, `handlers/` and `storage/` as they were attacked.

| test | campaign | size | figures | seed | took | at | code | on |
|---|---|---|---|---|---|---|---|---|
"""


def promises_page() -> str:
    """`docs/promises.md` with its last column, the figures of the tests that a row names."""
    lines = PROMISES.read_text(encoding="utf-8").splitlines()
    return "\n".join(_with_figures(line) for line in lines) + "\n"


def _with_figures(line: str) -> str:
    cells = line.split(" | ")
    if not re.match(r"\| [PC]\d+", line) or len(cells) != 4:
        return line
    return " | ".join((*cells[:3], "; ".join(_figures(cells[2])) or "—")) + " |"


def _figures(proofs: str) -> Iterator[str]:
    for test in re.findall(r"\bT\d+b?\b", proofs):
        last = {e["part"]: e["figures"] for e in entries() if e["test"] == test}  # whole comes after reduced
        if last:
            yield f"{test}: {told(_together([*last.values()]))}"


def _together(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Of a single part all that it says; of several their counts together, what is no count is left to the evidence."""
    if len(parts) == 1:
        return parts[0]
    total: Counter[str] = Counter()
    for figures in parts:
        total.update({name: value for name, value in figures.items() if isinstance(value, int)})
    return dict(total)


def write() -> None:
    """Both pages, as the records say."""
    EVIDENCE.write_text(evidence_page(), encoding="utf-8")
    PROMISES.write_text(promises_page(), encoding="utf-8")


if __name__ == "__main__":
    write()
