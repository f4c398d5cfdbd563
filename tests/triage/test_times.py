"""When people say it happened: 150 phrases and more, seen from a Wednesday afternoon in November."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.triage.times import find_times

# phrase | start | end ("-" is the same moment, "now" is the moment of the message) or "= recurring phrase".
SHAPED = """
anoche | 24/11 19:00 | 25/11 06:00
anoche como a las 2 | 25/11 02:00 | -
anoche a las 11 | 24/11 23:00 | -
antenoche | 23/11 19:00 | 24/11 06:00
antier | 23/11 00:00 | 24/11 00:00
anteayer | 23/11 00:00 | 24/11 00:00
ayer | 24/11 00:00 | 25/11 00:00
ayer a las 8 | 24/11 20:00 | -
ayer como a las 3 de la tarde | 24/11 15:00 | -
ayer por la tarde | 24/11 12:00 | 24/11 19:00
ayer en la noche | 24/11 19:00 | 25/11 06:00
ayer en la mañana | 24/11 06:00 | 24/11 12:00
hoy | 25/11 00:00 | 26/11 00:00
hoy en la madrugada | 25/11 00:00 | 25/11 06:00
esta mañana | 25/11 06:00 | 25/11 12:00
en la madrugada | 25/11 00:00 | 25/11 06:00
hace rato | 25/11 12:30 | now
hace un rato | 25/11 12:30 | now
hace dos horas | 25/11 13:30 | -
hace 20 minutos | 25/11 15:10 | -
hace como media hora | 25/11 15:00 | -
hace una hora | 25/11 14:30 | -
hace tres días | 22/11 00:00 | 23/11 00:00
hace 15 días | 10/11 00:00 | 11/11 00:00
hace una semana | 18/11 00:00 | 19/11 00:00
hace un mes | 26/10 00:00 | 27/10 00:00
desde hace una semana | 18/11 00:00 | now
ya tiene una semana | 18/11 00:00 | now
llevamos tres meses | 27/08 00:00 | now
desde ayer | 24/11 00:00 | now
desde el lunes | 23/11 00:00 | now
el lunes | 23/11 00:00 | 24/11 00:00
el domingo | 22/11 00:00 | 23/11 00:00
el lunes pasado en la noche | 23/11 19:00 | 24/11 06:00
el sábado a las 10 de la noche | 21/11 22:00 | -
el viernes que viene | 27/11 00:00 | 28/11 00:00
el fin de semana | 21/11 00:00 | 23/11 00:00
el fin de semana pasado | 21/11 00:00 | 23/11 00:00
la semana pasada | 16/11 00:00 | 23/11 00:00
el mes pasado | 01/10 00:00 | 01/11 00:00
el 5 de marzo | 05/03 00:00 | 06/03 00:00
el 14 de octubre a las 9 pm | 14/10 21:00 | -
12/10/2026 | 12/10 00:00 | 13/10 00:00
del 5 al 9 | 05/12 00:00 | 10/12 00:00
mañana a las 10 de la mañana | 26/11 10:00 | -
a las 11 de la noche | 24/11 23:00 | -
a las 8:30 pm | 24/11 20:30 | -
a las dos y media de la tarde | 25/11 14:30 | -
como a las 11 | 25/11 11:00 | -
entre las 8 y las 10 de la noche | 24/11 20:00 | 24/11 22:00
de 7 a 10 pm | 24/11 19:00 | 24/11 22:00
20:45 hrs | 24/11 20:45 | -
a medianoche | 25/11 00:00 | -
ahora mismo | now | -
en este momento | now | -
son las 3 de la mañana | 25/11 03:00 | -
last night at 10 pm | 24/11 22:00 | -
two hours ago | 25/11 13:30 | -
yesterday | 24/11 00:00 | 25/11 00:00
since monday | 23/11 00:00 | now
los viernes tipo 11 | = los viernes, 23:00
los viernes como a las 11 | = los viernes, 23:00
todos los sábados | = todos los sabados
los domingos a las 7 de la mañana | = los domingos, 07:00
de lunes a viernes a las 7 de la mañana | = de lunes a viernes, 07:00
cada noche a las 12 | = cada noche, 00:00
todas las noches | = todas las noches
todos los viernes hasta las 4 | = todos los viernes, 04:00
diario como a las 6 | = diario, 18:00
a la salida de la escuela | = a la salida de la escuela
los fines de semana | = los fines de semana
entre semana | = entre semana
en las madrugadas | = en las madrugadas
cada quincena | = cada quincena
todos los días | = todos los dias
"""

# Written after the rules and never used to change them.
HELD_OUT = """
fue anoche como a las 10 y media | 24/11 22:30 | -
me robaron antier en la tarde | 23/11 12:00 | 23/11 19:00
ayer a las nueve de la noche | 24/11 21:00 | -
ayer a las 7 am | 24/11 07:00 | -
ayer al mediodía | 24/11 12:00 | -
hoy como a las 6 de la mañana | 25/11 06:00 | -
hoy a las 2 de la tarde | 25/11 14:00 | -
hoy a medio día | 25/11 12:00 | -
esta madrugada | 25/11 00:00 | 25/11 06:00
en la mañana | 25/11 06:00 | 25/11 12:00
hace ratito | 25/11 12:30 | now
ase como dos oras | 25/11 13:30 | -
hace diez minutos | 25/11 15:20 | -
hace unos 5 min | 25/11 15:25 | -
hace cuatro horas | 25/11 11:30 | -
hace un par de horas | 25/11 13:30 | -
hace ocho días | 17/11 00:00 | 18/11 00:00
hace dos semanas | 11/11 00:00 | 12/11 00:00
hace 3 meses | 27/08 00:00 | 28/08 00:00
desde hace dos meses | 26/09 00:00 | now
lleva tres días | 22/11 00:00 | now
ya van dos semanas | 11/11 00:00 | now
llevo una hora | 25/11 14:30 | now
desde anoche | 24/11 00:00 | now
desde el domingo | 22/11 00:00 | now
el martes | 24/11 00:00 | 25/11 00:00
el miércoles | 18/11 00:00 | 19/11 00:00
el jueves pasado | 19/11 00:00 | 20/11 00:00
el viernes a las 8 de la noche | 20/11 20:00 | -
el sabado en la madrugada | 21/11 00:00 | 21/11 06:00
el domingo por la tarde | 22/11 12:00 | 22/11 19:00
el próximo lunes | 30/11 00:00 | 01/12 00:00
este viernes que viene | 27/11 00:00 | 28/11 00:00
el finde | 21/11 00:00 | 23/11 00:00
esta semana | 23/11 00:00 | 30/11 00:00
el 20 de noviembre | 20/11 00:00 | 21/11 00:00
el 3 de enero | 03/01 00:00 | 04/01 00:00
el día 14 | 14/11 00:00 | 15/11 00:00
15/11/2026 a las 22:30 | 15/11 22:30 | -
el 1 de octubre en la noche | 01/10 19:00 | 02/10 06:00
en septiembre | 01/09 00:00 | 01/10 00:00
del 20 al 27 de diciembre | 20/12 00:00 | 28/12 00:00
pasado mañana | 27/11 00:00 | 28/11 00:00
mañana en la noche | 26/11 19:00 | 27/11 06:00
a las 5 de la tarde | 24/11 17:00 | -
a la una de la mañana | 25/11 01:00 | -
a las dos de la madrugada | 25/11 02:00 | -
a eso de las 9 de la noche | 24/11 21:00 | -
tipo 8 de la mañana | 25/11 08:00 | -
a las 14:00 hrs | 25/11 14:00 | -
a las 9 en punto de la noche | 24/11 21:00 | -
entre las 6 y las 7 de la tarde | 24/11 18:00 | 24/11 19:00
de 2 a 4 de la tarde | 25/11 14:00 | 25/11 16:00
11 pm | 24/11 23:00 | -
7:15 am | 25/11 07:15 | -
en este instante | now | -
right now | now | -
last night | 24/11 19:00 | 25/11 06:00
last week | 16/11 00:00 | 23/11 00:00
three days ago | 22/11 00:00 | 23/11 00:00
los lunes | = los lunes
todos los jueves a las 9 de la noche | = todos los jueves, 21:00
cada sábado como a las 10 | = cada sabado, 22:00
los miércoles en la noche | = los miercoles, en la noche
los viernes y sábados | = los viernes y sabados
de lunes a sábado de 6 a 8 de la mañana | = de lunes a sabado, 06:00
por las noches | = por las noches
todas las tardes como a las 5 | = todas las tardes, 17:00
todos los días a las 7 am | = todos los dias, 07:00
los fines de semana hasta las 3 | = los fines de semana, 03:00
cada fin de semana | = cada fin de semana
every weekend until 4 am | = every weekend, 04:00
every night | = every night
a diario | = a diario
entre semana a las 8 de la noche | = entre semana, 20:00
"""

NOTHING = [
    "hay 3 personas a 2 cuadras",
    "me pidieron 500 pesos",
    "mi folio es 4172-0853",
    "vive en el 45",
    "un carro a toda velocidad",
    "llame al 911",
]


def _cases(table: str) -> list[tuple[str, str]]:
    rows = [line.split(" | ", 1) for line in table.strip().splitlines()]
    return [(phrase, expected) for phrase, expected in rows]


def _seen(phrase: str, now: datetime) -> str:
    found = find_times(phrase, now)
    if len(found) != 1:
        return f"{len(found)} frases"
    time = found[0]
    if time.recurring:
        return f"= {time.recurring}"
    if time.start is None or time.end is None:
        return "sin fecha"
    start, end = (_short(moment, now) for moment in (time.start, time.end))
    return f"{start} | {'-' if time.start == time.end else end}"


def _short(moment: datetime, now: datetime) -> str:
    return "now" if moment == now else f"{moment:%d/%m %H:%M}"


@pytest.mark.parametrize(("phrase", "expected"), _cases(SHAPED))
def test_the_phrase_is_put_on_the_calendar(now: datetime, phrase: str, expected: str) -> None:
    assert _seen(phrase, now) == expected


def test_phrases_that_did_not_shape_the_rules(now: datetime) -> None:
    """Most are read; which are not is written in docs/triage.md."""
    cases = _cases(HELD_OUT)
    wrong = [
        (phrase, _seen(phrase, now), expected) for phrase, expected in cases if _seen(phrase, now) != expected
    ]
    assert len(cases) >= 75
    assert len(wrong) <= 0.1 * len(cases), wrong


@pytest.mark.parametrize("text", NOTHING)
def test_other_numbers_are_no_time(now: datetime, text: str) -> None:
    assert find_times(text, now) == ()


def test_the_moment_may_come_in_any_zone(now: datetime) -> None:
    late = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)  # ten at night of the 25th in Chetumal
    start = find_times("ayer", late)[0].start
    assert start is not None
    assert start.isoformat() == "2026-11-24T00:00:00-05:00"
