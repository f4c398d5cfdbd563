"""Learns the weights from labelled messages: `python -m bot.triage.train OUT.json FILE.jsonl ...`. Pure Python.

Softmax regression for the kind, logistic regression for urgent and for delicate; AdaGrad, with word features
dropped at random so that the ideas of the lexicon, which generalise, carry the decision.
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from bot.triage.lexicon import Lexicon, load_lexicon
from bot.triage.model import FLAGS, Model, model_of, no_model
from bot.triage.normal import listen
from bot.triage.reading import Triage
from bot.triage.slugs import SLUGS
from bot.triage.spelling import Speller

EPOCHS = 24
RATE = 0.25
DECAY = 2e-4
WORDS_DROPPED = 0.35
IDEAS_DROPPED = 0.1
RAREST = 2
SMALLEST_WEIGHT = 0.04
ALSO_SHARE = 0.3
CUTS = {"urgent": 0.15, "sensitive": 0.08}


class Example(NamedTuple):
    """A message as numbers, and the right answers."""

    numbers: Mapping[str, float]
    kinds: Mapping[int, float]
    flags: Mapping[str, float]


Features = Mapping[str, float]
Row = list[float]


def read_labelled(files: Iterable[Path]) -> list[dict[str, Any]]:
    """The rows of JSONL files."""
    return [
        json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line
    ]


def train(rows: Sequence[Mapping[str, Any]], lexicon: Lexicon, epochs: int = EPOCHS) -> Model:
    """The model these messages teach, on top of this lexicon."""
    known = _vocabulary(rows, lexicon)
    triage = Triage(replace(lexicon, model=replace(no_model(), known=known)), ())
    examples = _examples(rows, triage)
    kinds = _learn(examples, len(SLUGS), lambda example: example.kinds, epochs)
    flags = {flag: _learn_flag(examples, flag, epochs) for flag in FLAGS}
    return model_of(SLUGS, {name: _sparse(row) for name, row in kinds.items()}, flags, dict(CUTS), known)


def _vocabulary(rows: Sequence[Mapping[str, Any]], lexicon: Lexicon) -> frozenset[str]:
    nothing_known = Speller(())
    seen = Counter(
        key
        for row in rows
        for key in {
            word.key for word in listen(row["text"], lexicon.short_forms, lexicon.signs, nothing_known).words
        }
    )
    return frozenset(key for key, times in seen.items() if times >= RAREST and not key.isdigit())


def _examples(rows: Sequence[Mapping[str, Any]], triage: Triage) -> list[Example]:
    heard = [triage.hear(row["text"]).numbers for row in rows]
    seen = Counter(name for numbers in heard for name in numbers)
    return [
        Example(
            {name: number for name, number in numbers.items() if number and seen[name] >= RAREST},
            _target(row),
            {flag: float(row[flag]) for flag in FLAGS},
        )
        for numbers, row in zip(heard, rows, strict=True)
    ]


def _target(row: Mapping[str, Any]) -> dict[int, float]:
    """All the weight on the category, or some of it on the acceptable alternatives."""
    also = [SLUGS.index(slug) for slug in row.get("also", ()) if slug in SLUGS]
    target = {index: ALSO_SHARE / len(also) for index in also}
    target[SLUGS.index(row["category"])] = 1.0 - (ALSO_SHARE if also else 0.0)
    return target


def _learn_flag(examples: Sequence[Example], flag: str, epochs: int) -> dict[str, float]:
    """Two answers, of which only the difference is kept."""
    rows = _learn(examples, 2, lambda example: {1: example.flags[flag], 0: 1 - example.flags[flag]}, epochs)
    weights = {name: round(row[1] - row[0], 3) for name, row in rows.items()}
    return {name: weight for name, weight in weights.items() if abs(weight) >= SMALLEST_WEIGHT}


def _learn(
    examples: Sequence[Example], answers: int, target: Callable[[Example], Mapping[int, float]], epochs: int
) -> dict[str, Row]:
    chance = random.Random(23004)  # noqa: S311  the same corpus must give the same weights
    weights: dict[str, Row] = {}
    squares: dict[str, Row] = {}
    order = list(examples)
    for _ in range(epochs):
        chance.shuffle(order)
        for example in order:
            numbers = _dropped(example.numbers, chance)
            errors = _errors(weights, numbers, target(example), answers)
            _step(weights, squares, numbers, errors)
    return weights


def _dropped(numbers: Features, chance: random.Random) -> dict[str, float]:
    return {name: number for name, number in numbers.items() if chance.random() >= _drop_rate(name)}


def _drop_rate(name: str) -> float:
    if name[1:2] != ":":
        return 0.0
    return WORDS_DROPPED if name[0] in "wbg" else IDEAS_DROPPED


def _errors(weights: Mapping[str, Row], numbers: Features, target: Mapping[int, float], answers: int) -> Row:
    sums = [0.0] * answers
    for name, number in numbers.items():
        row = weights.get(name)
        if row:
            sums = [value + weight * number for value, weight in zip(sums, row, strict=True)]
    top = max(sums)
    powers = [math.exp(value - top) for value in sums]
    total = sum(powers)
    return [power / total - target.get(index, 0.0) for index, power in enumerate(powers)]


def _step(weights: dict[str, Row], squares: dict[str, Row], numbers: Features, errors: Row) -> None:
    for name, number in numbers.items():
        row = weights.setdefault(name, [0.0] * len(errors))
        past = squares.setdefault(name, [0.1] * len(errors))
        slopes = [error * number + DECAY * weight for error, weight in zip(errors, row, strict=True)]
        past[:] = [square + slope * slope for square, slope in zip(past, slopes, strict=True)]
        row[:] = [
            weight - RATE * slope / math.sqrt(square)
            for weight, slope, square in zip(row, slopes, past, strict=True)
        ]


def _sparse(row: Row) -> tuple[tuple[int, float], ...]:
    rounded = ((index, round(weight, 2)) for index, weight in enumerate(row))
    return tuple((index, weight) for index, weight in rounded if abs(weight) >= SMALLEST_WEIGHT)


def write_model(model: Model, file: Path) -> None:
    """One feature a line, sorted, so that a change of the corpus gives a readable diff."""
    parts = [
        f'"answers": {json.dumps(model.answers)}',
        f'"cuts": {json.dumps(model.cuts)}',
        f'"known": {json.dumps(" ".join(sorted(model.known)))}',
        *(f'"{flag}": {json.dumps(dict(sorted(model.flags[flag].items())))}' for flag in FLAGS),
        '"rows": {\n' + ",\n".join(_row_lines(model)) + "\n}",
    ]
    file.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def _row_lines(model: Model) -> list[str]:
    return [
        f"{json.dumps(name)}: {json.dumps([part for pair in row for part in pair])}"
        for name, line in sorted(model.rows.items())
        if (row := _sparse(model.weights[line].tolist()))
    ]


def main() -> None:
    """Train on the given files with the packaged lexicon and write the weights."""
    out, *files = map(Path, sys.argv[1:])
    write_model(train(read_labelled(files), load_lexicon()), out)


if __name__ == "__main__":
    main()
