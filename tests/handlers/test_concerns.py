"""Which concerns a message names, before anybody is asked about them."""

from __future__ import annotations

import pytest

from handlers.here import Here
from handlers.resident.concerns import in_order
from tests.handlers.conftest import NOON

ONE = [
    "no ha pasado el camion y las bolsas ya tienen gusanos",  # no drugs in bags
    "hay un muchacho que anda tocando de casa en casa preguntando si hay alguien y luego hace señas a otro",
    "a mi ayudante cuando fue a depositar lo esperaron dos en la esquina del banco y le quitaron el sobre",
]


@pytest.mark.parametrize("said", ONE)
def test_a_part_that_hardly_says_a_kind_is_no_second_concern(here: Here, said: str) -> None:
    understood = here.triage.read(said, NOON)
    assert list(in_order(here, said, understood, NOON)) == [understood.kind]


def test_a_part_that_says_it_plainly_is_one(here: Here) -> None:
    said = "hay un bache enorme en mi calle y además mi vecino pone música toda la noche los viernes"
    assert set(in_order(here, said, here.triage.read(said, NOON), NOON)) == {"servicios", "ruido"}
