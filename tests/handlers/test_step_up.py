"""The PIN of staff: set by repeating it, asked before what is delicate, remembered, locked; kept nowhere as it was said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot import pins
from bot.domain import folio as folios
from bot.domain.safety import SafetyNote, SafetyState
from bot.domain.territory import Point
from bot.municipality import Municipality, load
from storage import Transaction
from storage.pins import Pin
from tests.support.talker import Phone, Town, text_of, town

NOISE = "mi vecino de la calle roma en la italia pone musica hasta las 4 todos los viernes"
PIN, OTHER = "739154", "284617"


@pytest.fixture(scope="module")
def risky() -> Municipality:
    """Noise is marked as of high risk, so that an ordinary shift meets it."""
    municipality = load()
    kinds = municipality.kinds
    marked = tuple(replace(k, high_risk=True) if k.slug == "ruido" else k for k in kinds.kinds)
    return replace(municipality, kinds=replace(kinds, kinds=marked))


@pytest_asyncio.fixture
async def here(tmp_path: Path, risky: Municipality) -> AsyncIterator[Town]:
    async with town(tmp_path, risky) as place:
        yield place


async def folio_of(here: Town) -> str:
    return folios.find(await here.vecina.reports(NOISE)) or ""


async def set_pin(phone: Phone, pin: str = PIN) -> None:
    await phone.says("pin")
    await phone.says(pin)
    assert "PIN guardado" in await phone.says(pin)


def test_six_digits_and_nothing_else_are_a_pin() -> None:
    assert [pins.six_digits(text) for text in (" 739154 ", "73915", "7391540", "739 154", "folio 739154")] == [
        "739154", "", "", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize("pin", ["000000", "123456", "987654", "121212", "456456", "112211"])
def test_what_a_finder_tries_first_is_refused(pin: str) -> None:
    assert pins.obvious(pin)
    assert not pins.obvious(PIN)


def test_only_the_same_digits_open_what_was_kept() -> None:
    kept = pins.hashed(PIN)
    assert kept.startswith("$argon2id$")
    assert kept != pins.hashed(PIN)
    assert (pins.matches(kept, PIN), pins.matches(kept, OTHER), pins.matches("", PIN)) == (True, False, False)


async def test_the_exact_place_of_a_risky_report_asks_for_the_pin(here: Town) -> None:
    """The claim stays one tap; the place comes after the PIN, by itself, and is remembered for some minutes."""
    folio = await folio_of(here)
    claimed = await here.oficial.taps("Tomar")
    assert "Es suyo" in claimed
    assert "roma" not in claimed.lower().split("«")[0]
    assert "todavía no tiene" in await here.oficial.taps("Ver lugar")
    assert "otra vez" in await here.oficial.says(PIN)
    shown = await here.oficial.says(PIN)
    assert "roma" in shown.lower().split("«")[0]
    assert "roma" in (await here.oficial.says(f"ver {folios.show(folio)}")).lower().split("«")[0]
    await here.later(minutes=20)
    assert "roma" not in (await here.oficial.says(f"ver {folios.show(folio)}")).lower().split("«")[0]
    assert "Escriba su PIN" in await here.oficial.taps("Ver lugar")
    assert "roma" in (await here.oficial.says(PIN)).lower().split("«")[0]
    actions = [line.action for line in await here.read(lambda tx: tx.audit.newest(50))]
    assert actions.count("place_read") >= 2
    assert "pin_set" in actions


async def test_a_warning_about_its_street_does_not_say_the_street(here: Town) -> None:
    """A note without a point lies beside the report because the street is the same: before the PIN only what to mind."""
    folio = await folio_of(here)
    now = here.demo.clock.now()

    def warned(tx: Transaction) -> None:
        place = tx.reports.by_folio(folio).place
        note = SafetyNote(
            id="n" * 12, report_id=None, author_id="x", place=replace(place, point=None), text="perro suelto",
            reason="lo vi", made_at=now, expires_at=now + timedelta(days=7), state=SafetyState.VALID,
        )  # fmt: skip
        tx.safety.add(note)

    await here.run(warned)
    claimed = await here.oficial.taps("Tomar")
    assert "perro suelto" in claimed
    assert "roma" not in claimed.lower().split("«")[0] + claimed.lower().split("»")[-1]
    await set_pin(here.oficial)
    assert "perro suelto · calle roma" in (await here.oficial.says(f"ver {folios.show(folio)}")).lower()


async def test_how_far_a_visit_was_made_from_a_risky_place_is_told_to_the_command_alone(here: Town) -> None:
    """Three distances from places of one's choice are the place."""
    folio = await folio_of(here)
    await here.oficial.taps("Tomar")
    point = Point(18.5, -88.3)
    await here.run(lambda tx: _at(tx, folio, point))
    for label in ("Necesito", "Visitas", "Tarde", "1 día", "Programar"):
        await here.oficial.taps(label)
    for _ in range(4 * 9):  # until the shift is over
        if any("Toca visita" in text_of(bubble) for bubble in here.oficial.heard):
            break
        await here.later(minutes=15)
    await here.oficial.taps("Llegué")
    said = await here.oficial.locates(18.501, -88.3)
    assert "anotada" in said
    assert " m del lugar" not in said


