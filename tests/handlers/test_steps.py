"""What who attends a report does on the spot: once each, and who hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.errors import DomainError, NotAllowedNow, NotOnDuty, NotPermitted, NotYours
from bot.domain.report import Disposition
from bot.domain.roster import Role
from handlers.desk import duty, steps
from handlers.desk import reports as desk
from handlers.here import Here
from storage import Store, Transaction
from storage.schema import outbox
from tests.handlers.conftest import NOON, me, officer, resident
from tests.support.log_book import open_reports
from tests.support.reports import opened

LATER = NOON + timedelta(minutes=5)


def heard(tx: Transaction, notice: str) -> set[str]:
    """Who was told."""
    rows = tx.connection.execute(select(outbox.c.person_id).where(outbox.c.notice == notice)).scalars()
    names = {resident(tx, name): name for name in ("canul", "poot", "ek", "aguilar", "tun", "rosa")}
    return {names[person] for person in rows}


def town(tx: Transaction) -> None:
    """Canul and Poot of the sector, Ek of another, Aguilar commands; Ek and Tun stand on the list."""
    officer(tx, "canul", sectors=("norte",))
    officer(tx, "poot", sectors=("norte",))
    officer(tx, "ek", sectors=("sur",), lists=("mando",))
    officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)
    officer(tx, "tun", role=Role.SUPERVISOR, on_duty=False, lists=("mando",))


async def test_a_call_for_company_is_heard_by_the_shift_of_the_sector_and_the_supervisors(
    store: Store, here: Here
) -> None:
    """Not by who calls, not by another sector; and within ten minutes it is one call."""

    def work(tx: Transaction) -> list[int]:
        town(tx)
        folio = opened(tx).folio
        desk.claim(tx, here, folio, me(tx, "canul"), NOON)
        return [steps.want_support(tx, folio, me(tx, "canul"), at)[0] for at in (NOON, LATER)]

    assert await store.run(work) == [3, 3]
    assert await store.run(lambda tx: heard(tx, "support_wanted")) == {"poot", "aguilar", "tun"}
    history = await store.read(lambda tx: tx.connection.execute(select(outbox.c.dedupe_key)).scalars().all())
    assert sum("support:" in (key or "") for key in history) == 3


async def test_a_confidential_case_calls_only_its_list(store: Store, here: Here) -> None:
    """Whoever is nearer hears nothing of it."""

    def work(tx: Transaction) -> None:
        town(tx)
        folio = opened(tx, named_list="mando").folio
        desk.claim(tx, here, folio, me(tx, "ek"), NOON)
        steps.want_support(tx, folio, me(tx, "ek"), NOON)
        with pytest.raises(NotPermitted):
            steps.support(tx, folio, me(tx, "poot"), NOON)

    await store.run(work)
    assert await store.run(lambda tx: heard(tx, "support_wanted")) == {"tun"}


@pytest.mark.parametrize(
    ("who", "step", "refusal"),
    [
        ("poot", steps.on_the_way, NotYours),
        ("poot", steps.arrived, NotYours),
        ("poot", steps.want_support, NotYours),
        ("off", steps.on_the_way, NotOnDuty),
        ("off", steps.support, NotOnDuty),
    ],
)
async def test_a_step_asks_for_the_right(
    who: str, step: object, refusal: type[DomainError], store: Store, here: Here
) -> None:
    """Of who has the report, and on duty."""

    def work(tx: Transaction) -> None:
        town(tx)
        officer(tx, "off", sectors=("norte",), on_duty=False)
        folio = opened(tx).folio
        desk.claim(tx, here, folio, me(tx, "canul"), NOON)
        with pytest.raises(refusal):
            step(tx, folio, me(tx, who), NOON)  # type: ignore[operator]

    await store.run(work)


async def test_a_case_that_comes_back_begins_again(store: Store, here: Here) -> None:
    """Who takes it anew sets out anew: the neighbour hears it again; a closed one has no steps."""

    def work(tx: Transaction) -> list[bool]:
        town(tx)
        canul = me(tx, "canul")
        report = opened(tx, person_id=resident(tx))
        fresh = []
        for at in (NOON, LATER):
            desk.claim(tx, here, report.folio, canul, at)
            for now in (at, at + timedelta(seconds=30)):
                fresh.append(steps.on_the_way(tx, report.folio, canul, now)[1] == now)
            desk.release(tx, here, report.folio, canul, at)
        desk.claim(tx, here, report.folio, canul, LATER)
        steps.support(tx, report.folio, me(tx, "poot"), LATER)
        steps.support(tx, report.folio, me(tx, "poot"), LATER)
        desk.close(tx, report.folio, canul, Disposition.ATTENDED, "Listo.", LATER)
        for step in (steps.on_the_way, steps.support, steps.want_support):
            with pytest.raises(NotAllowedNow):
                step(tx, report.folio, me(tx, "poot") if step is steps.support else canul, LATER)
        assert sum(e.kind == "SupportOffered" for e in tx.reports.history(report.id)) == 1
        return fresh

    assert await store.run(work) == [True, False, True, False]


async def test_what_a_revoked_officer_had_in_hand_is_nobody_s_and_sounds_again(
    store: Store, here: Here
) -> None:
    def work(tx: Transaction) -> int:
        town(tx)
        for number in (1, 2):
            folio = opened(tx, number).folio
            desk.claim(tx, here, folio, me(tx, "canul"), NOON)
        return duty.dismiss(tx, here, "canul", me(tx, "aguilar"), LATER)

    assert await store.run(work) == 2
    found = await store.read(lambda tx: [(r.status.value, r.handler_id) for r in open_reports(tx)])
    assert found == [("received", None)] * 2
    assert len(await store.read(lambda tx: tx.due.of_kind(desk.OBLIGATION))) == 2
    assert "poot" in await store.run(lambda tx: heard(tx, "alert"))


async def test_nobody_goes_along_with_nobody(store: Store, here: Here) -> None:
    """What nobody took shows its place to nobody."""

    def work(tx: Transaction) -> None:
        town(tx)
        steps.support(tx, opened(tx).folio, me(tx, "canul"), NOON)

    with pytest.raises(NotAllowedNow):
        await store.run(work)
