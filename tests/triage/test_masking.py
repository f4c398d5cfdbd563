"""What points at a person is covered; what does not, stays."""

from __future__ import annotations

import pytest

from bot.triage.masking import mask

COVERED = [
    ("mi número es 983 123 4567", "mi número es [teléfono]"),
    ("+52 1 983 123 4567", "[teléfono]"),
    ("placas URX-123-A", "placas [placas]"),
    ("correo ana.lopez@gmail.com", "correo [correo]"),
    ("mi CURP es PECA850101MQRXXX09", "mi CURP es [CURP]"),
    ("tarjeta 4152 3136 1234 5678", "tarjeta [tarjeta]"),
    ("se llama juan perez y vive aquí", "se llama [nombre] y vive aquí"),
    ("me llamo Ximena Pech Canul", "me llamo [nombre]"),
    ("don chucho me pega", "don [nombre] me pega"),
    ("EL RATERO SE LLAMA JUAN CARLOS", "EL RATERO SE LLAMA [nombre]"),
    ("el oficial Canul es amable", "el oficial [nombre] es amable"),
    ("mi vecino juan pech le pega a su perro", "mi vecino [nombre] le pega a su perro"),
    ("MI PRIMA LUPITA NO APARECE", "MI PRIMA [nombre] NO APARECE"),
    ("el oficial canul y el comandante jorge luis perez", "el oficial canul y el comandante [nombre]"),
    ("mi hijo josé maría no llegó", "mi hijo [nombre] no llegó"),
    ("mi sobrina ximena de 15", "mi sobrina [nombre] de 15"),
    ("las placas son tzx 45 21", "las placas son [placas]"),
    ("está en facebook.com/juan", "está en [enlace]"),
]
KEPT = [
    "folio 4172-0853",
    "calle 22 número 145",
    "hace 15 días, 3 personas",
    "llame al 911 o al 089",
    "el 12/03/2026 a las 20:45",
    "se llama la calle palermo",
    "mi vecino pone música",
    "la señora luz no tiene luz",
    "mi vecino marca al 911",
    "mi primo cruz la calle",
]


@pytest.mark.parametrize(("text", "masked"), COVERED)
def test_persons_are_covered(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", KEPT)
def test_the_rest_stays(text: str) -> None:
    assert mask(text) == text
