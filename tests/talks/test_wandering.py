"""Somebody who taps and writes at random, on every phone: nothing breaks, nobody goes unanswered, no limit is passed."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from bot.channels.simulator import Manner
from tests.support.talker import Phone, Town, town

SEED = int(os.environ.get("SEED", "20261127"))
STEPS = 5_000 if os.environ.get("CAMPAIGN") == "whole" else 220
LINES = """
hola · menú · atrás · cancelar · ayuda · mis reportes · consejos · mi policía · gracias · sí · no · no sé · 1 · 2 · 3 · listo
baja · alta · 911 · /estado · /start · equipo · mis casos · español · english · recorrido · inicio · nota · la leona
no prende la lámpara de la calle roma 23 italia · hay un bache en la calle milan, col italia · calle roma con bugambilias
mi vecino pone música todas las noches en la leona vicario · me pega mi marido · venden droga en la esquina
están adentro de mi casa · mañana a las 10 · dos personas · quedó reportado · ya lo vi, voy · leona vicario
<b>&\u202e · 🔥 · '; DROP TABLE-- · 12345678 · 123456 · ¿es policía de verdad? · placa E-101 · qué pasa con mi reporte
"""
WORDS = (*(words.strip() for words in LINES.replace("\n", "·").split("·") if words.strip()), "a" * 1200)


class Wanderer:
    """One person with no plan. Every choice comes from the seed."""

    def __init__(self, phone: Phone, chance: random.Random) -> None:
        self.phone, self.chance = phone, chance

    async def step(self) -> str:
        """Do one thing; what it was, for the failing test."""
        tokens = self._tokens()
        pick = self.chance.random()
        if tokens and pick < 0.6:
            bubble, token, label = self.chance.choice(tokens)
            await self.phone.taps_token(token, bubble)
            return f"! {label}"
        if pick < 0.65:
            await self.phone.locates(18.50742, -88.30868)
            return "@"
        if pick < 0.68:
            await self.phone.sends_voice()
            return "* voz"
        words = self.chance.choice(WORDS)
        await self.phone.says(words)
        return f": {words[:40]}"

    def _tokens(self) -> list[tuple[str, str, str]]:
        """Buttons that are on the screen: the newest cards more often than old ones."""
        cards = self.phone.heard[-6:]
        newest = [(b.id, a.token, a.label) for b in cards[-2:] for a in (*b.form.buttons, *b.form.rows)]
        return [(b.id, a.token, a.label) for b in cards for a in (*b.form.buttons, *b.form.rows)] + newest * 3


@pytest.mark.parametrize("manner", Manner)
@pytest.mark.parametrize("seed", [SEED, SEED + 1])
async def test_nothing_that_people_do_at_random_breaks_anything(
    tmp_path: Path, manner: Manner, seed: int
) -> None:
    chance = random.Random(seed)
    async with town(tmp_path) as place:
        phones = (
            place.somebody("doña", manner),
            place.somebody("don", manner),
            place.oficial,
            place.supervisora,
        )
        wanderers = [Wanderer(phone, chance) for phone in phones]
        done: list[str] = []
        for _ in range(STEPS):
            who = chance.choice(wanderers)
            seen = newest(who.phone)
            done.append(f"{who.phone.id} {await who.step()}")
            if chance.random() < 0.1:
                await place.later(minutes=chance.choice((1, 3, 30, 600)))
            assert place.demo.channel.problems == [], done[-8:]
            assert await dead(place) == [], done[-8:]
            if done[-1].split()[1] == ":" and newest(who.phone) == seen:
                await place.later(seconds=5)
                assert newest(who.phone) != seen, (done[-8:], who.phone.last)


def newest(phone: Phone) -> tuple[str, str]:
    """The newest card and its words: a phone forgets its oldest cards, so they can't be counted."""
    return (phone.heard[-1].id if phone.heard else "", phone.last)


async def dead(place: Town) -> list:
    """What could not be handled."""
    return await place.read(lambda tx: tx.inbox.dead_letters())
