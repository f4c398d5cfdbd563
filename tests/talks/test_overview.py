"""What a supervisor reads under «estado» is counted, however much it is."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.report import Status
from tests.support.reports import opened
from tests.support.talker import Town


async def test_every_open_report_is_counted(place: Town) -> None:
    now = place.demo.clock.now()

    def work(tx) -> None:
        for number in range(1, 231):
            opened(tx, number, opened_at=now - timedelta(days=90), kind="alumbrado")
        for number in range(231, 241):
            opened(tx, number, opened_at=now, status=Status.CLAIMED, claimed_at=now, kind="alumbrado")
        opened(tx, 300, opened_at=now, named_list="list", kind="venta_droga")

    await place.run(work)
    said = await place.supervisora.says("estado")
    assert "Abiertos: 240 · sin tomar: 230 · fuera de plazo: 230" in said
    assert len(place.supervisora.buttons) == 10


async def test_what_is_late_is_shown_first(place: Town) -> None:
    now = place.demo.clock.now()

    def work(tx) -> str:
        for number in range(1, 12):
            opened(tx, number, opened_at=now, kind="alumbrado")
        late = opened(tx, 50, opened_at=now - timedelta(days=90), status=Status.CLAIMED, claimed_at=now)
        return f"{late.folio[:4]}-{late.folio[4:]}"

    folio = await place.run(work)
    await place.supervisora.says("estado")
    assert folio in place.supervisora.buttons[0]
