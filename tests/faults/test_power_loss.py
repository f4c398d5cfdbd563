"""T2: the power is cut after every write. Whole: CAMPAIGN=whole, some 5 minutes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.faults import evidence, strace
from tests.faults.evidence import Campaign
from tests.faults.morning import Morning
from tests.faults.power_loss import Film, Judge, Losses
from tests.faults.shares import WORKERS, in_memory, shared_out

WHOLE = ((1, 0), (2, 9_000), (3, 0), (5, 3_000), (8, 0), (16, 0))


@pytest.fixture(scope="module", autouse=True)
def traced() -> None:
    strace.available()


def develop(campaign: Campaign, neighbours: int, longer: int, images: int) -> Losses:
    """Record a morning, cut its power everywhere, judge what is left."""
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        film = Film.record(Morning.of(neighbours, n0=longer), Path(folder))

    def share(number: int, folder: Path) -> Losses:
        cuts = film.cuts(campaign.random(neighbours, longer), images)
        return Judge(film, folder).judge(cut for at, cut in enumerate(cuts) if at % WORKERS == number)

    total = Losses()
    for losses in shared_out(range(WORKERS), share):
        total += losses
    return total


@pytest.mark.parametrize(("neighbours", "longer"), WHOLE if evidence.WHOLE else ((3, 0),))
def test_whenever_the_power_goes_nothing_acknowledged_is_lost(neighbours: int, longer: int) -> None:
    power = Campaign(
        "T2",
        "Power cut after every change of the disk: all arrived, only what was synced, or by chance a part",
        part=f"{neighbours} at once",
    )
    asked = power.size(ci=4_000, whole=9_000)
    losses = develop(power, neighbours, longer, asked)
    power.record(images=losses.images, lost_or_half=losses.broken, corrupt=losses.corrupt)
    assert losses.examples == []
    assert losses.images > asked * 9 // 10
