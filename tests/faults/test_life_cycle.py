"""T7. The life of reports against a plain model: whatever people, clocks and crashes do, both say the same.

The model is dictionaries; behind the machine are the real store (SQLite, PostgreSQL), the real use cases and the real
rounds. After every step: same statuses and handlers, folios unique, every open report of nobody has one obligation
(that it is taken or, beyond the limits, that a supervisor looks at it), every history holds, nobody who was revoked can
be sent anything about a report, nobody who was erased has an address.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from bot.domain.concern import Identity
from bot.domain.errors import DomainError, UnknownFolio
from bot.domain.report import Disposition
from bot.domain.roster import Role
from bot.domain.territory import Place
from bot.messages import Address
from handlers.delivery.sender import Refused, _no_right, permitted
from handlers.desk import duty, erasure
from handlers.desk import reports as desk
from handlers.desk.holding import HELD
from handlers.resident.report import Draft
from handlers.rounds import Rounds
from storage import Store, Transaction, open_store
from storage.outbox import Turn
from storage.schema import metadata, outbox, vault_address
from tests.faults.evidence import SEED, Campaign
from tests.faults.premises import HERE, RING, everywhere
from tests.handlers.conftest import NOON, HastyClock, officer, resident
from tests.storage.conftest import postgres, postgres_template, postgres_url

__all__ = ["postgres", "postgres_template", "postgres_url"]


OFFICERS, SUPERVISOR = ("canul", "poot", "ek"), "aguilar"
NEIGHBOURS = ("rosa", "tere", "juan")
LEAPS = (1, 60, 130, 301, 660, 3600, 9 * 3600, 86_400, 40 * 86_400)  # seconds
OPEN = ("received", "claimed", "awaiting_resident", "referred")


@dataclass
class Told:
    """What the model knows of a report."""

    folio: str
    person: str | None
    status: str = "received"
    handler: str | None = None
    closed_at: datetime | None = None


class Life(RuleBasedStateMachine):
    """One town, from its first report on."""

    store_url: Callable[[], str]
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.clock = HastyClock()
        self.url = type(self).store_url()
        self.store: Store = self.run(open_store(self.url, RING))
        self.reports: dict[str, Told] = {}  # by draft
        self.enrolled = {*OFFICERS, SUPERVISOR}
        self.on_duty_until: dict[str, datetime] = {}
        self.run(self.store.run(self._emptied))
        for name in OFFICERS:
            self._starts_shift(name)

    def run(self, what: Any) -> Any:
        """Wait for it."""
        return self.loop.run(what)

    def _emptied(self, tx: Transaction) -> None:
        for table in reversed(metadata.sorted_tables):
            if table.name != "meta":
                tx.connection.execute(table.delete())
        for name in (*OFFICERS, SUPERVISOR):
            role = Role.SUPERVISOR if name == SUPERVISOR else Role.OFFICER
            officer(tx, name, role=role, sectors=everywhere(), on_duty=False)

    # ---- what the model says may be done ----

    def on_duty(self, name: str) -> bool:
        """Enrolled, and in a shift that has not ended."""
        return name in self.enrolled and self.on_duty_until.get(name, NOON) > self.clock.now()

    def acts(self, name: str) -> bool:
        """May touch reports at all."""
        return name in self.enrolled and (name == SUPERVISOR or self.on_duty(name))

    def holds(self, name: str, told: Told) -> bool:
        """Has it in hand, or commands."""
        return self.acts(name) and name in (told.handler, SUPERVISOR)

    def does(self, allowed: bool, work: Callable[[Transaction], Any]) -> None:
        """The programme does it exactly when the model says so."""
        refused = None
        try:
            self.run(self.store.run(work))
        except DomainError as refusal:
            refused = refusal
        assert (refused is None) == allowed, f"model: {allowed}, programme: {refused!r}"

    def told(self, data: Any) -> Told:
        """One of the reports."""
        return self.reports[data.draw(st.sampled_from(sorted(self.reports)))]

    def who(self, data: Any) -> str:
        """One of the staff."""
        return str(data.draw(st.sampled_from((*OFFICERS, SUPERVISOR))))

    def _staff(self, tx: Transaction, name: str) -> Any:
        slot = tx.staff.slot(name)
        found = tx.staff.officer(slot.person_id) if slot and slot.person_id else None
        if found is None:
            raise UnknownFolio  # reception would not even get here: they are residents now
        return found

    # ---- rules ----

    @rule(person=st.sampled_from((*NEIGHBOURS, None)), n=st.integers(0, 5), times=st.integers(1, 3))
    def confirm(self, person: str | None, n: int, times: int) -> None:
        """Enviar, once or several times: the same draft is the same report."""
        draft_id = f"d{person}{n}"
        identity = Identity.CONFIDENTIAL if person else Identity.ANONYMOUS
        draft = Draft(kind="ruido", place=Place(colonia="centro"), text="Música", identity=identity)

        def work(tx: Transaction) -> str:
            whose = resident(tx, person) if person else None
            made = desk.open_report(tx, HERE, draft, draft_id=draft_id, person_id=whose, at=self.clock.now())
            return made.report.folio

        folios = {self.run(self.store.run(work)) for _ in range(times)}
        assert len(folios) == 1
        known = self.reports.get(draft_id)
        assert known is None or known.folio in folios
        self.reports.setdefault(draft_id, Told(folios.pop(), person))

    @precondition(lambda self: self.reports)
    @rule(data=st.data())
    def claim(self, data: Any) -> None:
        """Tomar."""
        told, who = self.told(data), self.who(data)
        allowed = self.acts(who) and told.status in ("received", "referred")
        self.does(
            allowed, lambda tx: desk.claim(tx, HERE, told.folio, self._staff(tx, who), self.clock.now())
        )
        if allowed:
            told.status, told.handler = "claimed", who

    @precondition(lambda self: self.reports)
    @rule(data=st.data())
    def release(self, data: Any) -> None:
        """Soltar."""
        told, who = self.told(data), self.who(data)
        allowed = self.holds(who, told) and told.status in ("claimed", "awaiting_resident")
        self.does(
            allowed, lambda tx: desk.release(tx, HERE, told.folio, self._staff(tx, who), self.clock.now())
        )
        if allowed:
            told.status, told.handler = "received", None

    @precondition(lambda self: self.reports)
    @rule(data=st.data())
    def reassign(self, data: Any) -> None:
        """A supervisor gives it to somebody enrolled."""
        told, to = self.told(data), self.who(data)
        allowed = SUPERVISOR in self.enrolled and to in self.enrolled and told.status in OPEN
        self.does(
            allowed,
            lambda tx: desk.reassign(
                tx, HERE, told.folio, self._staff(tx, to), self._staff(tx, SUPERVISOR), self.clock.now()
            ),
        )
        if allowed:
            told.status, told.handler = "claimed", to

    @precondition(lambda self: self.reports)
    @rule(data=st.data())
    def ask(self, data: Any) -> None:
        """Preguntar."""
        told, who = self.told(data), self.who(data)
        allowed = (
            self.holds(who, told)
            and told.status in ("claimed", "awaiting_resident")
            and told.person is not None
        )
        self.does(
            allowed,
            lambda tx: desk.ask(tx, HERE, told.folio, self._staff(tx, who), "¿Sigue?", self.clock.now()),
        )
        if allowed:
            told.status = "awaiting_resident"

    @precondition(lambda self: self.reports)
    @rule(data=st.data(), what=st.sampled_from(("answer", "add", "withdraw", "reopen", "yes", "no")))
    def resident_says(self, data: Any, what: str) -> None:
        """Whose report it is answers, adds, withdraws, reopens, or says whether it is solved."""
        told, now = self.told(data), self.clock.now()
        fresh = told.closed_at is not None and now - told.closed_at <= timedelta(days=30)
        allowed = {
            "answer": told.status == "awaiting_resident",
            "add": True,
            "withdraw": told.status in OPEN,
            "reopen": told.status == "closed" and fresh,
            "yes": True,
            "no": told.status != "closed" or fresh,
        }[what]

        def work(tx: Transaction) -> Any:
            report = tx.reports.by_folio(told.folio)
            return {
                "answer": lambda: desk.answer(tx, report, "sí", (), now),
                "add": lambda: desk.add(tx, report, "y más", (), now),
                "withdraw": lambda: desk.withdraw(tx, report, now),
                "reopen": lambda: desk.reopen(tx, HERE, report, now),
                "yes": lambda: desk.say_solved(tx, HERE, report, "yes", now),
                "no": lambda: desk.say_solved(tx, HERE, report, "no", now),
            }[what]()

        self.does(allowed, work)
        if allowed and what == "answer":
            told.status = "claimed"
        if allowed and what == "withdraw":
            told.status, told.closed_at = "closed", now
        if allowed and (what == "reopen" or (what == "no" and told.status == "closed")):
            told.status, told.handler, told.closed_at = "received", None, None

    @precondition(lambda self: self.reports)
    @rule(data=st.data(), ends=st.booleans())
    def end_or_refer(self, data: Any, ends: bool) -> None:
        """Hecho, or Canalizar: of what nobody has taken only a supervisor decides that."""
        told, who, now = self.told(data), self.who(data), self.clock.now()
        allowed = self.holds(who, told) and told.status in OPEN

        def work(tx: Transaction) -> Any:
            if ends:
                return desk.close(
                    tx, told.folio, self._staff(tx, who), Disposition.ATTENDED, "Ya quedó.", now
                )
            return desk.refer(tx, told.folio, self._staff(tx, who), "alumbrado", "", now)

        self.does(allowed, work)
        if allowed:
            told.status = "closed" if ends else "referred"
            told.closed_at = now if ends else None

    @rule(name=st.sampled_from(OFFICERS))
    def shift_starts_or_ends(self, name: str) -> None:
        """Iniciar turno; and if they are in one, Terminar turno."""
        if name not in self.enrolled:
            return
        if not self.on_duty(name):
            self._starts_shift(name)
            return
        self.run(self.store.run(lambda tx: duty.end(tx, HERE, self._staff(tx, name), self.clock.now())))
        self.on_duty_until.pop(name)

    def _starts_shift(self, name: str) -> None:
        shift = self.run(
            self.store.run(lambda tx: duty.start(tx, HERE, self._staff(tx, name), self.clock.now()))
        )
        self.on_duty_until[name] = shift.ends_at

    @rule(name=st.sampled_from(OFFICERS))
    def revoke_or_enrol(self, name: str) -> None:
        """Dar de baja, with what they had in hand; and back again."""
        now = self.clock.now()
        if name not in self.enrolled:
            self.run(
                self.store.run(lambda tx: officer(tx, name, sectors=everywhere(), on_duty=False, at=now))
            )
            self.enrolled.add(name)
            return

        def work(tx: Transaction) -> None:
            duty.dismiss(tx, HERE, name, self._staff(tx, SUPERVISOR), now)

        self.run(self.store.run(work))
        self.enrolled.discard(name)
        self.on_duty_until.pop(name, None)
        for told in self.reports.values():
            if told.handler == name and told.status in ("claimed", "awaiting_resident"):
                told.status, told.handler = "received", None

    @rule(name=st.sampled_from(NEIGHBOURS))
    def erase(self, name: str) -> None:
        """Borrar mis datos, decided and done."""
        now = self.clock.now()

        def work(tx: Transaction) -> None:
            person = tx.vault.person_at(Address("simulator", name))
            if person is not None:
                erasure.erase(tx, person, now)

        self.run(self.store.run(work))
        for told in self.reports.values():
            if told.person == name:
                told.person = None
                if told.status != "closed":
                    told.status, told.closed_at = "closed", now

    @rule(seconds=st.sampled_from(LEAPS))
    def time_passes(self, seconds: int) -> None:
        """And what falls due is done; a question that nobody answered expires."""
        before = {told.folio for told in self.reports.values() if told.status == "awaiting_resident"}
        self.clock.skip(seconds=seconds)
        rounds = Rounds(self.store, HERE, self.clock)
        while self.run(rounds.look()):
            pass
        expired = self.run(
            self.store.read(
                lambda tx: [f for f in before if tx.reports.by_folio(f).status.value == "claimed"]
            )
        )
        for told in self.reports.values():
            if told.folio in expired:
                told.status = "claimed"

    @rule()
    def crash(self) -> None:
        """The process ends and another one begins."""
        self.run(self.store.close())
        self.store = self.run(open_store(self.url, RING))
        self.run(self.store.run(lambda tx: tx.outbox.take_over(self.clock.now())))

    # ---- what holds after every step ----

    @invariant()
    def model_and_store_say_the_same(self) -> None:
        """Everything that the head of this file promises."""
        type(self).steps += 1
        self.run(self.store.read(self._checked))

    def _checked(self, tx: Transaction) -> None:
        names = {tx.vault.person_at(Address("simulator", name)): name for name in (*OFFICERS, SUPERVISOR)}
        assert len({told.folio for told in self.reports.values()}) == len(self.reports)
        for told in self.reports.values():
            report = tx.reports.by_folio(told.folio)
            assert report.status.value == told.status, told
            assert names.get(report.handler_id) == told.handler or told.status == "closed", told
            assert (report.person_id is None) == (told.person is None), told
            waits = [kind for kind in (desk.OBLIGATION, HELD) if tx.due.get(kind, report.id) is not None]
            assert len(waits) == (told.status == "received"), f"{told} obligations {waits}"
            assert tx.reports.chain_holds(report.id)
        revoked = [person for person, name in names.items() if name not in self.enrolled]
        theirs = outbox.c.person_id.in_(revoked) & outbox.c.report_id.is_not(None)
        waiting = (
            select(outbox.c.ref)
            .where(theirs, outbox.c.state.in_(("ready", "leased")))
            .order_by(outbox.c.id.desc())
        )
        for ref in tx.connection.execute(waiting.limit(10)).scalars().all():
            row = tx.outbox.of_receipt("", ref)
            assert row is not None
            answer = permitted(tx, row, self.clock.now())
            if isinstance(answer, Turn):  # behind what a process that is gone still holds: later, and then?
                assert _no_right(tx, row, self.clock.now()), f"{row.notice} would be sent later"
            else:
                assert isinstance(answer, Refused), f"{row.notice} would be sent"
        orphans = select(vault_address.c.person_id).where(vault_address.c.person_id.not_in(people(tx)))
        assert tx.connection.execute(orphans).all() == []

    def teardown(self) -> None:
        """Let go of the store."""
        self.run(self.store.close())
        self.loop.close()


def people(tx: Transaction) -> list[str]:
    """Everybody who is known."""
    from storage.schema import person

    return list(tx.connection.execute(select(person.c.id)).scalars().all())


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_the_life_of_reports_is_what_the_model_says(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    campaign = Campaign("T7", "Life cycle against a plain model", part=engine)
    url = None if engine == "sqlite" else str(request.getfixturevalue("postgres_url"))

    class Machine(Life):
        """The same on this engine."""

        @staticmethod
        def store_url() -> str:
            return url or f"sqlite:///{tempfile.mkdtemp(dir=tmp_path)}/p.db"

    examples, steps = campaign.size(ci=(8, 30) if engine == "sqlite" else (3, 25), whole=(200, 50))
    Machine.steps = 0
    quiet = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, print_blob=True,
        suppress_health_check=list(HealthCheck), phases=campaign.size(ci=(Phase.generate,), whole=tuple(Phase)),
    )  # fmt: skip
    run_state_machine_as_test(seeded(SEED)(Machine), settings=quiet)
    campaign.record(runs=examples, longest=steps, steps_checked=Machine.steps, differences=0)
