"""Learned weights: one row per feature, one number per answer; read from JSON into one table."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FLAGS = ("urgent", "sensitive")


class WeightsError(ValueError):
    """The weights file is not what `train` writes."""


@dataclass(frozen=True, slots=True)
class Model:
    """Answers, and for each feature which line of the table holds its weight for each answer."""

    answers: tuple[str, ...]
    rows: Mapping[str, int]
    weights: NDArray[np.float64]
    flags: Mapping[str, Mapping[str, float]]
    cuts: Mapping[str, float]
    known: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.rows)

    def chances(self, numbers: Mapping[str, float]) -> dict[str, float]:
        """How likely each answer is; they add up to one."""
        known = [(self.rows[name], number) for name, number in numbers.items() if name in self.rows]
        lines, values = [line for line, _ in known], [number for _, number in known]
        sums = np.array(values) @ self.weights[lines]
        powers = np.exp(sums - sums.max())
        return dict(zip(self.answers, (powers / powers.sum()).tolist(), strict=True))

    def flag(self, flag: str, numbers: Mapping[str, float]) -> float:
        """How likely it is that the flag (urgent, sensitive) is true."""
        weights = self.flags[flag]
        value = sum(weights.get(name, 0.0) * number for name, number in numbers.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, value))))

    def speaks_for(self, answer: str, numbers: Mapping[str, float]) -> dict[str, float]:
        """The features that raise this answer, with how much."""
        index = self.answers.index(answer)
        parts = {
            name: float(self.weights[self.rows[name], index]) * number
            for name, number in numbers.items()
            if name in self.rows
        }
        return {name: weight for name, weight in parts.items() if weight > 0}


def no_model() -> Model:
    """Nothing learned: the rules alone decide."""
    return Model((), {}, np.zeros((0, 0)), {}, {}, frozenset())


def model_of(
    answers: tuple[str, ...],
    sparse: Mapping[str, Iterable[tuple[int, float]]],
    flags: Mapping[str, Mapping[str, float]],
    cuts: Mapping[str, float],
    known: frozenset[str],
) -> Model:
    """The model of these weights, given for each feature as pairs of answer and weight."""
    weights = np.zeros((len(sparse), len(answers)))
    for line, pairs in enumerate(sparse.values()):
        for index, weight in pairs:
            weights[line, index] = weight
    return Model(answers, {name: line for line, name in enumerate(sparse)}, weights, flags, cuts, known)


def read_model(file: Path) -> Model:
    """The weights that `bot.triage.train` wrote."""
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
        rows = {name: zip(map(int, row[::2]), row[1::2], strict=True) for name, row in plain["rows"].items()}
        flags = {flag: dict(plain[flag]) for flag in FLAGS}
        cuts = {flag: float(plain["cuts"][flag]) for flag in FLAGS}
        return model_of(tuple(plain["answers"]), rows, flags, cuts, frozenset(plain["known"].split()))
    except (ValueError, LookupError, TypeError, OSError) as error:
        raise WeightsError("los pesos no se pueden leer; vuelva a generarlos con bot.triage.train") from error
