"""T24: the restore drill. A copy is made while people talk; the disk is lost; the copy is restored, checked, served.

Whole: CAMPAIGN=whole, some 15 minutes.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from bot.messages import Attachment, AttachmentKind
from storage import Transaction
from storage.sealing import KeyRing
from storage.store import open_store_or_beside
from tests.e2e.conftest import street_in
from tests.e2e.server import Server
from tests.faults.evidence import Campaign
from tests.faults.load import Load
from tests.support.reports import NOON, opened

DRILL = Campaign("T24", "A copy made while it is served, restored and checked whole, served again")
REPORTS = DRILL.size(ci=1_000, whole=100_000)
FILES = DRILL.size(ci=8, whole=1_000)  # of a megabyte each
LIMIT = DRILL.size(ci=60.0, whole=15 * 60.0)  # seconds from the lost disk to a checked store
PER_UNIT = 250


async def fill(server: Server, reports: int, files: int) -> None:
    """Reports and files of other days, beside the process that serves."""
    ring = KeyRing.load(server.folder / "municipio-llavero.json")
    store = await open_store_or_beside(f"sqlite:///{server.settings['DATA_DIR']}/proximidad.db", ring)

    def some(tx: Transaction, first: int, last: int) -> None:
        for number in range(first, last):
            opened(tx, number)

    def file(tx: Transaction) -> None:
        photo = Attachment(kind=AttachmentKind.PHOTO, reference="x")
        tx.media.keep(tx.media.add("nobody", "telegram", photo, NOON), os.urandom(1_000_000), "image/jpeg")

    for first in range(1, reports, PER_UNIT):
        await store.run(lambda tx, n=first: some(tx, n, min(n + PER_UNIT, reports)))
    for _ in range(files):
        await store.run(file)
    await store.close()


async def test_from_a_lost_disk_to_a_new_report(tmp_path: Path) -> None:
    async with street_in(tmp_path) as street:
        server, neighbour = street.server, street.neighbour
        assert (await server.command("init", "municipio"))[0] == 0
        code, said, complained = await server.command("keys", "backup", "copias.llave")
        assert code == 0, complained
        server.settings["BACKUP_KEY"] = said.splitlines()[0].partition("=")[2]
        server.settings["BACKUP_DIR"] = str(tmp_path / "copias")
        await street.enrol()
        folio = await street.report(neighbour)
        await fill(server, REPORTS, FILES)

        began = time.monotonic()
        code, said, complained = await server.command("backup")
        copied = time.monotonic() - began
        assert code == 0, complained
        await neighbour.says("menú", "¿En qué le ayudo?")
        await server.kill()

        (archive,) = (tmp_path / "copias").iterdir()
        server.settings["DATA_DIR"] = str(tmp_path / "new")
        began = time.monotonic()
        code, said, complained = await server.command(
            "restore", str(archive), "--identity", str(tmp_path / "copias.llave")
        )
        restored = time.monotonic() - began
        assert code == 0, complained
        await server.serve()
        neighbour.forgets()
        await neighbour.says(f"estado {folio}", folio)
        load = Load(street)
        await load.play(street.on_telegram(102))
        DRILL.record(
            reports=REPORTS,
            megabytes=round(archive.stat().st_size / 1_000_000),
            copied=f"{copied:.1f} s",
            restored_and_checked=f"{restored:.1f} s",
        )
        assert load.folios[102] != folio
        assert restored <= LIMIT
        assert "enteras" in said
