"""A small sound town, beside these tests, that a test may break in one place."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from bot.municipality import Municipality, check, load

TODAY = date(2026, 6, 1)


@dataclass(frozen=True)
class Town:
    """A folder of configuration."""

    folder: Path

    def edit(self, file: str, old: str, new: str) -> None:
        """Replaces the first occurrence; a test whose words left the file fails aloud."""
        text = (self.folder / file).read_text(encoding="utf-8")
        assert old in text, f"{old!r} no longer stands in {file}"
        self.write(file, text.replace(old, new, 1))

    def write(self, file: str, text: str) -> None:
        """The whole file."""
        (self.folder / file).write_text(text, encoding="utf-8")

    def problems(self) -> list[str]:
        """What `proximidad check` would say is wrong."""
        return [str(problem) for problem in check(self.folder, today=TODAY).problems]

    def warnings(self) -> list[str]:
        """What it would warn of."""
        return [str(warning) for warning in check(self.folder, today=TODAY).warnings]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Sound until a test breaks it."""
    shutil.copytree(Path(__file__).parent / "town", tmp_path / "config")
    return Town(tmp_path / "config")


@pytest.fixture(scope="session")
def chetumal() -> Municipality:
    """The packaged example, read once."""
    return load()
