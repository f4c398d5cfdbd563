"""Learned weights: two views of the same features, both of small whole numbers, read from JSON into two tables.

The first view weighs each feature for each answer by itself, so it can also name the words that tell. The second sees them
together: each of its units sums the features and speaks only when the sum is above zero (docs/triage.md).
"""

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
class Table:
    """Which line holds the weights of each feature; after the last a line of zeros: that of every feature not known."""

    lines: Mapping[str, int]
    weights: NDArray[np.int8]

    def sums(self, numbers: Mapping[str, float]) -> NDArray[np.float64]:
        """The weights of these features, by their strengths."""
        at = np.fromiter(map(self.lines.get, numbers, repeat(len(self.lines))), np.intp, len(numbers))
        strengths = np.fromiter(numbers.values(), np.float64, len(numbers))
        found: NDArray[np.float64] = (strengths * STEP) @ self.weights.take(at, axis=0).astype(np.float64)
        return found


@dataclass(frozen=True, slots=True)
class Model:
    """Answers (the kinds and intents, then the flags), what each feature says for them by itself and together with the
    others, and how often each kind was danger, and delicate, in the messages learned from."""

    answers: tuple[str, ...]
    alone: Table
    together: Table
    spoken: NDArray[np.float64]
    """What each unit of the second view says for each answer."""
    cuts: Mapping[str, float]
    usual: Mapping[str, Mapping[str, float]]
    known: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.alone.lines)

    def alarm_of(self, stem: str) -> float:
        """How much a word by itself speaks for danger now."""
        line = self.alone.lines.get(f"w:{stem}")
        return 0.0 if line is None else float(self.alone.weights[line, len(self.answers)]) * STEP

    def judge(self, numbers: Mapping[str, float]) -> Judgement:
        """How likely each answer is (together one), and each flag by itself: the two views in the middle."""
        sums = (self.alone.sums(numbers) + np.maximum(self.together.sums(numbers), 0.0) @ self.spoken) / 2
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
    return Model(
        (), table_of({}, len(FLAGS)), table_of({}, 1), np.zeros((1, len(FLAGS))), {}, {}, frozenset()
    )


def table_of(weights: Mapping[str, NDArray[np.float64]], width: int) -> Table:
    """The table of these weights, as it would come back from its file."""
    packed = {name: np.clip(np.rint(row / STEP), -127, 127).astype(np.int8) for name, row in weights.items()}
    kept = {name: row for name, row in packed.items() if row.any()}
    table = np.array([*kept.values()], dtype=np.int8).reshape(len(kept), width)
    return Table({name: line for line, name in enumerate(kept)}, _with_unknown(table))


def _with_unknown(table: NDArray[np.int8]) -> NDArray[np.int8]:
    return np.vstack([table, np.zeros((1, table.shape[1]), np.int8)])


def read_model(file: Path) -> Model:
    """The weights that `write_model` wrote."""
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
        answers = tuple(plain["answers"])
        width = len(answers) + len(FLAGS)
        spoken = np.array(plain["spoken"], np.float64).reshape(-1, width)
        cuts = {flag: float(plain["cuts"][flag]) for flag in FLAGS}
        usual = {flag: {answer: float(plain["usual"][flag][answer]) for answer in answers} for flag in FLAGS}
        alone, together = _table(plain["alone"], width), _table(plain["together"], len(spoken))
        return Model(answers, alone, together, spoken, cuts, usual, frozenset(plain["known"].split()))
    except (ValueError, LookupError, TypeError, AttributeError, OSError) as error:
        raise WeightsError("los pesos no se pueden leer; vuelva a generarlos con bot.triage.train") from error


def _table(rows: Mapping[str, str], width: int) -> Table:
    return Table(
        {name: line for line, name in enumerate(rows)}, _with_unknown(_unpacked(rows.values(), width))
    )


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
        f'"spoken": {json.dumps(model.spoken.tolist())}',
        '"alone": {\n' + ",\n".join(_lines(model.alone)) + "\n}",
        '"together": {\n' + ",\n".join(_lines(model.together)) + "\n}",
    )
    file.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def _lines(table: Table) -> Iterable[str]:
    for name, line in sorted(table.lines.items()):
        packed = base64.b85encode(table.weights[line].tobytes()).decode()
        yield f"{json.dumps(name)}: {json.dumps(packed)}"
