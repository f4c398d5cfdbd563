"""An installation to be measured: key ring, officers on duty, and as many people, talks and reports as wanted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from bot.app import expect_staff
from bot.domain.roster import Role, Shift
from bot.messages import Address
from bot.municipality import load
from storage.sealing import KeyRing
from storage.store import Transaction, open_store

ON_DUTY = {"E-105": 71, "E-201": 72}  # badge -> chat; between them they hear every report once
COMMANDER = ("M-01", 73)


async def found(folder: Path, url: str = "") -> list[tuple[float, float]]:
    """Make the key ring and put officers on duty; returns places where something may happen."""
    (folder / "data").mkdir(exist_ok=True)
    ring = KeyRing.create(folder / "llavero.json")
    municipality = load(None)
    store = await open_store(url or store_url(folder), ring)
    try:
        await store.run(lambda tx: expect_staff(tx, municipality, datetime.now(UTC)))
        await store.run(_enrol)
    finally:
        await store.close()
    return [(c.point.lat, c.point.lon) for c in municipality.territory.colonias if c.point]


def store_url(folder: Path) -> str:
    """Where the settings of the benchmark look for it."""
    return f"sqlite:///{folder}/data/proximidad.db"


def _enrol(tx: Transaction) -> None:
    now = datetime.now(UTC)
    for badge, chat in (*ON_DUTY.items(), COMMANDER):
        slot = tx.staff.slot(badge)
        assert slot is not None, badge
        person = tx.people.add(at=now, locale="es", role=slot.role)
        tx.vault.add(person.id, Address("telegram", str(chat)))
        tx.staff.enrol(badge, person.id, "0000", now)
        tx.staff.approve(badge, None, now)
        if slot.role is Role.OFFICER:
            shift = Shift(
                person_id=person.id, sectors=slot.sectors, starts_at=now, ends_at=now + timedelta(hours=12)
            )
            tx.staff.start_shift(uuid4().hex, shift)
