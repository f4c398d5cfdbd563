"""T14: five times what the server can do. Ordinary turns stand in line or are asked to come again; alerts leave as ever.

Whole: CAMPAIGN=whole, a minute of it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from handlers.delivery.pacing import RATES, Bucket
from tests.bench import bots, town
from tests.bench.bots import BOT_TOKEN
from tests.bench.pipe import PLACES, WAY
from tests.bench.providers import Providers
from tests.bench.talks import BOT_SECRET
from tests.bench.wire import Served
from tests.e2e.server import Server, until
from tests.faults.evidence import Campaign
from tests.faults.overload import Crowd, hello
from tests.support.lamps import lamp_of

TIMES = 5
REPORTER = 5_000_000_000
BETWEEN = 1.6  # seconds between two reports
MOST_MB = 150.0
PROMPT = 2.0  # seconds from the commit to the provider, of 95 % (of half of them when they are but five)
TAKEN_WITHIN = 2.0  # seconds for who is taken: one in line, and its turn
LATEST = 5.0


async def test_five_times_too_much_delays_no_alert_and_loses_nothing(tmp_path: Path) -> None:
    """Every 200 stands in the inbox, all else is a 503; what waits has an end; ten seconds later all is as before."""
    overload = Campaign("T14", "Five times the measured capacity, from people who do not wait for an answer")
    seconds = overload.size(ci=8.0, whole=60.0)
    providers = Providers(limit=PLACES, notes=True)
    providers.delay = WAY
    api = await asyncio.get_running_loop().create_server(lambda: Served(providers), "127.0.0.1", 0)
    await town.found(tmp_path)
    server = served(tmp_path, api.sockets[0].getsockname()[1])
    await server.serve()
    assert server.process is not None
    crowd = Crowd("127.0.0.1", server.port)
    try:
        capacity = await crowd.as_fast_as_answered(32, 3.0)
        memory = bots.resident_mb(server.process.pid)
        flood = asyncio.create_task(crowd.regardless(TIMES * capacity, seconds))
        most = int(seconds / BETWEEN)
        neighbours = Crowd("127.0.0.1", server.port)  # on connections of their own
        reports = [asyncio.create_task(reporting(neighbours, n, BETWEEN * n)) for n in range(most)]
        await flood
        await crowd.all_answered()
        await asyncio.gather(*reports)
        began = perf_counter()
        assert await crowd.post(hello(1)) == 200
        normal_again = perf_counter() - began
        grown = bots.resident_mb(server.process.pid) - memory
        await until(lambda: len(waited(tmp_path, providers)) >= most, what="an alert of each report")
        kept = server.count("inbox")
    finally:
        await server.stop()
        api.close()
    alerts = sorted(waited(tmp_path, providers))
    in_all = sorted(one.arrived - one.written for one in alerts_of(tmp_path, providers))
    crowd.answers += neighbours.answers
    waits = sorted(neighbours.waits)
    overload.record(
        capacity=f"{capacity:.0f}/s",
        posted=crowd.posted + neighbours.posted,
        taken=crowd.answers[200],
        asked_to_come_again=crowd.answers[503],
        lost=crowd.answers[200] - kept,
        alerts=len(alerts),
        taken_p99=f"{1000 * waits[int(len(waits) * 0.99)]:.0f} ms",
        alert_p50=f"{1000 * alerts[len(alerts) // 2]:.0f} ms",
        alert_p95=f"{1000 * alerts[int(len(alerts) * 0.95)]:.0f} ms",
        with_what_a_chat_itself_makes_wait_p95=f"{1000 * in_all[int(len(in_all) * 0.95)]:.0f} ms",
        normal_again_after=f"{normal_again:.1f} s",
        grown_by=f"{grown:.0f} MB",
    )
    assert set(crowd.answers) <= {200, 503}
    assert kept == crowd.answers[200]
    assert alerts[len(alerts) * overload.size(ci=50, whole=95) // 100] <= PROMPT
    assert alerts[-1] <= LATEST
    assert waits[int(len(waits) * 0.99)] <= overload.size(ci=2 * TAKEN_WITHIN, whole=TAKEN_WITHIN)
    assert normal_again <= 10
    assert grown <= MOST_MB
    assert server.actions("critical") == []


async def reporting(crowd: Crowd, number: int, after: float) -> None:
    """A neighbour in the middle of it."""
    await asyncio.sleep(after)
    await crowd.report(REPORTER + number, (lamp_of(number), "acepto", "enviar"))


def served(folder: Path, port: int) -> Server:
    """One installation that speaks Telegram with our double of it."""
    return Server(
        folder,
        KEYRING=str(folder / "llavero.json"),
        CONFIG_DIR="",
        TELEGRAM_TOKEN=BOT_TOKEN,
        TELEGRAM_API_URL=f"http://127.0.0.1:{port}",
        TELEGRAM_MODE="webhook",
        TELEGRAM_SECRET=BOT_SECRET,
    )


class Alert(NamedTuple):
    """When its report was confirmed, when the provider had it, and to whom it went."""

    written: float
    arrived: float
    chat: int


def alerts_of(folder: Path, providers: Providers) -> list[Alert]:
    """Those that arrived, in the order of their commits."""
    database = sqlite3.connect(folder / "data/proximidad.db")
    sent = "SELECT provider_id, created_at FROM outbox WHERE notice = 'alert' ORDER BY id"
    rows = database.execute(sent).fetchall()
    database.close()
    notes = {note.id: note for note in providers.notes or [] if note.status == 200}
    return [Alert(at / 1e6, notes[name].at, notes[name].chat) for name, at in rows if name in notes]


def waited(folder: Path, providers: Providers) -> list[float]:
    """Of each alert the seconds to the provider since its chat had room for it: it takes one a second, some at once.

    Reports that get in at the same moment, to one officer, would wait for that without any overload.
    """
    buckets: dict[int, Bucket] = {}
    free: dict[int, float] = {}
    found = []
    for one in alerts_of(folder, providers):
        rates = RATES["telegram"]
        bucket = buckets.setdefault(one.chat, Bucket(rates.chat_a_second, rates.chat_burst, one.written))
        at = max(one.written, free.get(one.chat, 0.0))
        while (pause := bucket.wait(at)) > 0:
            at += pause
        free[one.chat] = at
        found.append(one.arrived - at)
    return found
