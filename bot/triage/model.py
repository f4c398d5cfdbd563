"""Learned weights: one row per feature, one small whole number per answer; read from JSON into one table."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FLAGS = ("urgent", "sensitive")
STEP = 1 / 24
"""One unit of a stored weight; a byte reaches from -5.3 to 5.3."""


DIGIT_OF = np.full(256, -1, np.int64)
DIGIT_OF[[base64.b85encode(bytes([0, 0, 0, digit]))[4] for digit in range(85)]] = range(85)
PLACES = 85 ** np.arange(4, -1, -1, dtype=np.int64)
"""The signs of base 85 by their value, and what each place is worth."""


class WeightsError(ValueError):
    """The weights file is not what `train` writes."""


@dataclass(frozen=True, slots=True)
class Model:
    """Answers (the kinds and intents, then the flags), which line of the table holds each feature's weights, and how often
    each kind was danger, and delicate, in the messages learned from."""

    answers: tuple[str, ...]
    rows: Mapping[str, int]
    table: NDArray[np.int8]
    """After the last feature a line of zeros: that of every feature not known."""
    cuts: Mapping[str, float]
    usual: Mapping[str, Mapping[str, float]]
    known: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.rows)

    def alarm_of(self, stem: str) -> float:
        """How much a word by itself speaks for danger now."""
        line = self.rows.get(f"w:{stem}")
        return 0.0 if line is None else float(self.table[line, len(self.answers)]) * STEP

    def judge(self, numbers: Mapping[str, float]) -> Judgement:
        """How likely each answer is (together one), and each flag by itself."""
        lines = np.fromiter(map(self.rows.get, numbers, repeat(len(self.rows))), np.intp, len(numbers))
        strengths = np.fromiter(numbers.values(), np.float64, len(numbers))
        sums = (strengths * STEP) @ self.table.take(lines, axis=0).astype(np.float64)
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
    return Model((), {}, np.zeros((1, len(FLAGS)), dtype=np.int8), {}, {}, frozenset())


def model_of(
    answers: tuple[str, ...],
    weights: Mapping[str, NDArray[np.float64]],
    cuts: Mapping[str, float],
    usual: Mapping[str, Mapping[str, float]],
    known: frozenset[str],
) -> Model:
    """The model of these weights, as it would come back from its file."""
    packed = {name: np.clip(np.rint(row / STEP), -127, 127).astype(np.int8) for name, row in weights.items()}
    kept = {name: row for name, row in packed.items() if row.any()}
    table = np.array([*kept.values()], dtype=np.int8).reshape(len(kept), len(answers) + len(FLAGS))
    table = np.vstack([table, np.zeros_like(table, shape=(1, table.shape[1]))])
    return Model(answers, {name: line for line, name in enumerate(kept)}, table, cuts, usual, known)


def read_model(file: Path) -> Model:
    """The weights that `write_model` wrote."""
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
        answers = tuple(plain["answers"])
        width = len(answers) + len(FLAGS)
        table = np.vstack([_unpacked(plain["rows"].values(), width), np.zeros((1, width), np.int8)])
        cuts = {flag: float(plain["cuts"][flag]) for flag in FLAGS}
        usual = {flag: {answer: float(plain["usual"][flag][answer]) for answer in answers} for flag in FLAGS}
        rows = {name: line for line, name in enumerate(plain["rows"])}
        return Model(answers, rows, table, cuts, usual, frozenset(plain["known"].split()))
    except (ValueError, LookupError, TypeError, AttributeError, OSError) as error:
        raise WeightsError("los pesos no se pueden leer; vuelva a generarlos con bot.triage.train") from error


def _unpacked(rows: Iterable[str], width: int) -> NDArray[np.int8]:
    """What `base64.b85encode` packed, all lines at once (one by one it took a fifth of the loading)."""
    written = [row.encode() for row in rows]
    length = len(base64.b85encode(bytes(width)))
    if any(len(row) != length for row in written):
        raise WeightsError("a line of the weights has another length")
    signs = np.frombuffer(b"".join(row.ljust(-(-length // 5) * 5, b"~") for row in written), np.uint8)
    digits = DIGIT_OF[signs].reshape(len(written), -1, 5)
    if (digits < 0).any():
        raise WeightsError("a line of the weights has a strange sign")
    numbers = (digits @ PLACES).astype(">u4")
    return numbers.view(np.int8).reshape(len(written), -1)[:, :width]


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
