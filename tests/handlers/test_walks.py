"""Rounds on foot over a real store: who may, what is kept of a stop, what is told at the end."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.errors import AlreadyWalking, Changed, NotOnDuty, NotWalking
from bot.domain.roster import Role
from bot.domain.walk import LONGEST, Did, Stop, summary
from bot.municipality import Municipality
from handlers.desk import walks
from handlers.here import Here
from handlers.rounds import Rounds
from handlers.walk_export import COLUMNS, write_csv
from storage import Store, Transaction
from storage.schema import outbox, walk_stop
from tests.handlers.conftest import NOON, HastyClock, me, officer, resident
from tests.support.reports import opened


def town(tx: Transaction) -> None:
    """Canul and Poot on duty, Ek off duty, Aguilar commands."""
    for name in ("canul", "poot"):
        officer(tx, name, sectors=("norte",))
    officer(tx, "ek", sectors=("norte",), on_duty=False)
    officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)


def told(tx: Transaction) -> list[str]:
    names = {resident(tx, name): name for name in ("canul", "poot", "ek", "aguilar")}
    rows = tx.connection.execute(
        select(outbox.c.person_id).where(outbox.c.notice == "walk_done").order_by(outbox.c.id)
    )
    return [names[who] for who in rows.scalars()]


def started(tx: Transaction, here: Here, name: str = "canul") -> str:
    return walks.start(tx, here, me(tx, name), "centro", NOON)[0].id


async def test_one_round_at_a_time_and_only_on_duty(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        town(tx)
        started(tx, here)
        with pytest.raises(AlreadyWalking):
            walks.start(tx, here, me(tx, "canul"), "centro", NOON)
        with pytest.raises(NotOnDuty):
            walks.start(tx, here, me(tx, "ek"), "centro", NOON)
        with pytest.raises(NotWalking):
            walks.stop(tx, here, me(tx, "poot"), NOON)
        with pytest.raises(NotWalking):
            walks.end(tx, here, me(tx, "poot"), NOON)
        _, beside = walks.start(tx, here, me(tx, "poot"), "centro", NOON)
        assert beside == ["oficial Canul"]

    await store.run(work)


async def test_the_supervisors_get_the_numbers_and_no_word_of_what_was_told(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        town(tx)
        started(tx, here)
        first = walks.stop(
            tx, here, me(tx, "canul"), NOON, text="la lámpara del 12", kind="alumbrado", did=Did.ADVICE
        )
        tx.walks.met(first.id, 3)
        walks.stop(tx, here, me(tx, "canul"), NOON)
        facts = walks.end(tx, here, me(tx, "canul"), NOON + timedelta(hours=1))
        assert (facts["stops"], facts["met"]) == (2, 4)
        assert facts["kinds"] == [["alumbrado", 1]]
        assert facts["did"] == [["listened", 1], ["advice", 1]]
        assert "lámpara" not in str(facts)
        assert told(tx) == ["aguilar"]

    await store.run(work)


async def test_a_round_without_a_stop_tells_nobody_and_is_no_visit(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        town(tx)
        started(tx, here)
        walks.end(tx, here, me(tx, "canul"), NOON)
        assert told(tx) == []
        assert tx.walks.last() == {}

    await store.run(work)


async def test_what_nobody_ends_ends_by_itself_and_is_told_once(
    store: Store, here: Here, clock: HastyClock
) -> None:
    def work(tx: Transaction) -> str:
        town(tx)
        name = started(tx, here)
        walks.stop(tx, here, me(tx, "canul"), NOON)
        return name

    name = await store.run(work)
    rounds = Rounds(store, here, clock)
    clock.at = NOON + LONGEST + timedelta(minutes=1)
    await rounds.look()
    await rounds.look()
    assert sorted(await store.run(told)) == ["aguilar", "canul"]
    walk = await store.read(lambda tx: tx.walks.get(name))
    assert walk is not None
    assert walk.ended_at is not None
    assert (await store.read(lambda tx: tx.walks.last()))["centro"] == walk.ended_at


async def test_it_can_end_only_once(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        town(tx)
        walk = tx.walks.get(started(tx, here))
        assert walk is not None
        tx.walks.end(walk.end(NOON))
        with pytest.raises(Changed):
            tx.walks.end(walk.end(NOON))

    await store.run(work)


async def test_what_was_heard_stands_sealed_and_goes_with_the_report_it_became(
    store: Store, here: Here
) -> None:
    def work(tx: Transaction) -> None:
        town(tx)
        started(tx, here)
        heard = walks.stop(tx, here, me(tx, "canul"), NOON, text="la lámpara del 12")
        report = opened(tx, person_id=resident(tx, "rosa"))
        tx.walks.became(heard.id, report.id)
        raw = tx.connection.execute(select(walk_stop.c.text)).scalar_one()
        assert "lámpara".encode() not in raw
        found = tx.walks.stop(heard.id)
        assert found is not None
        assert found.text == "la lámpara del 12"
        tx.erasure.report(report.id)
        assert tx.connection.execute(select(walk_stop.c.text)).scalar_one() is None

    await store.run(work)


def test_numbers_of_a_round() -> None:
    """Kinds by how often they were heard, then by name; what was done in the order of its effort."""
    stops = [
        Stop(id=str(n), walk_id="w", at=NOON, met=met, kind=kind, did=did, report_id=report)
        for n, (met, kind, did, report) in enumerate(
            [
                (1, "ruido", Did.MEDIATED, None),
                (4, "alumbrado", Did.ADVICE, "r1"),
                (2, "ruido", Did.ADVICE, None),
                (1, "", Did.LISTENED, None),
                (1, "baches", Did.CALLED, "r2"),
            ]
        )
    ]
    found = summary(stops)
    assert (found.stops, found.met, found.reports) == (5, 9, 2)
    assert found.kinds == (("ruido", 2), ("alumbrado", 1), ("baches", 1))
    assert found.did == ((Did.LISTENED, 1), (Did.ADVICE, 2), (Did.MEDIATED, 1), (Did.CALLED, 1))


async def test_the_rounds_forget_what_was_heard_a_year_ago(
    store: Store, here: Here, clock: HastyClock
) -> None:
    def work(tx: Transaction) -> str:
        town(tx)
        started(tx, here)
        return walks.stop(tx, here, me(tx, "canul"), NOON, text="la lámpara del 12").id

    name = await store.run(work)
    for after, text in ((timedelta(days=364), "la lámpara del 12"), (timedelta(days=366), "")):
        clock.at = NOON + after
        await Rounds(store, here, clock).look()
        kept = await store.read(lambda tx: tx.walks.stop(name))
        assert kept is not None
        assert kept.text == text


async def test_the_export_of_rounds_is_numbers_and_names_nobody(
    store: Store, here: Here, municipality: Municipality
) -> None:
    """One line for each round that is over and met somebody; no word, no officer, nothing confidential."""

    def work(tx: Transaction) -> None:
        town(tx)
        started(tx, here)
        first = walks.stop(
            tx, here, me(tx, "canul"), NOON, text="la lámpara de doña Lupe", kind="alumbrado", did=Did.ADVICE
        )
        tx.walks.met(first.id, 3)
        walks.stop(tx, here, me(tx, "canul"), NOON)
        walks.end(tx, here, me(tx, "canul"), NOON + timedelta(hours=1))
        started(tx, here, "poot")  # still on it

    await store.run(work)
    text = await store.read(lambda tx: write_csv(tx, municipality))
    (row,) = csv.DictReader(io.StringIO(text))
    assert list(row) == list(COLUMNS)
    assert row == {
        "colonia": "Centro",
        "sector": row["sector"],
        "empezó": "2026-11-23 13:00",
        "terminó": "2026-11-23 14:00",
        "paradas": "2",
        "personas": "4",
        "escuchar": "1",
        "consejo": "1",
        "mediación": "0",
        "llamada a servicios": "0",
        "promesa de volver": "0",
        "reportes": "0",
        "contaron": "Alumbrado 1",
    }
    assert "Lupe" not in text
    assert "Canul" not in text
