"""Who may do what: the one table. What does not stand in it nobody may do.

`m.<name>` is a word or a button of a menu, `talk.<name>` a talk, `web.<name>` a page, anything else a button of a card.
The right is read again at every word and every tap; whose report it is, the shift and the sector are asked by
`handlers/desk/`, and what is delicate beyond that asks for the PIN.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.errors import NotPermitted
from bot.domain.roster import Role

NOBODY: frozenset[Role] = frozenset()
EVERYBODY = frozenset(Role)
RESIDENTS = frozenset({Role.RESIDENT})
OFFICERS = frozenset({Role.OFFICER})
SUPERVISORS = frozenset({Role.SUPERVISOR})
STAFF = OFFICERS | SUPERVISORS

_GRANTS: tuple[tuple[frozenset[Role], str], ...] = (
    (EVERYBODY, "m.menu m.start m.back m.cancel m.help m.about m.emergency m.report m.more m.language m.opt_out m.opt_in"),
    (EVERYBODY, "m.my_police m.directory m.tips m.privacy m.privacy_full m.my_data m.erase m.anonymity m.visit"),
    (EVERYBODY, "m.my_reports m.again m.person m.end_person m.thanks m.appeal"),
    (EVERYBODY, "see add again withdraw solved tip tips tipsof visit contact also noalso"),
    (EVERYBODY, "talk.report talk.danger talk.add talk.withdraw talk.my_police talk.visit talk.erase"),
    (RESIDENTS, "m.resume"),
    (OFFICERS, "m.start_shift m.end_shift m.duty received handnote talk.handover"),
    (OFFICERS, "m.mode m.pause_shift m.resume_shift begin mode"),
    (STAFF, "m.jot m.pending m.pin place claim decline support case way here release ask note refer done missing need call word"),
    (STAFF, "give m.walk m.note_stop m.end_walk wjot wmet wkind talk.walk talk.stop talk.met talk.stop_kind"),
    (STAFF, "panel warn doubt talk.warn m.caution"),
    (SUPERVISORS, "safe nosafe unsafe"),
    (STAFF, "pass accept notme snooze wake talk.pass"),
    (RESIDENTS, "talk.follow m.badge talk.badge same notsame"),
    (EVERYBODY, "thank"),
    (SUPERVISORS, "m.rotation talk.rotation"),
    (STAFF, "visits vin vout talk.visits talk.visit_done"),
    (STAFF, "m.promises promise kept pmove poff talk.promise talk.promise_move talk.promise_off"),
    (EVERYBODY, "pact"),
    (STAFF, "mediate talk.mediation"),
    (STAFF, "asktext officesaid passon keepit talk.office_said"),
    (STAFF, "talk.ask talk.note talk.refer talk.close talk.whose"),
    (SUPERVISORS, "m.status m.on_duty m.offices m.held m.team m.invite m.revoke reassign approve refuse forget"),
    (SUPERVISORS, "help helped helpfile"),
    (SUPERVISORS, "m.groups m.bind_group ungroup talk.bind_group"),
    (SUPERVISORS, "talk.reassign talk.invite talk.revoke talk.help talk.forget"),
    (SUPERVISORS, "let let_in pause unpause keep_pause talk.pause m.reset_pin reset_pin talk.reset_pin"),
)  # fmt: skip


def _spread() -> Mapping[str, frozenset[Role]]:
    table: dict[str, frozenset[Role]] = {}
    for roles, acts in _GRANTS:
        for act in acts.split():
            if act in table:
                raise ValueError(f"{act} stands twice in the table of rights")
            table[act] = roles
    return table


RIGHTS = _spread()


def who_may(act: str) -> frozenset[Role]:
    """The roles that may do it."""
    return RIGHTS.get(act, NOBODY)


def may(role: Role, act: str) -> bool:
    """May somebody of that role do it?"""
    return role in who_may(act)


def require(role: Role, act: str) -> None:
    """Raises NotPermitted."""
    if not may(role, act):
        raise NotPermitted