def _at(tx: Transaction, folio: str, point: Point) -> None:
    """Where it is becomes known to the metre."""
    report = tx.reports.by_folio(folio)
    tx.reports.save(
        report.tell_place(
            place=replace(report.place, point=point), sectors=report.sectors, at=report.updated_at
        )
    )


async def test_the_message_with_the_pin_is_taken_away_and_kept_nowhere(here: Town) -> None:
    """Not in the chat, not in the inbox, not in a talk, not in a dead letter, not in clear on the disk."""
    await set_pin(here.oficial)
    mine = [text_of(b) for b in here.oficial.channel.phone("oficial").bubbles if b.side.value == "mine"]
    assert PIN not in "".join(mine)

    def kept(tx) -> bytes:
        found = []
        for raw, key in tx.connection.exec_driver_sql("SELECT raw, key FROM inbox WHERE raw IS NOT NULL"):
            found.append(tx.sealer.open("inbox", "raw", key, raw))
        return b"".join(found)

    assert PIN.encode() not in await here.read(kept)
    facts = await here.read(
        lambda tx: [
            tx.sealer.open("outbox", "facts", ref, sealed)
            for ref, sealed in tx.connection.exec_driver_sql("SELECT ref, facts FROM outbox")
        ]
    )
    assert PIN.encode() not in b"".join(facts)


async def test_five_wrong_ones_lock_it_and_the_supervisor_resets_it(here: Town) -> None:
    """Counted in the store; said how many are left; nobody resets their own."""
    await set_pin(here.oficial)
    await here.later(minutes=20)
    await folio_of(here)
    await here.oficial.taps("Tomar")
    await here.oficial.taps("Ver lugar")
    said = [await here.oficial.says(OTHER) for _ in range(5)]
    assert "Le quedan 4" in said[0]
    assert "Le queda 1 intento" in said[3]
    assert "bloqueado" in said[4]
    assert "bloqueado" in await here.oficial.taps("Ver lugar")
    assert "bloqueó su PIN" in here.supervisora.last
    await here.supervisora.taps("Restablecer PIN")
    assert "pone un PIN nuevo" in await here.supervisora.taps("Sí, ya confirmé")
    assert "todavía no tiene" in await here.oficial.taps("Ver lugar")
    actions = {line.action for line in await here.read(lambda tx: tx.audit.newest(50))}
    assert {"pin_locked", "pin_reset"} <= actions


async def test_two_different_ones_are_not_kept_and_an_obvious_one_is_refused(here: Town) -> None:
    await here.oficial.says("pin")
    assert "fácil" in await here.oficial.says("123456")
    await here.oficial.says(PIN)
    assert "No coinciden" in await here.oficial.says(OTHER)
    await here.oficial.says(PIN)
    assert "guardado" in await here.oficial.says(PIN)


async def test_digits_that_nobody_asked_for_do_nothing(here: Town) -> None:
    """Nor when the question for them is old; to a resident they are six digits."""
    assert "no lo pedí" in await here.oficial.says(PIN)
    await here.oficial.says("pin")
    await here.later(minutes=6)
    assert "no lo pedí" in await here.oficial.says(PIN)
    assert "PIN" not in await here.vecina.says(PIN)


async def test_who_leaves_takes_the_pin_along(here: Town) -> None:
    """The next holder of the place sets their own."""
    await set_pin(here.oficial)
    person = await here.read(lambda tx: next(s.person_id for s in tx.staff.slots() if s.badge == "E-105"))
    from handlers.desk import duty

    now = here.demo.clock.now()
    await here.run(lambda tx: duty.revoke(tx, "E-105", None, now))
    assert await here.read(lambda tx: tx.pins.of(person)) == Pin(person_id=person)
