"""The handlers over a real store: only the provider and the passing of time are made up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.app import build_here
from bot.channels import Fetched, MediaGone, SendError
from bot.clock import Clock
from bot.domain.roster import Officer, Role, Shift
from bot.messages import TELEGRAM, Address, Attachment, Outgoing
from bot.municipality import Municipality, load
from handlers.delivery import Delivery
from handlers.here import Here
from storage import Store, Transaction, open_store
from storage.sealing import KeyRing

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


class HastyClock(Clock):
    """Whoever waits has waited at once: the clock jumps to that moment."""

    def __init__(self) -> None:
        self.at = NOON
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self.at

    async def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    def skip(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


@dataclass
class FakeChannel:
    """A provider: takes everything, or fails as it was told to."""

    name: str = "simulator"
    capabilities: Any = TELEGRAM
    sent: list[tuple[str, Outgoing, str]] = field(default_factory=list)
    fails: dict[str, list[SendError]] = field(default_factory=dict)  # by address, one a call
    found: str | None = None  # what `find` answers
    looked: int = 0
    files: dict[str, Any] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)  # copies that it was asked to delete
    refuses_to_forget: list[SendError] = field(default_factory=list)  # one a call
    before: Callable[[], Any] | None = None  # happens before each call

    async def start(self, receive: Any, noted: Any) -> None:
        """Nothing comes in."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def send(self, to: Address, message: Outgoing, *, reference: str = "") -> str:
        if self.before is not None:
            await self.before()
        if self.fails.get(to.id):
            raise self.fails[to.id].pop(0)
        self.sent.append((to.id, message, reference))
        return f"M{len(self.sent)}"

    async def fetch(self, attachment: Attachment) -> Fetched:
        answer = self.files.get(attachment.reference, MediaGone())
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]

    async def forget(self, reference: str) -> None:
        if self.refuses_to_forget:
            raise self.refuses_to_forget.pop(0)
        self.forgotten.append(reference)

    async def find(self, to: Address, message: Outgoing, since_seconds: float) -> str | None:
        self.looked += 1
        return self.found

    async def delete(self, to: Address, provider_id: str) -> None:
        """Nothing to withdraw."""

    def to(self, who: str) -> list[str]:
        """What somebody was sent, in order."""
        return [message.text for address, message, _ in self.sent if address == who]


@pytest.fixture(scope="session")
def municipality() -> Municipality:
    return load()


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture(scope="session")
def shared_here(municipality: Municipality) -> Here:
    """Reading the lexicon takes a moment: once for all tests."""
    return build_here(municipality, KeyRing.throwaway(), {})


@pytest.fixture
def here(shared_here: Here) -> Here:
    return shared_here


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite:///{tmp_path}/p.db", KeyRing.throwaway())
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def delivery(
    store: Store, here: Here, clock: HastyClock, channel: FakeChannel
) -> AsyncIterator[Delivery]:
    made = Delivery(store, here, clock, {"simulator": channel})  # type: ignore[dict-item]
    store.on_commit = made.offer
    yield made
    await made.stop()


def resident(tx: Transaction, name: str = "rosa", **more: Any) -> str:
    """A person at the simulator's phone of that name."""
    address = Address("simulator", name)
    known = tx.vault.person_at(address)
    if known is not None:
        return known
    person = tx.people.add(at=NOON, locale=more.get("locale", "es"))
    tx.vault.add(person.id, address)
    return person.id


def officer(
    tx: Transaction,
    name: str = "canul",
    *,
    role: Role = Role.OFFICER,
    sectors: tuple[str, ...] = ("pilot",),
    lists: tuple[str, ...] = (),
    on_duty: bool = True,
    at: datetime = NOON,
) -> str:
    """Active staff, on duty for twelve hours."""
    person = resident(tx, name)
    tx.staff.expect(
        badge=name, name=f"oficial {name.title()}", role=role, sectors=sectors, lists=lists, at=at
    )
    tx.staff.enrol(name, person, "0000", at)
    tx.staff.approve(name, None, at)
    tx.people.set_role(person, role)
    if on_duty:
        end = at + timedelta(hours=12)
        shift = Shift(person_id=person, sectors=sectors, starts_at=at, ends_at=end)
        tx.staff.start_shift(f"shift-{name}", shift)
    return person


def me(tx: Transaction, name: str = "canul") -> Officer:
    """Somebody of the staff, by the name the test gave."""
    found = tx.staff.officer(resident(tx, name))
    assert found is not None
    return found
