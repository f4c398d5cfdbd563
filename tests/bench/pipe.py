"""The pipe to Telegram: a broadcast as fast as the strictest reading of its rule allows, and alerts in the middle of it.

    uv run python -m tests.bench.pipe                     5 runs side by side, 3,000 people each, 50 residents report
    uv run python -m tests.bench.pipe --kill              killed with -9 a third of the way, started again
    uv run python -m tests.bench.pipe --overload 150      beside it so many people who write without a pause

The Bot API of the benchmark accepts 30 messages in any sliding second, answers after 40 ms and notes all it was asked.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import uvloop

from bot.domain.notices import Lane, Notice
from bot.messages import Address, Outgoing
from storage.sealing import KeyRing
from storage.store import Transaction, open_store
from tests.bench import town
from tests.bench.bots import BOT_TOKEN
from tests.bench.load import Order, Play
from tests.bench.providers import Note, Providers
from tests.bench.talks import BOT_SECRET
from tests.bench.wire import Served
from tests.e2e.server import Server

PLACES, WAY = 30, 0.04  # messages in a second; seconds that an answer takes
FIRST_CHAT = 1_000_000
THINK = 14.0  # seconds between two turns of somebody who types on a phone
FEW = 12  # residents who report in an overload: more alerts to one officer would wait for the chat's one a second
HURRY = 6.0  # when every reply takes five seconds, or nobody would come to the end
ALERT = int(Lane.ALERT)
OVERLOADED = 130.0  # seconds: replies go before news, so under an overload the broadcast would never end


class Run:
    """One installation with its own Bot API."""

    def __init__(self, folder: Path, said: argparse.Namespace) -> None:
        self._folder, self._said = folder, said
        self._providers = Providers(limit=PLACES, notes=True)
        self._providers.delay = WAY

    async def play(self) -> dict[str, float]:
        """From the first message of the broadcast to the last."""
        loop = asyncio.get_running_loop()
        api = await loop.create_server(lambda: Served(self._providers), "127.0.0.1", 0)
        places = await town.found(self._folder)
        await self._write_broadcast()
        bot = self._bot(api.sockets[0].getsockname()[1])
        await bot.serve()
        plays = [asyncio.create_task(one.run()) for one in self._residents(bot, places)]
        try:
            await self._delivered(bot)
        finally:
            for one in plays:
                one.cancel()
            await bot.stop()
            api.close()
        return self._found()

    def _bot(self, port: int) -> Server:
        return Server(
            self._folder,
            KEYRING=str(self._folder / "llavero.json"),
            CONFIG_DIR="",
            TELEGRAM_TOKEN=BOT_TOKEN,
            TELEGRAM_API_URL=f"http://127.0.0.1:{port}",
            TELEGRAM_MODE="webhook",
            TELEGRAM_SECRET=BOT_SECRET,
        )

    def _residents(self, bot: Server, places: list[tuple[float, float]]) -> list[Play]:
        assert bot.process is not None
        fixed = dict(
            urls=[f"{bot.url}/telegram/webhook"], pids=[bot.process.pid], places=places, seconds=3600.0
        )
        orders = [
            Order(
                talk="ours",
                residents=FEW if self._said.overload else 50,
                think=HURRY if self._said.overload else THINK,
                first=5_000_000_000,
                **fixed,
            )
        ]
        if self._said.overload:
            orders.append(Order(talk="hello", residents=self._said.overload, first=7_000_000_000, **fixed))
        return [Play(order, self._providers) for order in orders]

    async def _write_broadcast(self) -> None:
        ring = KeyRing.load(self._folder / "llavero.json")
        store = await open_store(town.store_url(self._folder), ring)
        await store.run(self._broadcast)
        await store.close()

    def _broadcast(self, tx: Transaction) -> None:
        now = datetime.now(UTC)
        words = Outgoing(lines=("El martes a las 18:00 nos vemos en el domo de la colonia.",)).as_dict()
        for number in range(self._said.people):
            who = tx.people.add(at=now, locale="es")
            tx.vault.add(who.id, Address("telegram", str(FIRST_CHAT + number)))
            news = Notice(
                person_id=who.id, name="say", facts=words, lane=Lane.BULK, due_at=now + timedelta(seconds=5)
            )
            tx.outbox.put([news], now)

    async def _delivered(self, bot: Server) -> None:
        """Until everybody has the news; a third of the way the plug is pulled, if that was asked for."""
        patience = OVERLOADED if self._said.overload else 60 + self._said.people / 10
        end, killed = time.monotonic() + patience, False
        while (done := len(self._news(200))) < self._said.people and time.monotonic() < end:
            if self._said.kill and not killed and done > self._said.people / 3:
                killed = True
                await bot.restart()
            await asyncio.sleep(0.05)
        await asyncio.sleep(1.0)  # what would come twice comes now

    def _news(self, status: int) -> list[Note]:
        notes = self._providers.notes or []
        return [
            n for n in notes if n.status == status and FIRST_CHAT <= n.chat < FIRST_CHAT + self._said.people
        ]

    def _found(self) -> dict[str, float]:
        news, notes = self._news(200), self._providers.notes or []
        times = Counter(note.chat for note in news)
        measured = news if len(news) > 1 else [note for note in notes if note.status == 200]
        span = measured[-1].at - measured[0].at
        through = [n for n in notes if n.status == 200 and measured[0].at <= n.at <= measured[-1].at]
        waits = sorted(self._waits())
        return {
            "msg/s": (len(through) - 1) / span,
            "news/s": max(0, len(news) - 1) / span,
            "429": sum(note.status == 429 for note in notes),
            "lost": self._said.people - len(times),
            "doubled": sum(times.values()) - len(times),
            "alerts": len(waits),
            "alert p50 ms": 1000 * waits[len(waits) // 2] if waits else 0.0,
            "alert p95 ms": 1000 * waits[int(len(waits) * 0.95)] if waits else 0.0,
            "alert max ms": 1000 * waits[-1] if waits else 0.0,
        }

    def _waits(self) -> list[float]:
        """Of each alert the seconds from the moment its report was confirmed to its arrival at the API."""
        database = sqlite3.connect(self._folder / "data/proximidad.db")
        rows = database.execute(
            "SELECT provider_id, created_at FROM outbox WHERE lane = ?", (ALERT,)
        ).fetchall()
        database.close()
        arrived = {note.id: note.at for note in self._providers.notes or [] if note.status == 200}
        return [arrived[name] - at / 1e6 for name, at in rows if name in arrived]


async def main(said: argparse.Namespace) -> None:
    """Every run beside the others: each is 30 messages a second, so the machine has time for all."""
    with tempfile.TemporaryDirectory(dir=said.work) as made:
        folders = [Path(made) / str(number) for number in range(said.runs)]
        found = await asyncio.gather(*(Run(folder, said).play() for folder in folders))
    print("| run | " + " | ".join(found[0]) + " |\n|" + "---|" * (len(found[0]) + 1))
    for number, one in enumerate(found, start=1):
        print(f"| {number} | " + " | ".join(f"{value:.4g}" for value in one.values()) + " |")
    middle = {name: median(one[name] for one in found) for name in found[0]}
    print("| median | " + " | ".join(f"{value:.4g}" for value in middle.values()) + " |")


def run(arguments: list[str]) -> None:
    """Read the arguments and go."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("--people", type=int, default=3000)
    words.add_argument("--runs", type=int, default=5)
    words.add_argument("--kill", action="store_true")
    words.add_argument("--overload", type=int, default=0)
    words.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()))
    uvloop.run(main(words.parse_args(arguments)))


if __name__ == "__main__":
    run(sys.argv[1:])
