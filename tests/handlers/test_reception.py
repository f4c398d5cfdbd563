"""The one way in, over a real store: seen before, who it is, what is set aside, and what a bug of ours costs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.channels import StoreUnavailable
from bot.domain import errors
from bot.domain.errors import TooMany
from bot.messages import Address, Attachment, AttachmentKind, Inbound, InboundKind
from handlers import door, reception
from handlers.here import Here
from handlers.reception import Reception
from handlers.refusals import WORDS
from handlers.speaker import Speaker
from storage import Store, Transaction
from storage.schema import dead_letter, inbox, person
from tests.handlers.conftest import NOON, FakeChannel, HastyClock, officer

ROSA = Address("simulator", "rosa")


@pytest.fixture
def receiving(store: Store, here: Here, clock: HastyClock) -> Reception:
    return Reception(store, here, clock)


def message(number: int, text: str = "", **more: Any) -> Inbound:
    """What Rosa sends."""
    named = {"address": ROSA, "kind": InboundKind.MESSAGE, "private": True, "raw": f"raw {number}".encode()}
    return Inbound(id=f"simulator:{number}", text=text, at=NOON, **{**named, **more})


async def count(store: Store, table: Any) -> int:
    return int(
        await store.read(
            lambda tx: tx.connection.execute(select(func.count()).select_from(table)).scalar_one()
        )
    )


async def heard(store: Store, delivery: Any, channel: FakeChannel) -> list[str]:
    await delivery.idle()
    return channel.to("rosa")


async def test_the_same_message_twice_is_answered_once(
    receiving: Reception, store: Store, delivery: Any, channel: FakeChannel
) -> None:
    for _ in range(3):
        await receiving.receive(message(1, "hola"))
    assert len(await heard(store, delivery, channel)) == 1
    assert await count(store, inbox) == 1


async def test_too_many_at_once_are_asked_to_come_again(
    receiving: Reception, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(door, "LONGEST_LINE", 0)
    three = [receiving.receive(message(n, "hola")) for n in range(3)]
    refused = [one for one in await asyncio.gather(*three, return_exceptions=True) if one is not None]
    assert [type(one) for one in refused] == [StoreUnavailable]
    await receiving.receive(message(2, "hola"))
    assert await count(store, inbox) == 3


async def test_who_writes_again_is_the_same_person(receiving: Reception, store: Store) -> None:
    await receiving.receive(message(1, "hola"))
    await receiving.receive(message(2, "hola", other_ids=("simulator:rosa-2",)))
    assert await count(store, person) == 1


async def test_who_hides_the_phone_is_the_same_person(
    receiving: Reception, store: Store, clock: HastyClock
) -> None:
    """The first message said nothing of WhatsApp's own id; a later one did; then it is all that comes."""
    phone, own = Address("whatsapp", "whatsapp:+5219831234567"), "whatsapp:MX.1"
    await receiving.receive(message(1, "hola", address=phone))
    clock.skip(days=2)
    await receiving.receive(message(2, "hola", address=phone, other_ids=(own,)))
    clock.skip(days=2)
    await receiving.receive(message(3, "hola", address=Address("whatsapp", own)))
    assert await count(store, person) == 1


async def test_what_cannot_be_read_is_kept_and_its_sender_hears_a_number(
    receiving: Reception, store: Store, delivery: Any, channel: FakeChannel
) -> None:
    await store.run(lambda tx: officer(tx, "tun", role=reception.Role.SUPERVISOR))
    await receiving.receive(message(1, kind=InboundKind.UNREADABLE))
    (letter,) = await store.read(lambda tx: tx.inbox.dead_letters())
    assert letter.reason == "unreadable"
    assert letter.id[:8] in (await heard(store, delivery, channel))[0]
    assert letter.id[:8] in channel.to("tun")[0]


async def test_what_has_no_sender_is_kept_too(receiving: Reception, store: Store) -> None:
    await receiving.receive(message(1, address=Address("simulator", ""), kind=InboundKind.UNREADABLE))
    assert await count(store, dead_letter) == 1
    assert await count(store, person) == 0


