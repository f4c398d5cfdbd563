"""How well triage reads labelled messages: `proximidad evaluate FILE.jsonl [--json]`."""

from __future__ import annotations

import json
import math
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from bot.triage.lexicon import LexiconError, load_lexicon
from bot.triage.reading import Triage
from bot.triage.slugs import SLUGS

AT = datetime(2026, 1, 15, 18, 0, tzinfo=UTC)
"""Any fixed moment: the measures do not depend on it."""
Z = 1.96
SHOWN = 120


class LabelError(ValueError):
    """A row of the file cannot be used."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One labelled message and what triage made of it."""

    text: str
    category: str
    accepted: frozenset[str]
    urgent: bool
    sensitive: bool
    guesses: tuple[str, ...]
    danger: bool
    delicate: bool
    milliseconds: float

    @property
    def first(self) -> str:
        return self.guesses[0] if self.guesses else ""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with its 95 % Wilson interval."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        return self.hits / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        if not self.of:
            return 0.0, 1.0
        centre = self.value + Z * Z / (2 * self.of)
        spread = Z * math.sqrt(self.value * (1 - self.value) / self.of + Z * Z / (4 * self.of**2))
        scale = 1 + Z * Z / self.of
        return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)

    def __str__(self) -> str:
        if not self.of:
            return "sin casos"
        low, high = self.interval
        return (
            f"{100 * self.value:.1f} % ({self.hits} de {self.of}; IC 95 % {100 * low:.1f} a {100 * high:.1f})"
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "value": self.value if self.of else None,
            "hits": self.hits,
            "of": self.of,
            "ci95": self.interval,
        }


def evaluate(path: Path, as_json: bool, lexicon: Path | None = None) -> int:
    """Print the measures of one file, with a municipality's own lexicon if given; 0 when it could be read, 2 when not."""
    try:
        outcomes = measure(read_labelled(path), Triage(load_lexicon(lexicon), ()))
    except (LabelError, LexiconError, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"No se puede evaluar: {error}\n")
        return 2
    if as_json:
        sys.stdout.write(json.dumps(summary(outcomes), ensure_ascii=False, indent=1) + "\n")
    else:
        _print(outcomes, sys.stdout)
    return 0


