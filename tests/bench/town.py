"""An installation to be measured: key ring, officers on duty, and as many people, talks and reports as wanted."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Table

from bot.app import expect_staff
from bot.domain.roster import Role, Shift
from bot.domain.territory import Point
from bot.messages import Address
from bot.municipality import Municipality, load
from handlers.resident.told import Told
from storage.schema import conversation, event, outbox, person, report, vault_address
from storage.sealing import KeyRing
from storage.store import Transaction, open_store
from tests.bench.talks import SPREAD, TOLD

ON_DUTY = {"E-105": 71, "E-201": 72}  # badge -> chat; between them they hear every report once
COMMANDER = ("M-01", 73)


async def found(folder: Path, url: str = "") -> list[tuple[float, float]]:
    """Make the key ring and put officers on duty; returns places where something may happen."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    municipality, keys = load(None), folder / "llavero.json"
    if keys.exists():  # found before, with a past
        return _places(municipality)
    ring = KeyRing.create(keys)
    store = await open_store(url or store_url(folder), ring)
    try:
        await store.run(lambda tx: expect_staff(tx, municipality, datetime.now(UTC)))
        await store.run(_enrol)
    finally:
        await store.close()
    return _places(municipality)


def _places(municipality: Municipality) -> list[tuple[float, float]]:
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


# ---- a town with a past ----

BATCH = 5_000
YEARS = timedelta(days=3 * 365)
OPEN = 2_000  # reports that nobody has closed yet, however many there were


async def fill(folder: Path, reports: int, talks: int = 0) -> None:
    """So many reports of the last three years, each of a person, with an event and two messages; and open talks."""
    municipality, ring = load(None), KeyRing.load(folder / "llavero.json")
    store = await open_store(store_url(folder), ring)
    past = Past(municipality)
    try:
        for first in range(0, reports, BATCH):
            numbers = range(first, min(first + BATCH, reports))
            await store.run(partial(past.reports, numbers=numbers, open_every=max(1, reports // OPEN)))
        for first in range(0, talks, BATCH):
            await store.run(partial(past.talks, numbers=range(first, min(first + BATCH, talks))))
    finally:
        await store.close()


class Past:
    """Rows as the programme writes them, many at a time."""

    def __init__(self, municipality: Municipality) -> None:
        self._chance = random.Random(1)
        self._kinds = [kind for kind in municipality.kinds.kinds if not kind.listed]
        self._colonias = [colonia for colonia in municipality.territory.colonias if colonia.point]
        self._now = datetime.now(UTC)

    def reports(self, tx: Transaction, numbers: range, open_every: int) -> None:
        """One batch."""
        tables: dict[Table, list[dict[str, Any]]] = defaultdict(list)
        for number in numbers:
            at = self._now - self._chance.random() * YEARS
            who = self._person(tx, tables, 90_000_000 + number, at)
            self._report(tx, tables, number, who, at, is_open=number % open_every == 0)
        for table, rows in tables.items():
            tx.connection.execute(table.insert(), rows)

    def talks(self, tx: Transaction, numbers: range) -> None:
        """People in the middle of a report: they were asked where it is."""
        tables: dict[Table, list[dict[str, Any]]] = defaultdict(list)
        told = {"consent": {"choice": "yes"}, "kind": {"text": TOLD}}
        arguments = Told().as_arguments()
        for number in numbers:
            who = self._person(tx, tables, 80_000_000 + number, self._now)
            talk = uuid4().hex[:12]
            times = dict(started_at=self._now, touched_at=self._now, expires_at=self._now + timedelta(days=7))
            sealed = {
                name: tx.sealer.seal_json("conversation", name, talk, value)
                for name, value in (("arguments", arguments), ("answers", told))
            }
            row = dict(id=talk, person_id=who, flow="report", version=3, active=True, asked="place")
            tables[conversation].append({**row, **times, **sealed, "nudged_at": None})
        for table, rows in tables.items():
            tx.connection.execute(table.insert(), rows)

    def _person(
        self, tx: Transaction, tables: dict[Table, list[dict[str, Any]]], chat: int, at: datetime
    ) -> str:
        who = uuid4().hex
        times = dict(created_at=at, seen_at=at, consent_at=at, greeted_at=at)
        tables[person].append(dict(id=who, role="resident", locale="es", consent_version="2026-01", **times))
        sealed = tx.sealer.seal("vault_address", "address", who, str(chat).encode())
        lookup = tx.sealer.keyed("lookup", f"telegram|{chat}")
        tables[vault_address].append(dict(person_id=who, channel="telegram", lookup=lookup, address=sealed))
        return who

    def _report(
        self,
        tx: Transaction,
        tables: dict[Table, list[dict[str, Any]]],
        number: int,
        who: str,
        at: datetime,
        *,
        is_open: bool,
    ) -> None:
        name, colonia = uuid4().hex, self._chance.choice(self._colonias)
        assert colonia.point is not None
        lat = colonia.point.lat + self._chance.uniform(-SPREAD, SPREAD)
        lon = colonia.point.lon + self._chance.uniform(-SPREAD, SPREAD)
        status = dict(status="received", closed_at=None, disposition=None)
        if not is_open:
            status = dict(status="closed", closed_at=at + timedelta(days=2), disposition="attended")
        tables[report].append(
            dict(
                id=name,
                folio=f"{number:08d}",
                draft_id=uuid4().hex,
                person_id=who,
                kind=self._chance.choice(self._kinds).slug,
                listed=False,
                named_list="",
                priority=3,
                identity="confidential",
                colonia=colonia.slug,
                sectors='["mesa-central"]',
                pilot=False,
                version=1,
                opened_at=at,
                updated_at=at,
                told=tx.sealer.seal_json("report", "told", name, {"text": TOLD, "answers": []}),
                place=tx.sealer.seal_json("report", "place", name, {"street": "", "point": [lat, lon]}),
                cell=tx.reports.cell(Point(lat, lon)),
                **status,
            )
        )
        facts = tx.sealer.seal_json("event", "facts", f"{name}/1", {})
        happened = dict(report_id=name, seq=1, kind="report_opened", at=at, actor_id=who)
        tables[event].append({**happened, "facts": facts, "hash": bytes(32)})
        for lane, notice in ((0, "alert"), (1, "say")):
            ref = uuid4().hex
            sealed = tx.sealer.seal_json("outbox", "facts", ref, {"lines": [TOLD]})
            sent = dict(state="sent", attempts=1, provider_id=str(number), created_at=at, due_at=at)
            tables[outbox].append(
                dict(ref=ref, person_id=who, report_id=name, lane=lane, notice=notice, facts=sealed, **sent)
            )
