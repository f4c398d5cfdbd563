"""Who becomes part of the team: by whose yes, and by no button or code that is over."""

from __future__ import annotations

from bot.domain.roster import Role
from handlers.desk import enrolment as desk
from handlers.here import Here
from storage import Store, Transaction
from tests.handlers.conftest import NOON, officer, resident


async def test_a_code_of_the_machine_that_nobody_used_gives_nobody_a_place_unseen(
    store: Store, here: Here
) -> None:
    """It was trusted; the code that a supervisor gives later is for somebody whom a supervisor approves."""

    def work(tx: Transaction) -> str:
        by = officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)
        desk.first_supervisor(tx, "M-2", "comandante Tun", "0123456789", NOON)
        code = desk.invite(tx, here, "M-2", by, NOON)
        person = tx.people.get(resident(tx, "rosa"))
        assert person is not None
        return desk.enrol(tx, here, person, code, NOON).state

    assert await store.run(work) == "pending"