def read_labelled(path: Path) -> list[dict[str, Any]]:
    """The labelled rows, checked."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if line.strip():
            rows.append(_row(path, number, line))
    if not rows:
        raise LabelError(f"{path.name}: no hay mensajes")
    return rows


def _row(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
        text, category = row["text"], row["category"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise LabelError(f"{path.name}:{number}: se espera un objeto JSON con «text» y «category»") from None
    if not isinstance(text, str) or category not in SLUGS:
        raise LabelError(f"{path.name}:{number}: categoría desconocida o texto que no es texto")
    return {
        "text": text,
        "category": category,
        "urgent": _flag(path, number, row, "urgent"),
        "sensitive": _flag(path, number, row, "sensitive"),
        "also": _also(path, number, row),
    }


def _flag(path: Path, number: int, row: Mapping[str, Any], name: str) -> bool:
    """True or false; missing is false. "false" in quotes would count as true, so it is told."""
    value = row.get(name) or False
    if value not in (True, False):
        raise LabelError(f"{path.name}:{number}: «{name}» debe ser true o false")
    return bool(value)


def _also(path: Path, number: int, row: Mapping[str, Any]) -> tuple[str, ...]:
    also = row.get("also") or ()
    listed = (also,) if isinstance(also, str) else also
    if not isinstance(listed, list | tuple) or not all(slug in SLUGS for slug in listed):
        raise LabelError(f"{path.name}:{number}: «also» debe ser una lista de categorías conocidas")
    return tuple(listed)


def measure(rows: Iterable[Mapping[str, Any]], triage: Triage) -> list[Outcome]:
    """Read every message, after a short warm-up."""
    rows = list(rows)
    for row in rows[:20]:
        triage.read(row["text"], AT)
    return [_outcome(row, triage) for row in rows]


def _outcome(row: Mapping[str, Any], triage: Triage) -> Outcome:
    start = time.thread_time()
    understood = triage.read(row["text"], AT)
    spent = (time.thread_time() - start) * 1000
    return Outcome(
        text=row["text"],
        category=row["category"],
        accepted=frozenset((row["category"], *row.get("also", ()))),
        urgent=row["urgent"],
        sensitive=row["sensitive"],
        guesses=tuple(guess.kind for guess in understood.guesses),
        danger=understood.danger is not None,
        delicate=understood.sensitive,
        milliseconds=spent,
    )


def shares(outcomes: Sequence[Outcome]) -> dict[str, Share]:
    """The six measures that are counts."""
    urgent = [outcome for outcome in outcomes if outcome.urgent]
    calm = [outcome for outcome in outcomes if not outcome.urgent]
    sensitive = [outcome for outcome in outcomes if outcome.sensitive]
    plain = [outcome for outcome in outcomes if not outcome.sensitive]
    return {
        "top1": Share(sum(outcome.first in outcome.accepted for outcome in outcomes), len(outcomes)),
        "top3": Share(
            sum(bool(outcome.accepted & {*outcome.guesses[:3]}) for outcome in outcomes), len(outcomes)
        ),
        "urgent_recall": Share(sum(outcome.danger for outcome in urgent), len(urgent)),
        "urgent_false_alarms": Share(sum(outcome.danger for outcome in calm), len(calm)),
        "sensitive_recall": Share(sum(outcome.delicate for outcome in sensitive), len(sensitive)),
        "sensitive_false_alarms": Share(sum(outcome.delicate for outcome in plain), len(plain)),
    }


def macro_f1(outcomes: Sequence[Outcome]) -> float:
    """Mean F1 over the categories present; an acceptable alternative counts as the category."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    present = Counter(outcome.category for outcome in outcomes)
    for outcome in outcomes:
        if outcome.first in outcome.accepted:
            right[outcome.category] += 1
        else:
            wrong[outcome.first] += 1
    scores = [2 * right[slug] / (right[slug] + present[slug] + wrong[slug]) for slug in present]
    return sum(scores) / len(scores)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def confusions(outcomes: Iterable[Outcome]) -> list[tuple[str, str, int]]:
    """What was taken for what, most often first."""
    pairs = Counter(
        (outcome.category, outcome.first) for outcome in outcomes if outcome.first not in outcome.accepted
    )
    return [(truth, taken, count) for (truth, taken), count in pairs.most_common()]


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All measures and all misses, as JSON values."""
    times = [outcome.milliseconds for outcome in outcomes]
    return {
        "messages": len(outcomes),
        **{name: share.as_dict() for name, share in shares(outcomes).items()},
        "macro_f1": macro_f1(outcomes),
        "milliseconds": {"p50": percentile(times, 0.5), "p99": percentile(times, 0.99), "max": max(times)},
        "confusions": [list(row) for row in confusions(outcomes)],
        "misses": [_miss(outcome) for outcome in outcomes if list(_faults(outcome))],
    }


def _faults(outcome: Outcome) -> Iterator[str]:
    if outcome.urgent and not outcome.danger:
        yield "emergencia no vista"
    if outcome.sensitive and not outcome.delicate:
        yield "delicado no visto"
    if outcome.danger and not outcome.urgent:
        yield "falsa alarma"
    if not outcome.accepted & {*outcome.guesses[:3]}:
        yield "ni entre tres"
    elif outcome.first not in outcome.accepted:
        yield "no el primero"


def _miss(outcome: Outcome) -> dict[str, Any]:
    return {
        "text": outcome.text.encode("utf-8", "replace").decode(),  # half an emoji can't be printed
        "category": outcome.category,
        "guesses": list(outcome.guesses[:3]),
        "faults": list(_faults(outcome)),
    }


LABELS = {
    "top1": "Asunto acertado a la primera",
    "top3": "Asunto entre los tres primeros",
    "urgent_recall": "Emergencias vistas",
    "urgent_false_alarms": "Falsas alarmas",
    "sensitive_recall": "Delicados vistos",
    "sensitive_false_alarms": "Delicados de más",
}


def _print(outcomes: Sequence[Outcome], out: TextIO) -> None:
    times = [outcome.milliseconds for outcome in outcomes]
    out.write(f"{len(outcomes)} mensajes\n")
    for name, share in shares(outcomes).items():
        out.write(f"{LABELS[name]}: {share}\n")
    out.write(f"F1 macro: {macro_f1(outcomes):.3f}\n")
    out.write(
        f"Tiempo de procesador por mensaje: mediana {percentile(times, 0.5):.2f} ms, p99 {percentile(times, 0.99):.2f} ms\n"
    )
    for fault in (
        "emergencia no vista",
        "delicado no visto",
        "falsa alarma",
        "ni entre tres",
        "no el primero",
    ):
        _print_fault(fault, [outcome for outcome in outcomes if fault in _faults(outcome)], out)


def _print_fault(fault: str, outcomes: Sequence[Outcome], out: TextIO) -> None:
    if not outcomes:
        return
    out.write(f"\n{fault.capitalize()} ({len(outcomes)}):\n")
    for outcome in outcomes:
        text = " ".join(outcome.text.encode("utf-8", "replace").decode().split())[:SHOWN]
        out.write(f"  {outcome.category} → {', '.join(outcome.guesses[:3])}: {text}\n")
