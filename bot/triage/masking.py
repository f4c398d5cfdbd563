"""Hides what points at a person: numbers, plates, addresses of the net, identity keys, names after "se llama"."""

from __future__ import annotations

import re

from bot.triage.normal import A_DIGIT, A_NUMBER, AN_AT, fold_with_origin, words_said
from bot.triage.spelling import listed

DIGIT, NUMBER = frozenset([A_DIGIT]), frozenset([A_NUMBER])
PATTERNS = (
    (frozenset([AN_AT]), re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"), "[correo]"),
    (
        listed("http https www com"),
        re.compile(r"\b(?:https?://|www\.|(?:facebook|fb|instagram|tiktok)\.com/)\S{1,200}", re.IGNORECASE),
        "[enlace]",
    ),
    (frozenset([AN_AT]), re.compile(r"(?<!\w)@\w{3,40}"), "[usuario]"),
    (NUMBER, re.compile(r"\b[A-Za-z]{4}\d{6}[A-Za-z]{6}[A-Za-z0-9]\d\b"), "[CURP]"),
    (NUMBER, re.compile(r"\b[A-Za-zÑ&ñ]{3,4}\d{6}[A-Za-z0-9]{3}\b"), "[RFC]"),
    (NUMBER, re.compile(r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?!\d)|(?<!\d)\d{18}(?!\d)"), "[tarjeta]"),
    (NUMBER, re.compile(r"(?<![\d-])\+?(?:\d[ .()/-]{0,2}){9,14}\d(?![\d-])"), "[teléfono]"),
    (NUMBER, re.compile(r"(?<!\d)\d{3}[ .-]\d{2}[ .-]\d{2}(?!\d)|(?<!\d)\d{7}(?!\d)"), "[teléfono]"),
    (
        DIGIT,
        re.compile(
            r"\b(?:[A-Z]{1,3}[- ]?\d{2,4}[- ]?[A-Z]{1,3}|[A-Z]{3}[- ]?\d{2,4}[- ]?[A-Z0-9]{0,2}|\d{2,3}[- ]?[A-Z]{3}[- ]?\d?)\b"
        ),
        "[placas]",
    ),
    (
        listed("placa placas placass matricula matriculas"),
        re.compile(
            r"\b((?:placas?|matr[ií]cula)s?(?: (?:es|son|n[uú]mero|num|:))?[ :]{1,3})"
            r"([A-Za-z0-9-]{5,10}|[A-Za-z]{1,3} \d{2,4}(?: \w{1,3})?)\b",
            re.I,
        ),
        r"\1[placas]",
    ),
)
"""What finds it (with the words or signs of which it has one), and what stands in its place."""
NOT_A_NAME = (
    r"(?!(?:y|e|o|u|que|q|k|es|era|esta|está|tiene|tenía|vive|vivía|con|sin|se|le|lo|la|las|los|el|en|por|x|para|pa|ya|no|me|mi"
    r"|su|al|del|a|un|una|trae|traía|salió|salio|fue|anda|como|cuando|cuándo|desde|hace|pero|porque|calle|colonia|col|avenida"
    r"|av|tienda|escuela|golpea|pega|vende|roba|robó|dice|hasta|ayer|anoche|hoy|edad|and|is|he|she|lives|was|the|who|muy"
    r"|atención|atencion|asi|así|qué|puede|quiere|está|viene|llega|llegó|toma|policía|policia|mando|sector|unidad)\b)"
)
LETTERS = r"[^\W\d_]{2,20}"
NAME = rf"{NOT_A_NAME}{LETTERS}(?:\s(?:de\s(?:la\s|los\s)?|del\s)?{NOT_A_NAME}{LETTERS}){{0,3}}"
PROPER = r"[A-ZÁÉÍÓÚÑ][a-záéíóúñü]{1,20}(?:\s(?:de\s(?:la\s|los\s)?)?[A-ZÁÉÍÓÚÑ][a-záéíóúñü]{1,20}){0,3}"
INTRODUCED = re.compile(
    r"\b(?:(?:se|me)\sllam(?:a|o|aba)|(?:mi|su)\snombre\ses|apodad[oa]|(?:le|lo)\s(?:dicen|apodan)|alias|my\sname\sis"
    rf"|(?:his|her)\sname\sis|de\snombre)\s(?:don\s|doña\s|el\s|la\s)?({NAME})",
    re.IGNORECASE,
)
TITLED = re.compile(
    r"\b(?i:sr\.?|sra\.?|señor|señora|srita\.?|lic\.?|ing\.?|prof\.?|profesora?|maestr[oa]|oficial|comandante|t[ií][oa]|mr\.?"
    rf"|mrs\.?|vecin[oa]|herman[oa]|hij[oa]|espos[oa]|amig[oa])\s({PROPER})"
)
FIRST_NAMES = (
    "juan|jose|luis|carlos|jorge|miguel|pedro|manuel|francisco|antonio|alejandro|fernando|ricardo|eduardo|roberto|sergio|"
    "raul|mario|javier|alberto|daniel|david|oscar|arturo|gerardo|enrique|rafael|armando|hector|victor|hugo|ramon|ruben|"
    "marco|julio|cesar|ivan|adrian|andres|pablo|diego|alan|kevin|brayan|brandon|jonathan|christian|cristian|emmanuel|"
    "emiliano|santiago|sebastian|mateo|chucho|pepe|paco|beto|nacho|lalo|toño|memo|chema|poncho|maria|guadalupe|lupita|lupe|"
    "ana|carmen|juana|margarita|patricia|veronica|leticia|martha|marta|claudia|gabriela|adriana|alejandra|elizabeth|silvia|"
    "laura|teresa|tere|lucia|karla|karina|fernanda|daniela|andrea|mariana|valeria|ximena|jimena|sofia|camila|paola|diana|"
    "monica|norma|sandra|yolanda|irma|elena|alicia|beatriz|bety|rocio|esther|ruth|miriam|brenda|jessica|yesenia|araceli|"
    "lorena|erika|susana|olga|gloria|josefina|antonia|fidel|genaro|wilberth|wilbert|gaspar|candelaria|jacinto|jacinta|"
    "felipe|feliciano|tomas|agustin|john|james|peter|mike|mary|jane"
)
SURNAMES = (
    "garcia|martinez|lopez|hernandez|gonzalez|perez|rodriguez|sanchez|ramirez|flores|gomez|torres|diaz|vazquez|morales|"
    "reyes|jimenez|ruiz|alvarez|mendoza|castillo|ortiz|moreno|rivera|chavez|ramos|herrera|medina|aguilar|vargas|castro|"
    "guzman|velazquez|mendez|pech|chan|canul|poot|dzul|uc|may|ek|tun|cauich|can|euan|caamal|balam|tuz|pool|chi|cen|ku|moo|"
    "puc|cruz|gutierrez|salazar|contreras"
)
ACCENTED = str.maketrans({"a": "[aá]", "e": "[eé]", "i": "[ií]", "o": "[oó]", "u": "[uúü]", "n": "[nñ]"})
FIRST, LAST = FIRST_NAMES.translate(ACCENTED), SURNAMES.translate(ACCENTED)
NEAR = (
    r"vecin[oa]|prim[oa]|t[ií][oa]|herman[oa]|cu[ñn]ad[oa]|sobrin[oa]|hij[oa]|espos[oa]|marido|novi[oa]|ex|compadre|comadre|amig[oa]"
    r"|patr[oó]n|patrona|jefe|jefa|maestr[oa]|profe|doctor|doctora|se[ñn]ora?|muchach[oa]|chav[oa]|joven|tal|oficial|comandante|polic[ií]a"
)
KNOWN = re.compile(
    rf"\b(?:{NEAR}),? ((?:{FIRST})(?: (?:{FIRST}))?(?: (?:{LAST})){{0,2}})(?!\w)",
    re.IGNORECASE,
)
"""A name in lower case after a word for a person; names that are also words (rosa, luz, ángel) are left alone."""
ELDER = re.compile(
    rf"\b(?:don|doña|dona|doñita)\s({NOT_A_NAME}{LETTERS}(?:\s{NOT_A_NAME}{LETTERS})?)(?=\W|$)", re.IGNORECASE
)

NAMES = tuple(
    (pattern, listed(needs))
    for pattern, needs in (
        (INTRODUCED, "llama llamo llamaba nombre apodado apodada dicen apodan alias name"),
        (
            TITLED,
            "sr sra senor senora srita lic ing prof profesor profesora maestro maestra oficial comandante tio tia mr mrs vecino "
            "vecina hermano hermana hijo hija esposo esposa amigo amiga",
        ),
        (ELDER, "don dona donita"),
        (KNOWN, FIRST_NAMES.replace("ñ", "n").replace("|", " ")),
    )
)
"""Each pattern with the words, without accents, of which whatever it finds has one."""


def mask(text: str) -> str:
    """The text for eyes that need not know who."""
    words = words_said(fold_with_origin(text)[0])
    for needs, pattern, cover in PATTERNS:
        if not words.isdisjoint(needs):
            text = pattern.sub(cover, text)
    for pattern, needs in NAMES:
        if not words.isdisjoint(needs):
            text = pattern.sub(_hide_name, text)
    return text


def _hide_name(match: re.Match[str]) -> str:
    whole, start = match.group(), match.start()
    return whole[: match.start(1) - start] + "[nombre]" + whole[match.end(1) - start :]
