"""T25: the key is changed while people talk, with kill -9 in between. Whole: CAMPAIGN=whole, some 5 minutes."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from storage.checkup import check_up
from storage.sealing import KeyRing, Sealer
from storage.store import open_store_or_beside
from tests.e2e.conftest import street_in
from tests.e2e.server import Server
from tests.faults.evidence import Campaign
from tests.faults.load import Load
from tests.faults.test_restore_drill import fill

ROTATION = Campaign("T25", "Keys rotated while people talk, kill -9 in between")
KILLS = ROTATION.size(ci=3, whole=20)
REPORTS = ROTATION.size(ci=600, whole=5_000)


async def test_nothing_becomes_unreadable(tmp_path: Path) -> None:
    async with street_in(tmp_path) as street:
        server = street.server
        assert (await server.command("init", "municipio"))[0] == 0
        await street.enrol()
        await fill(server, REPORTS, 0)
        old = KeyRing.load(tmp_path / "municipio-llavero.json").write
        load = Load(street)
        talking = asyncio.create_task(load.run())
        code, _, complained = await server.command("keys", "rotate")
        assert code == 0, complained
        code, _, complained = await server.command("keys", "retire", old)
        assert (code, "Todavía hay" in complained) == (2, True), complained
        chance = ROTATION.random("kills")
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.1, 3))
            await server.restart()
        while await sealed_with(server, old):
            assert not talking.done()
            await asyncio.sleep(1)
        load.over = True
        await talking
        code, _, complained = await server.command("keys", "retire", old)
        assert code == 0, complained
        await server.restart()
        ring = KeyRing.load(tmp_path / "municipio-llavero.json")
        store = await open_store_or_beside(f"sqlite:///{server.settings['DATA_DIR']}/proximidad.db", ring)
        found = await store.read(lambda tx: check_up(tx.connection, Sealer(ring), lambda *_: None))
        ROTATION.record(
            kills=KILLS,
            values=found.opened,
            unreadable=len(found.broken),
            chains=found.chains,
            folios_meanwhile=len(load.folios),
        )
        assert old not in ring.seal
        assert found.broken == []
        assert len(set(load.folios.values())) == len(load.folios) > 0
        await load.play(street.on_telegram(103))


async def sealed_with(server: Server, key: str) -> int:
    """How many values are still sealed with a key, as the command says it."""
    code, said, complained = await server.command("keys", "status")
    assert code == 0, complained
    found = re.search(rf"^{key} +([\d,]+)", said, re.MULTILINE)
    return int(found[1].replace(",", "")) if found else 0
