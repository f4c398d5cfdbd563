"""T3: kill -9 of the whole server under load, on both engines. Whole: CAMPAIGN=whole, some 30 minutes an engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from tests.e2e.server import Server
from tests.fakes.twilio_api import FakeTwilio
from tests.faults import live
from tests.faults.evidence import Campaign
from tests.faults.morning import unsound
from tests.support.postgres import engine_at, postgres, postgres_template, postgres_url

__all__ = ["postgres", "postgres_template", "postgres_url"]


@pytest.fixture
async def twilio() -> AsyncIterator[FakeTwilio]:
    async with FakeTwilio(reports=("sent", "delivered")) as fake:
        yield fake


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_killed_again_and_again_under_load(
    engine: str, twilio: FakeTwilio, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    kills = Campaign("T3", "kill -9 of the whole server under load, at any moment", part=engine)
    url = request.getfixturevalue("postgres_url") if engine == "postgres" else ""
    server = Server(
        tmp_path,
        DATABASE_URL=url,
        TWILIO_ACCOUNT_SID=twilio.account_sid,
        TWILIO_AUTH_TOKEN=twilio.auth_token,
        TWILIO_FROM=twilio.sender,
        TWILIO_API_URL=twilio.url,
        TWILIO_CONTENT_URL=twilio.url,
    )
    twilio.webhook_url = twilio.public_url = server.url
    assert (await server.command("init", "municipio"))[0] == 0
    file = tmp_path / "data" / "proximidad.db"
    looking = engine_at(url) if url else create_engine(f"sqlite:///{file}", isolation_level="AUTOCOMMIT")
    try:
        await server.serve()
        load = await live.strike(server, twilio, kills.size(ci=10, whole=500), kills.random())
        with looking.connect().execution_options(isolation_level="AUTOCOMMIT") as read:
            await live.quiet(read)
            lost, doubled = list(live.lost(read, load)), list(live.doubled(read, load))
    finally:
        await server.stop()
        looking.dispose()
    kills.record(
        kills=kills.size(ci=10, whole=500),
        messages_acknowledged=len(load.acked),
        reports=len(load.finished),
        lost=len(lost),
        doubled=len(doubled),
        confirmations_said_again=live.said_again(load),
    )
    assert lost[:3] == []
    assert doubled[:3] == []
    assert engine == "postgres" or unsound(file) == []
    assert server.actions("critical") == []
