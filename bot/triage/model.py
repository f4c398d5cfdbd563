"""Learned weights: one row per feature, one number per answer; read from JSON, summed in pure Python."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FLAGS = ("urgent", "sensitive")


class WeightsError(ValueError):
    """The weights file is not what `train` writes."""


@dataclass(frozen=True, slots=True)
class Model:
    """Answers, and for each feature its weight for each answer (sparse: index, weight)."""

    answers: tuple[str, ...]
    rows: Mapping[str, Sequence[tuple[int, float]]]
    flags: Mapping[str, Mapping[str, float]]
    cuts: Mapping[str, float]
    known: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.rows)

    def chances(self, numbers: Mapping[str, float]) -> dict[str, float]:
        """How likely each answer is; they add up to one."""
        sums = [0.0] * len(self.answers)
        for name, number in numbers.items():
            for index, weight in self.rows.get(name, ()):
                sums[index] += weight * number
        top = max(sums)
        powers = [math.exp(value - top) for value in sums]
        total = sum(powers)
        return {answer: power / total for answer, power in zip(self.answers, powers, strict=True)}

    def flag(self, flag: str, numbers: Mapping[str, float]) -> float:
        """How likely it is that the flag (urgent, sensitive) is true."""
        weights = self.flags[flag]
        value = sum(weights.get(name, 0.0) * number for name, number in numbers.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, value))))

    def speaks_for(self, answer: str, numbers: Mapping[str, float]) -> dict[str, float]:
        """The features that raise this answer, with how much."""
        index = self.answers.index(answer)
        raised = {}
        for name, number in numbers.items():
            weight = dict(self.rows.get(name, ())).get(index, 0.0) * number
            if weight > 0:
                raised[name] = weight
        return raised


def no_model() -> Model:
    """Nothing learned: the rules alone decide."""
    return Model((), {}, {}, {}, frozenset())


def read_model(file: Path) -> Model:
    """The weights that `bot.triage.train` wrote."""
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
        rows = {name: _row(row) for name, row in plain["rows"].items()}
        flags = {flag: dict(plain[flag]) for flag in FLAGS}
        cuts = {flag: float(plain["cuts"][flag]) for flag in FLAGS}
        return Model(tuple(plain["answers"]), rows, flags, cuts, frozenset(plain["known"].split()))
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise WeightsError("los pesos no se pueden leer; vuelva a generarlos con bot.triage.train") from error


def _row(flat: Sequence[float]) -> tuple[tuple[int, float], ...]:
    return tuple((int(flat[at]), float(flat[at + 1])) for at in range(0, len(flat), 2))
