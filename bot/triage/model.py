"""Learned weights: two views of the same features, both of small whole numbers, read from JSON into two tables.

The first view weighs each feature for each answer by itself, so it can also name the words that tell. The second sees them
together: each of its units sums the features and speaks only when the sum is above zero (docs/triage.md).
"""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from bot.triage.hashed import Hashed

FLAGS = ("urgent", "sensitive")
STEP = 1 / 24
"""One unit of a stored weight; a byte reaches from -5.3 to 5.3."""
SPOKEN_DIGITS = 4
R = TypeVar("R")


class WeightsError(ValueError):
    """The weights file is not what `train` writes."""


@dataclass(frozen=True, slots=True)
class Model:
    """Answers (the kinds and intents, then the flags), what each feature says for them by itself and together with the
    others, and how often each kind was danger, and delicate, in the messages learned from."""

    answers: tuple[str, ...]
    views: Views
    spoken: NDArray[np.float32]
    """What each unit of the second view says for each answer."""
    cuts: Mapping[str, float]
    usual: Mapping[str, Mapping[str, float]]
    known: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.answers)

    def alarms_of(self, stems: Collection[str]) -> list[float]:
        """How much each word by itself speaks for danger now."""
        lines = self.views.lines.of([f"w:{stem}" for stem in stems])
        weights: list[float] = (self.views.alone[lines, len(self.answers)] * STEP).tolist()
        return weights

    def judge(self, numbers: Mapping[str, float]) -> Judgement:
        """How likely each answer is (together one), and each flag by itself: the two views in the middle."""
        alone, together = self.views.sums(numbers)
        sums = (alone + np.maximum(together, 0.0, out=together) @ self.spoken) / 2
        kinds, flags = sums[: len(self.answers)], sums[len(self.answers) :]
        powers = np.exp(kinds - kinds.max())
        raised = 1.0 / (1.0 + np.exp(-flags))
        return Judgement(
            dict(zip(self.answers, (powers / powers.sum()).tolist(), strict=True)),
            dict(zip(FLAGS, raised.tolist(), strict=True)),
        )


@dataclass(frozen=True, slots=True)
class Views:
    """Which line holds the weights of each feature, in both tables: those that the second view has come first.

    After the last line of each stands one of zeros: that of every feature that it does not know.
    """

    lines: Hashed
    alone: NDArray[np.int8]
    together: NDArray[np.int8]

    def sums(self, numbers: Mapping[str, float]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The weights of these features by themselves and together, by their strengths."""
        lines = self.lines.of(numbers)
        strengths = np.fromiter(numbers.values(), np.float32, len(numbers)) * np.float32(STEP)
        return (
            strengths @ self.alone.take(lines, axis=0).astype(np.float32),
            strengths @ self.together.take(lines, axis=0, mode="clip").astype(np.float32),
        )


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the weights make of one message."""

    chances: Mapping[str, float]
    flags: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Learned:
    """What `train` found, as it is written: the weights of each feature as bytes."""

    answers: tuple[str, ...]
    alone: Mapping[str, bytes]
    together: Mapping[str, bytes]
    spoken: NDArray[np.float32]
    cuts: Mapping[str, float]
    usual: Mapping[str, Mapping[str, float]]
    known: frozenset[str]

    def model(self) -> Model:
        """As it would come back from its file."""
        views = _views(self.alone, self.together, bytes, self.spoken)
        return Model(self.answers, views, self.spoken, self.cuts, self.usual, self.known)


def no_model(known: frozenset[str] = frozenset()) -> Model:
    """Nothing learned, or only words: the rules alone decide."""
    return Learned((), {}, {}, np.zeros((1, len(FLAGS)), np.float32), {}, {}, known).model()


def packed(weights: Mapping[str, NDArray[np.float64]]) -> dict[str, bytes]:
    """The weights of each feature in steps, a byte each; what is all zeros is left out."""
    steps = {name: np.clip(np.rint(row / STEP), -127, 127).astype(np.int8) for name, row in weights.items()}
    return {name: row.tobytes() for name, row in steps.items() if row.any()}


def _views(
    alone: Mapping[str, R],
    together: Mapping[str, R],
    unpacked: Callable[[R], bytes],
    spoken: NDArray[np.float32],
) -> Views:
    units, width = spoken.shape
    names = tuple(dict.fromkeys((*together, *alone)))
    nothing = bytes(width)
    return Views(
        Hashed(names, range(len(names)), missing=len(names)),
        _table((unpacked(alone[name]) if name in alone else nothing for name in names), width),
        _table(map(unpacked, together.values()), units),
    )


def _table(rows: Iterable[bytes], width: int) -> NDArray[np.int8]:
    """One row after the other, so that they are never all there twice: they are most of the memory of a start."""
    table = bytearray()
    for row in rows:
        if len(row) != width:
            raise WeightsError("a line of the weights has another length")
        table += row
    return np.frombuffer(bytes(table) + bytes(width), np.int8).reshape(-1, width)


class _Written(msgspec.Struct):
    """The file; its rows stay where they are until each is unpacked."""

    answers: tuple[str, ...]
    cuts: dict[str, float]
    usual: dict[str, dict[str, float]]
    known: str
    spoken: list[list[float]]
    alone: dict[str, msgspec.Raw]
    together: dict[str, msgspec.Raw]


def read_model(file: Path) -> Model:
    """The weights that `write_model` wrote."""
    try:
        plain = msgspec.json.decode(file.read_bytes(), type=_Written)
        spoken = np.array(plain.spoken, np.float32).reshape(-1, len(plain.answers) + len(FLAGS))
        cuts = {flag: plain.cuts[flag] for flag in FLAGS}
        usual = {flag: {answer: plain.usual[flag][answer] for answer in plain.answers} for flag in FLAGS}
        views = _views(plain.alone, plain.together, _unpacked, spoken)
        return Model(plain.answers, views, spoken, cuts, usual, frozenset(plain.known.split()))
    except (ValueError, LookupError, OSError, msgspec.MsgspecError) as error:
        raise WeightsError("los pesos no se pueden leer; vuelva a generarlos con bot.triage.train") from error


def _unpacked(row: msgspec.Raw) -> bytes:
    return a2b_base64(memoryview(row)[1:-1], strict_mode=True)  # between its quotation marks


def write_model(learned: Learned, file: Path) -> None:
    """One feature a line, sorted: a change of the corpus changes the lines of what it touched."""
    spoken = [[round(float(said), SPOKEN_DIGITS) for said in row] for row in learned.spoken]
    parts: Iterable[str] = (
        f'"answers": {json.dumps(learned.answers)}',
        f'"cuts": {json.dumps(learned.cuts)}',
        f'"usual": {json.dumps(learned.usual)}',
        f'"known": {json.dumps(" ".join(sorted(learned.known)))}',
        f'"spoken": {json.dumps(spoken)}',
        '"alone": {\n' + ",\n".join(_lines(learned.alone)) + "\n}",
        '"together": {\n' + ",\n".join(_lines(learned.together)) + "\n}",
    )
    file.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def _lines(rows: Mapping[str, bytes]) -> Iterable[str]:
    for name, row in sorted(rows.items()):
        yield f"{json.dumps(name)}: {json.dumps(b2a_base64(row, newline=False).decode())}"
