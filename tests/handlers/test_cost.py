"""What a turn may cost, counted: one commit, one hop to the writer's thread, so many statements, none that scans."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from storage.sqlite import SqliteStore
from tests.support.talker import Phone, town
from tests.support.watched import Watched, plans

LAMP = (
    "Hay varias luminarias apagadas desde hace tres noches frente a la primaria y la calle está muy oscura."
)
ITALIA = (18.5398, -88.3035)
MOST, MOST_AT_THE_END = 10, 20
SMALL = ("SCAN staff", "SCAN 3 CONSTANT ROWS")  # a dozen rows, read whole; the values of an insert


def tap(phone: Phone, label: str) -> Awaitable[None]:
    """Press the newest button that begins so."""
    for bubble in reversed(phone.heard):
        for action in (*bubble.form.buttons, *bubble.form.rows):
            if action.label.startswith(label):
                return phone.channel.tap(phone.id, action.token, bubble.id)
    raise AssertionError(f"no button {label!r}: {phone.last}")


def turns(phone: Phone) -> dict[str, Callable[[], Awaitable[None]]]:
    """One report, turn by turn."""
    return {
        "hello": lambda: phone.channel.say(phone.id, "hola"),
        "report": lambda: tap(phone, "Reportar"),
        "consent": lambda: tap(phone, "Acepto"),
        "telling": lambda: phone.channel.say(phone.id, LAMP),
        "place": lambda: phone.channel.locate(phone.id, *ITALIA),
        "folio": lambda: tap(phone, "Enviar"),
    }


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Watched, list[str]]]:
    """What each turn of one report made the writer do until it was committed, and the plans of its statements."""
    found: dict[str, tuple[Watched, list[str]]] = {}

    async def play() -> None:
        async with town(tmp_path_factory.mktemp("cost")) as here:
            store = here.demo.app.store
            assert isinstance(store, SqliteStore)
            for name, act in turns(here.vecina).items():
                async with Watched(store) as seen:
                    await act()
                found[name] = seen, await plans(store, seen.transactions[0])
                await here.demo.app.settle()
            assert "Su folio es" in here.vecina.last

    with asyncio.Runner() as runner:
        runner.run(play())
    return found


@pytest.mark.parametrize("turn", list(turns(Phone(None, ""))))  # type: ignore[arg-type]  # names only
def test_a_turn_is_one_hop_one_commit_and_few_statements(
    watched: dict[str, tuple[Watched, list[str]]], turn: str
) -> None:
    seen, _ = watched[turn]
    most = MOST_AT_THE_END if turn == "folio" else MOST
    assert seen.hops >= 1
    assert len(seen.transactions[0]) <= most, "\n".join(seen.transactions[0])
    answered_in = [n for n, part in enumerate(seen.transactions) if any("INTO inbox" in s for s in part)]
    assert answered_in == [0], "the message is kept, answered and done in one transaction"


def test_no_statement_of_a_turn_walks_through_a_table(watched: dict[str, tuple[Watched, list[str]]]) -> None:
    for turn, (_, steps) in watched.items():
        assert steps, turn
        scans = [step for step in steps if step.startswith("SCAN") and not step.startswith(SMALL)]
        assert scans == [], turn


def test_neighbours_are_looked_up_by_their_cell(watched: dict[str, tuple[Watched, list[str]]]) -> None:
    assert any("ix_report_cell_kind_opened_at" in step for step in watched["place"][1]), watched["place"][1]
