"""Rounds on foot, the week's plan, codes to follow, checks of badges, thanks. On both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.badge_check import Check, Outcome
from bot.domain.errors import Changed
from bot.domain.follow_code import FollowCode
from bot.domain.roster import Shift
from bot.domain.rotation import PlannedWalk, State
from bot.domain.walk import Did, Stop, Walk
from bot.messages import Attachment, AttachmentKind
from storage import Store, Transaction
from storage.media import MOST_FORGOTTEN
from tests.support.reports import NOON, opened

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOON + 2 * DAY


def person(tx: Transaction) -> str:
    return tx.people.add(at=NOON, locale="es").id


def walked(tx: Transaction, name: str, colonia: str = "italia", *, stops: int = 1, **more: object) -> Walk:
    new = replace(Walk(id=name, officer_id="o", colonia=colonia, sector="norte", started_at=NOON), **more)
    tx.walks.start(new)
    for n in range(stops):
        tx.walks.add_stop(Stop(id=f"{name}{n}", walk_id=name, at=NOON, text="la lámpara", did=Did.ADVICE))
    return new


async def test_a_round_and_its_stops_come_back_as_they_were(store: Store) -> None:
    def work(tx: Transaction) -> None:
        walk = walked(tx, "w", stops=2)
        assert tx.walks.running_of("o") == walk
        assert tx.walks.running_in("italia") == [walk]
        assert [(stop.id, stop.text, stop.did) for stop in tx.walks.stops("w")] == [
            ("w0", "la lámpara", Did.ADVICE),
            ("w1", "la lámpara", Did.ADVICE),
        ]
        tx.walks.met("w0", 7)
        found = tx.walks.stop("w0")
        assert found is not None
        assert found.met == 7
        tx.walks.end(walk.end(NOON + HOUR))
        assert tx.walks.running_of("o") is None
        with pytest.raises(Changed):
            tx.walks.end(walk.end(NOON + HOUR))

    await store.run(work)


async def test_the_last_round_of_each_colonia_is_one_that_met_somebody(store: Store) -> None:
    def work(tx: Transaction) -> None:
        for n, (name, colonia, stops) in enumerate(
            [("a", "italia", 1), ("b", "italia", 1), ("c", "italia", 0), ("d", "centro", 0)]
        ):
            tx.walks.end(walked(tx, name, colonia, stops=stops).end(NOON + n * HOUR))
        assert tx.walks.last() == {"italia": NOON + HOUR}
        assert tx.rotation.walks_in("italia", NOON - HOUR, NOON + HOUR) == ["a", "b"]
        assert tx.rotation.walks_in("italia", NOON + HOUR, NOON + DAY) == []

    await store.run(work)


async def test_a_plan_is_kept_by_day_and_settled_once(store: Store) -> None:
    def work(tx: Transaction) -> None:
        plans = [
            PlannedWalk(
                id=str(n),
                sector="norte",
                colonia=f"c{n}",
                day=date(2026, 11, 23 + n),
                planned_by="s",
                planned_at=NOON,
            )
            for n in range(3)
        ]
        for one in reversed(plans):
            tx.rotation.add(one)
        assert tx.rotation.ahead(date(2026, 11, 24)) == plans[1:]
        tx.rotation.settle(plans[1].settle(State.WALKED))
        assert tx.rotation.ahead(date(2026, 11, 24)) == plans[2:]
        with pytest.raises(Changed):
            tx.rotation.settle(plans[1].settle(State.MISSED))

    await store.run(work)


async def test_who_asked_asks_no_more_once_told_and_only_those(store: Store) -> None:
    def work(tx: Transaction) -> None:
        rosa, luis = person(tx), person(tx)
        for who in (rosa, luis):
            tx.requests.ask_for_visit(who, "italia", NOON)
        tx.requests.ask_for_visit(rosa, "centro", NOON)
        assert sorted(tx.rotation.who_asked("italia", LATER)) == sorted((rosa, luis))
        tx.rotation.answered("italia", [rosa])
        assert tx.rotation.who_asked("italia", LATER) == [luis]
        assert tx.rotation.who_asked("centro", LATER) == [rosa]
        opened(tx, 1)
        opened(tx, 2, named_list="geavig")
        assert tx.rotation.open_concerns() == {"centro": 1}

    await store.run(work)


async def test_a_code_is_used_once_and_a_newer_one_voids_it(store: Store) -> None:
    def work(tx: Transaction) -> None:
        report = opened(tx)
        first = FollowCode(report_id=report.id, made_by="o", made_at=NOON, expires_at=NOON + DAY)
        tx.follow_codes.set(first, "482913")
        assert tx.follow_codes.of_code("482913") == first
        newer = replace(first, made_at=NOON + HOUR)
        tx.follow_codes.set(newer, "111111")
        assert tx.follow_codes.of_code("482913") is None
        with pytest.raises(Changed):
            tx.follow_codes.use(first.use(NOON + HOUR))
        tx.follow_codes.use(newer.use(NOON + HOUR))
        with pytest.raises(Changed):
            tx.follow_codes.use(newer.use(NOON + HOUR))

    await store.run(work)


async def test_checks_are_counted_by_who_asked_and_about_whom(store: Store) -> None:
    def work(tx: Transaction) -> None:
        rosa, luis = person(tx), person(tx)
        for n, (who, about, outcome) in enumerate(
            [(rosa, "E-1", Outcome.WAITING), (luis, "E-1", Outcome.OTHER), (rosa, "", Outcome.UNKNOWN)]
        ):
            tx.badge_checks.add(Check(id=str(n), person_id=who, about=about, at=NOON, outcome=outcome))
        since = NOON - HOUR
        assert (tx.badge_checks.asked_by(rosa, since), tx.badge_checks.asked_about("E-1", since)) == (2, 2)
        assert (tx.badge_checks.failures_by(rosa, since), tx.badge_checks.failures_about("E-1", since)) == (
            1,
            1,
        )
        assert tx.badge_checks.asked_by(rosa, NOON) == 0
        waiting = tx.badge_checks.get("0")
        assert waiting is not None
        tx.badge_checks.answer(waiting.answer(Outcome.SAME, NOON))
        with pytest.raises(Changed):
            tx.badge_checks.answer(waiting.answer(Outcome.OTHER, NOON))
        tx.erasure.person(rosa)
        assert tx.badge_checks.get("0") is None
        assert tx.badge_checks.get("1") is not None

    await store.run(work)


async def test_a_unit_is_of_the_shift_that_runs(store: Store) -> None:
    def work(tx: Transaction) -> None:
        who = person(tx)
        tx.staff.start_shift("s", Shift(person_id=who, sectors=(), starts_at=NOON, ends_at=NOON + DAY))
        tx.badge_checks.drive("s", "214")
        tx.badge_checks.drive("s", "215")
        assert tx.badge_checks.crew("214", NOON) == []
        assert tx.badge_checks.crew("215", NOON) == [who]
        assert tx.badge_checks.crew("215", NOON + DAY) == []
        tx.staff.end_shift("s", NOON + HOUR)
        assert tx.badge_checks.crew("215", NOON + HOUR) == []

    await store.run(work)


async def test_thanks_are_told_once(store: Store) -> None:
    def work(tx: Transaction) -> None:
        report = opened(tx)
        assert tx.thanks.say(report.id, "o", NOON, None)
        assert not tx.thanks.say(report.id, "o", NOON, None)
        assert tx.thanks.say(report.id, "p", NOON, NOON)
        assert tx.thanks.tell("o", NOON) == 1
        assert tx.thanks.tell("o", NOON) == tx.thanks.tell("p", NOON) == 0
        assert tx.thanks.count(NOON) == 2

    await store.run(work)


async def test_what_was_heard_on_a_round_is_forgotten_in_time_and_the_numbers_stay(store: Store) -> None:
    """A file that became a report's is the report's."""

    def work(tx: Transaction) -> None:
        walked(tx, "w", stops=2)
        file = Attachment(kind=AttachmentKind.VOICE, reference="ref")
        own, shared = (tx.media.add(person(tx), "telegram", file, NOON) for _ in range(2))
        for name, voice in (("own", own), ("shared", shared)):
            tx.walks.add_stop(Stop(id=name, walk_id="w", at=NOON, met=4, kind="ruido", media_id=voice))
            tx.media.keep(voice, b"OggS-words", "audio/ogg")
        tx.media.attach([shared], opened(tx).id)
        tx.walks.add_stop(Stop(id="new", walk_id="w", at=NOON + DAY, text="el bache"))
        tx.media.forget(tx.walks.forget_words(NOON + DAY))
        left = {stop.id: (stop.text, stop.media_id, stop.met, stop.kind) for stop in tx.walks.stops("w")}
        assert left["w0"] == ("", None, 1, "")
        assert left["own"] == left["shared"] == ("", None, 4, "ruido")
        assert left["new"][0] == "el bache"
        assert (tx.media.content(own), tx.media.content(shared)) == (None, b"OggS-words")
        assert tx.walks.forget_words(NOON + DAY) == []

    await store.run(work)


async def test_checks_and_wishes_that_nothing_looks_at_any_more_are_forgotten(store: Store) -> None:
    def work(tx: Transaction) -> None:
        who = person(tx)
        for name, at in (("old", NOON), ("new", NOON + DAY)):
            tx.badge_checks.add(Check(id=name, person_id=who, about="E1", at=at, outcome=Outcome.UNKNOWN))
            tx.requests.ask_for_visit(who, name, at)
        tx.badge_checks.forget(NOON + DAY)
        tx.requests.forget_visits(NOON + DAY)
        assert tx.badge_checks.get("old") is None
        assert tx.badge_checks.get("new") is not None
        assert tx.requests.visits_wanted() == {"new": 1}

    await store.run(work)


async def test_files_that_went_to_nothing_are_forgotten_some_at_a_time(store: Store) -> None:
    """Row and content; those of a report stay."""
    photo = Attachment(kind=AttachmentKind.PHOTO, reference="f")

    def work(tx: Transaction) -> list[bool]:
        person = tx.people.add(at=NOON, locale="es").id
        files = [tx.media.add(person, "simulator", photo, NOON) for _ in range(MOST_FORGOTTEN + 3)]
        for media in files:
            tx.media.keep(media, b"pixels", "image/jpeg")
        tx.media.attach(files[:2], "a report")
        assert tx.media.forget_loose(NOON) == 0
        later = NOON + timedelta(days=8)
        assert [tx.media.forget_loose(later) for _ in range(3)] == [MOST_FORGOTTEN, 1, 0]
        return [tx.media.content(media) is not None for media in files]

    kept = await store.run(work)
    assert (kept[:2], any(kept[2:])) == ([True, True], False)
