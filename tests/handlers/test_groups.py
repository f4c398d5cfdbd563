"""Sector groups: who binds them, what is told there and what never, what becomes of them when they move or put us out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from msgspec import structs

from bot.domain.concern import Priority
from bot.domain.report import Disposition
from bot.domain.roster import Role
from bot.domain.territory import Place
from bot.messages import Address, Attachment, AttachmentKind, Inbound, InboundKind
from handlers.delivery import Delivery
from handlers.delivery.sender import Refused, permitted
from handlers.desk import groups
from handlers.desk import reports as desk
from handlers.here import Here
from handlers.reception import Reception
from storage import Store, Transaction
from tests.handlers.conftest import NOON, FakeChannel, HastyClock, me, officer, resident
from tests.support.reports import opened

GROUP, SUPER = "-900", "-1009"
CANARY, STREET = "canario de rosa", "Jilguero 12"


@pytest_asyncio.fixture
async def receiving(store: Store, here: Here, clock: HastyClock) -> Reception:
    def team(tx: Transaction) -> None:
        officer(tx, "canul", sectors=("norte",))
        officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)

    await store.run(team)
    return Reception(store, here, clock)


class Said:
    """Numbers what is said."""

    n = 0


def said(text: str = "", *, by: str = "aguilar", chat: str = GROUP, **more: Any) -> Inbound:
    """Something in the group."""
    Said.n += 1
    plain: dict[str, Any] = {"private": False, "sender": by, "text": text}
    return Inbound(id=f"g{Said.n}", address=Address("simulator", chat), at=NOON, **{**plain, **more})


async def code(store: Store, here: Here, sector: str = "norte", at: Any = NOON) -> str:
    return await store.run(lambda tx: groups.invite(tx, here, sector, me(tx, "aguilar"), at))


async def bound(receiving: Reception, store: Store, here: Here) -> None:
    await receiving.receive(said(f"/vincular {await code(store, here)}"))
    assert len(await store.read(lambda tx: tx.groups.bound())) == 1


WRONG = [
    ("an officer", {"by": "canul"}, "Solo un mando"),
    ("a stranger", {"by": "nadie"}, "Solo un mando"),
    ("nobody that is told", {"by": ""}, "Solo un mando"),
    ("an anonymous administrator", {"by": "aguilar", "anonymous": True}, "administrador anónimo"),
]


@pytest.mark.parametrize(("who", "more", "answer"), WRONG, ids=lambda v: v if isinstance(v, str) else None)
async def test_only_a_supervisor_with_a_face_binds_a_group(
    receiving: Reception, store: Store, here: Here, delivery: Delivery, channel: FakeChannel,
    who: str, more: dict[str, Any], answer: str,
) -> None:  # fmt: skip
    """Everybody else hears why, and the code is not used up."""
    one = await code(store, here)
    await receiving.receive(said(f"/vincular {one}", **more))
    await delivery.idle()
    assert answer in channel.to(GROUP)[-1]
    assert await store.read(lambda tx: tx.groups.bound()) == []
    await receiving.receive(said(f"/vincular {one[:5]}-{one[5:]}"))
    assert len(await store.read(lambda tx: tx.groups.bound())) == 1


async def test_a_code_works_once_for_a_quarter_of_an_hour_and_is_not_guessed(
    receiving: Reception,
    store: Store,
    here: Here,
    delivery: Delivery,
    channel: FakeChannel,
    clock: HastyClock,
) -> None:
    late = await code(store, here)
    clock.skip(minutes=15)
    await receiving.receive(said(f"/vincular {late}"))
    for _ in range(6):
        await receiving.receive(said("/vincular 00000-00000"))
    good = await code(store, here, at=clock.now())
    await receiving.receive(said(f"/vincular {good}"))  # after five wrong ones nothing is heard for an hour
    assert await store.read(lambda tx: tx.groups.bound()) == []
    clock.skip(minutes=61)
    good = await code(store, here, at=clock.now())
    for _ in range(2):
        await receiving.receive(said(f"/vincular {good}"))
    await delivery.idle()
    assert len(await store.read(lambda tx: tx.groups.bound())) == 1
    assert "Ese código no sirve" in channel.to(GROUP)[-1]


async def test_while_a_code_waits_we_stay_in_the_group_that_we_were_added_to(
    receiving: Reception,
    store: Store,
    here: Here,
    delivery: Delivery,
    channel: FakeChannel,
    clock: HastyClock,
) -> None:
    """Telegram tells of our being added as of a message; without a code that waits we say one line and leave."""
    added = Attachment(kind=AttachmentKind.OTHER, reference="")
    one = await code(store, here)
    for _ in range(2):
        await receiving.receive(said(attachments=(added,)))
    await receiving.receive(said(f"/vincular {one}"))
    await receiving.receive(said(attachments=(added,), chat="-901"))
    await delivery.idle()
    assert "un mando escribe /vincular" in channel.to(GROUP)[0]
    assert "Listo: este grupo" in channel.to(GROUP)[1]
    assert [card.leaves for who, card, _ in channel.sent if who in (GROUP, "-901")] == [False, False, True]


async def test_a_report_is_one_card_that_changes_in_place_and_says_nothing_of_a_person(
    receiving: Reception, store: Store, here: Here, delivery: Delivery, channel: FakeChannel
) -> None:
    await bound(receiving, store, here)

    def start(tx: Transaction) -> str:
        report = opened(
            tx,
            kind="ruido",
            text=CANARY,
            person_id=resident(tx),
            place=Place(colonia="centro", street=STREET),
        )
        groups.tell(tx, report, NOON)
        return report.folio

    folio = await store.run(start)
    await delivery.idle()
    await store.run(lambda tx: desk.claim(tx, here, folio, me(tx, "canul"), NOON))
    await delivery.idle()

    def close(tx: Transaction) -> None:
        desk.close(tx, folio, me(tx, "canul"), Disposition.ATTENDED, "Rosa ya duerme.", NOON)

    await store.run(close)
    await delivery.idle()
    cards = [card for who, card, _ in channel.sent if who == GROUP and "Ruido" in card.text]
    assert [bool(card.replaces) for card in cards] == [False, True, True]
    assert [card.lines[1].split(" (")[0] for card in cards] == [
        "Sin tomar",
        "Lo tiene oficial Canul",
        "Cerrado",
    ]
    assert [bool(card.actions) for card in cards] == [True, True, False]
    assert cards[0].actions[0].start == f"caso-{folio}"
    for card in cards:
        for word in ("canario", "rosa", "Rosa", "Jilguero"):
            assert word not in card.text


async def test_of_many_changes_that_wait_only_the_last_is_said(
    receiving: Reception, store: Store, here: Here, delivery: Delivery, channel: FakeChannel
) -> None:
    """What is known now is what is shown: a group is not told four times of one report in a second."""
    await bound(receiving, store, here)
    before = len(channel.to(GROUP))

    def many(tx: Transaction) -> None:
        folio = opened(tx, person_id=resident(tx)).folio
        for _ in range(3):
            desk.claim(tx, here, folio, me(tx, "canul"), NOON)
            desk.release(tx, here, folio, me(tx, "canul"), NOON)
        desk.claim(tx, here, folio, me(tx, "canul"), NOON)

    await store.run(many)
    await delivery.idle()
    assert len(channel.to(GROUP)) == before + 1
    assert "Lo tiene oficial Canul" in channel.to(GROUP)[-1]


async def test_a_confidential_report_is_never_told_in_a_group(
    receiving: Reception, store: Store, here: Here
) -> None:
    """Neither by the desk, nor by delivery, whatever had put it there."""
    await bound(receiving, store, here)

    def work(tx: Transaction) -> str:
        listed = opened(tx, 5, named_list="mando", person_id=resident(tx))
        groups.tell(tx, listed, NOON)
        assert [row for row in tx.outbox.written if row.notice == groups.NOTICE] == []
        groups.tell(tx, opened(tx, 6), NOON)
        (row,) = [row for row in tx.outbox.written if row.notice == groups.NOTICE]
        assert not isinstance(permitted(tx, row, NOON), Refused)
        moved = permitted(tx, structs.replace(row, report_id=listed.id), NOON)
        assert isinstance(moved, Refused)
        return moved.why

    assert await store.run(work) == "confidential"


async def test_other_sectors_and_unbound_groups_hear_nothing(
    receiving: Reception, store: Store, here: Here
) -> None:
    await bound(receiving, store, here)

    def work(tx: Transaction) -> None:
        groups.tell(tx, opened(tx, 5, sectors=("sur",)), NOON)
        assert [row for row in tx.outbox.written if row.notice == groups.NOTICE] == []
        report = opened(tx, 6, priority=Priority.P0)
        groups.tell(tx, report, NOON)
        (row,) = [row for row in tx.outbox.written if row.notice == groups.NOTICE]
        (one,) = tx.groups.bound()
        assert groups.unbind(tx, one.id, me(tx, "aguilar"), NOON) == "norte"
        assert groups.unbind(tx, one.id, me(tx, "aguilar"), NOON) is None
        late = permitted(tx, row, NOON)
        assert isinstance(late, Refused)
        assert late.why == "not bound"

    await store.run(work)


@pytest.mark.parametrize("order", ["old first", "new first", "somebody spoke in the new one"])
async def test_a_group_that_becomes_a_supergroup_stays_bound(
    receiving: Reception, store: Store, here: Here, delivery: Delivery, channel: FakeChannel, order: str
) -> None:
    """Telegram says it twice, in each of the two chats, and perhaps late."""
    await bound(receiving, store, here)
    if order.startswith("somebody"):
        await receiving.receive(said("hola", chat=SUPER))
    for _ in range(2):
        await receiving.receive(said("", chat=SUPER, other_ids=(GROUP,), by=""))
    await store.run(lambda tx: groups.tell(tx, opened(tx, 5), NOON))
    await delivery.idle()
    assert "Sin tomar" in channel.to(SUPER)[-1]
    assert len(await store.read(lambda tx: tx.groups.bound())) == 1


async def test_put_out_of_a_group_the_supervisors_hear_it_once(
    receiving: Reception, store: Store, here: Here, delivery: Delivery, channel: FakeChannel
) -> None:
    await bound(receiving, store, here)
    for _ in range(2):
        await receiving.receive(said(kind=InboundKind.BLOCKED))
    await store.run(lambda tx: groups.tell(tx, opened(tx, 5), NOON + timedelta(minutes=1)))
    await delivery.idle()
    assert await store.read(lambda tx: tx.groups.bound()) == []
    assert len([text for text in channel.to("aguilar") if "Me sacaron del grupo" in text]) == 1
    assert "Sin tomar" not in "".join(channel.to(GROUP))


async def test_in_a_bound_group_we_are_silent_and_stay(
    receiving: Reception, store: Store, here: Here, delivery: Delivery, channel: FakeChannel
) -> None:
    """Talk is not ours; who speaks to us hears once in an hour where; nobody acts there."""
    await bound(receiving, store, here)
    before = len(channel.sent)
    for text in ("hola", "se metieron a robar", "menú", "tomar 1234-5678"):
        await receiving.receive(said(text))
    await delivery.idle()
    assert len(channel.sent) == before
    for text in ("/menu", "/estado", "/reportar"):
        await receiving.receive(said(text))
    await receiving.receive(said(kind=InboundKind.TAP, token="x", tap_id="t"))
    await delivery.idle()
    hint, toast = [card for _, card, _ in channel.sent[before:]]
    assert "en privado" in hint.text
    assert not hint.leaves
    assert (toast.text, toast.tap_id) == ("", "t")
    assert toast.toast


async def test_the_link_of_a_card_goes_on_in_private_with_the_usual_rights(
    receiving: Reception, store: Store, here: Here, delivery: Delivery, channel: FakeChannel
) -> None:
    """An officer sees the case and may take it; a neighbour who opens it hears the welcome."""
    folio = await store.run(lambda tx: opened(tx, 5, text=CANARY).folio)
    for who in ("canul", "rosa"):
        await receiving.receive(said("/start", chat=who, private=True, sender="", start=f"caso-{folio}"))
    await delivery.idle()
    (case,) = [card for who, card, _ in channel.sent if who == "canul"]
    assert case.actions[0].label == "Tomar"
    assert CANARY not in case.text
    assert "Ruido" not in channel.to("rosa")[-1]
