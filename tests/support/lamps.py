"""A dark street for each neighbour: whoever tells of the same one is asked whether it is the same."""

from __future__ import annotations

SYLLABLES = ("bo", "ce", "di", "fo", "gu", "ku", "me", "ni", "po", "ru")  # none ends in a word such as "bala"


def lamp_of(number: int) -> str:
    """What that neighbour tells, from the first word to the place."""
    street = "".join(SYLLABLES[int(digit)] for digit in f"{number:04d}")
    return f"hay una lámpara fundida en la calle {street} de la colonia italia, ya tiene una semana"
