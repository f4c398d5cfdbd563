"""Staff, shifts, files, requests and counts. On both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.notices import Notice
from bot.domain.report import Status
from bot.domain.roster import Officer, Role, Shift
from bot.messages import Attachment, AttachmentKind
from storage import Store, Transaction
from storage.schema import media, media_content, staff
from tests.support.reports import NOON, a_report, opened

HOUR = timedelta(hours=1)


def person(tx: Transaction) -> str:
    return tx.people.add(at=NOON, locale="es").id


def expect(tx: Transaction, badge: str = "E-1", **more: Any) -> None:
    fields = {
        "name": "oficial Canul",
        "role": Role.OFFICER,
        "sectors": ["norte"],
        "lists": ["geavig"],
        **more,
    }
    tx.staff.expect(badge=badge, at=NOON, **fields)


def active(tx: Transaction, badge: str = "E-1", **more: Any) -> str:
    who = person(tx)
    expect(tx, badge, **more)
    tx.staff.enrol(badge, who, "0042", NOON)
    tx.staff.approve(badge, None, NOON)
    return who


async def test_a_place_goes_from_expected_to_active_and_out(store: Store) -> None:
    """Rights begin with the approval and end with the revocation; a code opens its place once."""

    def work(tx: Transaction) -> list[Any]:
        expect(tx)
        seen: list[Any] = []

        def look() -> None:
            slot = tx.staff.slot("E-1")
            assert slot is not None
            seen.append((slot.state, slot.check_number, tx.staff.officer(who) is not None))

        who = person(tx)
        look()
        tx.staff.invite("E-1", "ABCDE12345", NOON + HOUR, None, NOON)
        look()
        found = tx.staff.of_code("ABCDE12345")
        assert found is not None
        assert (found.badge, tx.staff.of_code("ABCDE12346")) == ("E-1", None)
        tx.staff.enrol("E-1", who, "0042", NOON)
        look()
        assert tx.staff.of_code("ABCDE12345") is None
        tx.staff.approve("E-1", None, NOON)
        look()
        assert tx.staff.slot_of(who) == tx.staff.slot("E-1")
        tx.staff.revoke("E-1", None, NOON)
        look()
        assert (tx.staff.slot_of(who), tx.staff.slot("E-9")) == (None, None)
        return seen

    assert await store.run(work) == [
        ("expected", None, False),
        ("invited", None, False),
        ("pending", "0042", False),
        ("active", None, True),
        ("revoked", None, False),
    ]


async def test_a_new_start_keeps_who_fills_a_place_and_renews_its_rights(store: Store) -> None:
    def work(tx: Transaction) -> tuple[Officer | None, str]:
        who = active(tx)
        expect(tx, name="oficial Canul Ek", sectors=["sur"], lists=[])
        return tx.staff.officer(who), who

    officer, who = await store.run(work)
    assert officer == Officer(person_id=who, badge="E-1", name="oficial Canul Ek", sectors=("sur",))


async def test_a_new_code_voids_who_filled_the_place(store: Store) -> None:
    def work(tx: Transaction) -> Officer | None:
        who = active(tx)
        tx.staff.invite("E-1", "ABCDE12345", NOON, None, NOON)
        return tx.staff.officer(who)

    assert await store.run(work) is None


async def test_neither_names_nor_codes_are_readable(store: Store) -> None:
    def work(tx: Transaction) -> str:
        expect(tx)
        tx.staff.invite("E-1", "ABCDE12345", NOON, None, NOON)
        return str(tx.connection.execute(select(staff)).one())

    kept = await store.run(work)
    assert [word for word in ("Canul", "ABCDE") if word in kept] == []


async def test_the_roster_has_who_is_active_by_badge_and_the_running_shifts(store: Store) -> None:
    def work(tx: Transaction) -> tuple[list[str], list[str]]:
        two, one = active(tx, "E-2"), active(tx, "E-1")
        expect(tx, "E-3")
        for n, (who, begun, end, ended) in enumerate(
            ((one, 0, 12, None), (two, 0, 12, 1), (two, -24, -12, None))
        ):
            shift = Shift(
                person_id=who, sectors=("norte",), starts_at=NOON + begun * HOUR, ends_at=NOON + end * HOUR
            )
            tx.staff.start_shift(f"s{n}", shift)
            if ended:
                tx.staff.end_shift(f"s{n}", NOON + ended * HOUR)
        at = NOON + 2 * HOUR
        roster = tx.staff.roster(at)
        assert [slot.badge for slot in tx.staff.slots()] == ["E-1", "E-2", "E-3"]
        running = tx.staff.shift_of(one, at)
        assert running is not None
        assert (running[0], running[1], tx.staff.shift_of(two, at)) == ("s0", tx.staff.shift("s0"), None)
        assert tx.staff.shift("none") is None
        return [o.badge for o in roster.officers], [o.badge for o in roster.on_duty(at)]

    assert await store.run(work) == (["E-1", "E-2"], ["E-1"])


# ---- files ----


def voice(tx: Transaction) -> str:
    file = Attachment(kind=AttachmentKind.VOICE, reference="file-id-7", content_type="audio/ogg", seconds=9)
    return tx.media.add(person(tx), "telegram", file, NOON)


async def test_a_file_is_pending_until_it_is_kept(store: Store) -> None:
    def work(tx: Transaction) -> list[Any]:
        name, report = voice(tx), opened(tx)
        tx.media.attach([name], report.id)
        tx.media.attach([], "nothing")
        waiting = tx.media.pending(NOON)
        tx.media.try_later(name, NOON + HOUR)
        later = (tx.media.pending(NOON), [f.attempts for f in tx.media.pending(NOON + HOUR)])
        tx.media.keep(name, b"OggS-words", "audio/ogg")
        (kept,) = tx.media.of_report(report.id)
        return [
            [(f.reference, f.seconds, f.kind) for f in waiting], later, (kept.state, kept.size),
            tx.media.content(name), tx.media.pending(NOON + 9 * HOUR), tx.media.get("none"), tx.media.content("none"),
        ]  # fmt: skip

    assert await store.run(work) == [
        [("file-id-7", 9, AttachmentKind.VOICE)], ([], [1]), ("kept", 10), b"OggS-words", [], None, None,
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["refused", "gone"])
async def test_a_file_that_can_not_be_had_is_not_asked_for_again(store: Store, end: str) -> None:
    def work(tx: Transaction) -> tuple[str, list[Any]]:
        name = voice(tx)
        tx.media.refuse(name, end)
        return tx.media.get(name).state, tx.media.pending(NOON)  # type: ignore[union-attr]

    assert await store.run(work) == (end, [])


async def test_neither_a_file_nor_where_it_was_is_readable(store: Store) -> None:
    def work(tx: Transaction) -> str:
        tx.media.keep(voice(tx), b"OggS-words", "audio/ogg")
        tables = (media, media_content)
        return " ".join(str(tx.connection.execute(select(table)).one()) for table in tables)

    kept = await store.run(work)
    assert [word for word in ("words", "file-id-7") if word in kept] == []


# ---- requests ----


async def test_a_talk_with_a_person_is_one_at_a_time_and_of_who_answers_first(store: Store) -> None:
    def work(tx: Transaction) -> list[Any]:
        me, one, two = person(tx), person(tx), person(tx)
        request, new = tx.requests.ask_for_person(me, NOON)
        again, new_again = tx.requests.ask_for_person(me, NOON)
        taken = [tx.requests.take_help(request.id, by) for by in (one, two, one)]
        short = [
            tx.requests.help_starting(text) == request.id
            for text in (request.id[:12], request.id[:11], "%" * 12)
        ]
        tx.requests.end_help(request.id, NOON)
        ended = tx.requests.help(request.id)
        assert ended is not None
        return [
            new, new_again, again.id == request.id, taken, short, ended.closed_at,
            tx.requests.open_help_of(me), tx.requests.take_help(request.id, one),
            tx.requests.help_starting(request.id[:12]), tx.requests.help("none"),
        ]  # fmt: skip

    assert await store.run(work) == [
        True, False, True, [True, False, True], [True, False, False], NOON, None, False, None, None,
    ]  # fmt: skip


async def test_each_person_is_counted_once_for_a_colonia(store: Store) -> None:
    def work(tx: Transaction) -> tuple[list[int], dict[str, int]]:
        me, other = person(tx), person(tx)
        asked = ((me, "centro"), (me, "centro"), (other, "centro"), (me, "sur"))
        return [
            tx.requests.ask_for_visit(who, where, NOON) for who, where in asked
        ], tx.requests.visits_wanted()

    assert await store.run(work) == ([1, 1, 2, 1], {"centro": 2, "sur": 1})


async def test_a_setting_is_what_was_last_set(store: Store) -> None:
    def work(tx: Transaction) -> list[str | None]:
        seen = [tx.requests.setting("k")]
        for value in ("a", "b"):
            tx.requests.set_setting("k", value)
            seen.append(tx.requests.setting("k"))
        return seen

    assert await store.run(work) == [None, "a", "b"]


# ---- counts ----


async def test_counts_leave_the_confidential_ones_out(store: Store) -> None:
    def work(tx: Transaction) -> list[Any]:
        opened(tx, 1)
        opened(tx, 2, status=Status.CLOSED)
        opened(tx, 3, named_list="geavig")
        again = opened(tx, 4, status=Status.CLOSED, closed_at=NOON).reopen(at=NOON)
        tx.reports.save(again)
        stats = tx.statistics
        return [
            stats.by_status(), len(list(stats.log())), stats.confidential_moments(), stats.reopened(), stats.people(),
        ]  # fmt: skip

    assert await store.run(work) == [{"received": 2, "closed": 1}, 3, [NOON], {a_report(4).folio: 1}, 0]


async def test_how_long_the_oldest_message_waits(store: Store) -> None:
    def work(tx: Transaction) -> list[Any]:
        empty = tx.statistics.oldest_waiting()
        who = person(tx)
        for minutes in (3, 1, 2):
            tx.outbox.put([Notice(person_id=who, name="say")], NOON + timedelta(minutes=minutes))
        tx.outbox.sent(tx.outbox.written[1].id, "M1", NOON)
        return [empty, tx.statistics.oldest_waiting(), tx.statistics.outbox_states()]

    assert await store.run(work) == [None, NOON + timedelta(minutes=2), {"leased": 2, "sent": 1}]
