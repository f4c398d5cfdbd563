"""The bots that are measured: ours, and peers from a folder that is handed over. Each alone on one core."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.talks import ACCOUNT, BOT_SECRET, SENDER, TOKEN

CORES = sorted(os.sched_getaffinity(0))
BOT_CORE, LOAD_CORE = str(CORES[0]), str(CORES[-1])
BOT_PORT, API_PORT = 8080, 8081  # where the peers' scripts listen and call
BOT_TOKEN = "700000001:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Bot:
    """How one is started, and how people talk to it."""

    name: str
    command: str
    talk: str
    path: str
    replicas: int = 0  # processes over one PostgreSQL; 0: one process over SQLite


OURS = (
    Bot("ours", f"{sys.executable} -m tests.bench.serve", "ours", "/telegram/webhook"),
    Bot("ours-normal", f"{sys.executable} -m tests.bench.serve --normal", "ours", "/telegram/webhook"),
    Bot("ours-whatsapp", f"{sys.executable} -m tests.bench.serve", "ours-whatsapp", "/twilio/whatsapp"),
    *(
        Bot(f"ours-postgres-{n}", f"{sys.executable} -m tests.bench.serve", "ours", "/telegram/webhook", n)
        for n in (1, 2, 4)
    ),
)
# In the folder of peers: the scripts; in the work folder: `venv/` with their packages (docs/performance.md).
PEERS = (
    Bot("ptb", "{python} bot_ptb.py", "peer", "/hook"),
    Bot(
        "ptb-durable",
        "{python} bot_ptb.py --web sync --mode dbstate --concurrent 256 --req aiohttp",
        "peer",
        "/hook",
    ),
    Bot("aiogram", "env UVLOOP=1 REDIS_MAX=1000 {python} bot_aiogram.py", "peer", "/hook"),
    Bot(
        "fastapi-twilio",
        "{python} -m uvicorn bot_twilio_fastapi:app --port 8080 --log-level warning --no-access-log",
        "peer-whatsapp",
        "/whatsapp",
    ),
    Bot("limit", "{python} proto.py --server starlette --level full --reply api", "peer", "/hook"),
)


@dataclass(frozen=True, slots=True)
class Running:
    """A bot that listens."""

    bot: Bot
    pid: int
    port: int
    ready_after: float  # seconds

    @property
    def url(self) -> str:
        """Of its webhook."""
        return f"http://127.0.0.1:{self.port}{self.bot.path}"


@contextmanager
def running(
    bot: Bot, work: Path, peers: Path | None, settings: Mapping[str, str], port: int = BOT_PORT
) -> Iterator[Running]:
    """Start it, wait until it listens, end it. `work` keeps its log, and a peer's `venv` and `data`."""
    ours = bot in OURS
    python = sys.executable if ours else str(work / "venv/bin/python")
    environment = {**os.environ, "PERF": str(work), "PYTHONUTF8": "1", **settings, **_compiled_once(work)}
    if not ours:
        shutil.rmtree(work / "data", ignore_errors=True)
        (work / "data").mkdir(parents=True)
    command = ["taskset", "-c", BOT_CORE, *shlex.split(bot.command.format(python=python))]
    began = time.monotonic()
    path = work / f"{bot.name}-{port}.log"
    with path.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT if ours else peers, env=environment, stdout=log, stderr=log
        )
    try:
        _wait(process, began, port, path, words="serving" if ours else "")
        yield Running(bot, process.pid, port, time.monotonic() - began)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _compiled_once(work: Path) -> dict[str, str]:
    """As what is installed: no bot, ours or a peer's, compiles its modules anew at each start."""
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(work / "pycache")}


def our_settings(folder: Path, port: int = BOT_PORT, database_url: str = "") -> dict[str, str]:
    """Both channels, over a data folder, towards the providers of the benchmark."""
    api = f"http://127.0.0.1:{API_PORT}"
    named = {
        "DATA_DIR": str(folder / "data"),
        "KEYRING": str(folder / "llavero.json"),
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database_url,
        "TELEGRAM_TOKEN": BOT_TOKEN,
        "TELEGRAM_API_URL": api,
        "TELEGRAM_MODE": "webhook",
        "TELEGRAM_SECRET": BOT_SECRET,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": SENDER,
        "TWILIO_API_URL": api,
        "TWILIO_CONTENT_URL": api,
    }
    return {f"PROXIMIDAD_{name}": value for name, value in named.items()}


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS


def resident_mb(pid: int) -> float:
    """Memory of a process, in MB of 10^6 bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1e6


def _wait(process: subprocess.Popen[bytes], began: float, port: int, log: Path, words: str) -> None:
    """Until it listens, and has said so where it says so."""
    while time.monotonic() - began < PATIENCE:
        if process.poll() is not None:
            raise SystemExit(f"the bot ended; see the end of {log}:\n{log.read_text()[-1500:]}")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.02)
        else:
            if words in log.read_text():
                return
            time.sleep(0.02)
    raise SystemExit(f"the bot did not listen within {PATIENCE:.0f} s; see {log}")
