"""The benchmark works: it is run, never timed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.bench.bots import ROOT

SHORT = ["--rounds", "1", "--seconds", "3", "--residents", "3", "--bots", "ours", "ours-whatsapp"]


def test_residents_of_both_channels_come_to_their_folio(tmp_path: Path) -> None:
    found = tmp_path / "found.json"
    words = [sys.executable, "-m", "tests.bench", *SHORT, "--work", str(tmp_path), "--json", str(found)]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "ours alone" in ended.stderr, "it says aloud that there is nobody to compare with"
    for name, runs in json.loads(found.read_text()).items():
        assert runs[0]["errors"] == 0, (name, runs)
        assert runs[0]["folios"] > 0, (name, runs)
