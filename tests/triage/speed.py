"""How long reading takes, in processor time: `python -m tests.triage.speed`; some seconds.

The first 2,000 messages of a fixed shuffle of the corpus warm up, the next 2,000 are read once each; the long texts are
made of the rest, so every one is new.
"""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime

from bot.triage import Triage, load_lexicon
from bot.triage.evaluate import percentile, read_labelled
from tests.triage.corpus_files import CORPUS

AT = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)
MANY = 2_000
LONG = (300, 1_000, 3_000, 4_000)
EACH = 20


def spent(triage: Triage, text: str) -> float:
    """Milliseconds of processor time to read one message."""
    start = time.thread_time()
    triage.read(text, AT)
    return (time.thread_time() - start) * 1000


def main() -> None:
    """Print loading, the middle and the slowest of ordinary messages, and the middle of long ones."""
    start = time.thread_time()
    triage = Triage(load_lexicon(), ())
    print(f"load {time.thread_time() - start:.2f} s")
    texts = [row["text"] for file in sorted(CORPUS.rglob("*.jsonl")) for row in read_labelled(file)]
    random.Random(1).shuffle(texts)  # the same mixture each time
    for text in texts[:MANY]:
        triage.read(text, AT)
    times = [spent(triage, text) for text in texts[MANY : 2 * MANY]]
    print(f"new messages: median {percentile(times, 0.5):.3f} ms, p99 {percentile(times, 0.99):.2f} ms")
    rest = ". ".join(texts[2 * MANY :])
    for length in LONG:
        step = len(rest) // EACH
        times = [spent(triage, rest[at * step : at * step + length]) for at in range(EACH)]
        print(f"{length} characters: median {percentile(times, 0.5):.2f} ms")


if __name__ == "__main__":
    main()
