"""The store on PostgreSQL: durable settings, locks, retries, and a server that goes away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import IntegrityError

from storage import Transaction
from storage import postgres as postgres_module
from storage.errors import StoreRefused, StoreUnavailable
from storage.postgres import THREADS, PostgresStore
from storage.sealing import KeyRing
from storage.turns import take_turn
from tests.support.postgres import Server, engine_at
from tests.support.units import Gate, Unit, note, noted


@pytest_asyncio.fixture
async def store(postgres_url: str, ring: KeyRing) -> AsyncIterator[PostgresStore]:
    opened = await PostgresStore.open(postgres_url, ring)
    yield opened
    await opened.close()


def setting(tx: Transaction, name: str) -> Any:
    return tx.connection.execute(text(f"SHOW {name}")).scalar_one()


def name_of(url: str) -> str:
    name = make_url(url).database
    assert name is not None
    return name


def end_all_connections(url: str) -> int:
    """What a restart of the server, or a failover, does to us."""
    engine: Engine = engine_at(url)
    mine = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with engine.connect() as connection:
        ended: int = connection.execute(mine).scalar_one()
    engine.dispose()
    return ended


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("statement_timeout", "5s"),
        ("lock_timeout", "2s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("transaction_isolation", "read committed"),
        ("synchronous_commit", "on"),
        ("application_name", "proximidad"),
    ],
)
async def test_every_session_is_set_like_this(store: PostgresStore, name: str, value: str) -> None:
    assert await store.run(lambda tx: setting(tx, name)) == value


async def test_readers_are_read_only_with_one_picture(store: PostgresStore) -> None:
    names = ("transaction_read_only", "transaction_isolation")
    assert await store.read(lambda tx: [setting(tx, n) for n in names]) == ["on", "repeatable read"]
    assert await store.run(lambda tx: [setting(tx, n) for n in names]) == ["off", "read committed"]


# ---- who may be served from it ----


async def test_a_server_that_may_lose_commits_is_refused(
    postgres: Server, postgres_url: str, ring: KeyRing
) -> None:
    postgres.sql(f"ALTER DATABASE {name_of(postgres_url)} SET synchronous_commit = off")
    with pytest.raises(StoreRefused, match="synchronous_commit=off"):
        await PostgresStore.open(postgres_url, ring)


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
async def test_a_server_that_may_lose_what_it_wrote_is_refused(
    postgres: Server, postgres_url: str, ring: KeyRing, name: str
) -> None:
    await _reloaded(postgres, f"ALTER SYSTEM SET {name} = off", name, "off")
    try:
        with pytest.raises(StoreRefused, match=f"{name}=off"):
            await PostgresStore.open(postgres_url, ring)
    finally:
        await _reloaded(postgres, f"ALTER SYSTEM RESET {name}", name, "on")


async def _reloaded(server: Server, change: str, name: str, wanted: str) -> None:
    """A new session sees it once the server has read its settings again."""
    server.sql(change)
    server.sql("SELECT pg_reload_conf()")
    for _ in range(100):
        if server.shows(name) == wanted:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{name} is not {wanted} yet")


async def test_a_server_that_is_not_there_is_refused_without_the_password(ring: KeyRing) -> None:
    with pytest.raises(StoreRefused, match="No se puede usar") as caught:
        await PostgresStore.open("postgresql://somebody:secreto@127.0.0.1:1/proximidad", ring)
    assert "secreto" not in str(caught.value)
    assert "somebody" in str(caught.value)


async def test_without_the_driver_the_message_names_what_to_install(
    ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("psycopg")

    monkeypatch.setattr(postgres_module, "create_engine", missing)
    with pytest.raises(StoreRefused, match=r"proximidad\[postgres\]"):
        await PostgresStore.open("postgresql://host/name", ring)


async def test_replicas_that_start_at_once_on_an_empty_database_migrate_it_once(
    empty_postgres_url: str, ring: KeyRing
) -> None:
    stores = await asyncio.gather(*(PostgresStore.open(empty_postgres_url, ring) for _ in range(4)))
    await stores[0].run(note("a"))
    assert await stores[3].read(noted) == {"a"}
    await asyncio.gather(*(store.close() for store in stores))


# ---- units that meet ----


async def test_units_run_side_by_side(store: PostgresStore) -> None:
    gates = [Gate() for _ in range(THREADS - 1)]
    held = [asyncio.create_task(store.run(gate)) for gate in gates]
    await asyncio.gather(*(asyncio.to_thread(gate.entered.wait, 5) for gate in gates))
    assert await store.run(note("a")) == "a"
    for gate in gates:
        gate.let_go()
    await asyncio.gather(*held)


async def test_a_deadlock_is_tried_again_and_nobody_notices(store: PostgresStore) -> None:
    both = [Gate(), Gate()]
    tries = 0

    def crossing(mine: str, other: str, gate: Gate) -> Unit:
        def work(tx: Transaction) -> Any:
            nonlocal tries
            tries += 1
            take_turn(tx.connection, mine)
            if not gate.entered.is_set():
                gate(tx)
            take_turn(tx.connection, other)
            return note(f"{mine}{other}")(tx)

        return work

    units = asyncio.gather(
        store.run(crossing("a", "b", both[0])),
        store.run(crossing("b", "a", both[1])),
    )
    await asyncio.gather(*(asyncio.to_thread(gate.entered.wait, 5) for gate in both))
    for gate in both:
        gate.let_go()
    assert set(await units) == {"ab", "ba"}
    assert tries == 3


async def test_what_is_never_free_is_unavailable_after_three_attempts(store: PostgresStore) -> None:
    tries = 0

    def work(tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        tx.connection.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))

    with pytest.raises(StoreUnavailable, match="40001"):
        await store.run(work)
    assert tries == 3


@pytest.mark.parametrize(
    ("limit", "wait", "state"),
    [
        ("SET LOCAL statement_timeout = 50", "SELECT pg_sleep(5)", "57014"),
        ("SET LOCAL lock_timeout = 50", "LOCK TABLE meta IN ACCESS EXCLUSIVE MODE", "55P03"),
    ],
)
async def test_what_takes_too_long_is_unavailable(
    store: PostgresStore, limit: str, wait: str, state: str
) -> None:
    gate = Gate()

    def holder(tx: Transaction) -> None:
        note("held")(tx)
        gate(tx)

    def slow(tx: Transaction) -> None:
        tx.connection.execute(text(limit))
        tx.connection.execute(text(wait))

    holding = asyncio.create_task(store.run(holder))
    await asyncio.to_thread(gate.entered.wait, 5)
    with pytest.raises(StoreUnavailable, match=state):
        await store.run(slow)
    gate.let_go()
    await holding


# ---- what PostgreSQL would keep silent about ----


async def test_a_unit_that_goes_on_after_a_failed_statement_is_not_called_done(store: PostgresStore) -> None:
    """COMMIT of a failed transaction answers ROLLBACK, without an error: the row would be lost in silence."""
    await store.run(note("a"))

    def swallows(tx: Transaction) -> str:
        note("b")(tx)
        with pytest.raises(IntegrityError):
            note("a")(tx)
        return "done"

    with pytest.raises(RuntimeError, match="failed statement"):
        await store.run(swallows)
    assert await store.read(noted) == {"a"}


# ---- the server goes away ----


async def test_connections_that_died_while_idle_cost_nobody_an_error(
    store: PostgresStore, postgres_url: str
) -> None:
    await asyncio.gather(*(store.run(lambda tx: time.sleep(0.05)) for _ in range(THREADS)))
    assert end_all_connections(postgres_url) >= 1
    assert await store.read(noted) == set()
    await asyncio.gather(*(store.run(lambda tx: time.sleep(0.05)) for _ in range(THREADS)))
    assert end_all_connections(postgres_url) >= 1
    assert await store.run(note("a")) == "a"


async def test_a_connection_lost_in_mid_unit_is_tried_again_from_the_start(
    store: PostgresStore, postgres_url: str
) -> None:
    tries = 0

    def work(tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        note("a")(tx)
        if tries == 1:
            end_all_connections(postgres_url)
        note("b")(tx)

    await store.run(work)
    assert tries == 2
    assert await store.read(noted) == {"a", "b"}


async def test_a_connection_lost_at_commit_is_unavailable_and_not_tried_again(
    store: PostgresStore, postgres_url: str
) -> None:
    tries = 0

    def work(tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        note("a")(tx)
        end_all_connections(postgres_url)

    with pytest.raises(StoreUnavailable, match="commit"):
        await store.run(work)
    assert tries == 1
    assert await store.run(noted) == set()


async def test_a_server_that_is_down_is_unavailable_and_heals_alone(
    store: PostgresStore, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    working = store._engine
    store._engine = create_engine("postgresql+psycopg://somebody@127.0.0.1:1/proximidad")
    with pytest.raises(StoreUnavailable):
        await store.run(note("a"))
    store._engine = working
    await store.run(note("a"))


async def test_a_server_turned_read_only_is_unavailable(store: PostgresStore) -> None:
    def standby(tx: Transaction) -> None:
        tx.connection.execute(text("SET TRANSACTION READ ONLY"))
        note("a")(tx)

    with pytest.raises(StoreUnavailable, match="25006"):
        await store.run(standby)
