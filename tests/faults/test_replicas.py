"""T3 on PostgreSQL: three replicas, kill -9 in turn under load. Whole: CAMPAIGN=whole, some 40 minutes."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.replicas import Town, town
from tests.e2e.server import Server, until
from tests.faults.evidence import Campaign
from tests.faults.load import Load
from tests.support.postgres import empty_postgres_url, postgres

__all__ = ["empty_postgres_url", "postgres"]

KILLS = Campaign("T3", "Three replicas on PostgreSQL, kill -9 in turn under load", "replicas")
POLLING = Campaign("T3", "The replica that asks Telegram is killed, another asks", "polling")
HOW_OFTEN = KILLS.size(ci=3, whole=500)
BETWEEN = 2  # folios given between two kills, at least
TAKE_OVER = 10.0  # seconds

ORDER = """SELECT person_id, lane = 0 AS alert, id, provider_id, report_id, created_at FROM outbox
 WHERE provider_id IS NOT NULL AND notice <> 'alert_taken' ORDER BY person_id, lane = 0, id"""
TOGETHER = 1_000_000  # microseconds: two units that run at the same time commit in either order

OPEN = """SELECT id, left(person_id, 4), lane, notice, state, left(lease_by, 8), attempts,
 now() - to_timestamp(due_at / 1e6) FROM outbox WHERE state IN ('ready', 'leased', 'unknown') ORDER BY id"""


@pytest.fixture
async def here(tmp_path: Path, empty_postgres_url: str) -> AsyncIterator[Town]:
    """Three replicas that started at once on an empty database; a commander and two officers on duty."""
    async with town(tmp_path, empty_postgres_url) as made:
        first, *others = made.servers
        assert (await first.command("init", "municipio"))[0] == 0
        await asyncio.gather(*(server.serve() for server in others))
        await made.street.enrol()  # starts the first
        yield made


async def kill(here: Town, server: Server) -> float:
    """Pull the plug; seconds until what it held is with others and one of them leads."""
    began = time.monotonic()
    await server.kill()
    await until(lambda: here.holds(server) == 0 and here.leader() is not None, what="take-over")
    return time.monotonic() - began


async def hang(here: Town) -> float:
    """The one that leads stops answering, as a machine does that swaps; seconds until another leads and sends."""
    number = here.leader()
    assert number is not None
    process = here.servers[number].process
    assert process is not None
    began = time.monotonic()
    process.send_signal(signal.SIGSTOP)
    try:
        held = here.servers[number]
        await until(lambda: here.leader() != number and here.holds(held) == 0, what="take-over of who hangs")
        return time.monotonic() - began
    finally:
        process.send_signal(signal.SIGCONT)


def in_disorder(one: Any, then: Any) -> bool:
    """Did the later of two messages to one chat leave first? Alerts of two neighbours who speak at once have no order."""
    if one[:2] != then[:2] or int(one.provider_id) < int(then.provider_id):
        return False
    at_once = then.created_at - one.created_at < TOGETHER and one.report_id != then.report_id
    return not (one.alert and at_once)


async def quiet(here: Town) -> None:
    """Wait until nothing is left to be said: an officer hears one alert a second."""
    try:
        await until(lambda: not here.rows(OPEN), within=180)
    except AssertionError:
        lives = here.rows(
            "SELECT left(id, 8) FROM replica WHERE seen_at > extract(epoch FROM now() - interval '6 s') * 1e6"
        )
        raise AssertionError(f"not sent: {here.rows(OPEN)[:20]}; alive: {lives}") from None


async def test_killed_in_turn_under_load_nothing_is_lost_or_doubled(here: Town) -> None:
    load = Load(here.street, at_once=KILLS.size(ci=2, whole=4))
    playing = asyncio.create_task(load.run())
    took = []
    for number in range(HOW_OFTEN):
        await until(lambda n=number: playing.done() or len(load.folios) >= BETWEEN * (n + 1), what="folios")
        leader = here.leader()
        turn = leader if number == 0 and leader is not None else number % len(here.servers)
        took.append(await kill(here, here.servers[turn]))
        await here.servers[turn].serve()
    hung = await hang(here)
    load.over = True
    await playing
    await quiet(here)
    told = list(load.folios.values())
    lost = len(told) - here.number(
        "SELECT count(*) FROM report WHERE folio = ANY(:told)", told=[f.replace("-", "") for f in told]
    )
    reports = here.number("SELECT count(*) FROM report")
    sent = here.rows(ORDER)
    disorder = [pair for pair in pairwise(sent) if in_disorder(*pair)]
    KILLS.record(
        kills=len(took),
        folios=len(told),
        lost=lost,
        double_folios=len(told) - len(set(told)),
        out_of_order=len(disorder),
        messages=len(sent),
        longest_take_over=f"{max(took):.1f} s",
        take_over_of_one_that_hung=f"{hung:.1f} s",
    )
    assert (lost, len(set(told)), reports) == (0, len(told), len(told))
    assert disorder == []
    assert max(*took, hung) <= TAKE_OVER
    assert here.number("SELECT count(*) FROM dead_letter") == 0
    assert here.street.api.pending == {}


async def test_by_polling_one_asks_and_when_it_is_killed_another_does(
    tmp_path: Path, empty_postgres_url: str
) -> None:
    """Two that ask at once take each other's updates, and Telegram refuses one of them."""
    async with town(tmp_path, empty_postgres_url, mode="polling", many=2) as here:
        assert (await here.servers[0].command("init", "municipio"))[0] == 0
        await asyncio.gather(*(server.serve() for server in here.servers))
        neighbour = here.street.neighbour
        await neighbour.says("hola", "Soy el asistente")
        first = here.leader()
        assert first is not None
        began = time.monotonic()
        await here.servers[first].kill()
        await neighbour.says("menú")
        await neighbour.hears("¿En qué le ayudo?", within=TAKE_OVER)
        took = time.monotonic() - began
        POLLING.record(take_over_of_polling=f"{took:.1f} s")
        assert here.leader() == 1 - first
        assert here.actions() == [], "nobody was refused with a conflict"
