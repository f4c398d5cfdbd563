"""The colonia that a name means, as people write it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.territory import Colonia
from bot.municipality import ColoniaFinder, Municipality, load
from bot.municipality.places import same_street


@pytest.fixture(scope="module")
def finder(chetumal: Municipality) -> ColoniaFinder:
    return ColoniaFinder(chetumal.territory.colonias)


CERTAIN = [
    ("Italia", "italia"),
    ("la italia", "italia"),
    ("col. Italia", "italia"),
    ("COLONIA ITALIA", "italia"),
    ("  itália!! ", "italia"),
    ("vivo en la italia", "italia"),
    ("calle Venustiano 22, col. Italia", "italia"),
    ("casitas", "venustiano-carranza"),
    ("las Casitas", "venustiano-carranza"),
    ("la Leona", "leona-vicario"),
    ("la Benito", "benito-juarez"),
    ("colonia Benito Juárez", "benito-juarez"),
    ("la lopez", "adolfo-lopez-mateos"),
    ("framboyanes", "flamboyanes"),
    ("xulha", "xul-ha"),
    ("fracc. Villas Kinichná", "villas-kinichna"),
    ("bosque lagunitas", None),
]


@pytest.mark.parametrize(
    ("text", "slug", "street"),
    [
        ("calle roma 23 italia", "italia", "calle roma 23"),
        ("Calle Róma 23, col. Italia.", "italia", "Calle Róma 23"),
        ("calle roma 23 colonia la italia", "italia", "calle roma 23"),
        ("calle roma de la italia", "italia", "calle roma"),
        ("Av. Insurgentes 110 la leona", "leona-vicario", "Av. Insurgentes 110"),
        ("roma esquina milan, num 4 benito juarez", "benito-juarez", "roma esquina milan, num 4"),
        ("calle 3 ampliacion proterritorio", "ampliacion-proterritorio", "calle 3"),
        ("calle italia", None, None),
        ("esquina roma con italia", None, None),
        ("italia", None, None),
        ("23 italia", None, None),
        ("calle roma 23", None, None),
        ("se metieron anoche en la italia", None, None),
    ],
)
def test_an_address_ends_with_its_colonia(
    finder: ColoniaFinder, text: str, slug: str | None, street: str | None
) -> None:
    found = finder.after_a_street(text)
    assert (found and found[0].slug, found and found[1]) == (slug, street)


@pytest.mark.parametrize(("text", "slug"), CERTAIN)
def test_a_name_or_nickname_leaves_nothing_to_ask(finder: ColoniaFinder, text: str, slug: str | None) -> None:
    match = finder.find(text)

    assert (match.only and match.only.slug) == slug


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("leona bicario", "leona-vicario"),
        ("venustiano caranza", "venustiano-carranza"),
        ("proteritorio", "proterritorio"),
        ("amplicion proterritorio", "ampliacion-proterritorio"),
        ("benito guarez", "benito-juarez"),
        ("majagual", "mahahual"),
        ("caldelitas", "centro-calderitas"),
        ("josefa ortis de dominges", "josefa-ortiz-de-dominguez"),
        ("solidaridat", "solidaridad"),
        ("sn francisco botes", "san-francisco-botes"),
        ("fovisste 2", "fovissste-ii-etapa"),
        ("maguisterial", "magisterial"),
    ],
)
def test_a_slip_of_the_pen_is_proposed_but_never_taken_for_sure(
    finder: ColoniaFinder, text: str, slug: str
) -> None:
    match = finder.find(text)
    proposed = [colonia.slug for colonia in (match.best, *match.others) if colonia]

    assert proposed[0] == slug
    assert not match.exact


@pytest.mark.parametrize(
    ("text", "best", "others"),
    [
        ("Payo Obispo", "payo-obispo", ["payo-obispo-fracc", "jardines-de-payo-obispo"]),
        ("lazaro cardenas", "lazaro-cardenas", ["lazaro-cardenas-calderitas", "lazaro-cardenas-segundo"]),
        ("plutarco", "plutarco-elias-calles", ["plutarco-elias-calles-fracc"]),
        ("20 de noviembre", "20-de-noviembre", ["20-de-noviembre-rural"]),
        ("mahahual", "mahahual", ["mahahual-fracc"]),
        ("jardines", "jardines", ["jardines-de-payo-obispo"]),
        ("miraflores", "miraflores", ["miraflores-ii"]),
        ("caribe", "caribe", ["lomas-del-caribe", "residencial-caribe"]),
    ],
)
def test_a_name_that_several_share_asks_which(
    finder: ColoniaFinder, text: str, best: str, others: list[str]
) -> None:
    match = finder.find(text)

    assert match.best is not None
    assert match.best.slug == best
    assert [colonia.slug for colonia in match.others] == others
    assert match.only is None


def test_a_word_of_many_names_takes_none(finder: ColoniaFinder) -> None:
    match = finder.find("Infonavit")

    assert match.best is None
    assert len(match.others) == 3
    assert all("infonavit" in colonia.name.lower() for colonia in match.others)


@pytest.mark.parametrize(
    "text", ["", " ", "🔥", "a", "xyzzy", "robaron mi moto", "no sé", "x" * 100_000, "\x00\ud800", "col."]
)
def test_what_is_no_name_finds_nothing(finder: ColoniaFinder, text: str) -> None:
    match = finder.find(text)

    assert match.best is None
    assert match.others == ()


def test_a_look_up_takes_a_fifth_of_a_millisecond(finder: ColoniaFinder) -> None:
    texts = [text for text, _ in CERTAIN] + ["leona bicario", "proteritorio", "infonavit", "payo obispo"]
    for text in texts:
        finder.find(text)
    best = min(timed(finder, texts) for _ in range(5))

    assert best / len(texts) < 0.0002


def timed(finder: ColoniaFinder, texts: list[str]) -> float:
    started = time.process_time()
    for text in texts:
        finder.find(text)
    return time.process_time() - started


FINDER = ColoniaFinder(load().territory.colonias)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_an_answer(text: str) -> None:
    match = FINDER.find(text)

    assert len(match.others) <= 3
    assert match.best not in match.others
    assert match.exact <= (match.best is not None)


def test_every_colonia_is_found_by_its_own_name(chetumal: Municipality, finder: ColoniaFinder) -> None:
    def found(colonia: Colonia) -> bool:
        match = finder.find(colonia.name)
        return match.exact and colonia in (match.best, *match.others)

    assert [colonia.slug for colonia in chetumal.territory.colonias if not found(colonia)] == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("calle Roma 12", "Roma entre Milán y Turín", True),
        ("atrás del domo", "frente al domo", True),
        ("Av. Insurgentes esq. Roma", "Insurgentes con Roma", True),
        ("Roma 12", "Milán 12", False),
        ("calle 22 de enero", "calle 22", False),
        ("la colonia", "la colonia", False),
        ("", "", False),
    ],
)
def test_the_same_street_as_two_people_write_it(one: str, other: str, same: bool) -> None:
    assert same_street(one, other) is same
