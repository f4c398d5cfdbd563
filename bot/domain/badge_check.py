"""Is it really police? A word that only the real officer's phone shows at that moment.

Who pretends to be police may know a badge number; the word goes to the phone of the officer with that badge, and to
nobody else's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.errors import CheckOver
from bot.domain.patrol import Chance

LIVES = timedelta(minutes=10)
FAILURES = 3  # of one person or about one badge, in a day: the supervisors hear
A_DAY = timedelta(days=1)
MOST_AN_HOUR = 5  # checks of one person
MOST_OF_ONE = 10  # checks of one badge or unit in an hour: nobody's phone is made to ring all night
LONGEST = 20  # characters of a badge or a unit

# Easy to read aloud and to tell apart; none is a name, a place or a thing of the police.
NOUNS = (
    "abeja", "arroz", "avena", "balsa", "bambu", "barco", "bolsa", "brisa", "cacao", "caldo", "campo",
    "canela", "canoa", "carta", "ceiba", "cielo", "cobre", "coco", "comal", "conejo", "coral", "cuerda",
    "dado", "delfin", "disco", "dulce", "espiga", "espuma", "faro", "flor", "fogata", "fresa", "gallo",
    "garza", "girasol", "globo", "grano", "guitarra", "hamaca", "hoja", "iguana", "jarra", "jicama",
    "lago", "lima", "limon", "loro", "luna", "madera", "mango", "manta", "maraca", "mesa", "miel",
    "molino", "nido", "noria", "nube", "ola", "palma", "panal", "papaya", "pato", "pera", "perla",
    "piedra", "pino", "playa", "pozo", "pluma", "rama", "rana", "remo", "rio", "rosa", "sal", "sandia",
    "semilla", "silla", "sol", "sombra", "tambor", "tecla", "tigre", "trigo", "tucan", "tuna", "uva",
    "vela", "ventana", "yuca", "zorro",
)  # fmt: skip


class Outcome(StrEnum):
    """How a check went."""

    UNKNOWN = "unknown"  # no such badge, or not on duty: the person hears the same
    WAITING = "waiting"
    SAME = "same"
    OTHER = "other"  # the officer's phone did not show it

    @property
    def failed(self) -> bool:
        """Could it not be confirmed?"""
        return self in (Outcome.UNKNOWN, Outcome.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One time that somebody asked."""

    id: str
    person_id: str
    about: str  # the badge or unit as we know it; "" of an unknown one: what was written is not kept
    at: datetime
    outcome: Outcome

    def answer(self, outcome: Outcome, at: datetime) -> Check:
        """What the person saw on the other phone. Raises CheckOver: answered, or too long ago."""
        if self.outcome is not Outcome.WAITING or at >= self.at + LIVES:
            raise CheckOver
        return replace(self, outcome=outcome)


def word(chance: Chance) -> str:
    """Something like "GUITARRA 47"."""
    return f"{NOUNS[chance(len(NOUNS))].upper()} {10 + chance(90)}"


# Two letters at most: three and three are the plates of a car.
_ABOUT = re.compile(r"^(?:(?:numero de )?placa|(?:numero de )?unidad|patrulla) ([a-z]{0,2} ?\d{1,6})$")


def asked_about(folded: str) -> str:
    """ "placa e 105": the number in a message that is nothing else, in small letters without accents."""
    found = _ABOUT.match(folded)
    return found[1] if found else ""


def plain(number: str) -> str:
    """How numbers of badges and units are compared: "E-105", "e 105" and "e105" are the same."""
    return re.sub(r"[^0-9A-Z]", "", number.upper())


def digits(number: str) -> str:
    """ "105" of E-105: what somebody reads off in a hurry."""
    return re.sub(r"\D", "", number).lstrip("0")
