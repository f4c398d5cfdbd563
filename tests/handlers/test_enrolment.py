"""Who becomes part of the team: by whose yes, and by no button or code that is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.errors import ApprovalOver
from bot.domain.roster import Role
from handlers.desk import duty
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


async def test_an_old_card_lets_nobody_in_who_used_another_code(store: Store, here: Here) -> None:
    """The supervisor compared a number with one phone; whoever holds another one is not meant by that yes, nor by that no."""

    def work(tx: Transaction) -> list[str]:
        by = officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)
        officer(tx, "canul", on_duty=False)
        duty.revoke(tx, "canul", by, NOON)
        numbers = []
        for name in ("rosa", "pedro"):
            person = tx.people.get(resident(tx, name))
            assert person is not None
            slot = desk.enrol(tx, here, person, desk.invite(tx, here, "canul", by, NOON), NOON)
            numbers.append(str(slot.check_number))
        for decide in (desk.approve, desk.refuse):
            with pytest.raises(ApprovalOver):
                decide(tx, "canul", numbers[0], by, NOON)
        before = tx.staff.slot("canul")
        after = desk.approve(tx, "canul", numbers[1], by, NOON)
        assert before is not None
        with pytest.raises(ApprovalOver):  # pressed twice
            desk.approve(tx, "canul", numbers[1], by, NOON)
        assert after.person_id == resident(tx, "pedro")
        return [before.state, tx.staff.slot("canul").state]  # type: ignore[union-attr]

    here = replace(here, check_number=iter(["1111", "2222"]).__next__)
    assert await store.run(work) == ["pending", "active"]
