"""Hides what points at a person: numbers, plates, addresses of the net, identity keys, names after "se llama"."""

from __future__ import annotations

import re

PATTERNS = (
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"), "[correo]"),
    (re.compile(r"\b(?:https?://|www\.)\S{1,200}", re.IGNORECASE), "[enlace]"),
    (re.compile(r"(?<!\w)@\w{3,40}"), "[usuario]"),
    (re.compile(r"\b[A-Za-z]{4}\d{6}[A-Za-z]{6}[A-Za-z0-9]\d\b"), "[CURP]"),
    (re.compile(r"\b[A-Za-zÑ&ñ]{3,4}\d{6}[A-Za-z0-9]{3}\b"), "[RFC]"),
    (re.compile(r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?!\d)|(?<!\d)\d{18}(?!\d)"), "[tarjeta]"),
    (re.compile(r"(?<![\d-])\+?(?:\d[ .()/-]{0,2}){9,14}\d(?![\d-])"), "[teléfono]"),
    (re.compile(r"(?<!\d)\d{3}[ .-]\d{2}[ .-]\d{2}(?!\d)|(?<!\d)\d{7}(?!\d)"), "[teléfono]"),
    (
        re.compile(
            r"\b(?:[A-Z]{1,3}[- ]?\d{2,4}[- ]?[A-Z]{1,3}|[A-Z]{3}[- ]?\d{2,4}[- ]?[A-Z0-9]{0,2}|\d{2,3}[- ]?[A-Z]{3}[- ]?\d?)\b"
        ),
        "[placas]",
    ),
    (
        re.compile(
            r"\b((?:placas?|matr[ií]cula)s?(?: (?:es|son|n[uú]mero|num|:))?[ :]{1,3})([A-Za-z0-9-]{5,10})\b",
            re.I,
        ),
        r"\1[placas]",
    ),
)
NAME = r"[A-ZÁÉÍÓÚÑ][a-záéíóúñü]{1,20}(?:\s(?:de\s(?:la\s|los\s)?)?[A-ZÁÉÍÓÚÑ][a-záéíóúñü]{1,20}){0,3}"
NAME_ANY_CASE = r"[^\W\d_]{2,20}(?:\s[A-ZÁÉÍÓÚÑ][a-záéíóúñü]{1,20}){0,3}"
INTRODUCED = re.compile(
    r"(?i:\b(?:se|me)\sllam(?:a|o|aba)\s|\bmi\snombre\ses\s|\ba?podad[oa]\s|\ble\s(?:dicen|apodan)\s|\balias\s|\bmy name is\s|\bhis name is\s|\bher name is\s)"
    rf"(?:(?i:don|doña|el|la|los)\s)?({NAME_ANY_CASE})"
)
TITLED = re.compile(
    r"(?i:\b(?:don|doña|dona|do[ñn]ita|sr\.?|sra\.?|señor|señora|srita\.?|lic\.?|ing\.?|prof\.?|maestr[oa]|oficial|comandante|t[ií][oa]|mr\.?|mrs\.?)\s)"
    rf"({NAME})"
)
TITLED_ANY_CASE = re.compile(r"(?i)\b(?:don|doña|dona)\s([^\W\d_]{3,20})\b")
SHOUTED = re.compile(r"\b(?:SE LLAMA|ME LLAMO|MI NOMBRE ES)\s((?:[A-ZÁÉÍÓÚÑ]{2,20}\s?){1,3})")


def mask(text: str) -> str:
    """The text for eyes that need not know who."""
    for pattern, cover in PATTERNS:
        text = pattern.sub(cover, text)
    for pattern in (SHOUTED, INTRODUCED, TITLED, TITLED_ANY_CASE):
        text = pattern.sub(_hide_name, text)
    return text


def _hide_name(match: re.Match[str]) -> str:
    whole, start = match.group(), match.start()
    return whole[: match.start(1) - start] + "[nombre]" + whole[match.end(1) - start :]
