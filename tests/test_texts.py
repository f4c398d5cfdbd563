"""Dates, counts and lists as people of the place say them; catalogues and long texts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.long_texts import SOURCE, LongTexts, packaged, unmarked
from bot.texts import Texts, language, later

HERE = ZoneInfo("America/Cancun")
ES, EN = Texts("es", HERE), Texts("en", HERE)
NIGHT = datetime(2026, 11, 23, 2, 5, tzinfo=UTC)  # the evening before, there


@pytest.mark.parametrize(
    ("code", "wanted"),
    [("es", "es"), ("es-MX", "es"), ("en_US", "en"), ("EN", "en"), ("myn", "es"), ("", "es")],
)
def test_who_speaks_something_else_is_answered_in_spanish(code: str, wanted: str) -> None:
    assert language(code) == wanted


def test_a_moment_is_told_where_it_is_heard() -> None:
    """Two in the morning in London is nine in the evening of the day before."""
    assert (ES.day(NIGHT), EN.day(NIGHT)) == ("domingo 22 de noviembre", "Sunday, November 22")
    assert (ES.clock(NIGHT), ES.stamp(NIGHT)) == ("21:05", "2026-11-22 21:05")
    assert ES.hour(NIGHT).replace("\u202f", " ").replace("\xa0", " ") == "9:05 p.m."
    assert "22" in ES.moment(NIGHT)
    assert "9:05" in ES.moment(NIGHT)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (-5, "ahora"),
        (0.9, "ahora"),
        (1, "hace 1 min"),
        (89, "hace 89 min"),
        (90, "hace 1 h"),
        (47 * 60, "hace 47 h"),
        (48 * 60, "hace 2 días"),
    ],
)
def test_how_long_ago_is_short(minutes: float, said: str) -> None:
    assert ES.ago(timedelta(minutes=minutes)) == said


@pytest.mark.parametrize(
    ("items", "es", "en"),
    [
        ([], "", ""),
        (["a"], "a", "a"),
        (["a", "b"], "a y b", "a and b"),
        (["a", "b", "c"], "a, b y c", "a, b and c"),
        (["Juan", "Inés"], "Juan e Inés", "Juan and Inés"),
        (["padres", "hijos"], "padres e hijos", "padres and hijos"),
        (["agua", "hielo"], "agua y hielo", "agua and hielo"),
        (["sal", "yodo"], "sal y yodo", "sal and yodo"),
    ],
)
def test_a_list_is_joined_as_it_is_said(items: list[str], es: str, en: str) -> None:
    assert (ES.listing(items), EN.listing(items)) == (es, en)


def test_a_span_is_told_in_words() -> None:
    assert ES.span(timedelta(minutes=30)) == "30 minutos"
    assert ES.span(timedelta(hours=24)) == "24 horas"


@pytest.mark.parametrize(
    ("n", "wanted"), [(0, "Recibí 0 archivos."), (1, "Recibí 1 archivo."), (2, "Recibí 2 archivos.")]
)
def test_one_is_one_and_the_rest_are_more(n: int, wanted: str) -> None:
    assert ES.many("Recibí {n} archivo.", "Recibí {n} archivos.", n) == wanted


def test_the_municipality_s_own_wording_goes_before_ours_and_only_in_spanish() -> None:
    own = {"Menú": "Inicio"}
    assert (Texts("es", HERE, own)("Menú"), Texts("en", HERE, own)("Menú")) == ("Inicio", EN("Menú"))
    assert ES("Menú") == "Menú"


def test_a_text_without_values_keeps_its_braces() -> None:
    """What is not filled in is not formatted: a brace in a municipality's text is no error."""
    assert ES("{folio}") == "{folio}"
    assert ES("Folio {folio}", folio="1") == "Folio 1"


def test_marking_a_text_changes_nothing() -> None:
    assert later("Atendido") == "Atendido"


def test_a_long_text_that_a_language_lacks_is_given_in_spanish() -> None:
    assert packaged("xx", "privacy-short.md") == packaged(SOURCE, "privacy-short.md")
    with pytest.raises(FileNotFoundError):
        LongTexts("es").article("nothing.md")


def test_the_municipality_s_own_text_goes_before_ours_in_every_language() -> None:
    """An English reader of a notice that was only completed in Spanish reads what is true."""
    own = {
        ("es", "privacy-short.md"): "title: El nuestro\n---\nUno",
        ("es", "tips/mercado.md"): "title: M\nlabel: A\ndescription: D\n---\nUno",
    }
    for locale in ("es", "en"):
        long = Texts(locale, HERE, content=own).long
        assert long.article("privacy-short.md").head["title"] == "El nuestro"
        assert long.subjects("tips")[0] == "mercado"
        assert long.article("welcome.md") == LongTexts(locale).article("welcome.md")


@pytest.mark.parametrize("locale", ["es", "en"])
def test_every_subject_of_tips_has_its_label_and_its_blocks(locale: str) -> None:
    long = LongTexts(locale)
    names = long.subjects("tips")
    labels = [long.article(f"tips/{name}.md").head["label"] for name in names]
    assert labels == sorted(labels)
    assert all(long.article(f"tips/{name}.md").blocks for name in names)
    assert len(names) > 5


def test_cards_are_plain() -> None:
    assert unmarked("**Llame** al 911") == "Llame al 911"
    assert not [text for text in LongTexts("es").sections("advice.md").values() if "**" in text or not text]


@pytest.mark.parametrize(
    ("places", "of", "at"),
    [
        (["Sector Norte"], "del Sector Norte", "en el Sector Norte"),
        (["Mesa central"], "de la Mesa central", "en la Mesa central"),
        (["El Centro"], "del Centro", "en el Centro"),
        (["Las Granjas"], "de las Granjas", "en las Granjas"),
        (["Bacalar"], "de Bacalar", "en Bacalar"),
        (["Sector 1", "Zona Río"], "del Sector 1 y de la Zona Río", "en el Sector 1 y la Zona Río"),
    ],
)
def test_the_name_of_a_sector_has_the_article_that_it_wants(places: list[str], of: str, at: str) -> None:
    assert (ES.of(places), ES.at(places)) == (of, at)


def test_in_english_it_has_none() -> None:
    assert EN.of(["Sector Norte"]) == "of Sector Norte"
    assert EN.at(["Sector Norte"]) == "in Sector Norte"