async def test_a_bug_of_ours_keeps_the_message_and_the_answers(
    receiving: Reception,
    store: Store,
    delivery: Any,
    channel: FakeChannel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Set aside once under a number; the talk waits where it stood."""
    await receiving.receive(message(1, "reportar"))
    before = await store.read(lambda tx: tx.conversations.of(resident_of(tx)))

    def breaks(who: Speaker) -> None:
        who.say("never said")
        raise KeyError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr(reception, "route", breaks)
        for _ in range(2):
            await receiving.receive(message(2, "algo que nos rompe"))
    (letter,) = await store.read(lambda tx: tx.inbox.dead_letters())
    assert letter.reason == "KeyError"
    said = await heard(store, delivery, channel)
    assert "never said" not in said
    assert letter.id[:8] in said[-1]
    assert await store.read(lambda tx: tx.conversations.of(resident_of(tx))) == before


async def test_words_that_triage_can_not_read_are_set_aside_too(
    receiving: Reception,
    store: Store,
    delivery: Any,
    channel: FakeChannel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Or the provider would bring them again for ever, and on polling nothing after them."""

    def breaks(*_: Any) -> None:
        raise IndexError("a bug")

    monkeypatch.setattr(reception, "read_again", breaks)
    await receiving.receive(message(1, "algo que nos rompe"))
    (letter,) = await store.read(lambda tx: tx.inbox.dead_letters())
    assert letter.reason == "IndexError"
    assert letter.id[:8] in (await heard(store, delivery, channel))[-1]


def resident_of(tx: Transaction) -> str:
    found = tx.vault.person_at(ROSA)
    assert found is not None
    return found


async def test_a_store_that_cannot_keep_it_is_said_so(
    receiving: Reception, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider must hear 503, and nothing is set aside."""

    def full(who: Speaker) -> None:
        raise StoreUnavailable("SQLITE_FULL")

    monkeypatch.setattr(reception, "route", full)
    with pytest.raises(StoreUnavailable):
        await receiving.receive(message(1, "hola"))
    assert await count(store, inbox) == 0
    assert await count(store, dead_letter) == 0


async def test_a_refusal_of_the_domain_is_told_in_words(
    receiving: Reception, store: Store, delivery: Any, channel: FakeChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(who: Speaker) -> None:
        raise TooMany

    monkeypatch.setattr(reception, "route", refuses)
    await receiving.receive(message(1, "hola"))
    assert "Espere un rato" in (await heard(store, delivery, channel))[0]
    assert await count(store, dead_letter) == 0


def test_every_refusal_has_words() -> None:
    """All but the one that names who was quicker."""
    families = [errors.DomainError]
    for family in families:
        families += family.__subclasses__()
    leaves = {family for family in families if not family.__subclasses__()}
    assert leaves - WORDS.keys() == {errors.AlreadyClaimed}


async def test_who_blocks_us_hears_nothing_until_they_write(
    receiving: Reception, store: Store, delivery: Any, channel: FakeChannel
) -> None:
    await receiving.receive(message(1, "hola"))
    await receiving.receive(message(2, kind=InboundKind.BLOCKED))
    assert (await store.read(lambda tx: tx.vault.reach(resident_of(tx)))).stopped_at is not None
    await receiving.receive(message(3, "menú"))
    assert (await store.read(lambda tx: tx.vault.reach(resident_of(tx)))).stopped_at is None
    assert "¿En qué le ayudo?" in (await heard(store, delivery, channel))[-1]


async def test_in_a_group_one_line_and_no_more(
    receiving: Reception, store: Store, delivery: Any, channel: FakeChannel
) -> None:
    for number in range(3):
        await receiving.receive(message(number, "se metieron a robar", private=False))
    assert len(await heard(store, delivery, channel)) == 1


async def test_an_edited_danger_is_still_danger(
    receiving: Reception, store: Store, delivery: Any, channel: FakeChannel
) -> None:
    await receiving.receive(message(1, "hola"))
    await receiving.receive(message(2, "estan adentro de mi casa ayudenme", kind=InboundKind.EDIT))
    assert "911" in (await heard(store, delivery, channel))[-1].partition("\n")[0]


async def test_an_edited_word_changes_nothing_by_itself(
    receiving: Reception, store: Store, delivery: Any, channel: FakeChannel
) -> None:
    await receiving.receive(message(1, "hola"))
    await receiving.receive(message(2, "holaa", kind=InboundKind.EDIT))
    assert len(await heard(store, delivery, channel)) == 1


async def test_what_we_cannot_open_is_said_kindly(
    receiving: Reception, store: Store, delivery: Any, channel: FakeChannel
) -> None:
    sticker = Attachment(kind=AttachmentKind.OTHER, reference="s")
    await receiving.receive(message(1, attachments=(sticker,)))
    assert "Eso no lo puedo abrir" in (await heard(store, delivery, channel))[-1]


async def test_a_tap_is_always_answered(
    receiving: Reception, store: Store, delivery: Any, channel: FakeChannel
) -> None:
    """A spinner that never stops looks like a broken phone."""
    await receiving.receive(message(1, kind=InboundKind.TAP, token="nonsense", tap_id="t1"))
    await delivery.idle()
    assert [card.tap_id for _, card, _ in channel.sent] == ["t1"]
