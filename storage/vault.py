"""The only place that ties a person to a channel address. Only reception and delivery open it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.messages import Address
from storage.people import Person, person_of
from storage.schema import person, vault_address, vault_alias
from storage.turns import take_turn

if TYPE_CHECKING:
    from storage.store import Transaction


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How a person is reached now."""

    person_id: str
    address: Address
    window_closes_at: datetime | None
    stopped_at: datetime | None

    def window_open(self, at: datetime) -> bool:
        """May free text be sent? (Always, where the channel has no window.)"""
        return self.window_closes_at is None or at < self.window_closes_at


_WHO = select(person, vault_address.c.stopped_at, vault_address.c.window_closes_at).join_from(
    vault_address, person
)
_LOOK_UP = union_all(
    _WHO.where(vault_address.c.lookup == bindparam("lookup")),
    _WHO.join(vault_alias, vault_alias.c.person_id == person.c.id).where(
        vault_alias.c.lookup == bindparam("lookup")
    ),
).limit(1)
_INSERT = vault_address.insert()
_INSERT_ALIAS = {
    "sqlite": sqlite.insert(vault_alias).on_conflict_do_nothing(index_elements=["lookup"]),
    "postgresql": postgresql.insert(vault_alias).on_conflict_do_nothing(index_elements=["lookup"]),
}
_BY_PERSON = select(vault_address).where(vault_address.c.person_id == bindparam("person_id"))
_TOUCH = (
    update(vault_address)
    .where(vault_address.c.person_id == bindparam("who"))
    .values(window_closes_at=bindparam("closes"), stopped_at=None)
)
_BACK = (
    update(vault_address)
    .where(vault_address.c.person_id == bindparam("who"), vault_address.c.stopped_at.is_not(None))
    .values(stopped_at=None)
)
_SHUT = (
    update(vault_address)
    .where(vault_address.c.person_id == bindparam("who"), vault_address.c.window_closes_at > bindparam("now"))
    .values(window_closes_at=bindparam("now"))
)
_STOP = (
    update(vault_address)
    .where(vault_address.c.person_id == bindparam("who"))
    .values(stopped_at=bindparam("moment"))
)
_MOVE = (
    update(vault_address)
    .where(vault_address.c.person_id == bindparam("who"))
    .values(lookup=bindparam("new_lookup"), address=bindparam("sealed"))
)


class Vault:
    """Addresses: sealed, apart, found by a keyed look-up."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._stopped: dict[str, bool] = {}  # of who was looked up in this unit, or came in it
        self._found: dict[str, tuple[str, datetime | None]] = {}  # by which id, and when their window closes
        self.known: dict[str, Reach] = {}  # of who wrote in this unit: nothing is read back to answer them

    def take_turn(self, address: Address) -> None:
        """One message of an address at a time, across replicas; also the first one of somebody new."""
        if self._tx.connection.dialect.name == "postgresql":
            take_turn(self._tx.connection, self._lookup(address.channel, address.id).hex())

    def person_at(self, address: Address, other_ids: Iterable[str] = ()) -> str | None:
        """The id of whose address it is."""
        found = self.who_is_at(address, other_ids)
        return None if found is None else found.id

    def who_is_at(self, address: Address, other_ids: Iterable[str] = ()) -> Person | None:
        """Whose address it is, by itself or by another id that the channel gave of the same person."""
        for wanted in (address.id, *other_ids):
            key = {"lookup": self._lookup(address.channel, wanted)}
            row = self._tx.connection.execute(_LOOK_UP, key).mappings().one_or_none()
            if row is not None:
                kept = dict(row)
                self._stopped[kept["id"]] = kept.pop("stopped_at") is not None
                self._found[kept["id"]] = wanted, kept.pop("window_closes_at")
                return person_of(kept)
        return None

    def add(self, person_id: str, address: Address, other_ids: Iterable[str] = ()) -> None:
        """Keep the address of somebody new."""
        row = dict(
            person_id=person_id,
            channel=address.channel,
            lookup=self._lookup(address.channel, address.id),
            address=self._seal(person_id, address.id),
            window_closes_at=None,
            stopped_at=None,
        )
        self._tx.connection.execute(_INSERT, row)
        self._stopped[person_id] = False
        self._also_known_as(person_id, address.channel, [one for one in other_ids if one != address.id])

    def learn(self, person_id: str, address: Address, other_ids: Iterable[str], at: datetime) -> None:
        """What the channel calls somebody known now, beside the id that they were found by: one day it is all it says.

        Once a window is enough: who is found in an open one was learned when it opened.
        """
        by, closes = self._found.get(person_id, ("", None))
        if by and (closes is None or closes <= at):
            new = [one for one in (address.id, *other_ids) if one != by]
            self._also_known_as(person_id, address.channel, new)

    def _also_known_as(self, person_id: str, channel: str, others: Iterable[str]) -> None:
        """An id that is somebody's already stays theirs."""
        known_as = _INSERT_ALIAS[self._tx.connection.dialect.name]
        for other in dict.fromkeys(others):
            alias = {"lookup": self._lookup(channel, other), "person_id": person_id}
            self._tx.connection.execute(known_as, alias)

    def wrote(self, person_id: str, address: Address, window_closes_at: datetime | None) -> bool:
        """They wrote: the window opens, a stopped address is in use again.

        Returns whether messages that waited for that may go now.
        """
        self.known[person_id] = Reach(
            person_id=person_id, address=address, window_closes_at=window_closes_at, stopped_at=None
        )
        if window_closes_at is None and not self._stopped.get(person_id, True):
            return False
        if window_closes_at is None:
            return bool(self._tx.connection.execute(_BACK, {"who": person_id}).rowcount)
        self._tx.connection.execute(_TOUCH, {"who": person_id, "closes": window_closes_at})
        return True

    def shut_window(self, person_id: str, at: datetime) -> None:
        """The provider says that the window is closed, whatever we thought."""
        self._tx.connection.execute(_SHUT, {"who": person_id, "now": at})

    def stop(self, person_id: str, at: datetime) -> None:
        """They blocked us: nothing leaves until they write again."""
        self._stopped[person_id] = True
        self._tx.connection.execute(_STOP, {"who": person_id, "moment": at})

    def move(self, person_id: str, address: Address) -> None:
        """The channel gave the chat another id."""
        new = {
            "who": person_id,
            "new_lookup": self._lookup(address.channel, address.id),
            "sealed": self._seal(person_id, address.id),
        }
        self._tx.connection.execute(_MOVE, new)

    def reach(self, person_id: str) -> Reach | None:
        """How to reach a person; None when they were erased. Raises Unreadable when the key is gone."""
        row = self._tx.connection.execute(_BY_PERSON, {"person_id": person_id}).one_or_none()
        if row is None:
            return None
        plain = self._tx.sealer.open("vault_address", "address", person_id, row.address)
        return Reach(
            person_id=person_id,
            address=Address(row.channel, plain.decode()),
            window_closes_at=row.window_closes_at,
            stopped_at=row.stopped_at,
        )

    def _lookup(self, channel: str, identifier: str) -> bytes:
        return self._tx.sealer.keyed("lookup", f"{channel}|{identifier}")

    def _seal(self, person_id: str, identifier: str) -> bytes:
        return self._tx.sealer.seal("vault_address", "address", person_id, identifier.encode())
