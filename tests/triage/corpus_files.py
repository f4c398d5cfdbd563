"""The labelled messages by split: `train` shaped the weights, `blind` did not."""

from __future__ import annotations

from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"


def split(name: str) -> list[Path]:
    """The files of one split, one a style of writing."""
    return sorted((CORPUS / name).glob("*.jsonl"))
