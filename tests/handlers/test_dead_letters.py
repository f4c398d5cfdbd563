"""What was set aside is tried again: as if it came now, once, or it stays as it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.dead_letter_commands import read_again
from bot.messages import InboundKind
from handlers import reception
from handlers.here import Here
from handlers.reception import Reception
from storage import Store
from storage.inbox import DeadLetter
from tests.handlers.conftest import NOON, FakeChannel, HastyClock
from tests.handlers.test_reception import message


async def set_aside(receiving: Reception, monkeypatch: pytest.MonkeyPatch) -> DeadLetter:
    """A message that met a bug of ours, which is mended now."""

    def bug(who: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(reception, "route", bug)
        await receiving.receive(message(1, "hola"))
    (letter,) = await receiving.store.read(lambda tx: tx.inbox.dead_letters())
    return letter


@pytest.fixture
def receiving(store: Store, here: Here, clock: HastyClock) -> Reception:
    return Reception(store, here, clock)


async def test_after_the_bug_is_mended_it_is_answered_and_over(
    receiving: Reception, store: Store, delivery: Any, channel: FakeChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = await set_aside(receiving, monkeypatch)
    await delivery.idle()
    before = len(channel.to("rosa"))
    store.on_commit = None  # the command is a process of its own
    await receiving.replay(message(1, "hola"), letter.id)
    assert await store.read(lambda tx: tx.inbox.dead_letters()) == []
    assert (await store.read(lambda tx: tx.statistics.outbox_states())).get("ready", 0) >= 1
    await delivery.idle()
    assert len(channel.to("rosa")) == before + 1
    with pytest.raises(LookupError):
        await receiving.replay(message(1, "hola"), letter.id)
    await receiving.receive(message(1, "hola"))
    await delivery.idle()
    assert len(channel.to("rosa")) == before + 1, "it counts as seen"


async def test_when_it_breaks_again_it_stays(
    receiving: Reception, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = await set_aside(receiving, monkeypatch)
    monkeypatch.setattr(reception, "route", lambda who: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        await receiving.replay(message(1, "hola"), letter.id)
    assert [one.id for one in await store.read(lambda tx: tx.inbox.dead_letters())] == [letter.id]


UPDATE = b'{"update_id": 7, "message": {"message_id": 1, "date": 1, "text": "hola", "chat": {"id": 5, "type": "private"}, "from": {"id": 5, "is_bot": false, "first_name": "x"}}}'  # noqa: E501
FORM = b"MessageSid=SM%b&From=whatsapp%%3A%%2B5219831234567&Body=hola&NumMedia=0" % (b"a" * 32)
LISTED = b'{"MessageSid": "SM%b", "From": "whatsapp:+5219831234567", "Body": "hola"}' % (b"a" * 32)


@pytest.mark.parametrize(
    ("key", "raw"),
    [("tg:123:7", UPDATE), ("tw:SM" + "a" * 32, FORM), ("tw:SM" + "a" * 32, LISTED)],
)
def test_the_bytes_of_each_channel_are_read_again(key: str, raw: bytes) -> None:
    letter = DeadLetter(
        id="x", source="inbox", source_key=key, reason="bug", person_id=None, raw=raw, first_seen_at=NOON
    )
    found = read_again(letter, NOON + timedelta(days=1))
    assert found is not None
    assert (found.id, found.text, found.kind) == (key, "hola", InboundKind.MESSAGE)


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"a=1&a=2"])
@pytest.mark.parametrize("key", ["tg:123:7", "tw:SM1"])
def test_what_is_not_understood_now_either_is_left(key: str, raw: bytes) -> None:
    letter = DeadLetter(
        id="x", source="inbox", source_key=key, reason="bug", person_id=None, raw=raw, first_seen_at=NOON
    )
    assert read_again(letter, NOON) is None
