"""One table says who may do what; what does not stand in it nobody may."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.domain.errors import NotPermitted
from bot.domain.roster import Role
from handlers import menus, rights
from handlers.desk import duty
from handlers.talks import SCRIPTS
from tests.support.talker import town

ACTS = {
    *(f"m.{entry.name}" for entry in menus.ENTRIES),
    *(tap.verb for tap in menus.TAPS),
    *(f"talk.{name}" for name in SCRIPTS),
}


def test_the_table_and_what_can_be_done_are_the_same() -> None:
    """A word, a button or a talk without a row is dead for everybody; a row without one is a leftover."""
    assert set(rights.RIGHTS) == ACTS


def test_what_is_not_in_the_table_nobody_may() -> None:
    assert rights.who_may("talk.unheard_of") == rights.NOBODY
    with pytest.raises(NotPermitted):
        rights.require(Role.SUPERVISOR, "m.unheard_of")


def test_residents_can_do_nothing_to_a_report_that_is_not_theirs() -> None:
    """The acts on a case, the team and the state belong to staff."""
    staff_only = {act for act, roles in rights.RIGHTS.items() if Role.RESIDENT not in roles}
    assert {"claim", "case", "talk.close", "m.team", "m.status", "reassign"} <= staff_only


async def test_a_talk_of_staff_ends_when_its_right_is_gone(tmp_path: Path) -> None:
    """In the middle of a sentence: nothing is written down, nothing breaks, and it is said."""
    async with town(tmp_path) as here:
        await here.supervisora.says("equipo")
        await here.supervisora.taps("Dar de baja")
        now = here.demo.clock.now()
        await here.run(lambda tx: duty.revoke(tx, "M-01", None, now))
        said = await here.supervisora.says("E-105")
        assert "no le corresponde" in said
        assert await here.read(lambda tx: tx.inbox.dead_letters()) == []
        assert (await here.read(lambda tx: tx.staff.slot("E-105"))).state == "active"
        assert "E-105" not in await here.supervisora.says("1")


async def test_who_changes_the_staff_and_who_reads_a_case_is_written_down(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        now = here.demo.clock.now()
        await here.run(lambda tx: duty.revoke(tx, "E-101", None, now))
        lines = await here.read(lambda tx: tx.audit.newest(100))
        assert {line.action for line in lines} >= {"staff_written", "revoked"}
        assert (await here.read(lambda tx: tx.audit.verify())).lines == len(lines)


def test_no_word_starts_two_things() -> None:
    """The later one would win, and nobody would see it."""
    words = Counter(word for entry in menus.ENTRIES for word in entry.words)
    assert [word for word, times in words.items() if times > 1] == []
