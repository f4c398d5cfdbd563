"""The evidence is written by the runs: a page that says anything else fails here."""

from __future__ import annotations

import re

import pytest

from tests.faults import evidence
from tests.faults.evidence import Campaign


def test_the_pages_are_what_the_records_say() -> None:
    """Else: uv run python -m tests.faults.evidence"""
    assert evidence.EVIDENCE.read_text() == evidence.evidence_page()
    assert evidence.PROMISES.read_text() == evidence.promises_page()


def test_every_promise_is_there_and_names_its_proof() -> None:
    rows = re.findall(r"^\| (P\d+) \| [A-Z].+?\. \| (T\d+.*?) \| .+ \|$", evidence.PROMISES.read_text(), re.M)
    assert [name for name, _ in rows] == [f"P{number}" for number in range(1, 17)]


def test_a_seed_repeats_a_run_and_parts_draw_apart() -> None:
    here, there = Campaign("T1", "kill", part="sqlite"), Campaign("T1", "kill", part="postgres")
    assert here.random("a").random() == here.random("a").random()
    assert here.random("a").random() not in (here.random("b").random(), there.random("a").random())


def test_a_reduced_run_leaves_no_trace_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "KEPT", False)
    before = sorted(evidence.RECORDS.iterdir())
    Campaign("T0", "nothing").record(points=3)
    assert sorted(evidence.RECORDS.iterdir()) == before


def test_figures_read_like_a_sentence() -> None:
    assert evidence.told({"points": 5012, "violations": 0, "slope": "0.2 MB/h"}) == (
        "5,012 points, 0 violations, slope 0.2 MB/h"
    )
