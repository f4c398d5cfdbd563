"""One triage for all tests of this folder, with a handful of colonias."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.triage import Triage, load_lexicon


@dataclass(frozen=True)
class Colonia:
    name: str
    aliases: tuple[str, ...] = ()


COLONIAS = (
    Colonia("Italia", ("la italia", "col italia")),
    Colonia("Venustiano Carranza", ("casitas", "las casitas", "carranza", "v carranza")),
    Colonia("Leona Vicario", ("leona", "la leona")),
    Colonia("Benito Juárez", ("benito juares", "la benito", "b juarez")),
    Colonia("Adolfo López Mateos", ("lopez mateos", "la lopez")),
    Colonia("Proterritorio", ("prote", "la prote")),
    Colonia("Constituyentes"),
    Colonia("5 de Abril", ("cinco de abril",)),
    Colonia("Payo Obispo", ("payo", "el payo")),
    Colonia("Centro", ("el centro", "zona centro")),
    Colonia("Sian Ka'an", ("sian kaan", "sian")),
)


@pytest.fixture(scope="session")
def triage() -> Triage:
    return Triage(load_lexicon(), COLONIAS)


@pytest.fixture(scope="session")
def now() -> datetime:
    """A Wednesday afternoon in Chetumal."""
    return datetime(2026, 11, 25, 15, 30, tzinfo=ZoneInfo("America/Cancun"))
