"""Several processes of `proximidad serve` on one PostgreSQL, and what stands before them: a balancer of webhooks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from sqlalchemy import text

from tests.e2e.server import Server
from tests.e2e.street import Street, providers
from tests.fakes.bot_api import BotApi
from tests.fakes.twilio_api import FakeTwilio
from tests.support.postgres import engine_at


class Balancer:
    """Hands each request to the next process; one that is not there is a 502, as nginx says it."""

    def __init__(self) -> None:
        self.url = ""
        self.servers: list[Server] = []
        self._turn = count()

    async def __aenter__(self) -> Balancer:
        self._session = ClientSession(timeout=ClientTimeout(total=20))
        self._runner = web.ServerRunner(web.Server(self._pass_on, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self._runner.cleanup()

    async def _pass_on(self, request: web.BaseRequest) -> web.Response:
        server = self.servers[next(self._turn) % len(self.servers)]
        headers = {name: value for name, value in request.headers.items() if name != "Host"}
        body = await request.read()
        try:
            asked = self._session.request(
                request.method, server.url + request.path_qs, data=body, headers=headers
            )
            async with asked as answer:
                return web.Response(
                    status=answer.status, body=await answer.read(), content_type=answer.content_type
                )
        except (ClientError, OSError, TimeoutError):
            return web.Response(status=502)


@dataclass
class Town:
    """A street whose bot is several processes; `street.server` is the first of them."""

    street: Street
    servers: list[Server]
    database: str
    _engine: Any = field(init=False)

    def __post_init__(self) -> None:
        self._engine = engine_at(self.database)

    def rows(self, query: str, **values: Any) -> list[Any]:
        """Look into the database; only what stands there in clear."""
        with self._engine.connect() as connection:
            return list(connection.execute(text(query), values).all())

    def number(self, query: str, **values: Any) -> int:
        """One number."""
        return int(self.rows(query, **values)[0][0])

    def close(self) -> None:
        self._engine.dispose()

    def actions(self, level: str = "error") -> list[str]:
        """What the logs of all tell at this level."""
        return [action for server in self.servers for action in server.actions(level)]

    def leader(self) -> int | None:
        """Which process said last that it leads, and lives."""
        said = [
            (line["timestamp"], number)
            for number, server in enumerate(self.servers)
            if server.process is not None and server.process.returncode is None
            for line in _lines(server)
            if line.get("action") == "replica_leads"
        ]
        return max(said)[1] if said else None

    def holds(self, server: Server) -> int:
        """How many messages a process, or who it was before it was killed, has leased."""
        names = [line["key"] for line in _lines(server) if line.get("action") == "serving"]
        return self.number(
            "SELECT count(*) FROM outbox WHERE state IN ('leased','unknown') AND left(lease_by, 8) = ANY(:names)",
            names=names,
        )


def _lines(server: Server) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]


@asynccontextmanager
async def town(folder: Path, database: str, *, mode: str = "webhook", many: int = 3) -> AsyncIterator[Town]:
    """Both providers and so many processes, not yet started; the municipality's files and the keys are there."""
    async with (
        BotApi() as api,
        FakeTwilio(reports=("sent", "delivered")) as twilio,
        Balancer() as balancer,
    ):
        servers = [
            Server(
                folder,
                DATABASE_URL=database,
                PUBLIC_URL=balancer.url,
                **providers(api, twilio, mode),
            )
            for _ in range(many)
        ]
        for number, server in enumerate(servers):
            server.log_file = folder / f"log{number}.jsonl"
        balancer.servers = servers
        twilio.webhook_url = twilio.public_url = balancer.url
        here = Town(Street(servers[0], api, twilio), servers, database)
        try:
            yield here
        finally:
            for server in servers:
                await server.stop()
            here.close()
