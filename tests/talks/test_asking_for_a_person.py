"""Who asks for a person is not forgotten: the team hears it again until somebody answers, and whoever leaves holds nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from sqlalchemy import select

from bot.channels.whatsapp.outbound import Choice, Manner, render
from bot.messages import AttachmentKind
from handlers import people_words
from handlers.desk import duty
from handlers.facts import Moment
from storage.schema import help_request
from tests.support.talker import MORNING, Town, text_of, town

TAKEN_BY = select(help_request.c.taken_by).where(help_request.c.closed_at.is_(None))
STILL = "sigue esperando"


@pytest_asyncio.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    """Monday, ten o'clock: somebody is to be there until eight in the evening."""
    async with town(tmp_path) as made:
        await made.vecina.says("hablar con una persona")
        yield made


def times_called(place: Town) -> int:
    return sum(STILL in text_of(bubble) for bubble in place.supervisora.heard)


async def test_while_nobody_answers_the_team_hears_it_again(place: Town) -> None:
    """Also when somebody tapped and then wrote nothing; at night nobody is woken, in the morning they hear."""
    await place.later(minutes=5)
    await place.supervisora.taps("Contestar")
    await place.supervisora.says("menú")
    assert times_called(place) == 0
    await place.later(minutes=20)
    assert times_called(place) == 1
    await place.supervisora.taps("Contestar")
    await place.supervisora.says("Buenos días, dígame.")
    assert "Buenos días" in place.vecina.last
    await place.later(hours=5)
    assert times_called(place) == 1


async def test_what_they_write_more_waits_too(place: Town) -> None:
    await place.supervisora.taps("Contestar")
    await place.supervisora.says("Buenos días, dígame.")
    await place.vecina.says("es sobre lo que les conté ayer de mi calle")
    await place.later(minutes=20)
    assert times_called(place) == 1
    await place.vecina.taps("Terminar")
    await place.later(hours=5)
    assert times_called(place) == 1


async def test_outside_the_hours_nobody_is_called_and_in_them_again(place: Town) -> None:
    await place.later(hours=11)  # nine in the evening
    before = times_called(place)
    await place.later(hours=9)  # six in the morning
    assert times_called(place) == before
    await place.later(hours=5)
    assert times_called(place) > before


async def test_who_loses_their_rights_holds_no_talk(place: Town) -> None:
    """What the neighbour writes would go to a phone that may read nothing any more."""
    await place.supervisora.taps("Contestar")
    await place.supervisora.says("Buenos días, dígame.")
    now = place.demo.clock.now()
    await place.run(lambda tx: duty.revoke(tx, "M-01", None, now))
    assert await place.read(lambda tx: list(tx.connection.execute(TAKEN_BY).scalars())) == [None]


LONG = " ".join(f"palabra{n}" for n in range(330))  # 3,500 letters


async def test_a_long_message_arrives_whole_on_both_sides(place: Town) -> None:
    assert len(LONG) > 3000
    assert "Enviado" in await place.vecina.says(LONG)
    assert LONG in place.supervisora.last
    await place.supervisora.taps("Contestar")
    assert "Enviado" in await place.supervisora.says(LONG)
    assert LONG in place.vecina.last


async def test_on_whatsapp_it_arrives_in_parts_that_fit(place: Town) -> None:
    here = place.demo.app.here
    facts = {"text": LONG, "by": "la comandante Uc"}
    card = people_words.TO_ANYBODY["help_answer"](Moment(t=here.t("es"), here=here, at=MORNING), facts)
    parts = render(card, Manner())
    bodies = [part.values[0] if isinstance(part, Choice) else part.body for part in parts]
    assert all(len(body) <= 1600 for body in bodies)
    assert len(bodies) > 2
    assert [
        word
        for word in LONG.split()
        if word not in " ".join(bodies).replace("«", " ").replace("»", " ").split()
    ] == []


async def test_what_does_not_fit_is_refused_before_it_is_sent(place: Town) -> None:
    await place.supervisora.taps("Contestar")
    before = len(place.vecina.heard)
    assert "Mándelo en partes" in await place.supervisora.says("a" * 4050)
    assert len(place.vecina.heard) == before


async def test_what_is_shown_or_spoken_to_a_person_can_be_seen_and_heard(place: Town) -> None:
    """A voice note is words too: whoever answers hears it."""
    await place.vecina.sends_voice()
    assert "Ver archivo" in place.supervisora.buttons
    await place.supervisora.taps("Ver archivo")
    await place.later(seconds=5)
    await place.supervisora.taps("Ver archivo")
    assert [file.kind for file in place.supervisora.heard[-1].files] == [AttachmentKind.VOICE]
