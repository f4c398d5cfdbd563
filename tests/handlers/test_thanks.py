"""Thanks over a real store: in the same shift, or with the first card of the next; once, and without a name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.errors import UnknownFolio
from bot.questions import fold
from handlers.desk import reports as desk
from handlers.desk import thanks
from handlers.here import Here
from handlers.resident.thanking import MOST_WORDS, TO_POLICE
from storage import Store, Transaction
from storage.schema import outbox
from storage.schema import thanks as table
from tests.handlers.conftest import NOON, me, officer, resident
from tests.support.reports import opened

MONTH = timedelta(days=30)


def attended(tx: Transaction, here: Here, **report: object) -> str:
    officer(tx, "canul", sectors=("norte",), lists=("mando",))
    folio = opened(tx, person_id=resident(tx), **report).folio
    desk.claim(tx, here, folio, me(tx, "canul"), NOON)
    return folio


def told(tx: Transaction) -> int:
    return len(tx.connection.execute(select(outbox.c.id).where(outbox.c.notice == "thanked")).all())


async def test_on_duty_they_are_heard_at_once_and_only_once(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        report = tx.reports.by_folio(attended(tx, here))
        assert thanks.say(tx, report, NOON)
        assert not thanks.say(tx, report, NOON)
        assert told(tx) == 1
        assert tx.thanks.tell(report.handler_id, NOON) == 0
        assert tx.thanks.count(NOON) == 1

    await store.run(work)


async def test_off_duty_they_wait_for_the_next_shift(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        report = tx.reports.by_folio(attended(tx, here))
        late = NOON + timedelta(hours=13)
        assert thanks.say(tx, report, late)
        assert told(tx) == 0
        assert tx.thanks.tell(report.handler_id, late) == 1
        assert tx.thanks.tell(report.handler_id, late) == 0

    await store.run(work)


async def test_nobody_is_thanked_for_what_nobody_attended(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        officer(tx, "canul", sectors=("norte",))
        report = opened(tx, person_id=resident(tx))
        with pytest.raises(UnknownFolio):
            thanks.say(tx, report, NOON)
        assert thanks.thankable(tx, resident(tx), NOON - MONTH) is None

    await store.run(work)


async def test_in_words_the_newest_attended_one_is_meant(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        folio = attended(tx, here)
        opened(tx, person_id=resident(tx), folio="99999990", draft_id="d2", id="r2")
        found = thanks.thankable(tx, resident(tx), NOON - MONTH)
        assert found is not None
        assert found.folio == folio
        assert thanks.thankable(tx, resident(tx), NOON + timedelta(days=1)) is None

    await store.run(work)


def test_who_said_them_stands_nowhere() -> None:
    assert {column.name for column in table.c} == {"report_id", "officer_id", "at", "told_at"}


@pytest.mark.parametrize(
    ("said", "to_police"),
    [
        ("Gracias al oficial", True),
        ("¡Muchas gracias a la oficial que vino anoche!", True),
        ("gracias señor policía", True),
        ("Quiero dar las gracias", True),
        ("quisiera agradecerle al equipo", True),
        ("thank you officers", True),
        ("gracias", False),
        ("gracias por avisar", False),
        ("gracias a dios no pasó nada", False),
        ("no, gracias", False),
    ],
)
def test_words_of_thanks(said: str, to_police: bool) -> None:
    assert bool(TO_POLICE.match(fold(said))) is to_police
    assert len(fold(said).split()) <= MOST_WORDS
