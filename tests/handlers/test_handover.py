"""A shift hands over by itself, the next signs; over a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.errors import AlreadySigned, NotYours, UnknownFolio
from bot.domain.report import Disposition
from bot.domain.roster import Role
from handlers.delivery import Delivery
from handlers.desk import duty, handover
from handlers.desk import reports as desk
from handlers.here import Here
from handlers.rounds import Rounds
from storage import Store, Transaction
from storage.schema import outbox
from tests.handlers.conftest import NOON, FakeChannel, HastyClock, me, officer, resident
from tests.support.reports import opened

HOUR = timedelta(hours=1)


def town(tx: Transaction, here: Here) -> list[str]:
    """Canul took three reports, closed one; one of the two left is confidential. Poot comes in later."""
    officer(tx, "canul", sectors=("norte",), lists=("mando",))
    officer(tx, "poot", sectors=("norte",), on_duty=False)
    officer(tx, "ek", sectors=("sur",), on_duty=False)
    officer(tx, "aguilar", role=Role.SUPERVISOR, on_duty=False)
    folios = [
        opened(tx, n, person_id=resident(tx), named_list=named).folio
        for n, named in ((1, ""), (2, ""), (3, "mando"))
    ]
    for folio in folios:
        desk.claim(tx, here, folio, me(tx, "canul"), NOON + HOUR)
    desk.close(tx, folios[0], me(tx, "canul"), Disposition.ATTENDED, "Listo.", NOON + HOUR)
    opened(tx, 4)
    return folios


def told(tx: Transaction) -> list[tuple[str, str]]:
    names = {resident(tx, name): name for name in ("canul", "poot", "ek", "aguilar", "rosa")}
    rows = tx.connection.execute(
        select(outbox.c.notice, outbox.c.person_id)
        .where(outbox.c.notice.startswith("handover"))
        .order_by(outbox.c.id)
    ).all()
    return [(row.notice, names[row.person_id]) for row in rows]


def handler(tx: Transaction, folio: str) -> str | None:
    who = tx.reports.by_folio(folio).handler_id
    return next((n for n in ("canul", "poot", "ek") if who == resident(tx, n)), None)


async def test_the_handover_writes_itself(store: Store, here: Here) -> None:
    """What moved and what is left; a confidential case is neither named nor passed on."""

    def work(tx: Transaction) -> None:
        folios = town(tx, here)
        made = duty.end(tx, here, me(tx, "canul"), NOON + 2 * HOUR)
        assert made is not None
        assert made is not duty.OFF
        assert (made.moved["ReportClaimed"], made.moved["ReportClosed"]) == (3, 1)
        assert (made.left, made.waiting) == ((folios[1],), 1)
        assert tx.handovers.get(made.id) == made

    await store.run(work)


async def test_with_colleagues_on_duty_only_what_is_in_hand_is_left(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        town(tx, here)
        tx.staff.start_shift("shift-x", _shift(tx, "poot"))
        made = duty.end(tx, here, me(tx, "canul"), NOON + 2 * HOUR)
        assert made is not None
        assert made is not duty.OFF
        assert (len(made.left), made.waiting, made.promised) == (1, 0, 0)

    await store.run(work)


def _shift(tx: Transaction, name: str):
    from bot.domain.roster import Shift

    return Shift(person_id=resident(tx, name), sectors=("norte",), starts_at=NOON, ends_at=NOON + 12 * HOUR)


async def test_who_comes_in_signs_and_takes_what_was_passed_on(store: Store, here: Here) -> None:
    """The confidential case stays where it is; who left hears it; a second signature changes nothing."""

    def work(tx: Transaction) -> None:
        folios = town(tx, here)
        duty.end(tx, here, me(tx, "canul"), NOON + 2 * HOUR)
        left = handover.waiting_for(tx, me(tx, "poot"), NOON + 3 * HOUR)
        assert [one.person_id for one in left] == [resident(tx, "canul")]
        assert handover.waiting_for(tx, me(tx, "ek"), NOON + 3 * HOUR) == []
        handover.leave(
            tx, here, me(tx, "canul"), left[0].id, note="Ojo", media_id=None, passes=True, at=NOON + 2 * HOUR
        )
        signed, taken = handover.receive(tx, here, me(tx, "poot"), NOON + 3 * HOUR)
        assert ([one.note for one in signed], [r.folio for r in taken]) == (["Ojo"], [folios[1]])
        assert [handler(tx, folio) for folio in folios] == ["canul", "poot", "canul"]
        assert handover.receive(tx, here, me(tx, "poot"), NOON + 3 * HOUR) == ([], [])
        assert told(tx) == [("handover_received", "canul")]
        rows = tx.connection.execute(select(outbox.c.notice)).scalars().all()
        assert "report_assigned" not in rows  # nobody is told by a supervisor of what they took themselves

    await store.run(work)


async def test_who_the_roster_laid_elsewhere_signs_for_there(store: Store, here: Here) -> None:
    """Ek of the south covers the north tonight: that hand-over is theirs, and not that of their usual sector."""

    def work(tx: Transaction) -> None:
        town(tx, here)
        officer(tx, "uc", sectors=("sur",))
        folio = opened(tx, 7, sectors=("sur",)).folio
        desk.claim(tx, here, folio, me(tx, "uc"), NOON + HOUR)
        for leaver in ("canul", "uc"):
            duty.end(tx, here, me(tx, leaver), NOON + 2 * HOUR)
        tx.staff.start_shift("shift-ek", replace(_shift(tx, "ek"), starts_at=NOON + 2 * HOUR))
        left = handover.waiting_for(tx, me(tx, "ek"), NOON + 3 * HOUR)
        assert [one.person_id for one in left] == [resident(tx, "canul")]

    await store.run(work)


async def test_what_another_office_has_is_not_left_for_somebody_to_take(store: Store, here: Here) -> None:
    """The supervisor referred it before anybody took it: it waits for the office, and for nobody of the next shift."""

    def work(tx: Transaction) -> None:
        town(tx, here)
        folio = opened(tx, 8).folio
        desk.refer(tx, folio, me(tx, "aguilar"), "servicios_publicos", "", NOON + HOUR)
        made = duty.end(tx, here, me(tx, "canul"), NOON + 2 * HOUR)
        assert made is not None
        assert made is not duty.OFF
        assert made.waiting == 1  # the one of the town that nobody took

    await store.run(work)


async def test_who_was_revoked_does_not_hear_who_signed(
    store: Store, here: Here, delivery: Delivery, channel: FakeChannel
) -> None:
    """They left a hand-over, and lost their rights before the next shift came in."""

    def work(tx: Transaction) -> None:
        town(tx, here)
        duty.end(tx, here, me(tx, "canul"), NOON + 2 * HOUR)
        duty.revoke(tx, "canul", resident(tx, "aguilar"), NOON + 3 * HOUR)
        handover.receive(tx, here, me(tx, "poot"), NOON + 4 * HOUR)

    await store.run(work)
    await delivery.idle()
    assert [text for text in channel.to("canul") if "Poot" in text] == []


async def test_what_is_not_passed_on_stays(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        folios = town(tx, here)
        duty.end(tx, here, me(tx, "canul"), NOON + 2 * HOUR)
        handover.receive(tx, here, me(tx, "poot"), NOON + 3 * HOUR)
        assert handler(tx, folios[1]) == "canul"

    await store.run(work)


async def test_a_case_that_moved_meanwhile_is_not_taken_twice(store: Store, here: Here) -> None:
    """Closed, or given to somebody else by a supervisor, between the hand-over and the signature."""

    def work(tx: Transaction) -> None:
        folios = town(tx, here)
        made = duty.end(tx, here, me(tx, "canul"), NOON + 2 * HOUR)
        assert made is not None
        assert made is not duty.OFF
        handover.leave(tx, here, me(tx, "canul"), made.id, note="", media_id=None, passes=True, at=NOON)
        desk.reassign(tx, here, folios[1], me(tx, "ek"), me(tx, "aguilar"), NOON + 2 * HOUR)
        assert handover.receive(tx, here, me(tx, "poot"), NOON + 3 * HOUR)[1] == []
        assert handler(tx, folios[1]) == "ek"

    await store.run(work)


async def test_a_handover_nobody_signs_is_told_to_the_supervisors_once(
    store: Store, here: Here, clock: HastyClock
) -> None:
    await store.run(lambda tx: town(tx, here) and duty.end(tx, here, me(tx, "canul"), NOON))
    rounds = Rounds(store, here, clock)
    for _ in range(5):
        clock.skip(hours=1)
        await rounds.look()
    assert await store.run(told) == [("handover_unsigned", "aguilar")]


async def test_a_shift_that_ends_by_itself_hands_over_too(
    store: Store, here: Here, clock: HastyClock
) -> None:
    def work(tx: Transaction) -> None:
        town(tx, here)
        tx.due.set(duty.END, "shift-canul", NOON + 12 * HOUR)

    await store.run(work)
    clock.skip(hours=12, minutes=1)
    await Rounds(store, here, clock).look()
    made = await store.read(lambda tx: tx.handovers.get("shift-canul"))
    assert made is not None
    assert len(made.left) == 1


async def test_only_who_left_adds_the_note_and_only_before_the_signature(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        town(tx, here)
        made = duty.end(tx, here, me(tx, "canul"), NOON + HOUR)
        assert made is not None
        assert made is not duty.OFF
        words = {"note": "x", "media_id": None, "passes": False, "at": NOON}
        with pytest.raises(NotYours):
            handover.leave(tx, here, me(tx, "poot"), made.id, **words)  # type: ignore[arg-type]
        with pytest.raises(UnknownFolio):
            handover.leave(tx, here, me(tx, "canul"), "nothing", **words)  # type: ignore[arg-type]
        handover.receive(tx, here, me(tx, "poot"), NOON + 2 * HOUR)
        with pytest.raises(AlreadySigned):
            handover.leave(tx, here, me(tx, "canul"), made.id, **words)  # type: ignore[arg-type]

    await store.run(work)


async def test_what_shifts_wrote_is_forgotten_with_a_report(store: Store, here: Here) -> None:
    """The note may speak of it; what moved stays counted."""

    def work(tx: Transaction) -> None:
        folios = town(tx, here)
        made = duty.end(tx, here, me(tx, "canul"), NOON + HOUR)
        assert made is not None
        assert made is not duty.OFF
        handover.leave(
            tx,
            here,
            me(tx, "canul"),
            made.id,
            note="La señora de Roma 12",
            media_id=None,
            passes=False,
            at=NOON,
        )
        tx.erasure.report(tx.reports.by_folio(folios[0]).id)
        kept = tx.handovers.get(made.id)
        assert kept is not None
        assert (kept.note, kept.moved["ReportClaimed"]) == ("", 3)

    await store.run(work)
