"""What sounds like a promise, and until when: read from a Monday at ten in the morning in Chetumal."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.triage.promises import promised, promising_part, windows
from bot.triage.times import ZONE

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)

# sentence -> the times it may mean, "from-until" or "until", day of the month first
PROMISES = {
    "Pasaremos hoy y mañana de 7 a 10.": ["23 00:00-24 22:00", "23 00:00-24 10:00"],
    "Pasaremos mañana de 7 a 10 de la mañana": ["24 07:00-24 10:00"],
    "Pasamos hoy en la noche": ["23 19:00-24 06:00"],
    "Regreso el jueves a las 5 de la tarde": ["26 17:00"],
    "Volvemos mañana": ["24 00:00-24 23:59"],
    "Le aviso el viernes": ["27 00:00-27 23:59"],
    "Pasaremos en una hora": ["23 11:00"],
    "Estaremos ahí en media hora": ["23 10:30"],
    "Le avisaré dentro de 3 días": ["26 10:00"],
    "Vamos a pasar mañana por la noche": ["24 19:00-25 06:00"],
    "Pasaremos en la tarde": ["23 12:00-23 19:00"],
    "Pasaremos a las 22:00": ["23 22:00"],
    "Volvemos mañana a las 7": ["24 19:00", "24 07:00"],
    "El sábado entre 8 y 10 de la noche pasamos": ["28 20:00-28 22:00"],
    "Estuvimos ayer y mañana pasamos a las 9 de la noche": ["24 00:00-24 23:59"],
    "domingo a las 10 de la mañana paso a verlo": ["29 10:00"],
    "Paso martes 10am": ["24 10:00"],
    "Martes en la tarde pasamos": ["24 12:00-24 19:00"],
    "Pasamos domingo": ["29 00:00-29 23:59"],
    "El lunes a las 9 de la mañana paso": ["30 09:00"],
    "Mañana martes a las 9 de la noche paso": ["24 21:00"],
    "Hoy lunes a las 8 de la noche pasamos": ["23 20:00"],
}
NO_PROMISES = [
    "Revisamos la zona y hablamos con dos vecinas.",
    "Hablamos ayer con la familia",
    "Fuimos el viernes a las 8 y no había nadie",
    "Los viernes pasaremos a las 10",
    "Lunes a viernes pasaremos a las 8",
    "Viernes y sábados pasamos a las 10 de la noche",
    "Pasaremos pronto",
    "Mañana la señora saca la basura",
    "",
    "🚓" * 500,
    "pasaremos hace dos días",
]


def shown(moment: datetime | None) -> str:
    return moment.astimezone(ZONE).strftime("%d %H:%M") if moment else ""


@pytest.mark.parametrize("sentence", PROMISES)
def test_a_promise_is_heard_with_its_hour(sentence: str) -> None:
    """The next such time, never one that has passed."""
    found = promised(sentence, MONDAY)
    assert ["-".join(filter(None, (shown(w.starts_at), shown(w.due_at)))) for w in found] == PROMISES[
        sentence
    ]
    assert all(window.due_at > MONDAY for window in found)


@pytest.mark.parametrize("sentence", NO_PROMISES)
def test_what_is_no_promise_is_left_alone(sentence: str) -> None:
    assert promised(sentence, MONDAY) == ()


@pytest.mark.parametrize(
    "said", ["ayer", "el lunes pasado", "hace una semana", "nunca", "99", "anoche a las 8"]
)
def test_no_time_ahead_is_no_window(said: str) -> None:
    assert windows(said, MONDAY) == ()


def test_only_the_sentence_that_promises_is_kept() -> None:
    text = "Revisamos la zona. Pasaremos hoy en la noche. Gracias por avisar."
    assert promising_part(text) == "Pasaremos hoy en la noche."
    assert promising_part("Nada.") == "Nada."
