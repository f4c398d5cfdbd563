"""A fixed cast for the tests of the domain, and one plain report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.concern import Priority
from bot.domain.report import Report
from bot.domain.roster import Officer, Role
from bot.domain.territory import Place

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def canul() -> Officer:
    """An officer of the north."""
    return Officer(person_id="canul", badge="E-1", name="oficial Canul", sectors=("norte",))


@pytest.fixture
def poot() -> Officer:
    """An officer of the south, who is on the confidential list."""
    return Officer(person_id="poot", badge="E-2", name="oficial Poot", sectors=("sur",), lists=("geavig",))


@pytest.fixture
def aguilar() -> Officer:
    """The supervisor, who is on the confidential list."""
    return Officer(
        person_id="aguilar", badge="M-1", name="comandante Aguilar", role=Role.SUPERVISOR, lists=("geavig",)
    )


@pytest.fixture
def make_report() -> Callable[..., Report]:
    """A received report of the neighbour Rosa, with what a test changes."""
    plain = Report(
        id="r1",
        folio="12345670",
        draft_id="d1",
        person_id="rosa",
        kind="ruido",
        priority=Priority.P3,
        place=Place(colonia="centro"),
        sectors=("norte",),
        opened_at=NOON,
        updated_at=NOON,
    )

    def made(**changes: Any) -> Report:
        return replace(plain, **changes)

    return made
