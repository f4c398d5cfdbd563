# ruff: noqa: E501  a pattern reads better whole than cut
"""The words of time: what each pattern finds is one piece (day, clock or part) of a time phrase."""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.triage.normal import A_DIGIT
from bot.triage.spelling import listed


class Piece(NamedTuple):
    """A pattern, what it fills in, how it is put on the calendar, and the words of which every match has one."""

    slot: str
    name: str
    pattern: re.Pattern[str]
    needs: frozenset[str]


WEEKDAYS = {
    "lunes": 0,
    "martes": 1,
    "miercoles": 2,
    "jueves": 3,
    "viernes": 4,
    "sabado": 5,
    "domingo": 6,
    "sabados": 5,
    "domingos": 6,
    "biernes": 4,
    "savado": 5,
    "mier": 2,
    "sab": 5,
    "dom": 6,
    "juebes": 3,
    "monday": 0,
    "tuesday": 1,
    "wednesday": 2,
    "thursday": 3,
    "friday": 4,
    "saturday": 5,
    "sunday": 6,
}
MONTHS = {
    "ene": 1,
    "feb": 2,
    "mar": 3,
    "abr": 4,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "ago": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dic": 12,
    "jan": 1,
    "apr": 4,
    "aug": 8,
    "dec": 12,
}
NUMBERS = {
    "un": 1,
    "una": 1,
    "uno": 1,
    "dos": 2,
    "tres": 3,
    "cuatro": 4,
    "cinco": 5,
    "seis": 6,
    "siete": 7,
    "ocho": 8,
    "nueve": 9,
    "diez": 10,
    "once": 11,
    "doce": 12,
    "trece": 13,
    "catorce": 14,
    "quince": 15,
    "veinte": 20,
    "treinta": 30,
    "cuarenta": 40,
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
}
UNITS = {
    "minut": 0,
    "min": 0,
    "hora": 0,
    "ora": 0,
    "hour": 0,
    "dia": 1,
    "day": 1,
    "semana": 7,
    "week": 7,
    "mes": 30,
    "month": 30,
    "ano": 365,
    "year": 365,
    "quincena": 15,
    "noche": 1,
    "night": 1,
}
_WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_MONTH = (
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre|"
    "january|february|march|april|june|july|august|september|october|november|december"
)
_COUNT = r"\d{1,3}|half an|media|medio|un par de|par de|" + "|".join(sorted(NUMBERS, key=len, reverse=True))
_HOUR = r"\d{1,2}|" + "|".join(
    sorted((w for w, n in NUMBERS.items() if n <= 12 and w not in ("a", "an", "un")), key=len, reverse=True)
)
_ABOUT = r"(?:como |apenas |mas de |menos de |mas o menos |casi |unos |unas |ya |aprox(?:imadamente)? |alrededor de |about |over )*"
_UNIT = r"minutos?|minutes?|mins?|h?oras?|hours?|dias?|days?|semanas?|weeks?|meses|mes|months?|anos?|years?|quincenas?|noches?|nights?"
_NAMED = rf"(?: (?:{_WEEKDAY}))?"  # "mañana domingo"
_PART = r"mananita|manana|tardecita|tarde|noche|madrugada|mediodia"


_DAYS_OF_WEEK = " ".join(f"{word} {word}s" for word in WEEKDAYS)
_MONTHS = _MONTH.replace("|", " ")
_UNITS = (
    "minuto minutos minute minutes min mins hora horas ora oras hour hours dia dias day days semana semanas week weeks mes meses "
    "month months ano anos year years quincena quincenas noche noches night nights"
)
_HOURS = A_DIGIT + " " + " ".join(f"{word}{half}" for word in NUMBERS for half in ("", "a", "p", "am", "pm"))
_PARTS = _PART.replace("|", " ") + " morning afternoon evening temprano tempranito amanecer anochecer primera"


def _piece(slot: str, name: str, needs: str, pattern: str) -> Piece:
    return Piece(slot, name, re.compile(rf"\b(?:{pattern})(?!\w)"), listed(needs))


