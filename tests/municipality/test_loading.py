"""A folder in, a municipality out; or everything that is wrong, at once, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.municipality import MunicipalityError, Problem, check, copy_example, load
from bot.municipality.forms import FILES, OPTIONAL
from bot.municipality.loading import EXAMPLE
from bot.municipality.yaml_file import parse
from tests.municipality.conftest import TODAY, Town


def test_a_sound_town_loads_without_a_word(town: Town) -> None:
    assert town.problems() == []
    assert town.warnings() == []
    assert load(town.folder, today=TODAY).name == "Othón P. Blanco"


def test_every_slip_of_every_file_is_told_at_once_in_order(town: Town) -> None:
    town.edit("municipio.yaml", "America/Cancun", "Cancún")
    town.edit("sectores.yaml", "telefono: 983", "telfono: 983")
    town.edit("sectores.yaml", "[venustiano-carranza,", "[carranza,")
    town.edit("listas.yaml", "personal: [M-01]", "personal: []")
    town.edit("servicio.yaml", "reportes_al_dia: 10", "reportes_al_dia: -1")

    with pytest.raises(MunicipalityError) as caught:
        load(town.folder, today=TODAY)

    assert [(problem.file, problem.line) for problem in caught.value.problems] == [
        ("municipio.yaml", 3),
        ("sectores.yaml", 5),
        ("sectores.yaml", 10),
        ("listas.yaml", 2),
        ("servicio.yaml", 55),
    ]
    assert str(caught.value).count("\n") == 4


def test_a_broken_row_does_not_make_others_wrong(town: Town) -> None:
    """What the broken row would have defined is known all the same."""
    town.edit("sectores.yaml", "telefono: 983 000 0001", "telefono: 12")

    assert len(town.problems()) == 1


def test_a_broken_file_does_not_make_others_wrong(town: Town) -> None:
    town.write("sectores.yaml", "sectores: [")

    assert len(town.problems()) == 1


@pytest.mark.parametrize("file", [file for file in FILES if file not in OPTIONAL])
def test_a_missing_file_is_told(town: Town, file: str) -> None:
    (town.folder / file).unlink()

    assert town.problems() == [f"{file}: falta este archivo"]


@pytest.mark.parametrize("file", OPTIONAL)
def test_some_files_may_be_missing(town: Town, file: str) -> None:
    (town.folder / file).unlink()

    assert town.problems() == []


def test_a_folder_that_is_not_there_misses_every_file(tmp_path: Path) -> None:
    assert len(check(tmp_path / "nowhere").problems) == len(FILES) - len(OPTIONAL)


def test_a_file_in_another_encoding_is_told(town: Town) -> None:
    text = (town.folder / "sectores.yaml").read_text(encoding="utf-8")
    (town.folder / "sectores.yaml").write_bytes(text.replace("Mesa", "Müsa").encode("latin-1"))

    assert town.problems() == [
        "sectores.yaml, línea 13: no está en UTF-8; guárdelo otra vez con esa codificación"
    ]


def test_the_mark_that_windows_writes_first_is_no_harm(town: Town) -> None:
    path = town.folder / "sectores.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert town.problems() == []


def test_a_misspelt_file_is_warned_of(town: Town) -> None:
    (town.folder / "textos.yaml").rename(town.folder / "texto.yaml")

    assert town.warnings() == ["texto.yaml: no conozco este archivo y no se lee; ¿quiso decir «textos.yaml»?"]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "personal.yaml",
            "sectores: [poniente, oriente]",
            "sectores: [poniente]",
            "sectores.yaml, línea 8: sectores › 2: el sector «oriente» no tiene ningún oficial",
        ),
        (
            "sectores.yaml",
            "    confirmado_el: 2026-01-15\n",
            "",
            "sectores.yaml, línea 5: sectores › 1 › telefono: sin «confirmado_el» este número no se mostrará",
        ),
        (
            "sectores.yaml",
            "[italia, benito-juarez]",
            "[]",
            "sectores.yaml, línea 2: sectores › 1: el sector «poniente» no tiene colonias",
        ),
        (
            "colonias.yaml",
            "nombre: Caribe",
            "nombre: Caribe, alias: [LA ITÁLIA]",
            "colonias.yaml, línea 6: colonias › 5: también se llama «italia» la de la línea 2; se preguntará cuál",
        ),
        (
            "asuntos.yaml",
            "grupo: calle",
            "grupo: convivencia",
            "asuntos.yaml, línea 3: grupos › 2: el grupo «calle» no tiene asuntos; no se mostrará",
        ),
        (
            "personal.yaml",
            "puesto: mando",
            "puesto: mando, ejemplo: sí",
            "personal.yaml, línea 1: personal: 1 siguen marcados «ejemplo»; cámbielos antes de atender a la gente",
        ),
        (
            "plantillas.yaml",
            "    content_sid: HX0123456789abcdef0123456789abcdef\n",
            "",
            "plantillas.yaml, línea 1: plantillas: sin content_sid: novedad_reporte; "
            "esos avisos esperarán a que la persona escriba",
        ),
    ],
)
def test_what_works_but_may_not_be_meant_is_a_warning(
    town: Town, file: str, old: str, new: str, told: str
) -> None:
    town.edit(file, old, new)

    assert town.warnings() == [told]
    assert town.problems() == []


def test_a_group_with_more_kinds_than_a_list_holds_is_told(town: Town) -> None:
    kind = "  - {{slug: k{n}, nombre: K, corto: K, grupo: calle, prioridad: P3}}\n"
    many = "".join(kind.format(n=n) for n in range(10))
    town.edit("asuntos.yaml", "  - slug: alumbrado", many + "  - slug: alumbrado")

    assert town.problems() == ["asuntos.yaml, línea 3: grupos › 2: tiene 11 asuntos y caben 10"]


def test_a_file_that_cannot_be_opened_is_told(town: Town) -> None:
    (town.folder / "textos.yaml").unlink()
    (town.folder / "textos.yaml").mkdir()

    (told,) = town.problems()

    assert told.startswith("textos.yaml: no se puede leer (")


def test_the_example_is_copied_whole_and_is_sound(tmp_path: Path) -> None:
    copy_example(tmp_path / "config")

    assert sorted(path.name for path in (tmp_path / "config").iterdir()) == sorted(
        [*(path.name for path in EXAMPLE.iterdir()), "contenido"]
    )
    assert check(tmp_path / "config").problems == ()


def test_the_example_is_never_copied_over_anything(tmp_path: Path) -> None:
    (tmp_path / "sectores.yaml").write_text("mío")

    with pytest.raises(FileExistsError, match="no está vacía"):
        copy_example(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["sectores.yaml"]
    assert (tmp_path / "sectores.yaml").read_text() == "mío"


def test_a_problem_reads_as_a_sentence() -> None:
    assert str(Problem("a.yaml", 3, "x › 1", "no")) == "a.yaml, línea 3: x › 1: no"
    assert str(Problem("a.yaml", 0, "", "falta")) == "a.yaml: falta"


def test_yaml_that_nests_without_end_is_only_unreadable() -> None:
    assert not parse("x.yaml", "[" * 5_000).readable


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=st.sampled_from(sorted(FILES)), cut=st.floats(0, 1), junk=st.text(max_size=12))
def test_no_damage_to_a_file_ends_in_a_traceback(town: Town, file: str, cut: float, junk: str) -> None:
    path = town.folder / file
    sound = path.read_text(encoding="utf-8")
    at = int(len(sound) * cut)
    try:
        path.write_text(sound[:at] + junk + sound[at:], encoding="utf-8", errors="surrogatepass")

        for problem in check(town.folder, today=TODAY).problems:
            assert problem.file in FILES
            assert problem.text
    finally:
        path.write_text(sound, encoding="utf-8")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=st.sampled_from(sorted(FILES)), value=VALUES)
def test_any_value_in_a_section_is_told_and_never_a_traceback(town: Town, file: str, value: object) -> None:
    from io import StringIO

    from ruamel.yaml import YAML

    path = town.folder / file
    sound = path.read_text(encoding="utf-8")
    yaml, out = YAML(), StringIO()
    tree = yaml.load(sound)
    section = next(iter(tree))
    tree[section] = [value, *tree[section]] if isinstance(tree[section], list) else value
    yaml.dump(tree, out)
    try:
        path.write_text(out.getvalue(), encoding="utf-8")
        check(town.folder, today=TODAY)
    finally:
        path.write_text(sound, encoding="utf-8")
