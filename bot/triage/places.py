# ruff: noqa: E501  a pattern reads better whole than cut
"""Where: the colonia by its official name, the street, the crossing, and the landmark as people say it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple, Protocol

from rapidfuzz import fuzz, process

from bot.triage.normal import ends, fold_with_origin, words_said
from bot.triage.spelling import fold, listed, sound
from bot.triage.understanding import PlacePhrase

MOST_PLACES = 6
LONGEST_NAME = 5
HEAD, TAIL = 1_000, 500
"""Of a longer text places are sought at its two ends only."""
ALIKE = 86

WORD = re.compile(r"[a-z0-9]+")
ROAD = (
    r"(?:calle|calles|cll?e|cl|c/|av|ave|avenida|avda|blvd|blv|boulevard|bulevar|calz|calzada|andador|and|priv|privada"
    r"|retorno|cerrada|circuito|carretera|callejon|prolongacion|prol)"
)
ROADS = listed(
    "calle calles cle clle cl c av ave avenida avda blvd blv boulevard bulevar calz calzada andador and priv privada retorno "
    "cerrada circuito carretera callejon prolongacion prol"
)
CORNER, BETWEEN = listed("esq esquina"), listed("entre")
NOT_NAME = (
    r"(?!(?:y|e|o|u|con|entre|esq|esquina|que|donde|cuando|ya|no|se|me|hay|ay|esta|estan|es|son|hace|ase|desde|hasta|a|"
    r"en|por|x|para|pero|porque|tiene|numero|num|frente|atras|cerca|junto|al|fue|como|toda|todos|todas|siempre|ayer|"
    r"anoche|hoy|ahorita|colonia|col|fracc|fraccionamiento|llevo|lleva|sin|muy|bien|mi|tu|su|le|les|nos|lo|la|las|los|"
    r"un|una|unos|unas|robaron|pasa|pasan|ponen|casi|ni|manden|vengan|ayuda|favor|gracias|principal|"
    r"oscura|sola|cerrada|llena)\b)"
)
NAME = rf"(?:(?:de(?:l| la| las| los)?|los|las|la|san|santa|sn|sta) )?{NOT_NAME}[a-z0-9']{{1,24}}(?: (?:de(?:l| la| las| los)? )?{NOT_NAME}[a-z0-9']{{1,24}}){{0,2}}"
NUMBER = r"(?:,? ?(?:#|no\.?|num\.?|numero) ?\d{1,4}[a-z]?\b| \d{1,4}\b)?"

CROSSINGS = (
    (CORNER, rf"\b(?:{ROAD}\.? )?{NAME} (?:esq(?:uina)?\.?|esquina) (?:con )?(?:la )?(?:{ROAD}\.? )?{NAME}"),
    (ROADS, rf"\b{ROAD}\.? {NAME} (?:con|y|x) (?:{ROAD}\.? )?{NAME}"),
    (
        BETWEEN,
        rf"(?:\b{ROAD}\.? {NAME}{NUMBER},? )?\bentre (?:las? )?(?:calles? )?{NAME} y (?:la )?(?:{ROAD}\.? )?{NAME}",
    ),
    (CORNER, rf"\besquina (?:de |con )?(?:{ROAD}\.? )?{NAME} (?:y|con) {NAME}"),
)
"""Each way to say a crossing, with the words of which it has one."""
LANDMARK_WORDS = listed(
    "atras detras frente enfrente lado costado junto cerca espaldas afuera fuera vuelta cuadra cuadras altura donde fondo "
    "pasando antes esquina contraesquina llegando adelante rumbo camino tanque domo parque cancha escuela primaria secundaria "
    "kinder iglesia mercado oxxo tienda tortilleria farmacia hospital clinica panteon estadio gimnasio puente caseta glorieta "
    "malecon explanada tec prepa cbtis aeropuerto terminal gasolinera super plaza unidad canal muelle bahia"
)
"""Every landmark has one of these."""
STREET = re.compile(rf"\b{ROAD}\.? {NAME}{NUMBER}")
BESIDE = (
    r"(?:atras|detras|frente|enfrente|en frente|al lado|a un lado|a un costado|al costado|junto|cerca|a espaldas|afuera|fuera"
    r"|a la vuelta|a una cuadra|a dos cuadras|a unas cuadras|a media cuadra|a la altura|por donde esta|por donde|al fondo"
    r"|pasando|antes de llegar|en la esquina|en contra esquina|contraesquina|llegando|adelante|rumbo|camino)"
)
LANDMARK = re.compile(
    rf"\b{BESIDE} (?:de |del |al? |con )?(?:la |el |los |las |un |una )?{NAME}"
    rf"|\bpor (?:el|la|los|las) (?:tanque|domo|parque|cancha|escuela|primaria|secundaria|kinder|iglesia|mercado|oxxo|tienda|"
    rf"tortilleria|farmacia|hospital|clinica|panteon|estadio|gimnasio|puente|caseta|glorieta|malecon|explanada|tec|prepa|"
    rf"cbtis|aeropuerto|terminal|gasolinera|super|plaza|unidad|canal|muelle|bahia)\b(?: (?:de(?:l| la| las| los)? )?{NOT_NAME}[a-z0-9']+){{0,2}}"
    rf"|\ben (?:el|la) (?:parque|domo|cancha|mercado|iglesia|malecon|explanada|glorieta|unidad deportiva)\b(?: (?:de(?:l| la| las| los)? )?{NOT_NAME}[a-z0-9']+){{0,3}}"
    rf"|\bla tienda de (?:don|dona) {NOT_NAME}[a-z]+"
)
AREA = frozenset(
    [
        "col",
        "colonia",
        "fracc",
        "fraccionamiento",
        "infonavit",
        "fovissste",
        "residencial",
        "barrio",
        "ejido",
        "poblado",
        "comunidad",
    ]
)
LEADS = frozenset(["la", "el", "en", "las", "los", "de", "del", "por", "aqui", "alla", "ca", "x", "aki"])
ROAD_LEADS = frozenset(
    [
        "calle",
        "av",
        "ave",
        "avenida",
        "blvd",
        "boulevard",
        "bulevar",
        "calz",
        "calzada",
        "con",
        "esq",
        "esquina",
        "entre",
        "y",
        "c",
        "mercado",
        "escuela",
        "primaria",
    ]
)


class ColoniaLike(Protocol):
    """What is needed to know of a colonia."""

    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> Sequence[str]: ...


class Token(NamedTuple):
    """A folded word with its sound and its place in the folded text."""

    text: str
    key: str
    start: int
    end: int


class Places:
    """Finds place phrases; knows the colonias of one municipality."""

    def __init__(self, colonias: Sequence[ColoniaLike]) -> None:
        self._names: dict[tuple[str, ...], str] = {}
        for colonia in colonias:
            for name in (colonia.name, *colonia.aliases):
                self._learn(name, colonia.name)
        self._written = {" ".join(keys): official for keys, official in self._names.items()}
        self._beginnings = frozenset(keys[0] for keys in self._names)
        self._first_two = frozenset(keys[:2] for keys in self._names)

    def _learn(self, name: str, official: str) -> None:
        keys = tuple(token.key for token in _tokens(fold(name)))
        while len(keys) > 1 and keys[0] in ("la", "el", "las", "los"):
            self._names.setdefault(keys, official)
            keys = keys[1:]
        if keys and len("".join(keys)) >= 3:
            self._names.setdefault(keys, official)

    def find(self, text: str) -> tuple[PlacePhrase, ...]:
        """The places named, colonias first."""
        text = ends(text, HEAD, TAIL)
        folded, origin = fold_with_origin(text)
        folded = folded.replace("\n", " ")
        found: dict[tuple[str, str], PlacePhrase] = {}
        covered: list[tuple[int, int]] = []
        for official, start, end in self._colonias(folded):
            found.setdefault(("colonia", official), PlacePhrase(text=official, what="colonia"))
            covered.append((start, end))
        rest = _without(folded, covered)
        for what, pattern in _patterns(words_said(folded)):
            for match in pattern.finditer(rest):
                if what == "street" and _overlaps(match, covered):
                    continue
                written = text[origin[match.start()] : origin[match.end() - 1] + 1].strip(" ,.")
                found.setdefault((what, written), PlacePhrase(text=written, what=what))
                covered.append(match.span())
        return tuple(found.values())[:MOST_PLACES]

    def _colonias(self, folded: str) -> Iterator[tuple[str, int, int]]:
        if not self._may_name_one(WORD.findall(folded)):
            return
        tokens = _tokens(folded)
        at = 0
        while at < len(tokens):
            official, length = self._colonia_at(tokens, at)
            if official:
                yield official, tokens[at].start, tokens[at + length - 1].end
            at += max(length, 1)

    def _may_name_one(self, words: Sequence[str]) -> bool:
        """Is a name begun there? Of nearly every message this is all that is asked."""
        keys = tuple(map(sound, words))
        begun = zip(keys), pairwise(keys)
        return not all(map(self._first_two.isdisjoint, begun)) or not AREA.isdisjoint(words)

    def _colonia_at(self, tokens: Sequence[Token], at: int) -> tuple[str, int]:
        before = tokens[at - 1].text if at else ""
        longest = min(LONGEST_NAME, len(tokens) - at) if tokens[at].key in self._beginnings else 0
        for length in range(longest, 0, -1):
            keys = tuple(token.key for token in tokens[at : at + length])
            official = self._names.get(keys)
            if official and _is_colonia(before, tokens, at, length):
                return official, length
        if before in AREA and tokens[at].text not in LEADS:
            return self._alike(tokens, at)
        return "", 0

    def _alike(self, tokens: Sequence[Token], at: int) -> tuple[str, int]:
        """After "colonia", a name written almost right."""
        for length in range(min(4, len(tokens) - at), 0, -1):
            written = " ".join(token.key for token in tokens[at : at + length])
            best = process.extractOne(written, self._written.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE)
            if best is not None and len(written) >= 4:
                return self._written[best[0]], length
        return "", 0


def _patterns(words: frozenset[str]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """What may be found in a text of these words."""
    ways = tuple(at for at, (needs, _) in enumerate(CROSSINGS) if not words.isdisjoint(needs))
    if ways:
        yield "crossing", _crossing(ways)
    if not words.isdisjoint(ROADS):
        yield "street", STREET
    if not words.isdisjoint(LANDMARK_WORDS):
        yield "landmark", LANDMARK


@cache
def _crossing(ways: tuple[int, ...]) -> re.Pattern[str]:
    """One pattern of these ways: the first begins at any name, so it is slow and mostly left out."""
    return re.compile("|".join(CROSSINGS[way][1] for way in ways))


def _overlaps(match: re.Match[str], covered: Sequence[tuple[int, int]]) -> bool:
    return any(start < match.end() and match.start() < end for start, end in covered)


def _without(folded: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with the names of colonias crossed out, so that no street is called "milan de la italia"."""
    for start, end in spans:
        folded = f"{folded[:start]}{'|' * (end - start)}{folded[end:]}"
    return folded


def _tokens(folded: str) -> list[Token]:
    return [
        Token(match.group(), sound(match.group()), match.start(), match.end())
        for match in WORD.finditer(folded)
    ]


def _is_colonia(before: str, tokens: Sequence[Token], at: int, length: int) -> bool:
    """Many colonias are named like avenues, heroes or plain words: one word needs a lead, none follows a road."""
    if before in AREA:
        return True
    article = before in ("la", "el", "las", "los")
    earlier = tokens[at - 2].text if article and at >= 2 else before
    if earlier in ROAD_LEADS:
        return False
    return length > 1 or before in LEADS or len(tokens) == length
