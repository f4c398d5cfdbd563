"""`proximidad` as an operator runs it: a real process, environment variables, files."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp

PATIENCE = (
    60.0  # seconds for anything that has to happen; a busy machine is slow, a broken promise is for ever
)
SECRET = "un-secreto-de-prueba-0123456789"


async def until(condition: Callable[[], Any], *, within: float = PATIENCE, what: str = "") -> Any:
    """Wait for what nobody announces; returns what the condition found."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while not (found := condition()):  # noqa: ASYNC110  # another process can't set an event
                await asyncio.sleep(0.01)
            return found
    raise AssertionError(f"not within {within:.0f} s: {what or condition}")


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One installation in a folder: commands that end, and `serve`, which is started, stopped and killed."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = folder / "log.jsonl"
        self.settings = {
            "DATA_DIR": str(folder / "data"),
            "KEYRING": str(folder / "municipio-llavero.json"),
            "CONFIG_DIR": str(folder / "municipio"),
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            **settings,
        }
        self.extra: dict[str, str] = {}  # what a service manager puts into the environment
        self.process: asyncio.subprocess.Process | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of ours leaks in, save that its lines are counted."""
        named = {f"PROXIMIDAD_{name}": value for name, value in self.settings.items() if value}
        counted = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONUTF8": "1",
            **counted,
            **named,
            **self.extra,
        }

    async def command(self, *words: str, typed: str = "") -> tuple[int, str, str]:
        """A command that ends: exit code, what it said, what it complained of."""
        pipe = asyncio.subprocess.PIPE
        process = await self._spawn(*words, out=pipe, err=pipe, into=pipe)
        said, complained = await process.communicate(typed.encode())
        return process.returncode or 0, said.decode(), complained.decode()

    async def serve(self) -> None:
        """Start, and wait until it listens."""
        before = self.log_file.stat().st_size if self.log_file.exists() else 0
        with self.log_file.open("ab") as log:
            self.process = await self._spawn("serve", out=log, err=log)
        await until(lambda: self._serving(before), what=f"serving; the log:\n{self.log()[-2000:]}")

    def _serving(self, before: int) -> bool:
        assert self.process is not None
        assert self.process.returncode is None, f"serve ended: {self.log()[-3000:]}"
        return '"action": "serving"' in self.log()[before:]

    async def kill(self) -> None:
        """Pull the plug."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """Ask it to end; its exit code."""
        if self.process is None or self.process.returncode is not None:
            return 0
        self.process.terminate()
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()

    async def restart(self) -> None:
        """kill -9, and start again."""
        await self.kill()
        await self.serve()

    def log(self) -> str:
        """Everything it wrote."""
        return self.log_file.read_text() if self.log_file.exists() else ""

    def actions(self, level: str = "error") -> list[str]:
        """What the log tells at this level, by the names of the actions."""
        lines = [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]
        return [line.get("action", line.get("event", "")) for line in lines if line["level"] == level]

    async def health(self) -> tuple[int, dict[str, Any]]:
        """What the health page says."""
        async with aiohttp.ClientSession() as web, web.get(self.url + "/salud/listo") as answer:
            return answer.status, await answer.json()

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into the database beside the running process; only what stands there in clear."""
        database = sqlite3.connect(f"file:{self.folder}/data/proximidad.db?mode=ro", uri=True)
        try:
            return database.execute(query, values).fetchall()
        finally:
            database.close()

    def count(self, table: str, where: str = "1") -> int:
        """How many rows."""
        return int(self.rows(f"SELECT count(*) FROM {table} WHERE {where}")[0][0])

    async def _spawn(
        self, *words: str, out: Any, err: Any, into: Any = asyncio.subprocess.DEVNULL
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            cwd=self.folder,
            env=self.environment,
            stdin=into,
            stdout=out,
            stderr=err,
        )
