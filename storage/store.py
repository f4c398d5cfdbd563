"""The store: one unit of work is one plain function, inside one transaction, on the store's own thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, Protocol, TypeVar
from uuid import uuid4

from sqlalchemy import Connection

from bot.messages import StoreUnavailable
from storage.audit import Audit
from storage.badge_checks import BadgeChecks
from storage.conversations import Conversations
from storage.due import Due
from storage.duty_plans import DutyPlans
from storage.erasure import Erasure
from storage.errors import StoreInUse
from storage.follow_codes import FollowCodes
from storage.groups import Groups
from storage.handovers import Handovers
from storage.inbox import Inbox
from storage.media import Media
from storage.mediations import Mediations
from storage.outbox import Outbox, Row
from storage.people import People
from storage.pins import Pins
from storage.promises import Promises
from storage.quick import quick
from storage.referrals import Referrals
from storage.replicas import Standing
from storage.reports import Reports
from storage.requests import Requests
from storage.roster import Staff
from storage.rotation import Rotation
from storage.safety import SafetyNotes
from storage.sealing import KeyRing, Sealer
from storage.statistics import Statistics
from storage.thanks import Thanks
from storage.usage import Usage
from storage.vault import Vault
from storage.visits import Visits
from storage.walks import Walks

T = TypeVar("T")
P = TypeVar("P")
THIS_PROCESS = uuid4().hex
Work = Callable[["Transaction"], T]
Committed = Callable[[Sequence[Row]], None]  # outbox rows that a commit just made ready; on the event loop


class Part(Generic[P]):
    """One kind of thing that is kept. Made when a unit first asks for it: there are thirty, and a turn needs a few."""

    def __init__(self, make: Callable[[Transaction], P]) -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, tx: Transaction, owner: type) -> P:
        part = tx.__dict__[self._name] = self._make(tx)  # found there from now on
        return part


class Transaction:
    """What a unit of work may touch. Every result is fetched whole; nothing outlives the unit."""

    people = Part(People)
    vault = Part(Vault)
    staff = Part(Staff)
    plans = Part(DutyPlans)
    conversations = Part(Conversations)
    inbox = Part(Inbox)
    outbox = Part(Outbox)
    reports = Part(Reports)
    media = Part(Media)
    due = Part(Due)
    promises = Part(Promises)
    groups = Part(Groups)
    mediations = Part(Mediations)
    handovers = Part(Handovers)
    visits = Part(Visits)
    safety = Part(SafetyNotes)
    walks = Part(Walks)
    rotation = Part(Rotation)
    badge_checks = Part(BadgeChecks)
    thanks = Part(Thanks)
    follow_codes = Part(FollowCodes)
    referrals = Part(Referrals)
    requests = Part(Requests)
    audit = Part(Audit)
    usage = Part(Usage)
    pins = Part(Pins)
    statistics = Part(Statistics)
    erasure = Part(Erasure)

    def __init__(self, connection: Connection, sealer: Sealer, replica: str = THIS_PROCESS) -> None:
        self.connection = quick(connection)
        self.sealer = sealer
        self.replica = replica  # whose name stands on what it leases

    def __enter__(self) -> Transaction:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the parts: they and this hold each other, and would stay until the garbage collector comes."""
        self.__dict__.clear()


class Store(Protocol):
    """SQLite or PostgreSQL behind the same two verbs."""

    on_commit: Committed | None
    shared: bool  # other processes may work on it too
    replica: str  # this process, on what it holds

    async def run(self, work: Work[T]) -> T:
        """Run `work(tx)` in a transaction of its own and commit it; returns once fsynced.

        Raises what `work` raised (nothing of it is kept) or StoreUnavailable (disk full, read-only, gone).
        """

    async def read(self, work: Work[T]) -> T:
        """Run `work(tx)` on a read-only connection."""

    async def scrub(self) -> None:
        """After an erasure: what was overwritten is gone from the engine's files too. Raises StoreUnavailable."""

    async def beat(self) -> Standing:
        """Say that this process lives, where others would take over what is its own. Raises StoreUnavailable."""

    async def close(self) -> None:
        """Finish what is waiting and close; what is not sent yet is free for others."""


async def open_store(url: str, ring: KeyRing) -> Store:
    """Open (migrating to the newest schema) the store at a SQLAlchemy-like URL.

    `sqlite:///path/to/file.db` or `postgresql://user@host/name`. Raises StoreRefused with a message for the
    operator, in Spanish, when the store can't be trusted: another process, wrong pragmas, missing keys.
    """
    if url.startswith("sqlite:"):
        from storage.sqlite import SqliteStore

        return await SqliteStore.open(url.removeprefix("sqlite:///"), ring)
    from storage.postgres import PostgresStore

    return await PostgresStore.open(url, ring)


async def open_store_or_beside(url: str, ring: KeyRing) -> Store:
    """For the operator's commands: the store, or what a running `serve` holds of it. Raises StoreRefused."""
    try:
        return await open_store(url, ring)
    except StoreInUse:
        from storage.beside import BesideStore

        return BesideStore(Path(url.removeprefix("sqlite:///")), Sealer(ring))


__all__ = ["Store", "StoreUnavailable", "Transaction", "Work", "open_store", "open_store_or_beside"]