RECURRING = (
    _piece(
        "day",
        "each_weekday",
        _DAYS_OF_WEEK,
        rf"(?:todos los |toditos los |cada |los |every |on )(?P<weekday>{_WEEKDAY})s?"
        rf"(?:(?: y |, | a | o | and )(?:los )?(?:{_WEEKDAY})s?)*(?<!este )",
    ),
    _piece(
        "day",
        "each_weekday_range",
        _DAYS_OF_WEEK,
        rf"(?:de )?(?:{_WEEKDAY}) a (?:{_WEEKDAY})",
    ),
    _piece(
        "day",
        "each_weekday",
        _DAYS_OF_WEEK,
        rf"(?<!el )(?<!este )(?<!al )(?P<weekday>{_WEEKDAY})s?(?:(?: y |, | o | and )(?:{_WEEKDAY})s?)+",
    ),
    _piece(
        "day",
        "each_weekend",
        "fin fine fines finde findes weekend weekends",
        r"(?:todos |cada )?los fines? de semanas?|cada fin(?: de semana)?|cada finde|todos los findes?|los findes|los fines(?! de)|every weekend|on weekends",
    ),
    _piece("day", "each_workday", "semana weekdays", r"entre semana|weekdays"),
    _piece(
        "day",
        "each_night",
        "noche noches night",
        r"(?:todas|toditas) las (?:santas )?noches|cada noche|por las noches|en las noches|de noche|noche tras noche|every night|at night",
    ),
    _piece(
        "day",
        "each_dawn",
        "madrugada madrugadas",
        r"todas las (?:santas )?madrugadas|en las madrugadas|por las madrugadas|cada madrugada",
    ),
    _piece(
        "day",
        "each_morning",
        "manana mananas morning",
        r"todas las mananas|por las mananas|en las mananas|cada manana|every morning",
    ),
    _piece(
        "day",
        "each_evening",
        "tarde tardes evening",
        r"todas las tardes|por las tardes|en las tardes|cada tarde|every evening",
    ),
    _piece(
        "day",
        "each_day",
        "dia dias tiempo diario diariamente day daily horas rato",
        r"todos los dias|tds los dias|todo el tiempo|diario|diariamente|a diario|cada dia|dia y noche|todo el santo dia|every day|daily|a todas horas|a cada rato|cada rato",
    ),
    _piece(
        "day",
        "each_payday",
        "quincena mes semana ano dia dias",
        r"cada quincena|los dias de quincena|cada mes|cada semana|cada ano|cada (?:15|quince|ocho|8) dias|cada tercer dia",
    ),
    _piece(
        "day",
        "each_school",
        "salida entrada",
        r"a la (?:hora de (?:la )?)?(?:salida|entrada)(?: de (?:la escuela|clases|la prepa|la secundaria|la primaria|los ninos|la secu|los alumnos))?",
    ),
)
DAYS = (
    _piece("day", "after_tomorrow", "manana", r"pasado manana"),
    _piece(
        "day",
        "night_before",
        "antenoche anteanoche anoche noche",
        r"antenoche|antier (?:en|por) la noche|anteanoche|antes de anoche|antier noche",
    ),
    _piece(
        "day",
        "last_night",
        "anoche anoxe noche night",
        r"anoche|anoxe|ayer (?:en|por|x) la noche|ayer noche|la noche de ayer|ayer a la noche|last night|laas night|la noche pasada",
    ),
    _piece(
        "day",
        "dawn",
        "madrugada madrugadita",
        r"hoy (?:en|por) la madrugada|hoy de madrugada|esta madrugada|hoy en la madrugadita",
    ),
    _piece(
        "day",
        "since_ago",
        _UNITS,
        rf"(?:desde (?:h?ace|ase)|(?:ya )?(?:llev(?:o|a|an|amos)|tengo|tenemos|tienen?|van)(?: ya)?|por|for(?: the last)?) {_ABOUT}(?P<count>{_COUNT}) (?P<unit>{_UNIT})(?P<fraction> y media)?",
    ),
    _piece(
        "day",
        "ago",
        _UNITS,
        rf"(?:h?ace|ase) {_ABOUT}(?P<count>{_COUNT}) (?P<unit>{_UNIT})(?P<fraction> y media)?|(?P<count2>{_COUNT}) (?P<unit2>{_UNIT}) ago",
    ),
    _piece(
        "day",
        "recently",
        "rato ratito poquito poco momento momentito ratote nada endenantes while now",
        r"(?:h?ace|ase) (?:ya |como )?(?:un |algo de )?(?:rato|ratito|poquito|poco|momento|momentito|ratote)|h?ace nada|endenantes|a while ago|just now",
    ),
    _piece(
        "day",
        "long_ago",
        "dia dias meses anos semanas horas minutos mucho tiempo tantito noche vez",
        r"(?:h?ace|ase) (?:ya |como )?(?:un(?:os|as) (?:dias|meses|anos|semanas|horas|minutos)|vari(?:os|as) (?:dias|meses|anos|semanas|horas)|mucho(?: tiempo)?|tiempo|anos|meses|dias|semanas|horas|tantito)|el otro dia|la otra noche|la otra vez",
    ),
    _piece(
        "day",
        "before_yesterday",
        "antier antir anteayer ayer yesterday",
        r"antier|anteayer|antes de ayer|antie?r|el dia antes de ayer|day before yesterday",
    ),
    _piece("day", "yesterday", "ayer yesterday ayr aller ier", rf"(?:ayer|yesterday|ayr|aller|ier){_NAMED}"),
    _piece(
        "day",
        "this_part",
        _PARTS + " tonight",
        rf"(?:esta|hoy (?:en|por|x) la|this) (?:(?:{_PART})|morning|afternoon|evening)|tonight|hoy tempran(?:o|ito)|hoy al (?:amanecer|anochecer)",
    ),
    _piece(
        "day",
        "now",
        "mismo momento momentos instante ahora now",
        r"ahora mismo|ahorita mismo|en este (?:preciso |mismo )?(?:momento|instante)|en estos momentos|justo ahora|right now|orita mismo",
    ),
    _piece(
        "day",
        "weekend",
        "fin finde weekend",
        r"(?:el|este) (?:proximo )?(?:fin de semana|finde)(?: (?:pasado|antepasado|que viene|proximo))?|el fin pasado|next weekend|last weekend|over the weekend",
    ),
    _piece(
        "day",
        "last_week",
        "semana week",
        r"(?<! de )(?:la )?(?<! de la )semana pasada|last week|la semana anterior",
    ),
    _piece("day", "this_week", "semana week", r"esta semana|this week"),
    _piece("day", "week_before_last", "semana semanas", r"(?:la )?semana antepasada|hace dos semanas atras"),
    _piece(
        "day",
        "next_week",
        "semana week",
        r"(?:la )?(?:proxima semana|semana (?:que viene|que entra|proxima))|next week",
    ),
    _piece(
        "day",
        "next_month",
        "mes month",
        r"(?:el )?(?:proximo mes|mes (?:que viene|que entra|proximo))|next month",
    ),
    _piece("day", "last_month", "mes month", r"(?:el )?mes pasado|last month|el mes anterior"),
    _piece("day", "last_year", "ano year", r"(?:el )?ano pasado|last year"),
    _piece(
        "day",
        "from_to",
        A_DIGIT,
        rf"del (?:dia )?(?P<first>\d{{1,2}}) al (?P<last>\d{{1,2}})(?: de (?P<month>{_MONTH}))?",
    ),
    _piece(
        "day",
        "date",
        _MONTHS,
        rf"(?:el |del |al )?(?:(?:{_WEEKDAY}),? )?(?:dia )?(?P<day>\d{{1,2}}|primero) de (?P<month>{_MONTH})(?: del? (?P<year>\d{{4}}))?",
    ),
    _piece("day", "date", A_DIGIT, r"(?P<day>\d{1,2})[/-](?P<month>\d{1,2})(?:[/-](?P<year>\d{4}|\d{2}))?"),
    _piece(
        "day",
        "date",
        A_DIGIT,
        r"(?:el )?(?:pasado )?dia (?P<day>\d{1,2})|el (?:pasado )?(?P<day2>\d{1,2})(?: de este mes| del presente(?: mes)?| del mes|(?= (?:en la|por la|a las)))",
    ),
    _piece(
        "day",
        "weekday",
        _DAYS_OF_WEEK,
        rf"(?:el |del |este |on |last |next |since |el pasado )(?P<weekday>{_WEEKDAY})(?: (?:pasado|antepasado|que viene|que entra|proximo|que paso|de la semana pasada))?|(?:el )?proximo (?P<weekday2>{_WEEKDAY})",
    ),
    _piece("day", "month", _MONTHS, rf"(?:en|desde|in|since) (?:el mes de )?(?P<month>{_MONTH})"),
    _piece(
        "day",
        "tomorrow",
        "manana tomorrow",
        rf"(?<!la )(?<!esta )(?<!de )(?<!en )(?<!por )(?<!x )manana(?! (?:tras|y tarde)){_NAMED}|tomorrow{_NAMED}",
    ),
    _piece("day", "today", "hoy today", rf"(?:hoy|el dia de hoy|today){_NAMED}"),
    _piece(
        "day",
        "weekday",
        _DAYS_OF_WEEK,
        rf"(?<!don )(?<!calle )(?<!santo )(?<!san )(?P<weekday>{_WEEKDAY})"
        r"(?= (?:pasado )?(?:(?:como |tipo )?(?:a las? |tipo )|entre |de (?:las? )?\d|(?:en|por|x) la |\d{1,2}(?::\d\d| ?[ap]\.? ?m\b)))",
    ),
)
_HALF = r"(?: ?(?P<half>[ap]\.? ?m\.?)(?!\w))?"
_OF_PART = rf"(?: (?:de|en|por|x) la (?P<part>{_PART})| del? (?:dia|mediodia))?"
_FRACTION = r"(?: (?P<fraction>y media|y cuarto|menos cuarto|y pico|y fraccion|en punto|y algo))?"
CLOCKS = (
    _piece(
        "clock",
        "range",
        _HOURS,
        rf"(?:como )?(?:de|entre) (?:las? )?(?P<hour>{_HOUR})(?::(?P<minute>\d{{2}}))?(?: de la (?P<first_part>{_PART}))? (?:a|y|hasta) (?:las? )?(?P<until>{_HOUR}){_HALF}{_OF_PART}(?! (?:veces|personas|anos|metros|calles|casas|tipos|muchachos|hombres))",
    ),
    _piece(
        "clock",
        "hour",
        _HOURS,
        rf"(?:a|tipo|como|a eso de|alrededor de|desde|hasta|asta|cerca de|sobre|pasadas|tipo a|around|at|until|about|eran|son|ya son|serian|siendo)(?: como)?(?: a)? ?(?:las?|las? como|eso de las?|tipo|about|like)? (?P<hour>{_HOUR})(?:[:.](?P<minute>\d{{2}}))?{_FRACTION}{_HALF}{_OF_PART}(?: (?:hrs|horas|hs|h))?(?! (?:veces|personas|anos|metros|calles|casas|cuadras|dias|semanas|meses|minutos|tipos|muchachos|hombres|pesos|mil|cientos))",
    ),
    _piece(
        "clock",
        "digital",
        A_DIGIT,
        r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2}) ?(?:hrs|horas|hs)?(?P<half> ?[ap]\.? ?m\.?)?|(?P<hour2>\d{1,2}) ?(?P<half2>[ap]\.? ?m\.?)|(?P<hour3>\d{1,2}) ?(?:hrs)",
    ),
    _piece(
        "clock",
        "noon",
        "medianoche media mediodia medio",
        r"(?:a |al |en el )?(?:la )?(?P<noon>media ?noche|medio ?dia)",
    ),
)
PARTS = (
    _piece(
        "part",
        "part",
        _PARTS,
        rf"(?:toda |x |por |en |de |a )(?:la )?(?:{_PART})(?! (?:paso|siguiente))|(?:la )?(?:{_PART})(?= del? )|(?<=yesterday )(?:morning|afternoon|evening)|in the (?:morning|afternoon|evening)|(?:muy )?tempran(?:o|ito)|a primera hora|al (?:amanecer|anochecer|mediodia)|ya noche|muy noche|tarde noche",
    ),
)
