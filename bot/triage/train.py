"""Learns the weights from labelled messages: `python -m bot.triage.train OUT.json FILE.jsonl ...`; some minutes.

One softmax for the kinds and intents and one logistic unit each for urgent and delicate, learned together by AdaGrad;
features are dropped at random, so that no single word carries a decision. The first view (each feature by itself) is the
average of several runs; the second (`Units`: features together) stands beside it, its runs side by side.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.triage.lexicon import Lexicon, load_lexicon
from bot.triage.model import FLAGS, SPOKEN_DIGITS, Learned, no_model, packed, write_model
from bot.triage.normal import Ear
from bot.triage.reading import Triage
from bot.triage.slugs import SLUGS
from bot.triage.spelling import Speller

EPOCHS = 16
RUNS = 6
RATE = 0.25
DECAY = 3e-4
WORDS_DROPPED = 0.45
IDEAS_DROPPED = 0.55
RAREST = 3
RAREST_WORD = 2
"""The speller knows words seen so often; features are learned from one more."""
VIEWS, UNITS = 2, 96
"""Runs of the second view, and the units of each."""
RAREST_TOGETHER = 8
"""The second view leaves out what was seen less often: it would be three times as large and no better."""
UNITS_DROPPED = 0.4
FIRST_SPREAD = 0.1
SPOKEN_RATE = 0.3 * RATE
ALSO_SHARE = 0.3
CUTS = {"urgent": 0.37, "sensitive": 0.05}
SEED = 23004
WORDS = ("w:", "b:", "g:")
IDEAS = ("i:", "no:")

Numbers = NDArray[np.float64]


class Example(NamedTuple):
    """A message as numbers: which features, how strong, how often each is kept, and the right answers."""

    features: NDArray[np.int64]
    strengths: Numbers
    kept: Numbers
    answer: Numbers


def read_labelled(files: Iterable[Path]) -> list[dict[str, Any]]:
    """The rows of JSONL files."""
    return [
        json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line
    ]


def train(rows: Sequence[Mapping[str, Any]], lexicon: Lexicon, epochs: int = EPOCHS) -> Learned:
    """What these messages teach, on top of this lexicon."""
    known = _vocabulary(rows, lexicon)
    triage = Triage(replace(lexicon, model=no_model(known)), ())
    heard = [triage.hear(row["text"]).numbers for row in rows]
    seen = Counter(name for numbers in heard for name, number in numbers.items() if number)
    alone, examples = _examples(heard, rows, seen, RAREST)
    runs = [_learn(examples, len(alone), SEED + run, epochs) for run in range(RUNS)]
    often, examples = _examples(heard, rows, seen, RAREST_TOGETHER)
    views = [_learn_units(examples, len(often), SEED + run, epochs) for run in range(VIEWS)]
    spoken = np.concatenate([view.spoken for view in views]) / VIEWS
    return Learned(
        SLUGS,
        packed(dict(zip(alone, np.mean(runs, axis=0), strict=True))),
        packed(dict(zip(often, np.hstack([view.heard for view in views]), strict=True))),
        np.round(spoken, SPOKEN_DIGITS).astype(np.float32),
        dict(CUTS),
        {flag: _usual(rows, flag) for flag in FLAGS},
        known,
    )


def _examples(
    heard: Sequence[Mapping[str, float]], rows: Sequence[Mapping[str, Any]], seen: Counter[str], rarest: int
) -> tuple[list[str], list[Example]]:
    """The features seen so often, and the messages told in them."""
    names = sorted(name for name, times in seen.items() if times >= rarest)
    places = {name: index for index, name in enumerate(names)}
    return names, [_example(numbers, row, places) for numbers, row in zip(heard, rows, strict=True)]


def _usual(rows: Sequence[Mapping[str, Any]], flag: str) -> dict[str, float]:
    """How often each kind is danger now, or delicate; a little of both is taken to have been seen of each."""
    seen = Counter(row["category"] for row in rows)
    raised = Counter(row["category"] for row in rows if row[flag])
    return {slug: round((raised[slug] + 0.5) / (seen[slug] + 5), 4) for slug in SLUGS}


def _vocabulary(rows: Sequence[Mapping[str, Any]], lexicon: Lexicon) -> frozenset[str]:
    nothing_known = Ear(lexicon.short_forms, lexicon.signs, Speller(()))
    seen = Counter(
        key for row in rows for key in {word.key for word in nothing_known.listen(row["text"]).words}
    )
    return frozenset(key for key, times in seen.items() if times >= RAREST_WORD and not key.isdigit())


def _example(numbers: Mapping[str, float], row: Mapping[str, Any], places: Mapping[str, int]) -> Example:
    used = {name: number for name, number in numbers.items() if number and name in places}
    return Example(
        np.array([places[name] for name in used], dtype=np.int64),
        np.array(list(used.values())),
        np.array([1.0 - _drop_rate(name) for name in used]),
        _answer(row),
    )


def _answer(row: Mapping[str, Any]) -> Numbers:
    """All the weight on the category, or some of it on the acceptable alternatives; then the flags."""
    answer = np.zeros(len(SLUGS) + len(FLAGS))
    also = [SLUGS.index(slug) for slug in row.get("also", ()) if slug in SLUGS]
    for index in also:
        answer[index] = ALSO_SHARE / len(also)
    answer[SLUGS.index(row["category"])] = 1.0 - (ALSO_SHARE if also else 0.0)
    answer[len(SLUGS) :] = [float(row[flag]) for flag in FLAGS]
    return answer


def _drop_rate(name: str) -> float:
    if name.startswith(WORDS):
        return WORDS_DROPPED
    return IDEAS_DROPPED if name.startswith(IDEAS) else 0.0


def _learn(examples: Sequence[Example], names: int, seed: int, epochs: int) -> Numbers:
    chance = np.random.default_rng(seed)  # the same corpus must give the same weights
    weights = np.zeros((names, len(SLUGS) + len(FLAGS)))
    squares = np.full_like(weights, 0.1)
    for _ in range(epochs):
        for index in chance.permutation(len(examples)):
            _step(weights, squares, examples[index], chance)
    return weights


def _step(weights: Numbers, squares: Numbers, example: Example, chance: np.random.Generator) -> None:
    kept = chance.random(len(example.kept)) < example.kept
    at, strengths = example.features[kept], example.strengths[kept]
    here = weights[at]
    slopes = strengths[:, None] * _errors(strengths @ here, example.answer)[None, :] + DECAY * here
    squares[at] += slopes**2
    weights[at] = here - RATE * slopes / np.sqrt(squares[at])


class Units(NamedTuple):
    """The second view: what each unit hears of each feature, and what it says for each answer; with their squared slopes."""

    heard: Numbers
    spoken: Numbers
    heard_squares: Numbers
    spoken_squares: Numbers


def _learn_units(examples: Sequence[Example], names: int, seed: int, epochs: int) -> Units:
    chance = np.random.default_rng(seed)
    heard = chance.normal(0.0, FIRST_SPREAD, (names, UNITS))
    spoken = chance.normal(0.0, 1 / np.sqrt(UNITS), (UNITS, len(SLUGS) + len(FLAGS)))
    units = Units(heard, spoken, np.full_like(heard, 0.1), np.full_like(spoken, 0.1))
    for _ in range(epochs):
        for index in chance.permutation(len(examples)):
            _step_units(units, examples[index], chance)
    return units


def _step_units(units: Units, example: Example, chance: np.random.Generator) -> None:
    kept = chance.random(len(example.kept)) < example.kept
    at, strengths = example.features[kept], example.strengths[kept]
    here = units.heard[at]
    sums = strengths @ here
    speaks = (sums > 0) & (chance.random(UNITS) >= UNITS_DROPPED)
    said = sums[speaks] / (1 - UNITS_DROPPED)
    spoken = units.spoken[speaks]
    errors = _errors(said @ spoken, example.answer)
    back = np.zeros(UNITS)
    back[speaks] = spoken @ errors / (1 - UNITS_DROPPED)
    slopes = said[:, None] * errors[None, :] + DECAY * spoken
    squares = units.spoken_squares[speaks] + slopes**2
    units.spoken_squares[speaks] = squares
    units.spoken[speaks] = spoken - SPOKEN_RATE * slopes / np.sqrt(squares)
    slopes = np.where(speaks[None, :], strengths[:, None] * back[None, :] + DECAY * here, 0.0)
    squares = units.heard_squares[at] + slopes**2
    units.heard_squares[at] = squares
    units.heard[at] = here - RATE * slopes / np.sqrt(squares)


def _errors(sums: Numbers, answer: Numbers) -> Numbers:
    kinds, flags = sums[: len(SLUGS)], sums[len(SLUGS) :]
    powers = np.exp(kinds - kinds.max())
    said: Numbers = np.concatenate([powers / powers.sum(), 1.0 / (1.0 + np.exp(-flags))])
    return said - answer


def main() -> None:
    """Train on the given files with the packaged lexicon and write the weights."""
    out, *files = map(Path, sys.argv[1:])
    write_model(train(read_labelled(files), load_lexicon(learned=False)), out)


if __name__ == "__main__":
    main()
