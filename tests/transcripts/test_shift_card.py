"""The card of a shift reads in twenty seconds, however much waits."""

from __future__ import annotations

from pathlib import Path

from bot.domain.concern import Priority
from bot.domain.territory import Place, Point
from handlers.desk import duty, handover
from handlers.desk import reports as desk
from tests.support.reports import opened
from tests.support.talker import town

READ = 25.0  # characters a second, as in test_case_taps
URL = "https://"


async def test_a_full_shift_is_read_in_twenty_seconds(tmp_path: Path) -> None:
    """Twelve cases, two hand-overs with long notes, a promise: what is read stays under 500 characters."""
    async with town(tmp_path) as place:
        now = place.demo.clock.now()
        here = place.demo.app.here

        def fill(tx) -> None:
            roster = tx.staff.roster(now)
            canul = next(o for o in roster.officers if "Canul" in o.name)
            for n in range(12):
                point = Point(18.507 + n / 2000, -88.308)
                report = opened(
                    tx,
                    n + 1,
                    sectors=("norte-poniente",),
                    priority=Priority.P1 if n < 2 else Priority.P3,
                    place=Place(colonia="italia", street=f"calle Roma {n}", point=point),
                    opened_at=now,
                    updated_at=now,
                )
                if n in (2, 3, 4):
                    desk.claim(tx, here, report.folio, canul, now)
            made = duty.end(tx, here, canul, now)
            note = "Insistan con la familia de la esquina; el domingo hay fiesta. " * 4
            handover.leave(tx, here, canul, made.id, note=note[:300], media_id=None, passes=True, at=now)

        await place.run(fill)
        await place.oficial.says("terminar turno")
        said = await place.oficial.says("iniciar turno")
    lines = [line for line in said.split("\n") if not line.startswith("▸")]
    assert lines[0].startswith("En turno hasta")
    assert any("Entregó la oficial Canul" in line for line in lines)
    walk = [line for line in lines if line[:2] in ("1.", "2.", "3.", "4.", "5.", "6.")]
    assert len(walk) == 6
    assert "🔴" in walk[0]
    read = sum(len(line) for line in lines if URL not in line)
    print(f"{read} characters, {read / READ:.1f} s")
    assert read / READ <= 20


async def test_the_walk_of_one_s_own_cases_opens_in_a_map(tmp_path: Path) -> None:
    """Two or more with a point; never a place that was not claimed."""
    async with town(tmp_path) as place:
        now = place.demo.clock.now()
        here = place.demo.app.here

        def fill(tx) -> None:
            dzul = next(o for o in tx.staff.roster(now).officers if "Dzul" in o.name)
            for n, mine in ((1, True), (2, True), (3, False)):
                spot = Place(colonia="italia", street=f"Roma {n}", point=Point(18.507 + n / 1000, -88.308))
                report = opened(tx, n, sectors=("norte-poniente",), place=spot, opened_at=now, updated_at=now)
                if mine:
                    desk.claim(tx, here, report.folio, dzul, now)

        await place.run(fill)
        said = await place.oficial.says("iniciar turno")
        assert "18.50800,-88.30800" in said
        assert "18.50900,-88.30800" in said
        assert "18.51000" not in said
        assert "Roma 1" in said
        assert "Roma 3" not in said
