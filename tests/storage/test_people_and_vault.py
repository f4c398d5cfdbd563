"""Who writes to us: a random id, and apart from it, sealed, the address. On both engines."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.domain.roster import Role
from bot.messages import Address
from storage import Store, Transaction
from storage.schema import vault_address, vault_alias
from storage.sqlite import SqliteStore
from tests.support.reports import NOON

PHONE = "+5219831234567"
ROSA = Address("whatsapp", PHONE)


def rosa(tx: Transaction, *, other_ids: tuple[str, ...] = ()) -> str:
    person = tx.people.add(at=NOON, locale="es").id
    tx.vault.add(person, ROSA, other_ids)
    return person


async def test_what_was_agreed_with_a_person_is_kept(store: Store) -> None:
    def work(tx: Transaction) -> list[object]:
        who = rosa(tx)
        later = NOON + timedelta(hours=1)
        tx.people.set_role(who, Role.OFFICER)
        tx.people.set_locale(who, "en")
        tx.people.consent(who, "2026-1", NOON)
        tx.people.greeted(who, NOON)
        tx.people.seen(who, later)
        tx.people.opt_out(who, NOON)
        p = tx.people.get(who)
        assert p is not None
        found: list[object] = [
            p.role,
            p.locale,
            p.consent_version,
            p.consent_at,
            p.greeted_at,
            p.seen_at,
            p.opted_out_at,
        ]
        tx.people.opt_out(who, None)
        return [*found, tx.people.get(who).opted_out_at, tx.people.get("nobody")]  # type: ignore[union-attr]

    later = NOON + timedelta(hours=1)
    wanted = [Role.OFFICER, "en", "2026-1", NOON, NOON, later, NOON, None, None]
    assert await store.run(work) == wanted


async def test_a_count_begins_anew_after_its_time(store: Store) -> None:
    """Each person and each thing on its own; looking does not count."""

    def work(tx: Transaction) -> tuple[list[int], list[int]]:
        who, other = rosa(tx), tx.people.add(at=NOON, locale="es").id
        moments = [NOON + timedelta(seconds=s) for s in (0, 10, 60, 61, 62)]
        counts = [tx.people.count(who, "folio", at, within_seconds=60) for at in moments]
        asked = ((who, "folio", 62), (who, "folio", 200), (who, "code", 62), (other, "folio", 62))
        looks = [
            tx.people.counted(p, what, NOON + timedelta(seconds=s), within_seconds=60) for p, what, s in asked
        ]
        return counts, looks

    assert await store.run(work) == ([1, 2, 3, 1, 2], [2, 0, 0, 0])


# ---- the vault ----


async def test_an_address_leads_to_its_person_by_any_of_its_ids(store: Store) -> None:
    def work(tx: Transaction) -> list[bool]:
        who = rosa(tx, other_ids=("MX.123", PHONE, "MX.123"))
        asked = [
            (ROSA, ()),
            (Address("whatsapp", "MX.123"), ()),
            (Address("whatsapp", "new"), ("unknown", "MX.123")),
            (Address("whatsapp", "other"), ()),
            (Address("telegram", PHONE), ()),
        ]
        return [tx.vault.person_at(address, more) == who for address, more in asked]

    assert await store.run(work) == [True, True, True, False, False]


@pytest.mark.parametrize(("hours", "is_open"), [(23.9, True), (24, False)])
async def test_the_window_is_open_for_a_while_after_they_wrote(
    store: Store, hours: float, is_open: bool
) -> None:
    def work(tx: Transaction) -> bool:
        who = rosa(tx)
        assert tx.vault.wrote(who, ROSA, NOON + timedelta(hours=24))
        reach = tx.vault.reach(who)
        assert reach is not None
        return reach.window_open(NOON + timedelta(hours=hours))

    assert await store.run(work) is is_open


async def test_a_provider_may_say_that_it_is_shut(store: Store) -> None:
    """It only ever shuts: a window that ended before stays as it was."""

    def work(tx: Transaction) -> list[object]:
        who = rosa(tx)
        tx.vault.wrote(who, ROSA, NOON + timedelta(hours=24))
        moments = []
        for at in (NOON, NOON + timedelta(hours=5)):
            tx.vault.shut_window(who, at)
            moments.append(tx.vault.reach(who).window_closes_at)  # type: ignore[union-attr]
        return moments

    assert await store.run(work) == [NOON, NOON]


async def test_who_stopped_us_is_in_use_again_once_they_write(store: Store) -> None:
    """And then what waited may go; where there is no window, only if they had stopped us."""

    def work(tx: Transaction) -> list[object]:
        who = rosa(tx)
        before = tx.vault.wrote(who, ROSA, None)
        tx.vault.stop(who, NOON)
        stopped = tx.vault.reach(who).stopped_at  # type: ignore[union-attr]
        back = tx.vault.wrote(who, ROSA, None)
        return [before, stopped, back, tx.vault.reach(who).stopped_at]  # type: ignore[union-attr]

    assert await store.run(work) == [False, NOON, True, None]


async def test_a_chat_that_moved_is_found_at_its_new_place_only(store: Store) -> None:
    def work(tx: Transaction) -> list[object]:
        who, new = rosa(tx), Address("whatsapp", "moved")
        tx.vault.move(who, new)
        return [tx.vault.reach(who).address == new, tx.vault.person_at(new) == who, tx.vault.person_at(ROSA)]  # type: ignore[union-attr]

    assert await store.run(work) == [True, True, None]


async def test_of_somebody_unknown_there_is_no_way_to_reach_them(store: Store) -> None:
    assert await store.read(lambda tx: tx.vault.reach("nobody")) is None


async def test_no_address_stands_in_the_rows(store: Store) -> None:
    """Neither as it is nor as a plain hash; what a log prints of one is masked."""
    from hashlib import sha256

    def work(tx: Transaction) -> str:
        rosa(tx, other_ids=("MX.123",))
        rows = [*tx.connection.execute(select(vault_address)), *tx.connection.execute(select(vault_alias))]
        return " ".join(
            str(value) + (value.hex() if isinstance(value, bytes) else "") for row in rows for value in row
        )

    kept = await store.run(work)
    hashes = [sha256(text.encode()).hexdigest() for text in (PHONE, f"whatsapp|{PHONE}")]
    assert [text for text in (PHONE, PHONE[1:], "MX.123", *hashes) if text in kept] == []
    assert PHONE not in repr(ROSA)


async def test_no_address_stands_in_the_bytes_of_the_database(sqlite: SqliteStore, file: Path) -> None:
    """Not in the write-ahead log either."""
    await sqlite.run(lambda tx: [rosa(tx), tx.inbox.new("k", None, PHONE.encode(), NOON)][1])
    kept = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    assert len(kept) > 0
    assert PHONE[1:].encode() not in kept


async def test_who_hides_the_phone_later_is_still_known(store: Store) -> None:
    """WhatsApp's own id came only after the first message (or that one was found by listing): it is learned then."""
    closed, hidden = NOON + timedelta(days=2), Address("whatsapp", "whatsapp:MX.1")

    def work(tx: Transaction) -> list[bool]:
        phone = Address("whatsapp", "whatsapp:+5219831234567")
        first = tx.people.add(at=NOON, locale="es").id
        tx.vault.add(first, phone, ())
        tx.vault.wrote(first, phone, NOON + timedelta(days=1))
        found = []
        for at in (NOON, closed):
            who = tx.vault.person_at(phone, ("whatsapp:+529831234567", hidden.id))
            assert who == first
            tx.vault.learn(who, phone, ("whatsapp:+529831234567", hidden.id), at)
            found.append(tx.vault.person_at(hidden) == first)
        other = tx.people.add(at=NOON, locale="es").id
        tx.vault.add(other, Address("whatsapp", "whatsapp:+52999"), (hidden.id,))
        return [*found, tx.vault.person_at(hidden) == first]

    assert await store.run(work) == [False, True, True]
