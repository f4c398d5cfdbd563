"""How fast, beside whom, on this machine. docs/performance.md says how to read what comes out.

    uv run python -m tests.bench                              ours alone
    uv run python -m tests.bench --peers FOLDER --work FOLDER  the peers in the same run

Rounds are interleaved: every bot once, then all again. What is printed is the median, with the lowest and the highest.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import msgspec

from tests.bench import bots, town
from tests.bench.load import Measured, Order

COLUMNS = ("turns", "p50", "p95", "p99", "cpu", "calls", "rss")


class Load:
    """The process beside the bot."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def play(self, order: Order) -> Measured:
        """One order, one answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(msgspec.json.encode(order).decode(), file=self._process.stdin, flush=True)
        return msgspec.json.decode(self._process.stdout.readline(), type=Measured)


@contextmanager
def load() -> Iterator[Load]:
    """Start it on its own core; the providers listen when this begins."""
    words = ["taskset", "-c", bots.LOAD_CORE, sys.executable, "-m", "tests.bench.load", str(bots.API_PORT)]
    process = subprocess.Popen(words, cwd=bots.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    try:
        yield Load(process)
    finally:
        process.kill()
        process.wait()


def one_bot(bot: bots.Bot, said: argparse.Namespace, round_: int) -> Iterator[tuple[int, Measured, float]]:
    """Start it, play every number of residents, end it."""
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(dir=said.work)))
        beside = ends.enter_context(load())
        places, ups = started(bot, said, folder, ends)
        for number in said.residents:
            order = Order(
                urls=[up.url for up in ups],
                talk=bot.talk,
                pids=[up.pid for up in ups],
                residents=number,
                seconds=said.seconds,
                delay=said.delay / 1000,
                think=said.think / 1000,
                first=5_210_000_000 + number * 10_000_000,
                places=places,
            )
            yield number, beside.play(order), ups[0].ready_after


def started(
    bot: bots.Bot, said: argparse.Namespace, folder: Path, ends: ExitStack
) -> tuple[list[tuple[float, float]], list[bots.Running]]:
    """The bot, or all its replicas; and places where something may happen."""
    if bot not in bots.OURS:
        return [(19.4326, -99.1332)], [ends.enter_context(bots.running(bot, said.work, said.peers, {}))]
    url = database(ends) if bot.replicas else ""
    if said.data:
        shutil.copytree(said.data, folder, dirs_exist_ok=True)
    places = asyncio.run(town.found(folder, url))
    ups = []
    for number in range(max(1, bot.replicas)):
        port = bots.BOT_PORT + 10 * number
        settings = bots.our_settings(folder, port, url)
        ups.append(ends.enter_context(bots.running(bot, said.work, None, settings, port)))
    return places, ups


def database(ends: ExitStack) -> str:
    """A fresh database of a throw-away PostgreSQL, whose processes stand beside the load."""
    from tests.support import postgres

    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {int(bots.LOAD_CORE)})  # the server inherits it
    server = postgres.Server(ends.enter_context(postgres.running()))
    url = postgres.text_of(ends.enter_context(server.database()))
    os.sched_setaffinity(0, mine)
    return url


def chosen(said: argparse.Namespace) -> list[bots.Bot]:
    """Those named, or all there are; peers only with their folder."""
    everybody = [*bots.OURS, *(bots.PEERS if said.peers else ())]
    usual = [bot for bot in everybody if not bot.replicas]
    return [bot for bot in everybody if bot.name in said.bots] if said.bots else usual


def table(found: dict[tuple[str, int], list[Measured]]) -> str:
    """Markdown: a bot a line, medians, and the spread of the turns."""
    lines = [
        "| bot | residents | turns/s (lowest-highest) | seen p50 / p95 / p99 ms | CPU µs a turn | calls a turn"
        " | MB | errors |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for (name, number), runs in found.items():
        mid = {column: median(getattr(run, column) for run in runs) for column in COLUMNS}
        turns = [run.turns for run in runs]
        lines.append(
            f"| {name} | {number} | {mid['turns']:.0f} ({min(turns):.0f}-{max(turns):.0f})"
            f" | {mid['p50']:.1f} / {mid['p95']:.1f} / {mid['p99']:.1f} | {mid['cpu']:.0f} | {mid['calls']:.2f}"
            f" | {mid['rss']:.0f} | {sum(run.errors for run in runs)} |"
        )
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("--peers", type=Path, help="folder with the scripts of the peers")
    words.add_argument(
        "--work", type=Path, default=Path(tempfile.gettempdir()), help="logs, data, peers' venv"
    )
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--seconds", type=float, default=3.0)
    words.add_argument("--residents", type=int, nargs="+", default=[1, 50, 200])
    words.add_argument("--delay", type=float, default=0.0, help="ms that each call to a provider takes")
    words.add_argument(
        "--think",
        type=int,
        default=0,
        help="ms between a reply and what the resident says next, half more or less",
    )
    words.add_argument("--bots", nargs="+", default=[])
    words.add_argument("--data", type=Path, help="an installation with a past, made by tests.bench.growth")
    words.add_argument("--json", type=Path, help="also write every single result there")
    said = words.parse_args(arguments)
    if not said.peers:
        print("No folder of peers was given: ours alone, so no ratio follows.", file=sys.stderr)
    found: dict[tuple[str, int], list[Measured]] = defaultdict(list)
    for round_ in range(said.rounds):
        for bot in chosen(said):
            for number, measured, ready in one_bot(bot, said, round_):
                found[bot.name, number].append(measured)
                print(f"{round_ + 1} {bot.name} ready {ready:.2f} s, N={number}: {measured}", file=sys.stderr)
    print(table(found))
    if said.json:
        plain = {f"{name} {number}": msgspec.to_builtins(runs) for (name, number), runs in found.items()}
        said.json.write_text(json.dumps(plain, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
