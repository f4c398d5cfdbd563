"""What a monitor reads: counts that add up, figures of the store, and nobody's name, number, place or words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.municipality import load
from handlers import reception
from handlers.metrics import OF_PROCESS
from tests.support.talker import Town, town

SECRET = "me golpea mi esposo en la calle Roma 12"


def counted(name: str) -> dict[str, float]:
    """The counts of this process under one name, by their labels."""
    found = {}
    for family in OF_PROCESS.collect():
        for sample in family.samples:
            if sample.name == name:
                found[",".join(sample.labels.values())] = sample.value
    return found


async def read(here: Town) -> str:
    return (await here.demo.app.figures()).decode()


def value(page: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    assert found, f"{name} is not there"
    return float(found[1])


async def test_received_is_what_was_handled_and_nothing_vanishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Done, held back, dead: the three add up to what came in, in the counts and in the store (P7)."""
    received, handled = (
        sum(counted("proximidad_received_total").values()),
        counted("proximidad_handled_total"),
    )
    async with town(tmp_path, load()) as here:
        for n in range(22):
            await here.vecina.says(f"hola {n}")
        monkeypatch.setattr(reception, "route", lambda who: 1 / 0)
        await here.supervisora.says("estado")
        monkeypatch.undo()
        page = await read(here)
        rows = await here.read(lambda tx: tx.inbox.count())
    new = {k: v - handled.get(k, 0) for k, v in counted("proximidad_handled_total").items()}
    assert sum(counted("proximidad_received_total").values()) - received == sum(new.values()) == rows == 23
    assert (new["held"], new["dead"]) == (2, 1)
    states = {s: value(page, f'proximidad_inbox_events{{state="{s}"}}') for s in ("done", "held", "dead")}
    assert states == {"done": 20, "held": 2, "dead": 1}
    assert value(page, "proximidad_dead_letters") == 1
    assert value(page, "proximidad_messages_held") == 2


async def test_what_waits_and_what_is_late_is_seen(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        await here.vecina.reports("mi vecino de la calle roma en la italia pone musica hasta las 4")
        page = await read(here)
        assert value(page, "proximidad_obligations") == 1
        assert value(page, "proximidad_obligations_overdue") == 0
        assert value(page, "proximidad_officers_on_duty") == 2
        assert value(page, 'proximidad_outbox_open{lane="alert"}') == 0


async def test_no_label_names_anybody(tmp_path: Path) -> None:
    """Only channels, lanes, outcomes, states, parts; and numbers."""
    async with town(tmp_path) as here:
        await here.vecina.says(SECRET)
        page = await read(here)
    labels = set(re.findall(r"(\w+)=\"", page))
    assert labels <= {"channel", "outcome", "lane", "state", "part", "le"}
    for word in ("golpea", "Roma", "vecina", "oficial", "E-105"):
        assert word not in page
