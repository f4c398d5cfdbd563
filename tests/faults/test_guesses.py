"""T19, T20. Folios are not guessed, time tells nothing, and a button that is not one's own does nothing."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from bot.app import build_here
from bot.domain import folio as folios
from bot.messages import Address, Inbound, InboundKind
from handlers.reception import Reception
from storage import Transaction
from storage.schema import event, report
from storage.sealing import KeyRing
from tests.faults.evidence import Campaign
from tests.faults.premises import HERE, MUNICIPALITY, everywhere, opened_store, reported
from tests.faults.test_naughty_texts import MORE_NAUGHTY, clean
from tests.handlers.conftest import NOON, HastyClock, officer, resident
from tests.support.reports import opened

GUESSES = Campaign("T19", "Guessing folios")
TAMPERED = Campaign("T20", "Buttons of others, altered, cut and old")


async def test_folios_can_not_be_guessed_and_time_tells_nothing(tmp_path: Path) -> None:
    """ "Not there" and "not yours" are the same words in about the same time; after a few tries no answer at all."""
    tries, timed = GUESSES.size(ci=3_000, whole=100_000), GUESSES.size(ci=150, whole=2_000)
    chance, store = GUESSES.random(), await opened_store(tmp_path)
    reception = Reception(store, HERE, HastyClock())
    await store.run(lambda tx: [opened(tx, n, person_id=resident(tx, "rosa")) for n in range(200)] and None)
    theirs = [folios.make(n) for n in range(200)]
    hits, words, seconds = 0, {"theirs": set(), "nobody's": set()}, {"theirs": [], "nobody's": []}
    for n in range(tries):
        whose = "theirs" if n % 2 else "nobody's"
        number = chance.choice(theirs) if n % 2 else folios.make(chance.randrange(10_000, 9_999_999))
        began = time.perf_counter()
        said_ = await store.run(lambda tx, n=n, number=number: asked(tx, reception, f"ladron{n}", number))
        if n < 2 * timed:
            seconds[whose].append(time.perf_counter() - began)
        words[whose].add(said_)
        hits += "No encuentro ese folio" not in said_
    one = [await store.run(lambda tx, n=n: asked(tx, reception, "terco", theirs[n])) for n in range(20)]
    await store.close()
    medians = {whose: statistics.median(times) for whose, times in seconds.items()}
    apart = abs(medians["theirs"] / medians["nobody's"] - 1)
    answered = sum("No encuentro" in answer for answer in one)
    GUESSES.record(tries=tries, hits=hits, medians_apart=f"{apart:.1%}", answers_before_silence=answered)
    assert hits == 0
    assert words["theirs"] == words["nobody's"]
    assert apart < GUESSES.size(ci=0.5, whole=0.10)
    assert "intentos" in one[-1]


def asked(tx: Transaction, reception: Reception, name: str, folio: str) -> str:
    """`estado <folio>` by somebody; what they are told."""
    inbound = Inbound(id=uuid4().hex, address=Address("simulator", name), at=NOON, text=f"estado {folio}")
    reception._turn(tx, inbound=inbound, understood=None, now=NOON)
    told = "\n".join(str(line) for row in tx.outbox.written for line in row.facts.get("lines", ()))
    tx.outbox.written.clear()
    return told


# ---- T20 ----


async def test_a_tampered_button_does_nothing(tmp_path: Path) -> None:
    """Somebody else's, altered, cut, of another key, of an older version: 0 effects, always an answer."""
    wanted, chance = TAMPERED.size(ci=1_500, whole=30_000), TAMPERED.random()
    store = await opened_store(tmp_path)
    reception = Reception(store, HERE, HastyClock())
    people = await store.run(
        lambda tx: [officer(tx, name, sectors=everywhere()) for name in ("canul", "poot")]
    )
    folio = await store.run(lambda tx: reported(tx, NOON))
    foreign = build_here(MUNICIPALITY, KeyRing.throwaway(), {}).tokens
    before = await store.read(marks)
    effects = silent = 0
    for _ in range(wanted):
        verb = chance.choice(
            ("claim", "release", "done", "withdraw", "solved", "m.team", "approve", "forget")
        )
        body = f"{verb}.{folio}.0"
        good, others = (HERE.tokens.sign(person, body) for person in people)
        token = spoilt(good, chance, others, foreign.sign(people[0], body))
        told = await store.run(lambda tx, token=token: tapped(tx, reception, "canul", token))
        silent += not told
        effects += await store.read(marks) != before
    await store.close()
    TAMPERED.record(buttons=wanted, effects=effects, without_an_answer=silent)
    assert (effects, silent) == (0, 0)


def spoilt(good: str, chance: Any, others: str, foreign: str) -> str:
    """Never the good one."""
    at = chance.randrange(len(good))
    pick = chance.randrange(6)
    token = (
        others, foreign, good[:at], good[:at] + chance.choice("xyzQ7.-") + good[at + 1 :],
        good + "A", chance.choice(MORE_NAUGHTY).replace("\x00", "")[:64],
    )[pick]  # fmt: skip
    return "x" if token == good else clean(token)


def tapped(tx: Transaction, reception: Reception, name: str, token: str) -> bool:
    """Was there an answer?"""
    inbound = Inbound(
        id=uuid4().hex,
        address=Address("simulator", name),
        at=NOON,
        token=token,
        kind=InboundKind.TAP,
        tap_id="t",
    )
    reception._turn(tx, inbound=inbound, understood=None, now=NOON)
    told = bool(tx.outbox.written)
    tx.outbox.written.clear()
    return told


def marks(tx: Transaction) -> list[Any]:
    """What a button could have changed."""
    return [tuple(row) for table in (report, event) for row in tx.connection.execute(select(table)).all()]
