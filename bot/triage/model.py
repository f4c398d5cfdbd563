"""Learned weights: one row per feature, one small whole number per answer; read from JSON into one table."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FLAGS = ("urgent", "sensitive")
STEP = 1 / 24
"""One unit of a stored weight; a byte reaches from -5.3 to 5.3."""


class WeightsError(ValueError):
    """The weights file is not what `train` writes."""


@dataclass(frozen=True, slots=True)
class Model:
    """Answers (the kinds and intents, then the flags), which line of the table holds each feature's weights, and how often
    each kind was danger in the messages learned from."""

    answers: tuple[str, ...]
    rows: Mapping[str, int]
    table: NDArray[np.int8]
    cuts: Mapping[str, float]
    usual: Mapping[str, float]
    known: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.rows)

    def judge(self, numbers: Mapping[str, float]) -> Judgement:
        """How likely each answer is (together one), and each flag by itself."""
        find = self.rows.get
        used = [(line, number) for name, number in numbers.items() if (line := find(name)) is not None]
        lines, values = [line for line, _ in used], [number * STEP for _, number in used]
        sums = np.array(values) @ self.table[lines]
        kinds, flags = sums[: len(self.answers)], sums[len(self.answers) :]
        powers = np.exp(kinds - kinds.max())
        raised = 1.0 / (1.0 + np.exp(-flags))
        return Judgement(
            dict(zip(self.answers, (powers / powers.sum()).tolist(), strict=True)),
            dict(zip(FLAGS, raised.tolist(), strict=True)),
        )


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the weights make of one message."""

    chances: Mapping[str, float]
    flags: Mapping[str, float]


def no_model() -> Model:
    """Nothing learned: the rules alone decide."""
    return Model((), {}, np.zeros((0, len(FLAGS)), dtype=np.int8), {}, {}, frozenset())


def model_of(
    answers: tuple[str, ...],
    weights: Mapping[str, NDArray[np.float64]],
    cuts: Mapping[str, float],
    usual: Mapping[str, float],
    known: frozenset[str],
) -> Model:
    """The model of these weights, as it would come back from its file."""
    packed = {name: np.clip(np.rint(row / STEP), -127, 127).astype(np.int8) for name, row in weights.items()}
    kept = {name: row for name, row in packed.items() if row.any()}
    table = np.array([*kept.values()], dtype=np.int8).reshape(len(kept), len(answers) + len(FLAGS))
    return Model(answers, {name: line for line, name in enumerate(kept)}, table, cuts, usual, known)


def read_model(file: Path) -> Model:
    """The weights that `write_model` wrote."""
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
        answers = tuple(plain["answers"])
        packed = b"".join(map(base64.b85decode, plain["rows"].values()))
        table = np.frombuffer(packed, dtype=np.int8).reshape(len(plain["rows"]), len(answers) + len(FLAGS))
        cuts = {flag: float(plain["cuts"][flag]) for flag in FLAGS}
        usual = {answer: float(plain["usual"][answer]) for answer in answers}
        rows = {name: line for line, name in enumerate(plain["rows"])}
        return Model(answers, rows, table, cuts, usual, frozenset(plain["known"].split()))
    except (ValueError, LookupError, TypeError, AttributeError, OSError) as error:
        raise WeightsError("los pesos no se pueden leer; vuelva a generarlos con bot.triage.train") from error


def write_model(model: Model, file: Path) -> None:
    """One feature a line, sorted: a change of the corpus changes the lines of what it touched."""
    parts: Iterable[str] = (
        f'"answers": {json.dumps(model.answers)}',
        f'"cuts": {json.dumps(model.cuts)}',
        f'"usual": {json.dumps(model.usual)}',
        f'"known": {json.dumps(" ".join(sorted(model.known)))}',
        '"rows": {\n' + ",\n".join(_lines(model)) + "\n}",
    )
    file.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def _lines(model: Model) -> Iterable[str]:
    for name, line in sorted(model.rows.items()):
        packed = base64.b85encode(model.table[line].tobytes()).decode()
        yield f"{json.dumps(name)}: {json.dumps(packed)}"
