"""What is wrong in the municipality's files, said so that whoever wrote them can put it right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

Path = tuple[str | int, ...]  # how pydantic counts: list positions from 0


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, and where."""

    file: str
    line: int  # from 1; 0: the whole file
    path: str
    text: str

    def __str__(self) -> str:
        where = f"{self.file}, línea {self.line}" if self.line else self.file
        return f"{where}: {self.path}: {self.text}" if self.path else f"{where}: {self.text}"


@dataclass(frozen=True, slots=True)
class Report:
    """What `proximidad check` shows: problems stop the service, warnings do not."""

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def sound(self) -> bool:
        """May the service start with these files?"""
        return not self.problems


class MunicipalityError(Exception):
    """The municipality's files can't be used as they are."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def spell(path: Path) -> str:
    """`sectores › 2 › telefono`: list positions count from 1, as people do."""
    return " › ".join(str(part + 1) if isinstance(part, int) else part for part in path)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; ¿quiso decir «x»?`, or nothing when nothing is near."""
    nearest = process.extractOne(word, sorted(known), scorer=fuzz.ratio, score_cutoff=60)
    return f"; ¿quiso decir «{nearest[0]}»?" if nearest else ""
