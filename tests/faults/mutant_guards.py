"""The tests that guard a line, and a quick way to ask them: a warm process forks one that imports the mutated file.

Who guards a line is measured once: the tests that run it, the shortest first, without a database server. A mutant that
they let live is shown to all tests of its part.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

from coverage import CoverageData

from tests.faults.evidence import ROOT

PATIENCE = 60.0  # seconds, and so many times what the tests took unchanged; who hangs has been noticed
SLOWER = 6.0
LOOK = 0.02
ONE_ENGINE = ("-k", "not postgres")
OURS = ("bot", "handlers", "storage", "tests", "locales")
QUIET = ("-q", "-x", "-p", "no:cacheprovider", "--assert=plain")
WARM = "import pytest, sqlalchemy, alembic, aiosqlite, psycopg, aiohttp, starlette, msgspec, hypothesis"


class Change(Protocol):
    """A file with one change in some lines."""

    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def source(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Guards:
    """Which tests run which line."""

    tests: Sequence[str]  # all of a part
    of_line: dict[tuple[str, int], set[str]]
    seconds: dict[str, float]  # of each test
    whole: float  # seconds that all of them took

    @classmethod
    def of(cls, tests: Sequence[str], files: Sequence[str], folder: Path) -> Guards:
        """Run them once and look."""
        folder.mkdir()
        data, times = folder / "coverage", folder / "times.xml"
        began = time.monotonic()
        tops = [f"--cov={top}" for top in sorted({file.partition("/")[0] for file in files})]
        subprocess.run(
            [sys.executable, "-m", "pytest", *QUIET, *tops, "--cov-context=test", "--cov-report=", f"--junitxml={times}",
             "-o", "junit_family=xunit1", *tests],
            cwd=ROOT, env={**os.environ, "COVERAGE_FILE": str(data)}, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return cls(tests, _lines(data, files), _times(times), time.monotonic() - began)

    def check(self, tree: Path) -> None:
        """Unchanged, they pass in a copy too: else every mutant would be noticed. Raises RuntimeError."""
        if not _pass(self.tests, tree, self._patience):
            raise RuntimeError("the tests don't pass even when nothing was changed")

    @property
    def _patience(self) -> float:
        return PATIENCE + SLOWER * self.whole

    def let_live(self, change: Change, tree: Path) -> bool:
        """Do all tests pass with it? `tree` is a copy of the project."""
        file = tree / change.file
        before = file.read_text(encoding="utf-8")
        file.write_text(change.source, encoding="utf-8")
        try:
            near = self._near(change) or [*self.tests, *ONE_ENGINE]
            return _pass(near, tree, self._patience) and _pass(self.tests, tree, self._patience)
        finally:
            file.write_text(before, encoding="utf-8")

    def _near(self, change: Change) -> list[str]:
        lines = range(change.line, change.last + 1)
        found = set().union(*(self.of_line.get((change.file, line), set()) for line in lines))
        return sorted(found, key=lambda test: (self.seconds.get(test, 1.0), test))


def _lines(data: Path, files: Sequence[str]) -> dict[tuple[str, int], set[str]]:
    measured = CoverageData(str(data))
    measured.read()
    found = {}
    for file in files:
        for line, contexts in measured.contexts_by_lineno(str(ROOT / file)).items():
            tests = {context.rpartition("|")[0] for context in contexts if context}
            found[file, line] = {test for test in tests if "postgres" not in test}
    return found


def _times(page: Path) -> dict[str, float]:
    cases = ET.parse(page).getroot().iter("testcase")
    return {f"{case.get('file')}::{case.get('name')}": float(case.get("time", "1")) for case in cases}


def _pass(tests: Sequence[str], tree: Path, patience: float) -> bool:
    """In a process of its own, from a warm one."""
    child = os.fork()
    if child == 0:
        _be_the_tests(tests, tree)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(LOOK)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _be_the_tests(tests: Sequence[str], tree: Path) -> NoReturn:
    status = 1
    try:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        import pytest

        for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
            del sys.modules[name]
        sys.dont_write_bytecode = True
        sys.path.insert(0, str(tree))
        os.environ["PYTHONPATH"] = str(tree)
        os.chdir(tree)
        status = int(pytest.main([*QUIET, *tests]))
    finally:
        os._exit(status)  # nothing of the warm process ends with it


def tree_in(folder: Path, guards: Guards) -> Path:
    """A copy of the project as it was committed, with what the tests need imported beforehand. Raises RuntimeError."""
    tree = folder / "tree"
    if not tree.exists():
        subprocess.run(["git", "clone", "-q", str(ROOT), str(tree)], check=True)
        exec(WARM)
        guards.check(tree)
    return tree
