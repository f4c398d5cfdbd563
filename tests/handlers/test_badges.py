"""Is it really police? Over a real store: who gets the word, who does not, and when the supervisors hear."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain import badge_check as rules
from bot.domain.badge_check import Outcome
from bot.domain.errors import CheckOver, NotOnDuty, TooManyChecks
from bot.domain.roster import Role
from handlers.desk import badges
from handlers.here import Here
from storage import Store, Transaction
from storage.schema import badge_check, outbox
from tests.handlers.conftest import NOON, me, officer, resident

BADGE = "E-105"


def town(tx: Transaction) -> None:
    """E-105 and E-106 on duty, E-107 off duty, Aguilar commands; Rosa asks."""
    for name in (BADGE, "E-106"):
        officer(tx, name, sectors=("norte",))
    officer(tx, "E-107", sectors=("norte",), on_duty=False)
    officer(tx, "M-01", role=Role.SUPERVISOR, on_duty=False)


def told(tx: Transaction, notice: str) -> list[str]:
    names = {resident(tx, name): name for name in (BADGE, "E-106", "E-107", "M-01", "rosa", "luis")}
    rows = tx.connection.execute(
        select(outbox.c.person_id).where(outbox.c.notice == notice).order_by(outbox.c.id)
    )
    return [names[who] for who in rows.scalars()]


def asks(tx: Transaction, here: Here, number: str, who: str = "rosa", at=NOON) -> badges.Asked:
    return badges.check(tx, here, resident(tx, who), number, at)


@pytest.mark.parametrize("number", ["E-105", "e 105", "E105", "105", "0105"])
async def test_the_word_is_on_the_phone_of_that_officer_alone(store: Store, here: Here, number: str) -> None:
    def work(tx: Transaction) -> None:
        town(tx)
        assert asks(tx, here, number).word
        assert told(tx, "badge_word") == [BADGE]

    await store.run(work)


@pytest.mark.parametrize("number", ["E-999", "E-107", "10", "M-01", "'; drop table", "🙂"])
async def test_unknown_and_off_duty_are_one_answer_and_ring_nowhere(
    store: Store, here: Here, number: str
) -> None:
    def work(tx: Transaction) -> None:
        town(tx)
        assert asks(tx, here, number).word == ""
        assert told(tx, "badge_word") == []

    await store.run(work)


async def test_what_was_asked_about_an_unknown_one_is_not_kept(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        town(tx)
        asks(tx, here, "mi vecino")
        assert tx.connection.execute(select(badge_check.c.about)).scalars().all() == [""]

    await store.run(work)


async def test_everybody_on_duty_in_a_unit_shows_the_word(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        town(tx)
        badges.drive(tx, me(tx, BADGE), "p 214", NOON)
        badges.drive(tx, me(tx, "E-106"), "P-214", NOON)
        with pytest.raises(NotOnDuty):
            badges.drive(tx, me(tx, "E-107"), "214", NOON)
        assert asks(tx, here, "P214").word
        assert sorted(told(tx, "badge_word")) == [BADGE, "E-106"]
        assert asks(tx, here, "P214", at=NOON + timedelta(hours=13)).word == ""  # their shifts are over

    await store.run(work)


async def test_the_third_failure_of_a_person_or_about_a_badge_is_told_to_the_supervisors(
    store: Store, here: Here
) -> None:
    def work(tx: Transaction) -> None:
        town(tx)
        for n in range(rules.FAILURES):
            assert told(tx, "badge_doubt") == []
            asks(tx, here, f"E-90{n}")
        assert told(tx, "badge_doubt") == ["M-01"]
        for n, who in enumerate(("luis", "ana", "eva")):
            asked = asks(tx, here, BADGE, who)
            badges.answer(tx, asked.check.id, resident(tx, who), Outcome.OTHER, NOON)
            assert len(told(tx, "badge_doubt")) == (2 if n == 2 else 1)

    await store.run(work)


async def test_nobody_s_phone_is_made_to_ring_all_night(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        town(tx)
        for _ in range(rules.MOST_AN_HOUR):
            asks(tx, here, BADGE)
        with pytest.raises(TooManyChecks):
            asks(tx, here, BADGE)
        for n in range(rules.MOST_OF_ONE - rules.MOST_AN_HOUR):
            assert asks(tx, here, BADGE, f"p{n}").word
        assert asks(tx, here, BADGE, "one more").word == ""
        assert asks(tx, here, BADGE, at=NOON + timedelta(minutes=61)).word

    await store.run(work)


async def test_a_word_is_answered_once_by_who_asked_and_in_time(store: Store, here: Here) -> None:
    def work(tx: Transaction) -> None:
        town(tx)
        first, late = asks(tx, here, BADGE), asks(tx, here, BADGE)
        rosa = resident(tx, "rosa")
        with pytest.raises(CheckOver):
            badges.answer(tx, first.check.id, resident(tx, "luis"), Outcome.SAME, NOON)
        badges.answer(tx, first.check.id, rosa, Outcome.SAME, NOON)
        with pytest.raises(CheckOver):
            badges.answer(tx, first.check.id, rosa, Outcome.OTHER, NOON)
        with pytest.raises(CheckOver):
            badges.answer(tx, late.check.id, rosa, Outcome.SAME, NOON + rules.LIVES)
        with pytest.raises(CheckOver):
            badges.answer(tx, "0" * 12, rosa, Outcome.SAME, NOON)

    await store.run(work)


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("placa e 105", "e 105"),
        ("placa 105", "105"),
        ("numero de placa 105", "105"),
        ("unidad 214", "214"),
        ("patrulla 12", "12"),
        ("placa urm 123", ""),  # of a car
        ("placas 123", ""),
        ("la unidad 214 no vino", ""),
        ("unidad", ""),
    ],
)
def test_words_that_are_nothing_but_the_question(said: str, number: str) -> None:
    assert rules.asked_about(said) == number


def test_words_are_told_apart() -> None:
    """No two nouns begin with the same three letters and end alike, and none is twice."""
    assert len(set(rules.NOUNS)) == len(rules.NOUNS) > 60
    assert all(noun.isascii() and 3 <= len(noun) <= 8 for noun in rules.NOUNS)
